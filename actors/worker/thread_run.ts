/**
 * A run: one task (or one actor's call) under way in a thread, and what its code may ask of its surroundings.
 *
 * @module
 */

import type { Endpoint } from "../../transport/mod.ts";
import { TaskCancelledError } from "./errors.ts";
import type { TaskContext } from "./thread_api.ts";
import { NO_RUN } from "./thread_results.ts";

/** What a run needs of its thread. */
export interface RunHost {
  readonly worker: string;
  readonly scheduler: string;
  memoryOf(buffer: ArrayBufferLike): WebAssembly.Memory | undefined;
  isCancelled(run: number): boolean;
  openEndpoint(): Endpoint;
  suspended(run: Run): void;
  resumed(run: Run): void;
  allocate(run: number, bytes: number): Uint8Array;
}

/** One under way. */
export class Run implements TaskContext {
  readonly #host: RunHost;
  readonly #key: () => string;
  #waits = 0;
  #spent = 0;
  #since = performance.now();
  #abort: AbortController | undefined;
  /** Over, or given up: what it still does is of no interest. */
  over = false;
  /** Its code has been called. */
  begun = false;

  readonly waiting = {
    begin: (): void => {
      if (this.over || this.#waits++ > 0) return;
      this.#spent += performance.now() - this.#since;
      this.#host.suspended(this);
    },
    end: (): void => {
      if (this.over || this.#waits === 0 || --this.#waits > 0) return;
      this.#since = performance.now();
      this.#host.resumed(this);
    },
  };

  /** Number `index` of its thread's queue; `key` is read only if asked for. */
  constructor(host: RunHost, readonly index: number, key: () => string) {
    this.#host = host;
    this.#key = key;
  }

  get key(): string {
    return this.#key();
  }

  get worker(): string {
    return this.#host.worker;
  }

  get scheduler(): string {
    return this.#host.scheduler;
  }

  get isActor(): boolean {
    return this.index === NO_RUN;
  }

  memoryOf(buffer: ArrayBufferLike): WebAssembly.Memory | undefined {
    return this.#host.memoryOf(buffer);
  }

  get cancelled(): boolean {
    return this.over || this.#host.isCancelled(this.index);
  }

  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  /** Whether it waits for the cluster. */
  get isSuspended(): boolean {
    return this.#waits > 0;
  }

  /** Milliseconds of execution so far, without what it waited for the cluster. */
  get spent(): number {
    return this.#waits > 0 ? this.#spent : this.#spent + performance.now() - this.#since;
  }

  openEndpoint(): Endpoint {
    return this.#host.openEndpoint();
  }

  allocate(bytes: number): Uint8Array {
    return this.#host.allocate(this.index, bytes);
  }

  /** It is given up. */
  cancel(): void {
    this.over = true;
    this.#abort?.abort(new TaskCancelledError(`${this.key} was cancelled`));
  }
}
