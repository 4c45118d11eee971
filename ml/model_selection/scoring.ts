import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import * as metrics from "../metrics/mod.ts";
import { getScorer, type Metric, Scorer, type ScorerFunction } from "../metrics/mod.ts";
import { InvalidParameterError, warn } from "../utils/mod.ts";

/** One way to score: the name of a metric, a {@linkcode Scorer}, or a function of estimator, X and y. */
export type SingleScoring = string | Scorer | ScorerFunction;

/** What `scoring` takes: nothing for the estimator's own `score`, one way, or several by name. */
export type Scoring = SingleScoring | readonly string[] | Readonly<Record<string, SingleScoring>> | null;

/** Ways to score by name, ready to be sent: what the library knows by name stays a name. */
export interface Scorers {
  /** null stands for the estimator's own `score`. */
  readonly byName: Readonly<Record<string, SingleScoring | null>>;
  /** Whether they were given by name, and so stand in results by name. */
  readonly multimetric: boolean;
}

/** Name under which a single way of scoring stands. */
export const SINGLE = "score";

/**
 * Reads a `scoring` parameter.
 *
 * @throws {UnknownNameError} at a name that is no metric
 * @throws {InvalidParameterError} when it is none of what `scoring` may be, or the estimator cannot score by itself
 */
export function readScoring(scoring: Scoring | undefined, estimator: object): Scorers {
  if (scoring === null || scoring === undefined) {
    if (!("score" in estimator)) {
      throw new InvalidParameterError(`${estimator.constructor.name} has no score(): give scoring`);
    }
    return { byName: { [SINGLE]: null }, multimetric: false };
  }
  if (isSingle(scoring)) return { byName: { [SINGLE]: checkedSingle(scoring) }, multimetric: false };
  const named: Readonly<Record<string, SingleScoring>> = Array.isArray(scoring)
    ? Object.fromEntries(scoring.map((name: string) => [name, name]))
    : scoring as Record<string, SingleScoring>;
  const byName = Object.fromEntries(
    Object.entries(named).map(([name, s]) => {
      if (!isSingle(s)) {
        throw new InvalidParameterError(`scoring: ${name} must be a metric's name, a scorer or a function`);
      }
      return [name, checkedSingle(s)];
    }),
  );
  if (Object.keys(byName).length === 0) throw new InvalidParameterError("scoring: the list is empty");
  return { byName, multimetric: true };
}

function isSingle(scoring: unknown): scoring is SingleScoring {
  return typeof scoring === "string" || typeof scoring === "function" || scoring instanceof Scorer;
}

function checkedSingle(scoring: SingleScoring): SingleScoring {
  if (typeof scoring === "string") getScorer(scoring);
  return scoring;
}

/** Metrics that have no weights. */
const UNWEIGHTED: ReadonlySet<Metric> = new Set<Metric>([
  metrics.maxError,
  metrics.adjustedRandScore,
  metrics.randScore,
  metrics.adjustedMutualInfoScore,
  metrics.mutualInfoScore,
  metrics.normalizedMutualInfoScore,
  metrics.homogeneityScore,
  metrics.completenessScore,
  metrics.vMeasureScore,
  metrics.fowlkesMallowsScore,
]);

/** Whether weights of samples mean something to a way of scoring. */
export function scoresWithWeights(scoring: SingleScoring | null, estimator: object): boolean {
  const scorer = typeof scoring === "string" ? getScorer(scoring) : scoring;
  if (scorer instanceof Scorer) return !UNWEIGHTED.has(scorer.metric);
  return (scorer ?? (estimator as { score: ScorerFunction }).score).length >= (scorer === null ? 3 : 4);
}

/** Warns of ways of scoring that have no place for weights of samples. */
export function warnOfUnweighted(caller: string, { byName }: Scorers, estimator: object): void {
  for (const [name, scoring] of Object.entries(byName)) {
    if (scoresWithWeights(scoring, estimator)) continue;
    warn(`${caller}: the scoring ${JSON.stringify(name)} takes no weights of samples; its scores are not weighted`);
  }
}

/** Scores a fitted estimator in one way; with weights of the samples where it has a place for them. */
export async function scoreWith(
  scoring: SingleScoring | null,
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | undefined,
  sampleWeight?: VectorLike,
): Promise<number> {
  const weighted = sampleWeight !== undefined && scoresWithWeights(scoring, estimator);
  const score = await rawScore(scoring, estimator, X, y, weighted ? sampleWeight : undefined);
  if (typeof score !== "number") {
    throw new InvalidParameterError(`scoring must give a number, got ${typeof score}`);
  }
  return score;
}

async function rawScore(
  scoring: SingleScoring | null,
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | undefined,
  sampleWeight: VectorLike | undefined,
): Promise<unknown> {
  // Nothing is passed on where there are no weights: functions may count their arguments.
  const weights = sampleWeight === undefined ? [] : [sampleWeight] as const;
  if (scoring === null) {
    type Scoring = { score(X: MatrixLike, y?: LabelsLike, sampleWeight?: VectorLike): Promise<number> };
    return await (estimator as Scoring).score(X, y, ...weights);
  }
  if (typeof scoring === "function") return await scoring(estimator, X, y, ...weights);
  const scorer = typeof scoring === "string" ? getScorer(scoring) : scoring;
  return await scorer.score(estimator, X, y, ...weights);
}
