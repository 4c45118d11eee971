import { NDArray } from "../array/mod.ts";
import { RandomState } from "../random/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { type HasParams, isEstimator, type Params } from "./estimator.ts";

/**
 * An unfitted estimator of the same class with the same hyperparameters, those that are estimators cloned too. Lists
 * are cloned element by element; with `safe: false`, what is no estimator is copied if it is data, and else passed on.
 *
 * @throws {TypeError} when it is no estimator, and `safe` was not set to false
 *
 * @example
 * ```ts
 * import { clone, SVC } from "@troupe/troupe";
 * clone(new SVC({ C: 10 })).C; // 10
 * ```
 */
export function clone<T>(estimator: T, options: { safe?: boolean } = {}): T {
  checkOptionNames("clone", options, ["safe"]);
  const { safe = true } = options;
  if (isEstimator(estimator)) return cloneEstimator(estimator) as T;
  if (Array.isArray(estimator)) return estimator.map((e) => clone(e, { safe })) as T;
  if (safe) throw new TypeError(`clone: expected an estimator, got ${estimator === null ? "null" : typeof estimator}`);
  return copyData(estimator);
}

function cloneEstimator(estimator: HasParams): HasParams {
  // An estimator may say itself what stands for its clone: a frozen one is kept as it is.
  const { cloned } = estimator as { cloned?: () => HasParams };
  if (typeof cloned === "function") return cloned.call(estimator);
  const params: Params = {};
  for (const [name, value] of Object.entries(estimator.getParams(false))) params[name] = clone(value, { safe: false });
  return new (estimator.constructor as new (options: Params) => HasParams)(params);
}

/** Copies plain objects one level down, so that a clone's lists and tables are its own; arrays of data are shared. */
function copyData<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof NDArray) return value;
  if (value instanceof RandomState) return value.copy() as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, clone(v, { safe: false })])) as T;
}
