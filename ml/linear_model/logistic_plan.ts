import { NDArray } from "../array/mod.ts";
import type { FitFamily, FitPlan, KnownOutputs, PlannedFit, PlannedPart, PlannedStage } from "../base/mod.ts";
import { checkSampleWeight, computeClassWeight, decodeLabels, type Encoded, numSamples } from "../utils/mod.ts";
import { chosenClasses, classProbabilities } from "./linear_classifier.ts";
import { checkClassification } from "./logistic_input.ts";
import { functionsOf, type LogisticData, LogisticObjective, type LogisticTask, widthOf } from "./logistic_objective.ts";
import type { LogisticRegression } from "./logistic_regression.ts";
import { preconditionerOf } from "./logistic_curvature.ts";
import {
  estimatedPreconditioner,
  MANY,
  type PathResult,
  type SmoothResult,
  solvePenalties,
  solveSmooth,
  solveTogether,
} from "./logistic_smooth.ts";
import { solveSparse } from "./logistic_sparse.ts";
import { configured, countsOf, scoresAt } from "./planning.ts";

/** Candidates at most whose solutions for all samples are found together: others need not wait for more. */
const TOGETHER = 8;

/** What the stage that solves for all samples is to do. */
interface PathTask {
  readonly candidates: readonly number[];
}

/**
 * A part for each candidate: its fits on all splits start from the solution for all samples. Candidates that differ in C
 * alone have these solutions found together, in a stage.
 */
export function planLogistic(family: FitFamily): FitPlan | null {
  const { candidates, splits } = family;
  if (splits.length < 2) return null;
  const parts: (PlannedPart & { stages: number[] })[] = [];
  const many = numSamples(family.X) >= MANY;
  const alike = new Map<string, number[]>();
  for (const candidate of candidates.keys()) {
    const model = configured<LogisticRegression>(family, candidate);
    // The constant is a feature there: another table.
    if (model.warmStart || model.solver === "liblinear") continue;
    const fits = splits.map((_, split) => ({ candidate, split }));
    const smooth = many && model.l1Ratio === 0 && model.solver !== "newton-cholesky";
    if (smooth) {
      const { fitIntercept, classWeight, tol, maxIter } = model;
      const key = JSON.stringify([
        fitIntercept,
        classWeight instanceof Map ? [...classWeight] : classWeight,
        tol,
        maxIter,
      ]);
      alike.set(key, [...alike.get(key) ?? [], parts.length]);
    }
    parts.push({ cost: model.l1Ratio > 0 ? 3 : 1, task: null, fits, stages: [] });
  }
  const stages: PlannedStage[] = [];
  for (const group of alike.values()) {
    for (let from = 0; from < group.length; from += TOGETHER) {
      const own = group.slice(from, from + TOGETHER);
      if (own.length < 2) continue;
      for (const at of own) parts[at].stages.push(stages.length);
      const task: PathTask = { candidates: own.map((at) => parts[at].fits[0].candidate) };
      stages.push({ cost: own.length, task });
    }
  }
  return parts.length === 0 ? null : { stages, parts };
}

/** Solutions for all samples of some candidates, by candidate; those that were not found are missing. */
export function solveLogisticPath(family: FitFamily, task: unknown): Record<number, PathResult> {
  const { candidates } = task as PathTask;
  const models = candidates.map((c) => configured<LogisticRegression>(family, c));
  for (const model of models) model.checkOptions();
  const { table, encoded } = checkClassification("LogisticRegression", family.X, family.y as never, true);
  const [{ fitIntercept, tol, maxIter }] = models;
  const given = family.sampleWeight ?? undefined;
  const own = given === undefined ? undefined : checkSampleWeight(given, table.length);
  const tasks = models.map((model) => taskOf(model, encoded, own, undefined));
  if (!tasks.every((t) => t.total > 0)) return {};
  using objective = new LogisticObjective({
    X: table,
    codes: encoded.codes,
    nClasses: encoded.classes.size,
    fitIntercept,
  });
  const results = solvePenalties(objective, tasks, { tol, maxIter });
  return Object.fromEntries(results.flatMap((r, i) => r === undefined ? [] : [[candidates[i], r]]));
}

/**
 * Fits one candidate on some splits: first on all samples, unless a stage has done that, then from there on each split,
 * side by side.
 */
