import type { RandomState } from "../random/mod.ts";

/** Two classes to be parted by a plane: minimise the penalty of w + Σ cost · loss(1 − y w·x). */
export interface LinearProblem {
  /** Samples, row after row; the constant of the plane is the weight of a feature. */
  readonly X: Float64Array;
  readonly rows: number;
  readonly width: number;
  /** 1 or −1 for each sample. */
  readonly y: Int8Array;
  /** Cost of each sample. */
  readonly cost: Float64Array;
  readonly tol: number;
  readonly maxIter: number;
}

/** The weights, and what it took. */
export interface LinearSolution {
  readonly w: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

function dot(a: Float64Array, at: number, b: Float64Array, n: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += a[at + j] * b[j];
  return sum;
}

function add(by: number, a: Float64Array, at: number, to: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) to[j] += by * a[at + j];
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, 0, a, a.length));
}

/** A share of the smaller class, by which LIBLINEAR's measures are drawn in. */
function smallerShare({ y, rows }: LinearProblem): number {
  let positive = 0;
  for (let i = 0; i < rows; i++) if (y[i] > 0) positive++;
  return Math.max(Math.min(positive, rows - positive), 1) / rows;
}

/**
 * Squared penalty and squared hinge: Newton's method, each step by conjugate gradients over the samples short of their
 * margin.
 *
 * Source: C.-J. Lin, R. C. Weng, S. S. Keerthi, "Trust region Newton method for large-scale logistic regression", JMLR 9
 * (2008), with a line search.
 */
export function solveSquaredHinge(problem: LinearProblem): LinearSolution {
  const { X, rows, width, y, cost, tol, maxIter } = problem;
  const w = new Float64Array(width);
  const margin = new Float64Array(rows);
  const along = new Float64Array(rows);
  const g = new Float64Array(width);
  const value = (step: number, ww: number, ws: number, ss: number): number => {
    let sum = 0.5 * (ww + 2 * step * ws + step * step * ss);
    for (let i = 0; i < rows; i++) {
      const short = 1 - y[i] * (margin[i] + step * along[i]);
      if (short > 0) sum += cost[i] * short * short;
    }
    return sum;
  };
  let first = -1;
  for (let iteration = 0;; iteration++) {
    g.set(w);
    const active: number[] = [];
    for (let i = 0; i < rows; i++) {
      const short = 1 - y[i] * margin[i];
      if (short <= 0) continue;
      active.push(i);
      add(-2 * cost[i] * y[i] * short, X, i * width, g, width);
    }
    const size = norm(g);
    if (first < 0) first = size;
    // A hundredth of what LIBLINEAR asks for: Newton's last steps are cheap, and the optimum is one.
    if (size <= 0.01 * tol * smallerShare(problem) * first) return { w, iterations: iteration, converged: true };
    if (iteration >= maxIter) return { w, iterations: iteration, converged: false };
    const step = newtonStep(problem, active, g, Math.min(0.1, Math.sqrt(size / first)) * size);
    for (let i = 0; i < rows; i++) along[i] = dot(X, i * width, step, width);
    const [ww, ws, ss] = [dot(w, 0, w, width), dot(w, 0, step, width), dot(step, 0, step, width)];
    const slope = dot(g, 0, step, width);
    const now = value(0, ww, ws, ss);
    let length = 1;
    while (length > 1e-12 && value(length, ww, ws, ss) > now + 1e-4 * length * slope) length /= 2;
    // Below rounding there is nothing more to gain.
    if (length <= 1e-12) return { w, iterations: iteration, converged: true };
    add(length, step, 0, w, width);
    for (let i = 0; i < rows; i++) margin[i] += length * along[i];
  }
}

/** Solves (1 + 2 Σ cost x xᵀ) s = −g by conjugate gradients. */
function newtonStep(
  { X, width, cost }: LinearProblem,
  active: number[],
  g: Float64Array,
  target: number,
): Float64Array {
  const s = new Float64Array(width);
  const r = g.map((v) => -v);
  const p = r.slice();
  const Hp = new Float64Array(width);
  let rr = dot(r, 0, r, width);
  for (let k = 0; k < Math.max(50, 2 * width) && Math.sqrt(rr) > target * 0.1; k++) {
    Hp.set(p);
    for (const i of active) add(2 * cost[i] * dot(X, i * width, p, width), X, i * width, Hp, width);
    const a = rr / dot(p, 0, Hp, width);
    add(a, p, 0, s, width);
    add(-a, Hp, 0, r, width);
    const next = dot(r, 0, r, width);
    for (let j = 0; j < width; j++) p[j] = r[j] + next / rr * p[j];
    rr = next;
  }
  return s;
}

/**
 * Squared penalty and plain hinge: descent along one sample's dual variable at a time, in random order.
 *
 * Source: C.-J. Hsieh et al., "A dual coordinate descent method for large-scale linear SVM", ICML 2008.
 */
