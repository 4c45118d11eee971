import { type MatrixLike, NDArray } from "../array/mod.ts";
import {
  BaseEstimator,
  BaseRegressor,
  checkIsFitted,
  type Constructor,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import { InvalidInputError, warn } from "../utils/mod.ts";
import { SVMError } from "./errors.ts";
import type { KernelFunction, KernelName } from "./kernel.ts";
import { gammaFor, isMatrix, kernelInput, kernelSpec, whyNotFinite } from "./kernel_parameters.ts";
import { singleCoef, type SingleProblem, solveSingle } from "./single_machine.ts";
import type { DualSolution } from "./solver.ts";

/** What estimators of one machine with a kernel have. */
export interface SingleMachine {
  /** The kernel. */
  kernel: KernelName | KernelFunction;
  /** Exponent of the polynomial kernel. */
  degree: number;
  /** Factor of the kernel, as given. */
  gamma: "scale" | "auto" | number;
  /** Constant of the kernel. */
  coef0: number;
  /** How far from the optimum to stop. */
  tol: number;
  /** Whether the solver shrinks. */
  shrinking: boolean;
  /** Memory for kernel values in MiB. */
  cacheSize: number;
  /** Not used. */
  verbose: boolean | number;
  /** Iterations at most. */
  maxIter: number;
  /** Numbers of the support vectors among the training samples, shape [nSV]. */
  support_: NDArray<Int32Array>;
  /** The support vectors, shape [nSV, nFeatures]; empty for kernels that are given as a matrix. */
  supportVectors_: NDArray<Float64Array>;
  /** Coefficients of the support vectors, shape [1, nSV]. */
  dualCoef_: NDArray<Float64Array>;
  /** The constant, shape [1]. */
  intercept_: NDArray<Float64Array>;
  /** How many support vectors there are, shape [1]. */
  nSupport_: NDArray<Int32Array>;
  /** Iterations. */
  nIter_: number;
  /** 0 when it converged, 1 when `maxIter` stopped it. */
  fitStatus_: number;
  /** Number of features seen in `fit`. */
  nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where they had any. */
  featureNamesIn_?: string[];
  /** Shape of X in `fit`. */
  shapeFit_: number[];
  /** The number that `gamma` came to. */
  gamma_: number;
  /** Training samples, shape [nSamples, nFeatures]; kept for a kernel function of one's own only. */
  XFit_: NDArray<Float64Array> | undefined;
  /**
   * Weights of the features, shape [1, nFeatures].
   *
   * @throws {SVMError} when the kernel is not linear
   */
  readonly coef_: NDArray<Float64Array>;
}

/** What of a problem the estimator's kind decides. */
export type SingleTerms = Pick<SingleProblem, "samples" | "signs" | "p" | "upper" | "alpha">;

/**
 * The samples that weigh something.
 *
 * @throws {InvalidInputError} when none does
 */
export function weighed(weight: Float64Array, who: string): Int32Array {
  const used = Int32Array.from(weight.keys()).filter((i) => weight[i] > 0);
  if (used.length === 0) throw new InvalidInputError(`${who}.fit: all samples weigh nothing`);
  return used;
}

/** Solves a problem over the samples of a table, with the estimator's kernel and limits. */
export async function solveMachine(
  machine: SingleMachine,
  table: NDArray<Float64Array>,
  terms: SingleTerms,
): Promise<DualSolution> {
  const { tol, maxIter, shrinking, cacheSize } = machine;
  const X = await kernelInput(machine, table);
  const kernel = kernelSpec(machine, gammaFor(machine, table));
  return solveSingle({ kernel, X, ...terms, tol, maxIter, shrinking, cacheSize });
}

/**
 * Stores what was learned: a coefficient for each sample, most of them 0.
 *
 * @throws {SVMError} when numbers overflowed
 */
export function keepMachine(
  machine: SingleMachine,
  X: MatrixLike,
  table: NDArray<Float64Array>,
  coefs: Float64Array,
  { rho, iterations, converged }: DualSolution,
): void {
  const who = machine.constructor.name;
  if (!converged) {
    warn(`${who}: stopped at maxIter=${machine.maxIter} before it converged; scale the features, or raise maxIter`);
  }
  const finite = coefs.every(Number.isFinite);
  if (!finite || !Number.isFinite(rho)) {
    const { nu } = machine as { nu?: number };
    throw new SVMError(`${who}.fit: ${whyNotFinite(machine, table, finite ? nu : undefined)}`);
  }
  const support = Int32Array.from(coefs.keys()).filter((i) => coefs[i] !== 0);
  resetFitted(machine);
  machine.support_ = new NDArray(support);
  machine.supportVectors_ = isMatrix(machine) ? new NDArray(new Float64Array(0), [0, 0]) : table.take(support);
  machine.dualCoef_ = new NDArray(Float64Array.from(support, (i) => coefs[i]), [1, support.length]);
  machine.intercept_ = new NDArray(Float64Array.of(-rho));
  machine.nSupport_ = new NDArray(Int32Array.of(support.length));
  machine.nIter_ = iterations;
  machine.fitStatus_ = converged ? 0 : 1;
  rememberFeatures(machine, X, table.shape[1]);
  machine.shapeFit_ = [...table.shape];
  machine.gamma_ = gammaFor(machine, table);
  if (typeof machine.kernel === "function") machine.XFit_ = table;
}

function withMachine<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<SingleMachine> {
  class WithMachine extends Base {
    get coef_(): NDArray<Float64Array> {
      const self = this as unknown as SingleMachine;
      if (self.kernel !== "linear") {
        throw new SVMError(`${this.constructor.name}.coef_: only a linear kernel has weights of features`);
      }
      checkIsFitted(this, "coef_");
      return singleCoef(self);
    }
  }
  return WithMachine as unknown as B & Constructor<SingleMachine>;
}

/** A regressor that is one machine. */
export const MachineRegressorBase: typeof BaseRegressor & Constructor<SingleMachine> = withMachine(BaseRegressor);

/** Another estimator that is one machine. */
export const MachineBase: typeof BaseEstimator & Constructor<SingleMachine> = withMachine(BaseEstimator);
