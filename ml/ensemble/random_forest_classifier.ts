import type { FitFamily, FitPlan, Params, PlannedFit, PlannedPart } from "../base/mod.ts";
import { forestDefaults } from "./forest.ts";
import { ForestClassifier, type ForestClassifierOptions } from "./forest_classifier.ts";
import { performForests, planForests } from "./plan_forests.ts";

/** Hyperparameters of {@linkcode RandomForestClassifier}. */
export type RandomForestClassifierOptions = ForestClassifierOptions;

/**
 * A forest of decision trees, each grown on samples drawn with replacement, and looking at some features only in each
 * node; their mean share decides. Bootstrap samples are scikit-learn's for the same seed; features are drawn by the path of a
 * node, so that a tree cut at a smaller `maxDepth` is the tree of that `maxDepth`.
 *
 * Source: L. Breiman, "Random Forests", Machine Learning 45 (2001).
 *
 * @example
 * ```ts
 * import { makeClassification, RandomForestClassifier } from "@troupe/troupe";
 * const { X, y } = makeClassification({ nSamples: 500, randomState: 0 });
 * const forest = await new RandomForestClassifier({ oobScore: true, randomState: 0, nJobs: -1 }).fit(X, y);
 * forest.oobScore_; // 0.87…
 * ```
 */
export class RandomForestClassifier extends ForestClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    ...forestDefaults("gini", "sqrt", true),
    classWeight: null,
  };

  /** Whether trees draw their thresholds. */
  protected override get isRandom(): boolean {
    return false;
  }

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: RandomForestClassifierOptions = {}) {
    super(options);
  }

  /** Searches: forests that differ in `maxDepth` and `nEstimators` only are grown once. */
  static planFits(family: FitFamily): FitPlan | null {
    return planForests(family);
  }

  /** Grows the largest forest of a part of the plan, and gives all that are in it. */
  static performPart(family: FitFamily, part: PlannedPart): Generator<PlannedFit> {
    return performForests(family, part);
  }
}
