import type { DualOptions, DualProblem, DualSolution } from "./solver.ts";

/** Stands for a curvature that is not positive. */
const TAU = 1e-12;

/**
 * Sequential minimal optimisation: moves one pair of α at a time, the first of the pair by the largest violation, the
 * second by the largest decrease of a second-order model. Samples that seem to stay at a bound are set aside and their
 * gradients made good later.
 *
 * Source: R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection using second order information for training support
 * vector machines", JMLR 6 (2005); shrinking as in C.-C. Chang, C.-J. Lin, "LIBSVM", ACM TIST 2 (2011).
 */
export function solveBySmo(problem: DualProblem, options: DualOptions): DualSolution {
  return new Smo(problem, options).solve();
}

/**
 * Works with `f = y ∘ gradient`, in which the conditions of the optimum read the same for both classes: no α that may
 * grow along y has a smaller f than one that may shrink. Samples are kept in an order of which the first `active` are in
 * play; all per-sample arrays stand in that order.
 */
export class Smo {
  protected readonly size: number;
  protected active: number;
  protected readonly order: Int32Array;
  protected readonly columns: Int32Array;
  protected readonly y: Int8Array;
  protected readonly upper: Float64Array;
  protected readonly diagonal: Float64Array;
  private readonly p: Float64Array;
  protected readonly alpha: Float64Array;
  protected readonly f: Float64Array;
  /** The part of f that comes from samples at their upper bound. */
  private readonly fBound: Float64Array;
  /** Whether y·α may still grow, and whether it may shrink. */
  protected readonly canUp: Uint8Array;
  protected readonly canDown: Uint8Array;
  private reopened = false;
  protected first = -1;
  private largest = -Infinity;

  constructor(protected readonly problem: DualProblem, protected readonly options: DualOptions) {
    const { kernel, y, p, upper } = problem;
    const n = kernel.size;
    this.size = n;
    this.active = n;
    this.order = Int32Array.from({ length: n }, (_, t) => t);
    this.columns = kernel.columns.slice();
    this.diagonal = kernel.diagonal.slice();
    this.y = y.slice();
    this.p = p.slice();
    this.upper = upper.slice();
    this.alpha = new Float64Array(n);
    this.f = new Float64Array(n);
    this.fBound = new Float64Array(n);
    this.canUp = new Uint8Array(n);
    this.canDown = new Uint8Array(n);
    for (let k = 0; k < n; k++) {
      this.f[k] = y[k] * p[k];
      this.refreshStatus(k);
    }
    if (problem.alpha !== undefined) this.startAt(problem.alpha);
  }

  /** Begins at these α. */
  private startAt(alpha: Float64Array): void {
    const { kernel } = this.problem;
    for (let t = 0; t < this.size; t++) {
      if (alpha[t] === 0) continue;
      this.alpha[t] = alpha[t];
      this.refreshStatus(t);
      const row = kernel.row(t);
      const d = alpha[t] * this.y[t] * kernel.scale;
      for (let k = 0; k < this.size; k++) this.f[k] += d * row[this.columns[k]];
      if (this.atUpper(t)) { for (let k = 0; k < this.size; k++) this.fBound[k] += d * row[this.columns[k]]; }
    }
  }

  solve(): DualSolution {
    const { tol, maxIter, shrinking } = this.options;
    let iterations = 0;
    let converged = true;
    let untilShrink = Math.min(this.size, 1000) + 1;
    this.selectFirst();
    while (true) {
      if (maxIter !== -1 && iterations >= maxIter) {
        converged = false;
        break;
      }
      if (--untilShrink === 0) {
        untilShrink = Math.min(this.size, 1000);
        if (shrinking) this.shrink();
      }
      let second = this.selectSecond(tol);
      if (second < 0) {
        // Optimal among those in play: look at all before believing it.
        this.reopen();
        second = this.selectSecond(tol);
        if (second < 0) break;
        untilShrink = 1;
      }
      iterations++;
      this.move(this.first, second);
    }
    if (!converged && this.active < this.size) this.reopen();
    const alpha = new Float64Array(this.size);
    const rho = this.threshold();
    for (let k = 0; k < this.size; k++) alpha[this.order[k]] = this.alpha[k];
    return { alpha, rho, iterations, converged };
  }

  private refreshStatus(k: number): void {
    const belowUpper = this.alpha[k] < this.upper[k] ? 1 : 0;
    const aboveLower = this.alpha[k] > 0 ? 1 : 0;
    this.canUp[k] = this.y[k] > 0 ? belowUpper : aboveLower;
    this.canDown[k] = this.y[k] > 0 ? aboveLower : belowUpper;
  }

