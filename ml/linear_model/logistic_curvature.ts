import { kernels } from "../kernels/mod.ts";
import { choleskyOfNearlyAny, solveCholesky } from "./factor.ts";
import { Workspace } from "./linear_kernels.ts";
import { functionsOf, type LogisticData, type LogisticTask, widthOf } from "./logistic_objective.ts";
import type { Preconditioner } from "./minimizer.ts";
import { BLOCK_ROWS, eachBlock } from "./row_blocks.ts";

/** Which second derivatives are wanted: all, those within each function, or those of each number by itself. */
export type CurvatureKind = "full" | "blocks" | "diagonal";

/** Second derivatives of a logistic objective. */
export interface Curvature {
  readonly kind: CurvatureKind;
  /** One matrix over all numbers, or one for each function; with "diagonal" the diagonal of each. */
  readonly parts: readonly Float64Array[];
  /** Order of the matrices. */
  readonly order: number;
}

/** Rows spread over all of n, about evenly but with no period of their own; undefined for all. */
export function sampleRows(n: number, count: number): Int32Array | undefined {
  if (count >= n) return undefined;
  const step = n / count;
  // Multiples of the golden ratio leave no period for the data's own to meet.
  return Int32Array.from({ length: count }, (_, r) => Math.floor((r + (r * 0.6180339887498949) % 1) * step));
}

/**
 * Second derivatives of a logistic objective at a point, from some rows that stand for all.
 *
 * @param rows numbers of the rows; all if undefined
 */
export function curvatureAt(
  data: LogisticData,
  { weight, l2 }: LogisticTask,
  point: Float64Array,
  kind: CurvatureKind,
  rows?: Int32Array,
): Curvature {
  const { X, fitIntercept } = data;
  const m = X.shape[1];
  const k = functionsOf(data);
  const width = widthOf(data);
  const order = kind === "full" ? k * width : width;
  const blas = kernels();
  using work = new Workspace();
  const { exports } = work;
  const room = work.f64(BLOCK_ROWS * m);
  const values = work.f64(BLOCK_ROWS * k);
  const factors = work.f64(BLOCK_ROWS);
  const scaled = work.f64(BLOCK_ROWS * width);
  const crossed = kind === "full" && k > 1 ? work.f64(BLOCK_ROWS * order) : undefined;
  const cross = work.f64(crossed === undefined ? 0 : order * order);
  const shift = work.f64(k);
  const W = work.f64(k * m);
  for (let c = 0; c < k; c++) {
    W.set(point.subarray(c * width, c * width + m), c * m);
    shift[c] = fitIntercept ? point[c * width + m] : 0;
  }
  const own = Array.from({ length: k }, () => work.f64(kind === "diagonal" ? width : width * width));
  let seen = 0;
  eachBlock(X, room, rows, (block, start, count) => {
    if (k === 1) blas.gemv(false, count, m, 1, block, m, W, 0, values);
    else blas.gemm(false, true, k, count, m, 1, W, m, block, m, 0, values, BLOCK_ROWS);
    if (k === 1) exports.sigmoid(values.byteOffset, count, shift[0]);
    else exports.softmax(values.byteOffset, BLOCK_ROWS, count, k, shift.byteOffset, 0, 0, 0);
    const weightOf = (i: number): number =>
      weight === undefined ? 1 : weight[rows === undefined ? start + i : rows[start + i]];
    for (let i = 0; i < count; i++) seen += weightOf(i);
    for (let c = 0; c < k; c++) {
      const p = values.subarray(c * BLOCK_ROWS, c * BLOCK_ROWS + count);
      if (kind === "diagonal") {
        for (let i = 0; i < count; i++) {
          const d = weightOf(i) * p[i] * (1 - p[i]);
          for (let j = 0; j < m; j++) own[c][j] += d * block[i * m + j] * block[i * m + j];
          if (fitIntercept) own[c][m] += d;
        }
        continue;
      }
      // With all second derivatives, what a function shares with others is taken off in one product below.
      for (let i = 0; i < count; i++) {
        factors[i] = Math.sqrt(weightOf(i) * p[i] * (crossed === undefined ? 1 - p[i] : 1));
      }
      exports.scaleRows(room.byteOffset, count, m, factors.byteOffset, scaled.byteOffset, width, width);
      blas.syrk(true, width, count, 1, scaled, width, 1, own[c], width);
      if (crossed === undefined) continue;
      for (let i = 0; i < count; i++) factors[i] = Math.sqrt(weightOf(i)) * p[i];
      exports.scaleRows(
        room.byteOffset,
        count,
        m,
        factors.byteOffset,
        crossed.byteOffset + c * width * 8,
        width,
        order,
      );
    }
    if (crossed !== undefined) blas.syrk(true, order, count, 1, crossed, order, 1, cross, order);
  }, true);
  // What the rows seen weigh stands for what all weigh: a mean.
  const scale = seen > 0 ? 1 / seen : 0;
  const penalise = (part: Float64Array, stride: number): void => {
    for (let j = 0; j < part.length / stride; j++) if (j % width < m) part[j * stride + (stride === 1 ? 0 : j)] += l2;
  };
  if (crossed === undefined) {
    const parts = own.map((s) => timesScale(s, scale));
    for (const part of parts) penalise(part, kind === "diagonal" ? 1 : width);
    return { kind, parts, order };
  }
  const whole = timesScale(cross, -scale);
  for (let c = 0; c < k; c++) {
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) whole[(c * width + a) * order + c * width + b] += own[c][a * width + b] * scale;
    }
  }
  penalise(whole, order);
  return { kind, parts: [whole], order };
}

/** A copy, times a factor. */
function timesScale(from: Float64Array, factor: number): Float64Array {
  const out = new Float64Array(from.length);
  for (let i = 0; i < out.length; i++) out[i] = from[i] * factor;
  return out;
}

/** Solves with second derivatives, in place. */
export function preconditionerOf({ kind, parts, order }: Curvature): Preconditioner {
  if (kind === "diagonal") {
    return (v) => {
      for (const [c, part] of parts.entries()) {
        for (let j = 0; j < order; j++) v[c * order + j] /= part[j] > 1e-12 ? part[j] : 1;
      }
    };
  }
  const factors = parts.map((part) => choleskyOfNearlyAny(part, order));
  return (v) => {
    for (const [c, factor] of factors.entries()) solveCholesky(factor, order, v, c * order);
  };
}
