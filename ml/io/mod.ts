/**
 * Tables from files: CSV, Apache Arrow, Parquet.
 * @module
 */
export { readArrow, type ReadArrowOptions } from "./arrow.ts";
export { type CsvColumnType, readCsv, type ReadCsvOptions } from "./csv.ts";
export * from "./errors.ts";
export { type ParquetRows, parquetRows, readParquet, type ReadParquetOptions } from "./parquet.ts";
export type { FileSource } from "./source.ts";
