/**
 * Calls that are made when their results are asked for: graphs.
 *
 * @module
 */

import { reference } from "../../values/mod.ts";
import type { Client } from "../client.ts";
import type { Future } from "../future.ts";
import type { Plain, Promised } from "../types.ts";
import { partOf } from "./chain.ts";
import { findInputs, type GraphNode } from "./node.ts";
import { cull } from "./optimize.ts";
import { toDot } from "./visualize.ts";

/** What an argument of type `T` may be in a delayed call: the value, or one that is delayed, or a future; in arrays and objects at any depth. */
export type DelayedArg<T> =
  | T
  | Delayed<T>
  | Promised<T>
  | (T extends Plain ? never : T extends object ? { [K in keyof T]: DelayedArg<T[K]> } : never);

/** The arguments of a delayed call. */
export type DelayedArgs<A extends readonly unknown[]> = { [K in keyof A]: DelayedArg<A[K]> };

/** A function whose calls are put off. */
export type DelayedFunction<A extends readonly unknown[], R> = (...args: DelayedArgs<A>) => Delayed<Awaited<R>>;

/** The values of delayed ones, one for one. */
export type Computed<D extends readonly Delayed<unknown>[]> = {
  -readonly [K in keyof D]: D[K] extends Delayed<infer T> ? T : never;
};

/** How a graph is submitted: given by the client, so that this file needs nothing of it. */
export interface GraphHost {
  /** The key of a call, from its content where the function is pure. */
  // deno-lint-ignore ban-types
  keyOf(client: Client, fn: Function, args: readonly unknown[]): string;
  /** Submits what is needed; gives a future of each output. */
  submit(outputs: readonly GraphNode[]): Future<unknown>[];
  /** The values of futures. */
  gather(futures: readonly Future<unknown>[]): Promise<unknown[]>;
}

// What the client's files may do with delayed values: assigned by the class itself.
/** @internal The calls behind delayed values. */
export let nodesOf: (list: readonly Delayed<unknown>[]) => GraphNode[];
/** @internal Who submits a delayed value's graph. */
export let hostOf: (delayed: Delayed<unknown>) => GraphHost;
/** Makes a delayed call. */
// deno-lint-ignore ban-types
export let makeDelayed: (host: GraphHost, client: Client, fn: Function, args: readonly unknown[]) => Delayed<unknown>;

/**
 * The result of a call that has not been made. It may stand for its value anywhere inside the arguments of other delayed calls, which makes a
 * graph; {@link Delayed.compute} has the cluster perform what is needed of it. What lies between is never sent to the client.
 *
 * @example
 * ```ts
 * import { Client } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const inc = client.delayed((x: number) => x + 1);
 * const add = client.delayed((a: number, b: number) => a + b);
 * console.log(await add(inc(1), inc(2)).compute()); // 5
 * ```
 */
export class Delayed<T> {
  readonly #host: GraphHost;
  readonly #node: GraphNode;
  /** Only for types: what it will be. */
  declare protected readonly valueType: T;

  private constructor(host: GraphHost, node: GraphNode) {
    this.#host = host;
    this.#node = node;
  }

  /** Names the call and its result in the whole cluster. */
  get key(): string {
    return this.#node.key;
  }

  /** The client whose call it is, with the options that it will be made with. */
  get client(): Client {
    return this.#node.client;
  }

  /** @internal What makes it a reference inside of arguments, while the graph that it belongs to is being submitted. */
  get [reference](): string {
    if (!this.#node.submitted) {
      throw new TypeError(`${this.key} is delayed: compute() or persist() it first, or use it in another delayed call`);
    }
    return this.key;
  }

