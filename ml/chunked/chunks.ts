import type { DType } from "../array/mod.ts";
import { ChunkError, UnknownChunksError } from "./errors.ts";

/** The lengths of the blocks along each axis; NaN where one is not known yet. */
export type Chunks = readonly (readonly number[])[];

/**
 * How an array shall be cut, by axis: a length for all blocks (the last may be shorter), the lengths one by one, −1 for a single block, or "auto" for
 * blocks of about 64 MB; or one of these for all axes.
 */
export type ChunksLike = number | "auto" | readonly (number | "auto" | readonly number[])[];

/** Bytes of a block where nothing else is said. */
const AUTO = 64e6;

/** Bytes of an element; text counts as 16. */
export function itemSize(dtype: DType): number {
  if (dtype === "bool" || dtype === "uint8" || dtype === "int8") return 1;
  if (dtype === "string") return 16;
  return Number(dtype.replace(/\D/g, "")) / 8;
}

/** The length of each axis. */
export function shapeOf(chunks: Chunks): number[] {
  return chunks.map((axis) => axis.reduce((a, b) => a + b, 0));
}

/** How many blocks there are in all. */
export function countBlocks(chunks: Chunks): number {
  return chunks.reduce((n, axis) => n * axis.length, 1);
}

/** Where in the grid block number `b` stands, in row-major order. */
export function blockIndex(chunks: Chunks, b: number): number[] {
  const at = new Array<number>(chunks.length);
  for (let axis = chunks.length - 1; axis >= 0; axis--) {
    at[axis] = b % chunks[axis].length;
    b = Math.floor(b / chunks[axis].length);
  }
  return at;
}

/** The number of the block at a place of the grid. */
export function blockNumber(chunks: Chunks, at: readonly number[]): number {
  let b = 0;
  for (let axis = 0; axis < chunks.length; axis++) b = b * chunks[axis].length + at[axis];
  return b;
}

/** The shape of the block at a place of the grid. */
export function blockShape(chunks: Chunks, at: readonly number[]): number[] {
  return chunks.map((axis, i) => axis[at[i]]);
}

/** Where each block begins along an axis, and where the last one ends. */
export function starts(axis: readonly number[]): number[] {
  const out = [0];
  for (const n of axis) out.push(out[out.length - 1] + n);
  return out;
}

/** Whether all lengths of an axis are known. */
export function isKnown(axis: readonly number[]): boolean {
  return axis.every((n) => n === n);
}

/** Throws where lengths are not known. */
export function mustBeKnown(chunks: Chunks, what: string): void {
  const axis = chunks.findIndex((lengths) => !isKnown(lengths));
  if (axis >= 0) {
    throw new UnknownChunksError(
      `${what}: the lengths of blocks along axis ${axis} are not known; await computeChunkSizes() first`,
    );
  }
}

/** Whether two axes are cut alike; unknown lengths are taken to be alike where they stand in the same places. */
export function sameChunks(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => Object.is(n, b[i]));
}

/** The number of an axis that may be counted from the end. */
export function axisOf(axis: number, ndim: number, what: string): number {
  const at = axis < 0 ? axis + ndim : axis;
  if (!(Number.isInteger(at) && at >= 0 && at < ndim)) {
    throw new RangeError(`${what}: no axis ${axis} in an array of ${ndim} axes`);
  }
  return at;
}

/** Several axes, each once, in order; all where none are given. */
export function axesOf(axis: number | readonly number[] | undefined, ndim: number, what: string): number[] {
  if (axis === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) => axisOf(a, ndim, what));
  if (new Set(axes).size !== axes.length) throw new RangeError(`${what}: axis [${axes.join(", ")}] names one twice`);
  return axes.sort((a, b) => a - b);
}

function cut(length: number, size: number): number[] {
  if (length === 0) return [0];
  const out: number[] = [];
  for (let left = length; left > 0; left -= size) out.push(Math.min(size, left));
  return out;
}

/**
 * What {@linkcode ChunksLike} means for an array.
 *
 * @throws {ChunkError} when lengths do not add up to the shape, or are none
 */
export function normalizeChunks(spec: ChunksLike, shape: readonly number[], dtype: DType, what: string): number[][] {
  const bad = shape.find((n) => !(Number.isInteger(n) && n >= 0));
  if (bad !== undefined) throw new ChunkError(`${what}: [${shape.join(", ")}] is no shape`);
  const list = Array.isArray(spec) ? spec as readonly (number | "auto" | readonly number[])[] : shape.map(() => spec);
  if (list.length !== shape.length) {
    throw new ChunkError(`${what}: chunks for ${list.length} axes, but the shape is [${shape.join(", ")}]`);
  }
  // What is left to choose shares the room evenly, the first axis last: rows are the natural pieces.
  const fixed = list.map((c, axis) =>
    c === "auto"
      ? undefined
      : typeof c === "number"
      ? c === -1 ? Math.max(1, shape[axis]) : c
      : Math.max(1, ...c as number[])
  );
  let room = AUTO / itemSize(dtype);
  for (const size of fixed) if (size !== undefined) room /= Math.max(1, size);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (fixed[axis] !== undefined) continue;
    fixed[axis] = Math.max(1, Math.min(Math.max(1, shape[axis]), Math.floor(room)));
    room /= fixed[axis]!;
  }
  return list.map((given, axis): number[] => {
    if (typeof given === "object") {
      const c = given as readonly number[];
      const sum = c.reduce((a, b) => a + b, 0);
      if (c.length === 0 || c.some((n) => !(Number.isInteger(n) && n >= 0)) || sum !== shape[axis]) {
        throw new ChunkError(
          `${what}: chunks [${c.join(", ")}] of axis ${axis} must be lengths that add up to ${shape[axis]}`,
        );
      }
      return [...c];
    }
    const size = fixed[axis]!;
    if (!(Number.isInteger(size) && size > 0)) {
      throw new ChunkError(`${what}: ${size} is no length of blocks; expected a positive integer, −1 or "auto"`);
    }
    return cut(shape[axis], size);
  });
}
