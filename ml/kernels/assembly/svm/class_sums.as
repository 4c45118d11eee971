// Pairs moved over all samples, where the sum of β is given for each class.

import { held64 } from "../shared/kernel_values";
import { TAU } from "../shared/smo_step";
import { mark } from "./bounds";
import { larger, largest, LARGEST, STRIDE } from "./largest";
import { rowOf } from "./matrix";
import { ensure, IN_MATRIX, NOWHERE, setLazy, SPARE } from "./missing";
import { DIAG, N } from "./samples";

// The partner that promises most, among some samples: its gain, where its block begins, and the largest F that may shrink.
let P_GAIN: f64 = 0;
let P_BLOCK: usize = 0;
let P_WORST: f64 = 0;

/** Looks for the partner of a sample with kernel `row` among `bytes` bytes of samples from `o` on. */
function partner(first: usize, end: usize, F: usize, down: usize, row: usize, top: f64, self: f64): void {
  const tau = held64(TAU);
  const zero = f64x2.splat(0);
  const tops = f64x2.splat(top);
  const own = f64x2.splat(self);
  let worst = f64x2.splat(-Infinity);
  P_GAIN = 0;
  P_BLOCK = first;
  for (let s = first; s < end; s += STRIDE) {
    const stop = min(s + STRIDE, end);
    let g = zero;
    for (let o = s; o < stop; o += 16) {
      const f = f64x2.add(v128.load(F + o), v128.load(down + o));
      worst = f64x2.pmax(worst, f);
      const gap = f64x2.pmax(zero, f64x2.add(tops, f));
      const k = f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1)));
      const curve = f64x2.pmax(tau, f64x2.sub(f64x2.add(own, v128.load(DIAG + o)), f64x2.add(k, k)));
      g = f64x2.pmax(g, f64x2.div(f64x2.mul(gap, gap), curve));
    }
    const x = larger(g);
    if (x >= P_GAIN) {
      P_GAIN = x;
      P_BLOCK = s;
    }
  }
  P_WORST = larger(worst);
}

/** Where β may grow and shrink, kept for its own class only. */
function markOf(k: i32, beta: usize, lo: usize, hi: usize, up: usize): void {
  const bytes = <usize> N << 3;
  mark(k, beta, lo, hi, load<f64>(hi + (<usize> k << 3)) > 0 ? up : up + 2 * bytes, load<f64>(hi + (<usize> k << 3)) > 0 ? up + bytes : up + 3 * bytes);
}

/**
 * The same where the sum of β is given for each class: pairs are moved within a class. F is the gradient of β, of which the linear term is zero.
 * Source: C.-C. Chang, C.-J. Lin, "Training ν-support vector classifiers", Neural Computation 13 (2001).
 */
