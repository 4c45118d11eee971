/**
 * Getting many values at once.
 *
 * @module
 */

import type { ClientTask } from "./client_task.ts";
import { failureOf } from "./decoding.ts";
import type { HandleHost } from "./future.ts";
import { whileWaiting } from "./task_context.ts";

/**
 * The values of tasks, in order.
 *
 * @param returned Whether errors stand in the places of values; else the first of them rejects.
 * @param handles What keeps the values wanted meanwhile.
 */
export function gather(
  { core, fetcher }: HandleHost,
  tasks: readonly ClientTask[],
  returned: boolean,
  handles: readonly unknown[],
): Promise<unknown[]> {
  const gathered = new Promise<unknown[]>((resolve, reject) => {
    let left = tasks.length;
    const finish = (): void => {
      const out: unknown[] = new Array(handles.length);
      const waits: Promise<void>[] = [];
      for (let i = 0; i < tasks.length; i++) {
        try {
          const v = fetcher.value(tasks[i]);
          if (v instanceof Promise) {
            waits.push(v.then((v) => void (out[i] = v), (e) => {
              if (!returned) throw e;
              out[i] = e;
            }));
          } else out[i] = v;
        } catch (e) {
          if (!returned) return reject(e);
          out[i] = e;
        }
      }
      if (waits.length === 0) resolve(out);
      else Promise.all(waits).then(() => resolve(out), reject);
    };
    // One watcher for all: a promise for each would cost more than the tasks.
    const settled = (task: ClientTask): void => {
      if (task.state !== "done" && !returned) {
        reject(core.machine.ended === undefined ? failureOf(task) : core.endedError());
      }
      if (--left === 0) finish();
    };
    if (left === 0) resolve([]);
    for (const t of tasks) core.watch(t, settled);
  });
  return whileWaiting(gathered);
}
