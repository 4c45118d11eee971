import type { ArrayData, DType, NumericData } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { argExtreme, type LineReduction, reduceLines } from "./reduce.ts";

/** What reductions need of an array. */
interface Elements {
  readonly data: ArrayData;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The elements as numbers. */
export function numbersOf({ data, dtype }: Elements, what: string): NumericData {
  if (dtype === "string") throw new DTypeError(`NDArray.${what}(): elements are text`);
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : data as NumericData;
}

/** What `reduce` makes of each line along an axis, and the shape of that. */
export function along(array: Elements, what: string, axis: number, reduce: LineReduction): [Float64Array, number[]] {
  const { shape } = array;
  const at = axis < 0 ? axis + shape.length : axis;
  if (!(at >= 0 && at < shape.length)) {
    throw new ShapeError(`NDArray.${what}(): no axis ${axis} in shape [${shape.join(", ")}]`);
  }
  const inner = shape.slice(at + 1).reduce((a, n) => a * n, 1);
  return [reduceLines(numbersOf(array, what), shape[at], inner, reduce), shape.filter((_, i) => i !== at)];
}

function mustHaveSome({ data }: Elements, what: string): void {
  if (data.length === 0) throw new ShapeError(`NDArray.${what}(): the array is empty`);
}

/** Where the extreme value of all stands. */
export function placeOfExtreme(array: Elements, what: string, sign: 1 | -1): number {
  mustHaveSome(array, what);
  const data = numbersOf(array, what);
  return argExtreme(data, 0, data.length, sign);
}

/** The extreme value of all. */
export function extreme(array: Elements, what: string, sign: 1 | -1): number {
  mustHaveSome(array, what);
  const data = numbersOf(array, what);
  return data[argExtreme(data, 0, data.length, sign)];
}

/** Where the extreme values along an axis stand. */
export function placesOfExtremes(array: Elements, what: string, sign: 1 | -1, axis: number): [Int32Array, number[]] {
  mustHaveSome(array, what);
  const [places, shape] = along(array, what, axis, (d, at, n) => argExtreme(d, at, n, sign));
  return [Int32Array.from(places), shape];
}

/** The extreme values along an axis. */
export function extremes(array: Elements, what: string, sign: 1 | -1, axis: number): [Float64Array, number[]] {
  mustHaveSome(array, what);
  return along(array, what, axis, (d, at, n) => d[at + argExtreme(d, at, n, sign)]);
}
