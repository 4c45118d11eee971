import type { FitFamily, FitPlan, Params, PlannedFit, PlannedPart } from "../base/mod.ts";
import { ElasticNet, type ElasticNetOptions } from "./elastic_net.ts";
import { equationsOfSplits, performRegression, planRegression } from "./regression_plan.ts";

/** Hyperparameters of {@linkcode Lasso}. */
export type LassoOptions = Omit<ElasticNetOptions, "l1Ratio">;

const { l1Ratio: _, ...defaults } = ElasticNet.defaults;

/**
 * Least squares with a penalty on the absolute values of the weights, most of which it makes zero. It minimises
 * ‖y − Xw‖² / 2n + alpha · Σ|w|.
 *
 * Source: R. Tibshirani, "Regression shrinkage and selection via the lasso", J. R. Stat. Soc. B 58 (1996).
 *
 * @example
 * ```ts
 * import { Lasso } from "@troupe/troupe";
 * const model = await new Lasso({ alpha: 0.1 }).fit([[0, 0], [1, 1], [2, 2]], [0, 1, 2]);
 * model.coef_.toArray(); // [0.85, 0]
 * ```
 */
export class Lasso extends ElasticNet {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = defaults;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: LassoOptions = {}) {
    super(options as ElasticNetOptions);
  }

  /** How a search's fits are cut: products of the features are summed up once a split, and shared by its candidates. */
  static override planFits(family: FitFamily): FitPlan | null {
    return planRegression(family);
  }

  /** Sums up products for all splits. */
  static override performStage(family: FitFamily, task: unknown): unknown {
    return equationsOfSplits(family, task as boolean);
  }

  /** Does the fits of a split. */
  static override performPart(family: FitFamily, part: PlannedPart, shared: readonly unknown[]): Iterable<PlannedFit> {
    return performRegression(family, part, shared);
  }

  /** All of the penalty is on absolute values. */
  protected override l1Part(): number {
    return 1;
  }
}
