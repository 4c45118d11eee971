/**
 * What goes to disk where all that is in memory is to be read: what only tasks that have not begun are to read, so that others can go on.
 *
 * @module
 */

import type { WorkerBooks } from "./books.ts";
import type { WorkerTask } from "./states.ts";
import type { WorkerData } from "./worker_data.ts";

/** By value in memory: those that are to read it and have not begun. */
export type Readers = ReadonlyMap<WorkerData, readonly WorkerTask[]>;

/** Who has not begun, and has what it is to read. */
export function readersOf(b: WorkerBooks): Readers {
  const readers = new Map<WorkerData, WorkerTask[]>();
  for (const task of b.tasks.values()) {
    if (task.state === "executing" || task.state === "suspended") continue;
    for (const dep of task.deps) {
      const d = b.data.get(dep)!;
      const known = readers.get(d);
      if (known === undefined) readers.set(d, [task]);
      else known.push(task);
    }
  }
  return readers;
}

/** When the first of these tasks is performed. */
function first(tasks: readonly WorkerTask[]): number {
  let seq = Infinity;
  for (const task of tasks) if (task.seq < seq) seq = task.seq;
  return seq;
}

/**
 * The large one to go: one that is on disk already; of these the one that is read last, so the inputs of the first task stay, and it can begin.
 * Nothing of what `except` is to read.
 *
 * @param mayGo whether the value may, though so many are to read it
 */
export function largeToYield(
  readers: Readers,
  mayGo: (d: WorkerData, users: number) => boolean,
  except?: WorkerTask,
): WorkerData | undefined {
  let best: WorkerData | undefined, latest = -1;
  for (const [d, tasks] of readers) {
    if (d.users !== tasks.length || !mayGo(d, tasks.length)) continue;
    if (except !== undefined && tasks.includes(except)) continue;
    const seq = first(tasks);
    if (best !== undefined && (d.disk === best.disk ? seq <= latest : best.disk)) continue;
    best = d;
    latest = seq;
  }
  return best;
}

/** Small ones to go, of `bytes` bytes together or a little more, those that are read last first. */
export function smallToYield(
  readers: Readers,
  mayGo: (d: WorkerData, users: number) => boolean,
  bytes: number,
  most: number,
  except?: WorkerTask,
): WorkerData[] {
  const all: { readonly d: WorkerData; readonly seq: number }[] = [];
  for (const [d, tasks] of readers) {
    if (d.users !== tasks.length || !mayGo(d, tasks.length)) continue;
    if (except === undefined || !tasks.includes(except)) all.push({ d, seq: first(tasks) });
  }
  all.sort((a, b) => b.seq - a.seq);
  let sum = 0, n = 0;
  while (n < all.length && n < most && sum < bytes) sum += all[n++].d.nbytes;
  return all.slice(0, n).map(({ d }) => d);
}
