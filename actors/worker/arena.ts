/**
 * Arenas: large pieces of memory that all threads of the process see, and that grow.
 *
 * @module
 */

/** Bytes of a page of an arena: the unit large blocks are measured in. */
export const PAGE = 16_384;

/** A piece of memory that grows. Its bytes keep their place; older buffers stay valid. */
export interface Arena {
  /** Most bytes it may come to. */
  readonly capacity: number;
  /** The buffer over all it has now. A new object after each growth, where the kind of memory makes it so. */
  readonly buffer: ArrayBufferLike;
  /** Grows to at least `bytes`; false when the system has no more. */
  grow(bytes: number): boolean;
  /** Tells the system that this range's content is not needed; it reads as anything afterwards. */
  discard(offset: number, length: number): void;
  /** What threads are given to see it, if they can. */
  readonly memory?: WebAssembly.Memory;
}

/** Makes arenas of at most `capacity` bytes. */
export type ArenaFactory = (capacity: number) => Arena;

const WASM_PAGE = 65_536;
const GROWTH = 64 << 20;
/** Bytes of capacity from which on an arena may have pages of 2 MiB. */
const LARGE = 256 << 20;

interface Libc {
  readonly madvise: (pointer: Deno.PointerValue, length: bigint, advice: number) => number;
}

let libc: Libc | null | undefined;

/** The system's `madvise`, where it may be had. */
function systemLibrary(): Libc | null {
  if (libc !== undefined) return libc;
  libc = null;
  try {
    const linux = Deno.build.os === "linux";
    if (linux || Deno.build.os === "darwin") {
      const library = Deno.dlopen(linux ? "libc.so.6" : "libSystem.dylib", {
        madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
      });
      libc = library.symbols;
    }
  } catch {
    // Without the permission, or on another system: memory that is free stays with the process.
  }
  return libc;
}

/** Linux: the pages are given back at once. Darwin calls it MADV_FREE. */
const NOT_NEEDED = Deno.build.os === "linux" ? 4 : 5;
/** Linux: pages of 2 MiB where that can be. They are had in a fraction of the time, and the disk reads into them faster. */
const HUGE_PAGES = 14;

class SharedArena implements Arena {
  readonly memory: WebAssembly.Memory;
  readonly capacity: number;

  constructor(capacity: number) {
    const maximum = Math.min(65_536, Math.ceil(capacity / WASM_PAGE));
    this.capacity = maximum * WASM_PAGE;
    this.memory = new WebAssembly.Memory({ initial: Math.min(16, maximum), maximum, shared: true });
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  grow(bytes: number): boolean {
    const has = this.memory.buffer.byteLength;
    if (bytes <= has) return true;
    if (bytes > this.capacity) return false;
    // In steps: each growth makes a new buffer object, and pages that are not touched cost nothing.
    const to = Math.min(this.capacity, Math.max(bytes, has + GROWTH));
    try {
      this.memory.grow(Math.ceil((to - has) / WASM_PAGE));
    } catch {
      return false;
    }
    // A small arena stays as small as what lies in it.
    if (Deno.build.os === "linux" && this.capacity >= LARGE) this.#advise(has, to - has, HUGE_PAGES);
    return true;
  }

  discard(offset: number, length: number): void {
    this.#advise(offset, length, NOT_NEEDED);
  }

  #advise(offset: number, length: number, advice: number): void {
    const lib = systemLibrary();
    if (lib === null) return;
    const view = new Uint8Array(this.memory.buffer, offset, length);
    lib.madvise(Deno.UnsafePointer.of(view as Uint8Array<ArrayBuffer>), BigInt(length), advice);
  }
}

/** Arenas in shared memory: what a worker process uses. At most 4 GiB each. */
export const sharedArenas: ArenaFactory = (capacity) => new SharedArena(capacity);

class HeapArena implements Arena {
  readonly capacity: number;
  #buffer: ArrayBuffer;

  constructor(capacity: number) {
    this.capacity = Math.ceil(capacity / PAGE) * PAGE;
    this.#buffer = new ArrayBuffer(0, { maxByteLength: this.capacity });
  }

  get buffer(): ArrayBufferLike {
    return this.#buffer;
  }

  grow(bytes: number): boolean {
    if (bytes > this.capacity) return false;
    if (bytes > this.#buffer.byteLength) this.#buffer.resize(Math.min(this.capacity, Math.ceil(bytes / PAGE) * PAGE));
    return true;
  }

  discard(): void {}
}

/** Arenas on this thread's own heap, for a worker without threads: a simulated one. */
export const heapArenas: ArenaFactory = (capacity) => new HeapArena(capacity);
