import { kernels } from "../../kernels/mod.ts";
import { squaredDistance } from "./distances.ts";
import { type Pair, rowSquares } from "./inputs.ts";

/** Rows of X whose products with Y are made at a time. */
const ROWS = 512;

/**
 * The nearest row of Y to each of X by Euclid's distance, and its square; the first of equals.
 *
 * Products of matrices say which may be the nearest, up to what rounding leaves open; those are measured.
 */
export function nearestRows({ X, Y }: Pair): { indices: Int32Array; squares: Float64Array } {
  const [n, d] = X.shape;
  const m = Y.shape[0];
  const indices = new Int32Array(n);
  const squares = new Float64Array(n);
  const ofX = rowSquares(X);
  const ofY = rowSquares(Y);
  const largest = ofY.reduce((a, b) => Math.max(a, b), 0);
  const block = new Float64Array(Math.min(ROWS, n) * m);
  for (let start = 0; start < n; start += ROWS) {
    const rows = Math.min(ROWS, n - start);
    const part = X.data.subarray(start * d, (start + rows) * d);
    kernels().gemm(false, true, rows, m, d, -2, part, d, Y.data, d, 0, block, m);
    for (let r = 0; r < rows; r++) {
      const i = start + r;
      let least = Infinity, second = Infinity, nearest = 0;
      for (let j = 0, at = r * m; j < m; j++, at++) {
        const v = block[at] + ofY[j];
        if (v < least) {
          second = least;
          least = v;
          nearest = j;
        } else if (v < second) second = v;
      }
      const bound = least + (d + 4) * 2 ** -51 * (ofX[i] + largest);
      let best = squaredDistance(X.data, i * d, Y.data, nearest * d, d);
      if (second <= bound) {
        // Rounding leaves open which one it is.
        best = Infinity;
        for (let j = 0, at = r * m; j < m; j++, at++) {
          if (block[at] + ofY[j] > bound) continue;
          const exact = squaredDistance(X.data, i * d, Y.data, j * d, d);
          if (exact < best) {
            best = exact;
            nearest = j;
          }
        }
      }
      indices[i] = nearest;
      squares[i] = best;
    }
  }
  return { indices, squares };
}
