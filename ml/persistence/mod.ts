/**
 * Estimators in files: data only, checked, and read without running anything.
 * @module
 */
export { dump, dumpBytes, load, loadBytes, type PersistenceOptions } from "./dump.ts";
export * from "./errors.ts";
export type { KnownNames, Nameable } from "./known.ts";
