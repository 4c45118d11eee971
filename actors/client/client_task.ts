/**
 * A task, or a piece of scattered data, as the client sees it.
 *
 * @module
 */

import type { dataCard, Of, taskOptions } from "../protocol/mod.ts";

/** See `taskOptions` in the protocol. */
export type TaskOptions = Of<typeof taskOptions>;
/** See `dataCard` in the protocol. */
export type DataCard = Of<typeof dataCard>;

/**
 * - `pending`: not known to be finished.
 * - `done`: its value exists, here or on a worker.
 * - `failed`: it threw, or what it depends on did.
 * - `cancelled`: given up on request.
 * - `lost`: its value is nowhere any more, and cannot be had again.
 * - `released`: nobody here wants its value; remembered only while what others were made from it.
 */
export type ClientTaskState = "pending" | "done" | "failed" | "cancelled" | "lost" | "released";

/** What calls of one function have in common: one object for all of them. */
export interface TaskCall {
  /** The function's code reference. */
  readonly fn: string;
  readonly options: TaskOptions;
  /** Hashes of the code that it needs. */
  readonly codes: readonly string[];
}

/** Told when a task is no longer pending. */
export type Watcher = (task: ClientTask) => void;

const NO_TASKS: readonly ClientTask[] = [];
const NO_KEYS: readonly string[] = [];
const NO_BYTES = new Uint8Array(0);

/** What most tasks never have. */
class Rare {
  blockedBy = 0;
  blocks: ClientTask[] | undefined;
  unsent = 0;
  counts = false;
  toldIn = 0;
  owed = false;
  due = false;
  begunAt = "";
  error: Uint8Array | undefined;
  blamed = "";
  because: ClientTask | undefined;
  was: "cancelled" | "lost" | undefined;
  renewedIn = 0;
  reason = "";
  card: DataCard | undefined;
  auto = false;
  keep: unknown;
  failure: unknown;
}

/** The same for all tasks that have nothing rare. */
const nothing: Readonly<Rare> = Object.freeze(new Rare());

/**
 * One row of the client's table. Only the machine changes it, but for `handles`, `early` and `watchers`, which are the shell's. There may be a
 * great many at once, so a row is small: what is rare stands apart.
 */
export class ClientTask {
  readonly key: string;
  readonly kind: "task" | "data" | "foreign";
  /** What is called; without it, a value that is not this client's to make: scattered, or another's. */
  readonly call: TaskCall | undefined;
  /** The packed arguments as a blob: `args[argsStart..argsEnd)`, in memory that others share. */
  readonly args: Uint8Array;
  readonly argsStart: number;
  readonly argsEnd: number;
  /** Keys of the dependencies. */
  readonly deps: readonly string[];
  state: ClientTaskState = "pending";
  /** Whether it stands in the table. */
  entered = false;
  /** Whether the scheduler has been told of it, or will be by the next `resume`. */
  sent = false;
  /** Those of its dependencies that this client remembers. */
  inputs: readonly ClientTask[] = NO_TASKS;
  /** Remembered tasks that were made from this one. */
  dependents = 0;
  /** Size of its value in bytes. */
  nbytes = 0;
  /** A worker that holds the value. */
  worker: string | undefined = undefined;
  /** If the value is small and here, what it lies in as a blob: `inline[inlineStart..inlineEnd)`. */
  inline: Uint8Array | undefined = undefined;
  inlineStart = 0;
  inlineEnd = 0;
  /** Futures and references to it in this process. */
  handles = 0;
  /** Of those that were let go by hand, how many are not yet known to be collected. */
  early = 0;
  /** Told once, when it is no longer pending. */
  watchers: Watcher | Watcher[] | undefined = undefined;
  #rare: Rare | undefined = undefined;

  /** With `call` a task that is to be performed, with the arguments `args[start..end)`. */
  constructor(
    key: string,
    kind: "task" | "data" | "foreign",
    call?: TaskCall,
    args: Uint8Array = NO_BYTES,
    start = 0,
    end: number = args.length,
    deps: readonly string[] = NO_KEYS,
  ) {
    this.key = key;
    this.kind = kind;
    this.call = call;
    this.args = args;
    this.argsStart = start;
    this.argsEnd = end;
    this.deps = deps;
  }

