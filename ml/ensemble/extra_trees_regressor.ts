import type { FitFamily, FitPlan, Params, PlannedFit, PlannedPart } from "../base/mod.ts";
import { forestDefaults } from "./forest.ts";
import { ForestRegressor, type ForestRegressorOptions } from "./forest_regressor.ts";
import { performForests, planForests } from "./plan_forests.ts";

/** Hyperparameters of {@linkcode ExtraTreesRegressor}. */
export type ExtraTreesRegressorOptions = ForestRegressorOptions;

/**
 * A forest of regression trees that draw one threshold for each feature they look at, and take the best of these; grown on
 * all samples unless `bootstrap` is set. It predicts their mean.
 *
 * Source: P. Geurts, D. Ernst, L. Wehenkel, "Extremely randomized trees", Machine Learning 63 (2006).
 *
 * @example
 * ```ts
 * import { ExtraTreesRegressor, loadDiabetes } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * const forest = await new ExtraTreesRegressor({ randomState: 0 }).fit(X, y);
 * await forest.score(X, y); // 1
 * ```
 */
export class ExtraTreesRegressor extends ForestRegressor {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    ...forestDefaults("squared_error", null, false),
  };

  /** Whether trees draw their thresholds. */
  protected override get isRandom(): boolean {
    return true;
  }

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: ExtraTreesRegressorOptions = {}) {
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
