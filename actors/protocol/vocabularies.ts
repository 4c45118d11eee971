/**
 * Every message between roles. A code is never given to another type; a change of a type's fields is a new protocol version.
 *
 * @module
 */

import { bool, bytes, data, f64s, int, list, maybe, num, oneOf, record, str, strings, text, u32s } from "./kinds.ts";
import { codec, message, type MessageOf } from "./schema.ts";
import { amounts, checkHolders, checkTasks, holderColumns, sum, taskColumns } from "./tasks.ts";

/** A worker as clients know it. */
export const workerCard = record({
  name: str,
  incarnation: str,
  /** Where others dial it. */
  address: str,
  threads: int,
  /** Bytes that values may take. */
  memoryLimit: num,
  /** Bytes of its process: `limit`, and `target`, `spill`, `pause` and `terminate`, where the worker acts; null where it watches nothing. */
  process: amounts,
  /** Bytes that its values took in memory when it last told, every second, and what has become known since. */
  memory: num,
  status: oneOf("running", "paused", "away", "leaving"),
});

/** A scattered value as the client that scattered it, or a worker that holds it, tells the scheduler of it. */
export const dataCard = record({
  id: str,
  nbytes: num,
  /** Type, dtype, shape: for people and programs that look; plain data. */
  about: data,
  /** Names of the workers that hold it. */
  workers: list(str),
  /** How many workers shall hold it; 0 for all. */
  copies: int,
});

function lengths(name: string, n: number, ...columns: { readonly length: number }[]): string | undefined {
  for (const c of columns) if (c.length !== n) return `${name}: a column has ${c.length} rows, expected ${n}`;
}

/** Inline values: `inline[i]` is 0 for none, else 1 + the bytes it has in `frames[0]`. */
function checkInline(inline: Uint32Array, frames: readonly Uint8Array[]): string | undefined {
  let total = 0;
  for (let i = 0; i < inline.length; i++) if (inline[i] > 0) total += inline[i] - 1;
  if (frames.length !== 1) return `${frames.length} frames, expected 1`;
  if (total !== frames[0].byteLength) return `${frames[0].byteLength} bytes inline, expected ${total}`;
}

/** The number of the attempt that a client asked a worker for directly. The scheduler's own are greater. */
export const HEAD_START = 0;

/** From a client to the scheduler. */
export const clientToScheduler = {
  /** First in every session: all that the client still wants and can say. Row i of the columns is a task whose result is still wanted or needed. */
  resume: message(1, {
    ...taskColumns,
    /** Every key it holds a future or a reference to. */
    wants: strings,
    /** What it has scattered and still refers to. */
    scattered: list(dataCard),
    /** Names of the workers it knows of, for a scheduler that has just begun. */
    workers: list(str),
  }, checkTasks),
  /** New tasks; the sender wants them all. Those with `forget` are done even if it goes away. */
  submit: message(2, taskColumns, checkTasks),
  /** As `submit`, of the same turn as the one before: they come after those. */
  more: message(15, taskColumns, checkTasks),
  /** It now also wants these. */
  want: message(3, { keys: strings }),
  /** It no longer wants these. */
  release: message(4, { keys: strings }),
  /** Stop these, for everybody if `force`, else if nobody else wants them. */
  cancel: message(5, { keys: strings, force: bool }),
  /** These values are on these workers now. */
  scattered: message(6, { items: list(dataCard) }),
  /** The answer to `resupply` when the value is no longer there. */
  cannotSupply: message(7, { ids: strings }),
  /** Have these on `copies` workers (0: all), or on the named ones. Answered when done. */
  replicate: message(8, { n: int, ids: strings, copies: int, workers: list(str) }),
  /** A question: "whoHas", "workers", "events", "tasks", "info", … with plain arguments. */
  ask: message(9, { n: int, what: str, args: data }),
  /** Forget all tasks and data, restart all workers. Answered when they are back. */
  restart: message(10, { n: int }),
  /** The client leaves for good. */
  bye: message(11, {}),
  /** It no longer holds this code, and will send it again before it speaks of it. */
  forgetCodes: message(12, { hashes: list(str) }),
  /** As `submit`; and this worker, in this life of it, was asked to begin them at once, as attempt {@link HEAD_START}. */
  begun: message(13, { ...taskColumns, worker: str, incarnation: str }, checkTasks),
  /** Whether these were begun where they were to be is not known, for the session with the worker is lost; or it has `declined`. */
  unsure: message(14, { keys: strings, declined: bool }),
};

