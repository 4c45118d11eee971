/**
 * Tables from files: CSV, Apache Arrow, Parquet.
 * @module
 */
export {};
