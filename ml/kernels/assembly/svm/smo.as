// Sequential minimal optimisation on a dense matrix. Source: R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection using second order
// information for training support vector machines", JMLR 6 (2005).

import { held64 } from "../shared/kernel_values";
import { BY_I, BY_J, step, TAU } from "../shared/smo_step";
import { countFree, MOST_FREE, NEWTON, settle } from "./active_set";
import { mark } from "./bounds";
import { larger, largest, LARGEST, STRIDE } from "./largest";
import { rowOf } from "./matrix";
import { ensure, IN_MATRIX, LAZY } from "./missing";

/**
 * Moves pairs until none violates the optimum by `tol`. All arrays have `n` doubles, a multiple of 4; `K` rows of floats `ld` apart; `up` and
 * `down` are scratch. Selection and ties are LIBSVM's. Gives the number of moves, negative where `most` of them were not enough.
 */
export function smo(n: i32, K: usize, ld: i32, diag: usize, F: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> n << 3;
  const tau = held64(TAU);
  const none = f64x2.splat(-Infinity);
  const zero = f64x2.splat(0);
  for (let k = 0; k < n; k++) mark(k, beta, lo, hi, up, down);
  let block = largest(bytes, F, up);
  let top = LARGEST;
  let moves = 0;
  let next = NEWTON == 0 ? i32.MAX_VALUE : 100;
  while (true) {
    if (moves >= next) {
      const free = countFree(n, up, down);
      const cube = <f64> free * <f64> free * <f64> free;
      // Where as many moves as it costs suffice, it is not wanted; but where many are free, moves make ever more so, and take far longer.
      const first = 3 * free > n ? 0 : <i32> (cube / (100 * <f64> n));
      if (free <= MOST_FREE && moves < first) next = first;
      else {
        next = moves + 100 + (free <= MOST_FREE ? <i32> (cube / 3000) : 2000);
        if (free <= MOST_FREE && settle(n, K, ld, diag, F, beta, lo, hi, up, down, tol)) {
          block = largest(bytes, F, up);
          top = LARGEST;
        }
      }
    }
    if (top == -Infinity) return moves;
    // Of equals the last.
    let i = <i32> (min(block + STRIDE, bytes) >> 3) - 1;
    while (load<f64>(up + (<usize> i << 3)) - load<f64>(F + (<usize> i << 3)) != top) i--;
    if (LAZY != 0) ensure(i);
    const rowI = LAZY == IN_MATRIX ? rowOf(i) : K + ((<usize> i * <usize> ld) << 2);
    const tops = f64x2.splat(top);
    const own = f64x2.splat(load<f64>(diag + (<usize> i << 3)));
    let worst = none, worse = none;
    let gain: f64 = 0;
    block = 0;
    for (let s: usize = 0; s < bytes; s += STRIDE) {
      const end = min(s + STRIDE, bytes);
      let g = zero, h = zero;
      for (let o = s; o < end; o += 32) {
        let f = f64x2.add(v128.load(F + o), v128.load(down + o));
        worst = f64x2.pmax(worst, f);
        let gap = f64x2.pmax(zero, f64x2.add(tops, f));
        let k = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1)));
        let curve = f64x2.pmax(tau, f64x2.sub(f64x2.add(own, v128.load(diag + o)), f64x2.add(k, k)));
        g = f64x2.pmax(g, f64x2.div(f64x2.mul(gap, gap), curve));
        f = f64x2.add(v128.load(F + o, 16), v128.load(down + o, 16));
        worse = f64x2.pmax(worse, f);
        gap = f64x2.pmax(zero, f64x2.add(tops, f));
        k = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1), 8));
        curve = f64x2.pmax(tau, f64x2.sub(f64x2.add(own, v128.load(diag + o, 16)), f64x2.add(k, k)));
        h = f64x2.pmax(h, f64x2.div(f64x2.mul(gap, gap), curve));
      }
      const x = larger(f64x2.pmax(g, h));
      if (x >= gain) {
        gain = x;
        block = s;
      }
    }
    if (!(top + larger(f64x2.pmax(worst, worse)) >= tol) || !(gain > 0)) {
      return moves;
    }
    let j = <i32> (min(block + STRIDE, bytes) >> 3);
    while (true) {
      j--;
      const o = <usize> j << 3;
      const gap = top + (load<f64>(F + o) + load<f64>(down + o));
      if (!(gap > 0)) continue;
      const curve = load<f64>(diag + (<usize> i << 3)) + load<f64>(diag + o) - 2 * <f64> load<f32>(rowI + (o >> 1));
      if (gap * gap / (curve > TAU ? curve : TAU) == gain) break;
    }
    if (moves >= most) return -moves - 1;
    moves++;
    const oi = <usize> i << 3;
    const oj = <usize> j << 3;
    const curve = load<f64>(diag + oi) + load<f64>(diag + oj) - 2 * <f64> load<f32>(rowI + (<usize> j << 2));
    step(oi, oj, curve, F, beta, lo, hi);
    mark(i, beta, lo, hi, up, down);
    mark(j, beta, lo, hi, up, down);
    if (LAZY != 0) ensure(j);
    const rowJ = LAZY == IN_MATRIX ? rowOf(j) : K + ((<usize> j * <usize> ld) << 2);
    const di = f64x2.splat(BY_I);
    const dj = f64x2.splat(BY_J);
    top = -Infinity;
    block = 0;
    for (let s: usize = 0; s < bytes; s += STRIDE) {
      const end = min(s + STRIDE, bytes);
      let v = none, w = none;
      for (let o = s; o < end; o += 32) {
        let ki = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1)));
        let kj = f64x2.promote_low_f32x4(v128.load64_zero(rowJ + (o >> 1)));
        let f = f64x2.add(v128.load(F + o), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj)));
        v128.store(F + o, f);
        v = f64x2.pmax(v, f64x2.sub(v128.load(up + o), f));
        ki = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1), 8));
        kj = f64x2.promote_low_f32x4(v128.load64_zero(rowJ + (o >> 1), 8));
        f = f64x2.add(v128.load(F + o, 16), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj)));
        v128.store(F + o, f, 16);
        w = f64x2.pmax(w, f64x2.sub(v128.load(up + o, 16), f));
      }
      const x = larger(f64x2.pmax(v, w));
      if (x >= top) {
        top = x;
        block = s;
      }
    }
  }
}
