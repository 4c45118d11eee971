import { type LabelsLike, NDArray, type VectorLike } from "../array/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkParameters,
  checkVector,
  encodeLabels,
  integer,
  InvalidInputError,
  oneOf,
  quantileOfSorted,
} from "../utils/mod.ts";

/** Options of {@linkcode calibrationCurve}. */
export interface CalibrationCurveOptions {
  /** The class whose probability is given; 1 if left out and the classes are 0 and 1, or −1 and 1. */
  posLabel?: number | string | boolean | null;
  /** Number of bins; 5 if left out. Those that no sample falls into are not among the points. */
  nBins?: number;
  /** Whether bins are equally wide ("uniform", if left out) or hold equally many samples ("quantile"). */
  strategy?: "uniform" | "quantile";
}

/** How often it came true, against how often it was said to. */
export interface CalibrationCurve {
  /** Share of samples of the class in each bin, shape [nPoints]. */
  probTrue: NDArray<Float64Array>;
  /** Mean probability in each bin, shape [nPoints]. */
  probPred: NDArray<Float64Array>;
}

/**
 * Whether probabilities mean what they say: a curve on the diagonal does.
 *
 * Source: A. Niculescu-Mizil, R. Caruana, "Predicting good probabilities with supervised learning", ICML (2005).
 *
 * @param yTrue class of each sample, of two
 * @param yProb probability of the class looked for, shape [nSamples], from 0 to 1
 * @throws {InvalidInputError} when there are more than two classes, or numbers that are no probabilities
 *
 * @example
 * ```ts
 * import { calibrationCurve } from "@troupe/troupe";
 * const { probTrue, probPred } = calibrationCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { nBins: 2 });
 * probTrue.toArray(); // [0.333…, 1]
 * probPred.toArray(); // [0.283…, 0.8]
 * ```
 */
export function calibrationCurve(
  yTrue: LabelsLike,
  yProb: VectorLike,
  options: CalibrationCurveOptions = {},
): CalibrationCurve {
  const who = "calibrationCurve";
  checkOptionNames(who, options, ["posLabel", "nBins", "strategy"]);
  const { posLabel = null, nBins = 5, strategy = "uniform" } = options;
  checkParameters(who, { nBins, strategy }, { nBins: integer({ min: 1 }), strategy: oneOf("uniform", "quantile") });
  const labels = checkLabels(yTrue, `${who}: yTrue`);
  const { data: proba } = checkVector(yProb, `${who}: yProb`);
  checkConsistentLength({ yTrue: labels, yProb: proba });
  if (labels.size === 0) throw new InvalidInputError(`${who}: yTrue is empty: a curve needs at least one sample`);
  const classes = [...encodeLabels(labels).classes.data as Iterable<number | string>];
  if (classes.length > 2) {
    throw new InvalidInputError(`${who}: yTrue has ${classes.length} classes; a curve is for two`);
  }
  const bad = proba.findIndex((p) => !(p >= 0 && p <= 1));
  if (bad >= 0) throw new InvalidInputError(`${who}: yProb[${bad}] is ${proba[bad]}; probabilities are from 0 to 1`);
  const wanted = labelOf(who, classes, posLabel);
  const step = 1 / nBins;
  const sorted = strategy === "quantile" ? proba.slice().sort() : undefined;
  const edges = Float64Array.from({ length: nBins - 1 }, (_, i) => {
    const share = (i + 1) * step;
    return sorted === undefined ? share : quantileOfSorted(sorted, share * 100 / 100);
  });
  const sums = new Float64Array(nBins), hits = new Float64Array(nBins), counts = new Float64Array(nBins);
  for (let i = 0; i < proba.length; i++) {
    // Who stands on an edge belongs to the bin below.
    let bin = 0;
    while (bin < edges.length && proba[i] > edges[bin]) bin++;
    sums[bin] += proba[i];
    hits[bin] += labels.data[i] === wanted ? 1 : 0;
    counts[bin]++;
  }
  const means = (of: Float64Array): NDArray<Float64Array> =>
    new NDArray(of.map((v, b) => v / counts[b]).filter((_, b) => counts[b] > 0));
  return { probTrue: means(hits), probPred: means(sums) };
}

/** The class looked for. */
function labelOf(
  who: string,
  classes: readonly (number | string)[],
  posLabel: number | string | boolean | null,
): number | string {
  if (posLabel !== null) return typeof posLabel === "boolean" ? Number(posLabel) : posLabel;
  const usual = classes.every((v) => v === 0 || v === 1) || classes.every((v) => v === -1 || v === 1);
  if (usual) return 1;
  throw new InvalidInputError(`${who}: classes are ${classes.join(", ")}; say which is looked for by posLabel`);
}
