// Singular values by one-sided Jacobi rotations.

import { at, dot, hypotenuse, put, rotate, swap } from "./vectors";

/**
 * Makes the `n` rows (of length m) of `g` orthogonal to each other by rotations of pairs, along with those of `v` (n × n). Their lengths then are the
 * singular values. `norms` is room for n values. The number of sweeps it took; -1 when 60 were not enough.
 *
 * Sources: M. R. Hestenes, J. SIAM 6 (1958); P. P. M. de Rijk, SIAM J. Sci. Stat. Comput. 10 (1989) for the order.
 */
export function jacobi(g: usize, n: i32, m: i32, v: usize, norms: usize): i32 {
  const row = m << 3, vrow = n << 3;
  const small = f64.EPSILON * sqrt(<f64> m);
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let i = 0; i < n; i++) put(norms, i, dot(g + i * row, g + i * row, m));
    let turned = false;
    for (let p = 0; p < n - 1; p++) {
      // The longest that is left comes first.
      let best = p;
      for (let q = p + 1; q < n; q++) if (at(norms, q) > at(norms, best)) best = q;
      if (best != p) {
        swap(g + p * row, g + best * row, m);
        if (v != 0) swap(v + p * vrow, v + best * vrow, n);
        const held = at(norms, p);
        put(norms, p, at(norms, best));
        put(norms, best, held);
      }
      const gp = g + p * row;
      for (let q = p + 1; q < n; q++) {
        const gq = g + q * row;
        const a = at(norms, p), b = at(norms, q);
        if (b == 0) continue;
        const c = dot(gp, gq, m);
        if (!(abs(c) > small * sqrt(a) * sqrt(b))) continue;
        turned = true;
        const zeta = (b - a) / (2 * c);
        const t = (zeta >= 0 ? 1.0 : -1.0) / (abs(zeta) + hypotenuse(1, zeta));
        const cos = 1 / sqrt(1 + t * t), sin = cos * t;
        rotate(gp, gq, m, cos, -sin);
        if (v != 0) rotate(v + p * vrow, v + q * vrow, n, cos, -sin);
        put(norms, p, max(0, a - t * c));
        put(norms, q, max(0, b + t * c));
      }
    }
    if (!turned) return sweep + 1;
  }
  return -1;
}
