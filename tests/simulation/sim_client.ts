/**
 * A simulated client process: the real synchronous core with what stands on it, driven by a plan's steps.
 *
 * @module
 */

import { ActorCalls } from "../../actors/client/actors.ts";
import type { ClientTask } from "../../actors/client/client_task.ts";
import { ClientCore } from "../../actors/client/core.ts";
import { failureOf } from "../../actors/client/decoding.ts";
import type { Decoding } from "../../actors/client/decoding.ts";
import { Fetcher } from "../../actors/client/fetching.ts";
import { Scatterer } from "../../actors/client/scattering.ts";
import { countingIds } from "../../actors/core/mod.ts";
import type { Outcome } from "./judge.ts";
import { pack, toBlob, unpack } from "../../actors/values/mod.ts";
import { WorkerGoneError } from "../../actors/client/errors.ts";
import { digest, result, shape, type Spec, type TaskPlan } from "./language.ts";
import type { ClientPlan, Step } from "./plan.ts";
import type { Reply, TaskClient } from "./sim_executor.ts";
import { SimProcess } from "./sim_process.ts";
import { submitPlan } from "./sim_tasks.ts";
import { SCHEDULER_ADDRESS, type SimRole, type World } from "./world.ts";

/** Longer than any life. */
const NEVER = 10_000_000;

/** What all simulated clients are made of. */
class Base {
  readonly core: ClientCore;
  readonly fetcher: Fetcher;

  constructor(readonly world: World, readonly process: SimProcess, name: string) {
    this.core = new ClientCore({
      endpoint: process.endpoint("client", undefined, name),
      scheduler: SCHEDULER_ADDRESS,
      clock: process.clock,
      ids: countingIds(`${name}.${process.incarnation}`),
      giveUpAfter: NEVER,
    });
    this.fetcher = new Fetcher(this.core, this.decoding());
  }

  protected decoding(): Decoding {
    return { resolve: (key) => `[${key}]`, codes: this.core.machine.codes };
  }

  validate(): void {
    this.core.machine.validate();
  }

  /** The outcome of a task, once it has one. */
  outcome(task: ClientTask): Promise<Outcome> {
    return this.fetcher.promise(task).then(
      (value): Outcome => ({ state: "done", digest: digest(value) }),
      (error): Outcome => ({ state: "failed", error: error instanceof Error ? error : new Error(String(error)) }),
    );
  }
}

/** A future that the client's program holds. */
export interface Held {
  readonly plan: TaskPlan;
  readonly task: ClientTask;
}

/** What came of one call of an actor. */
export interface CallOutcome {
  readonly key: string;
  readonly n: number;
  reply: Reply | Error | undefined;
}

/** A client and its program. */
export class SimClient extends Base implements SimRole {
  readonly scatterer: Scatterer;
  readonly actors: ActorCalls;
  /** Futures it holds, by key. */
  readonly held = new Map<string, Held>();
  /** Scattered data by slot. */
  readonly slots = new Map<string, { readonly task: ClientTask; released: boolean }>();
  /** What came of futures that were asked for. */
  readonly outcomes = new Map<string, Outcome>();
  readonly calls: CallOutcome[] = [];
  /** Values fetched on the way, each with what came of it. */
  readonly gathered: { readonly key: string; outcome: Outcome }[] = [];
  /** Questions, scatters and copies under way. */
  readonly errands = new Set<string>();
  /** What it cancelled, and what it let go of. */
  readonly cancelled = new Set<string>();
  readonly released = new Set<string>();
  /** Workers that went away before they answered a call. */
  readonly notRun: string[] = [];
  /** What it submitted. */
  readonly submitted: TaskPlan[] = [];
  left = false;

  constructor(world: World, readonly plan: ClientPlan, incarnation: string) {
    super(world, new SimProcess(world, plan.name, incarnation), plan.name);
    this.scatterer = new Scatterer(this.core, {});
    this.actors = new ActorCalls(this.core, {}, this.decoding(), () => Promise.resolve([]));
  }

