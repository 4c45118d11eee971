/**
 * From bytes that came back to values, and to errors.
 *
 * @module
 */

import { addCode, codeNow, hashNeeded, loadCode, sourceOf } from "../code/mod.ts";
import { ActorGoneError, CycleError, KilledWorkerError, LostDataError } from "../scheduler/errors.ts";
import {
  fromBlob,
  neededCode,
  NotSendableError,
  type PackedValue,
  registerErrorClass,
  unpack,
  type UnpackOptions,
} from "../values/mod.ts";
import type { ClientTask } from "./client_task.ts";
import { MemoryError, TaskCancelledError, TaskTimeoutError, ThreadLostError } from "../worker/errors.ts";
import { CancelledError, ScatterError } from "./errors.ts";

registerErrorClass(
  ActorGoneError,
  CancelledError,
  CycleError,
  KilledWorkerError,
  LostDataError,
  MemoryError,
  NotSendableError,
  ScatterError,
  TaskCancelledError,
  TaskTimeoutError,
  ThreadLostError,
);

const NONE: readonly string[] = [];

function missingCode(head: Uint8Array): readonly string[] {
  const needed = neededCode(head);
  return needed.length === 0 ? NONE : needed.filter((ref) => {
    try {
      codeNow(ref);
      return false;
    } catch {
      return true;
    }
  });
}

/** What a client makes values with. */
export interface Decoding {
  /** Makes handles of references. */
  readonly resolve: (key: string) => unknown;
  /** Code that this client has sent: it may come back. */
  readonly codes: ReadonlyMap<string, Uint8Array>;
}

/** The value of bytes; a promise when code that it needs has to be loaded first. */
export function decode(packed: PackedValue, { resolve, codes }: Decoding): unknown {
  const full: UnpackOptions = { resolve, code: codeNow };
  const missing = missingCode(packed.head);
  if (missing.length === 0) return unpack(packed, full);
  for (const ref of missing) {
    const hash = hashNeeded(ref);
    const bytes = hash === undefined ? undefined : codes.get(hash);
    if (bytes !== undefined) addCode(hash!, bytes);
  }
  return Promise.all(missing.map((ref) => loadCode(ref))).then(() => unpack(packed, full));
}

/** As {@link decode}, of a blob. */
export function decodeBlob(blob: Uint8Array, decoding: Decoding): unknown {
  return decode(fromBlob(blob), decoding);
}

/** Why a task has no value: what it threw, or why it was cancelled or lost. The same for all who ask. */
export function failureOf(task: ClientTask): unknown {
  if (task.failure !== undefined) return task.failure;
  // What was let go may yet come to an end of its own, for what was made from it.
  if (task.state === "released") return makeFailure(task);
  return task.failure = makeFailure(task);
}

function makeFailure(task: ClientTask): unknown {
  if (task.because !== undefined) return failureOf(task.because);
  switch (task.was ?? task.state) {
    case "failed":
      return remoteError(task.error!, `task ${task.blamed === "" ? task.key : task.blamed}`);
    case "cancelled":
      return new CancelledError(task.key, task.reason);
    case "lost":
      return new LostDataError(task.key, task.reason);
    default:
      if (task.error !== undefined) {
        return remoteError(task.error, `task ${task.blamed === "" ? task.key : task.blamed}`);
      }
      return new CancelledError(task.key, "its future was released");
  }
}

/** Causes of causes that are looked at. */
const DEEP = 20;

/** What was thrown elsewhere. Its stack is that of where it was thrown. */
export function remoteError(blob: Uint8Array, where: string): unknown {
  let thrown: unknown;
  try {
    thrown = unpack(fromBlob(blob), { code: codeNow, resolve: (key) => `[reference ${key}]` });
  } catch (cause) {
    thrown = new Error(`${where} threw something that cannot be read here: ${(cause as Error).message}`, { cause });
  }
  if (thrown instanceof Error && thrown.name === "ModuleLoadError") thrown.message = withSources(thrown.message);
  // Its causes come from there too.
  let e = thrown;
  for (let depth = 0; depth < DEEP && e instanceof Error && typeof e.stack === "string"; e = e.cause, depth++) {
    Object.defineProperty(e, "stack", {
      value: withoutRuntime(withSources(e.stack)) + (depth === 0 ? `\n    in ${where}` : ""),
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
  return thrown;
}

/** Modules are told elsewhere by the hashes of their bundles; here it is known of which file each was made. */
function withSources(text: string): string {
  return text.replace(/\bmod:([0-9a-f]{32})\b/g, (whole, hash: string) => sourceOf(hash) ?? whole);
}

/** A stack without the executor's own frames below the user's function. */
function withoutRuntime(stack: string): string {
  // A closed function's code stands on the lines that it has in the user's file.
  const lines = stack.replace(/\((file:[^\s():,]+), <anonymous>(:\d+:\d+)\)/g, "($1$2)").split("\n");
  let end = lines.findIndex((l) => /^ {4}at .*\bThread(Context|Loop|Actors)\./.test(l));
  if (end < 0) return stack;
  // The one that calls it has no name, and an actor's one passes through what keeps its context.
  const own =
    /^ {4}at (async )?(\S*(\/actors\/worker\/\w+\.ts|\/troupe\/[\da-f-]+\.js):\d+:\d+|AsyncLocalStorage\.run .*)$/;
  while (end > 1 && own.test(lines[end - 1])) end--;
  return lines.slice(0, end).join("\n");
}
