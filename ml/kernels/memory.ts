import { inTask, MemoryError } from "../../actors/mod.ts";
import { onHugePages } from "../array/huge_pages.ts";

/** Typed arrays that kernels compute with. */
export type KernelArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A piece of a memory, 64-byte aligned, until it is freed. */
export interface Room {
  /** Where it begins. */
  readonly pointer: number;
  /** How long it is. */
  readonly bytes: number;
  /** Gives it back. */
  free(): void;
  /**
   * Gives it back, but for its content, which stays until somebody wants the place: then `lost` is called. One room of a memory rests at a time. Where
   * there is no such way, it is freed.
   */
  rest?(lost: () => void): void;
  /** Takes a room that rests in use again; false where it is lost. */
  wake?(): boolean;
}

/** A linear memory in which kernels compute. */
export interface KernelMemory {
  /** What instances import. */
  readonly memory: WebAssembly.Memory;
  /** Whether it is the thread's own, and not an arena that the worker's threads share. */
  readonly isPrivate: boolean;
  /** Room for `bytes` bytes; `undefined` when there is none here. Its content is anything. */
  allocate(bytes: number): Room | undefined;
}

const ALIGN = 64;
const WASM_PAGE = 65_536;
/** Most pages of a memory with 32-bit addresses. */
const MOST_PAGES = 65_536;
/** Bytes above which the thread's own memory is not kept when nothing in it is used. */
const KEEP = 96 << 20;
/** Bytes of an arena that an actor's call may ask for at a time. */
const MOST_FOR_ACTORS = 8 << 20;

/** Bytes as they are handed out. */
export function aligned(bytes: number): number {
  return Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
}

/** A memory of a thread's own, or of a team's: rooms by first fit. It grows as it is used. */
export class PrivateMemory implements KernelMemory {
  readonly memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared: true });
  readonly isPrivate = true;
  /** Free pieces in order of address, none touching the next; the last one ends where the memory does. */
  readonly #free: { pointer: number; bytes: number }[] = [{ pointer: ALIGN, bytes: 16 * WASM_PAGE - ALIGN }];
  #used = 0;
  /** Gives up what rests. */
  #resting: (() => void) | undefined;

  /** Whether nothing of it is used. */
  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Bytes it has come to. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  allocate(wanted: number): Room | undefined {
    const bytes = aligned(wanted);
    const place = (): number => this.#free.findIndex((f) => f.bytes >= bytes);
    let at = place();
    if (at < 0 && this.#resting !== undefined) {
      this.forget();
      at = place();
    }
    if (at < 0) {
      if (!this.#grow(bytes)) return undefined;
      at = this.#free.length - 1;
    }
    const piece = this.#free[at];
    const { pointer } = piece;
    piece.pointer += bytes;
    piece.bytes -= bytes;
    if (piece.bytes === 0) this.#free.splice(at, 1);
    this.#used += bytes;
    let state: "used" | "resting" | "free" = "used";
    let giveUp: (() => void) | undefined;
    return {
      pointer,
      bytes: wanted,
      free: () => {
        if (state === "resting") return giveUp?.();
        if (state === "free") return;
        state = "free";
        this.#used -= bytes;
        this.#give(pointer, bytes);
        letGo();
      },
      rest: (lost) => {
        if (state !== "used") return;
        this.forget();
        state = "resting";
        this.#used -= bytes;
        this.#resting = giveUp = () => {
          this.#resting = undefined;
          state = "free";
          this.#give(pointer, bytes);
          lost();
        };
        letGo();
      },
      wake: () => {
        if (state !== "resting") return false;
        state = "used";
        this.#used += bytes;
        this.#resting = undefined;
        return true;
      },
    };
  }

  /** Gives up the room that rests, if any. */
  forget(): void {
    this.#resting?.();
  }

  #grow(bytes: number): boolean {
    const end = this.bytes;
    const last = this.#free.at(-1);
    const has = last !== undefined && last.pointer + last.bytes === end ? last.bytes : 0;
    const pages = Math.ceil((bytes - has) / WASM_PAGE);
    // By a quarter at least, for each growth makes a new buffer.
    const generous = Math.min(Math.max(pages, end / WASM_PAGE >> 2), MOST_PAGES - end / WASM_PAGE);
    if (generous < pages) return false;
    try {
      this.memory.grow(generous);
    } catch {
      return false;
    }
    onHugePages(new Uint8Array(this.memory.buffer, end, generous * WASM_PAGE));
    this.#give(end, generous * WASM_PAGE);
    return true;
  }

  #give(pointer: number, bytes: number): void {
    const free = this.#free;
    let at = free.findIndex((f) => f.pointer > pointer);
    if (at < 0) at = free.length;
    free.splice(at, 0, { pointer, bytes });
    if (at + 1 < free.length && pointer + bytes === free[at + 1].pointer) {
      free[at].bytes += free[at + 1].bytes;
      free.splice(at + 1, 1);
    }
    if (at > 0 && free[at - 1].pointer + free[at - 1].bytes === pointer) {
      free[at - 1].bytes += free[at].bytes;
      free.splice(at, 1);
    }
  }
}

