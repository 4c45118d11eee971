import { registerInternals } from "../../actors/mod.ts";
import { type ArrayData, NDArray, toNDArray } from "../array/mod.ts";
import { type ChunkedInput, wholeRows } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { checkIsFitted } from "../base/mod.ts";

/** What has methods of samples. */
type Methods = Record<string, (X: NDArray) => Promise<unknown>>;

/** A method of an estimator on one block. What it makes of none, which most methods refuse, is known by what it makes of one. */
export async function applyToBlock(
  block: NDArray,
  estimator: object,
  method: string,
  ofOne?: NDArray<ArrayData>,
): Promise<NDArray<ArrayData>> {
  if (block.length === 0 && ofOne !== undefined) return ofOne.slice(0, 0);
  return toNDArray(await (estimator as Methods)[method](block) as number[][], method);
}

/**
 * A method of a fitted estimator on samples in blocks, block by block, computed when it is asked for. What comes out is known beforehand from one row
 * of zeros that the method is tried on.
 *
 * @param estimator fitted
 * @param method "predict", "transform" and the like
 * @param X samples in blocks
 * @throws {NotFittedError} before `fit`
 */
export async function applyInBlocks<D extends ArrayData>(
  estimator: object,
  method: string,
  X: ChunkedInput,
): Promise<ChunkedArray<D>> {
  checkIsFitted(estimator as never, method);
  const samples = wholeRows(X, `${estimator.constructor.name}.${method}`);
  const tried = await applyToBlock(
    new NDArray(new Float64Array(samples.shape[1]), [1, samples.shape[1]]),
    estimator,
    method,
  );
  const chunks = [samples.chunks[0], ...tried.shape.slice(1).map((n) => [n])];
  const out = samples.mapBlocks(applyToBlock, { dtype: tried.dtype, chunks, args: [estimator, method, tried] });
  return out as unknown as ChunkedArray<D>;
}

registerInternals({ applyToBlock });
