import type { KernelExports } from "./module.ts";

/** Most parts of one piece of work. */
export const MOST_PARTS = 64;
/** Float64 of a part: the function, how many arguments, and these. */
const SLOT = 32;
/** Words at the beginning. */
const enum Word {
  /** The part that is taken next. Numbers go on from one piece of work to the next. */
  next,
  /** Parts there are; −1 when there will be no more. */
  limit,
  /** Parts that are done. */
  done,
  /** Parts whose function threw. */
  failed,
}
const HEAD = 64;
/** Looks at a word before the thread sleeps: some ten microseconds, where to be woken takes forty. */
const LOOKS = 2000;

/**
 * Where the parts of a piece of work stand, and what each came to: seen by all threads of a team. Whoever is free takes the next part. It lies in
 * memory of its own, which a thread that wakes too late still finds as it was left.
 */
export class TeamTable {
  /** What threads are given. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #slots: Float64Array;
  readonly #results: Float64Array;
  readonly #functions: readonly ((...args: number[]) => number)[];
  readonly #numbers = new Map<string, number>();
  /** Parts of the pieces of work that are finished. */
  #finished = 0;

  /** Over the functions of an instance; a thread gives the buffer that it was given. */
  constructor(
    exports: KernelExports,
    buffer: SharedArrayBuffer = new SharedArrayBuffer(HEAD + 8 * MOST_PARTS * (SLOT + 1)),
  ) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, HEAD / 4);
    this.#slots = new Float64Array(buffer, HEAD, MOST_PARTS * SLOT);
    this.#results = new Float64Array(buffer, HEAD + 8 * MOST_PARTS * SLOT, MOST_PARTS);
    // The same module has the same names in the same order in all threads.
    const functions = Object.entries(exports).filter(([, f]) => typeof f === "function");
    this.#functions = functions.map(([, f]) => f);
    functions.forEach(([name], number) => this.#numbers.set(name, number));
  }

  /** Adds a part: others may begin on it at once. */
  add(name: string, args: readonly number[]): void {
    const number = this.#numbers.get(name);
    const part = Atomics.load(this.#words, Word.limit);
    if (number === undefined || args.length > SLOT - 2 || part - this.#finished >= MOST_PARTS) {
      throw new RangeError(
        `a team's table has no place for ${name}() with ${args.length} arguments as part ${part - this.#finished}`,
      );
    }
    const at = (part % MOST_PARTS) * SLOT;
    this.#slots[at] = number;
    this.#slots[at + 1] = args.length;
    this.#slots.set(args, at + 2);
    Atomics.store(this.#words, Word.limit, part + 1);
    Atomics.notify(this.#words, Word.limit);
  }

  /** Performs a part that nobody has taken; false where there is none. */
  perform(): boolean {
    const words = this.#words;
    let part = Atomics.load(words, Word.next);
    for (;;) {
      if (part >= Atomics.load(words, Word.limit)) return false;
      const found = Atomics.compareExchange(words, Word.next, part, part + 1);
      if (found === part) break;
      part = found;
    }
    const slots = this.#slots;
    const at = (part % MOST_PARTS) * SLOT;
    const args: number[] = [];
    for (let a = at + 2, end = a + slots[at + 1]; a < end; a++) args.push(slots[a]);
    try {
      this.#results[part % MOST_PARTS] = this.#functions[slots[at]](...args);
    } catch {
      Atomics.add(words, Word.failed, 1);
    }
    Atomics.add(words, Word.done, 1);
    Atomics.notify(words, Word.done);
    return true;
  }

  /** Waits until all parts are done, and gives their results in order; undefined where a function threw. */
  finish(): Float64Array | undefined {
    const words = this.#words;
    const limit = Atomics.load(words, Word.limit);
    for (let look = 0;; look++) {
      const done = Atomics.load(words, Word.done);
      if (done === limit) break;
      if (look >= LOOKS) Atomics.wait(words, Word.done, done);
    }
    const first = this.#finished;
    this.#finished = limit;
    if (Atomics.exchange(words, Word.failed, 0) > 0) return undefined;
    return Float64Array.from({ length: limit - first }, (_, p) => this.#results[(first + p) % MOST_PARTS]);
  }

  /** Waits for parts, and performs them, until there will be no more. */
  serve(): void {
    for (let look = 0;; look++) {
      const limit = Atomics.load(this.#words, Word.limit);
      if (limit < 0) return;
      if (this.perform()) look = 0;
      else if (look >= LOOKS) Atomics.wait(this.#words, Word.limit, limit);
    }
  }

  /** There will be no more parts. Those that nobody has taken are not performed. */
  close(): void {
    const words = this.#words;
    const limit = Atomics.exchange(words, Word.limit, -1);
    Atomics.notify(words, Word.limit);
    // Who has taken a part still writes to the memory.
    const taken = Math.min(limit, Atomics.exchange(words, Word.next, limit));
    for (let done = Atomics.load(words, Word.done); done < taken; done = Atomics.load(words, Word.done)) {
      Atomics.wait(words, Word.done, done);
    }
  }
}
