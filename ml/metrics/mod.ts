/**
 * How good predictions are: metrics, and scorers for searches.
 * @module
 */
export * from "./agreement.ts";
export type { ScoreAverage } from "./average_binary.ts";
export * from "./average_precision.ts";
export * from "./classification.ts";
export * from "./clustering.ts";
export type { ZeroDivision } from "./counts.ts";
export {
  auc,
  confusionMatrixAtThresholds,
  type DetCurve,
  detCurve,
  metricAtThresholds,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
  type ScoreOptions,
  type ThresholdConfusion,
} from "./curves.ts";
export * from "./deviance.ts";
export * from "./dispersion.ts";
export * from "./errors.ts";
export {
  type Average,
  f1Score,
  fbetaScore,
  type FScoreOptions,
  type FScores,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from "./fscore.ts";
export * from "./hinge.ts";
export * from "./jaccard.ts";
export type { MultiOutput, NumbersLike, OutputOptions, VarianceOutput } from "./outputs.ts";
export * from "./pairwise/mod.ts";
export type { PosLabel } from "./pos_label.ts";
export * from "./probability.ts";
export * from "./rank.ts";
export {
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanPinballLoss,
  meanSquaredError,
  meanSquaredLogError,
  medianAbsoluteError,
  rootMeanSquaredError,
  rootMeanSquaredLogError,
} from "./regression.ts";
export * from "./report.ts";
export * from "./roc_auc.ts";
export * from "./scorer.ts";
export { type SilhouetteOptions, silhouetteSamples, silhouetteScore } from "./silhouette.ts";
export type { TargetsLike } from "./targets.ts";
export * from "./variance.ts";
export type { NoOptions } from "../utils/mod.ts";
