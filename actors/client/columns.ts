/**
 * Tasks as the columns they travel in.
 *
 * @module
 */

import type { ClientToScheduler } from "../protocol/mod.ts";
import { blobSize, writeBlob } from "../values/mod.ts";
import type { ClientTask, TaskOptions } from "./client_task.ts";

type Submit = Extract<ClientToScheduler, { type: "submit" }>;

/** The columns of tasks, with their frames. `codes` are the hashes of code to send along, `code` gives the bytes. */
export function taskColumnsOf(
  tasks: readonly ClientTask[],
  codes: readonly string[],
  code: (hash: string) => Uint8Array,
): Omit<Submit, "type"> {
  const n = tasks.length;
  const keys: string[] = new Array(n);
  const fns: string[] = [], fnIndex = new Map<string, number>(), fn = new Uint32Array(n);
  const options: TaskOptions[] = [], optionIndex = new Map<TaskOptions, number>(), option = new Uint32Array(n);
  const argBytes = new Uint32Array(n), depCounts = new Uint32Array(n);
  const deps: string[] = [];
  let total = 0;
  for (let i = 0; i < n; i++) {
    const spec = tasks[i].spec!;
    keys[i] = tasks[i].key;
    fn[i] = indexOf(spec.fn, fns, fnIndex);
    option[i] = indexOf(spec.options, options, optionIndex);
    total += argBytes[i] = blobSize(spec.args);
    const d = spec.deps;
    depCounts[i] = d.length;
    for (let j = 0; j < d.length; j++) deps.push(d[j]);
  }
  const args = new Uint8Array(total);
  let at = 0;
  for (let i = 0; i < n; i++) at = writeBlob(tasks[i].spec!.args, args, at);
  return { keys, fns, fn, options, option, argBytes, depCounts, deps, codes, frames: [args, ...codes.map(code)] };
}

function indexOf<T>(value: T, table: T[], index: Map<T, number>): number {
  let i = index.get(value);
  if (i === undefined) {
    index.set(value, i = table.length);
    table.push(value);
  }
  return i;
}
