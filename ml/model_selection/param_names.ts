import type { BaseComposition } from "../base/mod.ts";

/** Fields of an estimator's type that are no methods, and were not learned: its hyperparameters. */
export type ParamNames<E> = {
  [K in keyof E]-?: K extends `${string}_` | "estimatorType" ? never
    : E[K] extends (...args: never[]) => unknown ? never
    : K;
}[keyof E];

/**
 * A table by the names of an estimator's hyperparameters, or of those of its parts (`part__name`): names that the type
 * has not are refused where the table is written. Where the type does not say what the names are, all are allowed.
 */
export type ParamTable<E, V> = E extends BaseComposition ? Readonly<Record<string, V>>
  : [ParamNames<E>] extends [never] ? Readonly<Record<string, V>>
  : { readonly [K in ParamNames<E>]?: V } & { readonly [name: `${string}__${string}`]: V };
