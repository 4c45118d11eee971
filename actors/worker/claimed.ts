/**
 * A task as a thread has claimed it: read from the record that the main side wrote.
 *
 * @module
 */

import type { PackedValue } from "../values/mod.ts";
import { padded, readText, TASK_HEAD } from "./thread_records.ts";
import type { Results } from "./thread_results.ts";

const UNREAD: PackedValue = { head: new Uint8Array(0), frames: [] };

/** A task as it was claimed. */
export interface Claimed {
  readonly kind: number;
  readonly run: number;
  readonly fn: number;
  readonly actor: number;
  readonly key: () => string;
  /** The arguments as they came; nobody has looked at them yet. */
  readonly blob: Uint8Array;
  /** The arguments, once they are opened. */
  args: PackedValue;
  readonly deps: Map<string, PackedValue> | undefined;
}

/** Reads a record. What it says lies in the store is seen there, by `results`. */
export function claimed(record: Uint8Array, results: Pick<Results, "view">): Claimed {
  const ints = new Int32Array(record.buffer, record.byteOffset, 8);
  const keyBytes = ints[3], argBytes = ints[4];
  let p = TASK_HEAD + padded(keyBytes);
  const args = record.subarray(p, p + argBytes);
  p += padded(argBytes);
  let deps: Map<string, PackedValue> | undefined;
  for (let i = 0; i < ints[5]; i++) {
    deps ??= new Map();
    const head = new Int32Array(record.buffer, record.byteOffset + p, 2);
    const key = readText(record, p + 8, head[0]);
    p += 8 + padded(head[0]);
    const at = new Float64Array(record.buffer, record.byteOffset + p, 3 * head[1]);
    const parts: Uint8Array[] = [];
    for (let j = 0; j < at.length; j += 3) parts.push(results.view(at[j], at[j + 1], at[j + 2]));
    p += 8 * at.length;
    deps.set(key, { head: parts[0].slice(), frames: parts.slice(1) });
  }
  return {
    kind: ints[0],
    run: ints[1],
    fn: ints[2],
    actor: ints[6],
    key: () => readText(record, TASK_HEAD, keyBytes),
    blob: args,
    args: UNREAD,
    deps,
  };
}
