import type { Delayed } from "../../actors/mod.ts";
import { type DType, ShapeError, sizeOf } from "../array/mod.ts";
import type { AnyArray } from "./block.ts";
import {
  axisOf,
  blockIndex,
  blockNumber,
  blockShape,
  type Chunks,
  countBlocks,
  isKnown,
  mustBeKnown,
  shapeOf,
} from "./chunks.ts";
import { cast } from "./elementwise.ts";
import { ChunkError, UnknownChunksError } from "./errors.ts";
import { call, Grid, gridOf } from "./grid.ts";
import { expandBlock, reshapeBlock, transposeBlock } from "./parts.ts";
import { promote } from "./promote.ts";
import { rechunk, refine } from "./rechunk.ts";

function show(grid: Grid): string {
  return `[${shapeOf(grid.chunks).map((n) => n === n ? n : "?").join(", ")}]`;
}

/** Arrays of one kind, one after the other along an axis. */
export function concatenateGrids(grids: readonly Grid[], axis: number, what: string): Grid {
  if (grids.length === 0) throw new ShapeError(`${what}: there is nothing to put together`);
  const ndim = grids[0].chunks.length;
  const at = axisOf(axis, ndim, what);
  const dtype = grids.reduce((d: DType, g) => promote(d, g.dtype), grids[0].dtype);
  for (const [i, g] of grids.entries()) {
    if (g.chunks.length !== ndim) {
      throw new ShapeError(`${what}: array ${i} has shape ${show(g)}, array 0 has ${show(grids[0])}`);
    }
  }
  const chunks = grids[0].chunks.map((first, a) => {
    if (a === at) return grids.flatMap((g) => [...g.chunks[a]]);
    const lists = grids.map((g) => g.chunks[a]);
    if (!lists.every(isKnown)) {
      // Blocks of unknown lengths are taken to fit where they stand alike.
      if (lists.every((list) => list.length === first.length)) return [...first];
      throw new UnknownChunksError(`${what}: along axis ${a} lengths are not known; await computeChunkSizes() first`);
    }
    const total = shapeOf([first])[0];
    const odd = lists.findIndex((list) => shapeOf([list])[0] !== total);
    if (odd > 0) {
      throw new ShapeError(
        `${what}: array ${odd} has shape ${show(grids[odd])}, array 0 has ${
          show(grids[0])
        }: they differ along axis ${a}`,
      );
    }
    return refine(lists);
  });
  const parts = grids.map((g) => rechunk(cast(g, dtype, what), chunks.map((c, a) => a === at ? g.chunks[a] : c)));
  const owner = parts.flatMap((g) => g.chunks[at].map((_, block) => ({ g, block })));
  const leaves = parts.map((g) => g.leaves());
  const all = Array.from({ length: countBlocks(chunks) }, (_, b) => {
    const place = blockIndex(chunks, b);
    const { g, block } = owner[place[at]];
    return leaves[parts.indexOf(g)][blockNumber(g.chunks, place.with(at, block))];
  });
  return new Grid(grids[0].client, chunks, dtype, [all]);
}

/** An array with one more axis, of one entry. */
export function expandGrid(grid: Grid, axis: number, what: string): Grid {
  const at = axisOf(axis, grid.chunks.length + 1, what);
  const nodes = grid.nodes().map((node) => call(grid.client, expandBlock, node, at));
  return gridOf(grid.client, grid.chunks.toSpliced(at, 0, [1]), grid.dtype, nodes);
}

