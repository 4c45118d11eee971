import type { Params } from "../base/mod.ts";
import type { FitFamily, FitPlan, PlannedFit, PlannedPart } from "../base/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import { type ClassWeight, type ParameterRule, real } from "../utils/mod.ts";
import { BaseSVC, svcRules } from "./base_svc.ts";
import type { FamilyTask } from "./family.ts";
import type { KernelMachineOptions } from "./kernel_parameters.ts";
import { performSVCPart, performSVCStage, planSVC, refitSVC } from "./planner.ts";
import { solveBySmo } from "./smo.ts";
import type { DualSolver } from "./solver.ts";

/** Hyperparameters of {@linkcode SVC}. */
export interface SVCOptions extends KernelMachineOptions {
  /** Cost of samples on the wrong side; larger fits closer. Above 0; 1 if left out. */
  C?: number;
  /** Whether to learn probabilities, by five folds within `fit`, which takes several times as long. False if left out. */
  probability?: boolean;
  /** Factor of C for each class: "balanced", a number for each label, or null. */
  classWeight?: ClassWeight;
  /** Whether `decisionFunction` gives a column for each class ("ovr") or for each pair ("ovo"). "ovr" if left out. */
  decisionFunctionShape?: "ovr" | "ovo";
  /** Whether equal votes are decided by `decisionFunction` and not by the order of the classes. False if left out. */
  breakTies?: boolean;
  /** Seed of the folds for `probability`. */
  randomState?: RandomStateLike;
}

const rules: Readonly<Record<string, ParameterRule>> = { C: real({ above: 0 }), ...svcRules };

/**
 * Support vector classifier: a machine for each pair of classes, and a vote. Parameters, attributes and results are
 * scikit-learn's.
 *
 * Source: C. Cortes, V. Vapnik, "Support-vector networks", Machine Learning 20 (1995); solver in {@linkcode SVCOptions.tol}
 * by sequential minimal optimisation.
 *
 * @example
 * ```ts
 * import { loadDigits, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const svc = await new SVC({ gamma: 0.001 }).fit(X.slice(0, 1000), y.slice(0, 1000));
 * await svc.score(X.slice(1000), y.slice(1000)); // 0.96…
 * ```
 */
export class SVC extends BaseSVC {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    C: 1,
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
   * How a search does many fits together: see {@linkcode FitPlan}. All kernels without `maxIter`;
   * candidates that differ in what does not change the machine (`shrinking`, `probability`, …) are one fit.
   */
  static planFits(family: FitFamily): FitPlan | null {
    return planSVC(family, rules);
  }

  /** Solutions for all samples, which those without each fold begin from. */
  static performStage(family: FitFamily, task: unknown): unknown {
    return performSVCStage(family, task as FamilyTask);
  }

  /** Fits of a part of the plan. */
  static performPart(family: FitFamily, part: PlannedPart, shared: readonly unknown[]): Iterable<PlannedFit> {
    return performSVCPart(family, part, shared);
  }

  /** The best candidate, fitted to all samples: from the solution that the folds began from, where there is one. */
  static refit(
    family: FitFamily,
    plan: FitPlan,
    stages: ReadonlyMap<number, unknown>,
    candidate: number,
  ): Promise<object> | null {
    return refitSVC(family, plan, stages, candidate);
  }

  /** Cost of samples on the wrong side. */
  declare C: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SVCOptions = {}) {
    super(options);
  }

  /** @internal What hyperparameters may be. */
  protected override rules(): Readonly<Record<string, ParameterRule>> {
    return rules;
  }

  /** @internal What solves a pair's problem. */
  protected override solver(): DualSolver {
    return solveBySmo;
  }

  /** No share of errors is given. */
  protected override errorShare(): undefined {
    return undefined;
  }

  /** Upper bound of each α: C by the weights of class and sample. */
  protected override upperBounds(codes: Int32Array, classWeight: Float64Array, weight: Float64Array): Float64Array {
    const { C } = this;
    return weight.map((w, i) => C * classWeight[codes[i]] * w);
  }
}
