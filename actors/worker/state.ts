/**
 * The worker's machine: what it does with the tasks it is given and the values it holds. Events in, instructions out; no clock, no socket,
 * no thread.
 *
 * @module
 */

import { WorkerBooks, type WorkerMachineOptions } from "./books.ts";
import { Dependencies } from "./dependencies.ts";
import { WorkerStateError } from "./errors.ts";
import type { Attempt, Card, WorkerEvent, WorkerInstruction } from "./events.ts";
import { Intake } from "./intake.ts";
import { Running } from "./running.ts";
import type { WorkerLogEvent, WorkerTask } from "./states.ts";
import { validateBooks } from "./validate.ts";
import { isHere, type WorkerData } from "./worker_data.ts";

/** Milliseconds that running tasks have after the scheduler has let the worker go. */
const LAST_WORK = 10_000;

type EventOf<T, E = WorkerEvent> = E extends { readonly type: infer U } ? (T extends U ? E : never) : never;

/** The machine. */
export class WorkerMachine {
  readonly #b: WorkerBooks;
  readonly #deps: Dependencies;
  readonly #running: Running;
  readonly #intake: Intake;
  #wakeAt = Infinity;
  #leaving: { readonly reason: string; readonly until: number; readonly renew: boolean } | undefined;
  #ended = false;
  /** Whether the process, when it was last looked at, took more memory than lets it begin tasks. */
  #short = false;

  /** One with nothing to do. */
  constructor(options: WorkerMachineOptions) {
    this.#b = new WorkerBooks(options);
    this.#deps = new Dependencies(this.#b);
    this.#running = new Running(this.#b, this.#deps);
    this.#intake = new Intake(this.#b);
  }

  /** Tasks that wait, run or are suspended, by key. */
  get tasks(): ReadonlyMap<string, WorkerTask> {
    return this.#b.tasks;
  }

  /** What is known of a value. */
  value(key: string): Readonly<WorkerData> | undefined {
    return this.#b.data.get(key);
  }

  /** All that is known of values. */
  values(): IterableIterator<Readonly<WorkerData>> {
    return this.#b.data.values();
  }

  /** Tasks that wait for a place. */
  get ready(): number {
    return this.#b.ready.length;
  }

  /** Tasks that have one. */
  get executing(): number {
    return this.#b.places.used;
  }

  /** Whether it begins nothing for want of memory. */
  get paused(): boolean {
    return this.#running.paused;
  }

  /** Whether it is on its way out. */
  get leaving(): boolean {
    return this.#leaving !== undefined;
  }

  /** The key of a run that is still of interest. */
  keyOf(ticket: number): string | undefined {
    return this.#b.runs.get(ticket)?.key;
  }

  /** The last transitions, oldest first; of one key, or of all. */
  events(key?: string): WorkerLogEvent[] {
    return this.#b.log.events(key);
  }

