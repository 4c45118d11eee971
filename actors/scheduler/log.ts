/**
 * The bounded log of what happened, as columns in a ring: an entry costs a few stores, and nothing is formatted before
 * somebody reads it.
 *
 * @module
 */

/** An entry of the scheduler's log of changes: one transition of a task, a worker or a client. */
export interface SchedulerLogEntry {
  /** Counts up from 0, without gaps. */
  readonly n: number;
  /** Milliseconds of the scheduler's clock. */
  readonly at: number;
  /** Whose message or doing brought it about: a client, a worker, "scheduler". */
  readonly who: string;
  /** The task's key, or the worker's or client's name. */
  readonly what: string;
  /** State before. */
  readonly from: string;
  /** State after. */
  readonly to: string;
  /** Why. */
  readonly why: string;
}

/** The last so many entries. */
export class SchedulerLog {
  /** Entries ever written. */
  written = 0;
  readonly #size: number;
  readonly #at: Float64Array;
  readonly #who: string[];
  readonly #what: string[];
  readonly #from: string[];
  readonly #to: string[];
  readonly #why: string[];

  /** An empty log for `size` entries, a power of two. Throws RangeError otherwise. */
  constructor(size: number) {
    if (!Number.isSafeInteger(size) || size < 1 || (size & (size - 1)) !== 0) {
      throw new RangeError(`size of the event log: expected a power of two, got ${size}`);
    }
    this.#size = size;
    this.#at = new Float64Array(size);
    const column = (): string[] => new Array<string>(size).fill("");
    this.#who = column();
    this.#what = column();
    this.#from = column();
    this.#to = column();
    this.#why = column();
  }

  /** Writes one entry, over the oldest when full. */
  add(at: number, who: string, what: string, from: string, to: string, why: string): void {
    const i = this.written++ & (this.#size - 1);
    this.#at[i] = at;
    this.#who[i] = who;
    this.#what[i] = what;
    this.#from[i] = from;
    this.#to[i] = to;
    this.#why[i] = why;
  }

  /** Entries from number `since` on, oldest first, at most the last `limit`, those about `what` alone if it is given. */
  read(since = 0, limit = Infinity, what?: string): SchedulerLogEntry[] {
    const out: SchedulerLogEntry[] = [];
    for (let n = this.written - 1; n >= Math.max(since, this.written - this.#size) && out.length < limit; n--) {
      const i = n & (this.#size - 1);
      if (what !== undefined && this.#what[i] !== what) continue;
      out.push({
        n,
        at: this.#at[i],
        who: this.#who[i],
        what: this.#what[i],
        from: this.#from[i],
        to: this.#to[i],
        why: this.#why[i],
      });
    }
    return out.reverse();
  }
}
