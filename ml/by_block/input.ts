import { compute, type Delayed } from "../../actors/mod.ts";
import type { ArrayData } from "../array/mod.ts";
import { ChunkedArray, UnknownChunksError } from "../chunked/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";

/** Samples, or targets, in blocks: of any kind. */
export type ChunkedInput = ChunkedArray<ArrayData>;

/** Whether samples are in blocks on a cluster. */
export function isChunked(X: unknown): X is ChunkedInput {
  return X instanceof ChunkedArray;
}

/**
 * Samples in blocks of whole rows.
 *
 * @param caller for errors
 * @throws {InvalidInputError} when X is no table of numbers, or an empty one
 */
export function wholeRows(X: ChunkedInput, caller: string): ChunkedInput {
  if (X.ndim !== 2 || X.dtype === "string") {
    throw new InvalidInputError(
      `${caller}: X is ${X.dtype} with ${X.ndim} axes, expected numbers of shape [nSamples, nFeatures]`,
    );
  }
  const m = X.shape[1];
  if (!(m > 0)) throw new InvalidInputError(`${caller}: X has ${m} features, expected at least one`);
  if (X.length === 0) {
    throw new InvalidInputError(`${caller}: X has 0 samples (shape [0, ${m}]), expected at least one`);
  }
  return X.numBlocks[1] === 1 ? X : X.rechunk([X.chunks[0], [m]]);
}

/**
 * Arrays that go with samples, cut as these are.
 *
 * @param others by their names, for errors
 * @throws {InvalidInputError} when one is not chunked, or of another length
 * @throws {UnknownChunksError} when lengths are not known and blocks may not fit
 */
export function cutAlike(
  X: ChunkedInput,
  others: Readonly<Record<string, unknown>>,
  caller: string,
): ChunkedInput[] {
  const rows = X.chunks[0];
  return Object.entries(others).map(([name, y]) => {
    if (!isChunked(y)) {
      throw new InvalidInputError(`${caller}: X is a chunked array, so ${name} must be one too: see fromArray()`);
    }
    const own = y.chunks[0];
    if (own.length === rows.length && own.every((n, b) => Object.is(n, rows[b]))) {
      return y.ndim === 1 || y.numBlocks[1] === 1 ? y : y.rechunk([own, [y.shape[1]]]);
    }
    if (!(X.length === X.length && y.length === y.length)) {
      throw new UnknownChunksError(`${caller}: lengths of blocks are not known; await computeChunkSizes() first`);
    }
    if (X.length !== y.length) {
      throw new InvalidInputError(`${caller}: X has ${X.length} samples, ${name} has ${y.length}`);
    }
    return y.rechunk([rows, ...y.shape.slice(1).map((n) => [n])]);
  });
}

/** Combines values two by two, in a tree whose form depends on their number alone. */
export function combineInTree<P>(parts: readonly P[], combine: (a: P, b: P) => P): P {
  let layer = parts;
  while (layer.length > 1) {
    const next: P[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      next.push(i + 1 < layer.length ? combine(layer[i], layer[i + 1]) : layer[i]);
    }
    layer = next;
  }
  return layer[0];
}

/**
 * What a function makes of each block, where the block is: small results, in the blocks' order.
 *
 * @param arrays cut alike; their blocks are the function's first arguments
 * @param fn the library's, or one that uses nothing but its parameters
 * @param args the others, the same for all blocks
 */
export async function partialsOf<P>(
  arrays: readonly ChunkedInput[],
  // deno-lint-ignore no-explicit-any -- blocks and arguments of each function's own
  fn: (...args: any[]) => P,
  ...args: readonly unknown[]
): Promise<Awaited<P>[]> {
  const call = arrays[0].client.delayed(fn) as (...args: unknown[]) => Delayed<Awaited<P>>;
  const blocks = arrays.map((a) => a.delayed());
  return await compute(...blocks[0].map((_, b) => call(...blocks.map((list) => list[b]), ...args))) as Awaited<P>[];
}
