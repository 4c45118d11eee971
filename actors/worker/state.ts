/**
 * The worker's machine: what it does with the tasks it is given and the values it holds. Events in, instructions out; no clock, no socket,
 * no thread.
 *
 * @module
 */

import { WorkerStateError } from "./errors.ts";
import type { Attempt, Card, HoldersOf, WorkerEvent, WorkerInstruction } from "./events.ts";
import { Places, STALL } from "./places.ts";
import { ReadyHeap } from "./ready_heap.ts";
import {
  checkTransition,
  type TaskSpec,
  TransitionLog,
  type WorkerLogEvent,
  type WorkerTask,
  type WorkerTaskState,
} from "./states.ts";
import { DataBook, type WorkerData } from "./worker_data.ts";

/** What a machine is made of. */
export interface WorkerMachineOptions {
  /** The worker's name. */
  readonly name: string;
  /** Tasks that run at a time. */
  readonly threads: number;
  /** Bytes of values it may hold. */
  readonly memoryLimit: number;
  /** Part of the limit from which on no further task is begun while others run. Default 0.9. */
  readonly pauseAt?: number;
  /** Part of the limit below which tasks are begun again. Default 0.8. */
  readonly resumeAt?: number;
}

/** Milliseconds that running tasks have after the scheduler has let the worker go. */
const LAST_WORK = 10_000;

/** An actor that lives here. */
interface WorkerActor {
  readonly attempt: number;
  readonly deps: readonly string[];
}

type EventOf<T, E = WorkerEvent> = E extends { readonly type: infer U } ? (T extends U ? E : never) : never;

/** The machine. */
export class WorkerMachine {
  /** All that waits, runs or is suspended here, by key. */
  readonly tasks: Map<string, WorkerTask> = new Map();
  /** Values. */
  readonly data: DataBook = new DataBook();
  readonly #options: WorkerMachineOptions;
  readonly #ready = new ReadyHeap();
  readonly #runs = new Map<number, WorkerTask>();
  /** Cancelled runs that are not over, and what they may be reading. */
  readonly #ending = new Map<number, { readonly deps: readonly string[] }>();
  readonly #timed = new Set<WorkerTask>();
  readonly #actors = new Map<string, WorkerActor>();
  readonly #places: Places;
  readonly #log = new TransitionLog();
  /** Failures that no session has carried yet. */
  #untold: Extract<WorkerInstruction, { do: "failed" }>[] = [];
  #steals: Attempt[] | undefined;
  #out: WorkerInstruction[] = [];
  #now = 0;
  #seq = 0;
  #tickets = 0;
  #progress = 0;
  #wakeAt = Infinity;
  #connected = false;
  #paused = false;
  #leaving: { readonly reason: string; readonly until: number; readonly renew: boolean } | undefined;
  #retired = false;
  #ended = false;

  /** One with nothing to do. */
  constructor(options: WorkerMachineOptions) {
    this.#options = options;
    this.#places = new Places(options.threads);
  }

  /** Tasks that wait for a place. */
  get ready(): number {
    return this.#ready.length;
  }

  /** Tasks that have one. */
  get executing(): number {
    return this.#places.used;
  }

  /** Whether it begins nothing for want of memory. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether it is on its way out. */
  get leaving(): boolean {
    return this.#leaving !== undefined;
  }

  /** The key of a run that is still of interest. */
  keyOf(ticket: number): string | undefined {
    return this.#runs.get(ticket)?.key;
  }

  /** The last transitions, oldest first; of one key, or of all. */
  events(key?: string): WorkerLogEvent[] {
    return this.#log.events(key);
  }

