/**
 * Transformers for some columns each.
 * @module
 */
export {
  type ColumnPart,
  ColumnTransformer,
  type ColumnTransformerOptions,
  makeColumnTransformer,
  type OutputRange,
} from "./column_transformer.ts";
export { type ColumnRange, type ColumnSelection, type ColumnSelectorOptions, makeColumnSelector } from "./selection.ts";
