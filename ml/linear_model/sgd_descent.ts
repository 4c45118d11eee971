import type { NDArray } from "../array/mod.ts";
import { LinearModelError } from "./errors.ts";
import { Workspace } from "./linear_kernels.ts";
import { BLOCK_ROWS, takeInto } from "./row_blocks.ts";
import { kindOf, type SGDClassificationLoss } from "./sgd_loss.ts";
import { Xorshift } from "./xorshift.ts";

/** How the size of a step goes on. */
export type LearningRate = "constant" | "optimal" | "invscaling" | "adaptive" | "pa1" | "pa2";

/** What is penalised. */
export type SGDPenalty = "l2" | "l1" | "elasticnet" | null;

/** Hyperparameters of the descent. */
export interface DescentSettings {
  readonly loss: SGDClassificationLoss;
  readonly epsilon: number;
  readonly penalty: SGDPenalty;
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly fitIntercept: boolean;
  readonly maxIter: number;
  /** −Infinity for never. */
  readonly tol: number;
  readonly shuffle: boolean;
  readonly learningRate: LearningRate;
  readonly eta0: number;
  readonly powerT: number;
  readonly nIterNoChange: number;
  /** From which step on weights are averaged; 0 for not. */
  readonly average: number;
  /** Seed of the order of the samples. */
  readonly seed: number;
  /** Weight of samples with a positive target, and of the others. */
  readonly positiveWeight: number;
  readonly negativeWeight: number;
  /** Number of the first step. */
  readonly firstStep: number;
  /** Samples that are not learned from, 1 for each; undefined for none. */
  readonly heldOut: Uint8Array | undefined;
  /** How good weights and constant are on those. */
  readonly scoreHeldOut: ((coef: Float64Array, intercept: number) => number) | undefined;
}

/** What is learned, in place. */
export interface DescentState {
  readonly coef: Float64Array;
  intercept: number;
  readonly meanCoef: Float64Array | undefined;
  meanIntercept: number;
}

/** Places of the descent's state, as in the kernels. */
const [INTERCEPT, MEAN_INTERCEPT, STEP, SCALE, SQUARES, ABSOLUTES] = [0, 1, 2, 3, 4, 5];
const [MEAN_B, OBJECTIVE, GIVEN, STATE] = [7, 9, 10, 17];

/** Bytes up to which a table is brought to the kernels' memory as a whole; above, rows are, block by block. */
const WHOLE = 512 << 20;

/**
 * Stochastic gradient descent on one linear function: a step for each sample in random order, epoch after epoch, until
 * the objective (or the score of samples held out) has not improved for some epochs.
 *
 * Sources: L. Bottou, "Stochastic gradient descent tricks" (2012); passive-aggressive steps by K. Crammer and others,
 * "Online passive-aggressive algorithms", JMLR 7 (2006).
 *
 * @returns number of epochs
 * @throws {LinearModelError} when numbers overflow
 */
