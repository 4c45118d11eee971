import { choleskyInPlace } from "../linalg/mod.ts";
import { LinearModelError } from "./errors.ts";
import { solveCholesky } from "./factor.ts";

/** The solution of the equations of some of the features; undefined where they are dependent. */
function solveFor(
  gram: Float64Array,
  xy: Float64Array,
  m: number,
  chosen: readonly number[],
): Float64Array | undefined {
  const k = chosen.length;
  const l = new Float64Array(k * k);
  for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) l[a * k + b] = gram[chosen[a] * m + chosen[b]];
  if (choleskyInPlace(l, k) !== 0) return undefined;
  for (let a = 0; a < k; a++) if (!(l[a * k + a] ** 2 > 1e-12 * gram[chosen[a] * m + chosen[a]])) return undefined;
  const x = Float64Array.from(chosen, (j) => xy[j]);
  solveCholesky(l, k, x);
  return x;
}

/**
 * Least squares with weights that are not negative, from the normal equations: features are let in one by one, and let
 * go when their weight would become negative.
 *
 * Source: C. L. Lawson, R. J. Hanson, "Solving least squares problems", chapter 23.
 *
 * @param gram products of the features, shape [m, m]
 * @param xy products of features and target, shape [m]
 * @throws {LinearModelError} when it does not end in 30 m steps
 */
export function nonNegativeLeastSquares(gram: Float64Array, xy: Float64Array): Float64Array {
  const m = xy.length;
  const w = new Float64Array(m);
  const inside = new Set<number>();
  const barred = new Set<number>();
  const size = xy.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  for (let step = 0; step < 30 * m + 30; step++) {
    let best = -1;
    let most = 1e-11 * size;
    for (let j = 0; j < m; j++) {
      if (inside.has(j) || barred.has(j)) continue;
      let slope = xy[j];
      for (const i of inside) slope -= gram[j * m + i] * w[i];
      if (slope > most) [best, most] = [j, slope];
    }
    if (best < 0) return w;
    inside.add(best);
    for (;;) {
      const chosen = [...inside];
      const x = solveFor(gram, xy, m, chosen);
      if (x === undefined || !(x[chosen.indexOf(best)] > 0 || !inside.has(best))) {
        // A combination of those inside: it can add nothing.
        if (!inside.delete(best)) throw new LinearModelError("features are dependent; remove some, or add a penalty");
        barred.add(best);
        best = -1;
        break;
      }
      let part = 1;
      for (const [k, j] of chosen.entries()) if (x[k] <= 0) part = Math.min(part, w[j] / (w[j] - x[k]));
      for (const [k, j] of chosen.entries()) {
        w[j] += part * (x[k] - w[j]);
        if (part < 1 && x[k] <= 0 && w[j] <= 1e-14 * Math.abs(x[k])) {
          w[j] = 0;
          inside.delete(j);
        }
      }
      if (part === 1) break;
    }
    if (best >= 0) barred.clear();
  }
  throw new LinearModelError("the weights that are not negative were not found; scale the features");
}