  protected isFree(k: number): boolean {
    return this.canUp[k] === 1 && this.canDown[k] === 1;
  }

  protected atUpper(k: number): boolean {
    return this.alpha[k] >= this.upper[k];
  }

  /** The sample that most wants y·α to grow; of equals the last. */
  protected selectFirst(): void {
    const { f, canUp, active } = this;
    let largest = -Infinity;
    let first = -1;
    for (let k = 0; k < active; k++) {
      if (canUp[k] === 1 && -f[k] >= largest) {
        largest = -f[k];
        first = k;
      }
    }
    this.largest = largest;
    this.first = first;
  }

  /** The partner that promises the largest decrease; −1 when no pair violates the optimum by `tol`. */
  protected selectSecond(tol: number): number {
    const { f, canDown, active, largest, first, columns, diagonal } = this;
    if (first < 0) return -1;
    const row = this.problem.kernel.row(this.order[first]);
    const own = diagonal[first];
    const twice = 2 * this.problem.kernel.scale;
    let worst = -Infinity;
    let best = Infinity;
    let second = -1;
    for (let k = 0; k < active; k++) {
      if (canDown[k] === 0) continue;
      const fk = f[k];
      if (fk >= worst) worst = fk;
      const gap = largest + fk;
      if (gap > 0) {
        const curvature = own + diagonal[k] - twice * row[columns[k]];
        const gain = -(gap * gap) / (curvature > 0 ? curvature : TAU);
        if (gain <= best) {
          best = gain;
          second = k;
        }
      }
    }
    return largest + worst < tol ? -1 : second;
  }

  /** Moves a pair to the best point of its line within the box, and the gradient with it. */
  private move(i: number, j: number): void {
    const { alpha, y, f, upper } = this;
    const kernel = this.problem.kernel;
    const rowI = kernel.row(this.order[i]);
    const rowJ = kernel.row(this.order[j]);
    let curvature = this.diagonal[i] + this.diagonal[j] - 2 * kernel.scale * rowI[this.columns[j]];
    if (!(curvature > 0)) curvature = TAU;
    const oldI = alpha[i];
    const oldJ = alpha[j];
    const wasUpperI = this.atUpper(i);
    const wasUpperJ = this.atUpper(j);
    const ci = upper[i];
    const cj = upper[j];
    if (y[i] !== y[j]) {
      const delta = (-y[i] * f[i] - y[j] * f[j]) / curvature;
      const difference = oldI - oldJ;
      let a = oldI + delta;
      let b = oldJ + delta;
      if (difference > 0) {
        if (b < 0) [a, b] = [difference, 0];
      } else if (a < 0) [a, b] = [0, -difference];
      if (difference > ci - cj) {
        if (a > ci) [a, b] = [ci, ci - difference];
      } else if (b > cj) [a, b] = [cj + difference, cj];
      alpha[i] = a;
      alpha[j] = b;
    } else {
      const delta = (y[i] * f[i] - y[j] * f[j]) / curvature;
      const sum = oldI + oldJ;
      let a = oldI - delta;
      let b = oldJ + delta;
      if (sum > ci) {
        if (a > ci) [a, b] = [ci, sum - ci];
      } else if (b < 0) [a, b] = [sum, 0];
      if (sum > cj) {
        if (b > cj) [a, b] = [sum - cj, cj];
      } else if (a < 0) [a, b] = [0, sum];
      alpha[i] = a;
      alpha[j] = b;
    }
    this.refreshStatus(i);
    this.refreshStatus(j);
    const { scale } = kernel;
    this.updateGradient(rowI, (alpha[i] - oldI) * y[i] * scale, rowJ, (alpha[j] - oldJ) * y[j] * scale);
    if (this.options.shrinking) {
      this.updateBound(i, wasUpperI, rowI);
      this.updateBound(j, wasUpperJ, rowJ);
    }
  }

  /** Adds what two changes of α do to f, and selects the first of the next pair in the same pass. */
  protected updateGradient(rowI: Float32Array, di: number, rowJ: Float32Array, dj: number): void {
    const { f, canUp, columns, active } = this;
    let largest = -Infinity;
    let first = -1;
    for (let k = 0; k < active; k++) {
      const c = columns[k];
      const v = f[k] + (rowI[c] * di + rowJ[c] * dj);
      f[k] = v;
      if (canUp[k] === 1 && -v >= largest) {
        largest = -v;
        first = k;
      }
    }
    this.largest = largest;
    this.first = first;
  }

