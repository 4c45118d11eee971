/**
 * The handle of an actor: an object with the actor's methods.
 *
 * @module
 */

import { registerInternals } from "../code/mod.ts";
import { fromWire, toWire } from "../values/mod.ts";
import type { ClientTask } from "./client_task.ts";
import type { ActorCalls } from "./actors.ts";
import type { ClientCore } from "./core.ts";

/** What a handle is given by its client. */
export interface ActorHost {
  readonly core: ClientCore;
  readonly calls: ActorCalls;
}

/** Gives the client's part for a key where a value with a handle inside has arrived; set by the client's module. */
let findHost: () => ActorHost | undefined = () => undefined;

/** See {@link findHost}. */
export function setHostFinder(find: () => ActorHost | undefined): void {
  findHost = find;
}

/** What is behind a handle. Users see {@link Remote}. */
export class ActorHandle {
  /** Names the actor. */
  readonly key: string;
  readonly #methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  #bound: { readonly host: ActorHost; readonly task: ClientTask } | undefined;

  /** Holds on to the actor; without a host as soon as it is first used. */
  constructor(key: string, host?: ActorHost, task?: ClientTask) {
    this.key = key;
    if (host !== undefined) this.#bind(host, task);
  }

  #bind(host: ActorHost, task: ClientTask = host.core.adopt(this.key)): { host: ActorHost; task: ClientTask } {
    host.core.hold(this, task);
    return this.#bound = { host, task };
  }

  /** The client's part and the row in its table. */
  get bound(): { readonly host: ActorHost; readonly task: ClientTask } {
    if (this.#bound !== undefined) return this.#bound;
    const host = findHost();
    if (host === undefined) {
      throw new ReferenceError(`a handle of the actor ${this.key} is used where there is no client`);
    }
    return this.#bind(host);
  }

  /** The client's part, if it has one yet. */
  get host(): ActorHost | undefined {
    return this.#bound?.host;
  }

  /** The function that calls a method. */
  method(name: string): (...args: unknown[]) => Promise<unknown> {
    let f = this.#methods.get(name);
    if (f === undefined) {
      // It uses `this`, and so a method that was taken off its handle keeps the actor alive.
      f = (...args) => {
        const { host, task } = this.bound;
        return host.calls.call(task, name, args, this);
      };
      this.#methods.set(name, f);
    }
    return f;
  }

  /** A handle travels as the actor's key. */
  [toWire](): { readonly key: string } {
    return { key: this.key };
  }

  /** And is a handle of the client where it arrives, which may come to be later. */
  static [fromWire](data: { readonly key: string }): object {
    const host = findHost();
    return makeHandle(new ActorHandle(String(data.key), host));
  }
}

registerInternals({ ActorHandle });

const behind = new WeakMap<object, ActorHandle>();

const traps: ProxyHandler<ActorHandle> = {
  get(target, name) {
    if (typeof name === "symbol") {
      const v = (target as unknown as Record<symbol, unknown>)[name];
      return typeof v === "function" ? v.bind(target) : v;
    }
    // An object with `then` would be awaited as a promise.
    if (name === "then") return undefined;
    if (name === "constructor") return ActorHandle;
    return target.method(name);
  },
  set() {
    throw new TypeError("an actor's fields are its own; call a method that sets them");
  },
};

/** The handle that users see: every name is a method. */
export function makeHandle(target: ActorHandle): object {
  const handle = new Proxy(target, traps);
  behind.set(handle, target);
  return handle;
}

/** What is behind a handle; undefined for what is none. */
export function behindHandle(value: object): ActorHandle | undefined {
  return behind.get(value);
}

/**
 * What is behind a handle.
 *
 * @throws {TypeError} for what is none.
 */
export function handleOf(handle: unknown): ActorHandle {
  const target = typeof handle === "object" && handle !== null ? behindHandle(handle) : undefined;
  if (target === undefined) throw new TypeError("expected the handle of an actor, as client.spawn gives it");
  return target;
}
