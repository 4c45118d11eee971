import { type Labels, type LabelsLike, type MatrixLike, NDArray } from "../array/mod.ts";
import {
  clone,
  type FitFamily,
  type FitPlan,
  type KnownOutputs,
  type Params,
  type PlannedFit,
  type PlannedPart,
  type StageValue,
} from "../base/mod.ts";
import { registerInternals } from "../../actors/code/mod.ts";
import { checkArray, checkParameters, decodeLabels, type ParameterRule } from "../utils/mod.ts";
import type { BaseSVC, Training } from "./base_svc.ts";
import { familyData, type FamilyGroup, type FamilyTask, planFamily } from "./family.ts";
import { LargeFamily, startsOf, type WholePaths } from "./family_large.ts";
import { type OneVsOneModel, type TrainingOptions, trainOneVsOne } from "./one_vs_one.ts";
import { predictedClasses, shownDecisions } from "./outputs.ts";
import { smallFits } from "./family_small.ts";
import { fromSent, type SentSet, toSent } from "./sent_set.ts";
import { trainSmall } from "./small_fit.ts";
import { solveBySmo } from "./smo.ts";
import { stepFits } from "./family_steps.ts";
import type { Told } from "./small_bench.ts";
import { givenMatrix, type GramStage, performGram, trainOnStage } from "./step_plan.ts";

/** What predictions are made of beside decision values. */
export interface DecisionShape {
  readonly decisionFunctionShape: "ovr" | "ovo";
  readonly breakTies: boolean;
}

/** Parameters of all candidates in full; undefined for those that are fitted one by one. */
function plannable(
  { estimator, candidates, wanted }: FitFamily,
  rules: Readonly<Record<string, ParameterRule>>,
): (Params | undefined)[] {
  const who = estimator.constructor.name;
  // Probabilities take folds of their own within each fit.
  if (wanted.includes("predictProba") || wanted.includes("predictLogProba")) return candidates.map(() => undefined);
  return candidates.map((params) => {
    try {
      const candidate = clone(estimator);
      if (params !== null) candidate.setParams(clone(params, { safe: false }));
      const full = candidate.getParams(false);
      checkParameters(who, full, rules);
      const { maxIter, breakTies, decisionFunctionShape } = full;
      return maxIter !== -1 || (breakTies === true && decisionFunctionShape === "ovo") ? undefined : full;
    } catch {
      return undefined;
    }
  });
}

/** How a family of classifiers is cut into parts. */
export function planSVC(family: FitFamily, rules: Readonly<Record<string, ParameterRule>>): FitPlan | null {
  return planFamily(family, plannable(family, rules));
}

/** Solutions for all samples, for the folds to begin from; or what there is to know of a matrix. */
export function performSVCStage(family: FitFamily, task: FamilyTask): WholePaths | Promise<GramStage> {
  if (task.way === "gram") return performGram(family, task);
  using large = new LargeFamily(familyData(family), task.groups[0], task.way);
  return large.whole();
}

/** The fits of a part. */
export function* performSVCPart(
  family: FitFamily,
  { task }: PlannedPart,
  shared: readonly unknown[],
): Generator<PlannedFit> {
  const started = performance.now();
  const data = familyData(family);
  const { way, groups, splits } = task as FamilyTask;
  const { classes } = data.encoded;
  const { onTrain, wanted, estimator, candidates } = family;
  const count = splits.length * groups.reduce((t, g) => t + g.entries.reduce((m, e) => m + e.candidates.length, 0), 0);
  const reading = (performance.now() - started) / 1000 / count;
  // Ties are broken by decision values.
  const breaks = [estimator.getParams(false), ...candidates].some((params) => params?.breakTies === true);
  const values = breaks || wanted.includes("decisionFunction");
  const outputs = (told: Told | Float64Array, { decisionFunctionShape, breakTies }: DecisionShape): KnownOutputs => {
    const { decisions, winners } = told instanceof Float64Array ? { decisions: told } : told;
    if (decisions === undefined) return { predict: decodeLabels(classes, winners as Int32Array) };
    return {
      predict: predictedClasses(decisions, classes, breakTies),
      ...(wanted.includes("decisionFunction")
        ? { decisionFunction: shownDecisions(decisions, classes, decisionFunctionShape) }
        : {}),
    };
  };
  const fits = function* () {
    const given = shared.length > 0 && way !== "fold" ? givenMatrix(data, shared[0] as GramStage) : undefined;
    if (way === "small") {
      const table = given?.matrix ?? data.table;
      return yield* smallFits({ ...data, table }, groups, splits, onTrain, values);
    }
    if (way === "steps") return yield* stepFits(data, groups[0], splits, onTrain, given);
    using large = new LargeFamily(data, groups[0], way);
    if (way === "fold") yield* large.withoutFolds(splits, shared[0] as WholePaths, onTrain);
    else if (way === "folds") yield* large.folds(onTrain);
    else yield* large.paths(splits, onTrain);
  };
  for (const fit of fits()) {
    const { entry, split, seconds, scoreSeconds, test, train } = fit;
    const n = entry.candidates.length;
    for (const candidate of entry.candidates) {
      const made = clone(estimator);
      const params = candidates[candidate];
      if (params !== null) made.setParams(clone(params, { safe: false }));
      const shape = made as unknown as DecisionShape;
      const isMatrix = groups[0].kernel === "precomputed" && groups[0].own === undefined;
      yield {
        candidate,
        split,
        // Candidates that are one fit share what it took.
        fitTime: seconds / n + reading,
        scoreTime: scoreSeconds / n,
        test: outputs(test, shape),
        train: train === undefined ? undefined : outputs(train, shape),
        attributes: { classes_: classes },
        make: () => fitted(made as unknown as Fitter, data, split, isMatrix),
      };
    }
  }
}

