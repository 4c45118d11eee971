/**
 * Blocks for threads that ask for them; where there is no room, they wait until some is made.
 *
 * @module
 */

import type { ExecutorThread } from "./executor_thread.ts";
import type { Block, Heap } from "./heap.ts";
import { NO_RUN } from "./thread_results.ts";

/** Bytes that are not waited for while others wait, where there is room. */
const LITTLE = 65_536;

interface Request {
  readonly thread: ExecutorThread;
  /** The run it is for; `NO_RUN` for an actor's replies. */
  readonly run: number;
  readonly sizes: Float64Array;
  readonly bytes: number;
}

/** What grants need of their executor. */
export interface BlockGrantsOptions {
  readonly heap: Heap;
  /** Whether who finds no room waits; else it fails at once. */
  readonly waits: boolean;
  /** Blocks were given for a run, or for replies. */
  readonly granted: (run: number, blocks: readonly Block[]) => void;
  /** So many bytes are waited for, by so many tasks. */
  readonly need: (bytes: number, tasks: number) => void;
}

/** Gives blocks. */
export class BlockGrants {
  readonly #options: BlockGrantsOptions;
  /** In the order in which they came. */
  #waiting: Request[] = [];

  /** Of a heap. */
  constructor(options: BlockGrantsOptions) {
    this.#options = options;
  }

  /** A thread asks for blocks of these sizes. */
  ask(thread: ExecutorThread, run: number, sizes: Float64Array): void {
    const request = { thread, run, sizes, bytes: sizes.reduce((a, b) => a + b, 0) };
    // Little is given at once where it can be: it is no loss to those who wait for much.
    if ((this.#waiting.length === 0 || request.bytes <= LITTLE) && this.#give(request)) return;
    const { heap, waits } = this.#options;
    if (!waits || request.bytes > heap.limit) return thread.answer(false, heap.used, heap.limit, []);
    this.#waiting.push(request);
    this.#tell();
  }

  /** There may be room now. */
  roomMade(): void {
    const before = this.#waiting.length;
    if (before === 0) return;
    this.#waiting = this.#waiting.filter(({ thread }) => !thread.dead);
    while (this.#waiting.length > 0 && this.#give(this.#waiting[0])) this.#waiting.shift();
    if (this.#waiting.length < before) this.#tell();
  }

  /** There will be none: those for whom there is have it, or else the first is told so; when its task is over there is room for others. */
  noRoom(): void {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((request) => !request.thread.dead && !this.#give(request));
    const { used, limit } = this.#options.heap;
    if (this.#waiting.length === before) this.#waiting.shift()?.thread.answer(false, used, limit, []);
    this.#tell();
  }

  #tell(): void {
    let bytes = 0, tasks = 0;
    for (const request of this.#waiting) {
      bytes += request.bytes;
      if (request.run !== NO_RUN) tasks++;
    }
    this.#options.need(bytes, tasks);
  }

  #give({ thread, run, sizes }: Request): boolean {
    const { heap, granted } = this.#options;
    const blocks: Block[] = [];
    for (const size of sizes) {
      const block = heap.allocate(size);
      if (block === undefined) {
        for (const given of blocks) given.release();
        return false;
      }
      blocks.push(block);
    }
    granted(run, blocks);
    thread.answer(true, heap.used, heap.limit, blocks);
    return true;
  }
}
