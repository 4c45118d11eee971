import { type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkOptions, didYouMean, UnknownNameError } from "../utils/mod.ts";
import { accuracyScore, balancedAccuracyScore } from "./classification.ts";
import { classLikelihoodRatios, matthewsCorrcoef } from "./agreement.ts";
import { averagePrecisionScore } from "./average_precision.ts";
import {
  adjustedMutualInfoScore,
  adjustedRandScore,
  completenessScore,
  fowlkesMallowsScore,
  homogeneityScore,
  mutualInfoScore,
  normalizedMutualInfoScore,
  randScore,
  vMeasureScore,
} from "./clustering.ts";
import { meanGammaDeviance, meanPoissonDeviance } from "./deviance.ts";
import { MetricError } from "./errors.ts";
import { type Average, f1Score, precisionScore, recallScore } from "./fscore.ts";
import { jaccardScore } from "./jaccard.ts";
import { keptLabel } from "./pos_label.ts";
import { brierScoreLoss, d2BrierScore, d2LogLossScore, logLoss } from "./probability.ts";
import { topKAccuracyScore } from "./rank.ts";
import {
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogError,
  medianAbsoluteError,
  rootMeanSquaredError,
  rootMeanSquaredLogError,
} from "./regression.ts";
import { rocAucScore } from "./roc_auc.ts";
import { d2AbsoluteErrorScore, explainedVarianceScore, r2Score } from "./variance.ts";

/** A metric: true targets, predicted ones, options. */
// deno-lint-ignore no-explicit-any -- metrics take labels, numbers or scores, each with options of their own
export type Metric = (yTrue: any, yPred: any, options?: any) => number;

/** Which method of the estimator a metric judges. */
export type ResponseMethod = "predict" | "predictProba" | "decisionFunction";

/** What scores a fitted estimator on samples: larger is better. */
export type ScorerFunction = (
  // deno-lint-ignore no-explicit-any -- any estimator will do
  estimator: any,
  X: MatrixLike,
  y: LabelsLike | undefined,
  sampleWeight?: VectorLike,
) => number | Promise<number>;

/** Options of {@linkcode makeScorer}. */
export interface MakeScorerOptions {
  /** Whether larger is better; if not, the scorer turns the sign. True if left out. */
  greaterIsBetter?: boolean;
  /** What the metric judges; the first of several that the estimator has. "predict" if left out. */
  responseMethod?: ResponseMethod | readonly ResponseMethod[];
  /** Passed on to the metric. */
  options?: Readonly<Record<string, unknown>>;
}

/**
 * A metric bound to the method whose output it judges. Made by {@linkcode makeScorer}; its fields are plain.
 *
 * @example
 * ```ts
 * import { Scorer, zeroOneLoss } from "@troupe/troupe";
 * const scorer = new Scorer(zeroOneLoss, { greaterIsBetter: false });
 * scorer.sign; // -1
 * ```
 */
export class Scorer {
  /** The metric. */
  readonly metric: Metric;
  /** 1 when larger is better, −1 otherwise. */
  readonly sign: 1 | -1;
  /** What the metric judges. */
  readonly responseMethod: readonly ResponseMethod[];
  /** Passed on to the metric. */
  readonly options: Readonly<Record<string, unknown>>;

  /**
   * Binds a metric.
   *
   * @param metric compares true and predicted targets
   * @param options direction, method and options of the metric
   * @throws {InvalidInputError} when options are no object
   */
  constructor(metric: Metric, options: MakeScorerOptions = {}) {
    checkOptions("Scorer", options);
    const method = options.responseMethod ?? "predict";
    this.metric = metric;
    this.sign = options.greaterIsBetter === false ? -1 : 1;
    this.responseMethod = typeof method === "string" ? [method] : [...method];
    this.options = { ...options.options };
  }

