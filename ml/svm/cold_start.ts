import { DualMachine, type MachineOptions } from "./dual_machine.ts";

/** Below this many samples that may move, a problem is begun at zero. */
const SMALL = 600;

/** Of how many samples one is taken for the smaller problem. */
const THIN = 4;

/**
 * What share of a smaller problem's support vectors has to stand at their bounds, where rows of the kernel are dear: else
 * they tell little of the others.
 */
const HELD = 0.2;

/** A threshold from a machine's gradient: F of the free samples on average, or the middle of what the bounds allow. */
export function thresholdOf({ F, beta, lo, hi, rows }: DualMachine): number {
  let sum = 0, free = 0, below = -Infinity, above = Infinity;
  for (let i = 0; i < rows; i++) {
    if (hi[i] === lo[i]) continue;
    const up = beta[i] < hi[i];
    const down = beta[i] > lo[i];
    if (up && down) {
      sum += F[i];
      free++;
    } else if (up) above = Math.min(above, F[i]);
    else below = Math.max(below, F[i]);
  }
  if (free > 0) return sum / free;
  if (below === -Infinity) return above;
  return above === Infinity ? below : (above + below) / 2;
}

/**
 * Begins a classification problem, whose bounds are set, near its optimum: solves it for every fourth sample, with bounds
 * four times as large, and puts the samples that its solution has on the wrong side of their margin at their bound. Where
 * few of that solution's samples stand at their bounds, it is begun at zero.
 *
 * @param signs 1 or −1 for each sample
 * @returns whether it was begun elsewhere than at zero
 */
export function startCold(machine: DualMachine, options: MachineOptions, signs: Int8Array, tol: number): boolean {
  const { beta, F, lo, hi, rows } = machine;
  beta.fill(0);
  const base = new Float64Array(signs.length);
  for (let i = 0; i < signs.length; i++) base[i] = -signs[i];
  const movable: number[] = [];
  for (let i = 0; i < rows; i++) if (hi[i] > lo[i]) movable.push(i);
  F.fill(0);
  F.set(base);
  machine.parts.fill(0);
  if (movable.length < SMALL || options.kernel.name === "precomputed" || options.steps === true) {
    return false;
  }
  const taken = movable.filter((_, k) => k % THIN === THIN >> 1);
  const coarse = solveCoarse(machine, options, signs, taken, tol);
  if (coarse === undefined) return false;
  machine.addRows(coarse.rows, coarse.coefs);
  putAtBounds(machine, movable, signs, coarse.threshold);
  machine.refresh(base);
  return true;
}

/** The solution for some of the samples; none where their bounds hold few of them. */
function solveCoarse(
  machine: DualMachine,
  options: MachineOptions,
  signs: Int8Array,
  taken: readonly number[],
  tol: number,
): { rows: number[]; coefs: number[]; threshold: number } | undefined {
  const { width } = options;
  const X = new Float64Array(taken.length * width);
  taken.forEach((i, k) => X.set(options.X.subarray(i * width, (i + 1) * width), k * width));
  const inner: MachineOptions = {
    ...options,
    X,
    rows: taken.length,
    bound: options.bound * THIN,
    cacheSize: options.cacheSize / THIN,
    groups: null,
  };
  using small = new DualMachine(inner);
  const own = Int8Array.from(taken, (i) => signs[i]);
  taken.forEach((i, k) => {
    small.lo[k] = machine.lo[i] * THIN;
    small.hi[k] = machine.hi[i] * THIN;
  });
  // A rough solution will do: it only says who is likely to stand at a bound.
  const rough = Math.max(tol, 0.02);
  const begun = startCold(small, inner, own, rough);
  if (!begun && taken.length >= SMALL) return undefined;
  small.solve(rough, 20_000);
  const rows: number[] = [];
  const coefs: number[] = [];
  let held = 0;
  for (let k = 0; k < taken.length; k++) {
    if (small.beta[k] === 0) continue;
    if (small.beta[k] === small.lo[k] || small.beta[k] === small.hi[k]) held++;
    rows.push(taken[k]);
    coefs.push(small.beta[k]);
  }
  return held < HELD * rows.length && !small.isQuick ? undefined : { rows, coefs, threshold: thresholdOf(small) };
}

/** Puts samples short of their margin at their bounds, the farthest first, as much on one side as on the other. */
function putAtBounds(
  { beta, F, lo, hi }: DualMachine,
  movable: readonly number[],
  signs: Int8Array,
  threshold: number,
): void {
  // y (g − ρ) < 1 where y (F − ρ) < 0, for F = g − y.
  const short = (s: number): number[] =>
    movable.filter((i) => signs[i] === s && s * (F[i] - threshold) < 0).sort((a, b) => s * (F[a] - F[b]));
  const sides = [short(1), short(-1)];
  const mass = sides.map((side) => side.reduce((t, i) => t + hi[i] - lo[i], 0));
  const most = Math.min(mass[0], mass[1]);
  for (const [k, side] of sides.entries()) {
    let left = most;
    for (const i of side) {
      if (left <= 0) break;
      const room = hi[i] - lo[i];
      // To the bound itself, not to what comes of adding to it.
      const step = Math.min(room, left);
      beta[i] = step === room ? (k === 0 ? hi[i] : lo[i]) : k === 0 ? step : -step;
      left -= step;
    }
  }
  // What rounding left of the sum.
  const sum = beta.reduce((a, b) => a + b, 0);
  if (sum !== 0) {
    const i = movable.find((j) => beta[j] - sum > lo[j] && beta[j] - sum < hi[j] && beta[j] !== 0) ?? -1;
    if (i >= 0) beta[i] -= sum;
  }
}