/** From the scheduler to a client. */
export const schedulerToClient = {
  /** The answer to `resume`. */
  welcome: message(31, { incarnation: str, workers: list(workerCard) }),
  /** Workers that came or changed, and names of those that are gone. */
  workers: message(32, { changed: list(workerCard), gone: list(str) }),
  /** Values that exist now: on worker `workers[where[i]]`, small ones inline. */
  done: message(
    33,
    { keys: strings, nbytes: f64s, workers: list(str), where: u32s, inline: u32s },
    (m, frames) => lengths("done", m.keys.length, m.nbytes, m.where, m.inline) ?? checkInline(m.inline, frames),
  ),
  /**
   * Tasks that failed: `frames[i]` is the packed error, `blamed[i]` the key of the task that threw. `heard`: how many `submit` of this session
   * had come in by then; of what was submitted again later this is no news.
   */
  failed: message(
    34,
    { keys: strings, blamed: strings, heard: int },
    (m, frames) => lengths("failed", m.keys.length, m.blamed, frames),
  ),
  /** These no longer exist and will not: cancelled, or scattered data of which no copy is left. */
  gone: message(35, { keys: strings, cause: oneOf("cancelled", "lost"), reason: text, heard: int }),
  /** Values that were done are so no longer (their only holder died); they are being computed again. */
  undone: message(36, { keys: strings }),
  /** Please put these scattered values on a worker again. */
  resupply: message(37, { ids: strings }),
  /** Where an actor lives now; `worker` null when it is gone, and `reason` says why. */
  actorAt: message(38, { key: str, worker: maybe(str), reason: text }),
  /** The answer to `ask`, `replicate`, `restart`; with `ok` false, `value` is the error's text. */
  answer: message(39, { n: int, ok: bool, value: data }),
  /** The scheduler ends. `final` when it will not be back. */
  closing: message(40, { reason: text, final: bool }),
};

/** From a worker to the scheduler. */
export const workerToScheduler = {
  /** First in every session: who it is and all it has. */
  join: message(61, {
    /** Where others dial it. */
    address: str,
    threads: int,
    memoryLimit: num,
    /** As in {@link workerCard}. */
    process: amounts,
    resources: amounts,
    host: str,
    pid: int,
    /** How the process ended whose place this one has taken; empty where that is not known, or there was none. */
    before: text,
    /** Results in its store. */
    held: strings,
    heldBytes: f64s,
    /** Scattered values in its store. */
    pinned: list(dataCard),
    /** Tasks it has been given and has not finished, with their attempts. */
    tasks: strings,
    attempts: f64s,
    /** Actors that live here. */
    actors: strings,
    /** Hashes of code it knows. */
    codes: list(str),
  }, (m) => lengths("join", m.held.length, m.heldBytes) ?? lengths("join", m.tasks.length, m.attempts)),
  /** Results, small ones inline; `spent` is milliseconds of execution. */
  finished: message(
    62,
    { keys: strings, attempts: f64s, nbytes: f64s, spent: f64s, inline: u32s },
    (m, frames) =>
      lengths("finished", m.keys.length, m.attempts, m.nbytes, m.spent, m.inline) ?? checkInline(m.inline, frames),
  ),
  /** Tasks that threw, or ran out of time: `frames[i]` is the packed error. */
  failed: message(
    63,
    { keys: strings, attempts: f64s },
    (m, frames) => lengths("failed", m.keys.length, m.attempts, frames),
  ),
  /** It cannot get these dependencies of a task from the holders it was told; `tried[i]` is the worker address it asked for `deps[i]`. */
  missing: message(
    64,
    { key: str, attempt: num, deps: strings, tried: strings },
    (m) => lengths("missing", m.deps.length, m.tried),
  ),
  /** The answer to `steal`: what it gives back; the others it has begun or no longer has. */
  given: message(65, { keys: strings, attempts: f64s }, (m) => lengths("given", m.keys.length, m.attempts)),
  /** It now also holds these (fetched as dependencies or by `fetch`). */
  has: message(66, { keys: strings, nbytes: f64s }, (m) => lengths("has", m.keys.length, m.nbytes)),
  /** It could not fetch these (the answer to `fetch` when no holder has them). */
  fetchFailed: message(67, { keys: strings, reason: text }),
  /** These tasks wait for the cluster, or go on: their place on the thread is free, or taken again. */
  suspended: message(
    68,
    { keys: strings, attempts: f64s, resumed: bool },
    (m) => lengths("suspended", m.keys.length, m.attempts),
  ),
  /** How it is; every second, and when its status changes. */
  beat: message(69, { cpu: num, rss: num, managed: num, spilled: num, ready: int, executing: int, paused: bool }),
  /** An actor was constructed. */
  actorUp: message(70, { key: str, attempt: num }),
  /** An actor ended: its constructor or its thread failed, or it was stopped. `frames[0]`, if there, is the packed error. */
  actorDown: message(71, { key: str, attempt: num, reason: text }),
  /** It wants to leave: give it nothing more, move its data, then say `retire`. */
  leaving: message(72, { reason: text }),
};

