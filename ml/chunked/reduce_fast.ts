import type { ReductionKind } from "./accumulators.ts";
import type { AnyArray } from "./block.ts";

/** Reductions that a kernel does on memory as it lies; `undefined` where there is none. */
export function reduceFast(
  _kind: ReductionKind,
  _block: AnyArray,
  _outer: number,
  _n: number,
  _inner: number,
): readonly Float64Array[] | undefined {
  return undefined;
}
