import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  type NumericData,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkSampleWeight,
  compareText,
  InvalidInputError,
  smallSpan,
  typeOfTarget,
} from "../utils/mod.ts";

/**
 * Targets of a classification metric: a class for each sample, or, for samples of several labels at once, a table of
 * zeros and ones with a column for each label.
 */
export type TargetsLike = LabelsLike | MatrixLike;

/** True and predicted labels as numbers of their classes. */
export interface ClassTargets {
  /** All labels that occur, or those asked for first and then the others, shape [nClasses]. */
  classes: Labels;
  /** How many of the classes were asked for: all, unless labels were given. */
  asked: number;
  /** How many distinct labels occur in either list. */
  present: number;
  /** Class of each sample. */
  truth: Int32Array;
  /** Class predicted for each sample. */
  predicted: Int32Array;
  /** Weight of each sample. */
  weight: Float64Array;
}

/** Labels of either list, checked, and of the same kind. */
function checkPairOfLabels(yTrue: TargetsLike, yPred: TargetsLike, sampleWeight?: VectorLike | null): [Labels, Labels] {
  checkConsistentLength({ yTrue, yPred, sampleWeight });
  const a = checkLabels(yTrue as LabelsLike, "yTrue");
  const b = checkLabels(yPred as LabelsLike, "yPred");
  if (a.size === 0) throw new InvalidInputError("yTrue is empty: a metric needs at least one sample");
  if ((a.dtype === "string") !== (b.dtype === "string")) {
    throw new InvalidInputError(`yTrue holds ${kind(a)} and yPred ${kind(b)}: they must be labels of the same kind`);
  }
  return [a, b];
}

/** Which samples have the label that was predicted: 1 for each. */
export function equalLabels(yTrue: TargetsLike, yPred: TargetsLike, sampleWeight?: VectorLike | null): Uint8Array {
  const [a, b] = checkPairOfLabels(yTrue, yPred, sampleWeight);
  const right = new Uint8Array(a.size);
  if (a.data instanceof Int32Array && b.data instanceof Int32Array) {
    // Integers are labels, whichever they are.
    const truth: Int32Array = a.data, predicted: Int32Array = b.data;
    for (let i = 0; i < right.length; i++) right[i] = truth[i] === predicted[i] ? 1 : 0;
    return right;
  }
  const { truth, predicted } = encodeSmall(a, b, []) ?? encodeAny(a, b, []);
  for (let i = 0; i < right.length; i++) right[i] = truth[i] === predicted[i] ? 1 : 0;
  return right;
}

/** Encodes labels by the classes that occur in either list, or by `labels` and then the others in order. */
export function classTargets(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  sampleWeight?: VectorLike | null,
  labels?: LabelsLike | null,
): ClassTargets {
  const [a, b] = checkPairOfLabels(yTrue, yPred, sampleWeight);
  const given = labels !== undefined && labels !== null;
  const first: (number | string)[] = given ? [...checkLabels(labels, "labels").data] : [];
  if (given && first.length === 0) throw new InvalidInputError("labels is empty: ask for at least one");
  const { all, present, truth, predicted } = encodeSmall(a, b, first) ?? encodeAny(a, b, first);
  return {
    classes: a.dtype === "string"
      ? new NDArray(all as string[])
      : new NDArray(Float64Array.from(all as number[]) as NumericData),
    asked: given ? first.length : all.length,
    present,
    truth,
    predicted,
    weight: checkSampleWeight(sampleWeight, a.size),
  };
}

interface Coded {
  all: (number | string)[];
  present: number;
  truth: Int32Array;
  predicted: Int32Array;
}

/** The usual labels, small whole numbers, are looked up in a table. */
function encodeSmall(a: Labels, b: Labels, first: readonly (number | string)[]): Coded | undefined {
  if (a.dtype === "string") return undefined;
  const lists = [a.data as NumericData, b.data as NumericData];
  const span = smallSpan([...lists, first as number[]]);
  if (span === undefined) return undefined;
  const [low, high] = span;
  const codeOf = new Int32Array(high - low + 1).fill(-1);
  for (const list of lists) for (let i = 0; i < list.length; i++) codeOf[list[i] - low] = 0;
  const present = codeOf.reduce((n, c) => n + (c === 0 ? 1 : 0), 0);
  const all = [...first] as number[];
  for (const label of all) codeOf[label - low] = -1;
  for (let v = low; v <= high; v++) if (codeOf[v - low] === 0) all.push(v);
  all.forEach((label, c) => codeOf[label - low] = c);
  const [truth, predicted] = lists.map((list) => {
    const out = new Int32Array(list.length);
    for (let i = 0; i < list.length; i++) out[i] = codeOf[list[i] - low];
    return out;
  });
  return { all, present, truth, predicted };
}

