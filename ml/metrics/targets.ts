import { type Labels, type LabelsLike, NDArray, type NumericData, type VectorLike } from "../array/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkSampleWeight,
  checkVector,
  compareText,
  InvalidInputError,
} from "../utils/mod.ts";

/** True and predicted labels as numbers of their classes. */
export interface ClassTargets {
  /** All labels that occur, or those asked for first and then the others, shape [nClasses]. */
  classes: Labels;
  /** How many of the classes were asked for: all, unless labels were given. */
  asked: number;
  /** Class of each sample. */
  truth: Int32Array;
  /** Class predicted for each sample. */
  predicted: Int32Array;
  /** Weight of each sample. */
  weight: Float64Array;
}

/** Encodes labels by the classes that occur in either list, or by `labels` and then the others in order. */
export function classTargets(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  sampleWeight?: VectorLike | null,
  labels?: LabelsLike | null,
): ClassTargets {
  checkConsistentLength({ yTrue, yPred, sampleWeight });
  const a = checkLabels(yTrue, "yTrue");
  const b = checkLabels(yPred, "yPred");
  if (a.size === 0) throw new InvalidInputError("yTrue is empty: a metric needs at least one sample");
  if ((a.dtype === "string") !== (b.dtype === "string")) {
    throw new InvalidInputError(`yTrue holds ${kind(a)} and yPred ${kind(b)}: they must be labels of the same kind`);
  }
  const given = labels !== undefined && labels !== null;
  const first: (number | string)[] = given ? [...checkLabels(labels, "labels").data] : [];
  const others = new Set<number | string>([...a.data, ...b.data]);
  for (const label of first) others.delete(label);
  const rest = [...others].sort((x, y) => typeof x === "string" ? compareText(x, y as string) : x - (y as number));
  const all = [...first, ...rest];
  const codeOf = new Map(all.map((label, c) => [label, c]));
  const encode = (y: Labels): Int32Array => {
    const data = y.data;
    const out = new Int32Array(data.length);
    for (let i = 0; i < data.length; i++) out[i] = codeOf.get(data[i]) as number;
    return out;
  };
  return {
    classes: a.dtype === "string"
      ? new NDArray(all as string[])
      : new NDArray(Float64Array.from(all as number[]) as NumericData),
    asked: given ? first.length : all.length,
    truth: encode(a),
    predicted: encode(b),
    weight: checkSampleWeight(sampleWeight, a.size),
  };
}

function kind(y: Labels): string {
  return y.dtype === "string" ? "text" : "numbers";
}

/** True and predicted numbers with the weights of the samples, all checked. */
export function numberTargets(
  yTrue: VectorLike,
  yPred: VectorLike,
  sampleWeight?: VectorLike | null,
): { truth: Float64Array; predicted: Float64Array; weight: Float64Array } {
  checkConsistentLength({ yTrue, yPred, sampleWeight });
  const truth = checkVector(yTrue, "yTrue").data;
  const predicted = checkVector(yPred, "yPred").data;
  if (truth.length === 0) throw new InvalidInputError("yTrue is empty: a metric needs at least one sample");
  return { truth, predicted, weight: checkSampleWeight(sampleWeight, truth.length) };
}
