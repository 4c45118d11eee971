import { type MatrixLike, NDArray } from "../array/mod.ts";
import { checkFeatures } from "../base/mod.ts";
import { checkArray } from "../utils/mod.ts";
import { pairDecisions } from "./decision.ts";
import { DualMachine } from "./dual_machine.ts";
import { thresholdOf } from "./cold_start.ts";
import { type KernelParameters, kernelSpec, ownKernel } from "./kernel_parameters.ts";
import { KernelStore } from "./kernel_store.ts";
import type { KernelSpec } from "./kernel.ts";
import { solveBySmo } from "./smo.ts";
import type { DualSolution } from "./solver.ts";

/** A problem with one machine: signed form, each sample as often as it has variables. */
export interface SingleProblem {
  readonly kernel: KernelSpec;
  /** Samples; for a precomputed kernel the matrix. */
  readonly X: NDArray<Float64Array>;
  /** Sample of each variable. */
  readonly samples: Int32Array;
  /** 1 for variables that stand for a positive coefficient, −1 for the others. */
  readonly signs: Int8Array;
  /** Linear term of each α. */
  readonly p: Float64Array;
  /** Upper bound of each α. */
  readonly upper: Float64Array;
  /** α to begin with; where it is not given, Σβ is zero. */
  readonly alpha?: Float64Array;
  readonly tol: number;
  readonly maxIter: number;
  readonly shrinking: boolean;
  readonly cacheSize: number;
}

/** From this many variables on, on two levels. */
const LARGE = 1500;

/** Solves it: as LIBSVM where it is small or the kernel may not be positive, else on two levels. */
export function solveSingle(problem: SingleProblem): DualSolution {
  const { kernel, samples, maxIter } = problem;
  const fast = samples.length >= LARGE && maxIter === -1 && kernel.name !== "sigmoid" && kernel.name !== "precomputed";
  return fast ? solveLarge(problem) : solveSmall(problem);
}

function solveSmall(problem: SingleProblem): DualSolution {
  const { kernel, X, samples, signs, p, upper, alpha, tol, maxIter, shrinking, cacheSize } = problem;
  const n = X.shape[0];
  const columns = Int32Array.from({ length: n }, (_, i) => i);
  const store = new KernelStore(kernel, X, Int32Array.of(0, n), columns, cacheSize);
  return solveBySmo({ kernel: store.view(samples), y: signs, p, upper, alpha }, { tol, maxIter, shrinking });
}

function solveLarge({ kernel, X, samples, signs, p, upper, alpha, tol, cacheSize }: SingleProblem): DualSolution {
  const rows = samples.length;
  const bound = upper.reduce((m, v) => Math.max(m, v), 0);
  const balanced = alpha === undefined;
  const options = { kernel, X: X.take(samples).data, rows, width: X.shape[1], bound, tol, cacheSize, balanced };
  const run = (precise: boolean): { solution: DualSolution; isSingle: boolean } => {
    using machine = new DualMachine({ ...options, precise });
    for (let t = 0; t < rows; t++) {
      if (signs[t] > 0) machine.hi[t] = upper[t];
      else machine.lo[t] = -upper[t];
      machine.beta[t] = signs[t] * (alpha?.[t] ?? 0);
    }
    machine.refresh(Float64Array.from(p, (v, t) => signs[t] * v));
    const converged = machine.solve(tol, -1);
    return {
      solution: {
        alpha: Float64Array.from(machine.beta.subarray(0, rows), Math.abs),
        rho: thresholdOf(machine) + machine.offset,
        iterations: Math.max(1, machine.moves),
        converged,
      },
      isSingle: machine.isSingle,
    };
  };
  const first = run(false);
  return first.solution.converged || !first.isSingle ? first.solution : run(true).solution;
}

/** A fitted model of one machine. */
export interface SingleModel extends KernelParameters {
  readonly gamma_: number;
  readonly nFeaturesIn_: number;
  readonly support_: NDArray<Int32Array>;
  readonly supportVectors_: NDArray<Float64Array>;
  readonly dualCoef_: NDArray<Float64Array>;
  readonly intercept_: NDArray<Float64Array>;
  readonly XFit_: NDArray<Float64Array> | undefined;
}

/** Σ coefficient · kernel + intercept, for each row of X. */
export async function singleDecisions(model: SingleModel, X: MatrixLike, method: string): Promise<Float64Array> {
  let table = checkArray(X, { caller: `${(model as object).constructor.name}.${method}` });
  checkFeatures(model, X, table.shape[1], method);
  if (typeof model.kernel === "function") {
    table = await ownKernel(model.kernel, table, model.XFit_ as NDArray<Float64Array>);
  }
  const count = model.support_.size;
  // One machine as a pair: all of its support vectors stand on the first side.
  return pairDecisions({
    kernel: kernelSpec(model, model.gamma_),
    supportVectors: model.supportVectors_,
    support: model.support_.data,
    nSupport: Int32Array.of(count, 0),
    dualCoef: model.dualCoef_.data,
    intercept: model.intercept_.data,
  }, table);
}

/** Weights of features of a linear machine, shape [1, nFeatures]. */
export function singleCoef({ dualCoef_, supportVectors_ }: SingleModel): NDArray<Float64Array> {
  const [count, width] = supportVectors_.shape;
  const out = new Float64Array(width);
  for (let s = 0; s < count; s++) {
    for (let j = 0; j < width; j++) out[j] += dualCoef_.data[s] * supportVectors_.data[s * width + j];
  }
  return new NDArray(out, [1, width]);
}
