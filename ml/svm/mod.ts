/**
 * Support vector machines.
 * @module
 */
export { BaseSVC } from "./base_svc.ts";
export * from "./errors.ts";
export type { KernelFunction, KernelName } from "./kernel.ts";
export type { KernelMachineOptions } from "./kernel_parameters.ts";
export { LinearSVC, type LinearSVCOptions } from "./linear_svc.ts";
export { NuSVC, type NuSVCOptions } from "./nu_svc.ts";
export { OneClassSVM, type OneClassSVMOptions } from "./one_class_svm.ts";
export { MachineBase, MachineRegressorBase, type SingleMachine } from "./single_base.ts";
export { SVC, type SVCOptions } from "./svc.ts";
export { SVR, type SVROptions } from "./svr.ts";