  /** Takes an event in; gives what is to be done, in order. */
  handle(event: WorkerEvent): WorkerInstruction[] {
    this.#now = event.now;
    if (!this.#ended) {
      (this.#on[event.type] as (e: WorkerEvent) => void)(event);
      this.#startReady();
      this.#settle();
    }
    const out = this.#out;
    if (out.length > 0) this.#out = [];
    return out;
  }

  readonly #on: { [T in WorkerEvent["type"]]: (e: EventOf<T>) => void } = {
    connected: () => this.#connect(),
    disconnected: () => this.#connected = false,
    welcome: (e) => {
      for (const key of e.cancel) {
        const task = this.tasks.get(key);
        if (task !== undefined) this.#cancel(task, "not wanted any more");
      }
      for (const key of e.drop) this.#drop(key);
      this.#fetch();
    },
    run: (e) => {
      const told = new Map(e.holders.map((h) => [h.key, h]));
      for (const spec of e.tasks) this.#add(spec, told);
      this.#fetch();
    },
    drop: (e) => {
      for (const key of e.keys) this.#drop(key);
    },
    cancel: (e) => {
      for (const { key, attempt } of e.tasks) {
        const task = this.tasks.get(key);
        if (task !== undefined && task.attempt === attempt) this.#cancel(task, "cancelled by the scheduler");
      }
    },
    steal: (e) => this.#steal(e.tasks),
    fetch: (e) => {
      for (const v of e.values) this.#order(v, v.about);
      this.#fetch();
    },
    holders: (e) => {
      for (const v of e.values) {
        const d = this.data.get(v.key);
        if (d !== undefined && d.state !== "held") this.data.tell(d, v);
      }
      this.#fetch();
    },
    stopActor: (e) => {
      const task = this.tasks.get(e.key);
      if (task !== undefined) this.#cancel(task, "the actor was stopped");
      if (this.#actors.has(e.key)) this.#out.push({ do: "stopActor", key: e.key });
    },
    retire: () => {
      this.#retired = true;
      // What still runs may finish, but not for ever.
      this.#leaving ??= { reason: "the scheduler let it go", until: this.#now + LAST_WORK, renew: false };
    },
    restart: () => this.#end("the scheduler asked for a restart", true),
    closing: (e) => {
      if (e.final) this.#end(`the scheduler ended: ${e.reason}`, false);
    },
    received: (e) => this.#received(e.key, e.nbytes),
    unavailable: (e) => {
      const d = this.data.get(e.key);
      if (d?.state !== "fetching" || d.from !== e.from) return;
      this.data.failed(d);
      this.#fetch();
    },
    noRoom: (e) => {
      const d = this.data.get(e.key);
      if (d?.state !== "fetching" || d.from !== e.from) return;
      for (const task of [...d.wants]) this.#fail(task, e.error, "a dependency found no room");
      if (d.order !== undefined) this.#fetchFailed(d, "no room for it");
      this.#fetch();
    },
    pinned: (e) => {
      const d = this.#held(e.card.id, e.card.nbytes);
      d.card = e.card;
      d.keep = true;
    },
    finished: (e) => this.#finished(e.ticket, e.nbytes, e.spent),
    threw: (e) => {
      const task = this.#over(e.ticket);
      if (task === undefined) return;
      this.#places.learn(task.fn, e.spent);
      this.#fail(task, e.error, "it threw");
    },
    suspended: (e) => {
      const task = this.#runs.get(e.ticket);
      if (task?.state !== "executing") return;
      this.#move(task, "suspended", "it waits for the cluster");
      this.#places.free(e.ticket);
      this.#progress = this.#now;
      // What is left of its time; counted on from when it goes on.
      if (task.deadline > 0) task.deadline -= this.#now;
      this.#out.push({ do: "suspended", key: task.key, attempt: task.attempt, resumed: false });
    },
    resumed: (e) => {
      const task = this.#runs.get(e.ticket);
      if (task?.state !== "suspended") return;
      this.#move(task, "executing", "it goes on");
      this.#places.take(e.ticket, task);
      if (task.deadline > 0) task.deadline += this.#now;
      this.#out.push({ do: "suspended", key: task.key, attempt: task.attempt, resumed: true });
    },
    ended: (e) => this.#over(e.ticket),
    recalled: (e) => this.#recalled(e.tickets),
    actorDown: (e) => {
      const actor = this.#actors.get(e.key);
      if (actor === undefined) return;
      this.#actors.delete(e.key);
      for (const dep of actor.deps) this.#unuse(dep);
      this.#out.push({ do: "actorDown", key: e.key, attempt: actor.attempt, reason: e.reason, error: e.error });
    },
    memory: (e) => {
      const { memoryLimit, pauseAt = 0.9, resumeAt = 0.8 } = this.#options;
      const paused = e.managed > memoryLimit * (this.#paused ? resumeAt : pauseAt);
      if (paused === this.#paused) return;
      this.#paused = paused;
      this.#out.push({ do: "beat" });
    },
    leave: (e) => {
      if (this.#leaving !== undefined) return;
      this.#leaving = { reason: e.reason, until: this.#now + e.within, renew: e.renew };
      this.#out.push({ do: "leaving", reason: e.reason });
    },
    wake: () => {
      this.#wakeAt = Infinity;
      for (const task of [...this.#timed]) {
        if (task.state === "executing" && task.deadline <= this.#now) this.#timeOut(task);
      }
      if (this.#places.ahead > 0 && this.#now - this.#progress >= STALL) this.#recall();
      if (this.#leaving !== undefined && this.#leaving.until <= this.#now) {
        this.#end(`${this.#leaving.reason}; the time for leaving is up`, this.#leaving.renew);
      }
    },
  };

  // --- sessions

  #connect(): void {
    this.#connected = true;
    const held: string[] = [], heldBytes: number[] = [], pinned: Card[] = [];
    for (const d of this.data.values()) {
      if (d.state !== "held" || !d.keep) continue;
      if (d.card !== undefined) pinned.push(d.card);
      else {
        held.push(d.key);
        heldBytes.push(d.nbytes);
      }
    }
    const tasks: Attempt[] = [...this.tasks.values(), ...this.#untold];
    this.#out.push({ do: "join", held, heldBytes, pinned, tasks, actors: [...this.#actors.keys()] });
    this.#out.push(...this.#untold.splice(0));
    for (const task of this.tasks.values()) {
      if (task.state === "suspended") {
        this.#out.push({ do: "suspended", key: task.key, attempt: task.attempt, resumed: false });
      }
    }
    for (const d of this.data.values()) if (d.reported) this.#report(d);
    if (this.#leaving !== undefined) this.#out.push({ do: "leaving", reason: this.#leaving.reason });
  }

  // --- tasks come and go

  #add(spec: TaskSpec, told: ReadonlyMap<string, HoldersOf>): void {
    const known = this.tasks.get(spec.key);
    if (known !== undefined) {
      known.attempt = spec.attempt;
      this.#reorder(known, spec);
      return;
    }
    const held = this.data.get(spec.key);
    if (held?.state === "held") {
      held.keep = true;
      this.#out.push({ do: "finished", key: spec.key, attempt: spec.attempt, nbytes: held.nbytes, spent: 0 });
      return;
    }
    const deps = spec.deps.length > 1 ? [...new Set(spec.deps)] : spec.deps;
    const task: WorkerTask = {
      key: spec.key,
      attempt: spec.attempt,
      fn: spec.fn,
      kind: spec.kind,
      args: spec.args,
      deps,
      priority: spec.priority,
      tag: spec.tag,
      seq: this.#seq++,
      duration: spec.duration,
      timeout: spec.timeout,
      state: "waiting",
      lacks: new Set(),
      ticket: -1,
      deadline: 0,
      place: -1,
    };
    this.tasks.set(task.key, task);
    this.#note(task, "new", "waiting", "given by the scheduler");
    for (const dep of deps) {
      const d = this.data.want(dep, told.get(dep));
      if (d.state === "held") {
        d.users++;
        continue;
      }
      task.lacks.add(dep);
      d.wants.add(task);
      if (d.state === "fetching" && task.state === "waiting") this.#move(task, "fetching", `${dep} is on its way`);
    }
    if (task.lacks.size === 0) this.#makeReady(task, "nothing is lacking");
  }

  #reorder(task: WorkerTask, spec: TaskSpec): void {
    const inHeap = task.state === "ready";
    if (inHeap) this.#ready.remove(task);
    task.priority = spec.priority;
    task.tag = spec.tag;
    if (inHeap) this.#ready.push(task);
  }

  #makeReady(task: WorkerTask, why: string): void {
    this.#move(task, "ready", why);
    this.#ready.push(task);
  }

  /** The task is no longer here; `to` says how it ended. */
  #remove(task: WorkerTask, to: WorkerTaskState, why: string): void {
    const from = task.state;
    if (from === "ready") this.#ready.remove(task);
    this.#move(task, to, why);
    this.tasks.delete(task.key);
    this.#timed.delete(task);
    // What a run reads is let go when the run is over.
    if (from !== "waiting" && from !== "fetching" && from !== "ready") return;
    for (const dep of task.deps) {
      if (!task.lacks.has(dep)) {
        this.#unuse(dep);
        continue;
      }
      const d = this.data.get(dep)!;
      d.wants.delete(task);
      this.#unwanted(d);
    }
  }

  #cancel(task: WorkerTask, why: string): void {
    const { state, ticket } = task;
    this.#remove(task, "cancelled", why);
    if (state === "executing" || state === "suspended") this.#abandon(ticket, task);
  }

  /** A run is given up: its place is free when the executor says it is over. */
  #abandon(ticket: number, task: WorkerTask): void {
    this.#runs.delete(ticket);
    this.#ending.set(ticket, { deps: task.deps });
    this.#out.push({ do: "stop", ticket });
  }

  #timeOut(task: WorkerTask): void {
    const { ticket } = task;
    const message = `${task.key} ran longer than its timeout of ${task.timeout} ms`;
    this.#remove(task, "failed", "its time is up");
    this.#tellFailed({
      do: "failed",
      key: task.key,
      attempt: task.attempt,
      error: { name: "TaskTimeoutError", message },
    });
    this.#abandon(ticket, task);
  }

  #fail(task: WorkerTask, error: Uint8Array, why: string): void {
    this.#remove(task, "failed", why);
    this.#tellFailed({ do: "failed", key: task.key, attempt: task.attempt, error });
  }

  #tellFailed(failed: Extract<WorkerInstruction, { do: "failed" }>): void {
    if (this.#connected) this.#out.push(failed);
    else this.#untold.push(failed);
  }

  #steal(wanted: readonly Attempt[]): void {
    const queued = wanted.some(({ key, attempt }) => {
      const t = this.tasks.get(key);
      return t?.state === "executing" && t.attempt === attempt && t.kind === "task";
    });
    if (queued && this.#places.ahead > 0) {
      this.#steals = [...this.#steals ?? [], ...wanted];
      this.#recall();
    } else this.#give(wanted);
  }

  #give(wanted: readonly Attempt[]): void {
    const given: Attempt[] = [];
    for (const { key, attempt } of wanted) {
      const task = this.tasks.get(key);
      if (task === undefined || task.attempt !== attempt) continue;
      if (task.state !== "ready" && task.state !== "waiting" && task.state !== "fetching") continue;
      this.#remove(task, "given", "the scheduler took it back");
      given.push({ key, attempt });
    }
    this.#out.push({ do: "given", tasks: given });
  }

  // --- running

  #startReady(): void {
    if (this.#retired || this.#ended) return;
    for (let task = this.#ready.peek(); task !== undefined; task = this.#ready.peek()) {
      // Where memory is short, one task at a time still goes on: it may be the one that lets others be dropped.
      if (this.#paused && this.#places.used > 0) return;
      if (task.kind === "task" && !this.#places.admits(task)) return;
      this.#ready.pop();
      this.#start(task);
    }
  }

  #start(task: WorkerTask): void {
    const ticket = this.#tickets++;
    this.#move(task, "executing", "given to the executor");
    task.ticket = ticket;
    this.#runs.set(ticket, task);
    if (task.kind === "task") {
      if (this.#places.used === 0) this.#progress = this.#now;
      this.#places.take(ticket, task);
    }
    if (task.timeout !== null) {
      task.deadline = this.#now + task.timeout;
      this.#timed.add(task);
    }
    const { key, attempt, kind, fn, args, deps } = task;
    this.#out.push({ do: "start", ticket, key, attempt, kind, fn, args, deps });
  }

  /** A run is over: its task if it is still of interest, with its dependencies let go. */
  #over(ticket: number): WorkerTask | undefined {
    this.#progress = this.#now;
    this.#places.free(ticket);
    const ending = this.#ending.get(ticket);
    if (ending !== undefined) {
      this.#ending.delete(ticket);
      for (const dep of ending.deps) this.#unuse(dep);
      return undefined;
    }
    const task = this.#runs.get(ticket);
    if (task === undefined) return undefined;
    this.#runs.delete(ticket);
    for (const dep of task.deps) this.#unuse(dep);
    return task;
  }

  #finished(ticket: number, nbytes: number, spent: number): void {
    const running = this.#runs.get(ticket);
    if (running?.kind === "actor") {
      // What an actor was made with it may keep reading.
      this.#actors.set(running.key, { attempt: running.attempt, deps: running.deps });
      for (const dep of running.deps) this.data.get(dep)!.users++;
      this.#out.push({ do: "actorUp", key: running.key, attempt: running.attempt });
    }
    const task = this.#over(ticket);
    if (task === undefined) return;
    this.#places.learn(task.fn, spent);
    this.#remove(task, "memory", "it returned");
    const d = this.#held(task.key, nbytes);
    d.keep = true;
    this.#out.push({ do: "finished", key: task.key, attempt: task.attempt, nbytes, spent });
  }

  #recall(): void {
    this.#out.push({ do: "recall" });
  }

  #recalled(tickets: readonly number[]): void {
    for (const ticket of tickets) {
      const task = this.#runs.get(ticket);
      this.#places.free(ticket);
      if (task === undefined) {
        this.#over(ticket);
        continue;
      }
      this.#runs.delete(ticket);
      this.#timed.delete(task);
      task.ticket = -1;
      task.deadline = 0;
      this.#move(task, "ready", "recalled before it began");
      this.#ready.push(task);
    }
    const steals = this.#steals;
    this.#steals = undefined;
    if (steals !== undefined) this.#give(steals);
    // Those that run and have made no progress are not short, whatever was thought of them.
    else this.#places.stalled();
  }

  // --- values

  #held(key: string, nbytes: number): WorkerData {
    const d = this.data.hold(key, nbytes);
    for (const task of [...d.wants]) {
      d.wants.delete(task);
      d.users++;
      task.lacks.delete(key);
      if (task.lacks.size === 0) this.#makeReady(task, `${key} is here`);
      else this.#follow(task);
    }
    return d;
  }

  /** A task that waits is "fetching" while any of what it lacks is on its way. */
  #follow(task: WorkerTask): void {
    let fetching = false;
    for (const dep of task.lacks) {
      if (this.data.get(dep)!.state === "fetching") {
        fetching = true;
        break;
      }
    }
    if (fetching && task.state === "waiting") this.#move(task, "fetching", "a dependency is on its way");
    else if (!fetching && task.state === "fetching") this.#move(task, "waiting", "no dependency is on its way");
  }

  #order(v: HoldersOf, card: Card | null): void {
    const d = this.data.want(v.key, v);
    if (d.state !== "held") {
      d.order = { card };
      return;
    }
    d.keep = true;
    if (card !== null) d.card ??= card;
    this.#out.push({ do: "has", key: v.key, nbytes: d.nbytes });
  }

  #received(key: string, nbytes: number): void {
    const known = this.data.get(key);
    if (known?.state !== "fetching") {
      // Nobody wants it any more.
      if (known?.state !== "held") this.#out.push({ do: "forget", key });
      return;
    }
    const { order } = known;
    const d = this.#held(key, nbytes);
    d.order = undefined;
    d.keep = true;
    if (order?.card != null) d.card = order.card;
    this.#out.push({ do: "has", key, nbytes });
    this.#fetch();
  }

  /** Asks for what is wanted, and tells of what nobody gives. */
  #fetch(): void {
    const from = this.#out.length;
    const exhausted = this.data.ask(this.#out);
    for (let i = from; i < this.#out.length; i++) {
      const instruction = this.#out[i];
      if (instruction.do !== "get") continue;
      for (const task of this.data.get(instruction.key)!.wants) this.#follow(task);
    }
    for (const d of exhausted) {
      for (const task of d.wants) this.#follow(task);
      if (d.order !== undefined) this.#fetchFailed(d, d.holders.length === 0 ? "nobody holds it" : "no holder gave it");
      // The order may have been all that wanted it.
      if (this.data.get(d.key) !== d) continue;
      d.reported = true;
      this.#report(d);
    }
  }

  #report(d: WorkerData): void {
    const tried = d.tried.length > 0 ? d.tried.slice() : [""];
    const deps = tried.map(() => d.key);
    for (const task of d.wants) this.#out.push({ do: "missing", key: task.key, attempt: task.attempt, deps, tried });
  }

  #fetchFailed(d: WorkerData, reason: string): void {
    d.order = undefined;
    this.#out.push({ do: "fetchFailed", key: d.key, reason });
    this.#unwanted(d);
  }

  #drop(key: string): void {
    const d = this.data.get(key);
    if (d === undefined) return;
    d.keep = false;
    d.order = undefined;
    this.#unwanted(d);
  }

  #unuse(key: string): void {
    const d = this.data.get(key)!;
    d.users--;
    this.#unwanted(d);
  }

  #unwanted(d: WorkerData): void {
    if (d.keep || d.users > 0 || d.wants.size > 0 || d.order !== undefined) return;
    this.data.delete(d);
    if (d.state === "held") this.#out.push({ do: "forget", key: d.key });
  }

  // --- the rest

  /** Timers, and the end when there is nothing left to wait for. */
  #settle(): void {
    if (this.#ended) return;
    if (this.#retired && this.#runs.size === 0) return this.#end(this.#leaving!.reason, this.#leaving!.renew);
    let at = Infinity;
    for (const task of this.#timed) if (task.state === "executing" && task.deadline < at) at = task.deadline;
    if (this.#places.ahead > 0) at = Math.min(at, Math.max(this.#progress, this.#now) + STALL);
    if (this.#leaving !== undefined) at = Math.min(at, this.#leaving.until);
    // A timer that comes too early does no harm; so it is not moved back each time.
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    this.#out.push({ do: "wakeAt", at });
  }

  #end(reason: string, renew: boolean): void {
    this.#ended = true;
    this.#out.push({ do: "end", reason, renew });
  }

  #move(task: WorkerTask, to: WorkerTaskState, why: string): void {
    checkTransition(task, to, this.#log);
    this.#note(task, task.state, to, why);
    task.state = to;
  }

  #note(task: WorkerTask, from: WorkerTaskState | "new", to: WorkerTaskState, why: string): void {
    this.#log.add({ at: this.#now, who: this.#options.name, what: task.key, from, to, why });
  }

  /** Checks all invariants; throws {@link WorkerStateError} with what is broken. */
  validate(): void {
    try {
      this.#validate();
    } catch (cause) {
      throw new WorkerStateError(`${this.#options.name}: ${(cause as Error).message}`, { cause });
    }
  }

  #validate(): void {
    this.data.validate();
    this.#ready.validate();
    const ready = new Set(this.#ready);
    const users = new Map<string, number>();
    const use = (deps: readonly string[]): void => {
      for (const d of deps) users.set(d, (users.get(d) ?? 0) + 1);
    };
    const placed = new Set<number>();
    for (const [key, t] of this.tasks) {
      const says = `${key} is ${t.state}`;
      if (t.key !== key) throw new Error(`${t.key} stands under ${key}`);
      if (ready.has(t) !== (t.state === "ready")) {
        throw new Error(`${says} and ${ready.has(t) ? "in" : "not in"} the heap`);
      }
      const running = t.state === "executing" || t.state === "suspended";
      if ((this.#runs.get(t.ticket) === t) !== running) throw new Error(`${says}, its run is wrong`);
      if (t.state === "executing" && t.kind === "task") placed.add(t.ticket);
      const missing = [...new Set(t.deps)].filter((d) => this.data.get(d)?.state !== "held");
      if (missing.length !== t.lacks.size || missing.some((d) => !t.lacks.has(d))) {
        throw new Error(`${says}, wrong lacks`);
      }
      for (const d of missing) if (!this.data.get(d)?.wants.has(t)) throw new Error(`${says}, ${d} does not know`);
      if ((missing.length > 0) !== (t.state === "waiting" || t.state === "fetching")) {
        throw new Error(`${says}, wrongly`);
      }
      if (missing.length > 0) {
        const fetching = missing.some((d) => this.data.get(d)!.state === "fetching");
        if (fetching !== (t.state === "fetching")) throw new Error(`${says}, fetching ${fetching}`);
      }
      use(t.deps.filter((d) => !t.lacks.has(d)));
    }
    for (const t of this.#runs.values()) if (this.tasks.get(t.key) !== t) throw new Error(`a run of ${t.key} is loose`);
    for (const { deps } of this.#ending.values()) use(deps);
    for (const { deps } of this.#actors.values()) use(deps);
    for (const d of this.data.values()) {
      if (d.users !== (users.get(d.key) ?? 0)) {
        throw new Error(`${d.key} has ${d.users} users, expected ${users.get(d.key)}`);
      }
      for (const t of d.wants) if (this.tasks.get(t.key) !== t) throw new Error(`${d.key} is wanted by nobody`);
      if (d.state === "held" && !d.keep && d.users === 0) throw new Error(`${d.key} is held for nobody`);
    }
    for (const t of this.#ending.keys()) if (this.#places.has(t)) placed.add(t);
    this.#places.validate(placed);
  }
}
