import type { FitFamily, FitPlan, Params, PlannedFit, PlannedPart, StageValue } from "../base/mod.ts";
import { type ParameterRule, real } from "../utils/mod.ts";
import { BaseSVC, svcRules } from "./base_svc.ts";
import type { FamilyTask } from "./family.ts";
import { nuSolver } from "./nu_solver.ts";
import { performSVCPart, performSVCStage, planSVC, refitSVC } from "./planner.ts";
import type { DualSolver } from "./solver.ts";
import type { SVCOptions } from "./svc.ts";

/** Hyperparameters of {@linkcode NuSVC}. */
export interface NuSVCOptions extends Omit<SVCOptions, "C"> {
  /** Upper bound of the share of training errors, lower bound of the share of support vectors; above 0, at most 1; 0.5 if left out. */
  nu?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = { nu: real({ above: 0, max: 1 }), ...svcRules };

/**
 * Support vector classifier that is told what share of the samples may be on the wrong side, and not what each costs.
 * All else is as in {@linkcode SVC}. As in scikit-learn, `classWeight` is accepted and changes nothing.
 *
 * Source: B. Schölkopf et al., "New support vector algorithms", Neural Computation 12 (2000).
 *
 * @example
 * ```ts
 * import { loadIris, NuSVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const svc = await new NuSVC({ nu: 0.2 }).fit(X, y);
 * await svc.score(X, y); // 0.993…
 * ```
 */
export class NuSVC extends BaseSVC {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    nu: 0.5,
    kernel: "rbf",
    degree: 3,
    gamma: "scale",
    coef0: 0,
    shrinking: true,
    probability: false,
    tol: 1e-3,
    cacheSize: 200,
    classWeight: null,
    verbose: false,
    maxIter: -1,
    decisionFunctionShape: "ovr",
    breakTies: false,
    randomState: null,
  };

  /**
   * How a search does many fits together: see {@linkcode FitPlan}. All kernels without `maxIter`; `classWeight` and what
   * else does not change the machine make no difference.
   */
  static planFits(family: FitFamily): FitPlan | null {
    return planSVC(family, rules);
  }

  /** The kernel's matrix, where it is given. */
  static performStage(family: FitFamily, task: unknown): unknown {
    return performSVCStage(family, task as FamilyTask);
  }

  /** Fits of a part of the plan. */
  static performPart(family: FitFamily, part: PlannedPart, shared: readonly unknown[]): Iterable<PlannedFit> {
    return performSVCPart(family, part, shared);
  }

  /** The best candidate, fitted to all samples where a function's matrix lies. */
  static refit(
    family: FitFamily,
    plan: FitPlan,
    stages: ReadonlyMap<number, StageValue>,
    candidate: number,
  ): Promise<object> | null {
    return refitSVC(family, plan, stages, candidate);
  }

  /** Upper bound of the share of training errors. */
  declare nu: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: NuSVCOptions = {}) {
    super(options);
  }

  /** @internal What hyperparameters may be. */
  protected override rules(): Readonly<Record<string, ParameterRule>> {
    return rules;
  }

  /** @internal What solves a pair's problem. */
  protected override solver(): DualSolver {
    return nuSolver(this.nu);
  }

  /** The share of errors. */
  protected override errorShare(): number {
    return this.nu;
  }

  /** Upper bound of each α: the weight of its sample. */
  protected override upperBounds(_codes: Int32Array, _classWeight: Float64Array, weight: Float64Array): Float64Array {
    return weight.slice();
  }
}
