import { InvalidInputError } from "./errors.ts";
import { type Labels, NDArray, type NumericData } from "../array/mod.ts";

/** The distinct labels in order, and for each sample the number of its own. */
export interface Encoded {
  /** Distinct labels, smallest first (text by code units), shape [nClasses]. */
  classes: Labels;
  /** For each sample the index of its label in `classes`. */
  codes: Int32Array;
  /** How many samples each class has. */
  counts: Int32Array;
}

/** Text in the order of its code points, as Python sorts it. */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}

/** Most numbers that a table from labels to classes has. */
const SMALL = 1 << 16;

/** Smallest and largest of some whole numbers; nothing when there is a fraction, or the span is large. */
export function smallSpan(lists: readonly ArrayLike<unknown>[]): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists as readonly ArrayLike<number>[]) {
    for (let i = 0; i < list.length; i++) {
      const v = list[i];
      if (v !== (v | 0)) return undefined;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  return high >= low && high - low < SMALL ? [low, high] : undefined;
}

/** The usual labels, small whole numbers, by a table: 30 times as fast as by a map. */
function encodeSmall(y: NDArray<NumericData>, [low, high]: readonly [number, number]): Encoded {
  const { data } = y;
  const tally = new Int32Array(high - low + 1);
  for (let i = 0; i < data.length; i++) tally[data[i] - low]++;
  const codeOf = new Int32Array(tally.length);
  const present: number[] = [];
  for (let v = 0; v < tally.length; v++) {
    codeOf[v] = present.length;
    if (tally[v] > 0) present.push(v + low);
  }
  const codes = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) codes[i] = codeOf[data[i] - low];
  return {
    classes: new NDArray(Float64Array.from(present)).astype(y.dtype) as Labels,
    codes,
    counts: Int32Array.from(present, (v) => tally[v - low]),
  };
}

function checkNDArray(x: unknown, what: string): void {
  if (x instanceof NDArray) return;
  throw new InvalidInputError(`${what} must be an NDArray, got ${x === null ? "null" : typeof x}`);
}

/**
 * Finds the classes of some labels: NumPy's `unique` with inverse and counts.
 *
 * @param y labels, shape [nSamples]
 * @throws {InvalidInputError} when it is no NDArray
 *
 * @example
 * ```ts
 * import { checkLabels, encodeLabels } from "@troupe/troupe";
 * encodeLabels(checkLabels(["b", "a", "b"])).codes; // Int32Array(3) [1, 0, 1]
 * ```
 */
export function encodeLabels(y: Labels): Encoded {
  checkNDArray(y, "encodeLabels: y");
  const span = y.dtype === "string" ? undefined : smallSpan([y.data as NumericData]);
  if (span !== undefined) return encodeSmall(y as NDArray<NumericData>, span);
  const codeOf = new Map<number | string, number>();
  const data = y.data;
  for (let i = 0; i < data.length; i++) {
    const label = data[i] === 0 ? 0 : data[i];
    if (!codeOf.has(label)) codeOf.set(label, 0);
  }
  let classes: Labels;
  if (y.dtype === "string") {
    classes = new NDArray([...codeOf.keys() as Iterable<string>].sort(compareText));
  } else {
    const sorted = Float64Array.from(codeOf.keys() as Iterable<number>).sort();
    classes = new NDArray(sorted).astype(y.dtype) as NDArray<NumericData>;
    // Booleans keep their name through astype, everything else its typed array.
  }
  for (let c = 0; c < classes.size; c++) codeOf.set(classes.data[c], c);
  const codes = new Int32Array(data.length);
  const counts = new Int32Array(classes.size);
  for (let i = 0; i < data.length; i++) {
    const c = codeOf.get(data[i]) as number;
    codes[i] = c;
    counts[c]++;
  }
  return { classes, codes, counts };
}

/**
 * The labels that some codes stand for.
 *
 * @param codes places of the labels among the classes
 * @throws {InvalidInputError} when classes are no NDArray
 *
 * @example
 * ```ts
 * import { checkLabels, decodeLabels, encodeLabels } from "@troupe/troupe";
 * const { classes, codes } = encodeLabels(checkLabels(["b", "a", "b"]));
 * decodeLabels(classes, codes).toArray(); // ["b", "a", "b"]
 * ```
 */
export function decodeLabels(classes: Labels, codes: ArrayLike<number>): Labels {
  checkNDArray(classes, "decodeLabels: classes");
  return classes.take(codes) as Labels;
}
