import { NDArray } from "../array/mod.ts";
import { sigmoid, withComplements } from "./linear_classifier.ts";

/**
 * Probabilities of classes from functions that were each learned against the rest, shape [nSamples, nClasses].
 *
 * Sources: B. Zadrozny, C. Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD
 * (2002); for the modified Huber loss T. Zhang, F. Damerau, D. Johnson, "Text chunking based on a generalization of
 * Winnow", JMLR 2 (2002), appendix B.
 *
 * @param scores values of the functions, shape [nSamples, 1] for two classes, else [nSamples, nClasses]
 */
export function oneVersusRest(
  scores: NDArray<Float64Array>,
  loss: "log_loss" | "modified_huber",
): NDArray<Float64Array> {
  const probability = loss === "log_loss" ? sigmoid : (v: number): number => (Math.max(-1, Math.min(1, v)) + 1) / 2;
  const [n, k] = scores.shape;
  if (k === 1) return withComplements(scores.data.map(probability));
  const out = scores.data.map(probability);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += out[i * k + c];
    // No class is likely: then all are alike.
    for (let c = 0; c < k; c++) out[i * k + c] = sum === 0 ? 1 / k : out[i * k + c] / sum;
  }
  return new NDArray(out, [n, k]);
}
