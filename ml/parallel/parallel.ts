/**
 * joblib's `Parallel`.
 *
 * @module
 */

import { asyncSnapshot } from "../../actors/core/mod.ts";
import { realClock } from "../../transport/mod.ts";
import { checkOptions, nearestName } from "../utils/mod.ts";
import { nameOf, type ParallelBackend, type ParallelRun } from "./backend.ts";
import type { Calls } from "./delayed.ts";
import { CallReader, Dispatcher, withCallIndex } from "./dispatcher.ts";
import { type ParallelClock, Progress } from "./progress.ts";
import { makeParallelBackend } from "./registry.ts";
import { checkNJobs, currentScope } from "./scope.ts";
import { SequentialBackend } from "./sequential.ts";

/** Calls that a stream may be ahead of its reader, beyond those under way. */
const STREAM_AHEAD = 1_000;

/** Options of {@link Parallel}: joblib's names in camelCase. */
export interface ParallelOptions {
  /**
   * How many calls run at a time: -1 for as many as there is room for, -2 for one less, …. Default `null`: what the backend in force
   * says (all there is, inside `parallelBackend`), and 1 where none is.
   */
  nJobs?: number | null;
  /** 0 is quiet; up to 10 reports now and then, above 10 after every call, from 50 on to standard output. Default 0. */
  verbose?: number | null;
  /** Calls that travel together. Default "auto": as many as it takes to be worth the way. */
  batchSize?: number | "auto";
  /** How much is given out before the first result: a number of batches, "all", or like "2*nJobs", which is the default. */
  preDispatch?: number | string;
  /** Milliseconds that a call may keep the run waiting; `null`, the default, for no end. */
  timeout?: number | null;
  /** A backend, or one's name. Default `null`: the one in force, else "threads". */
  backend?: string | ParallelBackend | null;
  /** Takes the lines of `verbose`. Default: standard error. */
  write?: (line: string) => void;
  /** Tells the time. */
  clock?: ParallelClock;
}

const OPTIONS = ["nJobs", "verbose", "batchSize", "preDispatch", "timeout", "backend", "write", "clock"];

/** How {@link Parallel.stream} hands results out. */
export interface StreamOptions {
  /** In the order of the calls (joblib's "generator"), or as they finish ("generator_unordered"). Default true. */
  ordered?: boolean;
}

/**
 * Many calls at once.
 *
 * The backend is the one given, or the one that `parallelBackend` has put in force, or the threads of this process. With `nJobs` 1 the
 * calls are made one after the other in this thread. An error of a call cancels the others and is thrown, with `callIndex` on it.
 *
 * @example
 * ```ts
 * import { delayed, Parallel } from "@troupe/troupe";
 *
 * const parallel = new Parallel({ nJobs: -1, verbose: 10 });
 * const roots = await parallel.run([1, 4, 9].map((x) => delayed(Math.sqrt)(x)));
 * for await (const root of parallel.stream([1, 4, 9].map((x) => delayed(Math.sqrt)(x)))) console.log(root);
 * ```
 */
export class Parallel {
  readonly #options: ParallelOptions;

  /**
   * Does nothing yet.
   *
   * @param options See {@link ParallelOptions}.
   * @throws {RangeError} for `nJobs` 0, a bad `batchSize`, `preDispatch` or `timeout`; TypeError for an unknown option.
   */
  constructor(options: ParallelOptions = {}) {
    checkOptions("Parallel", options);
    for (const name of Object.keys(options)) {
      if (OPTIONS.includes(name)) continue;
      const near = nearestName(name, OPTIONS);
      throw new TypeError(`Parallel: unknown option "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`);
    }
    if (options.nJobs != null) checkNJobs(options.nJobs);
    const { batchSize = "auto", timeout = null } = options;
    if (batchSize !== "auto" && !(Number.isInteger(batchSize) && batchSize > 0)) {
      throw new RangeError(`batchSize: expected "auto" or a positive integer, got ${String(batchSize)}`);
    }
    if (timeout !== null && !(timeout > 0)) {
      throw new RangeError(`timeout: expected milliseconds above 0, got ${timeout}`);
    }
    readPreDispatch(options.preDispatch, 1);
    this.#options = { ...options };
  }

