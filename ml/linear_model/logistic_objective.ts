import type { NDArray } from "../array/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { binaryLoss, multinomialLoss } from "./logistic_loss.ts";
import { BLOCK_ROWS, eachBlock, Workspace } from "./row_blocks.ts";

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
  return Float64Array.from(codes, (c) => c === 1 ? 1 : 0);
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
  readonly #work = new Workspace();
  readonly #block: Float64Array;
  readonly #y: Float64Array;
  #values: Float64Array;
  #weights: Float64Array;
  #slopes: Float64Array;

  /** Over data; it holds memory until disposed of. */
  constructor(readonly data: LogisticData) {
    this.functions = functionsOf(data);
    this.width = widthOf(data);
    this.#block = this.#work.f64(BLOCK_ROWS * data.X.shape[1]);
    this.#y = data.nClasses === 2 ? positives(data) : new Float64Array(0);
    this.#values = this.#weights = this.#slopes = new Float64Array(0);
  }

  /** Room for so many functions at once. */
  #reserve(count: number): void {
    if (this.#values.length >= count * BLOCK_ROWS) return;
    const m = this.data.X.shape[1];
    this.#values = this.#work.f64(count * BLOCK_ROWS);
    this.#weights = this.#work.f64(count * m);
    this.#slopes = this.#work.f64(count * m);
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
    const shift = new Float64Array(q);
    const shiftSlope = new Float64Array(q);
    const losses = tasks.map(() => 0);
    for (const [p, point] of points.entries()) {
      for (let c = 0; c < k; c++) {
        W.set(point.subarray(c * width, c * width + m), (p * k + c) * m);
        if (fitIntercept) shift[p * k + c] = point[c * width + m];
      }
    }
    G.fill(0);
    const blas = kernels();
    eachBlock(X, this.#block, undefined, (block, start, count) => {
      if (q === 1) blas.gemv(false, count, m, 1, block, m, W, 0, values);
      else blas.gemm(false, true, q, count, m, 1, W, m, block, m, 0, values, BLOCK_ROWS);
      for (const [p, { weight }] of tasks.entries()) {
        if (k === 1) {
          const part = binaryLoss(values, p * BLOCK_ROWS, count, shift[p], this.#y, weight, start);
          losses[p] += part.loss;
          shiftSlope[p] += part.slope;
        } else {
          losses[p] += multinomialLoss(
            p === 0 ? values : values.subarray(p * k * BLOCK_ROWS),
            BLOCK_ROWS,
            count,
            shift.subarray(p * k, (p + 1) * k),
            codes,
            weight,
            start,
            shiftSlope.subarray(p * k, (p + 1) * k),
          );
        }
      }
      if (q === 1) blas.gemv(true, count, m, 1, block, m, values, 1, G);
      else blas.gemm(false, false, q, m, count, 1, values, BLOCK_ROWS, block, m, 1, G, m);
    });
    return tasks.map(({ total, l2 }, p) => {
      let squares = 0;
      const slope = slopes[p];
      for (let c = 0; c < k; c++) {
        for (let j = 0; j < m; j++) {
          const w = points[p][c * width + j];
          squares += w * w;
          slope[c * width + j] = G[(p * k + c) * m + j] / total + l2 * w;
        }
        if (fitIntercept) slope[c * width + m] = shiftSlope[p * k + c] / total;
      }
      return losses[p] / total + 0.5 * l2 * squares;
    });
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.#work[Symbol.dispose]();
  }
}
