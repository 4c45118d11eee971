/**
 * joblib's way of making many calls at once: `Parallel`, `delayed`, and backends that can be exchanged.
 *
 * @module
 */

import { ClusterBackend } from "./cluster.ts";
import { registerParallelBackend } from "./registry.ts";
import { ThreadsBackend } from "./threads.ts";

export * from "./backend.ts";
export { clientInForce } from "./client_in_force.ts";
export { ClusterBackend, type ClusterBackendOptions } from "./cluster.ts";
export * from "./delayed.ts";
export * from "./errors.ts";
export { Parallel, type ParallelOptions, type StreamOptions } from "./parallel.ts";
export type { OnProgress, ParallelClock } from "./progress.ts";
export { type ParallelBackendFactory, registerParallelBackend } from "./registry.ts";
export { type OptionsOf, parallelBackend, type ParallelBackendOptions, type ParallelScopeOptions } from "./scope.ts";
export { SequentialBackend } from "./sequential.ts";
export { endThreads, ThreadsBackend } from "./threads.ts";

registerParallelBackend("cluster", (options) => new ClusterBackend(options));
registerParallelBackend("threads", (options) => new ThreadsBackend(options));
