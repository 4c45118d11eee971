import type { Delayed } from "../../actors/mod.ts";
import type { AnyArray } from "./block.ts";
import {
  blockIndex,
  blockNumber,
  blockShape,
  type Chunks,
  countBlocks,
  mustBeKnown,
  sameChunks,
  starts,
} from "./chunks.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { assembleBlocks, type Cut, sliceBlock } from "./parts.ts";

/** A part of an old block within a new one, along one axis. */
interface Overlap {
  readonly block: number;
  readonly cut: Cut;
  readonly at: number;
  readonly whole: boolean;
}

function overlaps(from: readonly number[], to: readonly number[]): Overlap[][] {
  const olds = starts(from), news = starts(to);
  let b = 0;
  return to.map((length, i) => {
    const list: Overlap[] = [];
    const start = news[i], stop = news[i + 1];
    while (b > 0 && olds[b] > start) b--;
    while (b < from.length - 1 && olds[b + 1] <= start) b++;
    for (; b < from.length; b++) {
      const low = Math.max(start, olds[b]), high = Math.min(stop, olds[b + 1]);
      if (high > low || length === 0) {
        list.push({
          block: b,
          cut: [low - olds[b], 1, Math.max(0, high - low)],
          at: low - start,
          whole: high - low === from[b],
        });
      }
      if (olds[b + 1] >= stop) break;
    }
    return list;
  });
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}

/** The same array cut otherwise. Blocks that stay are not touched, and only what has to moves. */
export function rechunk(grid: Grid, chunks: Chunks): Grid {
  if (grid.chunks.every((axis, i) => sameChunks(axis, chunks[i]))) return grid;
  // An axis of unknown lengths can stay as it is.
  const along = grid.chunks.map((axis, i) => {
    if (sameChunks(axis, chunks[i])) {
      return axis.map((n, block): Overlap[] => [{ block, cut: [0, 1, n], at: 0, whole: true }]);
    }
    mustBeKnown([axis, chunks[i]], "rechunk()");
    return overlaps(axis, chunks[i]);
  });
  const nodes = Array.from({ length: countBlocks(chunks) }, (_, b): Delayed<AnyArray> => {
    const place = blockIndex(chunks, b);
    const pieces = product(place.map((i, axis) => along[axis][i]));
    const parts = pieces.map((piece) => {
      const node = grid.node(blockNumber(grid.chunks, piece.map((p) => p.block)));
      return piece.every((p) => p.whole) ? node : call(grid.client, sliceBlock, node, piece.map((p) => p.cut));
    });
    if (parts.length === 1) return parts[0];
    const places = pieces.map((piece) => piece.map((p) => p.at));
    return call(grid.client, assembleBlocks, grid.dtype, blockShape(chunks, place), places, parts);
  });
  return gridOf(grid.client, chunks, grid.dtype, nodes);
}

/** Cuts of which each is a union of these. */
export function refine(lists: readonly (readonly number[])[]): number[] {
  if (lists.every((list) => sameChunks(list, lists[0]))) return [...lists[0]];
  const ends = [...new Set(lists.flatMap((list) => starts(list)))].sort((a, b) => a - b);
  return ends.length < 2 ? [0] : ends.slice(1).map((end, i) => end - ends[i]);
}
