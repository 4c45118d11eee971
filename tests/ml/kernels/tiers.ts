/** Tests that run on both tiers of kernels. */

import { openNative } from "../../../actors/mod.ts";
import { BlasKernels, findBlas, hasWideIntegers, Lapack, useTier, WasmKernels } from "../../../ml/kernels/mod.ts";

const { library, reason } = findBlas();
if (library === undefined) console.warn(`tests of the BLAS tier are left out: ${reason}`);

/** The kernels of the system's BLAS, if there is one. */
export function blas(): { kernels: BlasKernels; lapack: Lapack } | undefined {
  if (library === undefined) return undefined;
  const { functions } = openNative(library);
  return {
    kernels: new BlasKernels(functions, library.path),
    lapack: new Lapack(functions, hasWideIntegers(library.path)),
  };
}

/** A test on each tier; that of BLAS is left out where there is none. */
export function testOnTiers(name: string, fn: () => void | Promise<void>): void {
  const on = (tier: string, ignore: boolean, use: () => () => void): void =>
    Deno.test({
      name: `${name} (${tier})`,
      ignore,
      async fn() {
        const back = use();
        try {
          await fn();
        } finally {
          back();
        }
      },
    });
  on("wasm", false, () => useTier(new WasmKernels()));
  on("blas", library === undefined, () => {
    const { kernels, lapack } = blas()!;
    return useTier(kernels, lapack);
  });
}
