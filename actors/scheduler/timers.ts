/**
 * What the machine wants to be woken for: plain entries, ordered by time.
 *
 * @module
 */

/** What a wake-up is about. */
export type TimerKind =
  | "workerAway"
  | "clientAway"
  | "absent"
  | "recovered"
  | "orphans"
  | "restarted"
  | "silent"
  | "departing";

/** One wake-up. Whether it still matters is for its handler to see. */
export interface TimerEntry {
  /** Milliseconds. */
  readonly at: number;
  /** What about. */
  readonly kind: TimerKind;
  /** About whom: a name or key, "" for none. */
  readonly what: string;
}

/** A binary heap of wake-ups. */
export class Timers {
  readonly #heap: TimerEntry[] = [];

  /** When the next one is due; Infinity for never. */
  get next(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0].at;
  }

  /** Enters one. */
  add(at: number, kind: TimerKind, what: string): void {
    const h = this.#heap;
    const entry = { at, kind, what };
    let i = h.length;
    h.push(entry);
    while (i > 0) {
      const p = (i - 1) >> 1;
      if (h[p].at <= at) break;
      h[i] = h[p];
      i = p;
    }
    h[i] = entry;
  }

  /** Takes the next that is due at `now`, or gives null. */
  take(now: number): TimerEntry | null {
    const h = this.#heap;
    if (h.length === 0 || h[0].at > now) return null;
    const first = h[0], last = h.pop()!;
    const n = h.length;
    if (n > 0) {
      let i = 0;
      for (;;) {
        let c = 2 * i + 1;
        if (c >= n) break;
        if (c + 1 < n && h[c + 1].at < h[c].at) c++;
        if (h[c].at >= last.at) break;
        h[i] = h[c];
        i = c;
      }
      h[i] = last;
    }
    return first;
  }
}
