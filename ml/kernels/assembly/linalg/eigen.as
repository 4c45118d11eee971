// The symmetric eigenproblem: tridiagonal form and implicit QL.

import { at, axpy, axpy2, axpy2ToTwo, dot, DOT0, DOT1, dotTwo, hypotenuse, largest, put, rotate } from "./vectors";

/**
 * Tridiagonal form of a symmetric table (both triangles there), in place: the reflections' vectors stay in the rows, right of the diagonal, their
 * factors in `tau`. `d` and `e` get diagonal and subdiagonal; `w` is room for n values.
 */
export function tridiagonalize(a: usize, n: i32, d: usize, e: usize, tau: usize, w: usize): void {
  const row = n << 3;
  for (let k = 0; k < n - 1; k++) {
    const rk = a + k * row;
    const v = rk + ((k + 1) << 3);
    const m = n - k - 1;
    put(d, k, at(rk, k));
    const most = largest(v + 8, 8, m - 1);
    if (most == 0) {
      put(tau, k, 0);
      put(e, k, load<f64>(v));
      store<f64>(v, 1);
      continue;
    }
    const big = max(most, abs(load<f64>(v)));
    let sum = 0.0;
    for (let i = 0; i < m; i++) {
      const x = at(v, i) / big;
      sum += x * x;
    }
    const alpha = load<f64>(v);
    const norm = big * sqrt(sum);
    const beta = alpha < 0 ? norm : -norm;
    const t = (beta - alpha) / beta;
    put(tau, k, t);
    put(e, k, beta);
    const f = 1 / (alpha - beta);
    store<f64>(v, 1);
    for (let i = 1; i < m; i++) put(v, i, at(v, i) * f);
    // w = t A v, less half of t (w·v) v; then A -= v wᵀ + w vᵀ.
    const block = a + (k + 1) * row + ((k + 1) << 3);
    let i = 0;
    for (; i + 2 <= m; i += 2) {
      dotTwo(block + i * row, row, v, m);
      put(w, i, t * DOT0);
      put(w, i + 1, t * DOT1);
    }
    if (i < m) put(w, i, t * dot(block + i * row, v, m));
    axpy(-0.5 * t * dot(w, v, m), v, w, m);
    for (i = 0; i + 2 <= m; i += 2) axpy2ToTwo(-at(v, i), -at(w, i), -at(v, i + 1), -at(w, i + 1), w, v, block + i * row, row, m);
    if (i < m) axpy2(-at(v, i), w, -at(w, i), v, block + i * row, m);
  }
  put(d, n - 1, at(a + (n - 1) * row, n - 1));
  put(e, n - 1, 0);
}

/** Takes eigenvectors of the tridiagonal form, rows of `z`, back to the original table's. */
export function backTransform(a: usize, n: i32, tau: usize, z: usize, count: i32): void {
  const row = n << 3;
  for (let i = 0; i < count; i++) {
    const zi = z + i * row;
    for (let k = n - 2; k >= 0; k--) {
      const t = at(tau, k);
      if (t == 0) continue;
      const v = a + k * row + ((k + 1) << 3), x = zi + ((k + 1) << 3), m = n - k - 1;
      axpy(-t * dot(v, x, m), v, x, m);
    }
  }
}

/**
 * Eigenvalues of a tridiagonal table by implicit QL with Wilkinson's shift, in `d`; `e` is used up. The rows of `z` (n × n; none where `z` is 0)
 * are rotated along. False when some eigenvalue does not settle.
 */
export function tridiagonalQL(d: usize, e: usize, n: i32, z: usize): bool {
  const row = n << 3;
  for (let l = 0; l < n; l++) {
    for (let round = 0;; round++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = abs(at(d, m)) + abs(at(d, m + 1));
        if (abs(at(e, m)) <= f64.EPSILON * size) break;
      }
      if (m == l) break;
      if (round == 60) return false;
      let g = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
      let r = hypotenuse(g, 1);
      g = at(d, m) - at(d, l) + at(e, l) / (g + (g >= 0 ? r : -r));
      let s = 1.0, c = 1.0, p = 0.0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * at(e, i), b = c * at(e, i);
        r = hypotenuse(f, g);
        put(e, i + 1, r);
        if (r == 0) {
          put(d, i + 1, at(d, i + 1) - p);
          put(e, m, 0);
          break;
        }
        s = f / r;
        c = g / r;
        g = at(d, i + 1) - p;
        const q = (at(d, i) - g) * s + 2 * c * b;
        p = s * q;
        put(d, i + 1, g + p);
        g = c * q - b;
        if (z != 0) rotate(z + (i + 1) * row, z + i * row, n, c, s);
      }
      if (r == 0 && i >= l) continue;
      put(d, l, at(d, l) - p);
      put(e, l, g);
      put(e, m, 0);
    }
  }
  return true;
}
