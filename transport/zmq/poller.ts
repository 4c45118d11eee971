/**
 * One wait for all sockets of a process. Every wait holds one of the few threads that file reads use as well, so there is one
 * `poll(2)` outstanding, over all descriptors, and an eventfd (elsewhere a pipe) by which it is woken when the set changes.
 *
 * A ZeroMQ descriptor is edge-triggered: any call on the socket may take the signal away. So a source that was used for sending
 * is drained at the end of that turn (`touch`), and whoever drains does so until there is nothing, or is marked to be
 * drained again.
 *
 * What arrives leads to sends in microtasks, and those come before the next wait: starting one costs as much as a send. Where
 * the program allows it (`patience`), the next wait holds the thread itself for a moment, which saves the two wake-ups by
 * which a wait on a thread of its own comes back.
 *
 * @module
 */

import { type Libc, openLibc } from "./libc.ts";

/** Something with descriptors to wait for. */
export interface Source {
  /** Readable when there may be something to drain. */
  readonly descriptors: readonly number[];
  /**
   * Takes what is there, at most about `budget` messages.
   *
   * @returns How many; `budget` or more means that there may be more.
   */
  drain(budget: number): number;
}

/** Messages that are handed over before timers and other work get a turn. */
const BUDGET = 2048;
const POLLIN = 1;
/** Microtasks one after the other, without anything arriving or being sent, after which a turn's work counts as done: from a result to what a program does next are some. */
const ROUNDS = 16;
/** Milliseconds for which messages may keep the event loop from its turn. */
const LINGER = 4;
/** More messages at once than this are a stream, which waits for nobody: no wait holds the thread for it. */
const FEW = 64;

/** What Deno has inside for this and does not show: whether a call under way keeps the process alive. */
interface Core {
  refOpPromise(promise: Promise<unknown>): void;
  unrefOpPromise(promise: Promise<unknown>): void;
}

class Poller {
  readonly #libc: Libc;
  readonly #core: Core | undefined;
  readonly #wakeRead: number;
  readonly #wakeWrite: number;
  readonly #one = new Uint8Array(new BigUint64Array([1n]).buffer);
  readonly #eight = new Uint8Array(8);
  #fds = new Uint8Array(8 * 16);
  readonly #sources = new Set<Source>();
  #polled: Source[] = [];
  readonly #dirty = new Set<Source>();
  #outstanding: Promise<number> | undefined;
  #woken = false;
  #touching = false;
  #budget = BUDGET;
  #alive = 0;
  #rounds = 0;
  /** Since when the event loop has had no turn. */
  #turnAt = 0;
  #turnAsked = false;
  /**
   * Milliseconds for which a wait may hold the thread, and with it timers and promises, when messages have just come. Above zero
   * only in a process that does little else.
   */
  patience = 0;

