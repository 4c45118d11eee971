/**
 * From the columns of `run` and its like to tasks and holders.
 *
 * @module
 */

import type { SchedulerToWorker } from "../protocol/mod.ts";
import type { HoldersOf } from "./events.ts";
import type { TaskSpec } from "./states.ts";

interface HolderColumns {
  readonly workers: readonly string[];
  readonly holderCounts: Uint32Array;
  readonly holders: Uint32Array;
  readonly nbytes: Float64Array;
}

/** Who holds each of `keys`. */
export function readHolders(keys: readonly string[], m: HolderColumns): HoldersOf[] {
  let at = 0;
  return keys.map((key, i) => {
    const holders: string[] = [];
    for (let n = m.holderCounts[i]; n > 0; n--) holders.push(m.workers[m.holders[at++]]);
    return { key, holders, nbytes: m.nbytes[i] };
  });
}

/** The tasks of a `run`, and who holds their dependencies. Arguments stay where they are. */
export function readRun(
  m: Extract<SchedulerToWorker, { type: "run" }>,
): { tasks: TaskSpec[]; holders: HoldersOf[] } {
  let dep = 0, at = 0;
  const tasks = m.keys.map((key, i): TaskSpec => {
    const option = m.options[m.option[i]];
    const deps = m.depCounts[i] === 0 ? [] : m.deps.slice(dep, dep += m.depCounts[i]);
    const args = m.frames[0].subarray(at, at += m.argBytes[i]);
    return {
      key,
      attempt: m.attempts[i],
      fn: m.fns[m.fn[i]],
      kind: option.kind,
      args,
      deps,
      priority: m.priorities[i],
      tag: m.tags[i],
      duration: m.durations[i],
      timeout: option.timeout,
    };
  });
  return { tasks, holders: m.deps.length === 0 ? [] : readHolders(m.deps, m) };
}
