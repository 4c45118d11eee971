import { kernels } from "../kernels/mod.ts";
import { choleskyOfNearlyAny, solveCholesky } from "./factor.ts";
import { functionsOf, type LogisticData, type LogisticTask, widthOf } from "./logistic_objective.ts";
import type { Preconditioner } from "./minimizer.ts";
import { BLOCK_ROWS, eachBlock, Workspace } from "./row_blocks.ts";

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
  const room = work.f64(BLOCK_ROWS * m);
  const left = work.f64(BLOCK_ROWS * width);
  const right = kind === "full" && k > 1 ? work.f64(BLOCK_ROWS * width) : left;
  const values = new Float64Array(BLOCK_ROWS * k);
  const sums = Array.from(
    { length: kind === "full" ? k * k : k },
    () => work.f64(kind === "diagonal" ? width : width * width),
  );
  let seen = 0;
  eachBlock(X, room, rows, (block, start, count) => {
    for (let i = 0; i < count; i++) {
      seen += weight === undefined ? 1 : weight[rows === undefined ? start + i : rows[start + i]];
    }
    probabilities(block, count, m, k, width, fitIntercept, point, values);
    const rowWeight = (i: number): number =>
      weight === undefined ? 1 : weight[rows === undefined ? start + i : rows[start + i]];
    for (let c = 0; c < k; c++) {
      if (kind === "diagonal") {
        for (let i = 0; i < count; i++) {
          const p = values[i * k + c];
          const d = rowWeight(i) * p * (1 - p);
          for (let j = 0; j < m; j++) sums[c][j] += d * block[i * m + j] * block[i * m + j];
          if (fitIntercept) sums[c][m] += d;
        }
        continue;
      }
      spread(block, count, m, width, left, (i) => {
        const p = values[i * k + c];
        return Math.sqrt(rowWeight(i) * p * (1 - p));
      });
      blas.syrk(true, width, count, 1, left, width, 1, sums[kind === "full" ? c * k + c : c], width);
      if (kind !== "full") continue;
      for (let d = 0; d < c; d++) {
        spread(block, count, m, width, left, (i) => rowWeight(i) * values[i * k + c]);
        spread(block, count, m, width, right, (i) => values[i * k + d]);
        blas.gemm(true, false, width, width, count, -1, left, width, right, width, 1, sums[c * k + d], width);
      }
    }
  });
  // What the rows seen weigh stands for what all weigh; divided by the total it is a mean.
  const scale = seen > 0 ? 1 / seen : 0;
  if (kind !== "full") {
    const parts = sums.map((s) => s.map((v) => v * scale));
    for (const part of parts) {
      for (let j = 0; j < m; j++) part[kind === "diagonal" ? j : j * width + j] += l2;
    }
    return { kind, parts: parts.map((p) => Float64Array.from(p)), order };
  }
  const whole = new Float64Array(order * order);
  for (let c = 0; c < k; c++) {
    for (let d = 0; d <= c; d++) {
      const sum = sums[c * k + d];
      for (let a = 0; a < width; a++) {
        for (let b = 0; b < width; b++) {
          const v = sum[a * width + b] * scale + (c === d && a === b && a < m ? l2 : 0);
          whole[(c * width + a) * order + d * width + b] = v;
          whole[(d * width + b) * order + c * width + a] = v;
        }
      }
    }
  }
  return { kind, parts: [whole], order };
}

/** Rows of a block, with a one for the constant, each times a factor. */
function spread(
  block: Float64Array,
  count: number,
  m: number,
  width: number,
  out: Float64Array,
  factor: (i: number) => number,
): void {
  for (let i = 0; i < count; i++) {
    const f = factor(i);
    for (let j = 0, from = i * m, to = i * width; j < m; j++) out[to++] = f * block[from++];
    if (width > m) out[i * width + m] = f;
  }
}

/** Probabilities of the functions' classes for the rows of a block, shape [count, k]. */
function probabilities(
  block: Float64Array,
  count: number,
  m: number,
  k: number,
  width: number,
  fitIntercept: boolean,
  point: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    let top = -Infinity;
    for (let c = 0; c < k; c++) {
      let z = fitIntercept ? point[c * width + m] : 0;
      for (let j = 0; j < m; j++) z += point[c * width + j] * block[i * m + j];
      out[i * k + c] = z;
      if (z > top) top = z;
    }
    if (k === 1) {
      out[i] = 1 / (1 + Math.exp(-out[i]));
      continue;
    }
    let sum = 0;
    for (let c = 0; c < k; c++) sum += out[i * k + c] = Math.exp(out[i * k + c] - top);
    for (let c = 0; c < k; c++) out[i * k + c] /= sum;
  }
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
