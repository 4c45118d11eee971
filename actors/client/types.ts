/**
 * The types that hold from a function's parameters, over futures, to its result.
 *
 * @module
 */

import type { Future } from "./future.ts";
import type { Ref } from "./ref.ts";

/** What can stand for a value of type `T`: the future of a task, or a reference to scattered data. */
export type Promised<T> = Future<T> | Ref<T>;

/** Types whose insides cannot hold futures. */
export type Plain =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | RegExp
  | Error
  | ArrayBufferLike
  | ArrayBufferView
  // deno-lint-ignore no-explicit-any
  | ((...args: any[]) => unknown)
  // deno-lint-ignore no-explicit-any
  | (abstract new (...args: any[]) => unknown);

/**
 * What an argument of type `T` may be: the value, or a future of it, or a reference to it; in arrays, maps, sets and plain objects also at any
 * depth.
 */
export type Arg<T> =
  | T
  | Promised<T>
  | (T extends Plain ? never
    : T extends ReadonlyMap<infer K, infer V> ? ReadonlyMap<Arg<K>, Arg<V>>
    : T extends ReadonlySet<infer V> ? ReadonlySet<Arg<V>>
    : T extends object ? { [K in keyof T]: Arg<T[K]> }
    : never);

/** The arguments of a call, each as {@link Arg}. */
export type Args<A extends readonly unknown[]> = { [K in keyof A]: Arg<A[K]> };

/** Lists of arguments, one list for each parameter, of which `map` takes one of each for a call. */
export type Columns<A extends readonly unknown[]> = { [K in keyof A]: Iterable<Arg<A[K]>> };

/** Any function. */
// deno-lint-ignore no-explicit-any
export type AnyFunction = (...args: any[]) => unknown;

/** Any class. */
// deno-lint-ignore no-explicit-any
export type AnyClass = abstract new (...args: any[]) => object;

/** The value of a future or reference. */
export type ValueOf<F> = F extends Promised<infer T> ? T : never;

/** A function of a module on the cluster: a call is a task. */
export interface RemoteFunction<A extends readonly unknown[], R> {
  /** Submits a call. */
  (...args: Args<A>): Future<Awaited<R>>;
  /** The function's name. */
  readonly name: string;
}

/** A module on the cluster: its functions submit tasks, its classes go to `client.spawn`. */
export type RemoteModule<M> = {
  readonly [K in keyof M as M[K] extends AnyClass | AnyFunction ? K : never]: M[K] extends AnyClass ? M[K]
    : M[K] extends (...args: infer A) => infer R ? RemoteFunction<A, R>
    : never;
};

/** An actor as its users see it: each method of its class, to be called from afar. */
export type Remote<I> = {
  readonly [K in keyof I as I[K] extends AnyFunction ? K : never]: I[K] extends (...args: infer A) => infer R
    ? (...args: Args<A>) => Promise<Awaited<R>>
    : never;
};
