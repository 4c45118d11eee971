/**
 * Tasks as the columns they travel in.
 *
 * @module
 */

import type { ClientToScheduler } from "../protocol/mod.ts";
import type { ClientTask, TaskCall, TaskOptions } from "./client_task.ts";

type Submit = Extract<ClientToScheduler, { type: "submit" }>;

/** The columns of tasks, with their frames. `codes` are the hashes of code to send along, `code` gives the bytes. */
export function taskColumnsOf(
  tasks: readonly ClientTask[],
  codes: readonly string[],
  code: (hash: string) => Uint8Array,
): Omit<Submit, "type"> {
  const n = tasks.length;
  const keys: string[] = new Array(n);
  const fns: string[] = [], fn = new Uint32Array(n);
  const options: TaskOptions[] = [], option = new Uint32Array(n);
  const argBytes = new Uint32Array(n), depCounts = new Uint32Array(n);
  const deps: string[] = [];
  const fnIndex = new Map<string, number>(), optionIndex = new Map<TaskOptions, number>();
  let total = 0, f = 0, o = 0;
  let before: TaskCall | undefined;
  for (let i = 0; i < n; i++) {
    const task = tasks[i], call = task.call!;
    if (call !== before) {
      before = call;
      f = indexOf(call.fn, fns, fnIndex);
      o = indexOf(call.options, options, optionIndex);
    }
    keys[i] = task.key;
    fn[i] = f;
    option[i] = o;
    total += argBytes[i] = task.argsEnd - task.argsStart;
    const d = task.deps;
    depCounts[i] = d.length;
    for (let j = 0; j < d.length; j++) deps.push(d[j]);
  }
  return {
    keys,
    fns,
    fn,
    options,
    option,
    argBytes,
    depCounts,
    deps,
    codes,
    frames: [argumentsOf(tasks, total), ...codes.map(code)],
  };
}

/** All arguments, one after the other. Those of neighbours mostly lie so already. */
function argumentsOf(tasks: readonly ClientTask[], total: number): Uint8Array {
  const n = tasks.length;
  let out: Uint8Array | undefined;
  let at = 0;
  for (let i = 0; i < n;) {
    const { args, argsStart: start } = tasks[i];
    let end = tasks[i].argsEnd;
    for (i++; i < n && tasks[i].args === args && tasks[i].argsStart === end; i++) end = tasks[i].argsEnd;
    const run = args.subarray(start, end);
    if (i === n && out === undefined) return run;
    out ??= new Uint8Array(total);
    out.set(run, at);
    at += run.length;
  }
  return out ?? new Uint8Array(0);
}

function indexOf<T>(value: T, table: T[], index: Map<T, number>): number {
  let i = index.get(value);
  if (i === undefined) {
    index.set(value, i = table.length);
    table.push(value);
  }
  return i;
}
