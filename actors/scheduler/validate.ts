/**
 * The machine's check of itself: every relation agrees at both ends, every sum with its parts, every state with its fields, and
 * nothing waits for what nobody will do.
 *
 * @module
 */

import type { ArgsFrame } from "./args.ts";
import type { Books } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { InvalidSchedulerState } from "./errors.ts";
import { fewHas, fewList } from "./few.ts";
import { mayHaveOne } from "./dispatch.ts";
import type { WorkerPool } from "./pools.ts";
import { isActor, isData, type SchedulerTask, type SchedulerTaskOptions } from "./tasks.ts";
import {
  ABSENT,
  FAILED,
  FORGOTTEN,
  MEMORY,
  PROCESSING,
  QUEUED,
  RELEASED,
  STATE_NAMES,
  WAITING,
} from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** What the tasks say of their workers, clients and functions, summed. */
interface Sums {
  readonly held: Map<SchedulerWorker, number>;
  readonly bytes: Map<SchedulerWorker, number>;
  readonly actors: Map<SchedulerWorker, number>;
  readonly taken: Map<SchedulerWorker, Map<string, number>>;
  readonly wants: Map<SchedulerClient, number>;
  readonly calls: Map<string, number>;
  readonly options: Map<SchedulerTaskOptions, number>;
  readonly frames: Map<ArgsFrame, { tasks: number; live: number }>;
}

function add<K>(map: Map<K, number>, key: K, n: number): void {
  map.set(key, (map.get(key) ?? 0) + n);
}

/** Throws {@link InvalidSchedulerState} at the first thing that does not hold. */
export function validateBooks(b: Books): void {
  const queued = queuedTasks(b);
  const sums: Sums = {
    held: new Map(),
    bytes: new Map(),
    actors: new Map(),
    taken: new Map(),
    wants: new Map(),
    calls: new Map(),
    options: new Map(),
    frames: new Map(),
  };
  const links = new Map<SchedulerTask, { count: number; engaged: number }>();
  for (const t of b.tasks.values()) {
    for (const dep of t.deps) {
      const l = links.get(dep) ?? { count: 0, engaged: 0 };
      l.count++;
      if (t.engaged) l.engaged++;
      links.set(dep, l);
    }
  }
  for (const [key, t] of b.tasks) {
    check(b, t, t.key === key, `entered as ${key}`);
    checkTask(b, t, queued);
    checkLinks(b, t, links.get(t) ?? { count: 0, engaged: 0 });
    sumUp(b, t, sums);
  }
  for (const w of b.workers.values()) checkWorker(b, w, sums);
  checkIdle(b);
  for (const c of b.clients.values()) {
    is(c.wants.size === (sums.wants.get(c) ?? 0), `client ${c.name} counts ${c.wants.size} wishes`);
    is(c.peer === null || b.sessions.get(c.peer)?.name === c.name, `client ${c.name} has no session ${c.peer}`);
    is(!c.gone, `client ${c.name} is gone, and in the tables`);
  }
  for (const [text, fn] of b.functions) {
    is(fn.tasks === (sums.calls.get(text) ?? 0), `function ${text} counts ${fn.tasks} tasks`);
  }
  checkSparing(b, sums);
  is(b.letGo.length === 0, "something is still to be let go");
  is(b.touched.length === 0, "a worker is still to be placed");
  for (const t of [...b.upheld, ...b.copying, ...b.orphans]) {
    is(b.tasks.get(t.key) === t, `${t.key} is forgotten, and to be copied or kept`);
  }
  checkNothingIdles(b);
}

function is(holds: boolean, what: string): void {
  if (!holds) throw new InvalidSchedulerState(what);
}

function check(b: Books, t: SchedulerTask, holds: boolean, what: string): void {
  if (holds) return;
  const history = b.log.read(0, 50, t.key).map((e) =>
    `\n  ${e.at.toFixed(3)} ${e.from} -> ${e.to} by ${e.who}: ${e.why}`
  );
  throw new InvalidSchedulerState(`task ${t.key} (${STATE_NAMES[t.state]}): ${what}${history.join("")}`);
}

function queuedTasks(b: Books): Set<SchedulerTask> {
  const all = new Set<SchedulerTask>(b.quarantine);
  let restricted = 0;
  const pools: WorkerPool[] = [b.pools.general, ...b.pools.restricted.values()];
  for (const pool of pools) {
    const list = pool.queue.list();
    is(list.length === pool.queue.size, `queue "${pool.id}" holds ${list.length} and counts ${pool.queue.size}`);
    if (!pool.general) restricted += list.length;
    for (const t of list) {
      check(b, t, t.options!.pool === pool, `in the queue of pool "${pool.id}"`);
      check(b, t, !all.has(t), "in two queues");
      all.add(t);
    }
  }
  is(restricted === b.restrictedQueued, `${restricted} restricted tasks wait, counted are ${b.restrictedQueued}`);
  return all;
}

