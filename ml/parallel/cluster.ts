/**
 * Calls on a cluster's workers.
 *
 * @module
 */

import { type Client, type Future, getClient, type Ref, wait } from "../../actors/mod.ts";
import { realClock } from "../../transport/mod.ts";
import { checkOptions, didYouMean } from "../utils/mod.ts";
import { SharedArguments } from "./arguments.ts";
import { countJobs, type ParallelBackend, type ParallelRun, type SubmittedBatch } from "./backend.ts";
import { performCalls } from "./batch.ts";
import type { DelayedCall, KeptResult } from "./delayed.ts";
import { BackendError } from "./errors.ts";
import { loadLibraryAhead } from "./library_ahead.ts";
import { substitute } from "./substitute.ts";
import { BatchTuner } from "./tuner.ts";

/** Options of the "cluster" backend. */
export interface ClusterBackendOptions {
  /** The cluster. Default: inside a task the one the task runs on, else that of the client opened last. */
  readonly client?: Client;
  /**
   * Values that the calls will be given, by identity: sent once to every worker before the first call, and kept there until the
   * `parallelBackend` is over. Wherever one of them stands among a call's arguments, also inside lists, plain objects and an
   * estimator's parameters, only a reference travels.
   */
  readonly scatter?: readonly object[];
  /** Milliseconds to wait for a first worker. Default 10,000. */
  readonly waitForWorkers?: number;
}

const OPTIONS = ["client", "scatter", "waitForWorkers"];

interface Running {
  readonly client: Client;
  readonly shared: SharedArguments<Ref<unknown>>;
  /** There once a size was asked for: where the user has set one, there is nothing to find out. */
  tuner: BatchTuner | undefined;
  /** Batches that may be under way: fewer than there are threads, where the user wants fewer. */
  readonly most: number;
  underWay: number;
  readonly waiting: (() => void)[];
}

/**
 * The "cluster" backend: each batch of calls is a task.
 *
 * @example
 * ```ts
 * import { Client, ClusterBackend, delayed, Parallel, parallelBackend, registerParallelBackend } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * registerParallelBackend("mine", () => new ClusterBackend({ client }));
 * await parallelBackend("mine", {}, () => new Parallel().run([1, 4, 9].map((x) => delayed(Math.sqrt)(x)))); // [1, 2, 3]
 * ```
 */
export class ClusterBackend implements ParallelBackend {
  /** In messages. */
  readonly name: string = "ClusterBackend";
  readonly #options: ClusterBackendOptions;
  readonly #runs = new WeakMap<ParallelRun, Running>();
  readonly #pinned = new Map<object, Ref<unknown>>();
  #scattering: Promise<void> | undefined;

  /**
   * Does nothing yet.
   *
   * @throws {TypeError} for an option that is none, or when `scatter` is no list
   */
  constructor(options: ClusterBackendOptions = {}) {
    checkOptions("parallel backend", options);
    for (const name of Object.keys(options)) {
      if (!OPTIONS.includes(name)) {
        throw new TypeError(`parallel backend: unknown option "${name}"; ${didYouMean(name, OPTIONS)}`);
      }
    }
    const { scatter } = options;
    if (scatter !== undefined && !Array.isArray(scatter)) {
      throw new TypeError(`scatter: expected a list of values, got ${typeof scatter}`);
    }
    this.#options = options;
  }

  /** The client that was given, if one was. */
  get givenClient(): Client | undefined {
    return this.#options.client;
  }

