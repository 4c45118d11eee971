import type { FitFamily, FitPlan, Params, PlannedFit, PlannedPart } from "../base/mod.ts";
import { forestDefaults } from "./forest.ts";
import { ForestRegressor, type ForestRegressorOptions } from "./forest_regressor.ts";
import { performForests, planForests } from "./plan_forests.ts";

/** Hyperparameters of {@linkcode RandomForestRegressor}. */
export type RandomForestRegressorOptions = ForestRegressorOptions;

/**
 * A forest of regression trees, each grown on samples drawn with replacement; it predicts their mean. `maxFeatures` null
 * is scikit-learn's 1.0: all features.
 *
 * Source: L. Breiman, "Random Forests", Machine Learning 45 (2001).
 *
 * @example
 * ```ts
 * import { loadDiabetes, RandomForestRegressor } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * const forest = await new RandomForestRegressor({ oobScore: true, randomState: 0 }).fit(X, y);
 * forest.oobScore_; // 0.4…
 * ```
 */
export class RandomForestRegressor extends ForestRegressor {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    ...forestDefaults("squared_error", null, true),
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
  constructor(options: RandomForestRegressorOptions = {}) {
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
