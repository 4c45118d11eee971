/**
 * One run of many calls: gives them out as room comes free, and collects what comes back.
 *
 * @module
 */

import type { ParallelBackend, ParallelRun, SubmittedBatch } from "./backend.ts";
import type { Calls, DelayedCall } from "./delayed.ts";
import { CallTimeoutError, FailedCallError } from "./errors.ts";
import type { ParallelClock, Progress } from "./progress.ts";

/** Reads calls one by one, and says which of them is none. */
export class CallReader<R> {
  readonly #iterator: Iterator<DelayedCall<R>> | AsyncIterator<DelayedCall<R>>;
  #read = 0;

  /** Begins to read. */
  constructor(calls: Calls<R>) {
    if (Symbol.asyncIterator in Object(calls)) {
      this.#iterator = (calls as AsyncIterable<DelayedCall<R>>)[Symbol.asyncIterator]();
    } else if (Symbol.iterator in Object(calls)) {
      this.#iterator = (calls as Iterable<DelayedCall<R>>)[Symbol.iterator]();
    } else throw new TypeError(`calls: expected an array, an iterable or an async iterable, got ${typeof calls}`);
  }

  /** The next call; undefined at the end; a promise only where the calls come by promises. */
  next(): DelayedCall<R> | undefined | Promise<DelayedCall<R> | undefined> {
    const step = this.#iterator.next();
    return step instanceof Promise ? step.then((s) => this.#check(s)) : this.#check(step);
  }

  #check(step: IteratorResult<DelayedCall<R>>): DelayedCall<R> | undefined {
    if (step.done) return undefined;
    const { value } = step;
    if (typeof value?.fn !== "function" || !Array.isArray(value.args)) {
      throw new TypeError(`calls[${this.#read}]: expected a call made by delayed(fn)(...), got ${typeof value}`);
    }
    this.#read++;
    return value;
  }

  /** Nobody will read on. */
  close(): void {
    try {
      const closing = this.#iterator.return?.();
      if (closing instanceof Promise) closing.catch(() => {});
    } catch { /* the run has ended already: its own outcome counts */ }
  }
}

/** What a {@link Dispatcher} works with. */
export interface DispatcherOptions {
  /** Performs the calls. */
  readonly backend: ParallelBackend;
  /** The run's identity, to the backend. */
  readonly run: ParallelRun;
  /** How many batches may be under way. */
  readonly limit: number;
  /** How many calls may be under way or finished without having been taken. */
  readonly ahead: number;
  /** Calls in a batch; "auto" asks the backend. */
  readonly batchSize: number | "auto";
  /** How many calls there will be, if that is known. */
  readonly total: number | undefined;
  /** Whether results come out in the calls' order. */
  readonly ordered: boolean;
  /** Milliseconds that the oldest call may take. */
  readonly timeout: number | null;
  /** For `timeout`. */
  readonly clock: ParallelClock;
  /** Is told what happens. */
  readonly progress: Progress;
}

interface Flight {
  readonly batch: SubmittedBatch;
  readonly size: number;
}

/** See the module. */
export class Dispatcher<R> {
  readonly #options: DispatcherOptions;
  readonly #reader: CallReader<R>;
  /** By the index of the first call; so the oldest comes first. */
  readonly #flights = new Map<number, Flight>();
  /** Finished and not taken: by index where in order, else by arrival. */
  readonly #ready = new Map<number, R>();
  #taken = 0;
  #filling = false;
  #outcome: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  #watched = -1;
  #timer: { cancel(): void } | undefined;
  #closed: Promise<void> = Promise.resolve();