let own: PrivateMemory | undefined;

/** The memory of this thread alone. One that has become large is not kept when nothing in it is used. */
export function privateMemory(): KernelMemory {
  return own ??= new PrivateMemory();
}

function letGo(): void {
  if (own === undefined || !own.isEmpty || own.bytes <= KEEP) return;
  own.forget();
  own = undefined;
}

/** An arena of the worker's. Room in it is asked of the worker, counted there, and the task's until its end. */
class ArenaMemory implements KernelMemory {
  readonly isPrivate = false;
  /** By task: what was asked for and is free again. */
  readonly #spare = new WeakMap<object, { pointer: number; bytes: number }[]>();

  constructor(readonly memory: WebAssembly.Memory) {}

  allocate(wanted: number): Room | undefined {
    const task = inTask();
    if (task === undefined) return undefined;
    // What an actor's call is given stays with its thread, so that has to be little, and is kept for all further calls.
    if (task.isActor && wanted > MOST_FOR_ACTORS) return undefined;
    const holder = task.isActor ? this : task;
    let spare = this.#spare.get(holder);
    if (spare === undefined) this.#spare.set(holder, spare = []);
    const at = spare.findIndex((s) => s.bytes >= wanted && s.bytes <= 4 * wanted + 4096);
    let piece: { pointer: number; bytes: number };
    if (at >= 0) [piece] = spare.splice(at, 1);
    else {
      let view: Uint8Array;
      try {
        view = task.allocate(aligned(wanted));
      } catch (e) {
        // The worker is full: there is the thread's own memory still.
        if (e instanceof MemoryError) return undefined;
        throw e;
      }
      // Room may lie in another arena, when this one is full.
      if (memoryOf(view) !== this) return undefined;
      piece = { pointer: view.byteOffset, bytes: view.byteLength };
    }
    return { pointer: piece.pointer, bytes: wanted, free: () => void spare.push(piece) };
  }
}

/** By buffer: the memory it is over. A memory that has grown has a new buffer; older ones stay valid. */
const buffers = new WeakMap<ArrayBufferLike, KernelMemory>();
const arenas = new WeakMap<WebAssembly.Memory, ArenaMemory>();

/** The memory that an array lies in, where kernels can compute on it in place; `undefined` for ordinary arrays. */
export function memoryOf(array: KernelArray): KernelMemory | undefined {
  const { buffer } = array;
  if (buffer instanceof ArrayBuffer) return undefined;
  const known = buffers.get(buffer);
  if (known !== undefined) return known;
  if (own !== undefined && own.memory.buffer === buffer) {
    buffers.set(buffer, own);
    return own;
  }
  const memory = inTask()?.memoryOf(buffer);
  if (memory === undefined) return undefined;
  let arena = arenas.get(memory);
  if (arena === undefined) arenas.set(memory, arena = new ArenaMemory(memory));
  buffers.set(buffer, arena);
  return arena;
}
