import type { NDArray } from "../array/mod.ts";
import { kernels } from "../kernels/mod.ts";

/** Rows of a block: with 50 features it stays in the second cache. Even. */
export const BLOCK_ROWS = 512;

/**
 * Calls back with blocks of a table's rows, where kernels compute best: BLAS on the rows as they are, WebAssembly on a
 * copy in its own memory.
 *
 * @param rows numbers of the rows to take, in this order; all if left out
 * @param room for a block: BLOCK_ROWS times the number of columns
 * @param inRoom whether blocks must lie in `room`
 */
export function eachBlock(
  X: NDArray<Float64Array>,
  room: Float64Array,
  rows: ArrayLike<number> | undefined,
  visit: (block: Float64Array, start: number, count: number) => void,
  inRoom = false,
): void {
  const m = X.shape[1];
  const n = rows?.length ?? X.length;
  const inPlace = !inRoom && kernels().tier === "blas";
  for (let start = 0; start < n; start += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, n - start);
    if (rows !== undefined) {
      takeInto(X.data, m, rows, start, count, room);
      visit(room, start, count);
    } else {
      const part = X.data.subarray(start * m, (start + count) * m);
      if (!inPlace) room.set(part);
      visit(inPlace ? part : room, start, count);
    }
  }
}

/** Copies rows of `m` numbers: those with numbers `start` to `start + count` in `rows`. */
export function takeInto(
  data: Float64Array,
  m: number,
  rows: ArrayLike<number>,
  start: number,
  count: number,
  out: Float64Array,
): void {
  for (let k = 0; k < count; k++) {
    const from = rows[start + k] * m;
    for (let j = 0, to = k * m; j < m; j++, to++) out[to] = data[from + j];
  }
}