  private updateBound(k: number, wasUpper: boolean, row: Float32Array): void {
    const isUpper = this.atUpper(k);
    if (isUpper === wasUpper) return;
    const { fBound, columns, size } = this;
    const d = (isUpper ? 1 : -1) * this.upper[k] * this.y[k] * this.problem.kernel.scale;
    for (let t = 0; t < size; t++) fBound[t] += d * row[columns[t]];
  }

  /** Makes the gradients of the samples set aside good again, from those at the bound and the free ones. */
  private reconstruct(): void {
    const { f, fBound, y, p, alpha, active, size, columns } = this;
    if (active === size) return;
    for (let k = active; k < size; k++) f[k] = fBound[k] + y[k] * p[k];
    let free = 0;
    for (let k = 0; k < active; k++) if (this.isFree(k)) free++;
    const kernel = this.problem.kernel;
    const { scale } = kernel;
    if (free * size > 2 * active * (size - active)) {
      for (let k = active; k < size; k++) {
        const row = kernel.row(this.order[k]);
        for (let t = 0; t < active; t++) if (this.isFree(t)) f[k] += alpha[t] * y[t] * scale * row[columns[t]];
      }
      return;
    }
    for (let t = 0; t < active; t++) {
      if (!this.isFree(t)) continue;
      const row = kernel.row(this.order[t]);
      const d = alpha[t] * y[t] * scale;
      for (let k = active; k < size; k++) f[k] += d * row[columns[k]];
    }
  }

  private reopen(): void {
    this.reconstruct();
    this.active = this.size;
    this.selectFirst();
  }

  /** The largest violations among the samples in play: of those whose y·α may grow, and of those where it may shrink. */
  protected violations(of?: number): { up: number; down: number } {
    let up = -Infinity;
    let down = -Infinity;
    for (let k = 0; k < this.active; k++) {
      if (of !== undefined && this.y[k] !== of) continue;
      if (this.canUp[k] === 1 && -this.f[k] >= up) up = -this.f[k];
      if (this.canDown[k] === 1 && this.f[k] >= down) down = this.f[k];
    }
    return { up, down };
  }

  /** Those that a sample of each class is held against: here of both classes together. */
  protected bounds(): { plus: { up: number; down: number }; minus: { up: number; down: number } } {
    const both = this.violations();
    return { plus: both, minus: both };
  }

  /** Sets aside samples at a bound that would move further beyond it, given the largest violations. */
  private shrink(): void {
    const { plus, minus } = this.bounds();
    if (!this.reopened && Math.max(plus.up + plus.down, minus.up + minus.down) <= this.options.tol * 10) {
      this.reopened = true;
      this.reopen();
    }
    const idle = (k: number): boolean => {
      if (this.isFree(k)) return false;
      const { up, down } = this.y[k] > 0 ? plus : minus;
      // At a bound exactly one of the two moves is left.
      return this.canUp[k] === 1 ? this.f[k] > down : this.canDown[k] === 1 ? -this.f[k] > up : true;
    };
    for (let k = 0; k < this.active; k++) {
      if (!idle(k)) continue;
      this.active--;
      while (this.active > k) {
        if (!idle(this.active)) {
          this.exchange(k, this.active);
          break;
        }
        this.active--;
      }
    }
    this.selectFirst();
  }

  private exchange(a: number, b: number): void {
    swap(this.order, a, b);
    swap(this.columns, a, b);
    swap(this.y, a, b);
    swap(this.upper, a, b);
    swap(this.diagonal, a, b);
    swap(this.p, a, b);
    swap(this.alpha, a, b);
    swap(this.f, a, b);
    swap(this.fBound, a, b);
    swap(this.canUp, a, b);
    swap(this.canDown, a, b);
  }

  /** The threshold: f of the free samples on average, or the middle of what the bounds allow. */
  protected threshold(): number {
    let above = Infinity;
    let below = -Infinity;
    let sum = 0;
    let free = 0;
    for (let k = 0; k < this.active; k++) {
      const f = this.f[k];
      if (this.isFree(k)) {
        free++;
        sum += f;
      } else if (this.atUpper(k) === this.y[k] < 0) above = Math.min(above, f);
      else below = Math.max(below, f);
    }
    return free > 0 ? sum / free : (above + below) / 2;
  }
}

function swap(values: Int32Array | Int8Array | Uint8Array | Float64Array, a: number, b: number): void {
  const held = values[a];
  values[a] = values[b];
  values[b] = held;
}
