/** The kernel matrix of one problem, a row at a time. */
export interface KernelView {
  /** Number of samples of the problem. */
  readonly size: number;
  /** Where in a row the value for each sample stands. */
  readonly columns: Int32Array;
  /** Kernel of each sample with itself. */
  readonly diagonal: Float64Array;
  /** What the values in rows are to be multiplied by. */
  readonly scale: number;
  /** Kernel of sample `t` with the others, each at its column. Valid until the next call but one. */
  row(t: number): Float32Array;
}

/**
 * The dual problem of a support vector machine: minimise ½ αᵀQα + pᵀα with Q_st = y_s y_t K_st, where 0 ≤ α ≤ upper and
 * yᵀα stays 0.
 */
export interface DualProblem {
  /** The kernel matrix. */
  readonly kernel: KernelView;
  /** Class of each sample, 1 or −1. */
  readonly y: Int8Array;
  /** Linear term of each sample; −1 for classification. */
  readonly p: Float64Array;
  /** Upper bound of each α. */
  readonly upper: Float64Array;
  /** α to begin with; zero if left out. */
  readonly alpha?: Float64Array;
}

/** When to stop, and how. */
export interface DualOptions {
  /** Stop when no pair violates the conditions of the optimum by more than this. */
  readonly tol: number;
  /** Iterations at most; −1 for no limit. */
  readonly maxIter: number;
  /** Whether to set samples aside that seem to stay at their bounds. */
  readonly shrinking: boolean;
}

/** The solution of a dual problem. */
export interface DualSolution {
  /** α of each sample. */
  readonly alpha: Float64Array;
  /** Threshold: the decision value is Σ y α K − rho. */
  readonly rho: number;
  /** How many pairs were moved. */
  readonly iterations: number;
  /** Whether it stopped by itself, and not by `maxIter`. */
  readonly converged: boolean;
}

/** What solves dual problems. Another algorithm needs only to keep to this. */
export type DualSolver = (problem: DualProblem, options: DualOptions) => DualSolution;