  /**
   * Scores a fitted estimator.
   *
   * @throws {MetricError} when the estimator has none of the methods, or there is no y
   */
  async score(estimator: object, X: MatrixLike, y?: LabelsLike, sampleWeight?: VectorLike): Promise<number> {
    if (y === undefined || y === null) throw new MetricError("a scorer made of a metric needs the true targets y");
    const has = estimator as Record<string, unknown>;
    // What hands on to another estimator has all methods, and says which of them it can hand on.
    const supports = (m: string): boolean => typeof has.supports !== "function" || has.supports(m);
    const method = this.responseMethod.find((m) => typeof has[m] === "function" && supports(m));
    if (method === undefined) {
      throw new MetricError(`${estimator.constructor.name} has no method ${this.responseMethod.join(" or ")}()`);
    }
    const predicted = await (has[method] as (X: MatrixLike) => Promise<unknown>).call(estimator, X);
    const judged = ofLabel(predicted, method, has.classes_, this.options.posLabel);
    const options = sampleWeight === undefined ? this.options : { ...this.options, sampleWeight };
    return this.sign * this.metric(y, judged, options);
  }
}

/**
 * Of the probabilities of two classes those of the label looked for, which is what metrics for two classes judge: the
 * second, unless `posLabel` names the first. Decision values are turned round for the first.
 */
function ofLabel(predicted: unknown, method: ResponseMethod, classes: unknown, posLabel: unknown): unknown {
  if (method === "predict" || !(predicted instanceof NDArray)) return predicted;
  const isFirst = classes instanceof NDArray && classes.size === 2 && posLabel !== undefined && posLabel !== null &&
    classes.data[0] === keptLabel(posLabel);
  if (predicted.ndim === 2) return predicted.shape[1] === 2 ? predicted.col(isFirst ? 0 : 1) : predicted;
  return isFirst ? predicted.map((v) => -Number(v)) : predicted;
}

/**
 * Makes a scorer of a metric, to be given as `scoring`.
 *
 * @throws {UnknownNameError} at an option that there is not: those of the metric stand in `options`
 *
 * @example
 * ```ts
 * import { f1Score, GridSearchCV, makeScorer, SVC } from "@troupe/troupe";
 * const scoring = makeScorer(f1Score, { options: { average: "macro" } });
 * new GridSearchCV(new SVC(), { C: [1, 10] }, { scoring });
 * ```
 */
export function makeScorer(metric: Metric, options: MakeScorerOptions = {}): Scorer {
  checkOptions("makeScorer", options);
  const own = ["greaterIsBetter", "responseMethod", "options"];
  const misplaced = Object.keys(options).find((name) => !own.includes(name));
  if (misplaced !== undefined) {
    throw new UnknownNameError(
      `makeScorer: no option ${JSON.stringify(misplaced)}; ${didYouMean(misplaced, own)}` +
        `; what the metric is to be given stands in options: { options: { ${misplaced}: … } }`,
    );
  }
  return new Scorer(metric, options);
}

function averaged(name: string, metric: Metric): Record<string, Scorer> {
  const out: Record<string, Scorer> = { [name]: new Scorer(metric, { options: { average: "binary" } }) };
  for (const average of ["micro", "macro", "samples", "weighted"] satisfies Average[]) {
    out[`${name}_${average}`] = new Scorer(metric, { options: { average } });
  }
  return out;
}

const byScore = ["decisionFunction", "predictProba"] as const;

/** A scorer of an error or a loss. */
function loss(metric: Metric, responseMethod: ResponseMethod = "predict"): Scorer {
  return new Scorer(metric, { greaterIsBetter: false, responseMethod });
}

/** A scorer of the area under the curve of several classes. */
function area(options: Record<string, string>): Scorer {
  return new Scorer(rocAucScore as Metric, { responseMethod: "predictProba", options });
}

/** One of the likelihood ratios; where it has no value it scores 1, as a guess does. */
function ratio(which: "positive" | "negative"): Metric {
  return (yTrue, yPred, options) => classLikelihoodRatios(yTrue, yPred, { ...options, replaceUndefinedBy: 1 })[which];
}

