/**
 * Support vector machines.
 * @module
 */
export * from "./errors.ts";
export type { KernelFunction, KernelName } from "./kernel.ts";
export { SVC, type SVCOptions } from "./svc.ts";
