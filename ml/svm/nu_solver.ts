import { infeasible } from "./step_path.ts";
import type { DualOptions, DualProblem, DualSolution, DualSolver } from "./solver.ts";

/** Stands for a curvature that is not positive. */
const TAU = 1e-12;

/**
 * Solves problems in which each class's sum of α is given: pairs are moved within a class.
 *
 * Source: C.-C. Chang, C.-J. Lin, "Training ν-support vector classifiers", Neural Computation 13 (2001).
 *
 * @param nu share of the bounds' sum that α takes
 */
export function nuSolver(nu: number): DualSolver {
  return (problem, options) => solve(start(problem, nu), options);
}

/** The first α that are feasible. */
function start(problem: DualProblem, nu: number): DualProblem & { alpha: Float64Array } {
  const { y, upper } = problem;
  const half = upper.reduce((t, c) => t + nu * c, 0) / 2;
  const left: Record<number, number> = { 1: half, [-1]: half };
  const alpha = new Float64Array(y.length);
  for (let t = 0; t < y.length; t++) {
    alpha[t] = Math.min(upper[t], left[y[t]]);
    left[y[t]] -= alpha[t];
  }
  if (left[1] > 1e-12 * half || left[-1] > 1e-12 * half) {
    throw infeasible(nu);
  }
  return { ...problem, p: new Float64Array(y.length), alpha };
}

function solve(problem: DualProblem & { alpha: Float64Array }, { tol, maxIter }: DualOptions): DualSolution {
  const { kernel, y, upper, alpha } = problem;
  const { size, columns, diagonal, scale } = kernel;
  const G = new Float64Array(size);
  for (let t = 0; t < size; t++) {
    if (alpha[t] === 0) continue;
    const row = kernel.row(t);
    const d = alpha[t] * y[t] * scale;
    for (let k = 0; k < size; k++) G[k] += y[k] * d * row[columns[k]];
  }
  let iterations = 0;
  let converged = true;
  while (true) {
    const pair = select(problem, G, tol);
    if (pair === undefined) break;
    if (maxIter !== -1 && iterations >= maxIter) {
      converged = false;
      break;
    }
    iterations++;
    const [i, j] = pair;
    const rowI = kernel.row(i);
    const rowJ = kernel.row(j);
    let curvature = diagonal[i] + diagonal[j] - 2 * scale * rowI[columns[j]];
    if (!(curvature > 0)) curvature = TAU;
    const [wasI, wasJ] = [alpha[i], alpha[j]];
    const delta = (G[i] - G[j]) / curvature;
    [alpha[i], alpha[j]] = within(wasI - delta, wasJ + delta, wasI + wasJ, upper[i], upper[j]);
    const di = (alpha[i] - wasI) * y[i] * scale;
    const dj = (alpha[j] - wasJ) * y[j] * scale;
    // Both at once, as LIBSVM rounds: of equal samples the last digit decides which is moved.
    for (let k = 0; k < size; k++) G[k] += y[k] * (rowI[columns[k]] * di + rowJ[columns[k]] * dj);
  }
  const r = [1, -1].map((s) => level(problem, G, s));
  const size2 = (r[0] + r[1]) / 2;
  return { alpha: alpha.map((v) => v / size2), rho: (r[0] - r[1]) / 2 / size2, iterations, converged };
}

/**
 * Two α of one class, whose sum stays, within their bounds. What reaches a bound stands at it to the last digit: a unit beside
 * it it would count as free, and be moved forever.
 */
function within(a: number, b: number, sum: number, upperA: number, upperB: number): readonly [number, number] {
  if (sum > upperA) {
    if (a > upperA) [a, b] = [upperA, sum - upperA];
  } else if (b < 0) [a, b] = [sum, 0];
  if (sum > upperB) {
    if (b > upperB) [a, b] = [sum - upperB, upperB];
  } else if (a < 0) [a, b] = [0, sum];
  return [a, b];
}

/** A pair of one class that promises the largest decrease; undefined when none violates the optimum by `tol`. */
function select(
  { kernel, y, upper, alpha }: DualProblem & { alpha: Float64Array },
  G: Float64Array,
  tol: number,
): readonly [number, number] | undefined {
  const { diagonal, columns } = kernel;
  const size = y.length;
  // Of each class: the sample whose y·α most wants to grow, and how much; of equals the last.
  let plus = -1, minus = -1, topPlus = -Infinity, topMinus = -Infinity;
  for (let t = 0; t < size; t++) {
    if (y[t] > 0) {
      if (alpha[t] < upper[t] && -G[t] >= topPlus) {
        plus = t;
        topPlus = -G[t];
      }
    } else if (alpha[t] > 0 && G[t] >= topMinus) {
      minus = t;
      topMinus = G[t];
    }
  }
  const rowPlus = plus < 0 ? undefined : kernel.row(plus);
  const rowMinus = minus < 0 ? undefined : kernel.row(minus);
  const ownPlus = plus < 0 ? 0 : diagonal[plus];
  const ownMinus = minus < 0 ? 0 : diagonal[minus];
  const twice = 2 * kernel.scale;
  let worstPlus = -Infinity, worstMinus = -Infinity;
  let best = Infinity;
  let first = -1, second = -1;
  for (let t = 0; t < size; t++) {
    const isPlus = y[t] > 0;
    if (isPlus ? !(alpha[t] > 0) : !(alpha[t] < upper[t])) continue;
    const g = isPlus ? G[t] : -G[t];
    if (isPlus) {
      if (g > worstPlus) worstPlus = g;
    } else if (g > worstMinus) worstMinus = g;
    const row = isPlus ? rowPlus : rowMinus;
    const gap = (isPlus ? topPlus : topMinus) + g;
    if (!(gap > 0) || row === undefined) continue;
    const curvature = (isPlus ? ownPlus : ownMinus) + diagonal[t] - twice * row[columns[t]];
    const gain = -(gap * gap) / (curvature > 0 ? curvature : TAU);
    if (gain <= best) {
      best = gain;
      first = isPlus ? plus : minus;
      second = t;
    }
  }
  const gap = Math.max(topPlus + worstPlus, topMinus + worstMinus);
  return gap < tol || second < 0 ? undefined : [first, second];
}

/** Where the gradient of a class's free samples stands. */
function level({ y, upper, alpha }: DualProblem & { alpha: Float64Array }, G: Float64Array, sign: number): number {
  let above = Infinity, below = -Infinity, sum = 0, free = 0;
  for (let t = 0; t < y.length; t++) {
    if (y[t] !== sign) continue;
    if (alpha[t] >= upper[t]) below = Math.max(below, G[t]);
    else if (alpha[t] <= 0) above = Math.min(above, G[t]);
    else {
      sum += G[t];
      free++;
    }
  }
  return free > 0 ? sum / free : (above + below) / 2;
}
