/**
 * The world that a plan is played in: one thread, virtual time, real shells and machines; clock, network, executors, and the life
 * and death of processes are simulated.
 *
 * @module
 */

import { MemoryNetwork, VirtualClock } from "../../transport/mod.ts";
import { Draw } from "./draw.ts";
import { Journal } from "./journal.ts";
import { Oracle } from "./oracle.ts";
import type { Fault, Plan, Step, WorkerPlan } from "./plan.ts";
import { SimClient } from "./sim_client.ts";
import type { Witness } from "./sim_executor.ts";
import type { Ground, SimProcess } from "./sim_process.ts";
import { SimScheduler } from "./sim_scheduler.ts";
import { SimWorker } from "./sim_worker.ts";
import { Ways } from "./ways.ts";

/** A role in a simulated process. */
export interface SimRole {
  readonly process: SimProcess;
  /** Throws when an invariant of its machine does not hold. */
  validate(): void;
}

/** Where the scheduler is. */
export const SCHEDULER_ADDRESS = "memory://scheduler";

/** How long a session may be lost before the scheduler takes a worker for dead. */
const WORKER_GRACE = 1000;

/** After so many ms without a word from it, the scheduler may take a worker for lost. */
const SILENCE = 34_000;

/** A life of so many events is one that goes round in circles. */
const MOST_EVENTS = 200_000;

/** A simulated cluster, and all that happens in it. */
export class World implements Ground, Witness {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly journal: Journal;
  readonly oracle: Oracle;
  readonly draw: Draw;
  /** The first thing that went wrong. */
  failure: string | undefined;
  scheduler: SimScheduler | undefined;
  readonly workers = new Map<string, SimWorker>();
  readonly clients = new Map<string, SimClient>();
  /** Keys that somebody cancelled for everybody. */
  readonly forced = new Set<string>();
  restarted = false;
  /** Processes that will be started again. */
  restarting = 0;
  /** How often each worker was lost. */
  readonly lost = new Map<string, number>();
  /** Slots that may at some time not have been suppliable. */
  readonly unsupplied = new Set<string>();
  /** By key, what was scattered as what. */
  readonly slotOf = new Map<string, string>();
  readonly submitted = new Map<string, number>();
  readonly executions = new Map<string, number>();
  readonly #ways: Ways;
  readonly #roles = new Map<SimProcess, SimRole>();
  #incarnations = 0;
  #lives = 0;
  /** Faults no longer befall once all shall come to rest. */
  #healed = false;

  constructor(readonly plan: Plan, options: { log?: boolean } = {}) {
    this.draw = new Draw(plan.seed).split("world");
    this.clock = new VirtualClock();
    const random = this.draw.split("network");
    const [min, max] = plan.latency;
    this.network = new MemoryNetwork({ clock: this.clock, random: () => random.unit(), delay: { min, max } });
    this.#ways = new Ways(this.network, this.clock);
    this.journal = new Journal(options.log ?? false);
    this.oracle = new Oracle(plan);
  }

