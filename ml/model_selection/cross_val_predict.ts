import { registerInternals } from "../../actors/code/mod.ts";
import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  type VectorLike,
} from "../array/mod.ts";
import { clone, isClassifier } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  encodeLabels,
  InvalidParameterError,
  numSamples,
} from "../utils/mod.ts";
import { checkEstimatorGiven } from "./check_estimator_given.ts";
import { SplitError } from "./errors.ts";
import { type Fittable, partOf } from "./fit_and_score.ts";
import { checkCv, type CrossValidation } from "./splitter.ts";
import { takeRows } from "./take_rows.ts";

/** What {@linkcode crossValPredict} can ask estimators for. */
export type PredictMethod = "predict" | "predictProba" | "predictLogProba" | "decisionFunction" | "transform";

/** Parameters of {@linkcode crossValPredict}. */
export interface CrossValPredictOptions {
  /** How samples are divided: each must be tested once; 5 folds if left out. */
  cv?: CrossValidation;
  /** What the fitted estimators are asked for; "predict" if left out. */
  method?: PredictMethod;
  /** How many fits at a time; what the backend in force says if left out. */
  nJobs?: number | null;
  /** 1 and more show progress; 0 if left out. */
  verbose?: number;
  /** Weight of each sample, for `fit`. */
  sampleWeight?: VectorLike | null;
  /** Group of each sample, for the splitter. */
  groups?: LabelsLike | null;
  /** How many fits are given out ahead; "2*nJobs" if left out. */
  preDispatch?: number | string;
}

/** What a fit said of its test samples. */
interface Predicted {
  split: number;
  output: NDArray<ArrayData>;
  /** The classes that it has seen. */
  classes: Labels | null;
}

/** Fits to the training samples of a split, and asks for a method's output on the others. */
export async function fitAndPredict(
  split: number,
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null,
  sampleWeight: VectorLike | null,
  train: Int32Array,
  test: Int32Array,
  method: PredictMethod,
): Promise<Predicted> {
  const own = clone(estimator) as Fittable & Record<string, (X: MatrixLike) => Promise<NDArray<ArrayData>>>;
  const yTrain = y === null ? undefined : takeRows(y, train) as LabelsLike;
  const XTrain = partOf(own, X, train, train);
  if (sampleWeight === null) await own.fit(XTrain, yTrain);
  else await own.fit(XTrain, yTrain, takeRows(sampleWeight, train) as VectorLike);
  const output = await own[method](partOf(own, X, test, train));
  return { split, output, classes: (own as { classes_?: Labels }).classes_ ?? null };
}

registerInternals({ fitAndPredict });

/**
 * What estimators say of samples that they were not fitted to: each sample is in one test set.
 *
 * Where a training set misses a class, its column is 0 for probabilities, and the least number there is for decision
 * values and logarithms.
 *
 * @param estimator is cloned, and stays as it is
 * @param X samples, shape [nSamples, nFeatures]
 * @param y targets
 * @returns shape [nSamples], or [nSamples, nClasses], in the order of the samples
 * @throws {SplitError} when a sample is in no test set, or in several
 * @throws {InvalidParameterError} when the estimator does not have the method
 *
 * @example
 * ```ts
 * import { accuracyScore, crossValPredict, loadIris, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * accuracyScore(y, await crossValPredict(new SVC(), X, y)); // 0.966…
 * ```
 */
export async function crossValPredict(
  estimator: object,
  X: MatrixLike,
  y?: LabelsLike | null,
  options: CrossValPredictOptions = {},
): Promise<NDArray<ArrayData>> {
  const known = ["cv", "method", "nJobs", "verbose", "sampleWeight", "groups", "preDispatch"];
  checkEstimatorGiven("crossValPredict", estimator);
  checkOptionNames("crossValPredict", options, known, { params: "give sampleWeight" });
  const { method = "predict", sampleWeight = null, groups } = options;
  if (typeof (estimator as Record<string, unknown>)[method] !== "function") {
    throw new InvalidParameterError(`crossValPredict: ${estimator.constructor.name} has no ${method}()`);
  }
  checkConsistentLength({ X, y, sampleWeight, groups });
  const n = numSamples(X);
  const splits = [...checkCv(options.cv, y, { classifier: isClassifier(estimator) }).split(X, y, groups)];
  checkPartition(splits.map(([, test]) => test), n);
  const byClass = method !== "predict" && method !== "transform" && isClassifier(estimator) && y !== undefined &&
    y !== null;
  const classes = byClass ? encodeLabels(checkLabels(y)).classes : undefined;
  const parallel = new Parallel({
    nJobs: options.nJobs ?? null,
    preDispatch: options.preDispatch ?? "2*nJobs",
    verbose: options.verbose ?? 0,
  });
  const fits = await parallel.run(
    splits.map(([train, test], s) =>
      delayed(fitAndPredict)(s, estimator, X, y ?? null, sampleWeight, train, test, method)
    ),
  );
  const outputs = fits.map((f) => classes === undefined ? f.output : forAllClasses(f, classes, method));
  return inOrder(outputs, splits.map(([, test]) => test), n);
}

function checkPartition(tests: readonly Int32Array[], n: number): void {
  const seen = new Uint8Array(n);
  for (const test of tests) for (const i of test) seen[i]++;
  const bad = seen.findIndex((count) => count !== 1);
  if (bad >= 0) {
    throw new SplitError(
      `crossValPredict: each sample must be in one test set, but sample ${bad} is in ${seen[bad]}; use folds`,
    );
  }
}

/** Columns for all classes, of an estimator that may have seen some only. */
function forAllClasses({ output, classes }: Predicted, all: Labels, method: PredictMethod): NDArray<ArrayData> {
  if (classes === null || classes.size === all.size) return output;
  console.warn(`crossValPredict: a training set has ${classes.size} of ${all.size} classes; stratified folds have all`);
  if (output.ndim !== 2 || output.shape[1] !== classes.size) {
    throw new SplitError(
      `crossValPredict: ${method} gives ${
        output.shape[1] ?? 1
      } column(s) for the ${classes.size} classes of a training ` +
        `set that misses some of ${all.size}; use stratified folds`,
    );
  }
  const [n, k] = output.shape;
  const out = new Float64Array(n * all.size).fill(method === "predictProba" ? 0 : -Number.MAX_VALUE);
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...all.data as Iterable<unknown>].indexOf(v));
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) out[i * all.size + places[c]] = Number(output.data[i * k + c]);
  }
  return new NDArray(out, [n, all.size]);
}

/** Rows put back to where their samples stand. */
function inOrder(outputs: readonly NDArray<ArrayData>[], tests: readonly Int32Array[], n: number): NDArray<ArrayData> {
  const place = new Int32Array(n);
  let at = 0;
  for (const test of tests) for (const i of test) place[i] = at++;
  const [first] = outputs;
  const stride = first.shape.slice(1).reduce((a, b) => a * b, 1);
  if (first.dtype === "string") {
    const all = new NDArray(outputs.flatMap((o) => o.data as string[]), [n, ...first.shape.slice(1)]);
    return all.take(place);
  }
  const data = new (first.data.constructor as new (size: number) => Float64Array)(n * stride);
  outputs.reduce((offset, o) => {
    data.set(o.data as Float64Array, offset);
    return offset + o.size;
  }, 0);
  return new NDArray(data, [n, ...first.shape.slice(1)], first.dtype).take(place);
}
