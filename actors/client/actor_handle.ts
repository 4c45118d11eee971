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

/** Symbol of a handle's row, for the client that made it. */
export const actorTask: unique symbol = Symbol("actor");

/** Makes a handle of a key where a value with a handle inside arrives; set by the client's module. */
let findActor: (key: string) => object = () => {
  throw new TypeError("an actor's handle arrived where there is no client");
};

/** See {@link findActor}. */
export function setActorFinder(find: (key: string) => object): void {
  findActor = find;
}

/** What is behind a handle. Users see {@link Remote}. */
export class ActorHandle {
  readonly #host: ActorHost;
  readonly #methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  /** Its row in the client's table. */
  readonly [actorTask]: ClientTask;

  /** Holds on to the actor. */
  constructor(host: ActorHost, task: ClientTask) {
    this.#host = host;
    this[actorTask] = task;
    host.core.hold(this, task);
  }

  /** The function that calls a method. */
  method(name: string): (...args: unknown[]) => Promise<unknown> {
    let f = this.#methods.get(name);
    if (f === undefined) {
      // It uses `this`, and so a method that was taken off its handle keeps the actor alive.
      f = (...args) => this.#host.calls.call(this[actorTask], name, args);
      this.#methods.set(name, f);
    }
    return f;
  }

  /** Lets go of it: with its last handle the actor ends. */
  release(): void {
    this.#host.core.unhold(this, this[actorTask]);
  }

  /** A handle travels as the actor's key. */
  [toWire](): { readonly key: string } {
    return { key: this[actorTask].key };
  }

  /** And is a handle of the client where it arrives. */
  static [fromWire](data: { readonly key: string }): object {
    return findActor(data.key);
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
export function makeHandle(host: ActorHost, task: ClientTask): object {
  const target = new ActorHandle(host, task);
  const handle = new Proxy(target, traps);
  behind.set(handle, target);
  return handle;
}

/**
 * What is behind a handle.
 *
 * @throws {TypeError} for what is none.
 */
export function handleOf(handle: unknown): ActorHandle {
  const target = typeof handle === "object" && handle !== null ? behind.get(handle) : undefined;
  if (target === undefined) throw new TypeError("expected the handle of an actor, as client.spawn gives it");
  return target;
}
