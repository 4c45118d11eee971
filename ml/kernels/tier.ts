import type { Kernels } from "./kernels.ts";
import { WasmKernels } from "./wasm_kernels.ts";

let chosen: Kernels | undefined;

/** The kernels in use here. */
export function kernels(): Kernels {
  return chosen ??= new WasmKernels();
}