/** The axes in another order. */
export function transposeGrid(grid: Grid, order: readonly number[]): Grid {
  if (order.every((axis, i) => axis === i)) return grid;
  const chunks = order.map((axis) => grid.chunks[axis]);
  const nodes = Array.from({ length: grid.count }, (_, b) => {
    const place = blockIndex(chunks, b), from = new Array<number>(order.length);
    order.forEach((axis, i) => from[axis] = place[i]);
    return call(grid.client, transposeBlock, grid.node(blockNumber(grid.chunks, from)), order);
  });
  const twoAxes = order.length === 2;
  // The call for a block is made at once, but a product that can do without does not use it.
  return new Grid(
    grid.client,
    chunks,
    grid.dtype,
    gridOf(grid.client, chunks, grid.dtype, nodes).inputs,
    undefined,
    twoAxes ? grid : undefined,
  );
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/**
 * The same elements with other axes. Only the first axis may be cut: others are joined first. Its blocks stay where their ends are ends of new
 * rows.
 */
export function reshapeGrid(grid: Grid, shape: readonly number[], what: string): Grid {
  const old = shapeOf(grid.chunks);
  const open = shape.filter((n) => n === -1).length;
  const bad = shape.find((n) => !(Number.isInteger(n) && n >= -1));
  if (bad !== undefined || open > 1) throw new ShapeError(`${what}: [${shape.join(", ")}] is no shape`);
  const unknown = !isKnown(grid.chunks[0] ?? []);
  if (unknown) mustBeKnown(grid.chunks.slice(1), what);
  else mustBeKnown(grid.chunks, what);
  const row = sizeOf(old.slice(1)), newRow = sizeOf(shape.slice(1));
  if (unknown) {
    // Rows of a number that is not known: they may only change their form.
    if (shape[0] !== -1 || row % newRow !== 0) {
      throw new UnknownChunksError(
        `${what}: ${
          show(grid)
        } can only become [-1, …] with rows that divide the old ones; await computeChunkSizes() first`,
      );
    }
    const joined = grid.chunks.every((c, a) => a === 0 || c.length === 1);
    if (!joined) {
      throw new UnknownChunksError(`${what}: only the first axis may be cut; await computeChunkSizes() first`);
    }
    const nodes = grid.nodes().map((node) => call(grid.client, reshapeBlock, node, shape));
    return gridOf(grid.client, [grid.chunks[0], ...shape.slice(1).map((n) => [n])], grid.dtype, nodes);
  }
  const size = sizeOf(old), known = shape.reduce((a, n) => n === -1 ? a : a * n, 1);
  const full = shape.map((n) => n === -1 ? (known === 0 ? 0 : size / known) : n);
  if (sizeOf(full) !== size || !full.every(Number.isInteger)) {
    throw new ShapeError(`${what}: ${show(grid)} cannot become [${shape.join(", ")}]`);
  }
  const wide = sizeOf(full.slice(1));
  if (full.length === 0 || old.length === 0 || size === 0) {
    const whole = rechunk(grid, old.map((n) => [n]));
    return gridOf(grid.client, full.map((n) => [n]), grid.dtype, [
      call(grid.client, reshapeBlock, whole.node(0), full),
    ]);
  }
  // Ends of blocks, moved down to where rows of both forms end.
  const rows = wide / gcd(row, wide);
  const ends: number[] = [];
  let end = 0;
  for (const n of grid.chunks[0]) {
    end += n;
    const fits = end === old[0] ? end : Math.floor(end / rows) * rows;
    if (fits > (ends.at(-1) ?? 0)) ends.push(fits);
  }
  const cut = ends.map((e, i) => e - (ends[i - 1] ?? 0));
  const ready = rechunk(grid, [cut, ...old.slice(1).map((n) => [n])]);
  const lengths = cut.map((n) => n * row / wide);
  const nodes = ready.nodes().map((node, b) => call(grid.client, reshapeBlock, node, [lengths[b], ...full.slice(1)]));
  return gridOf(grid.client, [lengths, ...full.slice(1).map((n) => [n])], grid.dtype, nodes);
}

/**
 * What a function makes of the blocks of arrays that are cut alike.
 *
 * @param make makes the call for a block, of the blocks of each array
 */
export function mapGrids(
  grids: readonly Grid[],
  what: string,
  chunks: Chunks | undefined,
  dtype: DType,
  make: (blocks: readonly Delayed<AnyArray>[], shape: readonly number[], at: readonly number[]) => Delayed<AnyArray>,
): Grid {
  const [first] = grids;
  const count = first.chunks.map((c) => c.length);
  const odd = grids.findIndex((g) =>
    g.chunks.length !== count.length || g.chunks.some((c, a) => c.length !== count[a])
  );
  if (odd > 0) {
    throw new ChunkError(
      `${what}: array ${odd} has [${grids[odd].chunks.map((c) => c.length).join(", ")}] blocks, array 0 has [${
        count.join(", ")
      }]; rechunk() one of them`,
    );
  }
  const out = chunks ?? first.chunks;
  if (countBlocks(out) !== first.count) {
    throw new ChunkError(`${what}: chunks for ${countBlocks(out)} blocks, but there are ${first.count}`);
  }
  const nodes = Array.from({ length: first.count }, (_, b) => {
    const at = blockIndex(out, b);
    return make(grids.map((g) => g.node(b)), blockShape(out, at), at);
  });
  return gridOf(first.client, out, dtype, nodes);
}
