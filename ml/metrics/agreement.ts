import type { LabelsLike } from "../array/mod.ts";
import { accuracyScore, confusionMatrix, type ConfusionOptions, type WeightOptions } from "./classification.ts";

/** Part of the samples whose predicted label is wrong; their weight or number with `normalize: false`. */
export function zeroOneLoss(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: WeightOptions & { normalize?: boolean } = {},
): number {
  const right = accuracyScore(yTrue, yPred, options);
  if (options.normalize !== false) return 1 - right;
  return confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight }).sum() - right;
}

/** Part of the labels that are wrong. */
export function hammingLoss(yTrue: LabelsLike, yPred: LabelsLike, options: WeightOptions = {}): number {
  return zeroOneLoss(yTrue, yPred, { sampleWeight: options.sampleWeight });
}

/**
 * Correlation of true and predicted classes: 1 is perfect, 0 as good as chance, also with classes of very different size.
 *
 * Source: B. W. Matthews (1975); J. Gorodkin, "Comparing two K-category assignments by a K-category correlation
 * coefficient", Computational Biology and Chemistry 28 (2004).
 */
export function matthewsCorrcoef(yTrue: LabelsLike, yPred: LabelsLike, options: WeightOptions = {}): number {
  const counts = confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight });
  const k = counts.shape[0];
  const actual = counts.sum(1).data;
  const predicted = counts.sum(0).data;
  const n = counts.sum();
  let right = 0, both = 0, actualSquares = 0, predictedSquares = 0;
  for (let c = 0; c < k; c++) {
    right += counts.get(c, c);
    both += actual[c] * predicted[c];
    actualSquares += actual[c] ** 2;
    predictedSquares += predicted[c] ** 2;
  }
  const scale = (n * n - predictedSquares) * (n * n - actualSquares);
  return scale === 0 ? 0 : (right * n - both) / Math.sqrt(scale);
}

/** Options of {@linkcode cohenKappaScore}. */
export interface KappaOptions extends ConfusionOptions {
  /** How a disagreement counts: by the distance of the classes, by its square, or as one; the last if left out. */
  weights?: "linear" | "quadratic" | null;
}

/**
 * How far two ratings agree beyond what chance would make them.
 *
 * Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
 */
export function cohenKappaScore(y1: LabelsLike, y2: LabelsLike, options: KappaOptions = {}): number {
  const counts = confusionMatrix(y1, y2, { labels: options.labels, sampleWeight: options.sampleWeight });
  const k = counts.shape[0];
  const rows = counts.sum(1).data;
  const columns = counts.sum(0).data;
  const n = counts.sum();
  let observed = 0;
  let expected = 0;
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      const distance = Math.abs(a - b);
      const w = options.weights === "linear"
        ? distance
        : options.weights === "quadratic"
        ? distance ** 2
        : Math.min(1, distance);
      observed += w * counts.get(a, b);
      expected += w * rows[a] * columns[b] / n;
    }
  }
  return 1 - observed / expected;
}
