// Cholesky's and LU factors, and systems that they solve.

import { at, axpy, axpyFour, axpyToFour, dot, DOT0, DOT1, dotTwo, put, scale } from "./vectors";

/** L of an n × n block in place, lower triangle; the number (from 1) of the first pivot that is not positive, else 0. */
export function cholesky(a: usize, ld: i32, n: i32): i32 {
  const row = ld << 3;
  for (let j = 0; j < n; j++) {
    const rj = a + j * row;
    const d = at(rj, j) - dot(rj, rj, j);
    if (!(d > 0) || d == Infinity) return j + 1;
    const l = sqrt(d);
    put(rj, j, l);
    let i = j + 1;
    for (; i + 2 <= n; i += 2) {
      const ri = a + i * row;
      dotTwo(ri, row, rj, j);
      put(ri, j, (at(ri, j) - DOT0) / l);
      put(ri + row, j, (at(ri + row, j) - DOT1) / l);
    }
    if (i < n) {
      const ri = a + i * row;
      put(ri, j, (at(ri, j) - dot(ri, rj, j)) / l);
    }
  }
  return 0;
}

/** Rows x of X with x Lᵀ = b, in place: `m` rows of n against a lower L. */
export function solveRows(l: usize, ldl: i32, n: i32, x: usize, ldx: i32, m: i32): void {
  const row = ldx << 3;
  let i = 0;
  for (; i + 2 <= m; i += 2) {
    const r = x + i * row;
    for (let j = 0; j < n; j++) {
      const lj = l + j * (ldl << 3);
      dotTwo(r, row, lj, j);
      put(r, j, (at(r, j) - DOT0) / at(lj, j));
      put(r + row, j, (at(r + row, j) - DOT1) / at(lj, j));
    }
  }
  if (i < m) {
    const r = x + i * row;
    for (let j = 0; j < n; j++) {
      const lj = l + j * (ldl << 3);
      put(r, j, (at(r, j) - dot(lj, r, j)) / at(lj, j));
    }
  }
}

/** Takes rows of `m` from `b` on off another, each times its factor in `factors`, `count` of them. Factors of zero take nothing, whatever the row holds. */
function takeOff(factors: usize, count: i32, b: usize, to: usize, m: i32): void {
  const row = m << 3;
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const f = factors + (j << 3);
    const v = at(f, 0), w = at(f, 1), x = at(f, 2), y = at(f, 3);
    if (v != 0 && w != 0 && x != 0 && y != 0) {
      axpyFour(-v, -w, -x, -y, b + j * row, row, to, m);
      continue;
    }
    for (let k = 0; k < 4; k++) if (at(f, k) != 0) axpy(-at(f, k), b + (j + k) * row, to, m);
  }
  for (; j < count; j++) {
    const v = at(factors, j);
    if (v != 0) axpy(-v, b + j * row, to, m);
  }
}

/** L X = B in place, B of n rows of `m`; `unit`: the diagonal counts as ones. */
export function solveLower(l: usize, ld: i32, n: i32, b: usize, m: i32, unit: bool): void {
  const brow = m << 3;
  for (let i = 0; i < n; i++) {
    const li = l + i * (ld << 3), bi = b + i * brow;
    takeOff(li, i, b, bi, m);
    if (!unit) scale(1 / at(li, i), bi, m);
  }
}

/** U X = B in place for an upper U. */
export function solveUpper(u: usize, ld: i32, n: i32, b: usize, m: i32): void {
  const brow = m << 3;
  for (let i = n - 1; i >= 0; i--) {
    const ui = u + i * (ld << 3), bi = b + i * brow;
    takeOff(ui + ((i + 1) << 3), n - i - 1, bi + brow, bi, m);
    scale(1 / at(ui, i), bi, m);
  }
}

/** Lᵀ X = B in place for a lower L. */
export function solveLowerT(l: usize, ld: i32, n: i32, b: usize, m: i32): void {
  const brow = m << 3;
  for (let i = n - 1; i >= 0; i--) {
    const li = l + i * (ld << 3), bi = b + i * brow;
    scale(1 / at(li, i), bi, m);
    for (let j = 0; j < i; j++) {
      const v = at(li, j);
      if (v != 0) axpy(-v, bi, b + j * brow, m);
    }
  }
}

/** LU with row exchanges in place; `pivots` gets the row that was exchanged with each. The number (from 1) of the first zero pivot, else 0. */
export function lu(a: usize, ld: i32, n: i32, pivots: usize): i32 {
  const row = ld << 3;
  for (let c = 0; c < n; c++) {
    let best = c, most = 0.0;
    for (let i = c; i < n; i++) {
      const v = abs(at(a + i * row, c));
      if (v > most) {
        most = v;
        best = i;
      }
    }
    store<i32>(pivots + (c << 2), best);
    if (!(most > 0)) return c + 1;
    if (best != c) {
      let p = a + c * row, q = a + best * row;
      for (let j = 0; j < n; j++) {
        const v = at(p, j);
        put(p, j, at(q, j));
        put(q, j, v);
      }
    }
    const rc = a + c * row;
    const pivot = at(rc, c);
    const left = n - c - 1;
    const from = rc + ((c + 1) << 3);
    for (let i = c + 1; i < n; i += 4) {
      const ri = a + i * row;
      const to = ri + ((c + 1) << 3);
      const rows = min(4, n - i);
      let all = rows == 4;
      for (let k = 0; k < rows; k++) {
        const f = at(ri + k * row, c) / pivot;
        put(ri + k * row, c, f);
        if (f == 0) all = false;
      }
      if (all) {
        axpyToFour(-at(ri, c), -at(ri + row, c), -at(ri + 2 * row, c), -at(ri + 3 * row, c), from, to, row, left);
        continue;
      }
      for (let k = 0; k < rows; k++) {
        const f = at(ri + k * row, c);
        if (f != 0) axpy(-f, from, to + k * row, left);
      }
    }
  }
  return 0;
}
