import { inTask } from "../../actors/mod.ts";
import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import { clone, type HasParams, type Params } from "../base/mod.ts";
import { checkArray, hearWarnings, InvalidParameterError } from "../utils/mod.ts";
import { scoreWith, type SingleScoring } from "./scoring.ts";
import { takeColumns, takeRows } from "./take_rows.ts";

/** What happens to a candidate that cannot be fitted or scored: the error is thrown, or this is its score. */
export type ErrorScore = "raise" | number;

/** How one fit is done and judged. */
export interface FitOptions {
  /** Ways to score by name; null stands for the estimator's own `score`. */
  readonly scorers: Readonly<Record<string, SingleScoring | null>>;
  /** What a failure scores. */
  readonly errorScore: ErrorScore;
  /** Whether to score the training samples too. */
  readonly returnTrainScore?: boolean;
  /** Whether to give the fitted estimator back. */
  readonly returnEstimator?: boolean;
  /** Above 9, the start is announced. */
  readonly verbose?: number;
  /** Whether its lines number splits and candidates, as those of searches do. */
  readonly numbered?: boolean;
  /** Whether its lines name the metric where there is one only. */
  readonly named?: boolean;
  /** Number of the split, and how many there are. */
  readonly splitProgress?: readonly [number, number];
  /** Number of the candidate, and how many there are. */
  readonly candidateProgress?: readonly [number, number];
  /** Weights of all samples, for `fit`. */
  readonly sampleWeight?: VectorLike | null;
  /** Whether the scores are weighted, too. */
  readonly weighScores?: boolean;
}

/** What one fit came to. */
export interface FitResult {
  /** Number of the candidate. */
  candidate: number;
  /** Number of the split. */
  split: number;
  /** Scores on the test samples by name. */
  testScores: Record<string, number>;
  /** Scores on the training samples by name, when asked for. */
  trainScores?: Record<string, number>;
  /** Number of test samples. */
  nTestSamples: number;
  /** Seconds that `fit` took. */
  fitTime: number;
  /** Seconds that scoring the test samples took. */
  scoreTime: number;
  /** Why `fit` failed, with its stack; null when it did not. */
  fitError: string | null;
  /** Why scoring failed, by name; empty when it did not. */
  scoreErrors: Record<string, string>;
  /** Whether the line that says a fit begins was printed. */
  announced?: boolean;
  /** What `fit` warned of, when it did. */
  warnings?: string[];
  /** The fitted estimator, when asked for. */
  estimator?: object;
}

/** What can be fitted. */
export interface Fittable extends HasParams {
  fit(X: MatrixLike, y?: LabelsLike, sampleWeight?: VectorLike): Promise<unknown>;
}

/** An error as results carry it. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.stack ?? String(error) : String(error);
}

/** @throws {InvalidParameterError} when it is neither "raise" nor a number */
export function checkErrorScore(errorScore: unknown): void {
  if (errorScore !== "raise" && typeof errorScore !== "number") {
    throw new InvalidParameterError(`errorScore must be "raise" or a number, got ${JSON.stringify(errorScore)}`);
  }
}

/** The result of a fit of which nothing is known yet. */
export function emptyResult({ candidateProgress, splitProgress }: FitOptions, nTestSamples: number): FitResult {
  return {
    candidate: candidateProgress?.[0] ?? 0,
    split: splitProgress?.[0] ?? 0,
    testScores: {},
    nTestSamples,
    fitTime: 0,
    scoreTime: 0,
    fitError: null,
    scoreErrors: {},
  };
}

/** The part of the samples of a split; of a kernel matrix, also the columns of the training samples. */
export function partOf(
  estimator: Fittable,
  X: MatrixLike,
  rows: ArrayLike<number>,
  train: ArrayLike<number>,
): MatrixLike {
  const { kernel, metric } = estimator.getParams(false);
  const part = takeRows(X, rows) as MatrixLike;
  return kernel === "precomputed" || metric === "precomputed" ? takeColumns(checkArray(part), train) : part;
}

/**
 * Fits a clone of an estimator with some parameters to the training samples of a split, and scores it on the others: the
 * unit of work of searches and cross validations. X and y are arguments of their own, so that copies that wait where it
 * runs can stand in for them.
 *
 * @param estimator is cloned, and stays as it is
 * @param X all samples
 * @param y all targets
 * @param train numbers of the samples to train on
 * @param test numbers of the samples to test on
 * @param params hyperparameters to set; null for none
 * @throws what `fit` or the scoring throws, with `errorScore: "raise"`
 *
 * @example
 * ```ts
 * import { fitAndScore, loadIris, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const even = Array.from({ length: 75 }, (_, i) => 2 * i);
 * const odd = even.map((i) => i + 1);
 * const result = await fitAndScore(new SVC(), X, y, even, odd, { C: 10 }, { scorers: { score: null }, errorScore: NaN });
 * result.testScores; // { score: 0.9733… }
 * ```
 */