  perform(step: Step): void {
    const { world } = this;
    if (this.left) return;
    world.note(
      this.plan.name,
      step.do,
      step.do === "submit" ? { keep: step.keep } : step.do === "series" ? { tasks: step.tasks.length } : step,
    );
    switch (step.do) {
      case "submit":
        return this.#submit(step.tasks, new Set(step.keep));
      case "series":
        return this.#series(step, 0);
      case "scatter":
        return this.#scatter(step);
      case "replicate": {
        const slot = this.slots.get(step.slot);
        if (slot === undefined || slot.released) return;
        return this.#errand(
          `replicate ${step.slot}`,
          // Only what is there can be copied.
          () =>
            this.fetcher.settled(slot.task).then(() =>
              slot.task.state !== "done" ? undefined : this.core.question((n) => ({
                type: "replicate",
                n,
                ids: [slot.task.key],
                copies: step.copies,
                workers: [],
                frames: [],
              }))
            ),
        );
      }
      case "release":
        return this.release(step.key);
      case "cancel": {
        const held = this.held.get(step.key);
        if (held === undefined) return;
        (step.force ? world.forced : this.cancelled).add(step.key);
        this.core.tell({ type: "cancel", tasks: [held.task], force: step.force });
        return;
      }
      case "gather":
        for (const key of step.keys) this.#gather(key);
        return;
      case "call":
        return this.#call(step.key, step.n);
      case "run":
        for (const w of this.core.machine.workers.values()) {
          if (w.status === "running" || w.status === "paused") this.#run(w.name, w.address, step.spec);
        }
        return;
      case "restart":
        world.restarted = true;
        return this.#errand("restart", () => this.core.question((n) => ({ type: "restart", n, frames: [] })));
      case "leave":
        return this.leave();
      case "die":
        // Not from within its own turn.
        this.world.clock.after(0, () => this.world.kill(this.plan.name));
    }
  }

  /** Lets go of a future or a reference. */
  release(key: string): void {
    const held = this.held.get(key);
    const slot = this.slots.get(key);
    const task = held?.task ?? slot?.task;
    if (task === undefined || slot?.released) return;
    this.released.add(key);
    if (slot !== undefined) {
      slot.released = true;
      this.world.unsupplied.add(key);
    }
    this.held.delete(key);
    this.core.letGo(task);
  }

  /** Lets go of everything. */
  releaseAll(): void {
    for (const key of [...this.held.keys(), ...this.slots.keys()]) this.release(key);
  }

  /** Says goodbye, and ends. */
  leave(): void {
    if (this.left) return;
    this.left = true;
    void this.core.close(true).then(() => this.world.gone(this));
  }

  /** Asks for the outcome of every future it holds, and of every actor whether it is there. */
  settle(): void {
    for (const [key, { plan, task }] of this.held) {
      this.outcomes.set(key, { state: "pending" });
      if (plan.spec.op === "actor") {
        void this.fetcher.settled(task).then(() => {
          const digest = this.world.oracle.ofTask(key);
          this.outcomes.set(
            key,
            task.state === "done" ? { state: "done", digest } : { state: "failed", error: failureOf(task) as Error },
          );
        });
      } else void this.outcome(task).then((o) => this.outcomes.set(key, o));
    }
  }

  #submit(tasks: readonly TaskPlan[], keep: ReadonlySet<string>): void {
    const gone: ClientTask[] = [];
    for (const plan of tasks) {
      const task = submitPlan(this.core, plan, (name) => {
        const slot = this.slots.get(name);
        return slot === undefined || slot.released ? undefined : slot.task.key;
      });
      if (task === undefined) continue;
      this.submitted.push(plan);
      this.world.submitted.set(plan.key, (this.world.submitted.get(plan.key) ?? 0) + 1);
      if (keep.has(plan.key) && !this.held.has(plan.key)) this.held.set(plan.key, { plan, task });
      else gone.push(task);
    }
    for (const task of gone) this.core.letGo(task);
  }

  /** Submits the tasks of a series from the `i`-th on. */
  #series(step: Extract<Step, { do: "series" }>, i: number): void {
    const id = `series from ${step.tasks[0]?.key} on`;
    this.errands.add(id);
    if (this.left || i >= step.tasks.length) return void this.errands.delete(id);
    const { key } = step.tasks[i];
    this.#submit([step.tasks[i]], new Set([key]));
    const next = (): void => {
      if (step.letGo) this.release(key);
      this.process.clock.after(step.pause, () => this.#series(step, i + 1));
    };
    this.#gather(key, () => this.process.alive && this.process.run(next));
  }

  #scatter(step: Extract<Step, { do: "scatter" }>): void {
    const value = shape(step.h, step.size === 0 ? "number" : "array", step.size);
    const { task, stored } = this.scatterer.scatter(value, true);
    task.handles++;
    this.world.slotOf.set(task.key, step.slot);
    const slot = { task, released: false };
    this.slots.set(step.slot, slot);
    if (!step.keepsValue) this.world.unsupplied.add(step.slot);
    this.#errand(`scatter ${step.slot}`, async () => {
      await stored;
      if (!step.keepsValue && typeof value === "object" && value.data.length > 0) {
        // What has been changed is no longer the value, and cannot be supplied again: as if it were gone, but not at the
        // collector's whim.
        value.data[0] = -1;
      }
      if (step.broadcast && !slot.released) {
        await this.core.question((n) => ({
          type: "replicate",
          n,
          ids: [task.key],
          copies: 0,
          workers: [],
          frames: [],
        }));
      }
    });
  }

  #errand(what: string, run: () => Promise<unknown>): void {
    const id = `${what} at ${this.world.clock.now()}`;
    this.errands.add(id);
    run().then(() => "done", (e) => `failed: ${e}`).then((how) => {
      this.errands.delete(id);
      if (this.process.alive) this.world.note(this.plan.name, `${what}: ${how.split("\n")[0]}`);
    });
  }

  /** Performs a call on one worker; it is right, or the worker is gone. */
  #run(worker: string, address: string, spec: Spec): void {
    const frames = [toBlob(pack([spec], { root: "args" }))];
    this.#errand(`run on ${worker}`, async () => {
      const m = await this.core.links.request(
        address,
        (n) => ({ type: "execute", n, fn: "sim:run", codes: [], frames }),
      ).catch((error) => {
        if (!(error instanceof WorkerGoneError)) throw error;
        this.notRun.push(worker);
      });
      if (m === undefined) return;
      const right = digest(result(spec, [], []));
      if (m.type === "executed" && m.ok) {
        const value = unpack({ head: m.frames[0], frames: m.frames.slice(1) }, {});
        if (digest(value) === right) return;
      }
      this.world.wrong(`run on ${worker} gave a wrong answer: ${Deno.inspect(m, { depth: 2 })}`);
    });
  }

  #gather(key: string, then?: () => void): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    const entry: { key: string; outcome: Outcome } = { key, outcome: { state: "pending" } };
    this.gathered.push(entry);
    void this.outcome(held.task).then((o) => {
      entry.outcome = o;
      this.world.note(this.plan.name, `has ${key}: ${o.state}`);
      then?.();
    });
  }

  #call(key: string, n: number): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    for (let i = 0; i < n; i++) {
      const call: CallOutcome = { key, n: this.calls.length, reply: undefined };
      this.calls.push(call);
      this.actors.call(held.task, "add", [call.n]).then(
        (reply) => call.reply = reply as Reply,
        (error) => call.reply = error instanceof Error ? error : new Error(String(error)),
      );
    }
  }
}

/** The client inside a worker's tasks. */
export class NestedClient extends Base implements TaskClient {
  /** Performs under way. */
  waiting = 0;

  perform(tasks: readonly TaskPlan[], then: Parameters<TaskClient["perform"]>[1]): void {
    this.waiting++;
    const rows = tasks.map((t) => submitPlan(this.core, t, () => undefined)!);
    for (const t of tasks) this.world.submitted.set(t.key, (this.world.submitted.get(t.key) ?? 0) + 1);
    void Promise.all(rows.map((t) => this.outcome(t))).then((outcomes) => {
      if (!this.process.alive) return;
      this.process.run(() => {
        this.waiting--;
        for (const t of rows) this.core.letGo(t);
        const bad = outcomes.find((o) => o.state === "failed");
        if (bad?.state === "failed") then({ error: bad.error });
        else then({ digests: outcomes.map((o) => (o as { digest: number }).digest) });
      });
    });
  }
}