export function* performLogistic(
  family: FitFamily,
  part: PlannedPart,
  shared: readonly unknown[] = [],
): Iterable<PlannedFit> {
  const started = performance.now();
  const model = configured<LogisticRegression>(family, part.fits[0].candidate);
  model.checkOptions();
  const { table, encoded } = checkClassification("LogisticRegression", family.X, family.y as never, true);
  const k = encoded.classes.size;
  const fits = part.fits.filter(({ split }) => {
    const seen = new Set<number>();
    for (const i of family.splits[split][0]) {
      if (seen.add(encoded.codes[i]).size === k) return true;
    }
    // A class is missing: that fit has other classes than the rest.
    return false;
  });
  const data: LogisticData = { X: table, codes: encoded.codes, nClasses: k, fitIntercept: model.fitIntercept };
  const given = family.sampleWeight ?? undefined;
  const own = given === undefined ? undefined : checkSampleWeight(given, table.length);
  const whole = taskOf(model, encoded, own, undefined);
  const tasks = fits.map(({ split }) => taskOf(model, encoded, own, family.splits[split][0]));
  if ([whole, ...tasks].some((t) => !(t.total > 0))) return;
  const stop = { tol: model.tol, maxIter: model.maxIter };
  using objective = new LogisticObjective(data);
  const zero = new Float64Array(functionsOf(data) * widthOf(data));
  const newton = model.solver === "newton-cholesky";
  const l1Of = (total: number): number => model.C === Infinity ? 0 : model.l1Ratio / (model.C * total);
  const sparse = l1Of(whole.total) > 0;
  const found = (shared[0] as Record<number, PathResult> | undefined)?.[part.fits[0].candidate];
  const first: SmoothResult = found !== undefined
    ? {
      point: found.point,
      iterations: 0,
      converged: true,
      precondition: found.curvature && preconditionerOf(found.curvature),
    }
    : sparse
    ? solveSparse(objective, { ...whole, l1: l1Of(whole.total) }, zero, stop)
    : solveSmooth(objective, whole, zero, stop, newton);
  // Where that takes too many steps, or X holds NaN, each fit says so for itself.
  if (!first.converged || objective.sawNonFinite) return;
  const starts = tasks.map(() => first.point);
  const smoothly = (): SmoothResult[] => {
    const precondition = first.precondition ?? estimatedPreconditioner(data, whole, first.point);
    return solveTogether(objective, tasks, starts, tasks.map(() => precondition), stop);
  };
  const results = sparse
    ? tasks.map((task) => solveSparse(objective, { ...task, l1: l1Of(task.total) }, first.point, stop))
    : smoothly();
  if (objective.sawNonFinite) return;
  const fitTime = (performance.now() - started) / 1000 / Math.max(1, fits.length);
  for (const [at, { candidate, split }] of fits.entries()) {
    const result = results[at];
    if (!result.converged) continue;
    const scoring = performance.now();
    const fitted = (): LogisticRegression => {
      const own = configured<LogisticRegression>(family, candidate);
      own.keep(result, data, encoded.classes, family.X);
      return own;
    };
    const [train, test] = family.splits[split];
    const known = {
      test: outputsAt(family, data, encoded, result, test),
      ...(family.onTrain ? { train: outputsAt(family, data, encoded, result, train) } : {}),
    };
    const scoreTime = (performance.now() - scoring) / 1000;
    yield { candidate, split, fitTime, scoreTime, ...known, attributes: { classes_: encoded.classes }, make: fitted };
  }
}

/** The objective of some rows, or of all. */
function taskOf(
  model: LogisticRegression,
  encoded: Encoded,
  own: Float64Array | undefined,
  rows: Int32Array | undefined,
): LogisticTask {
  const n = encoded.codes.length;
  const classWeight = model.classWeight ?? null;
  const counts = rows === undefined ? undefined : countsOf(rows, n);
  let weight = counts;
  let total = rows === undefined ? n : rows.length;
  const plain = own === undefined && classWeight === null;
  if (!plain) {
    if (own !== undefined) weight = counts === undefined ? own : own.map((w, i) => w * counts[i]);
    const byClass = computeClassWeight(classWeight, encoded, weight);
    const all = new Float64Array(n);
    total = 0;
    for (let i = 0; i < n; i++) total += all[i] = byClass[encoded.codes[i]] * (weight === undefined ? 1 : weight[i]);
    weight = all;
  }
  let masks = plain && counts !== undefined;
  for (let i = 0; masks && i < n; i++) masks = (counts as Float64Array)[i] <= 1;
  const strength = model.C === Infinity ? 0 : 1 / (model.C * total);
  return { weight, masks, total, l2: strength * (1 - model.l1Ratio) };
}

/** What the fitted estimator says about some rows, as far as it is wanted. */
function outputsAt(
  { wanted }: FitFamily,
  data: LogisticData,
  { classes }: Encoded,
  { point }: SmoothResult,
  rows: Int32Array,
): KnownOutputs {
  const k = functionsOf(data);
  const width = widthOf(data);
  const m = data.X.shape[1];
  const coef = new Float64Array(k * m), intercept = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    coef.set(point.subarray(c * width, c * width + m), c * m);
    if (width > m) intercept[c] = point[c * width + m];
  }
  const scores = new NDArray(scoresAt(data.X, rows, coef, intercept), [rows.length, k]);
  const known: Record<string, unknown> = {};
  for (const method of wanted) {
    if (method === "predict") known[method] = decodeLabels(classes, chosenClasses(scores));
    if (method === "decisionFunction") known[method] = k === 1 ? scores.ravel() : scores;
    if (method === "predictProba") known[method] = classProbabilities(scores);
    if (method === "predictLogProba") known[method] = classProbabilities(scores).map(Math.log);
  }
  return known;
}
