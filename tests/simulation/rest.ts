/**
 * What must hold when nothing more happens.
 *
 * @module
 */

import { fewHas } from "../../actors/scheduler/few.ts";
import { STATE_NAMES } from "../../actors/scheduler/mod.ts";
import { cannotRun, type Facts, judge, shortOfMemory } from "./judge.ts";
import { fold } from "./language.ts";
import type { CallOutcome, SimClient } from "./sim_client.ts";
import type { Reply } from "./sim_executor.ts";
import type { World } from "./world.ts";

/** The facts, as far as they concern a client. */
export function factsFor(world: World, client: SimClient): Facts {
  const { plan, oracle } = world;
  return {
    plan,
    oracle,
    cancelled: (key) => client.cancelled.has(key) || world.forced.has(key),
    released: (key) => client.released.has(key),
    restarted: world.restarted,
    losses: (worker) => world.lost.get(worker) ?? 0,
    mayBeUnsupplied: (slot) => world.unsupplied.has(slot),
    submissions: (key) => world.submitted.get(key) ?? 0,
    workers: [...world.workers.values()].map((w) => w.plan),
  };
}

/** What clients still wait for, though they need not: nothing, once all has come to rest. */
export function openBusiness(world: World): string[] {
  const out: string[] = [];
  if (world.restarting > 0) out.push("somebody is about to be started again");
  for (const client of world.clients.values()) {
    const { name } = client.plan;
    const facts = factsFor(world, client);
    const mayWait = (key: string): boolean => judge(key, { state: "pending" }, facts) === undefined;
    for (const [key, o] of client.outcomes) {
      if (o.state === "pending" && !mayWait(key)) {
        out.push(`${name} waits for ${key} (${client.held.get(key)?.task.state})`);
      }
    }
    for (const g of client.gathered) {
      if (g.outcome.state === "pending" && !mayWait(g.key)) out.push(`${name} waits for the value of ${g.key}`);
    }
    for (const c of client.calls) {
      if (c.reply === undefined && !mayWait(c.key)) out.push(`${name} waits for the answer to call ${c.n} of ${c.key}`);
    }
    for (const e of client.errands) out.push(`${name} waits for the end of "${e}"`);
  }
  for (const [name, { worker, executor, ending }] of world.workers) {
    if (ending || worker.machine.leaving || executor.stuck > 0) out.push(`${name} is on its way out`);
    for (const key of worker.machine.tasks.keys()) out.push(`${name} has yet to finish ${key}`);
    for (const key of executor.census().runs) out.push(`${name} still performs ${key}`);
  }
  const plans = [...world.workers.values()].map((w) => w.plan);
  for (const t of world.scheduler?.scheduler.state.books.tasks.values() ?? []) {
    const state = STATE_NAMES[t.state];
    if (state !== "waiting" && state !== "queued" && state !== "processing") continue;
    const closure = world.oracle.tasks.has(t.key) ? [...world.oracle.closure(t.key)] : [];
    const stuck = closure.some((k) => world.oracle.tasks.has(k) && cannotRun(world.oracle.tasks.get(k)!, plans));
    if (!stuck) out.push(`${t.key} is ${state}`);
  }
  return out;
}

/** Judges what came of everything that was asked for. */
export function checkOutcomes(world: World): void {
  for (const client of world.clients.values()) {
    const facts = factsFor(world, client);
    const say = (wrong: string | undefined): void => {
      if (wrong !== undefined) world.wrong(`${client.plan.name}: ${wrong}`);
    };
    for (const [key, outcome] of client.outcomes) say(judge(key, outcome, facts));
    for (const { key, outcome } of client.gathered) say(judge(key, outcome, facts));
    checkCalls(world, client, facts);
  }
  // Not even a stuck task: its worker had to go.
  if (world.plan.profile === "calm" && world.lost.size === 0) {
    checkExecutions(world);
    checkForgotten(world);
    checkRuns(world);
  }
}

