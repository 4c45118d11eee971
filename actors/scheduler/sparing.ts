/**
 * What is remembered beyond its use, and given up when it becomes much: code that no client holds, argument bytes of tasks that are
 * forgotten, pools and options that no task has.
 *
 * @module
 */

import { ArgsFrame } from "./args.ts";
import { type Books, REMEMBERED } from "./books.ts";
import type { WorkerPool } from "./pools.ts";
import type { SchedulerTask } from "./tasks.ts";

/** Gives up what has become too much; done at the end of each event. */
export function spare(b: Books): void {
  if (b.functions.size > b.functionsKept) forgetFunctions(b);
  if (b.options.size > b.optionsKept) forgetOptions(b);
  if (b.codes.excessive) forgetCodes(b);
  const { held, live } = b.args;
  if (held - live > Math.max(live, b.settings.leastWaste)) pressArguments(b);
}

function forgetFunctions(b: Books): void {
  for (const [text, fn] of b.functions) if (fn.tasks === 0) b.functions.delete(text);
  b.functionsKept = Math.max(REMEMBERED, 2 * b.functions.size);
}

/** Options that no task has, and pools that no options speak of any more. */
function forgetOptions(b: Books): void {
  for (const [id, o] of b.options) if (o.tasks === 0) b.options.delete(id);
  b.optionsKept = Math.max(REMEMBERED, 2 * b.options.size);
  const used = new Set<WorkerPool>();
  for (const o of b.options.values()) used.add(o.pool);
  b.pools.keep(used);
}

function forgetCodes(b: Books): void {
  const needed = new Set<string>();
  for (const fn of b.functions.values()) if (fn.tasks > 0) needed.add(hashIn(fn.text));
  const gone = b.codes.trim(needed);
  for (const w of b.workers.values()) {
    for (const hash of gone) if (w.codes.delete(hash) && w.peer !== null) b.tellWorker(w).forgetCodes.push(hash);
  }
  if (gone.length > 0) b.note("scheduler", "code", "forgotten", `${gone.length} pieces that no client holds`);
}

/** The hash of the code in a code reference: `src:<hash>`, `mod:<hash>#…`; of others nothing that is one. */
function hashIn(ref: string): string {
  const end = ref.indexOf("#");
  return ref.slice(ref.indexOf(":") + 1, end < 0 ? ref.length : end);
}

/**
 * Arguments stand in frames, as their batches came, and a frame stays until the last task of it is forgotten. Where most bytes are those of
 * forgotten tasks, the others get frames of their own: each costs what it is long, and at least as many bytes are freed.
 */
function pressArguments(b: Books): void {
  const sparse = new Map<ArgsFrame, SchedulerTask[]>();
  for (const t of b.tasks.values()) {
    const frame = t.args;
    if (frame === null || 2 * frame.live > frame.bytes.length) continue;
    const tasks = sparse.get(frame);
    if (tasks === undefined) sparse.set(frame, [t]);
    else tasks.push(t);
  }
  for (const [frame, tasks] of sparse) {
    const bytes = new Uint8Array(frame.live);
    const pressed = new ArgsFrame(bytes);
    let at = 0;
    for (const t of tasks) {
      bytes.set(frame.bytes.subarray(t.argStart, t.argStart + t.argLength), at);
      b.args.leave(t);
      b.args.enter(t, pressed, at, t.argLength);
      at += t.argLength;
    }
  }
}
