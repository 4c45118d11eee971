/**
 * From the scheduler's messages, which are columns, to the machine's events.
 *
 * @module
 */

import type { SchedulerToWorker } from "../protocol/mod.ts";
import type { HoldersOf, WorkerEvent } from "./events.ts";
import type { TaskSpec } from "./states.ts";

interface HolderColumns {
  readonly workers: readonly string[];
  readonly holderCounts: Uint32Array;
  readonly holders: Uint32Array;
  readonly nbytes: Float64Array;
}

const NONE: readonly string[] = [];

/** Who holds each of `keys`. */
function readHolders(keys: readonly string[], m: HolderColumns): HoldersOf[] {
  let at = 0;
  return keys.map((key, i) => {
    const holders: string[] = [];
    for (let n = m.holderCounts[i]; n > 0; n--) holders.push(m.workers[m.holders[at++]]);
    return { key, holders, nbytes: m.nbytes[i] };
  });
}

/** The tasks of a `run`, and who holds their dependencies. Arguments stay where they are. */
function readRun(
  m: Extract<SchedulerToWorker, { type: "run" }>,
): { tasks: TaskSpec[]; holders: HoldersOf[] } {
  let dep = 0, at = 0;
  const tasks = m.keys.map((key, i): TaskSpec => {
    const option = m.options[m.option[i]];
    const deps = m.depCounts[i] === 0 ? NONE : m.deps.slice(dep, dep += m.depCounts[i]);
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
      quiet: false,
    };
  });
  for (const i of m.quiet) tasks[i].quiet = true;
  return { tasks, holders: m.deps.length === 0 ? [] : readHolders(m.deps, m) };
}

/** The event that a message is. */
export function eventOf(m: Exclude<SchedulerToWorker, { type: "forgetCodes" }>, now: number): WorkerEvent {
  switch (m.type) {
    case "run":
      return { type: "run", now, ...readRun(m) };
    case "cancel":
    case "steal":
      return { type: m.type, now, tasks: m.keys.map((key, i) => ({ key, attempt: m.attempts[i] })) };
    case "fetch":
      return { type: "fetch", now, values: readHolders(m.keys, m).map((h, i) => ({ ...h, about: m.about[i] })) };
    case "holders":
      return { type: "holders", now, values: readHolders(m.keys, m) };
    case "welcome":
      return { type: "welcome", now, drop: m.drop, cancel: m.cancel };
    case "drop":
      return { type: "drop", now, keys: m.keys };
    case "stopActor":
      return { type: "stopActor", now, key: m.key };
    case "retire":
    case "restart":
      return { type: m.type, now };
    case "closing":
      return { type: "closing", now, reason: m.reason, final: m.final };
  }
}
