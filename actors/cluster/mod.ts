/**
 * Starting processes and watching over them: nannies, and a cluster of this machine.
 *
 * @module
 */

export { bundled } from "./bundle.ts";
export * from "./bytes.ts";
export * from "./child_process.ts";
export * from "./library_bundle.ts";
export * from "./local_cluster.ts";
export * from "./nanny.ts";
export * from "./processes.ts";