  constructor() {
    this.#libc = openLibc();
    [this.#wakeRead, this.#wakeWrite] = this.#libc.event();
    // deno-lint-ignore no-explicit-any -- there is no public way
    const inside = Deno as any;
    this.#core = inside[inside.internal]?.core;
  }

  add(source: Source): void {
    this.#sources.add(source);
    this.#dirty.add(source);
    this.#wake();
    this.#arm();
  }

  remove(source: Source): void {
    this.#sources.delete(source);
    this.#dirty.delete(source);
    this.#wake();
  }

  /** Ends when nothing is waited for any more; at once while there are sources. */
  async quiet(): Promise<void> {
    this.keepAlive(1);
    if (this.#sources.size === 0) await this.#outstanding;
    this.keepAlive(-1);
  }

  /** Says that a call on the source's socket may have taken a signal away. */
  touch(source: Source): void {
    this.#dirty.add(source);
    this.#rounds = ROUNDS;
    if (this.#touching) return;
    this.#touching = true;
    queueMicrotask(() => {
      this.#touching = false;
      this.#drainDirty();
      // Out of budget: the wait under way returns at once, and after it timers get their turn first.
      if (this.#dirty.size > 0) this.#wake();
    });
  }

  /** Lets the event loop have its turn before the thread is held again. */
  askTurn(): void {
    this.#turnAsked = true;
  }

  /** Counts those for whom the process stays alive. */
  keepAlive(change: 1 | -1): void {
    this.#alive += change;
    this.#applyAlive();
  }

  #applyAlive(): void {
    if (this.#outstanding === undefined || this.#core === undefined) return;
    if (this.#alive > 0) this.#core.refOpPromise(this.#outstanding);
    else this.#core.unrefOpPromise(this.#outstanding);
  }

  /** Takes a signal from the read end of an event. */
  clear(descriptor: number): void {
    this.#libc.read(descriptor, this.#eight, 8n);
  }

  /** The C library. */
  get libc(): Libc {
    return this.#libc;
  }

  #wake(): void {
    if (this.#outstanding === undefined || this.#woken) return;
    this.#woken = true;
    this.#libc.write(this.#wakeWrite, this.#one, 8n);
  }

  #arm(): void {
    if (this.#outstanding !== undefined || this.#sources.size === 0) return;
    const count = this.#prepare();
    this.#outstanding = this.#libc.poll(this.#fds, BigInt(count), this.#dirty.size > 0 ? 0 : -1);
    if (this.#alive <= 0) this.#applyAlive();
    this.#outstanding.then(() => {
      this.#outstanding = undefined;
      this.#turnAsked = false;
      if (this.patience > 0) this.#turnAt = performance.now();
      this.#returned();
    });
  }

  /** Writes down what to wait for; gives how many descriptors. */
  #prepare(): number {
    let count = 1;
    for (const source of this.#sources) count += source.descriptors.length;
    if (this.#fds.length < 8 * count) this.#fds = new Uint8Array(16 * count);
    const view = new DataView(this.#fds.buffer);
    this.#polled = [];
    view.setInt32(0, this.#wakeRead, true);
    view.setInt32(4, POLLIN, true);
    let at = 1;
    for (const source of this.#sources) {
      for (const descriptor of source.descriptors) {
        view.setInt32(8 * at, descriptor, true);
        view.setInt32(8 * at + 4, POLLIN, true);
        this.#polled.push(source);
        at++;
      }
    }
    return count;
  }

  #returned(): void {
    this.#budget = BUDGET;
    const fds = this.#fds;
    if (this.#woken) {
      this.clear(this.#wakeRead);
      this.#woken = false;
    }
    // The two bytes of revents stand last in each entry.
    for (let i = 0; i < this.#polled.length; i++) {
      const entry = 8 * (i + 1);
      if ((fds[entry + 6] | fds[entry + 7]) !== 0 && this.#sources.has(this.#polled[i])) {
        this.#dirty.add(this.#polled[i]);
      }
    }
    this.#drainDirty();
    this.#rounds = ROUNDS;
    queueMicrotask(this.#settle);
  }

  /** Waits again once what arrived has led to all that it leads to without the event loop. */
  readonly #settle = (): void => {
    if (--this.#rounds > 0) return queueMicrotask(this.#settle);
    if (this.#held()) this.#returned();
    else this.#arm();
  };

  /** Waits on this thread, if that is allowed now; whether something came. */
  #held(): boolean {
    if (this.patience <= 0 || this.#turnAsked || this.#outstanding !== undefined || this.#sources.size === 0) {
      return false;
    }
    if (this.#budget < BUDGET - FEW || performance.now() - this.#turnAt > LINGER) return false;
    const count = this.#prepare();
    return this.#libc.hold(this.#fds, BigInt(count), this.#dirty.size > 0 ? 0 : this.patience) > 0;
  }

  #drainDirty(): void {
    for (const source of this.#dirty) {
      if (this.#budget <= 0) return;
      this.#dirty.delete(source);
      const budget = this.#budget;
      let taken = 0;
      try {
        taken = source.drain(budget);
      } catch (error) {
        this.#dirty.add(source);
        reportError(error);
        return;
      }
      this.#budget -= taken;
      if (taken > 0) this.#rounds = ROUNDS;
      if (taken >= budget) this.#dirty.add(source);
    }
  }
}

let poller: Poller | undefined;

/**
 * The one poller of this process (of this thread, where there are several).
 *
 * @throws {DriverError} The C library cannot be opened.
 */
export function sharedPoller(): Poller {
  return poller ??= new Poller();
}

export type { Poller };