function checkTask(b: Books, t: SchedulerTask, queued: Set<SchedulerTask>): void {
  const { state } = t;
  check(b, t, state !== FORGOTTEN, "forgotten, and in the tables");
  check(b, t, (t.worker !== null) === (state === PROCESSING), `worker is ${t.worker?.name}`);
  if (t.worker !== null) {
    check(b, t, b.workers.get(t.worker.name) === t.worker, `its worker ${t.worker.name} is gone`);
    check(b, t, t.worker.slots[t.slot] === t, `not at its slot ${t.slot} of ${t.worker.name}`);
  } else check(b, t, !t.suspended, "suspended nowhere");
  check(b, t, queued.has(t) === (state === QUEUED), `it is ${queued.has(t) ? "" : "not "}in a queue`);
  check(b, t, (t.holders !== null) === (state === MEMORY), `${fewList(t.holders).length} holders`);
  for (const w of fewList(t.holders)) check(b, t, b.workers.get(w.name) === w, `its holder ${w.name} is gone`);
  for (const c of fewList(t.wanters)) {
    check(b, t, b.clients.get(c.name) === c || b.departing.has(c), `its client ${c.name} is gone`);
  }
  const under = state === WAITING || state === QUEUED || state === PROCESSING;
  check(b, t, t.engaged === (under && t.fn !== null), `engaged is ${t.engaged}`);
  check(b, t, (t.fn === null) === (t.options === null) || isActor(t), "function without options");
  check(b, t, state !== FAILED || (t.extras !== null && t.extras.error !== null), "failed without an error");
  check(b, t, state !== RELEASED || (t.wanters === null && t.neededBy === 0), "released, but needed");
  check(b, t, !(t.fn === null && (state === WAITING || state === QUEUED)), "to be computed, but not described");
  const wished = t.wanters !== null || t.neededBy > 0 || t.keep;
  check(b, t, wished || t.dependentCount > 0, "nobody knows it any more");
  check(b, t, wished || state === RELEASED || state === FAILED || state === ABSENT, "nobody wants it");
  if (isData(t)) {
    for (const c of fewList(t.extras!.data!.suppliers)) check(b, t, fewHas(t.wanters, c), `${c.name} does not want it`);
  }
}

function checkLinks(b: Books, t: SchedulerTask, links: { readonly count: number; readonly engaged: number }): void {
  check(b, t, t.dependentCount === links.count, `${links.count} dependents, counted are ${t.dependentCount}`);
  check(b, t, t.neededBy === links.engaged, `${links.engaged} dependents under way, counted are ${t.neededBy}`);
  const known = t.dependents === null ? [] : Array.isArray(t.dependents) ? t.dependents : [t.dependents];
  const live = known.filter((d) => d.state !== FORGOTTEN && d.deps.includes(t));
  check(b, t, live.length === links.count, `${links.count} dependents, listed are ${live.length}`);
  let missing = 0;
  for (const dep of t.deps) {
    check(b, t, b.tasks.get(dep.key) === dep, `its dependency ${dep.key} is forgotten`);
    if (dep.state === MEMORY) continue;
    missing++;
    if (t.engaged && t.state !== PROCESSING) {
      check(
        b,
        t,
        dep.state !== RELEASED && dep.state !== FAILED,
        `waits for ${dep.key}, which is ${STATE_NAMES[dep.state]}`,
      );
    }
  }
  if (t.state === WAITING) {
    check(b, t, t.waitingOn === missing && missing > 0, `${missing} are missing, counted are ${t.waitingOn}`);
  } else if (t.state === QUEUED) check(b, t, missing === 0, `queued with ${missing} dependencies missing`);
}

function sumUp(b: Books, t: SchedulerTask, sums: Sums): void {
  if (t.fn !== null) add(sums.calls, t.fn.text, 1);
  if (t.options !== null) add(sums.options, t.options, 1);
  check(b, t, (t.args === null) === (t.fn === null), "arguments without a function, or a function without");
  if (t.args !== null) {
    const sum = sums.frames.get(t.args) ?? { tasks: 0, live: 0 };
    sum.tasks++;
    sum.live += t.argLength;
    sums.frames.set(t.args, sum);
  }
  for (const c of fewList(t.wanters)) add(sums.wants, c, 1);
  const needs = t.options?.pool.needs ?? [];
  const takers = isActor(t) && t.state === MEMORY ? fewList(t.holders) : t.worker !== null ? [t.worker] : [];
  for (const w of takers) {
    const taken = sums.taken.get(w) ?? new Map<string, number>();
    sums.taken.set(w, taken);
    for (const [r, n] of needs ?? []) add(taken, r, n);
  }
  for (const w of fewList(t.holders)) {
    add(sums.held, w, 1);
    add(sums.bytes, w, t.nbytes);
    if (isActor(t)) add(sums.actors, w, 1);
  }
  check(b, t, !isActor(t) || fewList(t.holders).length <= 1, "an actor in two places");
}