export function descendStochastically(
  X: NDArray<Float64Array>,
  y: Float64Array,
  weight: Float64Array,
  state: DescentState,
  settings: DescentSettings,
): number {
  const { loss, alpha, epsilon, learningRate, eta0, average, heldOut, penalty } = settings;
  const m = X.shape[1];
  const l1Ratio = penalty === "l1" ? 1 : penalty === "elasticnet" ? settings.l1Ratio : 0;
  const sparse = penalty === "l1" || penalty === "elasticnet";
  const shrinks = penalty === "l2" || penalty === "elasticnet";
  const passive = learningRate === "pa1" ? 1 : learningRate === "pa2" ? 2 : 0;
  const judges = settings.scoreHeldOut === undefined;
  const kind = kindOf(loss);
  using work = new Workspace();
  const { exports } = work;
  const whole = X.nbytes <= WHOLE && settings.maxIter > 1;
  const x = work.f64(whole ? X.size : BLOCK_ROWS * m),
    numbers = work.i32(BLOCK_ROWS),
    targets = work.f64(BLOCK_ROWS),
    factors = work.f64(BLOCK_ROWS);
  const etas = work.f64(BLOCK_ROWS), s = work.f64(STATE), w = work.f64(m), paid = work.f64(sparse ? m : 1);
  const mean = state.meanCoef === undefined ? undefined : work.f64(m);
  if (whole) x.set(X.data);
  w.set(state.coef);
  mean?.set(state.meanCoef as Float64Array);
  [s[INTERCEPT], s[MEAN_INTERCEPT], s[STEP], s[SCALE], s[MEAN_B]] = [
    state.intercept,
    state.meanIntercept,
    settings.firstStep,
    1,
    1,
  ];
  for (const v of w) {
    s[SQUARES] += v * v;
    s[ABSOLUTES] += Math.abs(v);
  }
  s.set([alpha, l1Ratio, eta0, average, epsilon, settings.positiveWeight, settings.negativeWeight], GIVEN);
  const step = stepSizes(settings, (p) => exports.lossSlope(kind, epsilon, 1, p));
  const order = new Int32Array(X.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let best = judges ? Infinity : -Infinity;
  let worse = 0;
  let epoch = 1;
  for (;; epoch++) {
    if (settings.shuffle) shuffle(order, settings.seed);
    const rows = heldOut === undefined ? order : order.filter((i) => heldOut[i] === 0);
    s[OBJECTIVE] = 0;
    for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows.length - start);
      if (whole) numbers.set(rows.subarray(start, start + count));
      else takeInto(X.data, m, rows, start, count, x);
      for (let k = 0; k < count; k++) {
        targets[k] = y[rows[start + k]];
        factors[k] = weight[rows[start + k]];
        etas[k] = step.at(s[STEP] + k);
      }
      exports.descend(
        x.byteOffset,
        whole ? numbers.byteOffset : 0,
        count,
        m,
        targets.byteOffset,
        factors.byteOffset,
        etas.byteOffset,
        s.byteOffset,
        w.byteOffset,
        mean?.byteOffset ?? 0,
        paid.byteOffset,
        kind,
        passive,
        loss === "hinge",
        shrinks,
        sparse,
        penalty !== null,
        settings.fitIntercept,
        judges,
      );
    }
    if (!Number.isFinite(s[INTERCEPT]) || !w.every(Number.isFinite)) {
      throw new LinearModelError(
        `numbers overflowed in epoch ${epoch}; scale the features, with StandardScaler for example, or lower eta0`,
      );
    }
    if (settings.scoreHeldOut !== undefined) {
      // As scikit-learn judges them: the vector without its factor. The number of epochs depends on it.
      const score = settings.scoreHeldOut(w.slice(), s[INTERCEPT]);
      worse = score < best + settings.tol ? worse + 1 : 0;
      best = Math.max(best, score);
    } else {
      const objective = s[OBJECTIVE] / rows.length;
      worse = objective > best - settings.tol ? worse + 1 : 0;
      best = Math.min(best, objective);
    }
    if (worse >= settings.nIterNoChange) {
      if (!step.shrink()) break;
      worse = 0;
    }
    if (epoch >= settings.maxIter) break;
  }
  exports.settleWeights(s.byteOffset, w.byteOffset, mean?.byteOffset ?? 0, m);
  state.coef.set(w);
  if (mean !== undefined) state.meanCoef?.set(mean);
  state.intercept = s[INTERCEPT];
  state.meanIntercept = s[MEAN_INTERCEPT];
  return epoch;
}

/** Sizes of the steps by their numbers, and what is done when nothing improves: false to stop. */
function stepSizes(
  { learningRate, alpha, eta0, powerT }: DescentSettings,
  slopeOfOne: (p: number) => number,
): { at(t: number): number; shrink(): boolean } {
  const stop = (): boolean => false;
  if (learningRate === "optimal") {
    // So that the first steps are about as large as the weights are expected to become.
    const typical = Math.sqrt(1 / Math.sqrt(alpha));
    const first = 1 / (typical / Math.max(1, slopeOfOne(-typical)) * alpha);
    return { at: (t) => 1 / (alpha * (first + t - 1)), shrink: stop };
  }
  if (learningRate === "invscaling") return { at: (t) => eta0 / Math.pow(t, powerT), shrink: stop };
  let eta = eta0;
  if (learningRate !== "adaptive") return { at: () => eta, shrink: stop };
  return {
    at: () => eta,
    shrink: () => {
      if (eta <= 1e-6) return false;
      eta /= 5;
      return true;
    },
  };
}

/** Puts numbers in an order that follows from the seed and the order they are in. */
function shuffle(order: Int32Array, seed: number): void {
  const rng = new Xorshift(seed);
  const n = order.length;
  for (let i = 0; i < n - 1; i++) {
    const j = i + rng.below(n - i);
    const held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
}
