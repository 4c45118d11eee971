import type { NDArray } from "../array/mod.ts";
import { LinearModelError } from "./errors.ts";
import type { SGDLoss } from "./sgd_loss.ts";
import { ScaledWeights } from "./sgd_weights.ts";
import { Xorshift } from "./xorshift.ts";

/** How the size of a step goes on. */
export type LearningRate = "constant" | "optimal" | "invscaling" | "adaptive" | "pa1" | "pa2";

/** What is penalised. */
export type SGDPenalty = "l2" | "l1" | "elasticnet" | null;

/** Hyperparameters of the descent. */
export interface DescentSettings {
  readonly loss: SGDLoss;
  /** Whether targets are −1 and 1 for the passive-aggressive steps. */
  readonly isMargin: boolean;
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

/** Steps stay below this slope. */
const LARGEST_SLOPE = 1e12;

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
  const { loss, alpha, learningRate, eta0, powerT, average, heldOut, penalty, fitIntercept } = settings;
  const [n, m] = X.shape;
  const x = X.data;
  const w = new ScaledWeights(state.coef, state.meanCoef);
  let { intercept, meanIntercept } = state;
  const l1Ratio = penalty === "l1" ? 1 : penalty === "elasticnet" ? settings.l1Ratio : 0;
  const sparse = penalty === "l1" || penalty === "elasticnet";
  const shrinks = penalty === "l2" || penalty === "elasticnet";
  const paid = new Float64Array(sparse ? m : 0);
  let due = 0;
  const passive = learningRate === "pa1" || learningRate === "pa2";
  let optimalInit = 0;
  if (learningRate === "optimal") {
    // So that the first steps are about as large as the weights are expected to become.
    const typical = Math.sqrt(1 / Math.sqrt(alpha));
    optimalInit = 1 / (typical / Math.max(1, loss.slope(1, -typical)) * alpha);
  }
  let held = 0;
  if (heldOut !== undefined) { for (const h of heldOut) held += h; }
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let eta = eta0;
  let t = settings.firstStep;
  let best = settings.scoreHeldOut === undefined ? Infinity : -Infinity;
  let worse = 0;
  let epoch = 1;
  for (;; epoch++) {
    let objective = 0;
    if (settings.shuffle) shuffle(order, settings.seed);
    for (let k = 0; k < n; k++) {
      const i = order[k];
      if (heldOut !== undefined && heldOut[i] !== 0) continue;
      const at = i * m;
      const target = y[i];
      const p = w.dot(x, at) + intercept;
      if (learningRate === "optimal") eta = 1 / (alpha * (optimalInit + t - 1));
      else if (learningRate === "invscaling") eta = eta0 / Math.pow(t, powerT);
      if (heldOut === undefined) {
        objective += loss.value(target, p);
        if (!passive && penalty !== null) {
          objective += alpha * ((1 - l1Ratio) * 0.5 * w.squares + l1Ratio * w.absolutes);
        }
      }
      let update: number;
      if (passive) {
        let square = 0;
        for (let j = 0; j < m; j++) square += x[at + j] * x[at + j];
        if (learningRate === "pa1" && square === 0) continue;
        const size = loss.value(target, p);
        update = learningRate === "pa1" ? Math.min(eta0, size / square) : size / (square + 0.5 / eta0);
        if (settings.isMargin) update *= target;
        else if (target - p < 0) update = -update;
      } else {
        update = -eta * Math.max(-LARGEST_SLOPE, Math.min(LARGEST_SLOPE, loss.slope(target, p)));
      }
      update *= (target > 0 ? settings.positiveWeight : settings.negativeWeight) * weight[i];
      if (shrinks) w.shrink(Math.max(0, 1 - (1 - l1Ratio) * eta * alpha));
      if (update !== 0) {
        w.add(x, at, update);
        if (fitIntercept) intercept += update;
      }
      if (average > 0 && average <= t) {
        w.addToMean(x, at, update, t - average + 1);
        meanIntercept += (intercept - meanIntercept) / (t - average + 1);
      }
      if (sparse) {
        due += l1Ratio * eta * alpha;
        w.truncate(paid, due);
      }
      t++;
    }
    if (!Number.isFinite(intercept) || !state.coef.every(Number.isFinite)) {
      throw new LinearModelError(
        `numbers overflowed in epoch ${epoch}; scale the features, with StandardScaler for example, or lower eta0`,
      );
    }
    if (settings.scoreHeldOut !== undefined) {
      // As scikit-learn judges them: the vector without its factor. The number of epochs depends on it.
      const score = settings.scoreHeldOut(state.coef, intercept);
      worse = score < best + settings.tol ? worse + 1 : 0;
      best = Math.max(best, score);
    } else {
      const mean = objective / (n - held);
      worse = mean > best - settings.tol ? worse + 1 : 0;
      best = Math.min(best, mean);
    }
    if (worse >= settings.nIterNoChange) {
      if (learningRate !== "adaptive" || eta <= 1e-6) break;
      eta /= 5;
      worse = 0;
    }
    if (epoch >= settings.maxIter) break;
  }
  w.settle();
  state.intercept = intercept;
  state.meanIntercept = meanIntercept;
  return epoch;
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
