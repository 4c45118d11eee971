import { RandomState } from "../random/mod.ts";
import type { KernelStore } from "./kernel_store.ts";
import type { DualOptions, DualSolver } from "./solver.ts";

/** Probability of the first class of a pair from its decision value d: 1 / (1 + exp(a·d + b)). */
export interface Sigmoid {
  readonly a: number;
  readonly b: number;
}

const FOLDS = 5;

/**
 * A whole number below `range`, by multiplication and rejection: the draws that scikit-learn's libsvm makes.
 *
 * Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
 */
function drawBelow(rng: RandomState, range: number): number {
  const wide = BigInt(range);
  let m = BigInt(rng.nextUint32()) * wide;
  let low = Number(m & 0xffffffffn);
  if (low < range) {
    const threshold = (0x100000000 - range) % range;
    while (low < threshold) {
      m = BigInt(rng.nextUint32()) * wide;
      low = Number(m & 0xffffffffn);
    }
  }
  return Number(m >> 32n);
}

/** A random order of `n` samples. */
function drawOrder(n: number, seed: number): Int32Array {
  const rng = new RandomState(seed);
  const order = Int32Array.from({ length: n }, (_, t) => t);
  for (let t = 0; t < n; t++) {
    const j = t + drawBelow(rng, n - t);
    const held = order[t];
    order[t] = order[j];
    order[j] = held;
  }
  return order;
}

/** The folds that the sigmoid of a pair of `n` samples is learned from: the fold of each sample, and the samples of each. */
export function drawFolds(n: number, seed: number): { of: Uint8Array; held: Int32Array[] } {
  const order = drawOrder(n, seed);
  const of = new Uint8Array(n);
  const held = Array.from({ length: FOLDS }, (_, fold) => {
    const part = order.slice(Math.floor(fold * n / FOLDS), Math.floor((fold + 1) * n / FOLDS));
    for (const t of part) of[t] = fold;
    return part;
  });
  return { of, held };
}

/**
 * The sigmoid of a pair, fitted to decision values of samples that were left out of the training in five folds.
 *
 * @param samples positions of the samples of both classes
 * @param signs 1 or −1 for each
 * @param upper upper bound of α, by position
 */
export function crossValidatedSigmoid(
  store: KernelStore,
  samples: Int32Array,
  signs: Int8Array,
  upper: Float64Array,
  options: DualOptions & { readonly solver: DualSolver },
  seed: number,
): Sigmoid {
  const n = samples.length;
  const order = drawOrder(n, seed);
  const decisions = new Float64Array(n);
  for (let fold = 0; fold < FOLDS; fold++) {
    const begin = Math.floor(fold * n / FOLDS);
    const end = Math.floor((fold + 1) * n / FOLDS);
    const held = order.subarray(begin, end);
    const train = Int32Array.of(...order.subarray(0, begin), ...order.subarray(end));
    decideHeldOut(store, { samples, signs, upper, train, held, decisions }, options);
  }
  return fitSigmoid(decisions, signs);
}

interface Fold {
  samples: Int32Array;
  signs: Int8Array;
  upper: Float64Array;
  train: Int32Array;
  held: Int32Array;
  decisions: Float64Array;
}

function decideHeldOut(store: KernelStore, fold: Fold, options: DualOptions & { readonly solver: DualSolver }): void {
  const { samples, signs, upper, train, held, decisions } = fold;
  // The second class first: the order in which libsvm trains these, on which the last digits depend.
  const second = train.filter((t) => signs[t] < 0);
  const first = train.filter((t) => signs[t] > 0);
  if (second.length === 0 || first.length === 0) {
    for (const t of held) decisions[t] = first.length > 0 ? 1 : second.length > 0 ? -1 : 0;
    return;
  }
  const grouped = Int32Array.of(...second, ...first);
  const positions = Int32Array.from(grouped, (t) => samples[t]);
  const y = new Int8Array(grouped.length).fill(1, 0, second.length).fill(-1, second.length);
  const solution = options.solver({
    kernel: store.view(positions),
    y,
    p: new Float64Array(grouped.length).fill(-1),
    upper: Float64Array.from(positions, (i) => upper[i]),
  }, options);
  const machines = Int32Array.from(positions.keys()).filter((t) => solution.alpha[t] > 0);
  const support = Int32Array.from(machines, (t) => positions[t]);
  const values = new Float64Array(support.length);
  for (const t of held) {
    store.values(samples[t], support, values);
    let sum = 0;
    for (let s = 0; s < machines.length; s++) sum += y[machines[s]] * solution.alpha[machines[s]] * values[s];
    decisions[t] = -(sum - solution.rho);
  }
}

