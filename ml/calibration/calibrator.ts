import { evaluateIsotonic, type IsotonicCurve } from "./isotonic.ts";
import { evaluateSigmoid, type Sigmoid } from "./sigmoid.ts";

/** What makes probabilities of scores: plain data, so that it travels and is stored as it is. */
export type Calibrator =
  | { readonly kind: "sigmoid" } & Sigmoid
  | { readonly kind: "isotonic" } & IsotonicCurve
  | { readonly kind: "temperature"; readonly beta: number };

/** Probabilities of one class by its scores. */
export function calibrate(calibrator: Calibrator, scores: Float64Array): Float64Array {
  switch (calibrator.kind) {
    case "sigmoid":
      return evaluateSigmoid(calibrator, scores);
    case "isotonic":
      return evaluateIsotonic(calibrator, scores);
    default:
      throw new TypeError("a temperature belongs to all classes together");
  }
}