  /** Starts everything, and enters all that will befall into the clock. */
  begin(): void {
    this.#startScheduler();
    for (const w of this.plan.workers) this.clock.after(w.start, () => this.#startWorker(w));
    for (const c of this.plan.clients) {
      this.clock.after(c.start, () => {
        const client = new SimClient(this, c, this.incarnation());
        this.#enter(client);
        this.clients.set(c.name, client);
        this.note(c.name, "starts");
        for (const step of c.steps) this.clock.after(step.at, () => this.#perform(client, step));
      });
    }
    for (const f of this.plan.faults) this.clock.after(f.at, () => this.#befall(f));
  }

  /** When the last of what was drawn has befallen. */
  get planEnd(): number {
    const { workers, clients, faults } = this.plan;
    return Math.max(
      0,
      ...workers.map((w) => w.start),
      ...clients.map((c) => c.start + (c.steps.at(-1)?.at ?? 0)),
      ...faults.map((f) => f.at + ("ms" in f ? f.ms : 0)),
    );
  }

  /** Lets time pass until `stop` says so or `until` is reached; `stop` is asked every `pace` ms. Gives whether it said so. */
  async run(until: number, stop: () => boolean = () => false, pace = 50): Promise<boolean> {
    const { clock } = this;
    let look = clock.now();
    while (this.failure === undefined) {
      if (clock.now() >= look) {
        if (stop()) return true;
        look = clock.now() + pace;
      }
      let next = clock.next;
      if (next === undefined || next > until) {
        // Before time jumps, promises have theirs.
        for (let i = 0; i < 50; i++) await null;
        clock.settle();
        next = clock.next;
      }
      if (next === undefined || next > until) {
        if (clock.now() < until) clock.advance(until - clock.now());
        return stop();
      }
      clock.step();
      // Clients have promises above their synchronous core, and those may wait for one another. How many of them run before the next
      // step is always the same, and so is everything else.
      for (let i = 0; i < 6; i++) await null;
      clock.settle();
    }
    return false;
  }

  /** Ends all troubles: cuts are healed, whoever stood still goes on, and at least the first worker is there. */
  heal(): void {
    this.#healed = true;
    this.note("world", "heals");
    this.#ways.heal();
    for (const role of this.#roles.values()) role.process.thaw();
    if (this.scheduler === undefined) this.#startScheduler();
    const first = this.plan.workers[0];
    if (!this.workers.has(first.name)) this.#startWorker(first);
  }

  /** Ends it all: nothing runs any more. */
  end(): void {
    for (const role of this.#roles.values()) role.process.kill();
  }

  /** A new incarnation's name. */
  incarnation(): string {
    return `i${this.#incarnations++}`;
  }

  /** Enters something into the journal. */
  note(who: string, what: string, detail?: unknown): void {
    this.journal.add(this.clock.now(), who, what, detail);
    if (this.journal.count === MOST_EVENTS) {
      this.wrong(`${MOST_EVENTS} events, and no end`);
      // What goes on for ever may do so in one instant of virtual time: only death ends it.
      this.end();
    }
  }

  // --- what processes and executors say

  turned(process: SimProcess): void {
    const role = this.#roles.get(process);
    if (role === undefined || this.failure !== undefined) return;
    try {
      role.validate();
    } catch (error) {
      this.threw(process, error);
    }
  }

  threw(process: SimProcess, error: unknown): void {
    const text = error instanceof Error ? `${error.stack ?? error.message}` : String(error);
    this.wrong(`${process.name} (${process.incarnation}) threw at ${this.clock.now().toFixed(3)} ms: ${text}`);
  }

  wrong(what: string): void {
    if (this.failure !== undefined) return;
    this.failure = what;
    this.note("world", "WRONG", what);
  }

  begins(key: string, attempt: number): number {
    const nth = this.executions.get(key) ?? 0;
    this.executions.set(key, nth + 1);
    this.note("executor", `begins ${key}`, { attempt, nth });
    return nth;
  }

  constructed(key: string): number {
    this.note("executor", `constructed ${key}`, { life: this.#lives });
    return this.#lives++;
  }

  // --- life and death

  #enter(role: SimRole): void {
    this.#roles.set(role.process, role);
  }

  #startScheduler(): void {
    if (this.scheduler !== undefined) return;
    const scheduler = new SimScheduler(this, this.incarnation());
    this.scheduler = scheduler;
    this.#enter(scheduler);
    this.note("scheduler", "starts");
  }

  #startWorker(plan: WorkerPlan): void {
    if (this.workers.has(plan.name)) return;
    const worker = new SimWorker(this, plan, this.incarnation(), (why, renew) => this.#workerEnded(worker, why, renew));
    this.workers.set(plan.name, worker);
    this.#enter(worker);
    this.note(plan.name, "starts");
  }

  /** A worker's process ended by itself. */
  #workerEnded(worker: SimWorker, why: string, renew: boolean): void {
    if (this.workers.get(worker.plan.name) !== worker) return;
    this.note(worker.plan.name, renew ? "ends, to be renewed" : "ends", why);
    this.#count(worker.plan.name);
    worker.process.kill();
    this.#roles.delete(worker.process);
    this.workers.delete(worker.plan.name);
    // In the end somebody must be there.
    if (renew || (this.#healed && this.workers.size === 0)) this.#later(20, () => this.#startWorker(worker.plan));
  }

  /** Has a process started again after a while. */
  #later(ms: number, start: () => void): void {
    this.restarting++;
    this.clock.after(ms, () => {
      this.restarting--;
      start();
    });
  }

  #count(worker: string): void {
    this.lost.set(worker, (this.lost.get(worker) ?? 0) + 1);
  }

  /** Ends a process as `kill -9` does. */
  kill(who: string): void {
    this.note(who, "is killed");
    if (who === "scheduler") {
      const { scheduler } = this;
      if (scheduler === undefined) return;
      scheduler.process.kill();
      this.#roles.delete(scheduler.process);
      this.scheduler = undefined;
      this.#later(this.plan.schedulerRestartAfter, () => this.#startScheduler());
      return;
    }
    const worker = this.workers.get(who);
    if (worker !== undefined) {
      this.#count(who);
      worker.process.kill();
      this.#roles.delete(worker.process);
      this.workers.delete(who);
      const { restartAfter } = worker.plan;
      if (restartAfter !== null) this.#later(restartAfter, () => this.#startWorker(worker.plan));
      return;
    }
    const client = this.clients.get(who);
    if (client !== undefined) this.gone(client);
  }

  /** A client is no more, whichever way it went. */
  gone(client: SimClient): void {
    for (const slot of client.slots.keys()) this.unsupplied.add(slot);
    client.process.kill();
    this.#roles.delete(client.process);
    this.clients.delete(client.plan.name);
  }

  #befall(f: Fault): void {
    if (this.#healed || this.failure !== undefined) return;
    switch (f.fault) {
      case "kill":
        return this.kill(f.who);
      case "cut": {
        this.note("world", `cuts ${f.a} from ${f.b}`, f.ms);
        for (const [x, y] of [[f.a, f.b], [f.b, f.a]]) {
          if (x !== "scheduler") continue;
          // Who dials again pauses for longer and longer.
          if (f.ms >= WORKER_GRACE * 0.45 && this.plan.workers.some((w) => w.name === y)) this.#count(y);
          this.#unsuppliedBy(y);
        }
        this.#ways.cut(f.a, f.b, f.ms, () => this.note("world", `heals ${f.a} and ${f.b}`));
        return;
      }
      case "hold":
        return this.#hold(f);
      case "freeze": {
        const role = [...this.#roles.values()].find((r) => r.process.name === f.who);
        if (role === undefined || role.process.frozen) return;
        this.note(f.who, "stands still", f.ms);
        this.#unsuppliedBy(f.who);
        // Who says nothing for so long is taken for lost.
        if (f.ms >= SILENCE && this.workers.has(f.who)) this.#count(f.who);
        role.process.freeze();
        this.clock.after(f.ms, () => {
          this.note(f.who, "goes on");
          role.process.thaw();
        });
        return;
      }
      case "retire": {
        const worker = this.workers.get(f.who);
        if (worker === undefined) return;
        this.note(f.who, "is asked to leave");
        worker.retire();
      }
    }
  }

  #hold({ a, b, ms }: Extract<Fault, { fault: "hold" }>): void {
    this.note("world", `lets nothing through from ${a} to ${b}`, ms);
    for (const who of [a, b]) this.#unsuppliedBy(who);
    const lost = (): void => {
      for (const y of [a, b]) if (this.plan.workers.some((w) => w.name === y)) this.#count(y);
    };
    this.#ways.hold(a, b, ms, lost, () => this.note("world", `lets everything through from ${a} to ${b}`));
  }

  opens(process: SimProcess, name: string): void {
    this.#ways.opens(process.name, name);
  }

  #unsuppliedBy(client: string): void {
    for (const slot of this.clients.get(client)?.slots.keys() ?? []) this.unsupplied.add(slot);
  }

  #perform(client: SimClient, step: Step): void {
    if (this.failure !== undefined || !client.process.alive) return;
    client.process.run(() => client.perform(step));
  }

  /** Executions and clients that were told of; for reports. */
  get census(): string {
    return `${this.executions.size} keys executed, ${this.journal.count} events, ${this.clock.now().toFixed(0)} ms`;
  }
}
