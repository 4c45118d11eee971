import { type ArrayData, NDArray, ShapeError } from "../array/mod.ts";
import {
  axisOf,
  blockIndex,
  blockNumber,
  type Chunks,
  countBlocks,
  isKnown,
  mustBeKnown,
  sameChunks,
  starts,
} from "./chunks.ts";
import { UnknownChunksError } from "./errors.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { type Cut, maskBlock, maskElements, mergeParts, sliceBlock, takeBlock } from "./parts.ts";
import { rechunk, refine } from "./rechunk.ts";

/** A range of entries, as in Python: bounds may be negative, steps too. */
export interface Range {
  /** The first. */
  readonly start?: number | null;
  /** The one before which it ends. */
  readonly stop?: number | null;
  /** From one to the next; 1 if left out. */
  readonly step?: number | null;
}

function lengthOf(axis: readonly number[]): number {
  return axis.reduce((a, b) => a + b, 0);
}

function isAll({ start, stop, step }: Range): boolean {
  return (start ?? 0) === 0 && (stop ?? null) === null && (step ?? 1) === 1;
}

/** `"2:10:2"` as a range. */
export function parseRange(text: string, what: string): Range {
  const parts = text.split(":").map((p) => p.trim());
  const numbers = parts.map((p) => p === "" ? null : Number(p));
  if (parts.length < 2 || parts.length > 3 || numbers.some((n) => n !== null && !Number.isInteger(n))) {
    throw new RangeError(
      `${what}: ${JSON.stringify(text)} is no range; expected something like "2:10", ":-1" or "::2"`,
    );
  }
  return { start: numbers[0], stop: numbers[1], step: numbers[2] };
}

/** First entry, step and number of entries, as Python has it. */
function resolve({ start, stop, step }: Range, n: number, what: string): Cut {
  const by = step ?? 1;
  for (const v of [start, stop, by]) {
    if (v !== null && v !== undefined && !Number.isInteger(v)) throw new RangeError(`${what}: ${v} is no whole number`);
  }
  if (by === 0) throw new RangeError(`${what}: a step must not be 0`);
  const low = by > 0 ? 0 : -1, high = by > 0 ? n : n - 1;
  const bound = (v: number | null | undefined, other: number): number =>
    v === null || v === undefined ? other : Math.min(high, Math.max(low, v < 0 ? v + n : v));
  const from = bound(start, by > 0 ? low : high), to = bound(stop, by > 0 ? high : low);
  return [from, by, Math.max(0, Math.ceil((to - from) / by))];
}

/** What is taken of a block. */
interface BlockCut {
  readonly block: number;
  readonly cut: Cut;
}

function cutsOf(axis: readonly number[], range: Range, what: string): BlockCut[] {
  if (isAll(range)) return axis.map((n, block) => ({ block, cut: [0, 1, n] }));
  if (!isKnown(axis)) {
    throw new UnknownChunksError(`${what}: the lengths of blocks are not known; await computeChunkSizes() first`);
  }
  const [from, by, count] = resolve(range, lengthOf(axis), what);
  const firsts = starts(axis);
  const out: BlockCut[] = [];
  const last = from + by * (count - 1);
  const blocks = axis.map((_, b) => b);
  for (const block of by > 0 ? blocks : blocks.reverse()) {
    if (count === 0) break;
    // The first of the range that is in the block or behind its beginning, in the range's direction.
    const edge = by > 0 ? firsts[block] : firsts[block + 1] - 1;
    const k = Math.max(0, Math.ceil((edge - from) / by));
    const first = from + k * by;
    const end = by > 0 ? Math.min(last, firsts[block + 1] - 1) : Math.max(last, firsts[block]);
    const number = Math.floor((end - first) / by) + 1;
    if (number > 0 && first >= firsts[block] && first < firsts[block + 1]) {
      out.push({ block, cut: [first - firsts[block], by, number] });
    }
  }
  return out.length === 0 ? [{ block: 0, cut: [0, 1, 0] }] : out;
}

/**
 * Ranges of entries along the axes.
 *
 * @param dropped axes of one entry that go
 */
export function sliceGrid(grid: Grid, ranges: readonly Range[], dropped: readonly number[], what: string): Grid {
  const cuts = grid.chunks.map((axis, i) => cutsOf(axis, ranges[i] ?? {}, `${what}: axis ${i}`));
  const full = cuts.map((list) => list.map(({ cut }) => cut[2]));
  const chunks = full.filter((_, axis) => !dropped.includes(axis));
  const nodes = Array.from({ length: countBlocks(full) }, (_, b) => {
    const at = blockIndex(full, b);
    const chosen = at.map((i, axis) => cuts[axis][i]);
    const node = grid.node(blockNumber(grid.chunks, chosen.map(({ block }) => block)));
    const whole = dropped.length === 0 && chosen.every(({ block, cut: [start, step, count] }, axis) => {
      return start === 0 && step === 1 && Object.is(count, grid.chunks[axis][block]);
    });
    if (whole) return node;
    return call(grid.client, sliceBlock, node, chosen.map(({ cut }) => cut), dropped);
  });
  return gridOf(grid.client, chunks, grid.dtype, nodes);
}

