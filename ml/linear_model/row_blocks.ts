import type { NDArray } from "../array/mod.ts";
import { kernels, memoryOf, privateMemory } from "../kernels/mod.ts";

/** Rows of a block: with 50 features it stays in the second cache. */
export const BLOCK_ROWS = 512;

/** Room in the memory that kernels compute in, until it is freed. */
export class Workspace implements Disposable {
  readonly #rooms: { free(): void }[] = [];

  /** An array of zeros; an ordinary one where there is no room. */
  f64(length: number): Float64Array {
    const home = privateMemory();
    const room = home.allocate(length * 8);
    if (room === undefined) return new Float64Array(length);
    this.#rooms.push(room);
    const out = new Float64Array(home.memory.buffer, room.pointer, length).fill(0);
    // Looked at while the memory's buffer is this one, it is known as such also when the memory has grown.
    memoryOf(out);
    return out;
  }

  /** Gives all back. */
  [Symbol.dispose](): void {
    for (const room of this.#rooms) room.free();
    this.#rooms.length = 0;
  }
}

/**
 * Calls back with blocks of a table's rows, where kernels compute best: BLAS on the rows as they are, WebAssembly on a
 * copy in its own memory.
 *
 * @param rows numbers of the rows to take, in this order; all if left out
 * @param room for a block: BLOCK_ROWS times the number of columns
 */
export function eachBlock(
  X: NDArray<Float64Array>,
  room: Float64Array,
  rows: ArrayLike<number> | undefined,
  visit: (block: Float64Array, start: number, count: number) => void,
): void {
  const m = X.shape[1];
  const n = rows?.length ?? X.length;
  const inPlace = rows === undefined && kernels().tier === "blas";
  for (let start = 0; start < n; start += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, n - start);
    if (rows !== undefined) {
      for (let k = 0; k < count; k++) {
        const from = rows[start + k] * m;
        for (let j = 0, to = k * m; j < m; j++, to++) room[to] = X.data[from + j];
      }
      visit(room, start, count);
    } else {
      const part = X.data.subarray(start * m, (start + count) * m);
      if (!inPlace) room.set(part);
      visit(inPlace ? part : room, start, count);
    }
  }
}