/**
 * Fits the sigmoid by Newton's method with backtracking, to targets drawn in from 0 and 1.
 *
 * Source: H.-T. Lin, C.-J. Lin, R. C. Weng, "A note on Platt's probabilistic outputs for support vector machines",
 * Machine Learning 68 (2007).
 */
export function fitSigmoid(decisions: Float64Array, signs: Int8Array): Sigmoid {
  const n = decisions.length;
  let positive = 0;
  for (let i = 0; i < n; i++) if (signs[i] > 0) positive++;
  const high = (positive + 1) / (positive + 2);
  const low = 1 / (n - positive + 2);
  const loss = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const target = signs[i] > 0 ? high : low;
      const z = decisions[i] * a + b;
      sum += z >= 0 ? target * z + Math.log(1 + Math.exp(-z)) : (target - 1) * z + Math.log(1 + Math.exp(z));
    }
    return sum;
  };
  let a = 0;
  let b = Math.log((n - positive + 1) / (positive + 1));
  let value = loss(a, b);
  for (let iteration = 0; iteration < 100; iteration++) {
    // A small ridge keeps the Hessian positive definite.
    let h11 = 1e-12, h22 = 1e-12, h21 = 0, g1 = 0, g2 = 0;
    for (let i = 0; i < n; i++) {
      const z = decisions[i] * a + b;
      const e = Math.exp(-Math.abs(z));
      const p = z >= 0 ? e / (1 + e) : 1 / (1 + e);
      const q = 1 - p;
      const curvature = p * q;
      const slope = (signs[i] > 0 ? high : low) - p;
      h11 += decisions[i] * decisions[i] * curvature;
      h22 += curvature;
      h21 += decisions[i] * curvature;
      g1 += decisions[i] * slope;
      g2 += slope;
    }
    if (Math.abs(g1) < 1e-5 && Math.abs(g2) < 1e-5) break;
    const determinant = h11 * h22 - h21 * h21;
    const da = -(h22 * g1 - h21 * g2) / determinant;
    const db = -(h11 * g2 - h21 * g1) / determinant;
    const descent = g1 * da + g2 * db;
    let step = 1;
    for (; step >= 1e-10; step /= 2) {
      const next = loss(a + step * da, b + step * db);
      if (next < value + 1e-4 * step * descent) {
        a += step * da;
        b += step * db;
        value = next;
        break;
      }
    }
    if (step < 1e-10) break;
  }
  return { a, b };
}

/** Probability of the first class of a pair. */
export function sigmoidOf({ a, b }: Sigmoid, decision: number): number {
  const z = decision * a + b;
  // Two forms, so that the exponential never overflows.
  return z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z));
}

/**
 * Probabilities of all classes that agree best with those of the pairs.
 *
 * Source: T.-F. Wu, C.-J. Lin, R. C. Weng, "Probability estimates for multi-class classification by pairwise coupling",
 * JMLR 5 (2004), second approach.
 *
 * @param pairwise r[i·k + j]: probability of i against j
 */
export function couplePairs(pairwise: Float64Array, k: number, out: Float64Array, offset: number): void {
  const Q = new Float64Array(k * k);
  const Qp = new Float64Array(k);
  const p = new Float64Array(k).fill(1 / k);
  for (let t = 0; t < k; t++) {
    for (let j = 0; j < k; j++) {
      if (j === t) continue;
      const r = pairwise[j * k + t];
      Q[t * k + t] += r * r;
      Q[t * k + j] = -r * pairwise[t * k + j];
    }
  }
  const tolerance = 0.005 / k;
  for (let iteration = 0; iteration < Math.max(100, k); iteration++) {
    let pQp = 0;
    for (let t = 0; t < k; t++) {
      Qp[t] = 0;
      for (let j = 0; j < k; j++) Qp[t] += Q[t * k + j] * p[j];
      pQp += p[t] * Qp[t];
    }
    let worst = 0;
    for (let t = 0; t < k; t++) worst = Math.max(worst, Math.abs(Qp[t] - pQp));
    if (worst < tolerance) break;
    for (let t = 0; t < k; t++) {
      const diff = (-Qp[t] + pQp) / Q[t * k + t];
      p[t] += diff;
      pQp = (pQp + diff * (diff * Q[t * k + t] + 2 * Qp[t])) / (1 + diff) / (1 + diff);
      for (let j = 0; j < k; j++) {
        Qp[j] = (Qp[j] + diff * Q[t * k + j]) / (1 + diff);
        p[j] /= 1 + diff;
      }
    }
  }
  for (let t = 0; t < k; t++) out[offset + t] = p[t];
}
