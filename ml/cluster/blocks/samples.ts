import { inTask } from "../../../actors/mod.ts";
import type { NDArray } from "../../array/mod.ts";
import { InvalidInputError } from "../../utils/mod.ts";

/** A block's samples as kernels take them. */
export interface BlockSamples {
  /** Row after row. */
  readonly data: Float64Array;
  /** Number of rows. */
  readonly n: number;
  /** Number of features. */
  readonly m: number;
}

/**
 * The samples of a block: as they lie, where they are float64.
 *
 * @param block shape [n, m], numbers of any kind
 * @param m how many features there should be
 * @throws {InvalidInputError} when it is no table of numbers of that many features
 */
export function samplesOf(block: NDArray, m: number): BlockSamples {
  const { shape, data } = block;
  if (shape.length !== 2 || shape[1] !== m || block.dtype === "string") {
    throw new InvalidInputError(
      `a block of X is ${block.dtype} [${shape.join(", ")}], expected numbers of shape [n, ${m}]`,
    );
  }
  const numbers = data instanceof Float64Array ? data : Float64Array.from(data as ArrayLike<number | bigint>, Number);
  return { data: numbers, n: shape[0], m };
}

type FreshConstructor<A> = {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
  new (length: number): A;
  readonly BYTES_PER_ELEMENT: number;
};

/** An array to be filled whole: in a task, where results lie, so that it stays there without a copy. */
export function fresh<A>(type: FreshConstructor<A>, length: number): A {
  const task = inTask();
  if (task === undefined || task.isActor || length * type.BYTES_PER_ELEMENT < 65_536) return new type(length);
  const room = task.allocate(length * type.BYTES_PER_ELEMENT);
  return new type(room.buffer as ArrayBuffer, room.byteOffset, length);
}

/** The first row that holds NaN or an infinity; −1 where there is none. */
export function firstBadRow({ data, m }: BlockSamples): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return Math.floor(i / m);
  return -1;
}

/** Some rows of a block, one after the other. */
export function takeRows({ data, m }: BlockSamples, rows: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows.length * m);
  for (let e = 0; e < rows.length; e++) out.set(data.subarray(rows[e] * m, rows[e] * m + m), e * m);
  return out;
}
