/**
 * Which worker has most room: a heap of the running workers, each of which knows its place in it.
 *
 * @module
 */

import type { SchedulerSettings } from "./options.ts";
import type { SchedulerWorker } from "./workers.ts";

/** A thread whose tasks take longer than this (µs) is given no second one in advance. */
const SHORT = 500_000;

/** What an actor counts as, in µs of work: it keeps idle workers evenly peopled. */
const ACTOR_LOAD = 100;

function before(a: SchedulerWorker, b: SchedulerWorker): boolean {
  if (a.room !== b.room) return a.room;
  return a.load !== b.load ? a.load < b.load : a.index < b.index;
}

/** Running workers, those with room first, the least loaded first of all. */
export class IdleHeap {
  readonly #heap: SchedulerWorker[] = [];
  readonly #ahead: number;
  readonly #most: number;

  /** An empty heap. */
  constructor(settings: SchedulerSettings) {
    this.#ahead = settings.workAhead * 1000;
    this.#most = settings.tasksPerWorker;
  }

  /** The worker with most room, whether it has any or not; null without workers. */
  get top(): SchedulerWorker | null {
    return this.#heap.length === 0 ? null : this.#heap[0];
  }

  /** How many workers are running. */
  get size(): number {
    return this.#heap.length;
  }

  /** The running workers, in no particular order. */
  list(): readonly SchedulerWorker[] {
    return this.#heap;
  }

  /** Finds the worker's place again, after anything about it changed. */
  update(w: SchedulerWorker): void {
    const active = w.count - w.suspended;
    w.load = w.occupancy / w.threads + active + w.actors * ACTOR_LOAD;
    w.room = w.accepting && active < this.#most && (
      active < w.threads ||
      w.occupancy < this.#ahead * w.threads ||
      (active === w.threads && w.occupancy < SHORT * active)
    );
    if (w.status === "running") {
      if (w.heapIndex < 0) {
        w.heapIndex = this.#heap.length;
        this.#heap.push(w);
      }
      this.#up(w);
      this.#down(w);
    } else if (w.heapIndex >= 0) {
      const last = this.#heap.pop()!;
      const at = w.heapIndex;
      w.heapIndex = -1;
      if (last !== w) {
        this.#heap[at] = last;
        last.heapIndex = at;
        this.#up(last);
        this.#down(last);
      }
    }
  }

  #up(w: SchedulerWorker): void {
    const heap = this.#heap;
    let i = w.heapIndex;
    while (i > 0) {
      const p = heap[(i - 1) >> 1];
      if (!before(w, p)) break;
      heap[i] = p;
      p.heapIndex = i;
      i = (i - 1) >> 1;
    }
    heap[i] = w;
    w.heapIndex = i;
  }

  #down(w: SchedulerWorker): void {
    const heap = this.#heap, n = heap.length;
    let i = w.heapIndex;
    for (;;) {
      let c = 2 * i + 1;
      if (c >= n) break;
      if (c + 1 < n && before(heap[c + 1], heap[c])) c++;
      if (!before(heap[c], w)) break;
      heap[i] = heap[c];
      heap[i].heapIndex = i;
      i = c;
    }
    heap[i] = w;
    w.heapIndex = i;
  }
}