  /** Gives nothing out yet. */
  constructor(reader: CallReader<R>, options: DispatcherOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** Gives out what there is room for. */
  async fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const { progress, limit, ahead } = this.#options;
    try {
      while (
        this.#outcome === undefined && !progress.exhausted && this.#flights.size < limit &&
        progress.dispatched - this.#taken < ahead
      ) {
        const calls: DelayedCall<R>[] = [];
        for (let room = this.#size(); room > 0; room--) {
          const next = this.#reader.next();
          // Without a pause where there need be none: what is submitted in one turn travels in one message.
          const call = next instanceof Promise ? await next : next;
          if (call === undefined) {
            progress.exhausted = true;
            break;
          }
          calls.push(call);
        }
        if (calls.length > 0 && this.#outcome === undefined) this.#give(calls);
      }
      if (progress.exhausted && this.#flights.size === 0) this.#end({});
    } catch (error) {
      this.#end({ error });
    } finally {
      this.#filling = false;
    }
  }

  #size(): number {
    const { batchSize, backend, run, total, progress } = this.#options;
    const wanted = batchSize === "auto" ? backend.batchSize?.(run) ?? 1 : batchSize;
    if (total === undefined || batchSize !== "auto") return wanted;
    // Towards the end smaller ones, so that nobody waits for the last.
    return Math.max(1, Math.min(wanted, Math.ceil((total - progress.dispatched) / (2 * run.nJobs))));
  }

  #give(calls: readonly DelayedCall<R>[]): void {
    const { backend, run, progress } = this.#options;
    const first = progress.dispatched;
    const batch = backend.submit(calls, run);
    progress.dispatched += calls.length;
    progress.batches++;
    this.#flights.set(first, { batch, size: calls.length });
    batch.results.then((values) => this.#land(first, values), (error) => {
      const inside = error instanceof FailedCallError ? error.callIndex : 0;
      this.#end({ error: withCallIndex(error instanceof FailedCallError ? error.cause : error, first + inside) });
    });
    this.#watch();
  }

  #land(first: number, values: readonly unknown[]): void {
    if (this.#outcome !== undefined) return;
    const { size } = this.#flights.get(first)!;
    this.#flights.delete(first);
    if (values.length !== size) {
      this.#end({ error: new TypeError(`a backend answered ${size} calls with ${values.length} results`) });
      return;
    }
    const { progress, ordered } = this.#options;
    for (let i = 0; i < size; i++) this.#ready.set(ordered ? first + i : progress.completed + i, values[i] as R);
    progress.completed += size;
    progress.report();
    this.#watch();
    this.#notify();
    this.fill();
  }

  /** Watches the oldest call under way. */
  #watch(): void {
    const { timeout, clock } = this.#options;
    if (timeout === null) return;
    const oldest = this.#flights.keys().next().value ?? -1;
    if (oldest === this.#watched) return;
    this.#timer?.cancel();
    this.#watched = oldest;
    if (oldest >= 0) {
      this.#timer = clock.after(timeout, () => this.#end({ error: new CallTimeoutError(oldest, timeout) }));
    }
  }

  #end(outcome: { readonly error?: unknown }): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#timer?.cancel();
    if ("error" in outcome) {
      for (const { batch } of this.#flights.values()) {
        batch.results.catch(() => {});
        try {
          batch.cancel();
        } catch { /* what ended the run counts, and not that a backend cannot give up the rest */ }
      }
      this.#flights.clear();
      this.#reader.close();
    } else this.#options.progress.finish();
    const { backend, run } = this.#options;
    this.#closed = (async () => await backend.end?.(run))();
    this.#closed.catch(() => {});
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** The next result, when there is one; `done` at the end. Throws what ended the run. */
  async take(): Promise<IteratorResult<R, undefined>> {
    while (true) {
      if (this.#outcome !== undefined && "error" in this.#outcome) throw this.#outcome.error;
      if (this.#ready.has(this.#taken)) {
        const value = this.#ready.get(this.#taken) as R;
        this.#ready.delete(this.#taken++);
        this.fill();
        return { done: false, value };
      }
      if (this.#outcome !== undefined) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Nobody wants the rest. Resolves when the backend has put everything away. */
  abandon(): Promise<void> {
    this.#end({ error: new Error("the run was abandoned") });
    return this.#closed;
  }
}

/** The error with the call's index on it; wrapped where nothing can be put on it. */
export function withCallIndex(error: unknown, callIndex: number): unknown {
  if (!(error instanceof Error)) return new FailedCallError(callIndex, error);
  if (Object.isExtensible(error)) Object.defineProperty(error, "callIndex", { value: callIndex, configurable: true });
  return error;
}
