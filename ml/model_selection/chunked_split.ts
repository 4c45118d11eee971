import { registerInternals } from "../../actors/mod.ts";
import type { ArrayData, NDArray } from "../array/mod.ts";
import { type ChunkedInput, cutAlike, isChunked } from "../by_block/mod.ts";
import { concatenate, fromDelayed, UnknownChunksError } from "../chunked/mod.ts";
import { checkRandomState } from "../random/mod.ts";
import { SplitError } from "./errors.ts";
import { splitSizes } from "./shuffle_split.ts";
import type { TrainTestSplitOptions } from "./train_test_split.ts";

/** The rows of a block that an order of its rows has from one place to another. */
export function drawnRows(
  block: NDArray<ArrayData>,
  seed: number | null,
  from: number,
  to: number,
): NDArray<ArrayData> {
  if (seed === null) return block.slice(from, to).copy();
  const order = checkRandomState(seed).permutation(block.length).data as ArrayLike<number>;
  return block.take(Int32Array.from({ length: to - from }, (_, i) => order[from + i]));
}

/**
 * Divides arrays in blocks, each block by itself, as Dask-ML does: nothing moves between workers. Sizes are parts of the whole, to rounding; the same
 * seed gives the same parts whatever the workers, and Dask-ML's where the blocks' own parts are whole numbers.
 *
 * @throws {SplitError} with `stratify`, for arrays of which some are not in blocks, or for sizes that do not fit
 */
export function splitBlocks(arrays: readonly unknown[], options: TrainTestSplitOptions): ChunkedInput[] {
  const who = "trainTestSplit";
  const [first] = arrays;
  if (!isChunked(first)) throw new SplitError(`${who}: of arrays that are divided alike, all must be chunked or none`);
  const { shuffle = true, stratify = null, testSize, trainSize, randomState } = options;
  if (stratify !== null) throw new SplitError(`${who}: stratify is for arrays in memory`);
  const lengths = first.chunks[0];
  const n = first.length;
  if (n !== n) throw new UnknownChunksError(`${who}: lengths of blocks are not known; await computeChunkSizes() first`);
  const named = Object.fromEntries(arrays.slice(1).map((a, i) => [`array ${i + 2}`, a]));
  const all = [first, ...cutAlike(first, named, who)];
  const { train, test } = splitSizes(n, testSize, trainSize, 0.25);
  const rng = checkRandomState(randomState);
  let seen = 0, trained = 0, tested = 0;
  const plan = lengths.map((length) => {
    seen += length;
    // What is missing of the whole's parts up to here: so they come out exact in the end.
    const upTo = (size: number): number => Math.round(size * seen / n);
    const own = Math.min(length, upTo(train) - trained);
    const rest = Math.min(length - own, upTo(test) - tested);
    trained += own;
    tested += rest;
    return { own, rest, seed: shuffle ? rng.randint(0, 2 ** 31 - 1, 1).data[0] as number : null };
  });
  return all.flatMap((array) => {
    const blocks =
      (array.numBlocks.length > 1 ? array.rechunk([lengths, ...array.shape.slice(1).map((m) => [m])]) : array)
        .delayed();
    const call = array.client.delayed(drawnRows);
    const part = (ofTest: boolean): ChunkedInput =>
      concatenate(blocks.map((block, b) => {
        const { own, rest, seed } = plan[b];
        // As in scikit-learn and Dask-ML, the first of the order are the test's.
        const [from, to] = shuffle ? (ofTest ? [0, rest] : [rest, rest + own]) : ofTest ? [own, own + rest] : [0, own];
        return fromDelayed(call(block, seed, from, to), {
          shape: [to - from, ...array.shape.slice(1)],
          dtype: array.dtype,
        });
      })) as ChunkedInput;
    return [part(false), part(true)];
  });
}

registerInternals({ drawnRows });
