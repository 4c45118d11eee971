/**
 * The result of a task, before it is there.
 *
 * @module
 */

import { reference } from "../values/mod.ts";
import type { ClientTask, ClientTaskState } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import type { Fetcher } from "./fetching.ts";

/** What handles need of their client. */
export interface HandleHost {
  readonly core: ClientCore;
  readonly fetcher: Fetcher;
}

// What the client's other files may do with futures, and nobody else: assigned by the class itself.
/** Makes a future of a task; one of a group when the core holds that instead. */
export let makeFuture: <T>(host: HandleHost, task: ClientTask, group?: object) => Future<T>;
/** The task behind a future. */
export let taskOfFuture: (future: Future<unknown>) => ClientTask;
/** The client's parts behind a future. */
export let hostOfFuture: (future: Future<unknown>) => HandleHost;

/**
 * The result of a task. It can be awaited, and it can stand for its value anywhere inside the arguments of other tasks, which then run where
 * the value is. The value lives on the cluster as long as a future to it does: until {@link Future.release}, the end of a `using` block,
 * or garbage collection.
 *
 * @example
 * ```ts
 * import { Client } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const half = client.submit((x: number) => x / 2, 10);
 * const sum = client.submit((a: number, b: number) => a + b, half, 1);
 * console.log(await sum); // 6
 * ```
 */
export class Future<T> implements Promise<T>, Disposable {
  readonly #host: HandleHost;
  readonly #task: ClientTask;
  /** Lives as long as any future that has it: the one thing that is watched for all of them. */
  readonly #group: object | undefined;
  #promise: Promise<T> | undefined;
  #released = false;
  /** Always `"Future"`. */
  declare readonly [Symbol.toStringTag]: string;
  /** Only for types: what it is a future of. */
  declare protected readonly valueType: T;

  private constructor(host: HandleHost, task: ClientTask, group: object | undefined) {
    this.#host = host;
    this.#task = task;
    this.#group = group;
    if (group === undefined) host.core.hold(this, task);
  }

  /** Names the task, and its result, in the whole cluster. */
  get key(): string {
    return this.#task.key;
  }

  /** @internal What makes it a reference inside of arguments. */
  get [reference](): string {
    if (this.#released) throw new ReferenceError(`the future of ${this.#task.key} was released`);
    return this.#task.key;
  }

  /** What has become of the task: `"pending"`, `"done"`, `"failed"`, `"cancelled"`, `"lost"` or `"released"`. */
  get status(): ClientTaskState {
    return this.#released ? "released" : this.#task.state;
  }

  /**
   * The value; the same promise each time. Rejects with what the task threw (with the stack of where it was thrown), with
   * `CancelledError`, `LostDataError`, `KilledWorkerError` or `ClientClosedError`.
   */
  result(): Promise<T> {
    if (this.#promise === undefined) {
      this.#promise = this.#host.fetcher.promise(this.#task) as Promise<T>;
      // As long as somebody waits, the value is wanted: so the future must live.
      const self = this as Future<T>;
      const keep = (): void => void self.#released;
      this.#promise.then(keep, keep);
    }
    return this.#promise;
  }

  /** As a promise's `then`. */
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  /** As a promise's `catch`. */
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.result().catch(rejected);
  }

  /** As a promise's `finally`. */
  finally(run?: (() => void) | null): Promise<T> {
    return this.result().finally(run);
  }

  /**
   * Gives the task up: whoever awaits it gets a `CancelledError`. Does nothing when it is done, or the client was closed.
   *
   * @param options With `force` it is stopped for everybody; else it goes on while other clients want it.
   */
  cancel(options: { readonly force?: boolean } = {}): void {
    const { core } = this.#host;
    // What is given up on the way out of a failure must not fail in its place: all tasks of a closed client have ended.
    if (core.machine.ended === undefined) {
      core.tell({ type: "cancel", tasks: [this.#task], force: options.force ?? false });
    }
  }

  /** Lets go of the result: when nobody else wants it, it is dropped, or never computed. The future is of no use afterwards. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#host.core.unhold(this.#task);
  }

  /** The same as {@link Future.release}. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Key and status. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Future(${this.key}, ${this.status})`;
  }

  static {
    makeFuture = (host, task, group) => new Future(host, task, group);
    taskOfFuture = (future) => future.#task;
    hostOfFuture = (future) => future.#host;
    // Once for all of them: there may be a great many.
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: "Future" });
  }
}

/** Futures of one call from which on they are held in groups. */
const MANY = 512;
const GROUP = 32;

/** Makes futures of tasks that were submitted together. To watch each of very many for its end would be a good part of what tasks cost. */
export function makeFutures<T>(host: HandleHost, tasks: readonly ClientTask[]): Future<T>[] {
  const n = tasks.length;
  const out: Future<T>[] = new Array(n);
  let group: object | undefined;
  for (let i = 0; i < n; i++) {
    if (n >= MANY && i % GROUP === 0) {
      group = {};
      host.core.holdGroup(group, tasks.slice(i, i + GROUP));
    }
    out[i] = makeFuture(host, tasks[i], group);
  }
  return out;
}
