/**
 * The executor of a simulated worker: threads are places, an execution is a length of virtual time, and results are computed for real
 * from the bytes that the worker hands over.
 *
 * @module
 */

import type { Clock, Timer } from "../../transport/mod.ts";
import { contentHash, fromBlob, pack, toBlob, unpack } from "../../actors/values/mod.ts";
import type { ActorCalls, Executor, ExecutorEvent, ExecutorTask, StoredValue } from "../../actors/worker/mod.ts";
import { digest, DrawnError, fold, result, type Spec, type TaskPlan } from "./language.ts";

/** A client inside a task. */
export interface TaskClient {
  /** Submits tasks and tells once of all their digests, or of the first error. */
  perform(tasks: readonly TaskPlan[], then: (outcome: { digests: number[] } | { error: unknown }) => void): void;
}

/** What an executor tells the world of, and asks it. */
export interface Witness {
  /** A task's execution begins: the how-manieth of its key, counting from 0. */
  begins(key: string, attempt: number): number;
  /** An actor's instance was constructed: gives its number in the world. */
  constructed(key: string): number;
  /** Something is not as it should be. */
  wrong(what: string): void;
}

/** How an executor is made. */
export interface SimExecutorOptions {
  readonly threads: number;
  readonly clock: Clock;
  readonly slowness: number;
  readonly witness: Witness;
  readonly client: TaskClient;
}

/** After so long a thread that does not come back from a cancelled task is written off. */
const WRITE_OFF_MS = 500;
/** Length of one call of an actor. */
const CALL_MS = 0.3;

interface Run {
  readonly task: ExecutorTask;
  /** "queued" has not begun; "resuming" waits for a place to go on. */
  state: "queued" | "running" | "suspended" | "resuming" | "over";
  cancelled: boolean;
  began: number;
  timer?: Timer;
  /** What to do with the place once there is one. */
  onward?: () => void;
  /** Whether it still reads its dependencies. */
  reading: boolean;
}

interface Instance {
  readonly life: number;
  readonly deps: readonly StoredValue[];
  h: number;
  count: number;
  readonly calls: ActorCalls[];
  busy: boolean;
  stopped: boolean;
}

/** What an actor's call gives. */
export interface Reply {
  /** Which instance answered, of all in the world. */
  readonly life: number;
  /** The how-manieth call of its life it was, from 1. */
  readonly count: number;
  readonly h: number;
}

/** Performs tasks of the simulation's language. */
export class SimExecutor implements Executor {
  readonly threads: number;
  readonly #o: SimExecutorOptions;
  readonly #runs = new Map<number, Run>();
  readonly #queue: Run[] = [];
  readonly #resuming: Run[] = [];
  readonly #actors = new Map<string, Instance>();
  readonly #waitingOff = new Set<Run>();
  #busy = 0;
  /** Threads that were written off. */
  stuck = 0;
  #sink: ((event: ExecutorEvent) => void) | undefined;

  constructor(options: SimExecutorOptions) {
    this.#o = options;
    this.threads = options.threads;
  }

  receive(sink: (event: ExecutorEvent) => void): void {
    this.#sink = sink;
  }

  start(task: ExecutorTask): void {
    const run: Run = { task, state: "queued", cancelled: false, began: 0, reading: true };
    if (this.#runs.has(task.ticket)) this.#o.witness.wrong(`ticket ${task.ticket} was given twice (${task.key})`);
    this.#runs.set(task.ticket, run);
    if (task.kind === "actor") this.#later(0.1, () => this.#construct(run));
    else this.#queue.push(run);
    this.#later(0, () => this.#work());
  }

  recall(): number[] {
    const back = this.#queue.splice(0);
    for (const run of back) this.#over(run);
    return back.map((r) => r.task.ticket);
  }

  cancel(ticket: number): void {
    const run = this.#runs.get(ticket);
    if (run === undefined || run.cancelled) return;
    run.cancelled = true;
    if (run.state === "queued" && run.task.kind === "task") {
      this.#queue.splice(this.#queue.indexOf(run), 1);
      this.#later(0, () => this.#end(run));
    } else if (run.state === "suspended") {
      this.#later(0, () => this.#end(run));
    } else if (run.timer === undefined && run.state === "running" && run.task.kind === "task") {
      this.#waitingOff.add(run);
      this.#later(WRITE_OFF_MS, () => {
        if (!this.#waitingOff.delete(run)) return;
        // The thread is stuck for ever, and what it reads with it.
        run.reading = false;
        this.stuck++;
        this.#end(run);
        this.#tell({ kind: "writtenOff", key: run.task.key });
        this.#free();
      });
    }
  }

