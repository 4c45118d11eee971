/**
 * The client's machine: what it has asked for and still wants, and what became of it. No clock, sockets or promises.
 *
 * @module
 */

import type { ClientToScheduler, SchedulerToClient } from "../protocol/mod.ts";
import type { ClientTask, ClientTaskState, DataCard } from "./client_task.ts";
import { taskColumnsOf } from "./columns.ts";
import type { ClientEvent, ClientInstruction, WorkerCard } from "./events.ts";
import { ClientLog, transition } from "./transitions.ts";

const NO_FRAMES: readonly Uint8Array[] = [];
const NO_TASKS: readonly ClientTask[] = [];

/** How the machine behaves. */
export interface ClientMachineOptions {
  /** Milliseconds without a session after which it gives up. */
  readonly giveUpAfter: number;
}

/** Whether nothing can be made from it any more. */
function isBad(t: ClientTask): boolean {
  return t.state === "failed" || t.state === "cancelled" || t.state === "lost" ||
    (t.state === "released" && t.because !== undefined && t.because.state !== "pending" && t.because.state !== "done");
}

/** The client's machine. */
export class ClientMachine {
  /** All that is wanted, and what that was made from. */
  readonly tasks = new Map<string, ClientTask>();
  /** Workers as the scheduler last told, by name. */
  readonly workers = new Map<string, WorkerCard>();
  /** Code by hash; the shell adds to it before it submits what needs it. */
  readonly codes = new Map<string, Uint8Array>();
  /** Recent changes. */
  readonly log = new ClientLog();
  /** Why nothing more will come, once that is so. */
  ended: string | undefined;
  readonly #giveUpAfter: number;
  #session = false;
  #downSince = 0;
  /** Code that the scheduler was told in this session. */
  readonly #told = new Set<string>();
  #now = 0;
  #out: ClientInstruction[] = [];
  #settled: ClientTask[] = [];
  #freed: string[] = [];

  /** An empty one, without a session. */
  constructor(options: ClientMachineOptions) {
    this.#giveUpAfter = options.giveUpAfter;
  }

  /** Whether there is a session with a scheduler. */
  get connected(): boolean {
    return this.#session;
  }

  /** Takes an event in, and says what is to be done. */
  handle(event: ClientEvent): ClientInstruction[] {
    this.#now = event.now;
    switch (event.type) {
      case "up":
        this.#session = true;
        this.#resume();
        break;
      case "down":
        this.#session = false;
        this.#downSince = event.now;
        this.#out.push({ type: "wakeAt", at: event.now + this.#giveUpAfter });
        break;
      case "tick":
        if (!this.#session && this.ended === undefined && event.now - this.#downSince >= this.#giveUpAfter) {
          this.#end(`the scheduler could not be reached for ${this.#giveUpAfter / 1000} s`);
        }
        break;
      case "message":
        this.#message(event.message);
        break;
      case "submit":
        this.#submit(event.tasks);
        break;
      case "want":
        this.#want(event.tasks);
        break;
      case "release":
        this.#release(event.tasks);
        break;
      case "cancel":
        this.#cancel(event.tasks, event.force);
        break;
      case "scatter":
        for (const t of event.tasks) this.#enter(t);
        break;
      case "stored":
        this.#stored(event.task, event.card);
        break;
      case "notStored":
        event.task.error = event.error;
        this.#fail(event.task, "it could not be scattered");
        break;
      case "cannotSupply":
        this.#send({ type: "cannotSupply", ids: event.ids, frames: NO_FRAMES });
        break;
      case "close":
        this.#send({ type: "bye", frames: NO_FRAMES });
        this.#end("the client was closed");
    }
    if (this.#freed.length > 0) {
      this.#send({ type: "release", keys: this.#freed, frames: NO_FRAMES });
      this.#freed = [];
    }
    if (this.#settled.length > 0) {
      this.#out.push({ type: "settled", tasks: this.#settled });
      this.#settled = [];
    }
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #send(message: ClientToScheduler): void {
    if (this.#session) this.#out.push({ type: "send", message });
  }

  #to(task: ClientTask, state: ClientTaskState, why: string): void {
    transition(task, state, why, this.#now, this.log);
    if (state === "pending") return;
    task.keep = undefined;
    this.#settled.push(task);
  }

  #end(reason: string): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.#out.push({ type: "ended", reason });
  }

