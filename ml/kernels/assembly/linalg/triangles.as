// Cholesky's and LU factors, and systems that they solve.

import { at, axpy, dot, put, scale } from "./vectors";

/** L of an n × n block in place, lower triangle; the number (from 1) of the first pivot that is not positive, else 0. */
export function cholesky(a: usize, ld: i32, n: i32): i32 {
  const row = ld << 3;
  for (let j = 0; j < n; j++) {
    const rj = a + j * row;
    const d = at(rj, j) - dot(rj, rj, j);
    if (!(d > 0) || d == Infinity) return j + 1;
    const l = sqrt(d);
    put(rj, j, l);
    for (let i = j + 1; i < n; i++) {
      const ri = a + i * row;
      put(ri, j, (at(ri, j) - dot(ri, rj, j)) / l);
    }
  }
  return 0;
}

/** Rows x of X with x Lᵀ = b, in place: `m` rows of n against a lower L. */
export function solveRows(l: usize, ldl: i32, n: i32, x: usize, ldx: i32, m: i32): void {
  for (let i = 0; i < m; i++) {
    const r = x + i * (ldx << 3);
    for (let j = 0; j < n; j++) {
      const lj = l + j * (ldl << 3);
      put(r, j, (at(r, j) - dot(lj, r, j)) / at(lj, j));
    }
  }
}

/** L X = B in place, B of n rows of `m`; `unit`: the diagonal counts as ones. */
export function solveLower(l: usize, ld: i32, n: i32, b: usize, m: i32, unit: bool): void {
  const brow = m << 3;
  for (let i = 0; i < n; i++) {
    const li = l + i * (ld << 3), bi = b + i * brow;
    for (let j = 0; j < i; j++) {
      const v = at(li, j);
      if (v != 0) axpy(-v, b + j * brow, bi, m);
    }
    if (!unit) scale(1 / at(li, i), bi, m);
  }
}

/** U X = B in place for an upper U. */
export function solveUpper(u: usize, ld: i32, n: i32, b: usize, m: i32): void {
  const brow = m << 3;
  for (let i = n - 1; i >= 0; i--) {
    const ui = u + i * (ld << 3), bi = b + i * brow;
    for (let j = i + 1; j < n; j++) {
      const v = at(ui, j);
      if (v != 0) axpy(-v, b + j * brow, bi, m);
    }
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
    for (let i = c + 1; i < n; i++) {
      const ri = a + i * row;
      const f = at(ri, c) / pivot;
      put(ri, c, f);
      if (f != 0) axpy(-f, rc + ((c + 1) << 3), ri + ((c + 1) << 3), n - c - 1);
    }
  }
  return 0;
}
