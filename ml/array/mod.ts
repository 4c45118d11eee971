/**
 * Arrays: row-major over typed arrays, with views, reductions, and what makes one of lists.
 * @module
 */
export * from "./convert.ts";
export { type ArrayData, type DType, type DTypeData, type ElementOf, type NumericData } from "./dtype.ts";
export { allocate, dtypeOf, isIntegral } from "./dtype.ts";
export * from "./errors.ts";
export { escapeHTML, formatArray, type Printable } from "./inspect.ts";
export { NDArray, type Nested } from "./nd_array.ts";
export { pairwiseSum, variance } from "./reduce.ts";
export { type Cell, type Column, type ColumnKind, type ColumnLike, kindOf, toColumn } from "./column.ts";
export { sizeOf } from "./shape.ts";
export { concatRows, stackColumns } from "./stack.ts";
export { Table } from "./table.ts";
export { fromColumns, toTable } from "./to_table.ts";
