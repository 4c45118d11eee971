// Decision values of pairs of classes.

import { madd64 } from "../shared/multiply_add";
import { rows64 } from "./double_rows";

/**
 * Adds what the support vectors `first` to `last` of class `c` of `k` say about samples to the decision values of their pairs: `out` has a row of
 * doubles, `ld` apart, for each pair. `sv`: features of all support vectors, row after row, for RBF times 2·GAMMA; `coefs`: k − 1 rows of `count`
 * coefficients; `buffer`: room for two rows of samples.
 */
export function decide(tiles: usize, norms: usize, blocks: i32, dim: i32, sv: usize, svNorms: usize, first: i32, last: i32, c: i32, k: i32, coefs: usize, count: i32, out: usize, ld: i32, buffer: usize): void {
  const n = blocks << 3;
  const bytes = <usize> n << 3;
  for (let s = first; s < last; s += 2) {
    const pair = s + 1 < last;
    // The last of an odd number stands with the one before it, once more, and counts for nothing there.
    const r = pair || s == 0 ? s : s - 1;
    const alone = !pair && s == 0;
    if (alone) {
      memory.copy(buffer + 2 * bytes, sv, (<usize> dim) << 3);
      memory.copy(buffer + 2 * bytes + ((<usize> dim) << 3), sv, (<usize> dim) << 3);
      const ns = buffer + 2 * bytes + ((<usize> dim) << 4);
      store<f64>(ns, load<f64>(svNorms));
      store<f64>(ns + 8, load<f64>(svNorms));
      rows64(tiles, norms, blocks, dim, buffer + 2 * bytes, ns, 0, buffer, n, 0, 1);
    } else rows64(tiles, norms, blocks, dim, sv + ((<usize> r * <usize> dim) << 3), svNorms + (<usize> r << 3), 0, buffer, n, 0, 1);
    for (let j = 0; j < k; j++) {
      if (j == c) continue;
      const row = j < c ? j : j - 1;
      const a = j < c ? j : c;
      const b = j < c ? c : j;
      const at = out + ((<usize> (a * (2 * k - a - 1) / 2 + b - a - 1) * <usize> ld) << 3);
      const from = coefs + ((<usize> row * <usize> count) << 3);
      const c0 = f64x2.splat(pair || alone ? load<f64>(from + (<usize> r << 3)) : 0);
      const c1 = f64x2.splat(pair || !alone ? load<f64>(from + (<usize> (r + 1) << 3)) : 0);
      for (let o: usize = 0; o < bytes; o += 16) {
        v128.store(at + o, madd64(v128.load(buffer + o), c0, madd64(v128.load(buffer + bytes + o), c1, v128.load(at + o))));
      }
    }
  }
}
