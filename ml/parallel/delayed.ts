/**
 * A call that is written down instead of made.
 *
 * @module
 */

/**
 * A function and its arguments, to be called later and perhaps elsewhere. `R` is what the call comes to, promises awaited.
 *
 * @example
 * ```ts
 * import { DelayedCall } from "@troupe/troupe";
 * const call = new DelayedCall(Math.max, [3, 7]);
 * await call.run(); // 7
 * ```
 */
export class DelayedCall<R> {
  /** What to call. */
  // deno-lint-ignore no-explicit-any
  readonly fn: (...args: any[]) => R | Promise<R>;
  /** With what. */
  readonly args: readonly unknown[];
  /** Whether its result may stay where it comes to be: then a backend may hand out a {@link KeptResult} in its place. */
  readonly stays: boolean;

  /** Keeps what it is given; {@link delayed} is the usual way. */
  // deno-lint-ignore no-explicit-any
  constructor(fn: (...args: any[]) => R | Promise<R>, args: readonly unknown[], stays = false) {
    this.fn = fn;
    this.args = args;
    this.stays = stays;
  }

  /** Makes the call, here and now. */
  async run(): Promise<R> {
    return await this.fn(...this.args);
  }
}

/** The result of a call that stays where it came to be: other calls take it from there. */
export interface KeptResult<R> {
  /** The call. */
  readonly call: DelayedCall<R>;
  /** Stands for the result among the arguments of later calls of the same backend. */
  readonly ref: object;
  /**
   * Has a function look at the result where it lies.
   *
   * @param fn Gets the result, and the arguments.
   * @returns What it came to.
   */
  ask<A extends unknown[], T>(fn: (result: R, ...args: A) => T, ...args: A): Promise<Awaited<T>>;
  /** Lets go of it. */
  release(): void;
}

/**
 * Whether something is a result that was kept.
 *
 * @example
 * ```ts
 * import { isKept } from "@troupe/troupe";
 * isKept(3); // false: the result itself
 * ```
 */
export function isKept<R>(value: R | KeptResult<R>): value is KeptResult<R> {
  return (value as Partial<KeptResult<R>> | null)?.call instanceof DelayedCall;
}

/** Calls, all at once or as they come: an array, an iterable or an async iterable. */
export type Calls<R> = Iterable<DelayedCall<R>> | AsyncIterable<DelayedCall<R>>;

/**
 * Writes calls down for {@link Parallel}, as joblib's `delayed` does.
 *
 * @param fn A function. To run on another thread or machine it has to be one the workers can get: exported by the library or by a
 * module, a built-in one (`Math.sqrt`), or a function that uses no variable of its surroundings.
 * @returns A function of the same parameters that gives a {@link DelayedCall} of the same result.
 * @throws {TypeError} when it is no function
 *
 * @example
 * ```ts
 * import { delayed, Parallel } from "@troupe/troupe";
 *
 * const roots = await new Parallel({ nJobs: 2 }).run([1, 4, 9].map((x) => delayed(Math.sqrt)(x)));
 * ```
 */
export function delayed<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => DelayedCall<Awaited<R>> {
  if (typeof fn !== "function") throw new TypeError(`delayed: expected a function, got ${typeof fn}`);
  return (...args) => new DelayedCall<Awaited<R>>(fn as (...args: unknown[]) => Awaited<R>, args);
}