  // ---- what this process asks for

  #submit(tasks: readonly ClientTask[]): void {
    const ready: ClientTask[] = [];
    for (const t of tasks) {
      if (t.entered) {
        this.#again(t, ready);
        continue;
      }
      this.#enter(t);
      const { deps } = t.spec!;
      if (deps.length > 0 && !this.#connect(t, deps)) continue;
      if (t.blockedBy === 0) this.#ready(t, ready);
    }
    this.#sendTasks(ready);
  }

  #enter(t: ClientTask): void {
    t.entered = true;
    this.tasks.set(t.key, t);
  }

  /** Enters a task among its dependencies; false when one of them has failed, and so this one. */
  #connect(t: ClientTask, deps: readonly string[]): boolean {
    const inputs: ClientTask[] = [];
    let bad: ClientTask | undefined;
    for (const key of deps) {
      const d = this.tasks.get(key);
      if (d === undefined) continue;
      inputs.push(d);
      d.dependents++;
      if (isBad(d)) bad ??= d;
      else if (!d.sent) {
        t.blockedBy++;
        (d.blocks ??= []).push(t);
      }
    }
    t.inputs = inputs;
    if (bad === undefined) {
      if (t.blockedBy > 0) {
        t.counts = true;
        for (const d of inputs) d.unsent++;
      }
      return true;
    }
    t.because = bad;
    this.#fail(t, `it depends on ${bad.key}, which ${bad.state === "failed" ? "has failed" : `was ${bad.state}`}`);
    return false;
  }

  /** The scheduler has been told of a task, or never will be: what it is made from need not be kept for it any more. */
  #uncount(t: ClientTask): void {
    if (!t.counts) return;
    t.counts = false;
    for (const d of t.inputs) {
      if (--d.unsent > 0 || !d.owed) continue;
      d.owed = false;
      this.#freed.push(d.key);
    }
  }

  /** The same task once more: after it was cancelled, lost, or let go. */
  #again(t: ClientTask, ready: ClientTask[]): void {
    if (t.state === "pending" || t.state === "done" || t.state === "failed") return;
    t.owed = false;
    this.#to(t, "pending", "submitted again");
    t.failure =
      t.error =
      t.inline =
      t.worker =
      t.because =
        undefined;
    t.reason = t.blamed = "";
    if (t.blockedBy === 0 && !this.#inherit(t)) this.#ready(t, ready);
  }

  #ready(first: ClientTask, ready: ClientTask[]): void {
    const all = [first];
    for (const t of all) {
      t.sent = true;
      this.#uncount(t);
      if (this.#session) ready.push(t);
      // What was let go may have been forgotten by the scheduler: it is told of it once more.
      for (const d of t.inputs) {
        if (d.state === "released" && d.sent && !d.owed && d.spec !== undefined && !all.includes(d)) all.push(d);
      }
    }
  }

  #sendTasks(tasks: readonly ClientTask[]): void {
    if (tasks.length === 0) return;
    const codes = new Set<string>();
    for (const t of tasks) {
      for (const hash of t.spec!.codes) if (!this.#told.has(hash)) codes.add(hash);
    }
    for (const hash of codes) this.#told.add(hash);
    this.#send({ type: "submit", ...taskColumnsOf(tasks, [...codes], (hash) => this.codes.get(hash)!) });
    const wanted = tasks.filter((t) => t.spec!.options.forget && t.state === "pending");
    if (wanted.length > 0) this.#send({ type: "want", keys: wanted.map((t) => t.key), frames: NO_FRAMES });
    const released = tasks.filter((t) => t.state === "released");
    if (released.length > 0) this.#send({ type: "release", keys: released.map((t) => t.key), frames: NO_FRAMES });
  }

  #want(tasks: readonly ClientTask[]): void {
    for (const t of tasks) {
      t.sent = true;
      if (!t.entered) this.#enter(t);
      else if (t.state === "released") this.#to(t, "pending", "wanted again");
    }
    this.#send({ type: "want", keys: tasks.map((t) => t.key), frames: NO_FRAMES });
  }

  #release(tasks: readonly ClientTask[]): void {
    const keys: string[] = [];
    for (const t of tasks) {
      if (t.state === "released" || !t.entered) continue;
      if (t.sent && t.state !== "cancelled" && t.state !== "lost") {
        if (t.unsent > 0) t.owed = true;
        else keys.push(t.key);
      }
      this.#to(t, "released", "nobody holds it");
      t.inline = undefined;
      // What was to be made from it has no other error to show.
      if (t.dependents === 0) t.error = undefined;
      this.#maybeForget(t);
    }
    if (keys.length > 0) this.#send({ type: "release", keys, frames: NO_FRAMES });
  }

  #maybeForget(first: ClientTask): void {
    const todo = [first];
    for (let t = todo.pop(); t !== undefined; t = todo.pop()) {
      if (t.state !== "released" || t.dependents > 0) continue;
      if (!t.entered) continue;
      t.entered = false;
      this.#uncount(t);
      if (this.tasks.get(t.key) === t) this.tasks.delete(t.key);
      for (const d of t.inputs) {
        d.dependents--;
        if (!d.sent && t.blockedBy > 0) d.blocks = d.blocks?.filter((b) => b !== t);
        if (d.auto && d.dependents === 0 && d.handles === 0 && d.state !== "released") {
          if (d.sent && d.state === "done") this.#freed.push(d.key);
          this.#to(d, "released", "nothing needs it");
        }
        todo.push(d);
      }
      t.inputs = NO_TASKS;
      t.blockedBy = 0;
    }
  }

  #cancel(tasks: readonly ClientTask[], force: boolean): void {
    const keys: string[] = [];
    for (const t of tasks) {
      if (t.state !== "pending" && !(t.state === "done" && t.spec?.options.kind === "actor")) continue;
      if (t.sent) keys.push(t.key);
      t.reason = "asked for by this client";
      this.#to(t, "cancelled", t.reason);
      if (t.sent) continue;
      this.#uncount(t);
      this.#failBlocked(t);
    }
    if (keys.length > 0) this.#send({ type: "cancel", keys, force, frames: NO_FRAMES });
  }

  #fail(t: ClientTask, why: string): void {
    if (t.state === "pending") this.#to(t, "failed", why);
    this.#failBlocked(t);
  }

  /** What waits for something that will never be sent fails with it. */
  #failBlocked(t: ClientTask): void {
    const todo = [t];
    for (let d = todo.pop(); d !== undefined; d = todo.pop()) {
      const blocked = d.blocks ?? NO_TASKS;
      d.blocks = undefined;
      for (const b of blocked) {
        b.blockedBy--;
        if (b.state !== "pending" && b.state !== "released") continue;
        b.because ??= d;
        this.#uncount(b);
        if (b.state === "pending") this.#to(b, "failed", `it depends on ${d.key}`);
        todo.push(b);
      }
    }
  }

  #stored(t: ClientTask, card: DataCard): void {
    const first = !t.sent;
    t.card = card;
    t.nbytes = card.nbytes;
    t.worker = card.workers[0];
    t.sent = true;
    this.#send({ type: "scattered", items: [card], frames: NO_FRAMES });
    if (t.state === "pending" || t.state === "lost") this.#to(t, "done", "it is on a worker");
    // At the end of the event, or later: what waited for it must be told before.
    else if (t.state !== "done") this.#freed.push(t.key);
    if (!first) return;
    const ready: ClientTask[] = [];
    const todo = [t];
    for (let d = todo.pop(); d !== undefined; d = todo.pop()) {
      const blocked = d.blocks ?? NO_TASKS;
      d.blocks = undefined;
      for (const b of blocked) {
        if (--b.blockedBy > 0 || (b.state !== "pending" && b.state !== "released")) continue;
        if (this.#inherit(b)) {
          this.#uncount(b);
          this.#failBlocked(b);
          continue;
        }
        this.#ready(b, ready);
        todo.push(b);
      }
    }
    if (t.unsent > 0 && t.state === "released") {
      t.owed = true;
      this.#freed = this.#freed.filter((key) => key !== t.key);
    }
    this.#sendTasks(ready);
  }

  // ---- what the scheduler says

  #resume(): void {
    this.#told.clear();
    const rows: ClientTask[] = [], wants: string[] = [], cards: DataCard[] = [];
    const codes = new Set<string>();
    for (const t of this.tasks.values()) {
      if (t.sent && (t.state === "pending" || t.state === "released") && this.#inherit(t)) continue;
      if (!t.sent || (t.state !== "pending" && t.state !== "done" && t.state !== "released")) continue;
      if (t.state !== "released" || t.owed) wants.push(t.key);
      if (t.card !== undefined) {
        cards.push(t.card);
        // What was scattered counts as wanted, unless it is said that it is not.
        if (t.state === "released" && !t.owed) this.#freed.push(t.key);
      }
      if (t.spec === undefined) continue;
      rows.push(t);
      for (const hash of t.spec.codes) codes.add(hash);
    }
    for (const hash of codes) this.#told.add(hash);
    this.#send({
      type: "resume",
      ...taskColumnsOf(rows, [...codes], (hash) => this.codes.get(hash)!),
      wants,
      scattered: cards,
      workers: [...this.workers.keys()],
    });
  }

  /** What became of its inputs becomes of a task too: the scheduler may not have had the time to say so. Gives whether it did. */
  #inherit(t: ClientTask): boolean {
    const input = t.inputs.find(isBad);
    if (input === undefined) return false;
    const bad = input.state === "released" ? input.because! : input;
    if (t.state === "released" || bad.state === "failed") t.because = bad;
    if (t.state === "released") return true;
    const state = bad.error !== undefined ? "failed" : bad.state as "failed" | "cancelled" | "lost" | "released";
    if (state === "failed") t.because = bad;
    t.reason = `its dependency ${bad.key} was ${state}: ${bad.reason}`;
    // What has failed and was let go then has left no error behind.
    this.#to(t, state === "released" ? "cancelled" : state, t.reason);
    return true;
  }

  /** What was on its way to the scheduler when it took an input out of the world, it cannot have cancelled. */
  #inheritAll(): void {
    for (const t of this.tasks.values()) {
      if (!t.sent || t.inputs.length === 0) continue;
      if (t.state === "released") this.#inherit(t);
      else if (t.state === "pending" && this.#inherit(t)) this.#freed.push(t.key);
    }
  }

  #message(m: SchedulerToClient): void {
    switch (m.type) {
      case "done":
        return this.#done(m);
      case "failed":
        return m.keys.forEach((key, i) => {
          const t = this.tasks.get(key);
          if (t === undefined || (t.state !== "pending" && t.state !== "done")) return;
          t.error = m.frames[i];
          t.blamed = m.blamed[i];
          t.inline = undefined;
          this.#to(t, "failed", t.blamed === key ? "it threw" : `${t.blamed} threw`);
        });
      case "gone":
        for (const key of m.keys) {
          const t = this.tasks.get(key);
          if (t?.owed === true) this.#owedGone(t, m.cause, m.reason);
          if (t === undefined || (t.state !== "pending" && t.state !== "done")) continue;
          // A value that has arrived here is not lost. But what was cancelled for all is unknown to the scheduler.
          if (t.inline !== undefined && m.cause === "lost") continue;
          t.inline = undefined;
          t.reason = m.reason;
          this.#to(t, m.cause, m.reason);
        }
        if (m.cause === "cancelled") this.#inheritAll();
        return;
      case "undone":
        for (const key of m.keys) {
          const t = this.tasks.get(key);
          if (t === undefined || t.state !== "done" || t.inline !== undefined) continue;
          t.worker = undefined;
          this.#to(t, "pending", "its only holder is gone");
        }
        return;
      case "welcome": {
        const before = new Set(this.workers.keys());
        for (const w of m.workers) before.delete(w.name);
        this.#workers(m.workers, [...before]);
        this.#out.push({ type: "welcome" });
        return;
      }
      case "workers":
        return this.#workers(m.changed, m.gone);
      case "resupply":
        this.#out.push({ type: "resupply", ids: m.ids });
        return;
      case "actorAt":
        this.#actorAt(m.key, m.worker);
        this.#out.push({ type: "actorAt", key: m.key, worker: m.worker, reason: m.reason });
        return;
      case "answer":
        this.#out.push({ type: "answer", n: m.n, ok: m.ok, value: m.value });
        return;
      case "closing":
        if (m.final) this.#end(`the scheduler has ended: ${m.reason}`);
    }
  }

  /** What was let go here, and kept by the scheduler for tasks that are yet to be sent, is no longer there: nor will they be. */
  #owedGone(t: ClientTask, cause: "cancelled" | "lost", reason: string): void {
    t.owed = false;
    for (const b of this.tasks.values()) {
      if (!b.counts || !b.inputs.includes(t)) continue;
      b.reason = `its dependency ${t.key} is gone: ${reason}`;
      if (b.state === "pending") this.#to(b, cause, b.reason);
      this.#failBlocked(b);
    }
  }

  /** An actor's value is its place. What became of one without a place, `failed` has told. */
  #actorAt(key: string, worker: string | null): void {
    const t = this.tasks.get(key);
    if (t === undefined || worker === null || (t.state !== "pending" && t.state !== "done")) return;
    t.worker = worker;
    if (t.state === "pending") this.#to(t, "done", "constructed");
  }

  #workers(changed: readonly WorkerCard[], names: readonly string[]): void {
    const gone: WorkerCard[] = [];
    for (const name of names) {
      const w = this.workers.get(name);
      if (w !== undefined) gone.push(w);
      this.workers.delete(name);
    }
    for (const w of changed) {
      const before = this.workers.get(w.name);
      if (before !== undefined && before.address !== w.address) gone.push(before);
      this.workers.set(w.name, w);
    }
    this.#out.push({ type: "workers", gone });
  }

  #done(m: Extract<SchedulerToClient, { type: "done" }>): void {
    const { keys, inline, where, nbytes, workers } = m;
    const bytes = m.frames[0];
    let at = 0;
    for (let i = 0; i < keys.length; i++) {
      const start = at;
      if (inline[i] > 0) at += inline[i] - 1;
      const t = this.tasks.get(keys[i]);
      if (t === undefined || t.state === "released" || t.state === "cancelled") continue;
      t.nbytes = nbytes[i];
      t.worker = workers[where[i]];
      if (inline[i] > 0) t.inline = bytes.subarray(start, at);
      if (t.state !== "done") this.#to(t, "done", "finished");
    }
  }

  /**
   * Checks everything that has to hold between events.
   *
   * @throws {Error} naming what does not.
   */
  validate(): void {
    const bad = (t: ClientTask, what: string): never => {
      throw new Error(`client task ${t.key} (${t.state}): ${what}`);
    };
    const dependents = new Map<ClientTask, number>();
    const blocking = new Map<ClientTask, number>();
    const unsent = new Map<ClientTask, number>();
    for (const [key, t] of this.tasks) {
      if (key !== t.key || !t.entered) bad(t, `it is entered as ${key}`);
      for (const d of t.inputs) {
        dependents.set(d, (dependents.get(d) ?? 0) + 1);
        if (t.counts) unsent.set(d, (unsent.get(d) ?? 0) + 1);
        if (this.tasks.get(d.key) !== d) bad(t, `its input ${d.key} is forgotten`);
      }
      for (const b of t.blocks ?? NO_TASKS) blocking.set(b, (blocking.get(b) ?? 0) + 1);
      if (t.sent && (t.blocks?.length ?? 0) > 0) bad(t, "it was sent, and others wait for that");
    }
    for (const t of this.tasks.values()) {
      if (t.dependents !== (dependents.get(t) ?? 0)) bad(t, `it counts ${t.dependents} dependents`);
      if (t.blockedBy !== (blocking.get(t) ?? 0)) {
        bad(t, `it is blocked by ${t.blockedBy}, and waits in ${blocking.get(t) ?? 0}`);
      }
      if (t.state === "released" && t.dependents === 0) bad(t, "nobody needs it");
      if (t.unsent !== (unsent.get(t) ?? 0)) bad(t, `it counts ${t.unsent} dependents that are not sent`);
      if (t.owed && (t.unsent === 0 || t.state !== "released")) bad(t, "it is kept for nobody");
      if (t.sent && t.blockedBy > 0) bad(t, "it was sent before what it needs");
      if (t.state === "done" && t.inline === undefined && t.worker === undefined) bad(t, "its value is nowhere");
      if (t.state === "failed" && t.error === undefined && t.because === undefined) {
        bad(t, "it failed without an error");
      }
    }
  }
}
