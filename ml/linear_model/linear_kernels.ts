import { instantiate, KernelError, type KernelMemory, memoryOf, privateMemory } from "../kernels/mod.ts";
import * as built from "../kernels/wasm/linear.ts";

/** What assembly/linear.as exports; arrays are given by where they lie. */
export type LinearExports = {
  packRows(x: number, n: number, m: number, y: number, t: number, shift: number, factors: number, out: number): void;
  scaleRows(x: number, n: number, m: number, factors: number, out: number, width: number, ld: number): void;
  binaryLoss(z: number, n: number, shift: number, y: number, w: number, masks: boolean, sums: number): void;
  softmax(
    z: number,
    stride: number,
    n: number,
    k: number,
    shift: number,
    codes: number,
    w: number,
    sums: number,
  ): void;
  sigmoid(z: number, n: number, shift: number): void;
  lossSlope(kind: number, epsilon: number, y: number, p: number): number;
  settleWeights(state: number, w: number, mean: number, m: number): void;
  descend(
    table: number,
    rows: number,
    n: number,
    m: number,
    y: number,
    weights: number,
    etas: number,
    state: number,
    w: number,
    mean: number,
    paid: number,
    kind: number,
    passive: number,
    margin: boolean,
    shrinks: boolean,
    sparse: boolean,
    penalised: boolean,
    fitIntercept: boolean,
    judges: boolean,
  ): number;
};

/** Room in the memory that the kernels of linear models compute in, and those kernels, until it is disposed of. */
export class Workspace implements Disposable {
  /** The kernels. */
  readonly exports: LinearExports;
  readonly #home: KernelMemory;
  readonly #rooms: { free(): void }[] = [];

  /** In the thread's own memory, or a team's. */
  constructor(home: KernelMemory = privateMemory()) {
    this.#home = home;
    this.exports = instantiate<LinearExports>(built, this.#home.memory);
  }

  #room(bytes: number): number {
    const room = this.#home.allocate(bytes);
    if (room === undefined) throw new KernelError(`there is no room for ${bytes} bytes to compute in`);
    this.#rooms.push(room);
    return room.pointer;
  }

  /** An array of zeros. */
  f64(length: number): Float64Array {
    const pointer = this.#room(length * 8);
    const out = new Float64Array(this.#home.memory.buffer, pointer, length).fill(0);
    // Looked at while the memory's buffer is this one, it is known as such also when the memory has grown.
    memoryOf(out);
    return out;
  }

  /** The same for int32. */
  i32(length: number): Int32Array {
    const pointer = this.#room(length * 4);
    return new Int32Array(this.#home.memory.buffer, pointer, length).fill(0);
  }

  /** Gives all back. */
  [Symbol.dispose](): void {
    for (const room of this.#rooms) room.free();
    this.#rooms.length = 0;
  }
}
