import { InvalidInputError } from "../utils/mod.ts";

/** @throws {InvalidInputError} when what should be fitted is no object with `fit()` */
export function checkEstimatorGiven(who: string, estimator: unknown): void {
  if (typeof estimator === "object" && estimator !== null && "fit" in estimator) return;
  const kind = typeof estimator === "function"
    ? `the class or function ${estimator.name}; give an instance`
    : `${estimator}`;
  throw new InvalidInputError(`${who}: estimator must be an object with fit(), got ${kind}`);
}
