/**
 * How a thread hands over what came of a task: small results in its ring, large ones in blocks it is granted.
 *
 * @module
 */

import { blobSize, pack, type PackedValue, toBlob, writeBlob } from "../values/mod.ts";
import { MemoryError } from "./errors.ts";
import { leftBehind } from "./garbage.ts";
import { MAX_GRANT, SharedQueue, type ThreadLine, Word } from "./shared_queue.ts";
import { Out } from "./thread_records.ts";

/** Bytes up to which a result is handed over in the ring, and rides along in messages. */
export const INLINE_BYTES = 16_384;
/** Run number in requests for memory that belong to no run: an actor's replies. */
export const NO_RUN = -1;

/** The outgoing half of a thread. */
export class Results {
  readonly #buffers = new Map<ArrayBufferLike, number>();
  readonly #word: number;

  /** Of thread `thread`. */
  constructor(
    readonly queue: SharedQueue,
    readonly line: ThreadLine,
    readonly arenas: readonly WebAssembly.Memory[],
    thread: number,
  ) {
    this.#word = SharedQueue.word(thread, Word.grant);
    this.arenas.forEach((m, i) => this.#buffers.set(m.buffer, i));
  }

  /** Bytes of an arena, in place. */
  view(arena: number, offset: number, length: number): Uint8Array {
    const memory = this.arenas[arena];
    // What another thread has grown shows here with the engine's next interrupt only, or when asked for.
    if (offset + length > memory.buffer.byteLength) memory.grow(0);
    const { buffer } = memory;
    // A memory that has grown has a new buffer object.
    if (!this.#buffers.has(buffer)) this.#buffers.set(buffer, arena);
    return new Uint8Array(buffer, offset, length);
  }

  /** The memory that a buffer is over, of those that views were made of. */
  memoryOf(buffer: ArrayBufferLike): WebAssembly.Memory | undefined {
    const arena = this.#buffers.get(buffer);
    return arena === undefined ? undefined : this.arenas[arena];
  }

  /** A place in the ring for `n` bytes; waits until the main side has made room. */
  begin(n: number): number {
    const ring = this.line.outbox;
    if (n > ring.largest) throw new RangeError(`a record of ${n} bytes is larger than the ring takes`);
    for (;;) {
      const at = ring.begin(n);
      if (at >= 0) return at;
      this.queue.wakeMain();
      Atomics.wait(this.queue.words, this.#word, Atomics.load(this.queue.words, this.#word), 1);
    }
  }

  /** A record of one number (and a second). */
  note(type: number, a: number, b = 0): void {
    const at = this.begin(8);
    this.line.outbox.ints[at >> 2] = a;
    this.line.outbox.ints[(at >> 2) + 1] = b;
    this.line.outbox.commit(type, 8);
    this.queue.wakeMain();
  }

  /** A run's result. */
  finished(run: number, value: PackedValue, spent: number): void {
    const size = blobSize(value);
    if (size <= INLINE_BYTES) this.#inline(Out.finished, run, value, size, spent);
    else this.#parts(run, value, spent);
  }

  /** A run's error. */
  failed(run: number, error: unknown, spent: number, runsOn = false): void {
    const value = packError(error);
    this.#inline(Out.failed, run, value, blobSize(value), spent, runsOn ? 1 : 0);
  }

  #inline(type: number, run: number, value: PackedValue, size: number, spent: number, flag = 0): void {
    const ring = this.line.outbox;
    const at = this.begin(16 + size);
    ring.ints[at >> 2] = run;
    ring.ints[(at >> 2) + 1] = flag;
    ring.floats[(at >> 3) + 1] = spent;
    if (value.frames.length > 0) ring.bytes.fill(0, at + 16, at + 16 + size);
    writeBlob(value, ring.bytes, at + 16);
    ring.commit(type, 16 + size);
    this.queue.wakeMain();
  }

  #parts(run: number, value: PackedValue, spent: number): void {
    const pieces = [value.head, ...value.frames];
    const at = new Float64Array(3 * pieces.length);
    const missing: number[] = [];
    pieces.forEach((p, i) => {
      const arena = this.#buffers.get(p.buffer);
      if (arena === undefined) missing.push(i);
      else at.set([arena, p.byteOffset, p.byteLength], 3 * i);
    });
    const views = this.request(run, missing.map((i) => pieces[i].byteLength), "the result");
    missing.forEach((i, j) => {
      const { view, arena } = views[j];
      view.set(pieces[i]);
      leftBehind(view.byteLength);
      at.set([arena, view.byteOffset, view.byteLength], 3 * i);
    });
    const ring = this.line.outbox;
    const offset = this.begin(16 + at.byteLength);
    ring.ints[offset >> 2] = run;
    ring.ints[(offset >> 2) + 1] = pieces.length;
    ring.floats[(offset >> 3) + 1] = spent;
    ring.floats.set(at, (offset >> 3) + 2);
    ring.commit(Out.parts, 16 + at.byteLength);
    this.queue.wakeMain();
  }

  /**
   * Asks the main side for blocks and waits for them. The main side never computes, so that it is some microseconds.
   *
   * @throws {MemoryError} when there is no room.
   */
  request(run: number, sizes: readonly number[], what: string): { view: Uint8Array; arena: number }[] {
    if (sizes.length === 0) return [];
    if (sizes.length > MAX_GRANT || 8 + 8 * sizes.length > this.line.outbox.largest) {
      throw new RangeError(`${what} has ${sizes.length} arrays, more than a value may have here (about ${MAX_GRANT})`);
    }
    const { words } = this.queue;
    const ring = this.line.outbox;
    const at = this.begin(8 + 8 * sizes.length);
    const seen = Atomics.load(words, this.#word);
    ring.ints[at >> 2] = run;
    ring.ints[(at >> 2) + 1] = sizes.length;
    for (let i = 0; i < sizes.length; i++) ring.floats[(at >> 3) + 1 + i] = sizes[i];
    ring.commit(Out.need, 8 + 8 * sizes.length);
    this.queue.wakeMain();
    while (Atomics.load(words, this.#word) === seen) Atomics.wait(words, this.#word, seen);
    const grant = this.line.grant;
    if (grant[0] !== 1) throw new MemoryError(what, sizes.reduce((a, b) => a + b, 0), grant[1], grant[2]);
    return sizes.map((n, i) => ({
      arena: grant[3 + 2 * i],
      view: this.view(grant[3 + 2 * i], grant[4 + 2 * i], n),
    }));
  }
}

/** Packs an error; whatever was thrown, something small comes out, and this does not throw: nobody would hear of the task's end. */
export function packError(error: unknown): PackedValue {
  const e = isError(error) ? error : new Error(`thrown: ${shown(error)}`, { cause: error });
  try {
    const packed = pack(e);
    if (packed.nbytes <= 2 * INLINE_BYTES && packed.refs.length === 0 && packed.codes.size === 0) return packed;
  } catch {
    // Falls through to what can always be sent.
  }
  const plain = new Error(textOf(e, "message").slice(0, 4096));
  plain.name = textOf(e, "name").slice(0, 256) || "Error";
  plain.stack = textOf(e, "stack").slice(0, 8192);
  return pack(plain);
}

/** The blob of a packed error. */
export function errorBlob(error: unknown): Uint8Array {
  return toBlob(packError(error));
}

/** A proxy may throw when it is asked. */
function isError(v: unknown): v is Error {
  try {
    return v instanceof Error;
  } catch {
    return false;
  }
}

/** What an error says, as far as it does: a property may be anything, and throw when it is read. */
function textOf(e: Error, property: "message" | "name" | "stack"): string {
  try {
    return String(e[property] ?? "");
  } catch {
    return property === "message" ? "the error's message cannot be read" : "";
  }
}

function shown(v: unknown): string {
  try {
    return typeof v === "string" ? v : Deno.inspect(v).slice(0, 1000);
  } catch {
    return typeof v;
  }
}
