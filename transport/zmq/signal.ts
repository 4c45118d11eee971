/**
 * How other threads of this process wake the thread that waits for messages, by the same wait.
 *
 * @module
 */

import { sharedPoller } from "./poller.ts";

/**
 * Heard by the thread that made it, whoever writes to it. It does not keep the process alive.
 *
 * @example
 * ```ts
 * import { Signal } from "@troupe/troupe/transport";
 * let heard = 0;
 * const signal = new Signal(() => heard++);
 * signal.hear(); // what a thread does by writing to signal.descriptor
 * heard; // 1
 * await signal.close();
 * ```
 */
export class Signal {
  /** What is waited for. */
  readonly descriptors: readonly number[];
  /** Eight bytes that are written here, a 1 in native order, are heard. */
  readonly descriptor: number;
  /** The C library's name here, for threads that open its `write`. */
  readonly libc: string;
  readonly #poller = sharedPoller();
  readonly #heard: () => void;
  #open = true;

  /**
   * Begins to listen.
   *
   * @param heard Called once for one or more signals.
   * @throws {DriverError} The system gives no event.
   */
  constructor(heard: () => void) {
    this.#heard = heard;
    const [read, write] = this.#poller.libc.event();
    this.descriptors = [read];
    this.descriptor = write;
    this.libc = this.#poller.libc.name;
    this.#poller.add(this);
  }

  /** For the wait: takes what was written. Gives how many signals that was. */
  drain(): number {
    if (!this.#open) return 0;
    this.#poller.clear(this.descriptors[0]);
    this.#heard();
    return 1;
  }

  /** As if somebody had written to it. */
  hear(): void {
    if (this.#open) this.#heard();
  }

  /** Lets the event loop have its turn before the thread is held for messages again: something else than a message waits. */
  askTurn(): void {
    this.#poller.askTurn();
  }

  /** Stops listening; ends when the wait for it has ended. The descriptors stay, for a thread may still write to them. */
  async close(): Promise<void> {
    this.#open = false;
    this.#poller.remove(this);
    await this.#poller.quiet();
  }
}

/**
 * Lets the wait for messages hold this thread for up to `ms` milliseconds at a time while messages keep coming. That makes answers
 * faster, and delays timers and promises by up to some milliseconds: it is for a process that does little else.
 *
 * @throws {DriverError} when the system's C library does not load
 *
 * @example
 * ```ts
 * import { holdForMessages } from "@troupe/troupe/transport";
 * holdForMessages(2); // in a process that only answers messages
 * holdForMessages(0); // as it was
 * ```
 */
export function holdForMessages(ms: number): void {
  sharedPoller().patience = ms;
}
