// Newton steps of all free samples at once.

import { madd64 } from "../shared/multiply_add";
import { mark } from "./bounds";
import { ensure, LAZY } from "./missing";
import { cholesky, substitute, withoutRow, withRow } from "./root";

/** Most free samples that a Newton step is made with. */
export const MOST_FREE: i32 = 420;

/** Most samples that are looked at by such a step. */
const MOST_BLOCK: i32 = 2048;

/** Room for Newton steps, 0 for none: `newtonBytes()` bytes. */
export let NEWTON: usize = 0;
export function newtonBytes(): i32 {
  return 8 * MOST_FREE * MOST_FREE + 5 * 8 * MOST_FREE + 8 * MOST_BLOCK + 4 * MOST_FREE + 64;
}
export function setNewton(room: usize): void {
  NEWTON = room;
}

/** Most samples that become free at a time. */
const MOST_NEW: i32 = 8;

/** How many samples are free. */
export function countFree(n: i32, up: usize, down: usize): i32 {
  let k = 0;
  for (let i = 0; i < n; i++) if (load<f64>(up + (<usize> i << 3)) == 0 && load<f64>(down + (<usize> i << 3)) == 0) k++;
  return k;
}

/**
 * Moves all free samples at once to where their F are equal, or as far on the way as the bounds allow; what comes to its bound is no longer free,
 * and where all are at rest the worst violators become so, until none is left or it has taken long enough: where curvatures differ widely pairs
 * take very many moves for that. Keeps a root of the free samples' matrix. Gives whether anything moved.
 *
 * Source: K. Scheinberg, "An efficient implementation of an active set method for SVMs", JMLR 7 (2006).
 */