/** What was fired and forgotten is done all the same. */
function checkForgotten(world: World): void {
  const { oracle } = world;
  for (const client of world.clients.values()) {
    const facts = factsFor(world, client);
    for (const { key, options } of client.submitted) {
      if (!options.forget || world.executions.has(key)) continue;
      const closure = [...oracle.closure(key)];
      const tasks = closure.map((k) => oracle.tasks.get(k)).filter((t) => t !== undefined);
      const mayNot = closure.some((k) => facts.cancelled(k)) || tasks.some((t) => cannotRun(t, facts.workers)) ||
        tasks.some((t) => t.spec.fails > 0 || t.spec.stuck > 0 || t.options.timeout !== undefined) ||
        shortOfMemory(world.plan);
      if (!mayNot) world.wrong(`${key} was to be done though nobody waits for it, and was not`);
    }
  }
}

/** Calls on workers that nothing befell were answered. */
function checkRuns(world: World): void {
  for (const client of world.clients.values()) {
    for (const worker of client.notRun) {
      if (!world.lost.has(worker)) world.wrong(`a call on ${worker} was not answered, though nothing befell it`);
    }
  }
}

/** Where nothing befell, nothing was done twice. */
function checkExecutions(world: World): void {
  for (const [key, n] of world.executions) {
    const t = world.oracle.tasks.get(key);
    // A call on every worker is none.
    if (t === undefined) continue;
    // What finds no room may be tried again.
    const once = !shortOfMemory(world.plan) && (world.submitted.get(key) ?? 0) <= 1 && t.spec.fails === 0 &&
      t.spec.stuck === 0 &&
      t.options.timeout === undefined;
    if (once && n > 1) world.wrong(`${key} was executed ${n} times, though nothing befell it`);
  }
}

function checkCalls(world: World, client: SimClient, facts: Facts): void {
  const answered = new Map<number, (CallOutcome & { reply: Reply })[]>();
  for (const call of client.calls) {
    const { reply, key } = call;
    if (reply === undefined) continue;
    if (reply instanceof Error) {
      const wrong = judge(key, { state: "failed", error: reply }, facts);
      if (wrong !== undefined) world.wrong(`${client.plan.name}: call ${call.n}: ${wrong}`);
      continue;
    }
    const list = answered.get(reply.life);
    if (list === undefined) answered.set(reply.life, [call as CallOutcome & { reply: Reply }]);
    else list.push(call as CallOutcome & { reply: Reply });
  }
  for (const [life, calls] of answered) {
    let h = world.oracle.ofTask(calls[0].key), last = 0;
    for (const { n, reply } of calls) {
      if (reply.count <= last) world.wrong(`calls of life ${life} were performed out of order: ${n} as ${reply.count}`);
      // Only this client calls its actor; a gap is a call whose answer was lost.
      if (reply.count === last + 1) {
        h = fold(h, n);
        if (h !== reply.h) world.wrong(`call ${n} of life ${life} gave a wrong answer`);
      }
      h = reply.h;
      last = reply.count;
    }
  }
}

/** All views agree: the scheduler's, the workers' own, and the clients'. */
export function checkViews(world: World): void {
  const books = world.scheduler!.scheduler.state.books;
  const say = (what: string): void => world.wrong(`at rest: ${what}`);
  const names = [...books.workers.keys()].sort().join();
  const real = [...world.workers.keys()].sort().join();
  if (names !== real) say(`the scheduler knows the workers ${names}, there are ${real}`);
  for (const [name, { worker, store, executor }] of world.workers) {
    const w = books.workers.get(name);
    if (w === undefined) continue;
    const { machine } = worker;
    if (machine.tasks.size > 0) say(`${name} still has ${[...machine.tasks.keys()].join()}`);
    if (w.count > 0) say(`the scheduler believes ${name} to have ${w.tasks().map((t) => t.key).join()}`);
    const believed = new Set(w.held.list().map((t) => t.key));
    let bytes = 0;
    for (const d of machine.values()) {
      if (d.state !== "held" && d.state !== "spilled") say(`${name} still wants ${d.key}`);
      if (!store.has(d.key)) say(`${name} believes to hold ${d.key}, but its store does not have it`);
      else if (store.get(d.key)!.value.nbytes !== d.nbytes) {
        say(`${d.key} has ${store.get(d.key)!.value.nbytes} bytes in ${name}'s store, not ${d.nbytes}`);
      }
      if (!d.keep) continue;
      if (!believed.delete(d.key)) say(`${name} holds ${d.key}, and the scheduler does not know`);
      else bytes += d.nbytes;
    }
    for (const key of executor.census().actors) {
      if (!believed.delete(key)) say(`the actor ${key} lives on ${name}, and the scheduler does not know`);
    }
    for (const key of store.keys()) if (machine.value(key) === undefined) say(`${key} is loose in ${name}'s store`);
    for (const key of believed) say(`the scheduler believes ${name} to hold ${key}`);
    if (w.bytes !== bytes) say(`the scheduler counts ${w.bytes} bytes on ${name}, there are ${bytes}`);
  }
  for (const client of world.clients.values()) {
    const { name } = client.plan;
    const c = books.clients.get(name);
    if (c === undefined) {
      say(`the scheduler does not know ${name}`);
      continue;
    }
    const wants = new Set(c.wants.list().map((t) => t.key));
    for (const t of client.core.machine.tasks.values()) {
      const known = books.tasks.get(t.key);
      if (t.state === "done") {
        const state = known === undefined ? "unknown" : STATE_NAMES[known.state];
        // A value that is here need not be there, where nobody can make it again.
        const gone = state === "waiting" || state === "queued"
          ? t.inline !== undefined || t.call?.options.kind === "actor"
          : false;
        if (state !== "memory" && !gone) say(`${t.key} is done for ${name}, and ${state} for the scheduler`);
        if (known !== undefined && !fewHas(known.wanters, c)) {
          say(`${name} wants ${t.key}, and the scheduler does not know`);
        }
      }
      if (t.state !== "released") wants.delete(t.key);
    }
    for (const key of wants) say(`the scheduler believes ${name} to want ${key}`);
  }
}

