import { DualMachine, type MachineOptions } from "./dual_machine.ts";
import {
  everyOf,
  heldOf,
  movableOf,
  moveToBounds,
  negated,
  pickTimes,
  roomOf,
  rowsOf,
  shortOf,
  sumOf,
} from "./loops.ts";

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
  const base = negated(signs);
  const movable = movableOf(lo, hi, rows);
  F.fill(0);
  F.set(base);
  machine.parts.fill(0);
  if (movable.length < SMALL || options.kernel.name === "precomputed" || options.steps === true) {
    return false;
  }
  const taken = everyOf(movable, THIN, THIN >> 1);
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
  const inner: MachineOptions = {
    ...options,
    X: rowsOf(options.X, width, taken),
    rows: taken.length,
    bound: options.bound * THIN,
    cacheSize: options.cacheSize / THIN,
    groups: null,
  };
  using small = new DualMachine(inner);
  const own = Int8Array.from(taken, (i) => signs[i]);
  pickTimes(machine.lo, taken, THIN, small.lo);
  pickTimes(machine.hi, taken, THIN, small.hi);
  // A rough solution will do: it only says who is likely to stand at a bound.
  const rough = Math.max(tol, 0.02);
  const begun = startCold(small, inner, own, rough);
  if (!begun && taken.length >= SMALL) return undefined;
  small.solve(rough, 20_000);
  const { held, support } = heldOf(small.beta, small.lo, small.hi, taken.length);
  if (held < HELD * support.length && !small.isQuick) return undefined;
  return {
    rows: support.map((k) => taken[k]),
    coefs: support.map((k) => small.beta[k]),
    threshold: thresholdOf(small),
  };
}

/** Puts samples short of their margin at their bounds, the farthest first, as much on one side as on the other. */
function putAtBounds(
  { beta, F, lo, hi }: DualMachine,
  movable: readonly number[],
  signs: Int8Array,
  threshold: number,
): void {
  // y (g − ρ) < 1 where y (F − ρ) < 0, for F = g − y.
  const short = (s: number): number[] => shortOf(F, signs, s, threshold, movable).sort((a, b) => s * (F[a] - F[b]));
  const sides = [short(1), short(-1)];
  const mass = sides.map((side) => roomOf(lo, hi, side));
  const most = Math.min(mass[0], mass[1]);
  for (const [k, side] of sides.entries()) {
    moveToBounds(beta, lo, hi, side, k === 0 ? 1 : -1, most);
  }
  // What rounding left of the sum.
  const sum = sumOf(beta);
  if (sum !== 0) {
    const i = movable.find((j) => beta[j] - sum > lo[j] && beta[j] - sum < hi[j] && beta[j] !== 0) ?? -1;
    if (i >= 0) beta[i] -= sum;
  }
}
