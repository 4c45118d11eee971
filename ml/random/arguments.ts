import { RandomStateError } from "./errors.ts";
import { seedState } from "./mt19937.ts";

/** Shape of what is drawn: a number of values, or the length of each axis. */
export type Size = number | readonly number[];

/**
 * The shape of what is drawn.
 *
 * @throws {RandomStateError} when a length is no whole number from 0 up
 */
export function shapeOf(size: Size): number[] {
  const shape = typeof size === "number" ? [size] : [...size];
  const bad = shape.find((n) => !Number.isInteger(n) || n < 0);
  if (bad !== undefined) throw new RandomStateError(`RandomState: a size must be whole and not negative, got ${bad}`);
  return shape;
}

/** @throws {RandomStateError} when a parameter is negative or NaN */
export function notNegative(what: string, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0)) throw new RandomStateError(`RandomState.${what}(): ${name} must not be negative, got ${value}`);
  }
}

/** @throws {RandomStateError} when there cannot be so many trials */
export function checkTrials(what: string, n: number): void {
  if (!(Number.isInteger(n) && n >= 0 && n < 2 ** 31)) {
    throw new RandomStateError(`RandomState.${what}(): n must be a whole number, not negative, got ${n}`);
  }
}

/**
 * The state of a seed; of one from the system where none is given.
 *
 * @throws {RandomStateError} when a seed is no whole number below 2**32, or there is none in the list
 */
export function stateOf(seed: number | ArrayLike<number> | null | undefined): Int32Array {
  if (seed === undefined || seed === null) {
    return seedState(crypto.getRandomValues(new Uint32Array(8)));
  }
  const list = typeof seed === "number" ? [seed] : Array.from(seed);
  if (list.length === 0 || list.some((s) => !Number.isInteger(s) || s < 0 || s > 0xffffffff)) {
    throw new RandomStateError(`RandomState: a seed must be a whole number from 0 to 2**32 - 1, got ${seed}`);
  }
  return seedState(typeof seed === "number" ? seed : list);
}
