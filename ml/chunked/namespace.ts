/**
 * How chunked arrays are made, under one name: `chunked.zeros(…)`.
 *
 * @module
 */
export {
  arange,
  concatenate,
  fromArray,
  fromDelayed,
  fromFutures,
  full,
  ones,
  random,
  stack,
  zeros,
} from "./creation.ts";
export type { CreateOptions, FillOptions, RandomOptions } from "./creation.ts";
export { fromNpy } from "./npy.ts";
export { fromCsv, type FromCsvOptions, fromParquet, type FromParquetOptions } from "./tables.ts";
export { fromZarr } from "./zarr.ts";
