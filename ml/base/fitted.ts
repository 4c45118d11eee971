import type { NDArray } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { NotFittedError } from "./errors.ts";

/** What is given as the estimator, or an error where it is none. */
export function estimatorGiven<T extends object>(estimator: T, where: string): T {
  if (typeof estimator === "object" && estimator !== null) return estimator;
  throw new InvalidInputError(
    `${where}: estimator must be an estimator, got ${estimator === null ? "null" : typeof estimator}`,
  );
}

/**
 * True when something was learned: some own field ends in an underscore.
 *
 * @throws {InvalidInputError} when it is no object
 *
 * @example
 * ```ts
 * import { isFitted, StandardScaler } from "@troupe/troupe";
 * const scaler = new StandardScaler();
 * isFitted(scaler); // false
 * isFitted(await scaler.fit([[1], [2]])); // true
 * ```
 */
export function isFitted(estimator: object): boolean {
  return Object.entries(estimatorGiven(estimator, "isFitted")).some(([name, value]) =>
    name.endsWith("_") && !name.startsWith("_") && value !== undefined
  );
}

/**
 * Checks that an estimator was fitted.
 *
 * @throws {NotFittedError} when the estimator was not fitted; `method` is what was asked of it
 *
 * @example
 * ```ts
 * import { checkIsFitted, SVC } from "@troupe/troupe";
 * try {
 *   checkIsFitted(new SVC(), "predict");
 * } catch (e) {
 *   console.log((e as Error).name); // "NotFittedError"
 * }
 * ```
 */
export function checkIsFitted(estimator: object, method?: string): void {
  if (isFitted(estimatorGiven(estimator, "checkIsFitted"))) return;
  const name = estimator.constructor.name;
  const what = method === undefined ? "using it" : `calling ${method}()`;
  throw new NotFittedError(`this ${name} is not fitted yet: call fit() before ${what}`);
}

/**
 * Checks that X fits a fitted estimator.
 *
 * @throws {InvalidInputError} when X does not have as many features as the estimator was fitted with
 *
 * @example
 * ```ts
 * import { checkArray, checkNFeatures } from "@troupe/troupe";
 * const fitted = { nFeaturesIn_: 2 };
 * checkNFeatures(fitted, checkArray([[1, 2]]), "predict"); // [[1, 2, 3]] would throw an InvalidInputError
 * ```
 */
export function checkNFeatures(estimator: { nFeaturesIn_: number }, X: NDArray, method: string): void {
  estimatorGiven(estimator, "checkNFeatures");
  if (!Array.isArray(X?.shape)) {
    throw new InvalidInputError(`checkNFeatures: X must be an NDArray, got ${X === null ? "null" : typeof X}`);
  }
  if (X.shape[1] !== estimator.nFeaturesIn_) {
    throw new InvalidInputError(
      `${estimator.constructor.name}.${method}: X has ${X.shape[1]} features, but it was fitted with ` +
        `${estimator.nFeaturesIn_}`,
    );
  }
}

/**
 * Forgets what was learned, so that a fit that fails leaves nothing of the one before.
 *
 * @throws {InvalidInputError} when it is no object
 *
 * @example
 * ```ts
 * import { isFitted, resetFitted, StandardScaler } from "@troupe/troupe";
 * const scaler = await new StandardScaler().fit([[1], [2]]);
 * resetFitted(scaler);
 * isFitted(scaler); // false
 * ```
 */
export function resetFitted(estimator: object): void {
  for (const name of Object.keys(estimatorGiven(estimator, "resetFitted"))) {
    if (name.endsWith("_")) delete (estimator as Record<string, unknown>)[name];
  }
}