  hash(value: StoredValue): Promise<Uint8Array> {
    value.retain();
    return new Promise((resolve) =>
      this.#later(0.05, () => {
        const hash = contentHash(value.packed);
        value.release();
        resolve(hash);
      })
    );
  }

  code(_hash: string, _bytes: Uint8Array): void {
    this.#o.witness.wrong("the simulation's tasks need no code, but some was sent");
  }

  forgetCode(_hashes: readonly string[]): void {
    this.#o.witness.wrong("the simulation's tasks need no code, but some was to be forgotten");
  }

  call(calls: ActorCalls): void {
    const args = calls.args.slice();
    const kept = { ...calls, args };
    const actor = this.#actors.get(calls.key);
    if (actor === undefined) {
      this.#later(0, () => this.#refuse(kept, `no actor ${calls.key} lives here`));
      return;
    }
    actor.calls.push(kept);
    this.#serve(calls.key, actor);
  }

  stopActor(key: string): void {
    const actor = this.#actors.get(key);
    if (actor === undefined) return;
    actor.stopped = true;
    if (!actor.busy) this.#later(0, () => this.#stopped(key, actor));
  }

  roomMade(): void {}

  noRoom(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What is under way here: nothing, at rest. */
  census(): { runs: string[]; actors: string[] } {
    return { runs: [...this.#runs.values()].map((r) => r.task.key), actors: [...this.#actors.keys()] };
  }

  #tell(event: ExecutorEvent): void {
    this.#sink?.(event);
  }

  #later(ms: number, run: () => void): Timer {
    return this.#o.clock.after(ms, run);
  }

  #work(): void {
    while (this.#busy < this.threads) {
      const resumed = this.#resuming.shift();
      if (resumed !== undefined) {
        if (resumed.cancelled) {
          this.#end(resumed);
          continue;
        }
        this.#busy++;
        resumed.state = "running";
        this.#tell({ kind: "resumed", ticket: resumed.task.ticket });
        resumed.onward!();
        continue;
      }
      const run = this.#queue.shift();
      if (run === undefined) return;
      this.#busy++;
      this.#begin(run);
    }
  }

  #free(): void {
    this.#busy--;
    this.#work();
  }

  #over(run: Run): void {
    run.state = "over";
    this.#runs.delete(run.task.ticket);
    this.#letGo(run);
  }

  /** Nothing reads its dependencies any more. */
  #letGo(run: Run): void {
    if (!run.reading) return;
    run.reading = false;
    for (const d of run.task.deps) d.value.release();
  }

  #end(run: Run): void {
    if (run.state === "over") return;
    this.#over(run);
    this.#tell({ kind: "ended", ticket: run.task.ticket });
  }

  #read(task: ExecutorTask): { spec: Spec; inputs: number[] } {
    const values = new Map<string, unknown>();
    for (const d of task.deps) values.set(d.key, unpack(d.value.packed, {}));
    const args = unpack(fromBlob(task.args), {
      resolve: (key) => {
        if (!values.has(key)) throw new Error(`${task.key} was started without its dependency ${key}`);
        return values.get(key);
      },
    }) as [Spec, ...unknown[]];
    return { spec: args[0], inputs: args.slice(1).map(digest) };
  }

  #begin(run: Run): void {
    run.state = "running";
    run.began = this.#o.clock.now();
    const { task } = run;
    const nth = this.#o.witness.begins(task.key, task.attempt);
    const { spec, inputs } = this.#read(task);
    // A stuck thread comes back from nothing.
    if (nth < spec.stuck) return;
    const finish = (children: readonly number[]): void => {
      run.timer = undefined;
      // Read once more: the bytes must not have changed under the task.
      const after = this.#read(task);
      if (after.inputs.join() !== inputs.join()) this.#o.witness.wrong(`inputs of ${task.key} changed while it ran`);
      if (nth < spec.fails) this.#throw(run, new DrawnError(task.key));
      else this.#return(run, result(spec, inputs, children));
    };
    const ms = spec.ms * this.#o.slowness;
    if (spec.op !== "nest") {
      run.timer = this.#later(ms, () => finish([]));
      return;
    }
    run.timer = this.#later(ms / 2, () => {
      run.timer = undefined;
      if (run.cancelled) return this.#leave(run);
      run.state = "suspended";
      this.#tell({ kind: "suspended", ticket: task.ticket });
      this.#o.client.perform(spec.children, (outcome) => {
        if (run.state !== "suspended") return;
        run.state = "resuming";
        run.onward = () => {
          if ("error" in outcome) this.#throw(run, outcome.error);
          else run.timer = this.#later(ms / 2, () => finish(outcome.digests));
        };
        this.#resuming.push(run);
        this.#work();
      });
      this.#free();
    });
  }

  #spent(run: Run): number {
    return this.#o.clock.now() - run.began;
  }

  /** A run that was cancelled has come to its end all the same. */
  #leave(run: Run): void {
    this.#end(run);
    this.#free();
  }

  #return(run: Run, value: unknown): void {
    if (run.cancelled) return this.#leave(run);
    this.#over(run);
    this.#tell({ kind: "finished", ticket: run.task.ticket, value: pack(value), spent: this.#spent(run) });
    this.#free();
  }

  #throw(run: Run, error: unknown): void {
    if (run.cancelled) return this.#leave(run);
    this.#over(run);
    this.#tell({ kind: "failed", ticket: run.task.ticket, error: toBlob(pack(error)), spent: this.#spent(run) });
    this.#free();
  }

  #construct(run: Run): void {
    if (run.state === "over") return;
    if (run.cancelled) return this.#end(run);
    run.state = "running";
    run.began = this.#o.clock.now();
    const { spec, inputs } = this.#read(run.task);
    this.#later(spec.ms * this.#o.slowness, () => {
      if (run.cancelled) return this.#end(run);
      const deps = run.task.deps.map((d) => d.value.retain());
      this.#over(run);
      if (this.#actors.has(run.task.key)) this.#o.witness.wrong(`actor ${run.task.key} was constructed beside itself`);
      const life = this.#o.witness.constructed(run.task.key);
      const value = result(spec, inputs, []);
      this.#actors.set(run.task.key, {
        life,
        deps,
        h: digest(value),
        count: 0,
        calls: [],
        busy: false,
        stopped: false,
      });
      this.#tell({ kind: "finished", ticket: run.task.ticket, value: pack(null), spent: this.#spent(run) });
    });
  }

  #serve(key: string, actor: Instance): void {
    if (actor.busy || actor.stopped) return;
    const batch = actor.calls.shift();
    if (batch === undefined) return;
    actor.busy = true;
    this.#later(CALL_MS * batch.method.length, () => {
      actor.busy = false;
      const blobs: Uint8Array[] = [];
      for (let i = 0, at = 0; i < batch.method.length; at += batch.argBytes[i++]) {
        const [x] = unpack(fromBlob(batch.args.subarray(at, at + batch.argBytes[i])), {}) as [number];
        actor.h = fold(actor.h, x);
        actor.count++;
        blobs.push(toBlob(pack({ life: actor.life, count: actor.count, h: actor.h } satisfies Reply)));
      }
      this.#reply(batch.batch, new Uint32Array(blobs.length).fill(1), blobs);
      if (actor.stopped) this.#stopped(key, actor);
      else this.#serve(key, actor);
    });
  }

  #stopped(key: string, actor: Instance): void {
    if (this.#actors.get(key) !== actor) return;
    this.#actors.delete(key);
    for (const d of actor.deps) d.release();
    for (const calls of actor.calls.splice(0)) this.#refuse(calls, `actor ${key} was stopped`);
    this.#tell({ kind: "actorDown", key, reason: "stopped" });
  }

  #refuse(calls: ActorCalls, why: string): void {
    const error = toBlob(pack(Object.assign(new Error(why), { name: "ActorGoneError" })));
    const n = calls.method.length;
    this.#reply(calls.batch, new Uint32Array(n), new Array(n).fill(error));
  }

  #reply(batch: number, ok: Uint32Array, blobs: readonly Uint8Array[]): void {
    const sizes = Uint32Array.from(blobs, (b) => b.byteLength);
    const values = new Uint8Array(sizes.reduce((a, b) => a + b, 0));
    let at = 0;
    for (const b of blobs) {
      values.set(b, at);
      at += b.byteLength;
    }
    this.#tell({ kind: "replies", batch, first: 0, ok, sizes, values });
  }
}
