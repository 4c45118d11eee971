import { dot } from "./moments.ts";
import { Xorshift } from "./xorshift.ts";

/** How coordinate descent is done, and when it ends. */
export interface DescentOptions {
  /** Weight of the sum of absolute values. */
  readonly l1: number;
  /** Weight of half the sum of squares. */
  readonly l2: number;
  /** Passes at most. */
  readonly maxIter: number;
  /** The gap may be this part of the product of the target with itself. */
  readonly tol: number;
  /** Whether weights must not be negative. */
  readonly positive: boolean;
  /** Seed for coordinates in random order; undefined for one after the other. */
  readonly seed: number | undefined;
}

/** What coordinate descent came to; the weights stand where the start stood. */
export interface DescentResult {
  /** Bound of how far the objective is from the optimum. */
  gap: number;
  /** What the gap was to be. */
  wanted: number;
  /** Passes over the coordinates. */
  iterations: number;
}

/** A least-squares problem as coordinate descent sees it. */
export interface DescentProblem {
  /** Product of the target with itself. */
  readonly yy: number;
  /** Product of each feature with itself, shape [m]. */
  readonly squares: Float64Array;
  /** Takes weights to start from. */
  start(w: Float64Array): void;
  /** Product of a feature with what is left of the target. */
  correlation(j: number): number;
  /** Weight `j` grew by `delta`. */
  moved(j: number, delta: number): void;
  /** Products of all features with what is left, that of the rest with itself, and that of the rest with the target. */
  residual(w: Float64Array, correlations: Float64Array): { rr: number; ry: number };
}

/** The problem by products of features: steps cost m, whatever the number of samples. */
export class GramProblem implements DescentProblem {
  readonly squares: Float64Array;
  /** Products of features with what is left of the target. */
  private readonly left: Float64Array;

  /** From products of the features, shape [m, m], and with the target, shape [m]. */
  constructor(readonly gram: Float64Array, readonly xy: Float64Array, readonly yy: number) {
    const m = xy.length;
    this.squares = Float64Array.from({ length: m }, (_, j) => Math.max(0, gram[j * m + j]));
    this.left = new Float64Array(m);
  }
  start(w: Float64Array): void {
    const m = w.length;
    for (let j = 0; j < m; j++) this.left[j] = this.xy[j] - dot(this.gram, j * m, w, 0, m);
  }
  correlation(j: number): number {
    return this.left[j];
  }
  moved(j: number, delta: number): void {
    const { left, gram } = this;
    const m = left.length;
    for (let k = 0, at = j * m; k < m; k++, at++) left[k] -= delta * gram[at];
  }
  residual(w: Float64Array, correlations: Float64Array): { rr: number; ry: number } {
    correlations.set(this.left);
    const m = w.length;
    const ry = this.yy - dot(w, 0, this.xy, 0, m);
    return { rr: Math.max(0, ry - dot(w, 0, this.left, 0, m)), ry };
  }
}

/** The problem by the samples themselves, for more features than samples: steps cost n. */
export class ColumnProblem implements DescentProblem {
  readonly squares: Float64Array;
  readonly yy: number;
  private readonly rest: Float64Array;

  /** From columns of the features one after the other, shape [m, n], and the target, shape [n]. */
  constructor(readonly columns: Float64Array, readonly y: Float64Array) {
    const n = y.length;
    this.squares = Float64Array.from(
      { length: columns.length / n },
      (_, j) => dot(columns, j * n, columns, j * n, n),
    );
    this.yy = dot(y, 0, y, 0, n);
    this.rest = new Float64Array(n);
  }
  start(w: Float64Array): void {
    this.rest.set(this.y);
    for (let j = 0; j < w.length; j++) if (w[j] !== 0) this.moved(j, w[j]);
  }
  correlation(j: number): number {
    const n = this.rest.length;
    return dot(this.columns, j * n, this.rest, 0, n);
  }
  moved(j: number, delta: number): void {
    const { rest, columns } = this;
    const n = rest.length;
    for (let i = 0, at = j * n; i < n; i++, at++) rest[i] -= delta * columns[at];
  }
  residual(w: Float64Array, correlations: Float64Array): { rr: number; ry: number } {
    const n = this.rest.length;
    for (let j = 0; j < w.length; j++) correlations[j] = this.correlation(j);
    return { rr: dot(this.rest, 0, this.rest, 0, n), ry: dot(this.rest, 0, this.y, 0, n) };
  }
}