  /** Takes an event in; gives what is to be done, in order. */
  handle(event: WorkerEvent): WorkerInstruction[] {
    this.#b.now = event.now;
    if (!this.#ended) {
      (this.#on[event.type] as (e: WorkerEvent) => void)(event);
      if (!this.#ended) {
        this.#running.startReady();
        this.#b.spilling.settle();
        this.#settle();
      }
    }
    const { out } = this.#b;
    if (out.length > 0) this.#b.out = [];
    return out;
  }

  readonly #on: { [T in WorkerEvent["type"]]: (e: EventOf<T>) => void } = {
    connected: () => this.#connect(),
    disconnected: () => this.#b.connected = false,
    welcome: (e) => {
      for (const key of e.cancel) {
        const task = this.#b.tasks.get(key);
        if (task !== undefined) this.#running.cancel(task, "not wanted any more");
      }
      for (const key of e.drop) this.#deps.drop(key);
      this.#deps.fetch();
    },
    run: (e) => {
      this.#intake.run(e.tasks, e.holders);
      this.#deps.fetch();
    },
    start: (e) => {
      const open = !this.#running.paused && !this.#running.retired && this.#leaving === undefined;
      for (const spec of e.tasks) this.#intake.start(spec, open);
    },
    drop: (e) => {
      for (const key of e.keys) this.#deps.drop(key);
    },
    cancel: (e) => {
      for (const { key, attempt } of e.tasks) {
        const task = this.#b.tasks.get(key);
        if (task === undefined) this.#intake.bar(key, attempt);
        else if (task.attempt === attempt) this.#running.cancel(task, "cancelled by the scheduler");
      }
    },
    steal: (e) => this.#running.steal(e.tasks),
    fetch: (e) => {
      for (const v of e.values) this.#deps.order(v, v.about);
      this.#deps.fetch();
    },
    holders: (e) => {
      for (const v of e.values) {
        const d = this.#b.data.get(v.key);
        if (d !== undefined && !isHere(d)) this.#b.data.tell(d, v);
      }
      this.#deps.fetch();
    },
    stopActor: (e) => {
      const task = this.#b.tasks.get(e.key);
      if (task !== undefined) this.#running.cancel(task, "the actor was stopped");
      if (this.#b.actors.has(e.key)) this.#b.out.push({ do: "stopActor", key: e.key });
    },
    retire: () => {
      this.#running.retired = true;
      // What still runs may finish, but not for ever.
      this.#leaving ??= { reason: "the scheduler let it go", until: this.#b.now + LAST_WORK, renew: false };
    },
    restart: () => this.#end("the scheduler asked for a restart", true),
    closing: (e) => {
      if (e.final) this.#end(`the scheduler ended: ${e.reason}`, false);
    },
    received: (e) => this.#deps.received(e.key, e.nbytes),
    unavailable: (e) => {
      const d = this.#b.data.get(e.key);
      if (d?.state !== "fetching" || d.from !== e.from) return;
      this.#deps.failed(d);
    },
    noRoom: (e) => {
      const d = this.#b.data.get(e.key);
      if (d?.state !== "fetching" || d.from !== e.from) return;
      for (const task of [...d.wants ?? []]) this.#b.fail(task, e.error, "a dependency found no room");
      if (d.order !== undefined) this.#deps.fetchFailed(d, "no room for it");
      this.#deps.fetch();
    },
    pinned: (e) => {
      const d = this.#deps.held(e.card.id, e.card.nbytes);
      d.card = e.card;
      d.keep = true;
      this.#b.spilling.look(d);
      // Its client may be gone before it can say so.
      this.#b.out.push({ do: "has", key: e.card.id, nbytes: e.card.nbytes });
    },
    finished: (e) => this.#running.finished(e.ticket, e.nbytes, e.spent),
    returned: (e) => {
      for (let i = 0; i < e.tickets.length; i++) this.#running.finished(e.tickets[i], e.nbytes[i], e.spent[i]);
    },
    threw: (e) => {
      const task = this.#running.over(e.ticket);
      if (task === undefined) return;
      this.#b.places.learn(task, e.spent);
      this.#b.fail(task, e.error, "it threw");
    },
    suspended: (e) => {
      const task = this.#b.runs.get(e.ticket);
      if (task?.state !== "executing") return;
      this.#b.move(task, "suspended", "it waits for the cluster");
      this.#b.places.free(task);
      this.#b.progress = this.#b.now;
      // What is left of its time; counted on from when it goes on.
      if (task.deadline > 0) task.deadline = Math.max(1e-3, task.deadline - this.#b.now);
      this.#b.out.push({ do: "suspended", key: task.key, attempt: task.attempt, resumed: false });
    },
    resumed: (e) => {
      const task = this.#b.runs.get(e.ticket);
      if (task?.state !== "suspended") return;
      this.#b.move(task, "executing", "it goes on");
      this.#b.places.take(task);
      if (task.deadline > 0) task.deadline += this.#b.now;
      this.#b.out.push({ do: "suspended", key: task.key, attempt: task.attempt, resumed: true });
      // It has its thread again: what was to begin there does not begin its time.
      if (this.#b.timed.size > 0 && this.#b.places.ahead > 0) this.#running.recall();
    },
    occupied: (e) => this.#b.places.elsewhere = e.places,
    ended: (e) => this.#running.over(e.ticket),
    recalled: (e) => this.#running.recalled(e.tickets),
    actorDown: (e) => {
      const actor = this.#b.actors.get(e.key);
      if (actor === undefined) return;
      this.#b.actors.delete(e.key);
      for (const dep of actor.deps) this.#b.unuse(dep);
      this.#b.out.push({ do: "actorDown", key: e.key, attempt: actor.attempt, reason: e.reason, error: e.error });
    },
    spilled: (e) => {
      const d = this.#b.data.get(e.key);
      if (d !== undefined) this.#b.spilling.spilled(d);
    },
    spillFailed: (e) => {
      const d = this.#b.data.get(e.key);
      if (d !== undefined) this.#b.spilling.spillFailed(d);
    },
    batchSpilled: (e) => this.#b.spilling.together.written(e.batch),
    batchFailed: (e) => this.#b.spilling.together.failed(e.batch),
    loaded: (e) => {
      const d = this.#b.data.get(e.key);
      if (d?.state !== "loading") return;
      this.#b.spilling.loaded(d);
      for (const task of d.wants ?? []) task.broughtBack = true;
      this.#b.data.rest(this.#deps.held(e.key, d.nbytes));
    },
    loadFailed: (e) => {
      const d = this.#b.data.get(e.key);
      if (d?.state !== "loading") return;
      if (this.#b.spilling.notLoaded(d) && e.room) {
        for (const task of d.wants ?? []) this.#b.follow(task);
        return this.#b.data.rest(d);
      }
      for (const task of [...d.wants ?? []]) this.#b.fail(task, e.error, "a dependency could not be brought back");
      this.#b.data.rest(d);
    },
    need: (e) => this.#b.spilling.need(e.bytes, e.tasks),
    memory: (e) => {
      this.#b.spilling.memory(e.managed, e.excess);
      const { memoryLimit, pauseAt = 0.9, resumeAt = 0.8 } = this.#b.options;
      if (e.short !== undefined) this.#short = e.short;
      const paused = this.#short || e.managed > memoryLimit * (this.#running.paused ? resumeAt : pauseAt);
      if (paused === this.#running.paused) return;
      this.#running.paused = paused;
      this.#b.out.push({ do: "beat" });
    },
    leave: (e) => {
      if (this.#leaving !== undefined) return;
      this.#leaving = { reason: e.reason, until: this.#b.now + e.within, renew: e.renew };
      this.#b.out.push({ do: "leaving", reason: e.reason });
    },
    wake: () => {
      this.#wakeAt = Infinity;
      for (const task of [...this.#b.timed]) {
        if (task.state === "executing" && task.deadline <= this.#b.now) this.#running.timeOut(task);
      }
      if (this.#b.places.ahead > 0 && this.#b.now - this.#b.progress >= this.#b.places.stall) {
        this.#running.recall(true);
      }
      if (this.#leaving !== undefined && this.#leaving.until <= this.#b.now) {
        this.#end(`${this.#leaving.reason}; the time for leaving is up`, this.#leaving.renew);
      }
    },
  };

  #connect(): void {
    this.#b.connected = true;
    const held: string[] = [], heldBytes: number[] = [], pinned: Card[] = [];
    for (const d of this.#b.data.values()) {
      if (!isHere(d) || !d.keep) continue;
      if (d.card !== undefined) pinned.push(d.card);
      else {
        held.push(d.key);
        heldBytes.push(d.nbytes);
      }
    }
    const tasks: Attempt[] = [...this.#b.tasks.values(), ...this.#b.untold];
    this.#b.out.push({ do: "join", held, heldBytes, pinned, tasks, actors: [...this.#b.actors.keys()] });
    this.#b.out.push(...this.#b.untold.splice(0));
    for (const task of this.#b.tasks.values()) {
      if (task.state === "suspended") {
        this.#b.out.push({ do: "suspended", key: task.key, attempt: task.attempt, resumed: false });
      }
    }
    for (const d of this.#b.data.values()) if (d.reported) this.#deps.report(d);
    if (this.#leaving !== undefined) this.#b.out.push({ do: "leaving", reason: this.#leaving.reason });
  }

  /** Timers, and the end when there is nothing left to wait for. */
  #settle(): void {
    if (this.#ended) return;
    if (this.#running.retired && !this.#running.executing) {
      return this.#end(this.#leaving!.reason, this.#leaving!.renew);
    }
    let at = Infinity;
    if (this.#b.timed.size > 0) {
      for (const task of this.#b.timed) if (task.state === "executing" && task.deadline < at) at = task.deadline;
    }
    if (this.#b.places.ahead > 0) at = Math.min(at, Math.max(this.#b.progress, this.#b.now) + this.#b.places.stall);
    if (this.#leaving !== undefined) at = Math.min(at, this.#leaving.until);
    // A timer that comes too early does no harm; so it is not moved back each time.
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    this.#b.out.push({ do: "wakeAt", at });
  }

  #end(reason: string, renew: boolean): void {
    this.#ended = true;
    this.#b.out.push({ do: "end", reason, renew });
  }

  /** Checks all invariants; throws {@link WorkerStateError} with what is broken. */
  validate(): void {
    try {
      validateBooks(this.#b);
    } catch (cause) {
      throw new WorkerStateError(`${this.#b.options.name}: ${(cause as Error).message}`, { cause });
    }
  }
}