/** Fits all samples where an entry's solution for them lies, and from there: so little travels, and what is to be done has been done there before. */
export function trainFromStage(
  paths: unknown,
  entry: number,
  X: MatrixLike,
  sent: SentSet,
  options: Omit<TrainingOptions, "solver">,
): OneVsOneModel {
  const set = fromSent(sent);
  const starts = startsOf(paths as WholePaths, entry, set.codes.length);
  return trainOneVsOne({ ...set, X: checkArray(X) }, { ...options, solver: solveBySmo, starts });
}

registerInternals({ trainFromStage, trainOnStage });

/** The best candidate, fitted to all samples as the folds were, or from a stage's solution; null where there is none. */
export function refitSVC(
  family: FitFamily,
  { stages = [], parts }: FitPlan,
  landed: ReadonlyMap<number, unknown>,
  candidate: number,
): Promise<object> | null {
  const small = parts.find(({ task, fits }) =>
    (task as FamilyTask).way === "small" && fits.some((fit) => fit.candidate === candidate)
  );
  const ownGroup = (small?.task as FamilyTask | undefined)?.groups
    .find(({ entries }) => entries.some((e) => e.candidates.includes(candidate)));
  if (ownGroup !== undefined && ownGroup.own === undefined) return refitSmall(family, ownGroup, candidate);
  for (const [s, stage] of landed) {
    const { groups, way } = stages[s].task as FamilyTask;
    const entry = groups[0].entries.findIndex((e) => e.candidates.includes(candidate));
    if (entry < 0) continue;
    if (way === "gram" && groups[0].own === undefined) return null;
    const fit = async (): Promise<object> => {
      const { estimator, candidates, X, y, sampleWeight } = family;
      const made = clone(estimator);
      const params = candidates[candidate];
      if (params !== null) made.setParams(clone(params, { safe: false }));
      // Where the stage is lost, the fit is an ordinary one.
      const value = stage as StageValue;
      const train: Training = (set, { solver: _, ...options }) =>
        (way === "gram"
          ? value.ask(trainOnStage, set, options)
          : value.ask(trainFromStage, entry, X, toSent(set), options))
          .catch(() => undefined);
      return await (made as unknown as BaseSVC).fitNear(X, y as LabelsLike, sampleWeight ?? undefined, { train });
    };
    return fit();
  }
  return null;
}

/** A refit where pairs of classes are small. */
async function refitSmall(family: FitFamily, group: FamilyGroup, candidate: number): Promise<object> {
  const { estimator, candidates, X, y, sampleWeight } = family;
  const made = clone(estimator);
  const params = candidates[candidate];
  if (params !== null) made.setParams(clone(params, { safe: false }));
  const train: Training = (set, { tol, plattSeed }) =>
    // Probabilities are learned from folds, of which the ordinary fit knows.
    Promise.resolve(plattSeed === undefined ? trainSmall(familyData(family), group, set.upper, tol) : undefined);
  return await (made as unknown as BaseSVC).fitNear(X, y as LabelsLike, sampleWeight ?? undefined, { train });
}

interface Fitter {
  fit(X: NDArray<Float64Array>, y: Labels, sampleWeight?: NDArray<Float64Array>): Promise<object>;
}

/** The estimator itself, fitted in the ordinary way: only where somebody wants to see it. */
async function fitted(
  estimator: Fitter,
  { table, encoded, weight, splits }: ReturnType<typeof familyData>,
  split: number,
  isMatrix: boolean,
): Promise<object> {
  const [train] = splits[split];
  const y = decodeLabels(encoded.classes, Int32Array.from(train, (i) => encoded.codes[i]));
  const w = new NDArray(Float64Array.from(train, (i) => weight[i]));
  return await estimator.fit(isMatrix ? between(table, train) : table.take(train), y, w);
}

/** Rows and columns of a kernel's matrix. */
function between({ data, shape: [, width] }: NDArray<Float64Array>, rows: Int32Array): NDArray<Float64Array> {
  const n = rows.length;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * n + j] = data[rows[i] * width + rows[j]];
  return new NDArray(out, [n, n]);
}
