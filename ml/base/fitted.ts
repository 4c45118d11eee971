import type { NDArray } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { NotFittedError } from "./errors.ts";

/** True when something was learned: some own field ends in an underscore. */
export function isFitted(estimator: object): boolean {
  return Object.entries(estimator).some(([name, value]) =>
    name.endsWith("_") && !name.startsWith("_") && value !== undefined
  );
}

/**
 * Checks that an estimator was fitted.
 *
 * @throws {NotFittedError} when the estimator was not fitted; `method` is what was asked of it
 */
export function checkIsFitted(estimator: object, method?: string): void {
  if (isFitted(estimator)) return;
  const name = estimator.constructor.name;
  const what = method === undefined ? "using it" : `calling ${method}()`;
  throw new NotFittedError(`this ${name} is not fitted yet: call fit() before ${what}`);
}

/**
 * Checks that X fits a fitted estimator.
 *
 * @throws {InvalidInputError} when X does not have as many features as the estimator was fitted with
 */
export function checkNFeatures(estimator: { nFeaturesIn_: number }, X: NDArray, method: string): void {
  if (X.shape[1] !== estimator.nFeaturesIn_) {
    throw new InvalidInputError(
      `${estimator.constructor.name}.${method}: X has ${X.shape[1]} features, but it was fitted with ` +
        `${estimator.nFeaturesIn_}`,
    );
  }
}

/** Forgets what was learned, so that a fit that fails leaves nothing of the one before. */
export function resetFitted(estimator: object): void {
  for (const name of Object.keys(estimator)) {
    if (name.endsWith("_")) delete (estimator as Record<string, unknown>)[name];
  }
}