export function solveHinge(problem: LinearProblem, rng: RandomState): LinearSolution {
  const { X, rows, width, y, cost, tol, maxIter } = problem;
  const w = new Float64Array(width);
  const alpha = new Float64Array(rows);
  const square = Float64Array.from({ length: rows }, (_, i) => {
    const x = X.subarray(i * width, (i + 1) * width);
    return dot(x, 0, x, width);
  });
  let order = Int32Array.from({ length: rows }, (_, i) => i);
  let above = Infinity, below = -Infinity;
  let active = rows;
  for (let iteration = 1; iteration <= maxIter; iteration++) {
    let most = -Infinity, least = Infinity;
    for (let k = active - 1; k > 0; k--) {
      const j = rng.nextUint32() % (k + 1);
      [order[k], order[j]] = [order[j], order[k]];
    }
    for (let k = 0; k < active; k++) {
      const i = order[k];
      if (cost[i] === 0 || square[i] === 0) continue;
      const G = y[i] * dot(X, i * width, w, width) - 1;
      let projected = G;
      if (alpha[i] === 0) {
        if (G > above) {
          [order[k], order[active - 1]] = [order[active - 1], order[k]];
          active--;
          k--;
          continue;
        }
        projected = Math.min(G, 0);
      } else if (alpha[i] === cost[i]) {
        if (G < below) {
          [order[k], order[active - 1]] = [order[active - 1], order[k]];
          active--;
          k--;
          continue;
        }
        projected = Math.max(G, 0);
      }
      most = Math.max(most, projected);
      least = Math.min(least, projected);
      if (Math.abs(projected) < 1e-12) continue;
      const old = alpha[i];
      alpha[i] = Math.min(Math.max(old - G / square[i], 0), cost[i]);
      add((alpha[i] - old) * y[i], X, i * width, w, width);
    }
    if (!(most - least > tol)) {
      if (active === rows) return { w, iterations: iteration, converged: true };
      // Optimal among those in play: once more with all.
      active = rows;
      order = order.slice();
      above = Infinity;
      below = -Infinity;
      continue;
    }
    above = most <= 0 ? Infinity : most;
    below = least >= 0 ? -Infinity : least;
  }
  return { w, iterations: maxIter, converged: false };
}

/**
 * Absolute penalty and squared hinge: Newton steps along one weight at a time, shortened until the objective falls.
 *
 * Source: G.-X. Yuan et al., "A comparison of optimization methods and software for large-scale L1-regularized linear
 * classification", JMLR 11 (2010).
 */
export function solveSparse(problem: LinearProblem): LinearSolution {
  const { X, rows, width, y, cost, tol, maxIter } = problem;
  const columns = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) columns[j * rows + i] = y[i] * X[i * width + j];
  const w = new Float64Array(width);
  // 1 − y w·x of each sample.
  const short = new Float64Array(rows).fill(1);
  let first = -1;
  for (let iteration = 1; iteration <= maxIter; iteration++) {
    let violation = 0;
    for (let j = 0; j < width; j++) {
      const at = j * rows;
      let G = 0, H = 0;
      for (let i = 0; i < rows; i++) {
        if (short[i] <= 0) continue;
        const v = columns[at + i];
        G -= 2 * cost[i] * v * short[i];
        H += 2 * cost[i] * v * v;
      }
      H = Math.max(H, 1e-12);
      violation += w[j] > 0 ? Math.abs(G + 1) : w[j] < 0 ? Math.abs(G - 1) : Math.max(0, G - 1, -1 - G);
      let d = G + 1 <= H * w[j] ? -(G + 1) / H : G - 1 >= H * w[j] ? -(G - 1) / H : -w[j];
      if (Math.abs(d) < 1e-13) continue;
      d = Math.max(-10, Math.min(10, d));
      const fall = Math.abs(w[j] + d) - Math.abs(w[j]) + G * d;
      let length = 1;
      for (let trial = 0; trial < 30; trial++, length /= 2) {
        const by = length * d;
        let change = Math.abs(w[j] + by) - Math.abs(w[j]) - 0.01 * length * fall;
        for (let i = 0; i < rows; i++) {
          const v = columns[at + i];
          if (v === 0) continue;
          const before = Math.max(0, short[i]);
          const after = Math.max(0, short[i] - by * v);
          change += cost[i] * (after * after - before * before);
        }
        if (change > 0) continue;
        w[j] += by;
        for (let i = 0; i < rows; i++) short[i] -= by * columns[at + i];
        break;
      }
    }
    if (first < 0) first = violation;
    if (violation <= 0.1 * tol * smallerShare(problem) * first) return { w, iterations: iteration, converged: true };
  }
  return { w, iterations: maxIter, converged: false };
}
