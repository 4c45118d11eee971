import { NDArray, Table } from "../array/mod.ts";

/** The samples with these numbers, of whatever kind the input is: an array, something shaped, or a list. */
export function takeRows(x: unknown, indices: ArrayLike<number>): unknown {
  if (x instanceof NDArray || x instanceof Table) return x.take(indices);
  if (typeof x === "object" && x !== null && "data" in x && "shape" in x) {
    const { data, shape } = x as { data: Float64Array; shape: number[] };
    return new NDArray(data, shape).take(indices);
  }
  if (ArrayBuffer.isView(x)) return new NDArray(x as Float64Array).take(indices).data;
  return Array.from(indices, (i) => (x as ArrayLike<unknown>)[i]);
}

/** The columns with these numbers, of a table. */
export function takeColumns(X: NDArray, columns: ArrayLike<number>): NDArray {
  return X.transpose().take(columns).transpose();
}