function checkWorker(b: Books, w: SchedulerWorker, sums: Sums): void {
  const at = `worker ${w.name} (${w.status})`;
  is(w.status !== "gone", `${at} is in the tables`);
  is((w.peer === null) === (w.status === "away"), `${at} has session ${w.peer}`);
  is(w.peer === null || b.sessions.get(w.peer)?.name === w.name, `${at} has no session ${w.peer}`);
  let count = 0, suspended = 0, occupancy = 0;
  for (let i = 0; i < w.slots.length; i++) {
    const t = w.slots[i];
    if (t === null) continue;
    count++;
    if (t.suspended) suspended++;
    else occupancy += t.estimate;
    check(b, t, t.worker === w && t.slot === i, `at slot ${i} of ${w.name}`);
    check(b, t, b.tasks.get(t.key) === t, `at slot ${i} of ${w.name}, and forgotten`);
  }
  is(w.count === count, `${at} has ${count} tasks, counted are ${w.count}`);
  is(w.suspended === suspended, `${at} has ${suspended} suspended tasks, counted are ${w.suspended}`);
  is(w.occupancy === occupancy, `${at} has ${occupancy} us of work, counted are ${w.occupancy}`);
  is(w.held.size === (sums.held.get(w) ?? 0), `${at} holds ${sums.held.get(w) ?? 0}, counted are ${w.held.size}`);
  is(w.actors === (sums.actors.get(w) ?? 0), `${at} has ${sums.actors.get(w) ?? 0} actors, counted are ${w.actors}`);
  is(w.bytes === (sums.bytes.get(w) ?? 0), `${at} holds ${sums.bytes.get(w) ?? 0} bytes, counted are ${w.bytes}`);
  for (const [r, all] of w.resources) {
    const free = all - (sums.taken.get(w)?.get(r) ?? 0);
    is(Math.abs((w.free.get(r) ?? 0) - free) < 1e-9, `${at} has ${free} ${r} free, counted are ${w.free.get(r)}`);
  }
  const robbers = [...b.workers.values()].filter((v) => v.robbedFor === w).length;
  is(robbers === (w.thief ? 1 : 0), `${at} waits for ${robbers} to give, thief is ${w.thief}`);
  is(w.alone === null || w.alone.worker === w || b.quarantine.includes(w.alone), `${at} is kept for ${w.alone?.key}`);
  is(b.leaving.has(w) === (w.status === "leaving"), `${at} is ${b.leaving.has(w) ? "" : "not "}among those that leave`);
}

/** Nothing is kept beyond its use but what is stated. */
function checkSparing(b: Books, sums: Sums): void {
  let held = 0, live = 0;
  for (const [frame, sum] of sums.frames) {
    held += frame.bytes.length;
    live += sum.live;
    is(frame.tasks === sum.tasks && frame.live === sum.live, `a frame of arguments counts ${frame.tasks} tasks`);
  }
  is(b.args.held === held && b.args.live === live, `${b.args.live} of ${b.args.held} bytes of arguments are counted`);
  is(held - live <= Math.max(live, b.settings.leastWaste), `${held - live} bytes of arguments are for nothing`);
  const used = new Set<WorkerPool>();
  for (const o of b.options.values()) {
    is(o.tasks === (sums.options.get(o) ?? 0), `options of ${sums.options.get(o) ?? 0} tasks count ${o.tasks}`);
    used.add(o.pool);
  }
  for (const o of sums.options.keys()) {
    is(o.pool.general || b.pools.restricted.get(o.pool.id) === o.pool, `the pool "${o.pool.id}" is forgotten`);
  }
  is(b.options.size <= b.optionsKept && b.functions.size <= b.functionsKept, "too much is remembered");
  for (const pool of b.pools.restricted.values()) is(used.has(pool), `nobody speaks of the pool "${pool.id}"`);
  b.codes.validate(b.clients.values());
}

function checkIdle(b: Books): void {
  const heap = b.idle.list();
  for (let i = 0; i < heap.length; i++) {
    const w = heap[i];
    is(w.heapIndex === i && w.status === "running", `worker ${w.name} at ${i} of the heap`);
    const parent = heap[(i - 1) >> 1];
    is(i === 0 || parent.room || !w.room, `worker ${w.name} has room, and its parent in the heap has none`);
    is(i === 0 || parent.room !== w.room || parent.load <= w.load, `worker ${w.name} is less loaded than its parent`);
  }
  const running = [...b.workers.values()].filter((w) => w.status === "running");
  is(running.length === heap.length, `${running.length} workers run, ${heap.length} are in the heap`);
}

/** No task waits for room that is there. */
function checkNothingIdles(b: Books): void {
  if (b.recovering) return;
  const workers = [...b.workers.values()];
  is(b.pausedCount === workers.filter((w) => w.status === "paused").length, `${b.pausedCount} workers count as paused`);
  is(b.pools.general.queue.size === 0 || b.idle.top === null || !b.idle.top.room, "tasks wait, and a worker has room");
  is(
    b.pools.general.queue.size === 0 || b.idle.size > 0 || !workers.some(mayHaveOne),
    "tasks wait, and no worker that is short of memory does one",
  );
  if (b.pools.stale) return;
  for (const pool of b.pools.restricted.values()) {
    if (pool.queue.size === 0) continue;
    const w = pool.members.find((w) => w.room && pool.fits(w));
    is(w === undefined, `tasks of pool "${pool.id}" wait, and worker ${w?.name} has room`);
  }
}
