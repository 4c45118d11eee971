import type { NDArray } from "../array/mod.ts";
import { decidesFast, fastDecisions } from "./fast_decision.ts";
import { kernelRow, kernelRowsOfFour, type KernelSpec, sampleBlock } from "./kernel.ts";

/** What decision values are computed from. */
export interface DecisionModel {
  readonly kernel: KernelSpec;
  /** Shape [nSupport, nFeatures]; not looked at for a precomputed kernel. */
  readonly supportVectors: NDArray<Float64Array>;
  /** Numbers of the support vectors among the training samples. */
  readonly support: Int32Array;
  /** How many support vectors each class has. */
  readonly nSupport: Int32Array;
  /** Shape [nClasses − 1, nSupport]. */
  readonly dualCoef: Float64Array;
  /** One for each pair. */
  readonly intercept: Float64Array;
}

/** Decision values of every pair of classes for each row of X, row after row; positive means the first of the pair. */
export function pairDecisions(model: DecisionModel, X: NDArray<Float64Array>): Float64Array {
  const { kernel, support, nSupport, intercept } = model;
  const n = X.shape[0];
  if (decidesFast(model, n)) return fastDecisions(model, X);
  const classes = nSupport.length;
  const count = support.length;
  const pairs = intercept.length;
  const starts = new Int32Array(classes + 1);
  for (let c = 0; c < classes; c++) starts[c + 1] = starts[c] + nSupport[c];
  const samples = sampleBlock(X);
  const machines = kernel.name === "precomputed" ? samples : sampleBlock(model.supportVectors);
  const values = new Float64Array(4 * count);
  const scales = new Float64Array(4).fill(1);
  const out = new Float64Array(n * pairs);
  for (let i = 0; i < n;) {
    const rows = kernel.name !== "precomputed" && i + 4 <= n ? 4 : 1;
    if (rows === 4) kernelRowsOfFour(kernel, samples, i, machines, count, values, scales);
    else kernelRow(kernel, samples, i, machines, 0, count, values, support);
    if (rows === 1) scales[0] = 1;
    for (let r = 0; r < rows; r++, i++) sumPairs(model, starts, values, r * count, scales[r], out, i * pairs);
  }
  return out;
}

/** Decision values of all pairs from the kernel values of one sample, which stand from `from` on, over `scale`. */
function sumPairs(
  { dualCoef, intercept, support }: DecisionModel,
  starts: Int32Array,
  values: Float64Array,
  from: number,
  scale: number,
  out: Float64Array,
  at: number,
): void {
  const classes = starts.length - 1;
  const count = support.length;
  for (let a = 0, k = 0; a < classes; a++) {
    const rowB = a * count;
    for (let b = a + 1; b < classes; b++, k++) {
      const rowA = (b - 1) * count;
      let sum = 0;
      for (let s = starts[a]; s < starts[a + 1]; s++) sum += dualCoef[rowA + s] * values[from + s];
      for (let s = starts[b]; s < starts[b + 1]; s++) sum += dualCoef[rowB + s] * values[from + s];
      out[at + k] = sum * scale + intercept[k];
    }
  }
}

/** The class that wins most of its pairs, for each row of decision values; of equals the first. */
export function vote(decisions: Float64Array, classes: number): Int32Array {
  const pairs = classes * (classes - 1) / 2;
  const out = new Int32Array(decisions.length / pairs);
  const votes = new Int32Array(classes);
  for (let i = 0; i < out.length; i++) {
    votes.fill(0);
    let at = i * pairs;
    for (let a = 0; a < classes; a++) {
      let own = 0;
      for (let b = a + 1; b < classes; b++) {
        const wins = decisions[at++] > 0 ? 1 : 0;
        own += wins;
        votes[b] += 1 - wins;
      }
      votes[a] += own;
    }
    let best = 0;
    for (let c = 1; c < classes; c++) if (votes[c] > votes[best]) best = c;
    out[i] = best;
  }
  return out;
}

/** One value for each class of what the pairs say: votes, and confidences squeezed to less than one vote. */
export function oneVsRest(decisions: Float64Array, classes: number): Float64Array {
  const pairs = classes * (classes - 1) / 2;
  const n = decisions.length / pairs;
  const out = new Float64Array(n * classes);
  const confidence = new Float64Array(classes);
  for (let i = 0; i < n; i++) {
    confidence.fill(0);
    let at = i * pairs;
    for (let a = 0; a < classes; a++) {
      for (let b = a + 1; b < classes; b++) {
        const d = decisions[at++];
        confidence[a] += d;
        confidence[b] -= d;
        out[i * classes + (d < 0 ? b : a)]++;
      }
    }
    for (let c = 0; c < classes; c++) out[i * classes + c] += confidence[c] / (3 * (Math.abs(confidence[c]) + 1));
  }
  return out;
}