export function settle(n: i32, K: usize, ld: i32, diag: usize, F: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize, tol: f64): bool {
  const list = NEWTON;
  const u = (list + 4 * MOST_FREE + 15) & ~15;
  const v = u + 8 * MOST_FREE;
  const g = v + 8 * MOST_FREE;
  const rot = g + 8 * MOST_FREE;
  const moved = rot + 16 * MOST_FREE;
  const A = moved + 8 * MOST_BLOCK;
  let f = 0;
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    const o = <usize> i << 3;
    if (load<f64>(up + o) != 0 || load<f64>(down + o) != 0) continue;
    store<i32>(list + (<usize> f << 2), i);
    store<f64>(g + (<usize> f << 3), load<f64>(F + o));
    f++;
    largest = max(largest, load<f64>(diag + o));
  }
  if (f < 1 || f > MOST_FREE || n > MOST_BLOCK) return false;
  if (LAZY != 0) for (let r = 0; r < f; r++) ensure(load<i32>(list + (<usize> r << 2)));
  // A ridge above the rounding of single precision: the step then still goes down, if not all the way.
  let ridge = 1e-6 * largest;
  for (let attempt = 0;; attempt++) {
    for (let r = 0; r < f; r++) {
      const row = K + ((<usize> load<i32>(list + (<usize> r << 2)) * <usize> ld) << 2);
      const to = A + ((<usize> r * <usize> MOST_FREE) << 3);
      for (let c = 0; c < r; c++) store<f64>(to + (<usize> c << 3), load<f32>(row + (<usize> load<i32>(list + (<usize> c << 2)) << 2)));
      store<f64>(to + (<usize> r << 3), load<f64>(diag + (<usize> load<i32>(list + (<usize> r << 2)) << 3)) + ridge);
    }
    if (cholesky(A, f, MOST_FREE)) break;
    if (attempt > 3) return false;
    ridge *= 30;
  }
  memory.fill(moved, 0, <usize> n << 3);
  let any = false;
  for (let left = 64 + 2 * f; left > 0 && f > 0; left--) {
    for (let o: usize = 0; o < <usize> f << 3; o += 8) {
      store<f64>(u + o, load<f64>(g + o));
      store<f64>(v + o, 1);
    }
    substitute(A, f, MOST_FREE, u, v);
    let su: f64 = 0, sv: f64 = 0;
    for (let o: usize = 0; o < <usize> f << 3; o += 8) {
      su += load<f64>(u + o);
      sv += load<f64>(v + o);
    }
    const rho = su / sv;
    let t: f64 = 1;
    let hit = -1;
    for (let r = 0; r < f; r++) {
      const o = <usize> r << 3;
      const d = rho * load<f64>(v + o) - load<f64>(u + o);
      store<f64>(u + o, d);
      const i = <usize> load<i32>(list + (<usize> r << 2)) << 3;
      const b = load<f64>(beta + i);
      const room = d > 0 ? (load<f64>(hi + i) - b) / d : d < 0 ? (load<f64>(lo + i) - b) / d : 1;
      if (room < t) {
        t = room;
        hit = r;
      }
    }
    for (let r = 0; r < f; r++) {
      const o = <usize> r << 3;
      const i = <usize> load<i32>(list + (<usize> r << 2)) << 3;
      const d = load<f64>(u + o);
      const b = load<f64>(beta + i);
      const h = load<f64>(hi + i);
      const l = load<f64>(lo + i);
      // To the bound itself where that is what stopped it.
      const x = r == hit ? (d > 0 ? h : l) : min(h, max(l, b + t * d));
      store<f64>(beta + i, x);
      store<f64>(moved + i, load<f64>(moved + i) + (x - b));
      store<f64>(g + o, load<f64>(g + o) + t * (rho - load<f64>(g + o) - ridge * d));
    }
    if (t > 0) any = true;
    if (hit >= 0) {
      withoutRow(A, f, MOST_FREE, hit, rot);
      f--;
      for (let r = hit; r < f; r++) {
        store<i32>(list + (<usize> r << 2), load<i32>(list + (<usize> r << 2), 4));
        store<f64>(g + (<usize> r << 3), load<f64>(g + (<usize> r << 3), 8));
      }
      continue;
    }
    follow(n, K, ld, F, moved);
    let spread: f64 = 0;
    for (let r = 0; r < f; r++) {
      const own = load<f64>(F + (<usize> load<i32>(list + (<usize> r << 2)) << 3));
      store<f64>(g + (<usize> r << 3), own);
      spread = max(spread, Math.abs(own - rho));
    }
    // The worst of those at their bounds, the worst of all first; `v` has room for how far, `rot` for which.
    let found = 0;
    for (let i = 0; i < n; i++) {
      const o = <usize> i << 3;
      const b = load<f64>(beta + o);
      const grows = b < load<f64>(hi + o);
      const shrinks = b > load<f64>(lo + o);
      if (grows == shrinks) continue;
      const far = grows ? rho - load<f64>(F + o) : load<f64>(F + o) - rho;
      if (far <= 0.4 * tol || (found == MOST_NEW && far <= load<f64>(v, 8 * (MOST_NEW - 1)))) continue;
      let at = found < MOST_NEW ? found++ : found - 1;
      for (; at > 0 && load<f64>(v + (<usize> (at - 1) << 3)) < far; at--) {
        store<f64>(v + (<usize> at << 3), load<f64>(v + (<usize> (at - 1) << 3)));
        store<i32>(rot + (<usize> at << 2), load<i32>(rot + (<usize> (at - 1) << 2)));
      }
      store<f64>(v + (<usize> at << 3), far);
      store<i32>(rot + (<usize> at << 2), i);
    }
    if (found == 0) {
      if (spread <= 0.4 * tol) break;
      continue;
    }
    if (f + found > MOST_FREE) break;
    const before = f;
    for (let a = 0; a < found; a++) {
      const i = load<i32>(rot + (<usize> a << 2));
      if (LAZY != 0) ensure(i);
      const row = K + ((<usize> i * <usize> ld) << 2);
      if (!withRow(A, f, MOST_FREE, list, row, load<f64>(diag + (<usize> i << 3)) + ridge)) continue;
      store<i32>(list + (<usize> f << 2), i);
      store<f64>(g + (<usize> f << 3), load<f64>(F + (<usize> i << 3)));
      f++;
    }
    if (f == before) break;
  }
  follow(n, K, ld, F, moved);
  for (let i = 0; i < n; i++) mark(i, beta, lo, hi, up, down);
  return any;
}

/** F follows what β has moved by, which is zero afterwards. */
function follow(n: i32, K: usize, ld: i32, F: usize, moved: usize): void {
  for (let i = 0; i < n; i++) {
    const by = load<f64>(moved + (<usize> i << 3));
    if (by == 0) continue;
    store<f64>(moved + (<usize> i << 3), 0);
    const move = f64x2.splat(by);
    const row = K + ((<usize> i * <usize> ld) << 2);
    for (let o: usize = 0; o < <usize> n << 3; o += 16) {
      v128.store(F + o, madd64(f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1))), move, v128.load(F + o)));
    }
  }
}
