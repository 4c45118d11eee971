/**
 * The client: what a program uses of the runtime.
 *
 * @module
 */

import type { Header, TransportStats } from "../../transport/mod.ts";
import { ActorHandle, type ActorHost, handleOf, makeHandle } from "./actor_handle.ts";
import type { ClientTask } from "./client_task.ts";
import type { ClientParts, ScatterOptions, WorkerInfo } from "./client_options.ts";
import { leaveCluster } from "./closing.ts";
import type { ClientCore } from "./core.ts";
import { gather } from "./gathering.ts";
import { runEverywhere, workersThere } from "./everywhere.ts";
import type { SchedulerLogEntry as ClusterEvent } from "../scheduler/mod.ts";
import { failureOf } from "./decoding.ts";
import { Future, makeFuture, makeFutures } from "./future.ts";
import type { ConnectOptions, LocalOptions } from "./connect.ts";
import { remoteModule } from "./modules.ts";
import { type CallOptions, checkKey, Options } from "./options.ts";
import { ownHandle, tasksOf } from "./ownership.ts";
import { makeRef, Ref } from "./ref.ts";
import { type Shared, shareOver } from "./shared.ts";
import { type DelayedFunction, makeDelayed } from "./graph/delayed.ts";
import { whileWaiting } from "./task_context.ts";
import type { AnyClass, AnyFunction, Args, Columns, Promised, Remote, RemoteModule, ValueOf } from "./types.ts";

const defaults = new Options();

// What the client's other files may do with a client, and nobody else: assigned by the class itself.
/** A client over an endpoint that is there already: for other transports, and threads. Does not wait for the scheduler. */
export let clientOver: (parts: ClientParts) => Client;
/** The shell and its machine. */
export let coreOf: (client: Client) => ClientCore;
/** What handles of actors need. */
export let actorHostOf: (client: Client) => ActorHost;

/**
 * A connection to a cluster.
 *
 * What is no future, reference or handle of this cluster, or no key, is a {@link TypeError} wherever it is given.
 *
 * @example
 * ```ts
 * import { Client } from "@troupe/troupe";
 *
 * await using client = await Client.local({ workers: 1, threadsPerWorker: 2 });
 * const squares = client.map((x: number) => x ** 2, [1, 2, 3]);
 * console.log(await client.gather(squares)); // [1, 4, 9]
 * ```
 */
export class Client implements AsyncDisposable {
  readonly #shared: Shared;
  readonly #options: Options;

  private constructor(shared: Shared, options: Options) {
    this.#shared = shared;
    this.#options = options;
  }

  /**
   * Connects to a scheduler.
   *
   * @param address Its address, such as `tcp://10.0.0.5:8786`.
   * @throws {ConnectionError} when nobody answers there in time, it speaks another version, or refuses the keys; says what to check.
   * @throws {AddressError} for an address that does not parse.
   */
  static async connect(address: string, options: ConnectOptions = {}): Promise<Client> {
    return (await import("./connect.ts")).connect(address, options);
  }

  /**
   * Starts a cluster of this machine, and connects to it. The cluster ends with the client, and with this process however that ends.
   *
   * @throws {TypeError} for an option that is none, naming the nearest that is.
   * @throws {RangeError} for a count, a memory limit or an amount of a resource that cannot be.
   */
  static async local(options: LocalOptions = {}): Promise<Client> {
    return (await import("./connect.ts")).local(options);
  }

  /** The scheduler's address. */
  get scheduler(): string {
    return this.#shared.core.scheduler;
  }

  /** The client's name in the cluster. */
  get name(): string {
    return this.#shared.core.endpoint.self.name;
  }

