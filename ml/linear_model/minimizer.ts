/** When a minimisation ends. */
export interface StopRule {
  /** Largest slope in any direction that counts as none. */
  readonly tol: number;
  /** Steps at most. */
  readonly maxIter: number;
}

/** Applies an approximate inverse of the matrix of second derivatives, in place. */
export type Preconditioner = (vector: Float64Array) => void;

const MEMORY = 10;
const ARMIJO = 1e-4;
const CURVATURE = 0.9;
const TRIALS = 30;
/** Changes of the value that are rounding. */
const NOISE = 64 * Number.EPSILON;

function inner(a: Float64Array, b: Float64Array): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}

/**
 * Limited-memory BFGS with a preconditioner, as a machine: it says at which point it wants to know value and slope, and
 * is told. So many minimisations can go side by side, their points looked at in one pass over the data.
 *
 * Sources: J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. of Computation 35 (1980); weak Wolfe
 * line search by bracketing, as in A. S. Lewis, M. L. Overton, "Nonsmooth optimization via quasi-Newton methods",
 * Math. Programming 141 (2013).
 */
export class Minimizer {
  /** Where value and slope are wanted; after the end, the result. */
  readonly point: Float64Array;
  /** Value at the best point so far. */
  value = Infinity;
  /** Steps so far. */
  iterations = 0;
  /** Points looked at so far. */
  evaluations = 0;
  /** Whether it has ended. */
  done = false;
  /** Whether it ended because a minimum was reached. */
  converged = false;
  /** Approximate inverse of the second derivatives; may be changed between steps. */
  precondition: Preconditioner;

  private readonly x: Float64Array;
  private readonly slope: Float64Array;
  private readonly direction: Float64Array;
  private readonly steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  private descent = 0;
  private length = 1;
  private low = 0;
  private high = Infinity;
  private trials = 0;
  private restarted = false;

  /** Starts at a point; with `memory` false only the preconditioner is used, as in Newton's method. */
  constructor(
    start: Float64Array,
    precondition: Preconditioner,
    private readonly stop: StopRule,
    private readonly memory = true,
  ) {
    this.point = start.slice();
    this.x = start.slice();
    this.slope = new Float64Array(start.length);
    this.direction = new Float64Array(start.length);
    this.precondition = precondition;
  }

  /** Whether the last point told was taken, so that the next direction comes now. */
  private accept(value: number, slope: Float64Array): void {
    const { x, point } = this;
    if (this.value !== Infinity && this.memory) {
      const s = point.map((v, i) => v - x[i]);
      const y = slope.map((v, i) => v - this.slope[i]);
      const sy = inner(s, y);
      if (sy > 1e-12 * Math.sqrt(inner(s, s) * inner(y, y))) {
        this.steps.push({ s, y, rho: 1 / sy });
        if (this.steps.length > MEMORY) this.steps.shift();
      }
    }
    x.set(point);
    this.slope.set(slope);
    this.value = value;
  }

  /** Tells value and slope at `point`. Sets `done`, or the next point. Returns true when a step was completed. */
  tell(value: number, slope: Float64Array): boolean {
    this.evaluations++;
    const first = this.value === Infinity;
    if (!first && !this.goodEnough(value, slope)) return false;
    const before = this.value;
    this.accept(value, slope);
    if (!first) this.iterations++;
    this.restarted = false;
    // The caller may have a better preconditioner for where it stands now; the direction is found on `resume`.
    if (!first && before - value <= NOISE * Math.max(Math.abs(before), Math.abs(value), 1)) this.finish(true);
    return true;
  }

  /** Finds the next direction and point, after `tell` has returned true. */
  resume(): void {
    if (this.done) return;
    const { slope, direction } = this;
    let steepest = 0;
    for (const g of slope) steepest = Math.max(steepest, Math.abs(g));
    this.descend();
    this.descent = inner(direction, slope);
    if (!(this.descent < 0)) {
      this.steps.length = 0;
      for (let i = 0; i < slope.length; i++) direction[i] = -slope[i];
      this.descent = inner(direction, slope);
    }
    // Half of −descent is what a Newton step would gain: slopes alone say little where features differ in scale.
    const gain = -this.descent / 2;
    const { tol } = this.stop;
    if (steepest <= tol && (gain <= 1e-5 * Math.abs(this.value) || gain <= 1e-2 * tol)) return this.finish(true);
    if (this.iterations >= this.stop.maxIter) return this.finish(false);
    this.length = 1;
    this.low = 0;
    this.high = Infinity;
    this.trials = 0;
    this.place();
  }

  private finish(converged: boolean): void {
    this.done = true;
    this.converged = converged;
    this.point.set(this.x);
  }

  private place(): void {
    const { point, x, direction, length } = this;
    for (let i = 0; i < x.length; i++) point[i] = x[i] + length * direction[i];
  }

  /** Whether the point ends the line search; if not, the next one on the line is set. */
  private goodEnough(value: number, slope: Float64Array): boolean {
    const along = inner(slope, this.direction);
    const slack = NOISE * Math.max(1, Math.abs(this.value));
    const fine = value <= this.value + ARMIJO * this.length * this.descent ||
      // So near the minimum that values differ by rounding, slopes still tell.
      (value <= this.value + slack && along <= -CURVATURE * this.descent);
    if (fine && along >= CURVATURE * this.descent) return true;
    if (++this.trials >= TRIALS) {
      if (fine) return true;
      return this.giveUp();
    }
    if (fine) this.low = this.length;
    else this.high = this.length;
    if (this.high === Infinity) this.length *= 2;
    else if (this.low > 0 || !Number.isFinite(value)) this.length = (this.low + this.high) / 2;
    else {
      // The parabola through the value and slope at the start and the value here.
      const guess = -this.descent * this.length * this.length / (2 * (value - this.value - this.descent * this.length));
      this.length = Math.min(0.5 * this.high, Math.max(0.05 * this.high, guess));
    }
    this.place();
    return false;
  }

  /** No step helps: forget what was remembered and try once more; then it is as good as it gets. */
  private giveUp(): boolean {
    if (this.restarted || this.steps.length === 0) {
      this.finish(this.steps.length === 0 || this.restarted);
      return false;
    }
    this.steps.length = 0;
    this.restarted = true;
    this.resume();
    return false;
  }

  /** The direction: minus the approximate inverse of second derivatives times the slope. */
  private descend(): void {
    const { direction: d, steps } = this;
    d.set(this.slope);
    const alphas: number[] = [];
    for (let k = steps.length - 1; k >= 0; k--) {
      const { s, y, rho } = steps[k];
      const alpha = rho * inner(s, d);
      alphas[k] = alpha;
      for (let i = 0; i < d.length; i++) d[i] -= alpha * y[i];
    }
    this.precondition(d);
    for (let k = 0; k < steps.length; k++) {
      const { s, y, rho } = steps[k];
      const beta = alphas[k] - rho * inner(y, d);
      for (let i = 0; i < d.length; i++) d[i] += beta * s[i];
    }
    for (let i = 0; i < d.length; i++) d[i] = -d[i];
  }
}
