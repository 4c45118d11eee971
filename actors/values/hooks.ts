/**
 * How a value says what it wants to be on the wire. The symbols are registered ones, so that two copies of this module agree.
 *
 * @module
 */

/**
 * Method of a class's instances: gives what is sent instead of the own enumerable fields. Its class needs {@link fromWire} too.
 *
 * ```ts
 * import { fromWire, toWire } from "@troupe/troupe";
 *
 * export class Celsius {
 *   static readonly module = import.meta.url;
 *   #degrees: number;
 *   constructor(degrees: number) {
 *     this.#degrees = degrees;
 *   }
 *   [toWire](): number {
 *     return this.#degrees;
 *   }
 *   static [fromWire](degrees: number): Celsius {
 *     return new Celsius(degrees);
 *   }
 * }
 * ```
 */
export const toWire: unique symbol = Symbol.for("troupe.toWire") as never;

/**
 * Static method of a class: makes an instance of what {@link toWire} gave.
 *
 * @example
 * ```ts
 * import { fromWire, toWire } from "@troupe/troupe";
 *
 * export class Money {
 *   static readonly module = import.meta.url;
 *   constructor(readonly amount: number, readonly currency: string) {}
 *   [toWire](): [number, string] {
 *     return [this.amount, this.currency];
 *   }
 *   static [fromWire]([amount, currency]: [number, string]): Money {
 *     return new Money(amount, currency);
 *   }
 * }
 * ```
 */
export const fromWire: unique symbol = Symbol.for("troupe.fromWire") as never;

/**
 * Property of futures and references: the key of the value they stand for. Such an object becomes a dependency, and whoever
 * unpacks it gets the value itself.
 */
export const reference: unique symbol = Symbol.for("troupe.reference") as never;

/** The key that `value` refers to when it is a future or a reference, else `undefined`. */
export function referenceOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const key = (value as { readonly [reference]?: unknown })[reference];
  return typeof key === "string" ? key : undefined;
}
