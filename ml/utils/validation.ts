import {
  type ArrayData,
  dtypeOf,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  type NumericData,
  ShapeError,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import { InvalidInputError } from "./errors.ts";
import { checkOptions } from "./option_names.ts";

/** What `checkArray` asks of a table. */
export interface CheckArrayOptions {
  /** What errors call it; "X" if left out. */
  inputName?: string;
  /** Who checks, for the errors: "SVC.fit". */
  caller?: string;
  /** Fewest rows; 1 if left out. */
  ensureMinSamples?: number;
  /** Fewest columns; 1 if left out. */
  ensureMinFeatures?: number;
  /** Whether NaN and infinities are refused; true if left out. "allow-nan" lets only NaN pass. */
  forceAllFinite?: boolean | "allow-nan";
}

/**
 * Makes a float64 table of the input, or says what is wrong with it. What already is one is not copied.
 *
 * @throws {InvalidInputError} when there are not two axes, too few rows or columns, or NaN or infinite values
 *
 * @example
 * ```ts
 * import { checkArray } from "@troupe/troupe";
 * checkArray([[1, 2], [3, 4]]).shape; // [2, 2]
 * ```
 */
export function checkArray(X: MatrixLike, options: CheckArrayOptions = {}): NDArray<Float64Array> {
  checkOptions("checkArray", options);
  const { inputName = "X", caller, ensureMinSamples = 1, ensureMinFeatures = 1, forceAllFinite = true } = options;
  const where = caller === undefined ? "" : `${caller}: `;
  const array = toNDArray(X, `${where}${inputName}`);
  if (array.ndim !== 2) {
    const hint = array.size === 0
      ? "; it is empty"
      : array.ndim === 1
      ? "; reshape(-1, 1) makes a table of one feature, reshape(1, -1) one of a single sample"
      : "";
    throw new InvalidInputError(
      `${where}expected a 2D array for ${inputName}, got shape [${array.shape.join(", ")}]${hint}`,
    );
  }
  const [n, m] = array.shape;
  if (n < ensureMinSamples) {
    throw new InvalidInputError(
      `${where}${inputName} has ${n} sample(s) (shape [${n}, ${m}]) while a minimum of ${ensureMinSamples} is required`,
    );
  }
  if (m < ensureMinFeatures) {
    throw new InvalidInputError(
      `${where}${inputName} has ${m} feature(s) (shape [${n}, ${m}]) while a minimum of ${ensureMinFeatures} is required`,
    );
  }
  const table = toFloat64(array, `${where}${inputName}`);
  if (forceAllFinite !== false) assertFinite(table, `${where}${inputName}`, forceAllFinite === "allow-nan");
  return table;
}

/** The same numbers in float64; text is refused unless it spells numbers. */
export function toFloat64(array: NDArray<ArrayData>, name: string): NDArray<Float64Array> {
  if (array.dtype === "float64") return array as NDArray<Float64Array>;
  const out = array.astype("float64");
  if (array.dtype === "string") {
    const bad = out.data.findIndex((v) => v !== v);
    if (bad >= 0) {
      throw new InvalidInputError(`${name}: could not convert text to number: ${JSON.stringify(array.data[bad])}`);
    }
  }
  return out;
}

/** @throws {InvalidInputError} when there is a NaN or an infinity, with its place */
export function assertFinite(array: NDArray<NumericData>, name: string, allowNaN = false): void {
  const data = array.data;
  // Zero times anything finite is zero: one multiply-add a value, without branches.
  // Four sums, for one alone waits for each addition to end before the next.
  let a = 0, b = 0, c = 0, d = 0;
  const whole = data.length - data.length % 4;
  for (let i = 0; i < whole; i += 4) {
    a += data[i] * 0;
    b += data[i + 1] * 0;
    c += data[i + 2] * 0;
    d += data[i + 3] * 0;
  }
  for (let i = whole; i < data.length; i++) a += data[i] * 0;
  if (a + b + c + d === 0) return;
  const at = data.findIndex((v) => !Number.isFinite(v) && !(allowNaN && v !== v));
  if (at < 0) return;
  const place = array.ndim === 2 ? `[${Math.floor(at / array.shape[1])}, ${at % array.shape[1]}]` : `[${at}]`;
  throw new InvalidInputError(`${name} contains ${data[at] !== data[at] ? "NaN" : "infinity"}, first at ${place}`);
}

/**
 * A list of numbers as float64, or what is wrong with it. A table of one column counts as a list.
 *
 * @throws {InvalidInputError} when there is more than one column, or NaN or infinite values
 *
 * @example
 * ```ts
 * import { checkVector } from "@troupe/troupe";
 * checkVector([1, 2], "y").shape; // [2]
 * ```
 */
export function checkVector(y: VectorLike, name: string): NDArray<Float64Array> {
  const vector = toFloat64(column1d(toNDArray(y, name), name), name);
  assertFinite(vector, name);
  return vector;
}

/**
 * Class labels as an array of numbers or text, or what is wrong with them.
 *
 * @throws {InvalidInputError} when there is more than one column, or NaN or infinite labels
 *
 * @example
 * ```ts
 * import { checkLabels } from "@troupe/troupe";
 * checkLabels(["a", "b"]).dtype; // "string"
 * ```
 */
export function checkLabels(y: LabelsLike, name = "y"): Labels {
  if (y === undefined || y === null) {
    throw new InvalidInputError(`${name} is needed, but it is ${y}: this estimator learns from labels`);
  }
  let array = column1d(toNDArray(y as VectorLike, name), name);
  if (array.dtype === "int64") array = array.astype("float64");
  const labels = array as Labels;
  if (labels.dtype === "float64" || labels.dtype === "float32") assertFinite(labels as NDArray<NumericData>, name);
  return labels;
}

function column1d(array: NDArray<ArrayData>, name: string): NDArray<ArrayData> {
  if (array.ndim === 1) return array;
  if (array.ndim === 2 && array.shape[1] === 1) return array.ravel();
  throw new InvalidInputError(`${name} should be a 1D array, got shape [${array.shape.join(", ")}]`);
}

/** How many samples an input has, without converting it. */
export function numSamples(x: unknown): number {
  if (x instanceof NDArray) return x.length;
  if (typeof x === "object" && x !== null) {
    if ("shape" in x && Array.isArray(x.shape)) return x.shape[0];
    if ("length" in x && typeof x.length === "number") return x.length;
  }
  throw new ShapeError(`expected a list or an array, got ${x === null ? "null" : typeof x}`);
}

/**
 * Checks that inputs have the same number of samples; those that are null or undefined are not there.
 *
 * @param named the inputs, by the names that the error calls them
 * @throws {InvalidInputError} when they do not
 *
 * @example
 * ```ts
 * import { checkConsistentLength } from "@troupe/troupe";
 * checkConsistentLength({ X: [[1, 2], [3, 4]], y: [0, 1], sampleWeight: null });
 * try {
 *   checkConsistentLength({ X: [[1, 2], [3, 4]], y: [0] });
 * } catch (e) {
 *   console.log((e as Error).message); // "inputs have inconsistent numbers of samples: X has 2, y has 1"
 * }
 * ```
 */
export function checkConsistentLength(named: Readonly<Record<string, unknown>>): void {
  checkOptions("checkConsistentLength", named);
  const lengths = Object.entries(named).filter(([, x]) => x !== undefined && x !== null)
    .map(([name, x]) => [name, numSamples(x)] as const);
  if (new Set(lengths.map(([, n]) => n)).size > 1) {
    const list = lengths.map(([name, n]) => `${name} has ${n}`).join(", ");
    throw new InvalidInputError(`inputs have inconsistent numbers of samples: ${list}`);
  }
}

/**
 * A weight for each of `n` samples as float64: ones if none are given.
 *
 * @throws {InvalidInputError} when there are not `n`, or one is negative, NaN or infinite, or all are 0
 *
 * @example
 * ```ts
 * import { checkSampleWeight } from "@troupe/troupe";
 * checkSampleWeight(undefined, 3); // Float64Array(3) [1, 1, 1]
 * ```
 */
export function checkSampleWeight(weight: VectorLike | undefined | null, n: number): Float64Array {
  if (weight === undefined || weight === null) return new Float64Array(n).fill(1);
  const { data } = checkVector(weight, "sampleWeight");
  if (data.length !== n) throw new InvalidInputError(`sampleWeight has ${data.length} values for ${n} samples`);
  const negative = data.findIndex((w) => w < 0);
  if (negative >= 0) throw new InvalidInputError(`sampleWeight[${negative}] is negative: ${data[negative]}`);
  if (n > 0 && data.every((w) => w === 0)) {
    throw new InvalidInputError("sampleWeight is 0 for every sample; at least one must weigh something");
  }
  return data;
}

/** What kind of target y is, by scikit-learn's names for one output. */
export function typeOfTarget(y: Labels): "binary" | "multiclass" | "continuous" {
  if (y.dtype === "float64" || y.dtype === "float32") {
    const data = y.data as NumericData;
    for (let i = 0; i < data.length; i++) if (data[i] !== Math.trunc(data[i])) return "continuous";
  }
  // The third value that is none of the first two decides; a set of all would cost ten times as much.
  const data: ArrayLike<unknown> = y.data;
  let other: unknown;
  for (let i = 1; i < data.length; i++) {
    if (data[i] === data[0] || data[i] === other) continue;
    if (other !== undefined) return "multiclass";
    other = data[i];
  }
  return "binary";
}

/**
 * Checks that targets can be class labels.
 *
 * @throws {InvalidInputError} when y holds fractions
 *
 * @example
 * ```ts
 * import { checkClassificationTargets, checkLabels } from "@troupe/troupe";
 * checkClassificationTargets(checkLabels([0, 1, 1]));
 * checkClassificationTargets(checkLabels(["no", "yes"])); // [0.5, 1] would throw an InvalidInputError
 * ```
 */
export function checkClassificationTargets(y: Labels, caller?: string): void {
  if (typeof y !== "object" || y === null || !("data" in y)) {
    const got = y === null ? "null" : typeof y;
    throw new InvalidInputError(`${caller ?? "checkClassificationTargets"}: y must be an array of labels, got ${got}`);
  }
  if (typeOfTarget(y) === "continuous") {
    throw new InvalidInputError(
      `${
        caller === undefined ? "" : `${caller}: `
      }y holds fractions, which are no class labels; use a regressor, or round`,
    );
  }
}

/** True for something an array can be laid over or made of without looking inside. */
export function isArrayLike(x: unknown): boolean {
  return x instanceof NDArray || dtypeOf(x) !== undefined || Array.isArray(x) ||
    (typeof x === "object" && x !== null && "data" in x && "shape" in x);
}
