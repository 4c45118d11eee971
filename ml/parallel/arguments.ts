/**
 * Large arguments that several calls share: sent once, and referred to.
 *
 * @module
 */

import { substitute } from "./substitute.ts";

/** Bytes from which an array is worth a reference of its own. */
const LARGE = 65_536;

/** A reference as the client gives it: to stand in for the value, until it is let go. */
export interface Released {
  /** Lets go. */
  release(): void;
}

interface Shared<Ref> {
  ref: Ref | undefined;
  readonly arriving: Promise<void>;
  /** Calls under way that use it. */
  users: number;
}

/** Arguments with stand-ins, when they are there, and what to say when the calls are over. */
export interface Prepared {
  /** The arguments; a promise while something is still on its way to the workers. */
  readonly args: readonly (readonly unknown[])[] | Promise<readonly (readonly unknown[])[]>;
  /** The calls are over. */
  done(): void;
}

/**
 * Bytes of a value that is an array: a buffer or a view of one, or an object with one as its `data`; 0 for all else.
 */
export function bytesOf(value: object): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return value.byteLength;
  }
  const { data } = value as { data?: unknown };
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}

/**
 * The arguments of one run's calls. A large one is scattered when it is first met, by identity; where only one call has used it, it is
 * let go with that call; where several have, at the end of the run.
 */
export class SharedArguments<Ref extends object & Released> {
  readonly #scatter: (value: object) => Promise<Ref>;
  readonly #pinned: ReadonlyMap<object, Ref>;
  readonly #shared = new Map<object, Shared<Ref>>();
  /** Values that more than one call has used. */
  readonly #several = new WeakSet<object>();
  readonly #met = new WeakSet<object>();

  /**
   * @param scatter Puts a value on a worker.
   * @param pinned Values that are there already.
   */
  constructor(scatter: (value: object) => Promise<Ref>, pinned: ReadonlyMap<object, Ref>) {
    this.#scatter = scatter;
    this.#pinned = pinned;
  }

  /** Puts stand-ins into the arguments of a batch of calls. */
  prepare(batch: readonly (readonly unknown[])[]): Prepared {
    const uses = new Set<Shared<Ref>>();
    const values = new Set<object>();
    const waits: Promise<void>[] = [];
    const first = batch.map((args) =>
      substitute(args, (value) => {
        const pinned = this.#pinned.get(value);
        if (pinned !== undefined) return pinned;
        if (bytesOf(value) < LARGE) return undefined;
        const shared = this.#share(value);
        if (!values.has(value)) {
          values.add(value);
          uses.add(shared);
          shared.users++;
          if (this.#met.has(value)) this.#several.add(value);
          this.#met.add(value);
        }
        if (shared.ref === undefined) waits.push(shared.arriving);
        return shared.ref ?? value;
      })
    );
    const find = (value: object) => this.#pinned.get(value) ?? this.#shared.get(value)?.ref;
    return {
      args: waits.length === 0 ? first : Promise.all(waits).then(() => batch.map((args) => substitute(args, find))),
      done: () => {
        for (const value of values) this.#leave(value);
        values.clear();
      },
    };
  }

  #share(value: object): Shared<Ref> {
    let shared = this.#shared.get(value);
    if (shared === undefined) {
      const made: Shared<Ref> = {
        ref: undefined,
        users: 0,
        arriving: this.#scatter(value).then((ref) => {
          made.ref = ref;
          if (this.#shared.get(value) !== made) ref.release();
        }),
      };
      made.arriving.catch(() => {});
      this.#shared.set(value, shared = made);
    }
    return shared;
  }

  #leave(value: object): void {
    const shared = this.#shared.get(value);
    if (shared === undefined || --shared.users > 0 || this.#several.has(value)) return;
    this.#shared.delete(value);
    shared.ref?.release();
  }

  /** The run is over: lets all go. */
  close(): void {
    const all = [...this.#shared.values()];
    this.#shared.clear();
    for (const shared of all) shared.ref?.release();
  }
}
