import { type ArrayData, type NDArray, ShapeError, toNDArray } from "../array/mod.ts";
import type { MatrixLike, VectorLike } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";

/** A table as float64 that is finite: the input's own data where it is that already. */
export function table(x: MatrixLike, where: string): NDArray<Float64Array> {
  const array = float64(toNDArray(x, where), where);
  if (array.ndim !== 2) throw new ShapeError(`${where}: expected two axes, got shape [${array.shape.join(", ")}]`);
  return array;
}

/** The same, with as many rows as columns. */
export function square(x: MatrixLike, where: string): NDArray<Float64Array> {
  const array = table(x, where);
  if (array.shape[0] !== array.shape[1]) {
    throw new ShapeError(`${where}: expected as many rows as columns, got shape [${array.shape.join(", ")}]`);
  }
  return array;
}

/** Right-hand sides: a vector, or a table of columns; `rows` of them. */
export function sides(
  b: MatrixLike | VectorLike,
  rows: number,
  where: string,
): { data: Float64Array; shape: number[]; count: number } {
  const array = float64(toNDArray(b, where), where);
  if (array.ndim < 1 || array.ndim > 2 || array.shape[0] !== rows) {
    throw new ShapeError(`${where}: expected ${rows} rows, got shape [${array.shape.join(", ")}]`);
  }
  return { data: array.data, shape: array.shape, count: array.ndim === 1 ? 1 : array.shape[1] };
}

function float64(array: NDArray<ArrayData>, where: string): NDArray<Float64Array> {
  const out = array.dtype === "float64" ? array as NDArray<Float64Array> : array.astype("float64");
  const bad = firstNotFinite(out.data);
  if (bad >= 0) throw new InvalidInputError(`${where}: element ${bad} is ${out.data[bad]}, expected finite numbers`);
  return out;
}

function firstNotFinite(data: Float64Array): number {
  // A sum of zeros times them is zero, unless there is one; then it is looked for.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * 0;
  return sum === 0 ? -1 : data.findIndex((v) => !Number.isFinite(v));
}
