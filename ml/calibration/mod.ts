/**
 * Probabilities that mean what they say: calibrated classifiers.
 * @module
 */
export {
  type CalibratedClassifier,
  type CalibratedPairTask,
  type CalibrationMethod,
  fitCalibratedPair,
  type Predictor,
} from "./calibrated_classifier.ts";
export type { Calibrator } from "./calibrator.ts";
export type { IsotonicCurve } from "./isotonic.ts";
export type { Sigmoid } from "./sigmoid.ts";
export { CalibratedClassifierCV, type CalibratedClassifierCVOptions, predictFold } from "./calibrated_classifier_cv.ts";
export { type CalibrationCurve, calibrationCurve, type CalibrationCurveOptions } from "./calibration_curve.ts";
export * from "./frozen_estimator.ts";