export function stepNu(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> N << 3;
  // Of the one class what may grow and what may shrink, then of the other.
  const up = SPARE + 64;
  // Class by class, samples mostly stand together: from the first of a class to its last, in whole vectors.
  let p0 = bytes, p1: usize = 0, m0 = bytes, m1: usize = 0;
  for (let o: usize = 0; o < bytes; o += 8) {
    store<f64>(up + o, -Infinity);
    store<f64>(up + bytes + o, -Infinity);
    store<f64>(up + 2 * bytes + o, -Infinity);
    store<f64>(up + 3 * bytes + o, -Infinity);
    if (load<f64>(hi + o) > 0) {
      p0 = min(p0, o & ~15);
      p1 = (o & ~15) + 16;
    } else if (load<f64>(lo + o) < 0) {
      m0 = min(m0, o & ~15);
      m1 = (o & ~15) + 16;
    }
  }
  for (let k = 0; k < N; k++) if (load<f64>(hi + (<usize> k << 3)) > load<f64>(lo + (<usize> k << 3))) markOf(k, beta, lo, hi, up);
  setLazy(IN_MATRIX);
  let moves = 0;
  while (true) {
    let gap = -Infinity, best: f64 = 0, top: f64 = 0;
    let i = -1;
    let block: usize = 0, end: usize = 0, down: usize = 0, row: usize = 0;
    for (let side = 0; side < 2; side++) {
      const first = side == 0 ? p0 : m0;
      const last = side == 0 ? p1 : m1;
      if (first >= last) continue;
      const grow = side == 0 ? up : up + 2 * bytes;
      const shrink = grow + bytes;
      const at = first + largest(last - first, F + first, grow + first);
      const most = LARGEST;
      if (most == -Infinity) continue;
      // Of equals the last.
      let o = min(at + STRIDE, last) - 8;
      while (load<f64>(grow + o) - load<f64>(F + o) != most) o -= 8;
      const k = <i32> (o >> 3);
      ensure(k);
      partner(first, last, F, shrink, rowOf(k), most, load<f64>(DIAG + o));
      gap = max(gap, most + P_WORST);
      if (P_GAIN > 0 && P_GAIN >= best) {
        best = P_GAIN;
        i = k;
        top = most;
        block = P_BLOCK;
        end = last;
        down = shrink;
      }
    }
    if (!(gap >= tol) || i < 0) break;
    row = rowOf(i);
    const oi = <usize> i << 3;
    let oj = min(block + STRIDE, end);
    while (true) {
      oj -= 8;
      const far = top + (load<f64>(F + oj) + load<f64>(down + oj));
      if (!(far > 0)) continue;
      const curve = load<f64>(DIAG + oi) + load<f64>(DIAG + oj) - 2 * <f64> load<f32>(row + (oj >> 1));
      if (far * far / (curve > TAU ? curve : TAU) == best) break;
    }
    if (moves >= most) {
      setLazy(NOWHERE);
      return -moves - 1;
    }
    moves++;
    const j = <i32> (oj >> 3);
    let curve = load<f64>(DIAG + oi) + load<f64>(DIAG + oj) - 2 * <f64> load<f32>(row + (oj >> 1));
    if (!(curve > TAU)) curve = TAU;
    // Of one class: what the one takes the other gives, within both bounds.
    const plus = load<f64>(hi + oi) > 0;
    const bi = load<f64>(beta + oi);
    const bj = load<f64>(beta + oj);
    const ci = plus ? load<f64>(hi + oi) : -load<f64>(lo + oi);
    const cj = plus ? load<f64>(hi + oj) : -load<f64>(lo + oj);
    const ai = plus ? bi : -bi;
    const aj = plus ? bj : -bj;
    const fi = load<f64>(F + oi);
    const fj = load<f64>(F + oj);
    const d = (plus ? fi - fj : fj - fi) / curve;
    const sum = ai + aj;
    let x = ai - d;
    let z = aj + d;
    if (sum > ci) {
      if (x > ci) {
        x = ci;
        z = sum - ci;
      }
    } else if (z < 0) {
      z = 0;
      x = sum;
    }
    if (sum > cj) {
      if (z > cj) {
        z = cj;
        x = sum - cj;
      }
    } else if (x < 0) {
      x = 0;
      z = sum;
    }
    x = plus ? x : -x;
    z = plus ? z : -z;
    store<f64>(beta + oi, x);
    store<f64>(beta + oj, z);
    markOf(i, beta, lo, hi, up);
    markOf(j, beta, lo, hi, up);
    ensure(j);
    const other = rowOf(j);
    const di = f64x2.splat(x - bi);
    const dj = f64x2.splat(z - bj);
    for (let o: usize = 0; o < bytes; o += 32) {
      let ki = f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1)));
      let kj = f64x2.promote_low_f32x4(v128.load64_zero(other + (o >> 1)));
      v128.store(F + o, f64x2.add(v128.load(F + o), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj))));
      ki = f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1), 8));
      kj = f64x2.promote_low_f32x4(v128.load64_zero(other + (o >> 1), 8));
      v128.store(F + o, f64x2.add(v128.load(F + o, 16), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj))), 16);
    }
  }
  setLazy(NOWHERE);
  return moves;
}