/** From the scheduler to a worker. */
export const schedulerToWorker = {
  /** The answer to `join`. */
  welcome: message(91, { incarnation: str, drop: strings, cancel: strings }),
  /** Perform these. `holderCounts` … `nbytes` speak of `deps`; `priorities` and `tags` order them (higher priority first, then lower tag); `durations` are estimates in ms. */
  run: message(92, {
    ...taskColumns,
    ...holderColumns,
    attempts: f64s,
    priorities: f64s,
    tags: f64s,
    durations: f64s,
    /** Indices of those whose value no client wants now: a small one need not ride along with the news. */
    quiet: u32s,
  }, (m, frames) =>
    checkTasks(m, frames) ?? checkHolders(m, m.deps.length) ??
      (m.quiet.some((i) => i >= m.keys.length) ? "a quiet task is not there" : undefined) ??
      lengths("run", m.keys.length, m.attempts, m.priorities, m.tags, m.durations)),
  /** Forget these values. */
  drop: message(93, { keys: strings }),
  /** Stop these tasks. */
  cancel: message(94, { keys: strings, attempts: f64s }, (m) => lengths("cancel", m.keys.length, m.attempts)),
  /** Give these back if you have not begun them. */
  steal: message(95, { keys: strings, attempts: f64s }, (m) => lengths("steal", m.keys.length, m.attempts)),
  /** Get copies of these from their holders and keep them; `about[i]` is null for results, the card for pinned data. */
  fetch: message(
    96,
    { keys: strings, ...holderColumns, about: list(maybe(dataCard)) },
    (m) => lengths("fetch", m.keys.length, m.about) ?? checkHolders(m, m.keys.length),
  ),
  /** The answer to `missing`: who holds them now. */
  holders: message(97, { keys: strings, ...holderColumns }, (m) => checkHolders(m, m.keys.length)),
  /** End an actor. */
  stopActor: message(98, { key: str }),
  /** What you hold is safe: leave. */
  retire: message(99, {}),
  /** End at once; your nanny starts you again. */
  restart: message(100, {}),
  /** The scheduler ends. `final` when it will not be back: then leave too. */
  closing: message(101, { reason: text, final: bool }),
  /** Forget this code; it comes again before it is needed. */
  forgetCodes: message(102, { hashes: list(str) }),
};

/** From anybody to a worker, directly. */
export const toWorker = {
  /** Give me these; each is answered by a `data`. */
  get: message(121, { n: int, keys: strings }),
  /** I have a value for you: its frames' sizes and a fingerprint of its content. Answered by `offered`. */
  offer: message(122, { n: int, id: str, sizes: f64s, fingerprint: bytes }),
  /** The full hash of an offered value, when asked to prove that it is one the worker has. Answered by `offered`. */
  prove: message(123, { n: int, id: str, hash: bytes }),
  /** Keep this value: `frames[0]` is its head, the others its arrays. Answered by `stored`. */
  put: message(
    124,
    { n: int, card: dataCard },
    (_m, frames) => frames.length === 0 ? "no frames, expected a head" : undefined,
  ),
  /** Calls on one actor, numbered `n`, `n + 1`, …: method `methods[method[i]]`, packed arguments of `argBytes[i]` bytes in `frames[0]`. Answered by `reply`. */
  call: message(
    125,
    { key: str, n: int, methods: list(str), method: u32s, argBytes: u32s },
    (m, frames) =>
      lengths("call", m.method.length, m.argBytes) ??
        (frames.length !== 1 || frames[0].byteLength !== sum(m.argBytes) ? "frame and argBytes differ" : undefined) ??
        (m.method.some((i) => i >= m.methods.length) ? "column method points outside its table" : undefined),
  ),
  /** Perform one task now, outside the scheduler (`Client.run`). `frames[0]` is the packed arguments, then code. Answered by `executed`. */
  execute: message(
    126,
    { n: int, fn: str, codes: list(str) },
    (m, frames) =>
      frames.length !== 1 + m.codes.length ? `${frames.length} frames, expected ${1 + m.codes.length}` : undefined,
  ),
  /**
   * Begin these tasks now, if you have nothing else to do; the scheduler hears of them from me (`begun`), and from you how they end. They depend on
   * nothing. Those that return are answered by `result`, those that throw by `threw`, those that are not begun by `declined`.
   */
  start: message(
    127,
    taskColumns,
    (m, frames) => {
      if (m.deps.length > 0) return `${m.deps.length} dependencies, expected none`;
      return m.options.some((o) => o.kind !== "task") ? "an actor, expected tasks" : checkTasks(m, frames);
    },
  ),
};

