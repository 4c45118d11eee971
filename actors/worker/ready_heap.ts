/**
 * The tasks that are ready, best first: a binary heap in which any task can be found and taken out.
 *
 * @module
 */

import type { WorkerTask } from "./states.ts";

/** Whether `a` goes before `b`. */
export function before(a: WorkerTask, b: WorkerTask): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.broughtBack !== b.broughtBack) return a.broughtBack;
  if (a.tag !== b.tag) return a.tag < b.tag;
  return a.seq < b.seq;
}

/**
 * Ordered by priority (higher first), whether something was brought back from disk for them (they first: what lies there ready keeps others from
 * being read), tag (lower first), arrival.
 */
export class ReadyHeap {
  readonly #items: WorkerTask[] = [];

  /** How many. */
  get length(): number {
    return this.#items.length;
  }

  /** The best, which stays. */
  peek(): WorkerTask | undefined {
    return this.#items[0];
  }

  /** Puts one in. */
  push(task: WorkerTask): void {
    if (task.place !== -1) throw new RangeError(`${task.key} is in the heap already`);
    this.#items.push(task);
    this.#up(this.#items.length - 1, task);
  }

  /** Takes the best out. */
  pop(): WorkerTask | undefined {
    const best = this.#items[0];
    if (best !== undefined) this.remove(best);
    return best;
  }

  /** Takes this one out. */
  remove(task: WorkerTask): void {
    const at = task.place;
    if (this.#items[at] !== task) throw new RangeError(`${task.key} is not in the heap`);
    task.place = -1;
    const last = this.#items.pop()!;
    if (last === task) return;
    last.place = at;
    this.#items[at] = last;
    this.#down(this.#up(at, last), last);
  }

  /** All of them, in no order. */
  [Symbol.iterator](): Iterator<WorkerTask> {
    return this.#items[Symbol.iterator]();
  }

  #up(at: number, task: WorkerTask): number {
    const items = this.#items;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(task, items[parent])) break;
      items[at] = items[parent];
      items[at].place = at;
      at = parent;
    }
    items[at] = task;
    task.place = at;
    return at;
  }

  #down(at: number, task: WorkerTask): void {
    const items = this.#items;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1], items[child])) child++;
      if (!before(items[child], task)) break;
      items[at] = items[child];
      items[at].place = at;
      at = child;
    }
    items[at] = task;
    task.place = at;
  }

  /** Checks order and places. */
  validate(): void {
    this.#items.forEach((t, i) => {
      if (t.place !== i) throw new Error(`${t.key} stands at ${i}, and says ${t.place}`);
      if (i > 0 && before(t, this.#items[(i - 1) >> 1])) throw new Error(`${t.key} stands before its parent's turn`);
    });
  }
}
