/**
 * What passes between the main side and its threads, as records of bytes.
 *
 * @module
 */

import type { ExecutorTask } from "./executor.ts";
import { copyBytes } from "./heap.ts";

/** Types of record, main to thread. */
export const In = {
  /** Construct an actor: a task record. */
  actor: 1,
  /** Calls on an actor: a calls record. */
  calls: 2,
  /** Stop an actor: its number. */
  stop: 3,
  /** Cancel a run: its number. */
  cancel: 4,
  /** A record that lies in the arena: type (padded to 8), arena, offset, length as float64. */
  elsewhere: 5,
  /** Hash a value: number, parts, then arena, offset, length of each part as float64. */
  hash: 6,
} as const;

/** Types of record, thread to main. */
export const Out = {
  /** Run, 0, spent, then the result's blob. */
  finished: 1,
  /** Run, 1 if its code still runs, spent, then the error's blob. */
  failed: 2,
  /** Run, number of parts, spent, then arena, offset and length of each. */
  parts: 3,
  /** Run. */
  suspended: 4,
  /** Run. */
  resumed: 5,
  /** Run: it was cancelled and is over. */
  ended: 6,
  /** Run, number, then sizes: blocks are wanted. */
  need: 7,
  /** Batch, first, count, 0, then for each size × 2 + ok as uint32, then from a multiple of 8 on the blobs. */
  replies: 8,
  /** Actor's number. */
  actorDown: 9,
  /** Batch, call, ok, 0, then arena, offset and length of the blob. */
  replyElsewhere: 10,
  /** Run: it was given up before, and now its code has really ended. */
  settled: 11,
  /** Number, 0, then the 16 bytes of the hash. */
  hashed: 12,
} as const;

/** Types of task record. */
export const Kind = {
  task: 0,
  actor: 1,
  /** The record lies in the arena: after the head, arena, offset and length as float64. */
  elsewhere: 2,
  /** A task that a client has begun, and most likely waits for before it begins the next. */
  lone: 3,
} as const;

/** Ints of a task record's head: kind, run, code reference's number, bytes of key, of args, number of deps, actor's number, bytes of all. */
export const TASK_HEAD = 32;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `n` up to a multiple of 8. */
export function padded(n: number): number {
  return (n + 7) & ~7;
}

/** Writes a string's UTF-8 into `bytes` at `at`; gives its length. Room for three bytes a unit is needed. */
export function writeText(bytes: Uint8Array, at: number, s: string): number {
  const n = s.length;
  for (let i = 0; i < n; i++) {
    const c = s.charCodeAt(i);
    if (c > 127) return encoder.encodeInto(s, bytes.subarray(at)).written;
    bytes[at + i] = c;
  }
  return n;
}

/** Reads UTF-8 out of `bytes`. */
export function readText(bytes: Uint8Array, at: number, n: number): string {
  if (n < 24) {
    let s = "";
    for (let i = 0; i < n; i++) {
      const c = bytes[at + i];
      if (c > 127) return decoder.decode(bytes.slice(at, at + n));
      s += String.fromCharCode(c);
    }
    return s;
  }
  return decoder.decode(bytes.slice(at, at + n));
}

/** A task as it is written for a thread. */
export interface TaskRecord {
  readonly kind: number;
  readonly run: number;
  readonly fn: number;
  readonly actor: number;
  readonly task: ExecutorTask;
}

/** Most bytes that a task takes as a record. */
export function taskRecordSize({ key, args, deps }: ExecutorTask): number {
  let n = TASK_HEAD + padded(3 * key.length) + padded(args.byteLength);
  for (let i = 0; i < deps.length; i++) n += 8 + padded(3 * deps[i].key.length) + 24 * deps[i].value.parts.length;
  return n;
}

/** Writes a task at `at`, which is a multiple of 8, as `bytes` is aligned to 8; `ints` are the same bytes. Gives how many bytes it took. */
export function writeTask(bytes: Uint8Array, ints: Int32Array, at: number, t: TaskRecord): number {
  const { key, args, deps } = t.task;
  let p = at + TASK_HEAD;
  const keyBytes = writeText(bytes, p, key);
  p += padded(keyBytes);
  copyBytes(args, 0, args.byteLength, bytes, p);
  p += padded(args.byteLength);
  for (let i = 0; i < deps.length; i++) {
    const { key, value } = deps[i];
    const { parts } = value;
    const n = writeText(bytes, p + 8, key);
    ints[p >> 2] = n;
    ints[(p >> 2) + 1] = parts.length;
    p += 8 + padded(n);
    const floats = new Float64Array(bytes.buffer, bytes.byteOffset + p, 3 * parts.length);
    for (let j = 0; j < parts.length; j++) {
      floats[3 * j] = parts[j].arena;
      floats[3 * j + 1] = parts[j].offset;
      floats[3 * j + 2] = parts[j].length;
    }
    p += 24 * parts.length;
  }
  const head = at >> 2;
  ints[head] = t.kind;
  ints[head + 1] = t.run;
  ints[head + 2] = t.fn;
  ints[head + 3] = keyBytes;
  ints[head + 4] = args.byteLength;
  ints[head + 5] = deps.length;
  ints[head + 6] = t.actor;
  ints[head + 7] = p - at;
  return p - at;
}

/** Calls on one actor as they are written for its thread. */
export interface CallsRecord {
  readonly batch: number;
  readonly actor: number;
  /** Index of the first call in its batch. */
  readonly first: number;
  readonly methods: readonly string[];
  readonly method: Uint32Array;
  readonly argBytes: Uint32Array;
  readonly args: Uint8Array;
}

/** Most bytes that calls take as a record. */
export function callsRecordSize(c: CallsRecord): number {
  let names = 0;
  for (const m of c.methods) names += 3 * m.length + 1;
  return 24 + 8 * c.method.length + padded(names) + c.args.byteLength;
}

/** Writes calls; gives how many bytes they took. Ints: batch, actor, first, count, bytes of names, 0; columns; names; arguments. */
export function writeCalls(bytes: Uint8Array, at: number, c: CallsRecord): number {
  const n = c.method.length;
  const ints = new Int32Array(bytes.buffer, bytes.byteOffset + at, 6 + 2 * n);
  ints[0] = c.batch;
  ints[1] = c.actor;
  ints[2] = c.first;
  ints[3] = n;
  ints.set(c.method, 6);
  ints.set(c.argBytes, 6 + n);
  let p = at + 24 + 8 * n;
  const names = writeText(bytes, p, c.methods.join("\n"));
  ints[4] = names;
  p += padded(names);
  bytes.set(c.args, p);
  return p + c.args.byteLength - at;
}
