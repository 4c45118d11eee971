/**
 * Kernels: where the computing is done, in WebAssembly or by the system's BLAS, on shared memory in place.
 * @module
 */
export * from "./errors.ts";
export { homeOf, KernelFrame } from "./frame.ts";
export type { Floats, Kernels } from "./kernels.ts";
export { type KernelArray, type KernelMemory, memoryOf, privateMemory, type Room } from "./memory.ts";
export { type BuiltModule, hasRelaxedSIMD, instantiate, type KernelExports } from "./module.ts";
export { BlasKernels } from "./blas_kernels.ts";
export { BLAS, blasLibrary, findBlas, hasWideIntegers } from "./blas_library.ts";
export { Lapack } from "./lapack.ts";
export { resultArray } from "./result_array.ts";
export { endTeams, MOST_PARTS, Team } from "./team.ts";
export { kernels, lapack, useTier } from "./tier.ts";
export { WasmKernels } from "./wasm_kernels.ts";
