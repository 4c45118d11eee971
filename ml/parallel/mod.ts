/**
 * joblib's way of making many calls at once: `Parallel`, `delayed`, and backends that can be exchanged.
 *
 * @module
 */

export * from "./backend.ts";
export * from "./delayed.ts";
export * from "./errors.ts";
export { Parallel, type ParallelOptions, type StreamOptions } from "./parallel.ts";
export type { OnProgress } from "./progress.ts";
export { type ParallelBackendFactory, registerParallelBackend } from "./registry.ts";
export { type OptionsOf, parallelBackend, type ParallelBackendOptions, type ParallelScopeOptions } from "./scope.ts";
export { SequentialBackend } from "./sequential.ts";