const scorers: Readonly<Record<string, Scorer>> = {
  accuracy: new Scorer(accuracyScore),
  balanced_accuracy: new Scorer(balancedAccuracyScore),
  ...averaged("f1", f1Score as Metric),
  ...averaged("precision", precisionScore as Metric),
  ...averaged("recall", recallScore as Metric),
  ...averaged("jaccard", jaccardScore as Metric),
  matthews_corrcoef: new Scorer(matthewsCorrcoef),
  positive_likelihood_ratio: new Scorer(ratio("positive")),
  neg_negative_likelihood_ratio: loss(ratio("negative")),
  top_k_accuracy: new Scorer(topKAccuracyScore, { responseMethod: byScore }),
  roc_auc: new Scorer(rocAucScore as Metric, { responseMethod: byScore }),
  roc_auc_ovr: area({ multiClass: "ovr" }),
  roc_auc_ovo: area({ multiClass: "ovo" }),
  roc_auc_ovr_weighted: area({ multiClass: "ovr", average: "weighted" }),
  roc_auc_ovo_weighted: area({ multiClass: "ovo", average: "weighted" }),
  average_precision: new Scorer(averagePrecisionScore as Metric, { responseMethod: byScore }),
  neg_log_loss: loss(logLoss, "predictProba"),
  neg_brier_score: loss(brierScoreLoss, "predictProba"),
  d2_log_loss_score: new Scorer(d2LogLossScore, { responseMethod: "predictProba" }),
  d2_brier_score: new Scorer(d2BrierScore, { responseMethod: "predictProba" }),
  r2: new Scorer(r2Score as Metric),
  explained_variance: new Scorer(explainedVarianceScore as Metric),
  d2_absolute_error_score: new Scorer(d2AbsoluteErrorScore as Metric),
  neg_max_error: loss(maxError),
  neg_median_absolute_error: loss(medianAbsoluteError as Metric),
  neg_mean_absolute_error: loss(meanAbsoluteError as Metric),
  neg_mean_absolute_percentage_error: loss(meanAbsolutePercentageError as Metric),
  neg_mean_squared_error: loss(meanSquaredError as Metric),
  neg_mean_squared_log_error: loss(meanSquaredLogError as Metric),
  neg_root_mean_squared_error: loss(rootMeanSquaredError as Metric),
  neg_root_mean_squared_log_error: loss(rootMeanSquaredLogError as Metric),
  neg_mean_poisson_deviance: loss(meanPoissonDeviance),
  neg_mean_gamma_deviance: loss(meanGammaDeviance),
  adjusted_rand_score: new Scorer(adjustedRandScore),
  rand_score: new Scorer(randScore),
  adjusted_mutual_info_score: new Scorer(adjustedMutualInfoScore),
  mutual_info_score: new Scorer(mutualInfoScore),
  normalized_mutual_info_score: new Scorer(normalizedMutualInfoScore),
  homogeneity_score: new Scorer(homogeneityScore),
  completeness_score: new Scorer(completenessScore),
  v_measure_score: new Scorer(vMeasureScore),
  fowlkes_mallows_score: new Scorer(fowlkesMallowsScore),
};

/** `balancedAccuracy` to `balanced_accuracy`; what has underscores stays. */
function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/**
 * The names that `scoring` takes, by scikit-learn's spelling. camelCase is understood too.
 *
 * @example
 * ```ts
 * import { getScorerNames } from "@troupe/troupe";
 * getScorerNames().includes("roc_auc"); // true
 * ```
 */
export function getScorerNames(): string[] {
  return Object.keys(scorers).sort();
}

/**
 * The scorer of a name, as scikit-learn spells it ("balanced_accuracy") or in camelCase ("balancedAccuracy").
 *
 * @throws {UnknownNameError} when there is none, with the nearest name that there is
 *
 * @example
 * ```ts
 * import { getScorer } from "@troupe/troupe";
 * getScorer("balancedAccuracy").sign; // 1
 * ```
 */
export function getScorer(name: string): Scorer {
  if (typeof name !== "string") {
    throw new UnknownNameError(`getScorer: expected the name of a scorer, got ${name === null ? "null" : typeof name}`);
  }
  const scorer = scorers[name] ?? scorers[snakeCase(name)];
  if (scorer === undefined) {
    throw new UnknownNameError(`no scorer ${JSON.stringify(name)}; ${didYouMean(name, getScorerNames())}`);
  }
  return scorer;
}