  /** Messages and bytes that this client has sent and received: from and to the scheduler, and the workers it scatters to and gathers from. */
  get transportStats(): Readonly<TransportStats> {
    return { ...this.#shared.core.endpoint.stats };
  }

  /** Whether there is a session with the scheduler now. It is dialled again of itself. */
  get connected(): boolean {
    return this.#shared.core.machine.connected;
  }

  /**
   * The same client with other options for what is submitted through it.
   *
   * @param options See {@link CallOptions}. They replace those of this client, one by one.
   * @throws {TypeError} or {RangeError} for an option that is none, and for a value that it cannot have.
   *
   * @example
   * ```ts
   * import { Client } from "@troupe/troupe";
   *
   * await using client = await Client.local();
   * const urgent = client.with({ priority: 10, retries: 2 });
   * console.log(await urgent.submit(Math.sqrt, 16)); // 4
   * ```
   */
  with(options: CallOptions): Client {
    return new Client(this.#shared, new Options({ ...this.#options.given, ...options }));
  }

  /**
   * Submits a call: `fn(...args)` is performed on some worker.
   *
   * @param fn A function of the library, of a {@link Client.module}, a standard one (`Math.sqrt`), or any that uses nothing but its parameters.
   * @param args Its arguments. Futures and references may stand for values anywhere inside them.
   * @returns The future of what it returns (or what the promise that it returns resolves to).
   * @throws {ClosureError} when `fn` uses variables from outside of it.
   * @throws {NotSendableError} naming what in the arguments cannot be sent.
   */
  submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: Args<NoInfer<A>>): Future<Awaited<R>> {
    return makeFuture(this.#shared, this.#submit(fn, args as readonly unknown[]));
  }

  #submit(fn: AnyFunction, args: readonly unknown[], suffix?: string): ClientTask {
    return this.#shared.submitter.submit(fn, args, this.#options, this.#options.task, suffix);
  }

  /**
   * Submits a call for each element of the columns: `fn(columns[0][i], columns[1][i], …)`.
   *
   * @param fn As in {@link Client.submit}.
   * @param columns A list for each parameter, all of one length.
   * @returns Futures in the same order. Those of a long list are garbage only in groups of 32: release by hand what has to go at once.
   * @throws {RangeError} when the lists differ in length.
   */
  map<A extends readonly unknown[], R>(fn: (...args: A) => R, ...columns: Columns<NoInfer<A>>): Future<Awaited<R>>[] {
    const lists = (columns as readonly Iterable<unknown>[]).map((c) => Array.isArray(c) ? c as unknown[] : [...c]);
    const n = lists.length === 0 ? 0 : lists[0].length;
    const odd = lists.findIndex((l) => l.length !== n);
    if (odd > 0) throw new RangeError(`map: list ${odd} has ${lists[odd].length} elements, list 0 has ${n}`);
    const tasks: ClientTask[] = new Array(n);
    const named = this.#options.given.key !== undefined;
    for (let i = 0; i < n; i++) {
      const args = lists.length === 1 ? [lists[0][i]] : lists.map((l) => l[i]);
      tasks[i] = this.#submit(fn, args, named ? `-${i}` : "");
    }
    return makeFutures(this.#shared, tasks);
  }

  /**
   * A function whose calls are put off: they make a graph, of which {@link Delayed.compute} has performed what is needed. Calls of a client
   * `with({ pure: true })` are named by their content.
   */
  delayed<A extends readonly unknown[], R>(fn: (...args: A) => R): DelayedFunction<A, R> {
    return ((...args: unknown[]) => makeDelayed(this.#shared.graph, this, fn, args)) as DelayedFunction<A, R>;
  }

  /**
   * Gets the values of futures and references; large ones straight from the workers that hold them, many at once.
   *
   * @param options With `errors: "return"`, what went wrong stands in the place of the value; by default the first of it rejects.
   * @throws what the first task that failed threw, unless errors are returned.
   */
  gather<const F extends readonly Promised<unknown>[]>(
    futures: F,
    options?: { readonly errors?: "raise" },
  ): Promise<{ -readonly [K in keyof F]: ValueOf<F[K]> }>;
  /** With errors in the places of values. */
  gather<const F extends readonly Promised<unknown>[]>(
    futures: F,
    options: { readonly errors: "return" },
  ): Promise<{ -readonly [K in keyof F]: ValueOf<F[K]> | Error }>;
  gather(
    futures: readonly Promised<unknown>[],
    options: { readonly errors?: "raise" | "return" } = {},
  ): Promise<unknown> {
    if (!Array.isArray(futures)) {
      throw new TypeError(
        `gather: expected a list of futures and references, got ${Deno.inspect(futures, { depth: 0 })}`,
      );
    }
    return gather(this.#shared, tasksOf(this.#shared.core, futures, "gather"), options.errors === "return", futures);
  }

  /**
   * Puts a value into the memory of workers, where it stays as long as the reference to it: for what many tasks use.
   *
   * It goes straight from here to a worker; with `broadcast` from there to the others. Equal content is kept once on each worker.
   *
   * @param value What to scatter. Do not change its arrays afterwards.
   * @throws {ScatterError} when no worker has room for it.
   * @throws {NotSendableError} naming what in it cannot be sent.
   */
  async scatter<T>(value: T, options: ScatterOptions = {}): Promise<Ref<T>> {
    const { submitter } = this.#shared;
    const { task, stored } = submitter.scatterer.scatter(value, options.keep ?? false);
    const ref = makeRef<T>(this.#shared, task);
    await whileWaiting(stored);
    if (options.broadcast) await this.replicate(ref);
    return ref;
  }

  /**
   * Has values on several workers; ends when they are there.
   *
   * @param values Futures or references.
   * @param options `copies`: on how many workers (default: all); `workers`: or on which.
   * @throws {RangeError} when `copies` is no whole number from 0 up.
   */
  async replicate(
    values: Promised<unknown> | readonly Promised<unknown>[],
    options: { readonly copies?: number; readonly workers?: readonly string[] } = {},
  ): Promise<void> {
    const list = Array.isArray(values) ? values as readonly Promised<unknown>[] : [values as Promised<unknown>];
    const { copies = 0, workers = [] } = options;
    if (!Number.isSafeInteger(copies) || copies < 0) {
      throw new RangeError(`copies: expected a non-negative integer, got ${copies}`);
    }
    const { core } = this.#shared;
    const ids = tasksOf(core, list, "replicate").map((t) => t.key);
    await whileWaiting(
      core.question((n) => ({ type: "replicate", n, ids, copies, workers: [...workers], frames: [] })),
    );
  }

  /**
   * A module on the cluster. Its functions submit tasks, its classes can be given to {@link Client.spawn}.
   *
   * @param url URL of the module: `import.meta.resolve("./jobs.ts")`. It is bundled once, with all it imports but npm packages.
   * @throws {ModuleLoadError} with the bundler's message.
   * @example
   * ```ts ignore
   * const jobs = client.module<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));
   * const total = jobs.add(jobs.inc(1), jobs.inc(2)); // Future<number>
   * ```
   */
  module<M>(url: string): RemoteModule<M> {
    return remoteModule(
      url,
      (fn, args) => makeFuture(this.#shared, this.#submit(fn, args)),
    ) as RemoteModule<M>;
  }

  /**
   * Constructs an actor: an instance of a class that stays on one worker, and performs one call at a time, in order.
   *
   * @param cls A class of a {@link Client.module}, one with `static readonly module = import.meta.url`, or one that uses nothing from outside of it.
   * @param args What its constructor is given.
   * @returns Its handle, with the class's methods; each returns a promise. Handles may be sent inside of arguments. With its last handle
   * the actor ends; see also {@link Client.stop}.
   * @throws what the constructor threw.
   */
  async spawn<C extends AnyClass>(cls: C, ...args: Args<ConstructorParameters<C>>): Promise<Remote<InstanceType<C>>> {
    const { submitter, core, fetcher } = this.#shared;
    const options = this.#options;
    // deno-lint-ignore ban-types
    const task = submitter.submit(cls as Function, args as readonly unknown[], options, options.actor);
    const handle = makeHandle(new ActorHandle(task.key, this.#shared, task));
    await whileWaiting(fetcher.settled(task));
    core.mustBeOpen();
    if (task.state !== "done") throw failureOf(task);
    return handle as Remote<InstanceType<C>>;
  }

  /**
   * The handle of an actor that somebody else spawned.
   *
   * @param key The actor's key; see {@link Client.keyOf}.
   */
  actor<I>(key: string): Remote<I> {
    checkKey(key);
    return makeHandle(new ActorHandle(key, this.#shared)) as Remote<I>;
  }

  /** The key of an actor, by its handle. */
  keyOf(handle: object): string {
    return handleOf(handle).key;
  }

  /** Ends an actor, whoever has handles to it; calls that come later fail with `ActorGoneError`. */
  stop(handle: object): void {
    this.#shared.core.tell({
      type: "cancel",
      tasks: [ownHandle(this.#shared.core, handle, "stop").bound.task],
      force: true,
    });
  }

  /**
   * The future of a task of this key, or a reference to a value: that somebody else submitted or scattered, for example.
   */
  future<T = unknown>(key: string): Future<T> {
    checkKey(key);
    return makeFuture<T>(this.#shared, this.#shared.core.adopt(key));
  }

  /**
   * Gives tasks up.
   *
   * @param options With `force` they are stopped for everybody; else they go on while other clients want them.
   */
  cancel(futures: Future<unknown> | Iterable<Future<unknown>>, options: { readonly force?: boolean } = {}): void {
    const list = futures instanceof Future ? [futures] : [...futures as Iterable<Future<unknown>>];
    const { core } = this.#shared;
    core.tell({ type: "cancel", tasks: tasksOf(core, list, "cancel"), force: options.force ?? false });
  }

  /**
   * Performs a call once on every worker, at once and beside all tasks.
   *
   * @param fn As in {@link Client.submit}.
   * @param args Its arguments; values, no futures.
   * @returns What it returned, by the worker's name.
   * @throws as {@link Client.submit} does, and what the first worker's call that failed threw.
   */
  async run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Record<string, Awaited<R>>> {
    return await runEverywhere(this.#shared, fn, args) as Record<string, Awaited<R>>;
  }

  /**
   * Which workers hold values, by name.
   *
   * @param values Futures and references, or one; default: everything in the cluster.
   */
  async whoHas(values?: Promised<unknown> | Iterable<Promised<unknown>>): Promise<Record<string, string[]>> {
    const list = values instanceof Future || values instanceof Ref ? [values] : values as Iterable<Promised<unknown>>;
    const args = values === undefined ? null : { keys: tasksOf(this.#shared.core, list, "whoHas").map((t) => t.key) };
    return await whileWaiting(this.#shared.core.ask("whoHas", args)) as unknown as Record<string, string[]>;
  }

  /** The cluster's workers, as the scheduler last told. */
  workers(): WorkerInfo[] {
    return [...this.#shared.core.machine.workers.values()];
  }

  /**
   * Waits until there are workers.
   *
   * @param count How many.
   * @param options `timeout`: milliseconds after which it rejects; default none.
   * @throws {WaitTimeoutError}
   */
  async waitForWorkers(count = 1, options: { readonly timeout?: number } = {}): Promise<WorkerInfo[]> {
    return await workersThere(this.#shared.core, count, options.timeout);
  }

  /** Forgets all tasks and data of the cluster, and restarts its workers; ends when they are back. */
  async restart(): Promise<void> {
    await whileWaiting(this.#shared.core.question((n) => ({ type: "restart", n, frames: [] })));
  }

  /**
   * The scheduler's log of changes, newest last.
   *
   * @param filter `since`: number of the first entry; `limit`: at most so many (default 1,000); `what`: of one task or worker only.
   */
  async events(
    filter: { readonly since?: number; readonly limit?: number; readonly what?: string } = {},
  ): Promise<ClusterEvent[]> {
    return await this.ask("events", { ...filter }) as unknown as ClusterEvent[];
  }

  /**
   * Asks the scheduler: "workers", "tasks", "info", "events", "whoHas".
   *
   * @param args What it is about; plain data.
   * @throws {SchedulerRefusalError} with the scheduler's own message.
   */
  ask(what: string, args: Header = null): Promise<Header> {
    return whileWaiting(this.#shared.core.ask(what, args));
  }

  /** Leaves the cluster: what only this client wanted, but what was fired and forgotten, is dropped, and what is still awaited fails with `ClientClosedError`. */
  close(): Promise<void> {
    return this.#shared.closing ??= leaveCluster(this.#shared);
  }

  /** The same as {@link Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  static {
    const inner = (client: Client) => ({ shared: client.#shared, options: client.#options });
    clientOver = (parts) => shareOver(parts, inner, (shared) => new Client(shared, defaults)).base;
    coreOf = (client) => client.#shared.core;
    actorHostOf = (client) => client.#shared;
  }
}
