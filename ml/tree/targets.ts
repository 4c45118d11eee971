import type { Labels, LabelsLike, VectorLike } from "../array/mod.ts";
import {
  checkClassificationTargets,
  checkLabels,
  checkOutputs,
  type ClassWeight,
  computeClassWeight,
  type Encoded,
  encodeLabels,
  InvalidInputError,
  InvalidParameterError,
} from "../utils/mod.ts";
import { labelColumns } from "./parameters.ts";

/** Targets of a classifier: a code for each sample and target. */
export interface ClassTargets {
  /** The classes of each target. */
  encoded: Encoded[];
  /** Their codes, row-major, shape [nSamples, nOutputs]. */
  y: Float64Array;
  /** Whether there is one target only, and what is learned is not put into lists. */
  single: boolean;
}

/**
 * Reads class labels: a list, or a table of a column for each target.
 *
 * @throws {InvalidInputError} when they are missing, hold NaN or fractions, or are not as many as the samples
 */
export function classTargets(y: LabelsLike, nSamples: number, caller: string): ClassTargets {
  const columns = labelColumns(y) ?? [y];
  const encoded = columns.map((column) => {
    const labels = checkLabels(column as LabelsLike, `${caller}: y`);
    checkClassificationTargets(labels, caller);
    if (labels.length !== nSamples) throw lengthError(caller, nSamples, labels.length);
    return encodeLabels(labels);
  });
  const k = encoded.length;
  const codes = new Float64Array(nSamples * k);
  encoded.forEach((e, j) => e.codes.forEach((code, i) => codes[i * k + j] = code));
  return { encoded, y: codes, single: k === 1 };
}

/** The classes and how many there are, in lists where there are several targets. */
export function learnedClasses({ encoded, single }: ClassTargets): { classes_: Labels; nClasses_: number } {
  const classes = encoded.map((e) => e.classes);
  const counts = classes.map((c) => c.size);
  return single
    ? { classes_: classes[0], nClasses_: counts[0] }
    : { classes_: classes as unknown as Labels, nClasses_: counts as unknown as number };
}

/** Numbers of a regressor: a list, or a table of a column for each target. */
export function numberTargets(
  y: VectorLike,
  nSamples: number,
  criterion: string,
  caller: string,
): { y: Float64Array; nOutputs: number } {
  const { table } = checkOutputs(y, `${caller}: y`);
  if (table.shape[0] !== nSamples) throw lengthError(caller, nSamples, table.shape[0]);
  if (criterion === "poisson") {
    const negative = table.data.findIndex((v) => v < 0);
    if (negative >= 0) {
      throw new InvalidInputError(`${caller}: criterion "poisson" needs y from 0 up, got ${table.data[negative]}`);
    }
    if (!table.data.some((v) => v > 0)) {
      throw new InvalidInputError(`${caller}: criterion "poisson" needs some y above 0`);
    }
  }
  return { y: table.data, nOutputs: table.shape[1] };
}

function lengthError(caller: string, nX: number, nY: number): InvalidInputError {
  return new InvalidInputError(`${caller}: inputs have inconsistent numbers of samples: X has ${nX}, y has ${nY}`);
}

/** Weights of classes for one target, or a list of such for several. */
export type ClassWeights = ClassWeight | readonly ClassWeight[];

/** The weight of each sample's classes, multiplied over the targets; null where all weigh 1. */
export function classWeights(
  classWeight: ClassWeights,
  encoded: readonly Encoded[],
  caller: string,
): Float64Array | null {
  if (classWeight === null) return null;
  const several = encoded.length > 1;
  if (several && classWeight !== "balanced" && !Array.isArray(classWeight)) {
    throw new InvalidParameterError(
      `${caller}: classWeight for several targets must be "balanced" or a list of weights`,
    );
  }
  if (Array.isArray(classWeight) && classWeight.length !== encoded.length) {
    throw new InvalidParameterError(
      `${caller}: classWeight has ${classWeight.length} entries for ${encoded.length} target(s)`,
    );
  }
  const out = new Float64Array(encoded[0].codes.length).fill(1);
  encoded.forEach((e, k) => {
    const weights = computeClassWeight((Array.isArray(classWeight) ? classWeight[k] : classWeight) as ClassWeight, e);
    for (let i = 0; i < out.length; i++) out[i] *= weights[e.codes[i]];
  });
  return out;
}

/** Codes of the largest value of each sample for one target, from what a tree or forest predicts. */
export function largest(values: Float64Array, stride: number, from: number, nClasses: number): Int32Array {
  const n = values.length / stride;
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const at = i * stride + from;
    let best = 0;
    for (let c = 1; c < nClasses; c++) if (values[at + c] > values[at + best]) best = c;
    out[i] = best;
  }
  return out;
}

/** Part of what a tree or forest predicts: the shares of one target's classes, shape [nSamples, nClasses]. */
export function sharesOf(values: Float64Array, stride: number, from: number, nClasses: number): Float64Array {
  const n = values.length / stride;
  const out = new Float64Array(n * nClasses);
  for (let i = 0; i < n; i++) for (let c = 0; c < nClasses; c++) out[i * nClasses + c] = values[i * stride + from + c];
  return out;
}

/** The classes of each target, whether they stand in a list or alone. */
export function classesOf(classes: Labels | readonly Labels[]): readonly Labels[] {
  return Array.isArray(classes) ? classes : [classes as Labels];
}