/** From a worker to whoever asked it. */
export const fromWorker = {
  /** A value: `frames[0]` its head, the others its arrays; or none, and why. */
  data: message(
    151,
    { n: int, key: str, status: oneOf("ok", "missing"), reason: text },
    (m, frames) => (m.status === "ok") !== (frames.length > 0) ? "frames and status differ" : undefined,
  ),
  /** What to do with an offered value. */
  offered: message(152, { n: int, id: str, answer: oneOf("send", "prove", "have", "full"), reason: text }),
  /** The value is kept; or not, and why. */
  stored: message(153, { n: int, id: str, ok: bool, reason: text }),
  /** Results of calls `n`, `n + 1`, … of one actor: packed values of `sizes[i]` bytes in `frames[0]`, 0 for the same as the one before; `ok[i]` is 1 for a value, 0 for an error. */
  reply: message(154, { n: int, ok: u32s, sizes: u32s }, (m, frames) =>
    lengths("reply", m.ok.length, m.sizes) ??
      (frames.length !== 1 || frames[0].byteLength !== sum(m.sizes) ? "frame and sizes differ" : undefined)),
  /** The result of `execute`: a packed value or error, as head and arrays. */
  executed: message(155, { n: int, ok: bool }, (_m, frames) => frames.length === 0 ? "no frames" : undefined),
  /** Results of tasks that were begun by `start`; they are held here, small ones are inline. */
  result: message(
    156,
    { keys: strings, nbytes: f64s, inline: u32s },
    (m, frames) => lengths("result", m.keys.length, m.nbytes, m.inline) ?? checkInline(m.inline, frames),
  ),
  /** Not begun: there is other work, or none is begun here now. */
  declined: message(157, { keys: strings }),
  /** These were begun by `start`, and threw: `frames[i]` is the error, as a blob. */
  threw: message(
    158,
    { keys: strings },
    (m, frames) => frames.length !== m.keys.length ? `${frames.length} errors of ${m.keys.length} tasks` : undefined,
  ),
};

/** All that a scheduler may hear. */
export const schedulerHears = { fromClient: codec(clientToScheduler), fromWorker: codec(workerToScheduler) };
/** All that a client may hear. */
export const clientHears = { fromScheduler: codec(schedulerToClient), fromWorker: codec(fromWorker) };
/** All that a worker may hear. */
export const workerHears = {
  fromScheduler: codec(schedulerToWorker),
  /** On the sessions it was dialled by. */
  fromAnyone: codec(toWorker),
  /** On the sessions it dialled to other workers. */
  fromWorker: codec(fromWorker),
};

/** A message from a client to the scheduler. */
export type ClientToScheduler = MessageOf<typeof clientToScheduler>;
/** A message from the scheduler to a client. */
export type SchedulerToClient = MessageOf<typeof schedulerToClient>;
/** A message from a worker to the scheduler. */
export type WorkerToScheduler = MessageOf<typeof workerToScheduler>;
/** A message from the scheduler to a worker. */
export type SchedulerToWorker = MessageOf<typeof schedulerToWorker>;
/** A message from anybody to a worker, directly. */
export type ToWorker = MessageOf<typeof toWorker>;
/** A message from a worker to whoever asked it. */
export type FromWorker = MessageOf<typeof fromWorker>;