/** Entries along an axis by their numbers; negative ones count from the end. */
export function takeGrid(grid: Grid, indices: ArrayLike<number>, axis: number, what: string): Grid {
  const at = axisOf(axis, grid.chunks.length, what);
  const lengths = grid.chunks[at];
  if (!isKnown(lengths)) {
    throw new UnknownChunksError(`${what}: the lengths of blocks are not known; await computeChunkSizes() first`);
  }
  const n = lengthOf(lengths);
  const firsts = starts(lengths);
  const list = Array.from(indices, (given) => {
    const i = given < 0 ? given + n : given;
    if (!(Number.isInteger(i) && i >= 0 && i < n)) {
      throw new RangeError(`${what}: index ${given} is out of bounds for axis ${at} of length ${n}`);
    }
    return i;
  });
  const blockOf = (i: number): number => {
    let low = 0, high = lengths.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (firsts[middle] <= i) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  // In order, each block gives one; in disorder, as many as fit into the largest there was.
  const ordered = list.every((i, k) => k === 0 || list[k - 1] <= i);
  const size = Math.max(1, ...lengths);
  const pieces: { block: number; own: number[]; places: number[] }[][] = [];
  for (let k = 0; k < list.length;) {
    let end = Math.min(list.length, k + size);
    if (ordered) {
      const stop = firsts[blockOf(list[k]) + 1];
      end = k;
      while (end < list.length && list[end] < stop) end++;
    }
    const byBlock = new Map<number, { block: number; own: number[]; places: number[] }>();
    for (let i = k; i < end; i++) {
      const block = blockOf(list[i]);
      let part = byBlock.get(block);
      if (part === undefined) byBlock.set(block, part = { block, own: [], places: [] });
      part.own.push(list[i] - firsts[block]);
      part.places.push(i - k);
    }
    pieces.push([...byBlock.values()]);
    k = end;
  }
  if (pieces.length === 0) pieces.push([{ block: 0, own: [], places: [] }]);
  const chunks = grid.chunks.map((c, a) =>
    a === at ? pieces.map((piece) => piece.reduce((sum, { own }) => sum + own.length, 0)) : c
  );
  const nodes = Array.from({ length: countBlocks(chunks) }, (_, b) => {
    const place = blockIndex(chunks, b);
    const piece = pieces[place[at]];
    const parts = piece.map(({ block, own }) => {
      const node = grid.node(blockNumber(grid.chunks, place.with(at, block)));
      return call(grid.client, takeBlock, node, at, Int32Array.from(own));
    });
    // One block's entries are in order already.
    if (parts.length === 1) return parts[0];
    return call(grid.client, mergeParts, at, piece.map(({ places }) => places), parts);
  });
  return gridOf(grid.client, chunks, grid.dtype, nodes);
}

/** The numbers of the true entries of a mask that is here. */
export function indicesOfMask(mask: readonly boolean[] | NDArray<ArrayData>, n: number, what: string): number[] {
  const values = mask instanceof NDArray ? mask.data as ArrayLike<unknown> : mask;
  if (n === n && values.length !== n) throw new ShapeError(`${what}: a mask of ${values.length} for ${n} entries`);
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i]) out.push(i);
  return out;
}

/** Entries along an axis for which a mask is true; or, with a mask of all axes, the elements. How many there are is not known before. */
export function maskGrid(grid: Grid, mask: Grid, axis: number, what: string): Grid {
  if (mask.dtype !== "bool") throw new TypeError(`${what}: a mask must be of booleans, got ${mask.dtype}`);
  const [a, m] = mask.chunks.length === 1 ? alike(grid, mask, axis, what) : alikeWhole(grid, mask, what);
  if (mask.chunks.length === 1) {
    const chunks: Chunks = a.chunks.map((c, i) => i === axis ? c.map(() => NaN) : c);
    const nodes = Array.from({ length: a.count }, (_, b) => {
      const at = blockIndex(a.chunks, b);
      return call(a.client, maskBlock, a.node(b), m.node(at[axis]), axis);
    });
    return gridOf(a.client, chunks, a.dtype, nodes);
  }
  const nodes = Array.from({ length: a.count }, (_, b) => call(a.client, maskElements, a.node(b), m.node(b)));
  return gridOf(a.client, [nodes.map(() => NaN)], a.dtype, nodes);
}

function alike(grid: Grid, mask: Grid, axis: number, what: string): [Grid, Grid] {
  const own = grid.chunks[axis], its = mask.chunks[0];
  if (sameChunks(own, its)) return [grid, mask];
  mustBeKnown([own, its], what);
  if (lengthOf(own) !== lengthOf(its)) {
    throw new ShapeError(`${what}: a mask of ${lengthOf(its)} for ${lengthOf(own)} entries along axis ${axis}`);
  }
  const cut = refine([own, its]);
  return [rechunk(grid, grid.chunks.map((c, i) => i === axis ? cut : c)), rechunk(mask, [cut])];
}

/** Both cut along the first axis alone, for the elements' order is that of the whole. */
function alikeWhole(grid: Grid, mask: Grid, what: string): [Grid, Grid] {
  const shapes = [grid, mask].map((g) => g.chunks.map(lengthOf));
  if (shapes[0].join() !== shapes[1].join()) {
    throw new ShapeError(
      `${what}: a mask of shape [${shapes[1].join(", ")}] for an array of shape [${shapes[0].join(", ")}]`,
    );
  }
  const single = grid.chunks.slice(1).every((c) => c.length === 1);
  if (single && grid.chunks.every((c, i) => sameChunks(c, mask.chunks[i]))) return [grid, mask];
  const chunks = grid.chunks.map((c, i) => i === 0 ? refine([c, mask.chunks[0]]) : [lengthOf(c)]);
  return [rechunk(grid, chunks), rechunk(mask, chunks)];
}
