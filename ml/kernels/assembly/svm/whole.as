// Pairs moved over all samples, on their matrix.

import { held32 } from "../shared/kernel_values";
import { madd32 } from "../shared/multiply_add";
import { TAU } from "../shared/smo_step";
import { NEWTON, setNewton } from "./active_set";
import { mark32 } from "./bounds";
import { countAdded } from "./counts";
import { addRows } from "./gradient";
import { STRIDE } from "./largest";
import { fill, rowOf } from "./matrix";
import { ensure, IN_MATRIX, NOWHERE, setLazy, SPARE } from "./missing";
import { DIAG, FILLED, MAT, N, SCRATCH } from "./samples";
import { smo } from "./smo";
import { LOW, TOP } from "./violators";

export function freeOf(beta: usize, lo: usize, hi: usize): i32 {
  let free = 0;
  for (let o: usize = 0; o < <usize> N << 3; o += 8) {
    const b = load<f64>(beta + o);
    if (b < load<f64>(hi + o) && b > load<f64>(lo + o)) free++;
  }
  return free;
}

// @ts-ignore: decorator
@inline
function largest32(v: v128): f32 {
  v = f32x4.pmax(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const a = f32x4.extract_lane(v, 0);
  const b = f32x4.extract_lane(v, 1);
  return a > b ? a : b;
}

/**
 * Moves pairs over all samples on their matrix until the gap is closed, as `smo` does, in single precision: `f`, `diag`, `up` and `down` hold floats.
 * `live` to `end` say where blocks of STRIDE bytes of them begin in which any sample may move: no others are looked at, nor is their `f` kept up.
 */
function moveAll(live: usize, end: usize, f: usize, diag: usize, up: usize, down: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> N << 2;
  const tau = held32(<f32> TAU);
  const none = f32x4.splat(-Infinity);
  const zero = f32x4.splat(0);
  let rowI: usize = 0, rowJ: usize = 0;
  let di: f64 = 0, dj: f64 = 0;
  let first = true;
  let moves = -1;
  while (true) {
    moves++;
    let top: f32 = -Infinity;
    let at: usize = 0;
    const ci = f32x4.splat(<f32> di);
    const cj = f32x4.splat(<f32> dj);
    for (let p = live; p < end; p += 4) {
      const s = <usize> load<u32>(p);
      const stop = min(s + STRIDE, bytes);
      let v = none, w = none;
      if (first) { for (let o = s; o < stop; o += 16) v = f32x4.pmax(v, f32x4.sub(v128.load(up + o), v128.load(f + o))); }
      else {
        for (let o = s; o < stop; o += 32) {
          let g = madd32(v128.load(rowJ + o), cj, madd32(v128.load(rowI + o), ci, v128.load(f + o)));
          v128.store(f + o, g);
          v = f32x4.pmax(v, f32x4.sub(v128.load(up + o), g));
          g = madd32(v128.load(rowJ + o, 16), cj, madd32(v128.load(rowI + o, 16), ci, v128.load(f + o, 16)));
          v128.store(f + o, g, 16);
          w = f32x4.pmax(w, f32x4.sub(v128.load(up + o, 16), g));
        }
      }
      const x = largest32(f32x4.pmax(v, w));
      if (x >= top) {
        top = x;
        at = s;
      }
    }
    first = false;
    if (top == -Infinity) return moves;
    let oi = min(at + STRIDE, bytes) - 4;
    while (load<f32>(up + oi) - load<f32>(f + oi) != top) oi -= 4;
    const i = <i32> (oi >> 2);
    ensure(i);
    rowI = rowOf(i);
    const tops = f32x4.splat(top);
    const own = v128.load32_splat(diag + oi);
    let worst = none, worse = none;
    let gain: f32 = 0;
    for (let p = live; p < end; p += 4) {
      const s = <usize> load<u32>(p);
      const stop = min(s + STRIDE, bytes);
      let g = zero, h = zero;
      for (let o = s; o < stop; o += 32) {
        let x = f32x4.add(v128.load(f + o), v128.load(down + o));
        worst = f32x4.pmax(worst, x);
        let gap = f32x4.pmax(zero, f32x4.add(tops, x));
        let k = v128.load(rowI + o);
        let curve = f32x4.pmax(tau, f32x4.sub(f32x4.add(own, v128.load(diag + o)), f32x4.add(k, k)));
        g = f32x4.pmax(g, f32x4.div(f32x4.mul(gap, gap), curve));
        x = f32x4.add(v128.load(f + o, 16), v128.load(down + o, 16));
        worse = f32x4.pmax(worse, x);
        gap = f32x4.pmax(zero, f32x4.add(tops, x));
        k = v128.load(rowI + o, 16);
        curve = f32x4.pmax(tau, f32x4.sub(f32x4.add(own, v128.load(diag + o, 16)), f32x4.add(k, k)));
        h = f32x4.pmax(h, f32x4.div(f32x4.mul(gap, gap), curve));
      }
      const x = largest32(f32x4.pmax(g, h));
      if (x >= gain) {
        gain = x;
        at = s;
      }
    }
    const far = <f64> top + <f64> largest32(f32x4.pmax(worst, worse));
    if (!(far >= tol) || !(gain > 0) || moves >= most) return moves;
    let oj = min(at + STRIDE, bytes);
    let gap: f32;
    while (true) {
      oj -= 4;
      gap = top + (load<f32>(f + oj) + load<f32>(down + oj));
      if (!(gap > 0)) continue;
      const k = load<f32>(rowI + oj);
      const curve = load<f32>(diag + oi) + load<f32>(diag + oj) - (k + k);
      if (gap * gap / (curve > <f32> TAU ? curve : <f32> TAU) == gain) break;
    }
    const j = <i32> (oj >> 2);
    ensure(j);
    rowJ = rowOf(j);
    const pi = <usize> i << 3;
    const pj = <usize> j << 3;
    const curve = load<f64>(DIAG + pi) + load<f64>(DIAG + pj) - 2 * <f64> load<f32>(rowI + oj);
    const bi = load<f64>(beta + pi);
    const bj = load<f64>(beta + pj);
    const most1 = load<f64>(hi + pi) - bi;
    const most2 = bj - load<f64>(lo + pj);
    const d = min(<f64> gap / (curve > TAU ? curve : TAU), min(most1, most2));
    // To the bounds themselves where they stop it.
    const x = d == most1 ? load<f64>(hi + pi) : bi + d;
    const z = d == most2 ? load<f64>(lo + pj) : bj - d;
    store<f64>(beta + pi, x);
    store<f64>(beta + pj, z);
    mark32(i, beta, lo, hi, up, down);
    mark32(j, beta, lo, hi, up, down);
    di = x - bi;
    dj = z - bj;
  }
}

/** What single precision leaves of a gradient: this much of the largest is lost by many moves. */
const ROUNDING: f64 = 2e-6;

/**
 * Moves pairs over all samples on their matrix until the gap is closed. What changed is added to F and its parts at the end, in full digits. With
 * `wide` in double precision, else in single where that suffices.
 */
export function overAll(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32, groups: usize, parts: usize, nGroups: i32, wide: bool): i32 {
  const bytes = <usize> N << 3;
  const half = bytes >> 1;
  const f = SPARE + 64;
  const old = f + bytes;
  const up = old + bytes;
  const down = up + bytes;
  const coefs = down + bytes;
  const list = coefs + bytes;
  memory.copy(old, beta, bytes);
  // Rows that will be wanted, four at a time.
  if (FILLED != 0) {
    let k = 0;
    for (let i = 0; i < N; i++) {
      const o = <usize> i << 3;
      const b = load<f64>(beta + o);
      const grows = b < load<f64>(hi + o);
      const shrinks = b > load<f64>(lo + o);
      const v = load<f64>(F + o);
      if ((grows && shrinks) || (grows && v < LOW) || (shrinks && -v < TOP)) store<i32>(list + ((<usize> (k++)) << 2), i);
    }
    fill(list, k, SCRATCH);
  }
  const live = list + half;
  let end = live;
  let largest: f64 = 0;
  for (let s: usize = 0; s < half; s += STRIDE) {
    let any = false;
    for (let o = s; o < min(s + STRIDE, half); o += 4) {
      const p = o << 1;
      if (load<f64>(lo + p) == load<f64>(hi + p)) continue;
      any = true;
      largest = max(largest, Math.abs(load<f64>(F + p)));
    }
    if (!any) continue;
    store<u32>(end, <u32> s);
    end += 4;
  }
  setLazy(IN_MATRIX);
  let m: i32;
  if (wide || largest * ROUNDING > tol) {
    memory.copy(f, F, bytes);
    const newton = NEWTON;
    setNewton(0);
    m = smo(N, MAT, N, DIAG, f, beta, lo, hi, up, down, tol, most);
    setNewton(newton);
  } else {
    for (let o: usize = 0; o < bytes; o += 8) {
      store<f32>(f + (o >> 1), <f32> load<f64>(F + o));
      store<f32>(f + half + (o >> 1), <f32> load<f64>(DIAG + o));
    }
    for (let i = 0; i < N; i++) mark32(i, beta, lo, hi, up, down);
    m = moveAll(live, end, f, f + half, up, down, beta, lo, hi, tol, most);
  }
  setLazy(NOWHERE);
  let group = 0;
  do {
    let k = 0;
    for (let i = 0; i < N; i++) {
      if (groups != 0 && <i32> load<u8>(groups + i) != group) continue;
      const o = <usize> i << 3;
      const d = load<f64>(beta + o) - load<f64>(old + o);
      if (d == 0) continue;
      store<i32>(list + (<usize> k << 2), i);
      store<f64>(coefs + (<usize> k << 3), d);
      k++;
    }
    if (k > 0) {
      countAdded(k);
      addRows(list, coefs, k, F, groups != 0 ? parts + ((<usize> group * <usize> N) << 3) : 0);
    }
    group++;
  } while (groups != 0 && group < nGroups);
  return m < 0 ? -m - 1 : m;
}

/**
 * Moves pairs over all samples on their matrix, step by step as LIBSVM does, without shrinking; rows are filled as they are wanted. Gives the
 * number of moves, negative where `most` were not enough. Wants `setSpare`.
 */
export function stepAll(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32): i32 {
  const newton = NEWTON;
  setNewton(0);
  setLazy(IN_MATRIX);
  const up = SPARE + 64;
  const m = smo(N, MAT, N, DIAG, F, beta, lo, hi, up, up + (<usize> N << 3), tol, most);
  setLazy(NOWHERE);
  setNewton(newton);
  return m;
}
