import { type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { didYouMean, UnknownNameError } from "../utils/mod.ts";
import { accuracyScore, balancedAccuracyScore } from "./classification.ts";
import { MetricError } from "./errors.ts";
import { type Average, f1Score, precisionScore, recallScore } from "./fscore.ts";
import { matthewsCorrcoef } from "./agreement.ts";
import { brierScoreLoss, logLoss } from "./probability.ts";
import { averagePrecisionScore, rocAucScore } from "./ranking.ts";
import {
  explainedVarianceScore,
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogError,
  medianAbsoluteError,
  r2Score,
  rootMeanSquaredError,
} from "./regression.ts";

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

/** A metric bound to the method whose output it judges. Made by {@linkcode makeScorer}; its fields are plain. */
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
   */
  constructor(metric: Metric, options: MakeScorerOptions = {}) {
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
    const method = this.responseMethod.find((m) => typeof has[m] === "function");
    if (method === undefined) {
      throw new MetricError(`${estimator.constructor.name} has no method ${this.responseMethod.join(" or ")}()`);
    }
    const predicted = await (has[method] as (X: MatrixLike) => Promise<unknown>).call(estimator, X);
    const judged = method === "predictProba" ? secondOfTwo(predicted) : predicted;
    const options = sampleWeight === undefined ? this.options : { ...this.options, sampleWeight };
    return this.sign * this.metric(y, judged, options);
  }
}

/** Of the probabilities of two classes those of the second, which is what metrics for two classes look for. */
function secondOfTwo(proba: unknown): unknown {
  return proba instanceof NDArray && proba.ndim === 2 && proba.shape[1] === 2 ? proba.col(1) : proba;
}

/**
 * Makes a scorer of a metric, to be given as `scoring`.
 *
 * @example
 * ```ts
 * import { f1Score, GridSearchCV, makeScorer, SVC } from "@troupe/troupe";
 * const scoring = makeScorer(f1Score, { options: { average: "macro" } });
 * new GridSearchCV(new SVC(), { C: [1, 10] }, { scoring });
 * ```
 */
export function makeScorer(metric: Metric, options: MakeScorerOptions = {}): Scorer {
  return new Scorer(metric, options);
}

function averaged(name: string, metric: Metric): Record<string, Scorer> {
  const out: Record<string, Scorer> = { [name]: new Scorer(metric, { options: { average: "binary" } }) };
  for (const average of ["micro", "macro", "weighted"] satisfies Average[]) {
    out[`${name}_${average}`] = new Scorer(metric, { options: { average } });
  }
  return out;
}

const byScore = ["decisionFunction", "predictProba"] as const;

const scorers: Readonly<Record<string, Scorer>> = {
  accuracy: new Scorer(accuracyScore),
  balanced_accuracy: new Scorer(balancedAccuracyScore),
  ...averaged("f1", f1Score as Metric),
  ...averaged("precision", precisionScore as Metric),
  ...averaged("recall", recallScore as Metric),
  matthews_corrcoef: new Scorer(matthewsCorrcoef),
  roc_auc: new Scorer(rocAucScore, { responseMethod: byScore }),
  roc_auc_ovr: new Scorer(rocAucScore, { responseMethod: "predictProba", options: { multiClass: "ovr" } }),
  roc_auc_ovo: new Scorer(rocAucScore, { responseMethod: "predictProba", options: { multiClass: "ovo" } }),
  roc_auc_ovr_weighted: new Scorer(rocAucScore, {
    responseMethod: "predictProba",
    options: { multiClass: "ovr", average: "weighted" },
  }),
  roc_auc_ovo_weighted: new Scorer(rocAucScore, {
    responseMethod: "predictProba",
    options: { multiClass: "ovo", average: "weighted" },
  }),
  average_precision: new Scorer(averagePrecisionScore, { responseMethod: byScore }),
  neg_log_loss: new Scorer(logLoss, { greaterIsBetter: false, responseMethod: "predictProba" }),
  neg_brier_score: new Scorer(brierScoreLoss, { greaterIsBetter: false, responseMethod: "predictProba" }),
  r2: new Scorer(r2Score),
  explained_variance: new Scorer(explainedVarianceScore),
  neg_max_error: new Scorer(maxError, { greaterIsBetter: false }),
  neg_median_absolute_error: new Scorer(medianAbsoluteError, { greaterIsBetter: false }),
  neg_mean_absolute_percentage_error: new Scorer(meanAbsolutePercentageError, { greaterIsBetter: false }),
  neg_mean_squared_log_error: new Scorer(meanSquaredLogError, { greaterIsBetter: false }),
  neg_mean_squared_error: new Scorer(meanSquaredError, { greaterIsBetter: false }),
  neg_root_mean_squared_error: new Scorer(rootMeanSquaredError, { greaterIsBetter: false }),
  neg_mean_absolute_error: new Scorer(meanAbsoluteError, { greaterIsBetter: false }),
};

/** `balancedAccuracy` to `balanced_accuracy`; what has underscores stays. */
function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** The names that `scoring` takes, by scikit-learn's spelling. camelCase is understood too. */
export function getScorerNames(): string[] {
  return Object.keys(scorers).sort();
}

/**
 * The scorer of a name, as scikit-learn spells it ("balanced_accuracy") or in camelCase ("balancedAccuracy").
 *
 * @throws {UnknownNameError} when there is none, with the nearest name that there is
 */
export function getScorer(name: string): Scorer {
  const scorer = scorers[name] ?? scorers[snakeCase(name)];
  if (scorer === undefined) {
    throw new UnknownNameError(`no scorer ${JSON.stringify(name)}; ${didYouMean(name, getScorerNames())}`);
  }
  return scorer;
}