/** Whether it is, or is needed by, what was fired and forgotten and can be performed nowhere. */
function mayStay(world: World, key: string): boolean {
  const { oracle } = world;
  const workers = [...world.workers.values()].map((w) => w.plan);
  for (const t of oracle.tasks.values()) {
    if (!t.options.forget || !oracle.closure(t.key).has(world.slotOf.get(key) ?? key)) continue;
    for (const k of oracle.closure(t.key)) {
      if (oracle.tasks.has(k) && cannotRun(oracle.tasks.get(k)!, workers)) return true;
    }
  }
  return false;
}

/** Nothing is left once all clients are gone. */
export function checkEmpty(world: World): void {
  const say = (what: string): void => world.wrong(`after all clients have gone: ${what}`);
  const books = world.scheduler!.scheduler.state.books;
  for (const t of books.tasks.values()) {
    if (!mayStay(world, t.key)) say(`the scheduler still has ${t.key} (${STATE_NAMES[t.state]})`);
  }
  for (const c of books.clients.values()) if (c.wants.list().length > 0) say(`${c.name} still wants something`);
  for (const c of world.plan.clients) {
    if (books.clients.has(c.name)) say(`the scheduler still has the client ${c.name}`);
  }
  if (books.tasks.size > 0) return;
  const rest = {
    letGo: books.letGo.length,
    quarantine: books.quarantine.length,
    restrictedQueued: books.restrictedQueued,
    copying: books.copying.size,
    upheld: books.upheld.size,
    missingData: books.missingData.size,
    orphans: books.orphans.size,
    questions: books.questions.size,
    restarts: books.restarts.size,
  };
  for (const [what, n] of Object.entries(rest)) if (n !== 0) say(`the scheduler's ${what} has ${n}`);
  for (const [name, { worker, store, executor, nested }] of world.workers) {
    const w = books.workers.get(name);
    if (w !== undefined && (w.bytes !== 0 || w.count !== 0 || w.occupancy !== 0 || w.actors !== 0)) {
      say(`the scheduler counts ${w.bytes} bytes, ${w.count} tasks, ${w.occupancy} µs, ${w.actors} actors on ${name}`);
    }
    for (const key of worker.machine.tasks.keys()) say(`${name} still has the task ${key}`);
    for (const d of worker.machine.values()) say(`${name} still knows of ${d.key}`);
    for (const key of store.keys()) say(`${name} still holds ${key}`);
    if (store.managed !== 0 && executor.stuck === 0) say(`${name} counts ${store.managed} bytes for nothing`);
    const { runs, actors } = executor.census();
    for (const key of runs) say(`${name} still performs ${key}`);
    for (const key of actors) say(`the actor ${key} still lives on ${name}`);
    if (nested !== undefined && nested.core.machine.tasks.size > 0) {
      say(`the client in ${name}'s tasks still has ${[...nested.core.machine.tasks.keys()].join()}`);
    }
  }
}