export async function fitAndScore(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  train: ArrayLike<number>,
  test: ArrayLike<number>,
  params: Params | null,
  options: FitOptions,
): Promise<FitResult> {
  const { errorScore } = options;
  checkErrorScore(errorScore);
  const announced = announce(params, options);
  const candidate = clone(estimator) as Fittable;
  if (params !== null) candidate.setParams(clone(params, { safe: false }));
  const started = performance.now();
  const targets = (rows: ArrayLike<number>): LabelsLike | undefined =>
    y === null || y === undefined ? undefined : takeRows(y, rows) as LabelsLike;
  const XTrain = partOf(candidate, X, train, train);
  const XTest = partOf(candidate, X, test, train);
  const yTrain = targets(train);
  const result = emptyResult(options, test.length);
  if (announced) result.announced = true;
  const weight = options.sampleWeight ?? undefined;
  const heard: string[] = [];
  try {
    await hearWarnings(
      heard,
      () =>
        weight === undefined
          ? candidate.fit(XTrain, yTrain)
          : candidate.fit(XTrain, yTrain, takeRows(weight, train) as VectorLike),
    );
  } catch (error) {
    if (errorScore === "raise") throw error;
    result.fitError = errorText(error);
  }
  const fitted = performance.now();
  if (heard.length > 0) result.warnings = heard;
  result.fitTime = (fitted - started) / 1000;
  const weigh = (rows: ArrayLike<number>): VectorLike | undefined =>
    options.weighScores === true && weight !== undefined ? takeRows(weight, rows) as VectorLike : undefined;
  result.testScores = await scoreAll(candidate, XTest, targets(test), weigh(test), options, result);
  if (result.fitError === null) result.scoreTime = (performance.now() - fitted) / 1000;
  if (options.returnTrainScore === true) {
    result.trainScores = await scoreAll(candidate, XTrain, yTrain, weigh(train), options, result);
  }
  if (options.returnEstimator === true) result.estimator = candidate;
  return result;
}

async function scoreAll(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | undefined,
  sampleWeight: VectorLike | undefined,
  { scorers, errorScore }: FitOptions,
  result: FitResult,
): Promise<Record<string, number>> {
  const scores: Record<string, number> = {};
  for (const [name, scoring] of Object.entries(scorers)) {
    scores[name] = errorScore as number;
    if (result.fitError !== null) continue;
    try {
      scores[name] = await scoreWith(scoring, estimator, X, y, sampleWeight);
    } catch (error) {
      if (errorScore === "raise") throw error;
      result.scoreErrors[name] ??= errorText(error);
    }
  }
  return scores;
}

/** Parameters as they stand in the lines of `verbose`, sorted by name. */
export function paramsText(params: Params | null): string {
  if (params === null) return "";
  return Object.keys(params).sort().map((name) => `${name}=${valueText(params[name])}`).join(", ");
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return JSON.stringify(value);
  }
  return typeof value === "function" ? value.name : String(value);
}

function progressText({ splitProgress, candidateProgress, verbose = 0, numbered }: FitOptions): string {
  let text = "";
  if (numbered !== true) return text;
  if (verbose > 2 && splitProgress !== undefined) text = ` ${splitProgress[0] + 1}/${splitProgress[1]}`;
  if (verbose > 9 && candidateProgress !== undefined) text += `; ${candidateProgress[0] + 1}/${candidateProgress[1]}`;
  return text;
}

/** The line that says a fit begins: from `verbose` 10 on. */
export function startLine(params: Params | null, options: FitOptions): string {
  return `[CV${progressText(options)}] START ${paramsText(params)}`.padEnd(80, ".");
}

/** Prints that line where it is seen as it is; what a task prints has the task's name before it, so there it is not. */
export function announce(params: Params | null, options: FitOptions): boolean {
  if ((options.verbose ?? 0) <= 9 || inTask() !== undefined) return false;
  console.log(startLine(params, options));
  return true;
}

/** The line that says a fit has ended, as scikit-learn writes it: from `verbose` 2 on. */
export function endLine(params: Params | null, options: FitOptions, result: FitResult): string {
  const head = `[CV${progressText(options)}] END `;
  const text = paramsText(params);
  let tail = text === "" ? "" : `${text};`;
  if ((options.verbose ?? 0) > 2) tail += scoresText(result, options.named === true);
  tail += ` total time=${shortTime(result.fitTime + result.scoreTime)}`;
  return head + ".".repeat(Math.max(0, 80 - head.length - tail.length)) + tail;
}

function scoresText({ testScores, trainScores }: FitResult, named: boolean): string {
  const names = Object.keys(testScores).sort();
  if (!named && names.length === 1 && names[0] === "score") {
    const test = testScores.score.toFixed(3);
    return trainScores === undefined
      ? `, score=${test}`
      : `, score=(train=${trainScores.score.toFixed(3)}, test=${test})`;
  }
  return names.map((name) => {
    const train = trainScores === undefined ? "" : `train=${trainScores[name].toFixed(3)}, `;
    return ` ${name}: (${train}test=${testScores[name].toFixed(3)})`;
  }).join("");
}

function shortTime(seconds: number): string {
  return seconds > 60 ? `${(seconds / 60).toFixed(1).padStart(4)}min` : ` ${seconds.toFixed(1).padStart(5)}s`;
}