  /** A part of the result, by its name in an object or its index in a list: computed where the result is, and delayed like it. */
  get<K extends keyof T & (string | number)>(name: K): Delayed<T[K]> {
    return makeDelayed(this.#host, this.#node.client, partOf, [this, name]) as Delayed<T[K]>;
  }

  /**
   * Has it computed, and gets it. Computing it again performs the calls again, but for those that are persisted.
   *
   * @throws what the first call that failed threw, with its remote stack.
   */
  async compute(): Promise<T> {
    const [value] = await computeAll([this]);
    return value as T;
  }

  /**
   * Has it computed and kept on the cluster. From then on, whatever uses it takes it from there.
   *
   * @returns A future of it. The result stays for as long as this delayed value, or the future, does.
   */
  persist(): Future<T> {
    return persistAll([this])[0] as Future<T>;
  }

  /** The future of a delayed value that is persisted. */
  get future(): Future<T> | undefined {
    return this.#node.future as Future<T> | undefined;
  }

  /** Lets go of what {@link Delayed.persist} kept. */
  release(): void {
    this.#node.future?.release();
    this.#node.future = undefined;
    this.#node.submitted = false;
  }

  /** The graph as Graphviz's DOT text: what would be performed now. */
  visualize(): string {
    return toDot(cull([this.#node]));
  }

  /** Key and state. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Delayed(${this.key}${this.#node.future === undefined ? "" : `, ${this.#node.future.status}`})`;
  }

  static {
    makeDelayed = (host, client, fn, args) => {
      const { inputs, places } = findInputs(
        args,
        (value) => #node in value ? (value as Delayed<unknown>).#node : undefined,
      );
      // Its name may be made of theirs.
      const unnamed = inputs.filter((input) => !input.submitted);
      for (const input of unnamed) input.submitted = true;
      let key: string;
      try {
        key = host.keyOf(client, fn, args);
      } finally {
        for (const input of unnamed) input.submitted = false;
      }
      const node: GraphNode = {
        key,
        fn,
        args,
        inputs,
        places,
        client,
        future: undefined,
        submitted: false,
      };
      return new Delayed(host, node);
    };
    nodesOf = (list) =>
      list.map((d, i) => {
        if (typeof d !== "object" || d === null || !(#node in d)) {
          throw new TypeError(`expected delayed values, got ${d === null ? "null" : typeof d} at ${i}`);
        }
        return d.#node;
      });
    hostOf = (delayed) => delayed.#host;
  }
}

function submitAll(list: readonly Delayed<unknown>[]): { nodes: GraphNode[]; futures: Future<unknown>[] } {
  const nodes = nodesOf(list);
  return { nodes, futures: list.length === 0 ? [] : hostOf(list[0]).submit(nodes) };
}

async function computeAll(list: readonly Delayed<unknown>[]): Promise<unknown[]> {
  const { nodes, futures } = submitAll(list);
  try {
    return list.length === 0 ? [] : await hostOf(list[0]).gather(futures);
  } finally {
    futures.forEach((future, i) => {
      if (nodes[i].future !== future) future.release();
    });
  }
}

function persistAll(list: readonly Delayed<unknown>[]): Future<unknown>[] {
  const { nodes, futures } = submitAll(list);
  nodes.forEach((node, i) => {
    node.future = futures[i];
    node.submitted = true;
  });
  return futures;
}

/**
 * Has several delayed values computed as one graph, so that what they share is computed once, and gets them.
 *
 * @throws what the first call that failed threw.
 *
 * @example
 * ```ts
 * import { Client, compute } from "@troupe/troupe";
 *
 * await using client = await Client.local({ processes: false });
 * const square = client.delayed((x: number) => x * x);
 * await compute(square(3), square(4)); // [9, 16]
 * ```
 */
export function compute<const D extends readonly Delayed<unknown>[]>(...delayed: D): Promise<Computed<D>> {
  return computeAll(delayed) as Promise<Computed<D>>;
}

/**
 * Has several delayed values computed as one graph and kept on the cluster; see {@link Delayed.persist}.
 *
 * @example
 * ```ts
 * import { Client, persist } from "@troupe/troupe";
 *
 * await using client = await Client.local({ processes: false });
 * const square = client.delayed((x: number) => x * x);
 * const [nine] = persist(square(3));
 * await nine; // 9
 * ```
 */
export function persist<const D extends readonly Delayed<unknown>[]>(
  ...delayed: D
): { -readonly [K in keyof D]: D[K] extends Delayed<infer T> ? Future<T> : never } {
  return persistAll(delayed) as { -readonly [K in keyof D]: D[K] extends Delayed<infer T> ? Future<T> : never };
}

/**
 * The graph that several delayed values make, as Graphviz's DOT text.
 *
 * @example
 * ```ts
 * import { Client, visualize } from "@troupe/troupe";
 *
 * await using client = await Client.local({ processes: false });
 * const square = client.delayed((x: number) => x * x);
 * visualize(square(3)).startsWith("digraph"); // true
 * ```
 */
export function visualize(...delayed: readonly Delayed<unknown>[]): string {
  return toDot(cull(nodesOf(delayed)));
}