  /**
   * The client it submits through.
   *
   * @throws {BackendError} when no client is given, and there is none
   */
  protected client(): Client | Promise<Client> {
    if (this.#options.client !== undefined) return this.#options.client;
    try {
      return getClient();
    } catch (cause) {
      throw new BackendError('parallel backend "cluster" needs a client: { client: await Client.local() }', { cause });
    }
  }

  /** Has workers load the library while the caller is busy with what comes before its first calls. */
  prepare(): void | Promise<void> {
    if (this.#options.client !== undefined) return loadLibraryAhead(this.#options.client);
  }

  /** Threads of all workers. Waits for a first one. */
  async #threads(): Promise<number> {
    const client = await this.client();
    const workers = await client.waitForWorkers(1, { timeout: this.#options.waitForWorkers ?? 10_000 });
    return workers.reduce((n, w) => n + w.threads, 0);
  }

  /**
   * Threads of all workers, or as many of them as are asked for.
   *
   * @throws {BackendError} when no client is given, and there is none
   */
  async effectiveNJobs(nJobs: number): Promise<number> {
    const threads = await this.#threads();
    return Math.min(countJobs(nJobs, threads), threads);
  }

  /**
   * Scatters what is to be scattered, the first time.
   *
   * @throws {BackendError} when no client is given, and there is none
   */
  async begin(run: ParallelRun): Promise<void> {
    const client = await this.client();
    this.#runs.set(run, {
      client,
      shared: new SharedArguments<Ref<unknown>>((value) => client.scatter(value), this.#pinned),
      tuner: undefined,
      most: run.nJobs < await this.#threads() ? run.nJobs : Infinity,
      underWay: 0,
      waiting: [],
    });
    await (this.#scattering ??= this.#scatter(client));
  }

  async #scatter(client: Client): Promise<void> {
    await Promise.all((this.#options.scatter ?? []).map(async (value) => {
      this.#pinned.set(value, await client.scatter(value, { broadcast: true, keep: true }));
    }));
  }

  /** As many as were worth their way so far. */
  batchSize(run: ParallelRun): number {
    const running = this.#runs.get(run)!;
    running.tuner ??= new BatchTuner((text) => run.say?.(text, 10));
    return running.tuner.size;
  }

  /** Submits a task. */
  submit(calls: readonly DelayedCall<unknown>[], run: ParallelRun): SubmittedBatch {
    const running = this.#runs.get(run)!;
    const { clock = realClock } = run;
    let cancelled = false;
    let future: Future<unknown> | undefined;
    let isKept = false;
    const perform = async (): Promise<readonly unknown[]> => {
      const { args, done } = running.shared.prepare(calls.map((call) => call.args));
      try {
        const ready = args instanceof Promise ? await args : args;
        if (running.underWay < running.most) running.underWay++;
        else await new Promise<void>((go) => running.waiting.push(go));
        try {
          if (cancelled) return [];
          const began = clock.now();
          const { tuner } = running;
          if (calls.length === 1 && (calls[0].stays || !tuner?.probes())) {
            const only = running.client.submit(calls[0].fn, ...ready[0]);
            future = only;
            if (calls[0].stays) {
              await wait([only]);
              isKept = only.status === "done";
              if (isKept) return [kept(running.client, calls[0], only, this.#pinned, done)];
            }
            const value = await only;
            tuner?.landed(1, clock.now() - began);
            return [value];
          }
          const all = running.client.submit(performCalls, calls.map((call, i) => [call.fn, ready[i]] as const));
          future = all;
          const { values, ms } = await all;
          tuner?.landed(calls.length, clock.now() - began, ms);
          return values;
        } finally {
          leave(running);
          if (!isKept) future?.release();
        }
      } finally {
        // What a result that stays was made of is there until nobody wants it: it may have to be made again.
        if (!isKept) done();
      }
    };
    const cancel = () => {
      cancelled = true;
      future?.cancel();
    };
    return { results: perform(), cancel };
  }

  /** Lets go of what the run has scattered. */
  end(run: ParallelRun): void {
    this.#runs.get(run)?.shared.close();
  }

  /** Lets go of what was scattered for all. */
  async close(): Promise<void> {
    await this.#scattering?.catch(() => {});
    for (const ref of this.#pinned.values()) ref.release();
    this.#pinned.clear();
  }
}

/** A result that stays on its worker. */
function kept(
  client: Client,
  call: DelayedCall<unknown>,
  ref: Future<unknown>,
  pinned: ReadonlyMap<object, Ref<unknown>>,
  done: () => void,
): KeptResult<unknown> {
  return {
    call,
    ref,
    async ask<A extends unknown[], T>(fn: (result: unknown, ...args: A) => T, ...args: A): Promise<Awaited<T>> {
      const there = substitute(args, (value) => pinned.get(value));
      using asked = client.submit(fn as (...args: unknown[]) => T, ref, ...there);
      return await asked as Awaited<T>;
    },
    release() {
      ref.release();
      done();
    },
  };
}

/** Gives the place to the next. */
function leave(running: Running): void {
  const next = running.waiting.shift();
  if (next === undefined) running.underWay--;
  else next();
}
