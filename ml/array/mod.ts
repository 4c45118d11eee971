/**
 * Arrays: row-major over typed arrays, with views, reductions, and what makes one of lists.
 * @module
 */
export * from "./convert.ts";
export { type ArrayData, type DType, type DTypeData, type ElementOf, type NumericData } from "./dtype.ts";
export { allocate, dtypeOf, isIntegral } from "./dtype.ts";
export * from "./errors.ts";
export { escapeHTML, formatArray, type Printable } from "./inspect.ts";
export { NDArray, type Nested, sizeOf } from "./nd_array.ts";
export { pairwiseSum, variance } from "./reduce.ts";
export {
  type Cell,
  type Column,
  type ColumnKind,
  type ColumnLike,
  fromColumns,
  kindOf,
  Table,
  toColumn,
  toTable,
} from "./table.ts";
export { concatRows, stackColumns } from "./stack.ts";
