import { Smo } from "./smo.ts";
import { infeasible } from "./step_path.ts";
import type { DualProblem, DualSolution, DualSolver } from "./solver.ts";

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
  return (problem, options) => new NuSmo(start(problem, nu), options).solve();
}

/** The first α that are feasible. */
function start(problem: DualProblem, nu: number): DualProblem {
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

/** Steps, and samples set aside, as in {@linkcode Smo}, where each class is by itself. */
class NuSmo extends Smo {
  // Of each class: the sample whose y·α most wants to grow, and how much.
  private firstPlus = -1;
  private firstMinus = -1;
  private mostPlus = -Infinity;
  private mostMinus = -Infinity;
  /** Half of the difference of the classes' levels: what α is divided by. */
  private half = 1;

  override solve(): DualSolution {
    const solution = super.solve();
    return { ...solution, alpha: solution.alpha.map((v) => v / this.half), rho: solution.rho / this.half };
  }

  /** Of equals the last. */
  protected override selectFirst(): void {
    const { f, canUp, y, active } = this;
    let firstPlus = -1, firstMinus = -1, mostPlus = -Infinity, mostMinus = -Infinity;
    for (let k = 0; k < active; k++) {
      if (canUp[k] === 0) continue;
      const v = -f[k];
      if (y[k] > 0) {
        if (v >= mostPlus) {
          mostPlus = v;
          firstPlus = k;
        }
      } else if (v >= mostMinus) {
        mostMinus = v;
        firstMinus = k;
      }
    }
    this.firstPlus = firstPlus;
    this.firstMinus = firstMinus;
    this.mostPlus = mostPlus;
    this.mostMinus = mostMinus;
  }

  /** The partner within a class that promises the largest decrease; the first of its class becomes the first. */
  protected override selectSecond(tol: number): number {
    const { f, canDown, y, active, firstPlus, firstMinus, mostPlus, mostMinus, columns, diagonal, problem } = this;
    const rowPlus = firstPlus < 0 ? undefined : problem.kernel.row(this.order[firstPlus]);
    const rowMinus = firstMinus < 0 ? undefined : problem.kernel.row(this.order[firstMinus]);
    const ownPlus = firstPlus < 0 ? 0 : diagonal[firstPlus];
    const ownMinus = firstMinus < 0 ? 0 : diagonal[firstMinus];
    const twice = 2 * problem.kernel.scale;
    let worstPlus = -Infinity, worstMinus = -Infinity;
    let best = Infinity;
    let second = -1;
    for (let k = 0; k < active; k++) {
      if (canDown[k] === 0) continue;
      const plus = y[k] > 0;
      const g = f[k];
      if (plus) {
        if (g >= worstPlus) worstPlus = g;
      } else if (g >= worstMinus) worstMinus = g;
      const row = plus ? rowPlus : rowMinus;
      const gap = (plus ? mostPlus : mostMinus) + g;
      if (!(gap > 0) || row === undefined) continue;
      const curvature = (plus ? ownPlus : ownMinus) + diagonal[k] - twice * row[columns[k]];
      const gain = -(gap * gap) / (curvature > 0 ? curvature : TAU);
      if (gain <= best) {
        best = gain;
        second = k;
      }
    }
    if (second < 0 || Math.max(mostPlus + worstPlus, mostMinus + worstMinus) < tol) return -1;
    this.first = y[second] > 0 ? firstPlus : firstMinus;
    return second;
  }

  protected override updateGradient(rowI: Float32Array, di: number, rowJ: Float32Array, dj: number): void {
    const { f, columns, active } = this;
    for (let k = 0; k < active; k++) f[k] += rowI[columns[k]] * di + rowJ[columns[k]] * dj;
    this.selectFirst();
  }

  /** A class's samples are held against those of their own. */
  protected override bounds(): ReturnType<Smo["bounds"]> {
    return { plus: this.violations(1), minus: this.violations(-1) };
  }

  /** The middle between the levels of both classes. */
  protected override threshold(): number {
    const plus = this.level(1);
    const minus = this.level(-1);
    this.half = (plus - minus) / 2;
    return (plus + minus) / 2;
  }

  /** Where f of a class's free samples stands; between what the bounds allow where none is free. */
  private level(sign: number): number {
    let above = Infinity, below = -Infinity, sum = 0, free = 0;
    for (let k = 0; k < this.active; k++) {
      if (this.y[k] !== sign) continue;
      const f = this.f[k];
      if (this.isFree(k)) {
        sum += f;
        free++;
      } else if (this.canUp[k] === 1) above = Math.min(above, f);
      else below = Math.max(below, f);
    }
    return free > 0 ? sum / free : (above + below) / 2;
  }
}
