import { type KernelExports, KernelFrame, kernels } from "../../kernels/mod.ts";
import * as module from "../../kernels/wasm/distances.ts";
import { squaredDistance } from "./distances.ts";
import { type Pair, rowSquares } from "./inputs.ts";

interface DistanceKernels extends KernelExports {
  leastOfRows(
    block: number,
    rows: number,
    m: number,
    ofX: number,
    ofY: number,
    largest: number,
    slack: number,
    out: number,
  ): void;
  sumsByCluster(
    block: number,
    rows: number,
    m: number,
    ofX: number,
    ofY: number,
    self: number,
    codes: number,
    k: number,
    sums: number,
  ): void;
}

/** Values of the products of X with Y that are made at a time. */
const BLOCK = 1 << 18;

/** Products −2 X Yᵀ, block of rows by block: `visit` is told where a block lies and its first row. */
function eachBlock(
  { X, Y }: Pair,
  frame: KernelFrame<DistanceKernels>,
  visit: (block: Float64Array, start: number, rows: number) => void,
): void {
  const [n, d] = X.shape;
  const m = Y.shape[0];
  const most = Math.min(n, Math.max(1, Math.floor(BLOCK / m)));
  const block = frame.f64(frame.temp(8 * most * m), most * m);
  for (let start = 0; start < n; start += most) {
    const rows = Math.min(most, n - start);
    const part = X.data.subarray(start * d, (start + rows) * d);
    kernels().gemm(false, true, rows, m, d, -2, part, d, Y.data, d, 0, block, m);
    visit(block, start, rows);
  }
}

/**
 * The nearest row of Y to each of X by Euclid's distance, and its square; the first of equals.
 *
 * Products of matrices say which may be the nearest, up to what rounding leaves open; those are measured.
 */
export function nearestRows(pair: Pair): { indices: Int32Array; squares: Float64Array } {
  const { X, Y } = pair;
  const [n, d] = X.shape;
  const m = Y.shape[0];
  const indices = new Int32Array(n), squares = new Float64Array(n);
  const ofX = rowSquares(X), ofY = rowSquares(Y);
  const largest = ofY.reduce((a, b) => Math.max(a, b), 0);
  const slack = (d + 4) * 2 ** -51;
  using frame = new KernelFrame<DistanceKernels>(module);
  const [x, y, found] = [frame.in(ofX), frame.in(ofY), frame.temp(8 * n)];
  eachBlock(pair, frame, (block, start, rows) => {
    frame.exports.leastOfRows(block.byteOffset, rows, m, x + 8 * start, y, largest, slack, found);
    const of = frame.i32(found, 2 * rows);
    for (let r = 0; r < rows; r++) {
      const i = start + r;
      let nearest = of[2 * r];
      let best = squaredDistance(X.data, i * d, Y.data, nearest * d, d);
      if (of[2 * r + 1] > 1) {
        let least = Infinity;
        for (let j = 0; j < m; j++) least = Math.min(least, block[r * m + j] + ofY[j]);
        for (let j = nearest + 1; j < m; j++) {
          if (block[r * m + j] + ofY[j] > least + slack * (ofX[i] + largest)) continue;
          const exact = squaredDistance(X.data, i * d, Y.data, j * d, d);
          if (exact < best) [best, nearest] = [exact, j];
        }
      }
      indices[i] = nearest;
      squares[i] = best;
    }
  });
  return { indices, squares };
}

/** Sums of Euclid's distances of each row of X to those of each of `k` clusters, block of rows by block, shape [rows, k]. */
export function distanceSums(
  X: Pair["X"],
  codes: Int32Array,
  k: number,
  visit: (sums: Float64Array, start: number, rows: number) => void,
): void {
  const n = X.shape[0];
  const squares = rowSquares(X);
  using frame = new KernelFrame<DistanceKernels>(module);
  const [x, c] = [frame.in(squares), frame.in(codes)];
  const sums = frame.temp(8 * k * n);
  eachBlock({ X, Y: X, same: true }, frame, (block, start, rows) => {
    frame.exports.sumsByCluster(block.byteOffset, rows, n, x + 8 * start, x, start, c, k, sums);
    visit(frame.f64(sums, rows * k), start, rows);
  });
}
