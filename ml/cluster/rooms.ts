import type { KernelMemory, Room } from "../kernels/mod.ts";

/** Rooms in a memory where kernels compute: those taken last are given back first. */
export class Rooms implements Disposable {
  readonly #memory: KernelMemory;
  readonly #rooms: Room[] = [];

  /** In this memory. */
  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** How many there are. */
  get count(): number {
    return this.#rooms.length;
  }

  /** Takes a room; its content is anything. */
  allocate(bytes: number): number {
    const room = this.#memory.allocate(bytes);
    if (room === undefined) throw new RangeError(`KMeans: there is no room for ${bytes} bytes to compute in`);
    this.#rooms.push(room);
    return room.pointer;
  }

  /** Gives back all but the first `count`. */
  free(count = 0): void {
    while (this.#rooms.length > count) (this.#rooms.pop() as Room).free();
  }

  /** What lies there as float64. */
  f64(pointer: number, length: number): Float64Array {
    return new Float64Array(this.#memory.memory.buffer, pointer, length);
  }

  /** As float32. */
  f32(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#memory.memory.buffer, pointer, length);
  }

  /** As int32. */
  i32(pointer: number, length: number): Int32Array {
    return new Int32Array(this.#memory.memory.buffer, pointer, length);
  }

  [Symbol.dispose](): void {
    this.free();
  }
}
