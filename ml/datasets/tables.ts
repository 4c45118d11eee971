import { NDArray } from "../array/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { type Dataset, loaderLeftOut } from "./bunch.ts";
import { packed as breastCancer } from "./data/breast_cancer.ts";
import { packed as diabetes } from "./data/diabetes.ts";
import { packed as iris } from "./data/iris.ts";
import { packed as wine } from "./data/wine.ts";
import { unpack } from "./unpack.ts";

interface Table {
  X: NDArray<Float64Array>;
  targets: Float64Array;
  featureNames: string[];
  targetNames: string[];
}

function readTable(packed: string): Table {
  const [features, classes, ...lines] = new TextDecoder().decode(unpack(packed)).split("\n");
  const featureNames = features.split("\t");
  const m = featureNames.length;
  const X = new Float64Array(lines.length * m);
  const targets = new Float64Array(lines.length);
  for (const [i, line] of lines.entries()) {
    const values = line.split(",");
    for (let j = 0; j < m; j++) X[i * m + j] = Number(values[j]);
    targets[i] = Number(values[m]);
  }
  return {
    X: new NDArray(X, [lines.length, m]),
    targets,
    featureNames,
    targetNames: classes === "" ? [] : classes.split("\t"),
  };
}

function classification(packed: string, DESCR: string): Dataset {
  const { X, targets, featureNames, targetNames } = readTable(packed);
  const y = new NDArray(Int32Array.from(targets));
  return { X, y, data: X, target: y, featureNames, targetNames, DESCR };
}

/**
 * Iris flowers: 150 samples of three species, length and width of sepals and petals in cm.
 *
 * Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936).
 *
 * @param options there are none
 * @throws {UnknownNameError} at an option that there is not
 *
 * @example
 * ```ts
 * import { loadIris } from "@troupe/troupe";
 * loadIris().targetNames; // ["setosa", "versicolor", "virginica"]
 * ```
 */
export function loadIris(options: Readonly<Record<string, never>> = {}): Dataset {
  checkOptionNames("loadIris", options, [], loaderLeftOut);
  return classification(iris, "Iris: 150 flowers of three species, four measures in cm. R. A. Fisher (1936).");
}

/**
 * Wines: 178 samples of three cultivars, 13 chemical measures of very different size.
 *
 * Source: S. Aeberhard, M. Forina, "Wine", UCI Machine Learning Repository (1992).
 *
 * @param options there are none
 * @throws {UnknownNameError} at an option that there is not
 *
 * @example
 * ```ts
 * import { loadWine } from "@troupe/troupe";
 * loadWine().X.shape; // [178, 13]
 * ```
 */
export function loadWine(options: Readonly<Record<string, never>> = {}): Dataset {
  checkOptionNames("loadWine", options, [], loaderLeftOut);
  return classification(
    wine,
    "Wine: 178 wines of three cultivars, 13 chemical measures. S. Aeberhard, M. Forina (1992).",
  );
}

/**
 * Breast tumours: 569 samples, malignant (0) or benign (1), 30 measures of cell nuclei.
 *
 * Source: W. Wolberg and others, "Breast Cancer Wisconsin (Diagnostic)", UCI Machine Learning Repository (1993).
 *
 * @param options there are none
 * @throws {UnknownNameError} at an option that there is not
 *
 * @example
 * ```ts
 * import { loadBreastCancer } from "@troupe/troupe";
 * loadBreastCancer().X.shape; // [569, 30]
 * ```
 */
export function loadBreastCancer(options: Readonly<Record<string, never>> = {}): Dataset {
  checkOptionNames("loadBreastCancer", options, [], loaderLeftOut);
  return classification(
    breastCancer,
    "Breast cancer: 569 tumours, malignant or benign, 30 measures of cell nuclei. W. Wolberg and others (1993).",
  );
}

/**
 * Diabetes patients: 442 samples, ten measures, and how far the disease went in a year.
 *
 * Source: B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least angle regression", Annals of Statistics 32 (2004).
 *
 * @param options `scaled`: whether columns are centred and scaled to sum of squares 1; true if left out
 * @throws {UnknownNameError} at an option that there is not
 *
 * @example
 * ```ts
 * import { loadDiabetes } from "@troupe/troupe";
 * loadDiabetes().y.slice(0, 3).toArray(); // [151, 75, 141]
 * ```
 */
export function loadDiabetes(options: { scaled?: boolean } = {}): Dataset<Float64Array> {
  checkOptionNames("loadDiabetes", options, ["scaled"], loaderLeftOut);
  const { X, targets, featureNames, targetNames } = readTable(diabetes);
  if (options.scaled !== false) scaleColumns(X);
  const y = new NDArray(targets);
  const DESCR = "Diabetes: 442 patients, ten measures, progression after a year. B. Efron and others (2004).";
  return { X, y, data: X, target: y, featureNames, targetNames, DESCR };
}

function scaleColumns(X: NDArray<Float64Array>): void {
  const [n, m] = X.shape;
  const mean = X.mean(0).data;
  const std = X.std(0).data;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) X.data[at] = (X.data[at] - mean[j]) / std[j] / Math.sqrt(n);
  }
}