  /**
   * Makes all calls.
   *
   * @param calls Made by {@link delayed}. An iterable or async iterable is read only as far as there is room (`preDispatch`).
   * @returns Their results, in the calls' order.
   * @throws what a call threw first, with its `callIndex`; {@link CallTimeoutError}.
   */
  async run<R>(calls: Calls<R>): Promise<R[]> {
    const out: R[] = [];
    for await (const value of drain(this.#start(calls, true, Infinity))) out.push(value);
    return out;
  }

  /**
   * Makes all calls, and hands out each result as soon as it is there. The calls begin at once, and are called off when the reader
   * leaves. A stream that is not read goes about 1,000 calls ahead.
   *
   * @param calls As for `run`.
   * @throws {TypeError} when the calls are no array and not iterable
   * @throws {BackendError} when there is no such backend, or it has no client
   *
   * @example
   * ```ts
   * import { delayed, Parallel } from "@troupe/troupe";
   * const calls = [3, 1, 2].map((x) => delayed(Math.sqrt)(x * x));
   * const seen: number[] = [];
   * for await (const root of new Parallel({ nJobs: 2 }).stream(calls, { ordered: false })) seen.push(root);
   * seen.sort(); // [1, 2, 3]
   * ```
   */
  stream<R>(calls: Calls<R>, { ordered = true }: StreamOptions = {}): AsyncIterableIterator<R> {
    const started = this.#start(calls, ordered, STREAM_AHEAD);
    started.catch(() => {});
    return drain(started);
  }

  /** Finds out who performs the calls, and begins. */
  async #start<R>(calls: Calls<R>, ordered: boolean, ahead: number): Promise<AsyncGenerator<R, undefined>> {
    const { batchSize = "auto", timeout = null, clock = realClock } = this.#options;
    const scope = currentScope();
    const { backend, asked } = this.#choose();
    const verbose = this.#options.verbose ?? scope?.verbose ?? 0;
    const nJobs = await backend.effectiveNJobs(asked);
    const limit = readPreDispatch(this.#options.preDispatch, nJobs);
    const total = Array.isArray(calls) ? calls.length : undefined;
    const write = this.#options.write ?? (verbose < 50 ? toStderr : toStdout);
    const progress = new Progress({
      verbose,
      nJobs: asked,
      total,
      preDispatch: limit,
      write,
      clock,
      onProgress: scope?.onProgress,
    });
    const reader = new CallReader(calls);
    if (backend instanceof SequentialBackend) return inOrder(reader, progress);
    const run: ParallelRun = {
      nJobs,
      clock,
      say(text, from) {
        if (verbose >= from) progress.say(text);
      },
    };
    progress.say(`Using backend ${nameOf(backend)} with ${nJobs} concurrent workers.`);
    await backend.begin?.(run);
    const dispatcher = new Dispatcher<R>(reader, {
      backend,
      run,
      limit,
      ahead: limit + ahead,
      batchSize,
      total,
      ordered,
      timeout,
      clock,
      progress,
    });
    dispatcher.fill();
    return collect(dispatcher);
  }

  #choose(): { backend: ParallelBackend; asked: number } {
    const scope = currentScope();
    const given = this.#options.backend;
    const own = typeof given === "string" ? makeParallelBackend(given) : given ?? undefined;
    const backend = own ?? scope?.backend;
    const asked = this.#options.nJobs ?? (own === undefined ? scope?.nJobs : undefined) ?? backend?.defaultNJobs ?? 1;
    if (asked === 1) return { backend: new SequentialBackend(), asked };
    return { backend: backend ?? makeParallelBackend("threads"), asked };
  }
}

/** `preDispatch` as a number of batches. */
function readPreDispatch(value: number | string = "2*nJobs", nJobs: number): number {
  if (value === "all") return Infinity;
  const product = typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)\s*\*\s*n_?jobs\s*$/i.exec(value) : null;
  const n = product === null ? Number(value) : Number(product[1]) * nJobs;
  if (!(n >= 1)) throw new RangeError(`preDispatch: expected a number, "all" or like "2*nJobs", got ${String(value)}`);
  return Math.floor(n);
}

/** One call after the other, each made when its result is asked for. */
async function* inOrder<R>(reader: CallReader<R>, progress: Progress): AsyncGenerator<R, undefined> {
  // The reader of a stream may stand in another scope than the one who asked for it.
  const there = asyncSnapshot();
  try {
    for (let call = await reader.next(); call !== undefined; call = await reader.next()) {
      progress.batches = ++progress.dispatched;
      const { fn, args } = call;
      let value: R;
      try {
        value = await there(() => fn(...args));
      } catch (error) {
        throw withCallIndex(error, progress.completed);
      }
      progress.completed++;
      progress.report();
      yield value;
    }
    progress.exhausted = true;
    progress.finish();
  } finally {
    if (!progress.exhausted) reader.close();
  }
}

async function* collect<R>(dispatcher: Dispatcher<R>): AsyncGenerator<R, undefined> {
  try {
    for (let next = await dispatcher.take(); !next.done; next = await dispatcher.take()) yield next.value;
  } finally {
    await dispatcher.abandon();
  }
}

async function* drain<R>(started: Promise<AsyncGenerator<R, undefined>>): AsyncGenerator<R, undefined> {
  yield* await started;
}

const utf8 = new TextEncoder();
const toStderr = (line: string): void => void Deno.stderr.writeSync(utf8.encode(line));
const toStdout = (line: string): void => void Deno.stdout.writeSync(utf8.encode(line));