function encodeAny(a: Labels, b: Labels, first: readonly (number | string)[]): Coded {
  for (const [name, y] of [["yTrue", a], ["yPred", b]] as const) {
    if (typeOfTarget(y) === "continuous") {
      throw new InvalidInputError(
        `${name} holds fractions, which are no class labels; use a regression metric, or round`,
      );
    }
  }
  const others = new Set<number | string>([...a.data, ...b.data]);
  const present = others.size;
  for (const label of first) others.delete(label);
  const rest = [...others].sort((x, y) => typeof x === "string" ? compareText(x, y as string) : x - (y as number));
  const all = [...first, ...rest];
  const codeOf = new Map(all.map((label, c) => [label, c]));
  const encode = ({ data }: Labels): Int32Array => {
    const out = new Int32Array(data.length);
    for (let i = 0; i < data.length; i++) out[i] = codeOf.get(data[i]) as number;
    return out;
  };
  return { all, present, truth: encode(a), predicted: encode(b) };
}

function kind(y: Labels): string {
  return y.dtype === "string" ? "text" : "numbers";
}

/** Tables of zeros and ones: which labels each sample has, and which were predicted. */
export interface IndicatorTargets {
  /** Number of samples. */
  n: number;
  /** Number of labels. */
  k: number;
  /** 1 where a sample has a label, row after row. */
  truth: Uint8Array;
  /** 1 where a label was predicted, row after row. */
  predicted: Uint8Array;
  /** Weight of each sample. */
  weight: Float64Array;
}

/** True for a table of two columns or more, which is how samples of several labels are given. */
export function isTable(y: unknown): boolean {
  if (y instanceof NDArray) return y.ndim === 2 && y.shape[1] > 1;
  if (typeof y !== "object" || y === null) return false;
  if ("shape" in y) return Array.isArray(y.shape) && y.shape.length === 2 && y.shape[1] > 1;
  if (!Array.isArray(y) || y.length === 0) return false;
  const row: unknown = y[0];
  return (Array.isArray(row) || ArrayBuffer.isView(row) || row instanceof NDArray) &&
    (row as unknown as ArrayLike<unknown>).length > 1;
}

/** A table of zeros and ones, checked. */
export function checkIndicator(y: TargetsLike, name: string): { n: number; k: number; data: Uint8Array } {
  const array: NDArray<ArrayData> = toNDArray(y as MatrixLike, name);
  if (array.ndim !== 2) {
    throw new InvalidInputError(`${name} should be a table of zeros and ones, got shape [${array.shape.join(", ")}]`);
  }
  const out = new Uint8Array(array.size);
  const data = array.data;
  for (let i = 0; i < data.length; i++) {
    const v = Number(data[i]);
    if (v !== 0 && v !== 1) {
      throw new InvalidInputError(`${name} has two axes, and so must hold zeros and ones only; got ${data[i]}`);
    }
    out[i] = v;
  }
  return { n: array.shape[0], k: array.shape[1], data: out };
}

/** Both tables, of the same shape. */
export function indicatorTargets(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  sampleWeight?: VectorLike | null,
): IndicatorTargets {
  checkConsistentLength({ yTrue, yPred, sampleWeight });
  const truth = checkIndicator(yTrue, "yTrue");
  const predicted = checkIndicator(yPred, "yPred");
  if (truth.k !== predicted.k) {
    throw new InvalidInputError(
      `yTrue has ${truth.k} columns and yPred ${predicted.k}: they must have the same labels`,
    );
  }
  if (truth.n === 0) throw new InvalidInputError("yTrue is empty: a metric needs at least one sample");
  return {
    n: truth.n,
    k: truth.k,
    truth: truth.data,
    predicted: predicted.data,
    weight: checkSampleWeight(sampleWeight, truth.n),
  };
}
