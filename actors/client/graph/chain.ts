/**
 * Several calls, each of the result of the one before, as one task.
 *
 * @module
 */

import { registerInternals } from "../../code/mod.ts";

/** One call of a chain. */
export interface Step {
  // deno-lint-ignore ban-types
  readonly fn: Function;
  readonly args: readonly unknown[];
  /** Where in `args` the result of the step before belongs: keys from the outside in. */
  readonly holes: readonly (readonly (string | number)[])[];
}

/** Performs the steps, and gives the last one's result. What lies between never leaves the thread. */
export function performChain(steps: readonly Step[]): unknown {
  let value: unknown;
  for (let i = 0; i < steps.length; i++) {
    const { fn, args, holes } = steps[i];
    for (const hole of holes) fill(args, hole, value);
    value = fn(...args);
    if (isPromise(value) && i + 1 < steps.length) return rest(value, steps.slice(i + 1));
  }
  return value;
}

async function rest(first: PromiseLike<unknown>, steps: readonly Step[]): Promise<unknown> {
  const value = await first;
  const [next, ...others] = steps;
  for (const hole of next.holes) fill(next.args, hole, value);
  return performChain([{ ...next, holes: [] }, ...others]);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function fill(args: unknown, hole: readonly (string | number)[], value: unknown): void {
  let at = args as Record<string | number, unknown>;
  for (let i = 0; i + 1 < hole.length; i++) at = at[hole[i]] as Record<string | number, unknown>;
  at[hole[hole.length - 1]] = value;
}

/** A part of a result. */
export function partOf(value: unknown, name: string | number): unknown {
  if (typeof value !== "object" || value === null || !(name in value)) {
    const what = value === null
      ? "null"
      : typeof value === "object"
      ? `one of ${Object.keys(value).join(", ")}`
      : typeof value;
    throw new TypeError(`get: no part ${JSON.stringify(name)} in the result, which is ${what}`);
  }
  return (value as Record<string | number, unknown>)[name];
}

registerInternals({ performChain, partOf });
