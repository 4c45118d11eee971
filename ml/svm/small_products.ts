import { type KernelFrame, type KernelMemory, kernels, type Room } from "../kernels/mod.ts";

/** Rows of products that are computed together: what is asked of them next, is asked while they are at hand. */
const PANEL = 128;

// deno-lint-ignore no-explicit-any -- functions of numbers
type Frame = KernelFrame<Record<string, (...args: any[]) => number>>;

/** Products of samples with each other. */
export class SmallProducts implements Disposable {
  /** Where they lie: rows are `ld` doubles apart. */
  readonly at: number;
  /** Where the products of each with itself do, `ld` doubles. */
  readonly squares: number;
  /** Squared distances of the samples, the smallest and the largest. */
  readonly distances = { smallest: Infinity, largest: 0 };
  readonly #room: Room;
  readonly #memory: KernelMemory;
  readonly #X: Float64Array;
  readonly #n: number;

  private constructor(frame: Frame, room: Room, X: Float64Array, n: number, ld: number) {
    this.#room = room;
    this.#memory = frame.home;
    // Its own: what X lies in may be another's soon.
    this.#X = X.slice();
    this.#n = n;
    const dim = X.length / n;
    const at = this.at = room.pointer;
    this.squares = at + ld * ld * 8;
    const products = frame.f64(at, ld * ld);
    const squares = frame.f64(this.squares, ld).fill(0);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let o = i * dim; o < (i + 1) * dim; o++) sum += X[o] * X[o];
      squares[i] = sum;
    }
    const { distances } = this;
    for (let i = 0; i < n; i += PANEL) {
      const rows = Math.min(PANEL, n - i);
      kernels().gemm(false, true, rows, n, dim, 1, X.subarray(i * dim), dim, X, dim, 0, products.subarray(i * ld), ld);
      const near = frame.exports.nearest(at + i * (ld + 1) * 8, this.squares + i * 8, rows, n - i, ld);
      distances.smallest = Math.min(distances.smallest, near);
      distances.largest = Math.max(distances.largest, frame.exports.farthest());
    }
    for (let i = 0; i < n; i++) squares[i] = products[i * ld + i];
  }

  /**
   * Those of a table's rows: where the thread computed the same last, and nobody needed the place since, they are there still, as for the next
   * part of a search.
   *
   * @param ld a multiple of 8, the number of rows that there is room for
   */
  static of(frame: Frame, X: Float64Array, n: number, ld: number): SmallProducts {
    const known = resting;
    if (known?.isOf(frame.home, X, n) === true && known.#room.wake?.() === true) {
      resting = undefined;
      return known;
    }
    const room = frame.home.allocate(ld * (ld + 1) * 8);
    if (room === undefined) throw new RangeError(`no room for the products of ${n} samples`);
    try {
      return new SmallProducts(frame, room, X, n, ld);
    } catch (error) {
      room.free();
      throw error;
    }
  }

  /** Whether they are those. */
  isOf(memory: KernelMemory, X: Float64Array, n: number): boolean {
    const own = this.#X;
    if (memory !== this.#memory || n !== this.#n || X.length !== own.length) return false;
    for (let i = 0; i < X.length; i++) if (X[i] !== own[i]) return false;
    return true;
  }

  /** Lets go of them: they stay for a while. */
  [Symbol.dispose](): void {
    if (this.#room.rest === undefined) return this.#room.free();
    this.#room.rest(() => {
      if (resting === this) resting = undefined;
    });
    resting = this;
  }
}

/** Those that nobody uses. */
let resting: SmallProducts | undefined;
