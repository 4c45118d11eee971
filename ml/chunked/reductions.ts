import { type DType, DTypeError } from "../array/mod.ts";
import type { ReductionKind } from "./accumulators.ts";
import { mergePartials } from "./accumulators.ts";
import { axesOf, blockIndex, blockNumber, countBlocks, mustBeKnown, shapeOf, starts } from "./chunks.ts";
import { FAN_IN, treeOf } from "./drivers.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { type Finish, type Finishing, finishReduction, type Origin, reduceBlock } from "./reduce_block.ts";

/** How a reduction is asked for. */
export interface ReduceOptions {
  /** Whether axes that are reduced stay, with length 1; false if left out. */
  readonly keepdims?: boolean;
}

const KINDS: Readonly<Record<string, { kind: ReductionKind; finish: Finish }>> = {
  sum: { kind: "sum", finish: "value" },
  prod: { kind: "prod", finish: "value" },
  mean: { kind: "sum", finish: "mean" },
  var: { kind: "moments", finish: "var" },
  std: { kind: "moments", finish: "std" },
  min: { kind: "min", finish: "value" },
  max: { kind: "max", finish: "value" },
  argmin: { kind: "argmin", finish: "index" },
  argmax: { kind: "argmax", finish: "index" },
  any: { kind: "any", finish: "value" },
  all: { kind: "all", finish: "value" },
  norm: { kind: "sum", finish: "norm" },
};

function resultKind(name: string, grid: Grid, axes: readonly number[]): DType {
  if (name === "any" || name === "all") return "bool";
  if (name === "min" || name === "max") return grid.dtype;
  // Numbers over all axes may be larger than int32 holds.
  if (name === "argmin" || name === "argmax") return axes.length === 1 && grid.chunks.length > 1 ? "int32" : "float64";
  return "float64";
}

/**
 * A reduction: each block gives a partial result, and these are put together in a tree whose form depends on the chunks alone.
 *
 * @param name "sum", "mean", …
 * @param axis axes that go; all if left out
 */
export function reduce(
  name: string,
  grid: Grid,
  axis: number | readonly number[] | undefined,
  options: ReduceOptions & { readonly ddof?: number } = {},
): Grid {
  const what = `ChunkedArray.${name}()`;
  if (grid.dtype === "string") throw new DTypeError(`${what}: elements are text`);
  const { kind, finish } = KINDS[name];
  const axes = axesOf(axis, grid.chunks.length, what);
  const { keepdims = false, ddof } = options;
  const places = name === "argmin" || name === "argmax";
  if (places) mustBeKnown(grid.chunks, what);
  const dtype = resultKind(name, grid, axes);
  const finishing: Finishing = { finish, dtype, ddof, dropped: keepdims ? [] : axes, what };
  const firsts = grid.chunks.map(starts), shape = places ? shapeOf(grid.chunks) : [];
  const partial = (b: number) => {
    const at = blockIndex(grid.chunks, b);
    const origin: Origin | null = places ? { at: at.map((i, a) => firsts[a][i]), shape } : null;
    return call(grid.client, reduceBlock, kind, axes, origin, grid.program ?? null, grid.sources(b));
  };
  const kept = grid.chunks.map((lengths, a) => axes.includes(a) ? [1] : [...lengths]);
  const gone = grid.chunks.map((lengths, a) => axes.includes(a) ? lengths : [0]);
  const nodes = Array.from({ length: countBlocks(kept) }, (_, k) => {
    const at = blockIndex(kept, k);
    let parts = Array.from({ length: countBlocks(gone) }, (_, g) => {
      const among = blockIndex(gone, g);
      return partial(blockNumber(grid.chunks, at.map((i, a) => axes.includes(a) ? among[a] : i)));
    });
    // The last layer's work is the end's.
    while (parts.length > FAN_IN) {
      const next: typeof parts = [];
      for (let i = 0; i < parts.length; i += FAN_IN) {
        const group = parts.slice(i, i + FAN_IN);
        next.push(treeOf(group, (list) => call(grid.client, mergePartials, list)));
      }
      parts = next;
    }
    return call(grid.client, finishReduction, parts, finishing);
  });
  const chunks = keepdims ? kept : kept.filter((_, a) => !axes.includes(a));
  return gridOf(grid.client, chunks, dtype, nodes);
}
