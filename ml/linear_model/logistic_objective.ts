import type { NDArray } from "../array/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { Workspace } from "./linear_kernels.ts";
import { BLOCK_ROWS, eachBlock } from "./row_blocks.ts";

/** Samples and classes as logistic regression sees them. */
export interface LogisticData {
  /** Samples, shape [nSamples, nFeatures]. */
  readonly X: NDArray<Float64Array>;
  /** Class of each sample. */
  readonly codes: Int32Array;
  /** Number of classes. */
  readonly nClasses: number;
  /** Whether there is a constant. */
  readonly fitIntercept: boolean;
}

/** One objective over the data: its weights of samples and of the penalty. */
export interface LogisticTask {
  /** Weight of each sample; undefined for ones. */
  readonly weight: Float64Array | undefined;
  /** Whether weights are zeros and ones only, which saves logarithms; false if left out. */
  readonly masks?: boolean;
  /** Sum of these weights. */
  readonly total: number;
  /** Weight of half the sum of squares, beside the mean loss. */
  readonly l2: number;
}

/** Functions that are learned: one for two classes, else one for each. */
export function functionsOf({ nClasses }: LogisticData): number {
  return nClasses === 2 ? 1 : nClasses;
}

/** Numbers that are learned for each function: weights, then the constant where there is one. */
export function widthOf({ X, fitIntercept }: LogisticData): number {
  return X.shape[1] + (fitIntercept ? 1 : 0);
}

/** 1 for samples of the second class. */
export function positives({ codes }: LogisticData): Float64Array {
  const out = new Float64Array(codes.length);
  for (let i = 0; i < out.length; i++) if (codes[i] === 1) out[i] = 1;
  return out;
}

/**
 * Values and slopes of several objectives at a point each, in one pass over the data. The objective is the weighted mean
 * of the losses and l2 times half the squares of the weights, constants left out.
 */
export class LogisticObjective implements Disposable {
  /** Functions of each objective. */
  readonly functions: number;
  /** Numbers of each function. */
  readonly width: number;
  /** Whether some value was not finite: the data may hold NaN or infinities, or numbers were too large. */
  sawNonFinite = false;
  readonly #work = new Workspace();
  readonly #block: Float64Array;
  readonly #y: Float64Array;
  readonly #truth: Float64Array | Int32Array;
  readonly #weight: Float64Array;
  #values: Float64Array;
  #weights: Float64Array;
  #slopes: Float64Array;
  #shift: Float64Array;
  #sums: Float64Array;

  /** Over data; it holds memory until disposed of. */
  constructor(readonly data: LogisticData) {
    this.functions = functionsOf(data);
    this.width = widthOf(data);
    this.#block = this.#work.f64(BLOCK_ROWS * data.X.shape[1]);
    this.#y = data.nClasses === 2 ? positives(data) : new Float64Array(0);
    this.#truth = data.nClasses === 2 ? this.#work.f64(BLOCK_ROWS) : this.#work.i32(BLOCK_ROWS);
    this.#weight = this.#work.f64(BLOCK_ROWS);
    this.#values =
      this.#weights =
      this.#slopes =
      this.#shift =
      this.#sums =
        new Float64Array(0);
  }

  /** Room for so many functions at once. */
  #reserve(count: number): void {
    if (this.#values.length >= count * BLOCK_ROWS) return;
    const m = this.data.X.shape[1];
    this.#values = this.#work.f64(count * BLOCK_ROWS);
    this.#weights = this.#work.f64(count * m);
    this.#slopes = this.#work.f64(count * m);
    this.#shift = this.#work.f64(count);
    // A loss and the slopes of the constants for each objective.
    this.#sums = this.#work.f64(2 * count);
  }

  /**
   * Value and slope of each task at its point.
   *
   * @param slopes overwritten, one for each point and of its length
   */
  evaluate(tasks: readonly LogisticTask[], points: readonly Float64Array[], slopes: readonly Float64Array[]): number[] {
    const { X, fitIntercept, codes } = this.data;
    const { functions: k, width } = this;
    const m = X.shape[1];
    const q = tasks.length * k;
    this.#reserve(q);
    const values = this.#values, W = this.#weights.subarray(0, q * m), G = this.#slopes.subarray(0, q * m);
    const shift = this.#shift, sums = this.#sums;
    sums.fill(0);
    for (const [p, point] of points.entries()) {
      for (let c = 0; c < k; c++) {
        W.set(point.subarray(c * width, c * width + m), (p * k + c) * m);
        shift[p * k + c] = fitIntercept ? point[c * width + m] : 0;
      }
    }
    G.fill(0);
    const blas = kernels();
    const { exports } = this.#work;
    eachBlock(X, this.#block, undefined, (block, start, count) => {
      if (q === 1) blas.gemv(false, count, m, 1, block, m, W, 0, values);
      else blas.gemm(false, true, q, count, m, 1, W, m, block, m, 0, values, BLOCK_ROWS);
      if (k === 1) (this.#truth as Float64Array).set(this.#y.subarray(start, start + count));
      else (this.#truth as Int32Array).set(codes.subarray(start, start + count));
      const truth = this.#truth.byteOffset;
      for (const [p, { weight, masks = false }] of tasks.entries()) {
        if (weight !== undefined) this.#weight.set(weight.subarray(start, start + count));
        const w = weight === undefined ? 0 : this.#weight.byteOffset;
        const z = values.byteOffset + p * k * BLOCK_ROWS * 8;
        const to = sums.byteOffset + p * (k + 1) * 8;
        if (k === 1) exports.binaryLoss(z, count, shift[p], truth, w, masks, to);
        else exports.softmax(z, BLOCK_ROWS, count, k, shift.byteOffset + p * k * 8, truth, w, to);
      }
      if (q === 1) blas.gemv(true, count, m, 1, block, m, values, 1, G);
      else blas.gemm(false, false, q, m, count, 1, values, BLOCK_ROWS, block, m, 1, G, m);
    });
    if (!sums.every(Number.isFinite) || !G.every(Number.isFinite)) this.sawNonFinite = true;
    return tasks.map(({ total, l2 }, p) => {
      let squares = 0;
      const slope = slopes[p];
      for (let c = 0; c < k; c++) {
        for (let j = 0; j < m; j++) {
          const w = points[p][c * width + j];
          squares += w * w;
          slope[c * width + j] = G[(p * k + c) * m + j] / total + l2 * w;
        }
        if (fitIntercept) slope[c * width + m] = sums[p * (k + 1) + 1 + c] / total;
      }
      return sums[p * (k + 1)] / total + 0.5 * l2 * squares;
    });
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.#work[Symbol.dispose]();
  }
}
