import { allocate, type ArrayData, type NumericData } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { NDArray } from "./nd_array.ts";
import { type Column, toColumn } from "./column.ts";
import { Table } from "./table.ts";
import { fromColumns } from "./to_table.ts";

/**
 * Arrays and tables side by side, as one: an array where all are of numbers, else what {@linkcode Table} makes of their
 * columns.
 *
 * @param parts arrays of two axes, or tables, of the same number of rows
 * @param names what the columns of a table are called; x0, x1, … if left out
 * @throws {ShapeError} when they do not have the same number of rows, naming the first that differs
 *
 * @example
 * ```ts
 * import { NDArray, stackColumns } from "@troupe/troupe";
 * const a = new NDArray(new Float64Array([1, 2]), [2, 1]);
 * stackColumns([a, a]).toArray(); // [[1, 1], [2, 2]]
 * ```
 */
export function stackColumns(
  parts: readonly (NDArray<ArrayData> | Table)[],
  names?: readonly string[],
): NDArray<ArrayData> | Table {
  if (!Array.isArray(parts) || !parts.every((p) => typeof p === "object" && p !== null && "shape" in p)) {
    throw new ShapeError("stackColumns: expected a list of NDArrays or Tables");
  }
  const rows = parts.length === 0 ? 0 : parts[0].length;
  for (const [k, part] of parts.entries()) {
    if (part.shape.length !== 2) {
      throw new ShapeError(`stackColumns: part ${k} has shape [${part.shape.join(", ")}], expected two axes`);
    }
    if (part.length !== rows) {
      throw new ShapeError(`stackColumns: part ${k} has ${part.length} rows, part 0 has ${rows}`);
    }
  }
  const width = parts.reduce((sum, part) => sum + part.shape[1], 0);
  const filled = parts.filter((part) => part.shape[1] > 0);
  if (filled.every((part) => part instanceof NDArray && part.dtype !== "string" && part.dtype !== "int64")) {
    const arrays = filled as NDArray<NumericData>[];
    const { dtype } = arrays[0] ?? { dtype: "float64" };
    const same = arrays.every((a) => a.dtype === dtype) ? dtype : "float64";
    const out = allocate(same, rows * width) as NumericData;
    let start = 0;
    for (const { data, shape: [, m] } of arrays) {
      for (let i = 0, at = 0; i < rows; i++) {
        const to = i * width + start;
        for (let j = 0; j < m; j++) out[to + j] = data[at++];
      }
      start += m;
    }
    return new NDArray(out as ArrayData, [rows, width], same);
  }
  const columns = filled.flatMap((part): Column[] =>
    part instanceof Table ? part.columns : Array.from({ length: part.shape[1] }, (_, j) => toColumn(part.col(j)))
  );
  return fromColumns(columns, names);
}

/**
 * Two arrays of the same further axes, one below the other. Of different kinds, numbers become float64.
 *
 * @throws {ShapeError} when the further axes differ
 *
 * @example
 * ```ts
 * import { concatRows, toNDArray } from "@troupe/troupe";
 * concatRows(toNDArray([[1, 2]]), toNDArray([[3, 4]])).toArray(); // [[1, 2], [3, 4]]
 * ```
 */
export function concatRows(a: NDArray<ArrayData>, b: NDArray<ArrayData>): NDArray<ArrayData> {
  if (!(a instanceof NDArray && b instanceof NDArray)) throw new ShapeError("concatRows: expected two NDArrays");
  const rest = a.shape.slice(1);
  if (a.ndim !== b.ndim || rest.some((n, i) => n !== b.shape[i + 1])) {
    throw new ShapeError(`concatRows: shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] do not fit`);
  }
  const shape = [a.length + b.length, ...rest];
  if (a.dtype === "string" && b.dtype === "string") {
    return new NDArray([...a.data as string[], ...b.data as string[]], shape);
  }
  const dtype = a.dtype === b.dtype ? a.dtype : "float64";
  const [x, y] = [a, b].map((part) => (part.dtype === dtype ? part : part.astype(dtype)).data as NumericData);
  const out = allocate(dtype, a.size + b.size) as NumericData;
  out.set(x);
  out.set(y, a.size);
  return new NDArray(out as ArrayData, shape, dtype);
}