/** The gap between the objective and its dual, and the largest correlation. `z` is room for correlations. */
function dualGap(
  problem: DescentProblem,
  w: Float64Array,
  z: Float64Array,
  { l1, l2, positive }: DescentOptions,
): { gap: number; norm: number } {
  const { rr, ry } = problem.residual(w, z);
  const m = w.length;
  let ww = 0;
  let abs = 0;
  for (let j = 0; j < m; j++) {
    ww += w[j] * w[j];
    abs += Math.abs(w[j]);
  }
  if (l1 === 0) {
    // Without the absolute values: for ridge the other form of the dual, for least squares the gradient itself.
    const norm = dot(z, 0, z, 0, m);
    return { norm, gap: l2 === 0 ? norm : rr + 0.5 * l2 * ww - ry + norm / (2 * l2) };
  }
  let norm = positive ? -Infinity : 0;
  for (let j = 0; j < m; j++) {
    z[j] -= l2 * w[j];
    norm = Math.max(norm, positive ? z[j] : Math.abs(z[j]));
  }
  const scale = norm > l1 ? l1 / norm : 1;
  const gap = 0.5 * rr * (1 + scale * scale) + l1 * abs - scale * ry + 0.5 * l2 * (1 + scale * scale) * ww;
  return { gap, norm };
}

/**
 * Minimises ½‖y − Xw‖² + l1·Σ|w| + ½·l2·Σw² one weight at a time, until the duality gap is small. Features that the gap
 * proves to be zero at the optimum are set aside.
 *
 * Sources: J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate
 * descent", J. Stat. Software 33 (2010); screening by O. Fercoq, A. Gramfort, J. Salmon, "Mind the duality gap: safer
 * rules for the lasso", ICML (2015).
 *
 * @param w start, and then the result
 */
export function descend(problem: DescentProblem, w: Float64Array, options: DescentOptions): DescentResult {
  const { l1, l2, maxIter, tol, positive, seed } = options;
  const m = w.length;
  const { squares } = problem;
  const z = new Float64Array(m);
  const wanted = tol * problem.yy;
  const rng = seed === undefined ? undefined : new Xorshift(seed);
  problem.start(w);
  let { gap, norm } = dualGap(problem, w, z, options);
  if (gap <= wanted) return { gap, wanted, iterations: 0 };
  let active = Int32Array.from({ length: m }, (_, j) => j);
  const screen = (): void => {
    if (l1 === 0) return;
    const radius = Math.sqrt(2 * Math.max(0, gap)) / l1;
    const scale = 1 / Math.max(l1, norm);
    active = active.filter((j) => {
      const keep = squares[j] > 0 && (1 - Math.abs(z[j] * scale)) / Math.sqrt(squares[j] + l2) <= radius;
      if (!keep && w[j] !== 0) {
        if (squares[j] > 0) problem.moved(j, -w[j]);
        w[j] = 0;
      }
      return keep;
    });
  };
  screen();
  for (let iteration = 1; iteration <= maxIter; iteration++) {
    let largest = 0;
    let change = 0;
    const count = active.length;
    for (let f = 0; f < count; f++) {
      const j = active[rng === undefined ? f : rng.below(count)];
      const square = squares[j];
      if (square === 0) continue;
      const before = w[j];
      const pull = problem.correlation(j) + before * square;
      const size = Math.abs(pull) - l1;
      const after = size <= 0 || (positive && pull < 0) ? 0 : (pull < 0 ? -size : size) / (square + l2);
      if (after !== before) {
        w[j] = after;
        problem.moved(j, after - before);
      }
      change = Math.max(change, Math.abs(after - before));
      largest = Math.max(largest, Math.abs(after));
    }
    if (largest === 0 || change <= tol * largest || iteration === maxIter) {
      ({ gap, norm } = dualGap(problem, w, z, options));
      if (gap <= wanted) return { gap, wanted, iterations: iteration };
      screen();
    }
  }
  return { gap, wanted, iterations: maxIter };
}
