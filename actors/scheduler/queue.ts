/**
 * The tasks that are held back, in order: higher priority first, then lower tag, then first come.
 *
 * Tasks come in batches whose tags count up, so the queue is a heap of runs, each already in order: pushing on to a run and
 * popping from it are one step each, however many wait. A task that leaves from the middle leaves a stale entry, told by
 * its stamp.
 *
 * @module
 */

import type { SchedulerTask } from "./tasks.ts";

class Run {
  readonly priority: number;
  /** Tells runs of equal heads apart: which began first. */
  readonly born: number;
  readonly tasks: (SchedulerTask | null)[] = [];
  readonly stamps: number[] = [];
  head = 0;
  /** Tags of the first and the last. */
  headTag: number;
  lastTag: number;

  constructor(priority: number, born: number, tag: number) {
    this.priority = priority;
    this.born = born;
    this.headTag = tag;
    this.lastTag = tag;
  }
}

function runBefore(a: Run, b: Run): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.headTag !== b.headTag ? a.headTag < b.headTag : a.born < b.born;
}

/** Whether `a` goes before `b`: higher priority, then lower tag. */
export function taskBefore(a: SchedulerTask, b: SchedulerTask): boolean {
  const p = a.options!.priority, q = b.options!.priority;
  return p !== q ? p > q : a.tag < b.tag;
}

/** Tasks in order of priority, tag and arrival. */
export class TaskQueue {
  /** How many wait. */
  size = 0;
  /** Stamps are drawn here; no two entries share one. */
  #stamp = 0;
  #born = 0;
  #heap: Run[] = [];
  /** The run that was pushed to last. */
  #open: Run | null = null;
  #entries = 0;

  /** Enters a task. */
  push(task: SchedulerTask): void {
    task.queueStamp = ++this.#stamp;
    this.size++;
    this.#entries++;
    const priority = task.options!.priority;
    let run = this.#open;
    if (run !== null && run.priority === priority && run.lastTag <= task.tag && run.head < run.tasks.length) {
      run.tasks.push(task);
      run.stamps.push(task.queueStamp);
      run.lastTag = task.tag;
    } else {
      run = new Run(priority, this.#born++, task.tag);
      run.tasks.push(task);
      run.stamps.push(task.queueStamp);
      this.#open = run;
      this.#up(run);
    }
    if (this.#entries > 1024 && this.#entries > 4 * this.size) this.#compact();
  }

  /** Takes a task out that is in it. */
  remove(task: SchedulerTask): void {
    task.queueStamp = 0;
    this.size--;
  }

  /** The first task, or null. */
  peek(): SchedulerTask | null {
    const heap = this.#heap;
    while (heap.length > 0) {
      const run = heap[0];
      const task = run.tasks[run.head]!;
      if (task.queueStamp === run.stamps[run.head]) return task;
      this.#advance();
    }
    return null;
  }

  /** Takes the first task, or gives null. */
  pop(): SchedulerTask | null {
    const task = this.peek();
    if (task !== null) {
      task.queueStamp = 0;
      this.size--;
      this.#advance();
    }
    return task;
  }

  /** All tasks in it, in no particular order. */
  list(): SchedulerTask[] {
    const out: SchedulerTask[] = [];
    for (const run of this.#heap) {
      for (let i = run.head; i < run.tasks.length; i++) {
        if (run.tasks[i]!.queueStamp === run.stamps[i]) out.push(run.tasks[i]!);
      }
    }
    return out;
  }

  /** The heap's first run has lost its head: on to its next, or away with it. */
  #advance(): void {
    const heap = this.#heap, run = heap[0];
    this.#entries--;
    run.tasks[run.head++] = null;
    if (run.head < run.tasks.length) {
      // A run that is pushed to for ever must not keep what was popped.
      if (run.head > 4096 && run.head * 2 > run.tasks.length) {
        run.tasks.splice(0, run.head);
        run.stamps.splice(0, run.head);
        run.head = 0;
      }
      run.headTag = run.tasks[run.head]!.tag;
      if (heap.length > 1) this.#down();
      return;
    }
    if (this.#open === run) this.#open = null;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.#down();
    }
  }

  #up(run: Run): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(run);
    while (i > 0) {
      const p = (i - 1) >> 1;
      if (!runBefore(run, heap[p])) break;
      heap[i] = heap[p];
      i = p;
    }
    heap[i] = run;
  }

  #down(): void {
    const heap = this.#heap, n = heap.length, run = heap[0];
    let i = 0;
    for (;;) {
      let c = 2 * i + 1;
      if (c >= n) break;
      if (c + 1 < n && runBefore(heap[c + 1], heap[c])) c++;
      if (!runBefore(heap[c], run)) break;
      heap[i] = heap[c];
      i = c;
    }
    heap[i] = run;
  }

  /** Builds the runs anew without the stale entries. */
  #compact(): void {
    const old = this.#heap;
    this.#heap = [];
    this.#open = null;
    this.#entries = 0;
    for (const run of old) {
      const fresh = new Run(run.priority, run.born, run.lastTag);
      for (let i = run.head; i < run.tasks.length; i++) {
        if (run.tasks[i]!.queueStamp !== run.stamps[i]) continue;
        fresh.tasks.push(run.tasks[i]);
        fresh.stamps.push(run.stamps[i]);
      }
      this.#entries += fresh.tasks.length;
      if (fresh.tasks.length === 0) continue;
      fresh.headTag = fresh.tasks[0]!.tag;
      this.#up(fresh);
    }
  }
}
