import { compute } from "../../actors/mod.ts";
import { allocate, NDArray, sizeOf } from "../array/mod.ts";
import { type AnyArray, shapeOfBlock } from "./block.ts";
import { blockIndex, blockNumber, type Chunks, isKnown } from "./chunks.ts";
import { copyStrided, stepsOf } from "./copy.ts";
import { BlockMismatchError } from "./errors.ts";
import { call, Grid } from "./grid.ts";

/** The lengths that blocks came to. */
function lengthsOf(chunks: Chunks, shapes: readonly (readonly number[])[]): number[][] {
  return chunks.map((axis, a) =>
    axis.map((_, i) => shapes[blockNumber(chunks, chunks.map((_, k) => k === a ? i : 0))][a])
  );
}

function checkFits(shape: readonly number[], chunks: Chunks, at: readonly number[]): void {
  const odd = shape.findIndex((n, a) => n !== chunks[a][at[a]]);
  if (odd < 0) return;
  throw new BlockMismatchError(
    `block (${at.join(", ")}) has ${shape[odd]} entries along axis ${odd}, where ${chunks[odd][at[odd]]} belong`,
  );
}

/** One array of blocks. */
function joined(blocks: readonly AnyArray[], { chunks, dtype }: Grid): AnyArray {
  if (blocks.length === 1) return blocks[0];
  // What blocks came to says their lengths, also where these were not known.
  const real = lengthsOf(chunks, blocks.map((block) => block.shape));
  const shape = real.map((axis) => axis.reduce((a, b) => a + b, 0));
  const out = new NDArray(allocate(dtype, sizeOf(shape)), shape, dtype);
  const steps = stepsOf(shape);
  const firsts = real.map((axis) => {
    let at = 0;
    return axis.map((n) => (at += n) - n);
  });
  blocks.forEach((block, b) => {
    const at = blockIndex(chunks, b);
    const odd = block.shape.findIndex((n, a) => n !== real[a][at[a]]);
    if (odd >= 0) {
      throw new BlockMismatchError(
        `block (${at.join(", ")}) has ${block.shape[odd]} entries along axis ${odd}, where ${
          real[odd][at[odd]]
        } belong`,
      );
    }
    const start = at.reduce((s, i, a) => s + firsts[a][i] * steps[a], 0);
    copyStrided(
      { data: block.data, start: 0, steps: stepsOf(block.shape) },
      { data: out.data, start, steps },
      block.shape,
    );
  });
  return out;
}

/** The values of arrays, computed as one graph: an array, or what its one element is where there is no axis. */
export async function gather(grids: readonly Grid[]): Promise<unknown[]> {
  const nodes = grids.map((grid) => grid.nodes());
  const all = await compute(...nodes.flat()) as AnyArray[];
  let at = 0;
  return grids.map((grid, i) => {
    const array = joined(all.slice(at, at += nodes[i].length), grid);
    if (array.ndim > 0) return array;
    return grid.dtype === "bool" ? array.data[0] !== 0 : array.data[0];
  });
}

/** The grid with all lengths of blocks known: where they are not, blocks are computed for it. */
export async function measured(unknown: Grid): Promise<Grid> {
  if (unknown.chunks.every(isKnown)) return unknown;
  const grid = unknown.settled();
  const shapes = await compute(...grid.nodes().map((node) => call(grid.client, shapeOfBlock, node)));
  const chunks = lengthsOf(grid.chunks, shapes);
  shapes.forEach((shape, b) => {
    const at = blockIndex(chunks, b);
    checkFits(shape, chunks, at);
  });
  return new Grid(grid.client, chunks, grid.dtype, grid.inputs);
}
