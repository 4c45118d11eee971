/**
 * What all estimators promise, checked.
 * @module
 */
export {
  checkEstimator,
  type CheckEstimatorOptions,
  type CheckResult,
  EstimatorCheckError,
} from "./check_estimator.ts";
export { fitElsewhere } from "./contract_checks.ts";
export { type AnyEstimator, type Outputs, outputsOf } from "./subject.ts";
export { type EstimatorTags, tagsOf } from "./tags.ts";
