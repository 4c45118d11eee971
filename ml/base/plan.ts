import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import type { HasParams, Params } from "./estimator.ts";

/** What a fitted estimator can be asked for about samples. */
export type OutputMethod = "predict" | "decisionFunction" | "predictProba" | "predictLogProba" | "transform";

/** Many fits of one estimator: every candidate on every split. */
export interface FitFamily {
  /** The estimator, not fitted; a fit is a clone of it with a candidate's parameters. */
  readonly estimator: HasParams;
  /** All samples. */
  readonly X: MatrixLike;
  /** All targets. */
  readonly y: LabelsLike | null | undefined;
  /** Weights of all samples for `fit`. */
  readonly sampleWeight: VectorLike | null | undefined;
  /** Hyperparameters of each candidate; null for the estimator as it is. */
  readonly candidates: readonly (Params | null)[];
  /** Numbers of the samples to train on, and of those to test on. */
  readonly splits: readonly (readonly [train: Int32Array, test: Int32Array])[];
  /** What scorers will ask fits for; "estimator" where one wants to see the fitted estimator itself. */
  readonly wanted: readonly (OutputMethod | "estimator")[];
  /** Whether they will ask about the training samples too. */
  readonly onTrain: boolean;
}

/** Which fit of a family. */
export interface FitKey {
  /** Number of the candidate. */
  readonly candidate: number;
  /** Number of the split. */
  readonly split: number;
}

/** Work whose result several parts of a plan take as input. */
export interface PlannedStage {
  /** How much work it is, in any unit that all stages and parts of the plan share: the largest are begun first. */
  readonly cost: number;
  /** What `performStage` needs to know. Plain data, small: it travels. */
  readonly task: unknown;
}

/** Fits that are done together, because of what they share. */
export interface PlannedPart extends PlannedStage {
  /** The fits that it gives. */
  readonly fits: readonly FitKey[];
  /** Numbers of the stages whose results it takes, in the order in which it gets them. */
  readonly stages?: readonly number[];
}

/**
 * How a family of fits is cut. It must not depend on the number of workers, and a part's fits must not depend on other
 * parts: then no result depends on who finishes first. Fits that stand in no part are done one by one.
 */
export interface FitPlan {
  /** What comes first. */
  readonly stages?: readonly PlannedStage[];
  /** The rest. */
  readonly parts: readonly PlannedPart[];
}

/** What a stage came to, wherever it lies. */
export interface StageValue {
  /**
   * Has a function look at it there.
   *
   * @param fn exported by the library or by a module: it travels. Gets the stage's result, and the arguments
   * @returns what it came to; undefined where the stage could not be done
   */
  ask<A extends unknown[], T>(fn: (value: unknown, ...args: A) => T, ...args: A): Promise<Awaited<T> | undefined>;
}

/** What is known about samples as a by-product of a fit: what the fitted estimator's methods would return for them. */
export type KnownOutputs = Readonly<Partial<Record<OutputMethod, unknown>>>;

/** One fit of a part. */
export interface PlannedFit extends FitKey {
  /** Seconds that this fit took by itself, and its share of what the part's fits have in common. */
  readonly fitTime: number;
  /** Seconds that the outputs took beyond that. */
  readonly scoreTime?: number;
  /** About the samples to test on. */
  readonly test?: KnownOutputs;
  /** About the samples to train on. */
  readonly train?: KnownOutputs;
  /** Learned attributes that scorers look at beside the outputs, such as `classes_`. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Makes the fitted estimator: called at most once, and only where somebody wants to see it. */
  make(): object | Promise<object>;
}

/**
 * What an estimator's class may have, as static methods of its own, to have families of its fits done together. A class
 * that inherits them does not plan: it may fit otherwise.
 */
export interface FitPlanner {
  /** The plan, or null when nothing is gained. Runs where the search runs: it should be quick. */
  planFits(family: FitFamily): FitPlan | null | Promise<FitPlan | null>;
  /**
   * Does what comes first; the result travels to the workers that want it, so it should be plain data and typed arrays.
   * Anywhere, at any time.
   */
  performStage?(family: FitFamily, task: unknown): unknown;
  /**
   * Does the fits of a part, and gives each as soon as it is there. A fit that it cannot do it leaves out, and it may
   * throw: what is missing is then done one by one, where the estimator itself says what is wrong.
   *
   * @param shared results of the part's stages, in their order
   */
  performPart(
    family: FitFamily,
    part: PlannedPart,
    shared: readonly unknown[],
  ): Iterable<PlannedFit> | AsyncIterable<PlannedFit>;
  /**
   * Fits a candidate to all samples, as its `fit` would, from what the plan's stages came to: for the last fit of a
   * search. Null where that is no help.
   */
  refit?(
    family: FitFamily,
    plan: FitPlan,
    stages: ReadonlyMap<number, StageValue>,
    candidate: number,
  ): Promise<object> | null;
}

/**
 * The planner of an estimator's class, where it has one of its own.
 *
 * @example
 * ```ts
 * import { GaussianNB, plannerOf, SVC } from "@troupe/troupe";
 * plannerOf(new SVC()) === SVC; // true
 * plannerOf(new GaussianNB()); // undefined
 * ```
 */
export function plannerOf(estimator: object): FitPlanner | undefined {
  const { constructor } = estimator;
  return Object.hasOwn(constructor, "planFits") ? constructor as unknown as FitPlanner : undefined;
}

/** What a part, or a stage, came to when done here. */
async function perform(planner: FitPlanner, family: FitFamily, plan: FitPlan): Promise<PlannedFit[]> {
  const stages: { value: unknown; share: number }[] = [];
  for (const [i, stage] of (plan.stages ?? []).entries()) {
    const started = performance.now();
    const value = await planner.performStage?.(family, stage.task);
    const users = plan.parts.reduce((n, p) => n + (p.stages?.includes(i) ? p.fits.length : 0), 0);
    stages.push({ value, share: (performance.now() - started) / 1000 / Math.max(1, users) });
  }
  const fits: PlannedFit[] = [];
  for (const part of plan.parts) {
    const used = (part.stages ?? []).map((s) => stages[s]);
    const share = used.reduce((t, s) => t + s.share, 0);
    for await (const fit of planner.performPart(family, part, used.map((s) => s.value))) {
      fits.push(share === 0 ? fit : { ...fit, fitTime: fit.fitTime + share });
    }
  }
  return fits;
}

/**
 * Plans a family of fits and does them here and now: for planners of estimators that hold others, such as pipelines,
 * which hand on what they have prepared.
 *
 * @returns the fits that the estimator's class could plan; none when it has no planner. What is missing, the caller
 * leaves out as well.
 *
 * @example
 * ```ts
 * import { KFold, loadIris, performFamily, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const fits = await performFamily({
 *   estimator: new SVC(),
 *   X,
 *   y,
 *   sampleWeight: null,
 *   candidates: [{ C: 1 }, { C: 10 }],
 *   splits: [...new KFold({ nSplits: 3, shuffle: true, randomState: 0 }).split(X)],
 *   wanted: ["predict"],
 *   onTrain: false,
 * });
 * fits.length; // 6
 * ```
 */
export async function performFamily(family: FitFamily): Promise<PlannedFit[]> {
  const planner = plannerOf(family.estimator);
  const plan = await planner?.planFits(family);
  return plan === null || plan === undefined ? [] : await perform(planner as FitPlanner, family, plan);
}
