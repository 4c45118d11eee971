import { KernelError } from "./errors.ts";
import { aligned, type KernelArray, type KernelMemory, memoryOf, privateMemory, type Room } from "./memory.ts";
import { type BuiltModule, instantiate, type KernelExports } from "./module.ts";

/** Bytes that are brought to an arena in any case, for the sake of what lies there. */
const BROUGHT = 4 << 20;

/**
 * The memory in which to compute on these arrays, with `temporary` bytes beside them: the arena where most of them lies, unless more than that
 * would have to be brought there; else the thread's own.
 */
export function homeOf(arrays: readonly KernelArray[], temporary = 0): KernelMemory {
  let home: KernelMemory | undefined, most = 0, all = 0;
  for (const a of arrays) {
    all += a.byteLength;
    const memory = memoryOf(a);
    if (memory === undefined || memory === home) continue;
    let n = 0;
    for (const b of arrays) if (memoryOf(b) === memory) n += b.byteLength;
    if (n > most) [home, most] = [memory, n];
  }
  return home !== undefined && all - most + temporary <= Math.max(BROUGHT, most) ? home : privateMemory();
}

/**
 * A call of kernels: brings arrays into one memory (those that lie there stay where they are), hands out room for what is made on the way, and at
 * its end copies results back and frees all. For synchronous code: nothing else may await inside.
 *
 * @example
 * ```ts ignore
 * import * as dense from "./wasm/dense.ts";
 * using frame = new KernelFrame(dense, [x, y]);
 * const sum = frame.exports.dot_f64(frame.in(x), frame.in(y), x.length);
 * ```
 */
export class KernelFrame<E extends KernelExports = KernelExports> implements Disposable {
  /** The module's functions. */
  readonly exports: E;
  /** Where it computes. */
  readonly home: KernelMemory;
  readonly #rooms: Room[] = [];
  /** What is left of the room that was taken at the beginning. */
  #ahead = { pointer: 0, bytes: 0 };
  readonly #back: { pointer: number; array: KernelArray }[] = [];
  readonly #pointers = new Map<KernelArray, number>();

  /**
   * Over the arrays that the call is about; those not named here can be brought too.
   *
   * @param module what it calls
   * @param arrays where most of these lies, it computes
   * @param temporary bytes that will be asked for by {@linkcode KernelFrame.temp}: where the worker has no room for them, and for what must be brought,
   *   all goes to the thread's own memory
   */
  constructor(module: BuiltModule, arrays: readonly KernelArray[] = [], temporary = 0) {
    let home = homeOf(arrays, temporary);
    if (!home.isPrivate) {
      const brought = arrays.filter((a) => memoryOf(a) !== home);
      const bytes = brought.reduce((n, a) => n + aligned(a.byteLength), aligned(temporary));
      const room = bytes > 0 ? home.allocate(bytes) : undefined;
      if (room !== undefined) {
        this.#rooms.push(room);
        this.#ahead = { pointer: room.pointer, bytes };
      } else if (bytes > 0) home = privateMemory();
    }
    this.home = home;
    this.exports = instantiate<E>(module, home.memory);
  }

  /** Where an array that is only read lies: in place, or copied. */
  in(array: KernelArray): number {
    return this.#bring(array, true, false);
  }

  /** Where an array that is written, and not read, lies. Its content comes back at the end. */
  out(array: KernelArray): number {
    return this.#bring(array, false, true);
  }

  /** Where an array that is read and written lies. Its content comes back at the end. */
  inout(array: KernelArray): number {
    return this.#bring(array, true, true);
  }

  /** Room for `bytes` bytes until the end. Its content is anything. */
  temp(bytes: number): number {
    const size = aligned(bytes);
    if (size <= this.#ahead.bytes) {
      const { pointer, bytes } = this.#ahead;
      this.#ahead = { pointer: pointer + size, bytes: bytes - size };
      return pointer;
    }
    const room = this.home.allocate(bytes);
    if (room === undefined) throw new KernelError(`there is no room for ${bytes} bytes to compute in`);
    this.#rooms.push(room);
    return room.pointer;
  }

  /** A float64 view of what lies at a pointer; true until the frame's next call of {@linkcode KernelFrame.temp}. */
  f64(pointer: number, length: number): Float64Array {
    return new Float64Array(this.home.memory.buffer, pointer >>> 0, length);
  }

  /** The same for float32. */
  f32(pointer: number, length: number): Float32Array {
    return new Float32Array(this.home.memory.buffer, pointer >>> 0, length);
  }

  /** The same for int32. */
  i32(pointer: number, length: number): Int32Array {
    return new Int32Array(this.home.memory.buffer, pointer >>> 0, length);
  }

  /** The same for bytes. */
  u8(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.home.memory.buffer, pointer >>> 0, length);
  }

  #bring(array: KernelArray, read: boolean, write: boolean): number {
    if (memoryOf(array) === this.home) return array.byteOffset;
    let pointer = this.#pointers.get(array);
    if (pointer === undefined) {
      pointer = this.temp(array.byteLength);
      this.#pointers.set(array, pointer);
      if (read) this.u8(pointer, array.byteLength).set(bytesOf(array));
    }
    if (write && !this.#back.some((b) => b.array === array)) this.#back.push({ pointer, array });
    return pointer;
  }

  /** Copies results back and frees what was used. */
  [Symbol.dispose](): void {
    for (const { pointer, array } of this.#back) bytesOf(array).set(this.u8(pointer, array.byteLength));
    for (const room of this.#rooms) room.free();
    this.#back.length = this.#rooms.length = 0;
    this.#ahead = { pointer: 0, bytes: 0 };
    this.#pointers.clear();
  }
}

function bytesOf(array: KernelArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