  get #some(): Readonly<Rare> {
    return this.#rare ?? nothing;
  }

  #set<K extends keyof Rare>(name: K, value: Rare[K]): void {
    if (this.#rare === undefined) {
      if (value === nothing[name]) return;
      this.#rare = new Rare();
    }
    this.#rare[name] = value;
  }

  /** Dependencies that the scheduler has not been told of yet. */
  get blockedBy(): number {
    return this.#some.blockedBy;
  }
  set blockedBy(n: number) {
    this.#set("blockedBy", n);
  }

  /** Tasks that wait for this one to be sent. */
  get blocks(): ClientTask[] | undefined {
    return this.#some.blocks;
  }
  set blocks(tasks: ClientTask[] | undefined) {
    this.#set("blocks", tasks);
  }

  /** Those of its dependents that the scheduler has not been told of, and that count on its keeping this one until it has. */
  get unsent(): number {
    return this.#some.unsent;
  }
  set unsent(n: number) {
    this.#set("unsent", n);
  }

  /** Whether this one counts in `unsent` of its inputs. */
  get counts(): boolean {
    return this.#some.counts;
  }
  set counts(yes: boolean) {
    this.#set("counts", yes);
  }

  /** The event in which the scheduler was told of it, if it had to wait for that. */
  get toldIn(): number {
    return this.#some.toldIn;
  }
  set toldIn(event: number) {
    this.#set("toldIn", event);
  }

  /** What had become of it when it was let go of: what was to be made from it shows that. */
  get was(): "cancelled" | "lost" | undefined {
    return this.#some.was;
  }
  set was(state: "cancelled" | "lost" | undefined) {
    this.#set("was", state);
  }

  /** Let go of here, but not told so: the scheduler is to keep it for the `unsent`. */
  get owed(): boolean {
    return this.#some.owed;
  }
  set owed(yes: boolean) {
    this.#set("owed", yes);
  }

  /** Fired and forgotten: nobody here holds it, and it is wanted until it has come to an end. */
  get due(): boolean {
    return this.#some.due;
  }
  set due(yes: boolean) {
    this.#set("due", yes);
  }

  /** The address of the worker where it was begun without the scheduler, until the scheduler tells of it; empty for none. */
  get begunAt(): string {
    return this.#some.begunAt;
  }
  set begunAt(address: string) {
    this.#set("begunAt", address);
  }

  /** The packed error, once it failed. */
  get error(): Uint8Array | undefined {
    return this.#some.error;
  }
  set error(blob: Uint8Array | undefined) {
    this.#set("error", blob);
  }

  /** Which task threw, once it failed. */
  get blamed(): string {
    return this.#some.blamed;
  }
  set blamed(key: string) {
    this.#set("blamed", key);
  }

  /** The dependency because of which it failed before it was ever sent. */
  get because(): ClientTask | undefined {
    return this.#some.because;
  }
  set because(task: ClientTask | undefined) {
    this.#set("because", task);
  }

  /** Which `submit` of the session carries it once more, after it had ended; Infinity before that is sent, 0 for none. */
  get renewedIn(): number {
    return this.#some.renewedIn;
  }
  set renewedIn(n: number) {
    this.#set("renewedIn", n);
  }

  /** Why it was cancelled or lost. */
  get reason(): string {
    return this.#some.reason;
  }
  set reason(text: string) {
    this.#set("reason", text);
  }

  /** Scattered data: how the scheduler knows it. */
  get card(): DataCard | undefined {
    return this.#some.card;
  }
  set card(card: DataCard | undefined) {
    this.#set("card", card);
  }

  /** Data that was scattered of itself, as a large argument: let go with the last task that was made from it. */
  get auto(): boolean {
    return this.#some.auto;
  }
  set auto(yes: boolean) {
    this.#set("auto", yes);
  }

  /** What must stay alive while it is pending. */
  get keep(): unknown {
    return this.#some.keep;
  }
  set keep(value: unknown) {
    this.#set("keep", value);
  }

  /** The error made of `error` or `reason`, so that it is the same for all. */
  get failure(): unknown {
    return this.#some.failure;
  }
  set failure(error: unknown) {
    this.#set("failure", error);
  }
}

/** Tells whoever watches a task, once; `before` is called before each of them is. */
export function tellWatchers(task: ClientTask, before: () => void): void {
  const watchers = task.watchers!;
  task.watchers = undefined;
  if (!Array.isArray(watchers)) {
    before();
    watchers(task);
    return;
  }
  for (const w of watchers) {
    before();
    w(task);
  }
}
