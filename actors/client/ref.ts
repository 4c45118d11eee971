/**
 * A value that lives on workers.
 *
 * @module
 */

import { reference } from "../values/mod.ts";
import type { ClientTask, ClientTaskState } from "./client_task.ts";
import type { HandleHost } from "./future.ts";

// What the client's other files may do with references, and nobody else: assigned by the class itself.
/** Makes a reference to scattered data. */
export let makeRef: <T>(host: HandleHost, task: ClientTask) => Ref<T>;
/** The data behind a reference. */
export let taskOfRef: (ref: Ref<unknown>) => ClientTask;
/** The client's parts behind a reference. */
export let hostOfRef: (ref: Ref<unknown>) => HandleHost;

/**
 * A pinned value that was scattered to workers. It stands for the value anywhere inside of arguments. It stays in the memory of the workers
 * that hold it until the last reference is let go: by {@link Ref.release}, at the end of a `using` block, or by garbage collection.
 *
 * @example
 * ```ts
 * import { Client } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * using x = await client.scatter(new Float64Array(1_000_000).fill(1), { broadcast: true });
 * const sum = client.submit((x: Float64Array) => x.reduce((a, b) => a + b), x);
 * console.log(await sum); // 1000000
 * ```
 */
export class Ref<T> implements Disposable {
  readonly #host: HandleHost;
  readonly #task: ClientTask;
  #released = false;
  /** Only for types: what it refers to. */
  declare protected readonly valueType: T;

  private constructor(host: HandleHost, task: ClientTask) {
    this.#host = host;
    this.#task = task;
    host.core.hold(this, task);
  }

  /** Names the value in the whole cluster. */
  get key(): string {
    return this.#task.key;
  }

  /** @internal What makes it a reference inside of arguments. */
  get [reference](): string {
    if (this.#released) throw new ReferenceError(`the reference ${this.#task.key} was released`);
    return this.#task.key;
  }

  /** `"done"` while the value is there; `"lost"` when no worker has it any more, nor this client. */
  get status(): ClientTaskState {
    return this.#released ? "released" : this.#task.state;
  }

  /** Size in bytes. */
  get nbytes(): number {
    return this.#task.nbytes;
  }

  /** Fetches the value, anew each time. Rejects with `LostDataError` when it is lost. */
  result(): Promise<T> {
    return this.#host.fetcher.promise(this.#task).finally(() => void this.#released) as Promise<T>;
  }

  /** Lets go of the value. The reference is of no use afterwards. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#host.core.unhold(this.#task);
  }

  /** The same as {@link Ref.release}. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Key, status and size. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Ref(${this.key}, ${this.status}, ${this.nbytes} bytes)`;
  }

  static {
    makeRef = (host, task) => new Ref(host, task);
    taskOfRef = (ref) => ref.#task;
    hostOfRef = (ref) => ref.#host;
  }
}
