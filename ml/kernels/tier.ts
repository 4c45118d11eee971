import { inTask, native, type OpenedNative, openNative, registerNative } from "../../actors/mod.ts";
import { BLAS, findBlas, hasWideIntegers } from "./blas_library.ts";
import { BlasKernels } from "./blas_kernels.ts";
import type { Kernels } from "./kernels.ts";
import { Lapack } from "./lapack.ts";
import { WasmKernels } from "./wasm_kernels.ts";

interface Tier {
  readonly kernels: Kernels;
  readonly lapack?: Lapack;
  /** Why it is this one. */
  readonly reason: string;
}

let chosen: Tier | undefined;

/** The program's own threads open the library when they are first asked; sandboxed ones were given it at their start. */
function choose(): Tier {
  const opened = native(BLAS);
  if (opened !== undefined) return withBlas(opened, "opened when the thread began");
  if (inTask() !== undefined) return { kernels: new WasmKernels(), reason: "no BLAS was opened when the thread began" };
  const { library, reason } = findBlas();
  if (library === undefined) return { kernels: new WasmKernels(), reason };
  try {
    return withBlas(openNative(library), reason);
  } catch (e) {
    const text = `${library.path} cannot be used: ${e instanceof Error ? e.message : e}`;
    return { kernels: new WasmKernels(), reason: text };
  }
}

function withBlas({ library: { path }, functions }: OpenedNative, reason: string): Tier {
  return {
    kernels: new BlasKernels(functions, path),
    lapack: Lapack.isIn(functions) ? new Lapack(functions, hasWideIntegers(path)) : undefined,
    reason,
  };
}

/** The kernels in use here: the system's BLAS where there is one, else WebAssembly's. */
export function kernels(): Kernels {
  return (chosen ??= choose()).kernels;
}

/** LAPACK, where the kernels in use have it. */
export function lapack(): Lapack | undefined {
  return (chosen ??= choose()).lapack;
}

/** Takes another tier, and gives what takes the former one back: for tests that run on both. */
export function useTier(tier: Kernels, factorizations?: Lapack): () => void {
  const before = chosen;
  chosen = { kernels: tier, lapack: factorizations, reason: "chosen by a test" };
  return () => void (chosen = before);
}

registerNative({
  name: "kernels",
  find: () => findBlas().library,
  describe: () => {
    const { kernels, reason } = chosen ??= choose();
    return `${kernels.description} (${reason})`;
  },
});
