/**
 * One wait for all sockets of a process. Every wait holds one of the few threads that file reads use as well, so there is one
 * `poll(2)` outstanding, over all descriptors, and an eventfd (elsewhere a pipe) by which it is woken when the set changes.
 *
 * A ZeroMQ descriptor is edge-triggered: any call on the socket may take the signal away. So a source that was used for sending
 * is drained at the end of that turn (`touch`), and whoever drains does so until there is nothing, or is marked to be
 * drained again.
 *
 * @module
 */

import { DriverError } from "../errors.ts";

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

interface Libc {
  poll(fds: Uint8Array<ArrayBuffer>, count: bigint, timeout: number): Promise<number>;
  write(fd: number, bytes: Uint8Array<ArrayBuffer>, size: bigint): unknown;
  read(fd: number, bytes: Uint8Array<ArrayBuffer>, size: bigint): unknown;
}

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

  constructor() {
    const { libc, wake } = openLibc();
    this.#libc = libc;
    [this.#wakeRead, this.#wakeWrite] = wake;
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

  /** Says that a call on the source's socket may have taken a signal away. */
  touch(source: Source): void {
    this.#dirty.add(source);
    if (this.#touching) return;
    this.#touching = true;
    queueMicrotask(() => {
      this.#touching = false;
      this.#drainDirty();
      // Out of budget: the wait under way returns at once, and after it timers get their turn first.
      if (this.#dirty.size > 0) this.#wake();
    });
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

  #wake(): void {
    if (this.#outstanding === undefined || this.#woken) return;
    this.#woken = true;
    this.#libc.write(this.#wakeWrite, this.#one, 8n);
  }

  #arm(): void {
    if (this.#outstanding !== undefined || this.#sources.size === 0) return;
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
    this.#outstanding = this.#libc.poll(this.#fds, BigInt(count), this.#dirty.size > 0 ? 0 : -1);
    if (this.#alive <= 0) this.#applyAlive();
    this.#outstanding.then(() => this.#returned());
  }

  #returned(): void {
    this.#outstanding = undefined;
    this.#budget = BUDGET;
    const fds = this.#fds;
    if (this.#woken) {
      this.#libc.read(this.#wakeRead, this.#eight, 8n);
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
    // What the drained messages led to is sent in microtasks; the wait starts after those.
    queueMicrotask(() => this.#arm());
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
      if (taken >= budget) this.#dirty.add(source);
    }
  }
}

function openLibc(): { libc: Libc; wake: [number, number] } {
  const common = {
    poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
    write: { parameters: ["i32", "buffer", "u64"], result: "i64" },
    read: { parameters: ["i32", "buffer", "u64"], result: "i64" },
  } as const;
  if (Deno.build.os === "linux") {
    const tried: string[] = [];
    for (const name of ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`]) {
      try {
        const { symbols } = Deno.dlopen(name, { ...common, eventfd: { parameters: ["u32", "i32"], result: "i32" } });
        // EFD_CLOEXEC and EFD_NONBLOCK: children must not inherit it.
        const fd = symbols.eventfd(0, 0o2000000 | 0o4000);
        if (fd >= 0) return { libc: symbols, wake: [fd, fd] };
        tried.push(`${name}: no eventfd`);
      } catch (error) {
        tried.push((error as Error).message);
      }
    }
    throw new DriverError(`poll(2) cannot be used here; tried:\n  ${tried.join("\n  ")}`);
  }
  const { symbols } = Deno.dlopen("libSystem.dylib", { ...common, pipe: { parameters: ["buffer"], result: "i32" } });
  const ends = new Int32Array(2);
  if (symbols.pipe(ends) !== 0) throw new DriverError("the system gave no pipe");
  return { libc: symbols, wake: [ends[0], ends[1]] };
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
