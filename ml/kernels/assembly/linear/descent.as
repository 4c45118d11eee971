// Stochastic gradient descent.

import { madd64 } from "../shared/multiply_add";
import { expOfNegative, holdConstants, logFromOne, sumOf } from "./elementary";

/** The sum of the products of w and a row. */
// @ts-ignore: decorator
@inline
function dotRow(w: usize, x: usize, m: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0;
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    s0 = madd64(v128.load(w), v128.load(x), s0);
    s1 = madd64(v128.load(w, 16), v128.load(x, 16), s1);
    w += 32;
    x += 32;
  }
  let s = sumOf(f64x2.add(s0, s1));
  for (; j < m; j++) {
    s += load<f64>(w) * load<f64>(x);
    w += 8;
    x += 8;
  }
  return s;
}

// @ts-ignore: decorator
@inline
function expOf(x: f64): f64 {
  return f64x2.extract_lane(expOfNegative(f64x2.splat(x)), 0);
}

// Losses, by number: hinge, perceptron, squared hinge, modified Huber, log loss, squared error, Huber, epsilon-insensitive and its square.
// @ts-ignore: decorator
@inline
const HINGE: i32 = 0, PERCEPTRON: i32 = 1, SQUARED_HINGE: i32 = 2, MODIFIED_HUBER: i32 = 3, LOG: i32 = 4, SQUARED: i32 = 5,
  HUBER: i32 = 6, INSENSITIVE: i32 = 7;

/** The loss of target y and prediction p. */
function lossValue(kind: i32, epsilon: f64, y: f64, p: f64): f64 {
  if (kind == LOG) {
    const log = f64x2.extract_lane(logFromOne(f64x2.splat(1 + expOf(-abs(p)))), 0);
    return max(p, 0) + log - y * p;
  }
  const z = p * y, r = abs(y - p);
  if (kind == HINGE) return z <= 1 ? 1 - z : 0;
  if (kind == PERCEPTRON) return z <= 0 ? -z : 0;
  if (kind == SQUARED_HINGE) return z < 1 ? (1 - z) * (1 - z) : 0;
  if (kind == MODIFIED_HUBER) return z >= 1 ? 0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
  if (kind == SQUARED) return 0.5 * r * r;
  if (kind == HUBER) return r <= epsilon ? 0.5 * r * r : epsilon * (r - 0.5 * epsilon);
  const over = max(0, r - epsilon);
  return kind == INSENSITIVE ? over : over * over;
}

/** Its derivative by the prediction. */
export function lossSlope(kind: i32, epsilon: f64, y: f64, p: f64): f64 {
  holdConstants(<f64> (kind >> 31));
  return slopeOf(kind, epsilon, y, p);
}

function slopeOf(kind: i32, epsilon: f64, y: f64, p: f64): f64 {
  if (kind == LOG) {
    const e = expOf(-abs(p));
    return (p >= 0 ? 1 / (1 + e) : e / (1 + e)) - y;
  }
  const z = p * y, r = p - y;
  if (kind == HINGE) return z <= 1 ? -y : 0;
  if (kind == PERCEPTRON) return z <= 0 ? -y : 0;
  if (kind == SQUARED_HINGE) return z < 1 ? -2 * y * (1 - z) : 0;
  if (kind == MODIFIED_HUBER) return z >= 1 ? 0 : z >= -1 ? -2 * (1 - z) * y : -4 * y;
  if (kind == SQUARED) return r;
  if (kind == HUBER) return max(-epsilon, min(epsilon, r));
  if (kind == INSENSITIVE) return r < -epsilon ? -1 : r > epsilon ? 1 : 0;
  return r < -epsilon ? 2 * (r + epsilon) : r > epsilon ? 2 * (r - epsilon) : 0;
}

// The state of a descent, in doubles: what changes, then what is given.
// @ts-ignore: decorator
@inline
const INTERCEPT: usize = 0, MEAN_INTERCEPT: usize = 8, STEP: usize = 16, SCALE: usize = 24, SQUARES: usize = 32, ABSOLUTES: usize = 40,
  MEAN_A: usize = 48, MEAN_B: usize = 56, DUE: usize = 64, OBJECTIVE: usize = 72, ALPHA: usize = 80, L1: usize = 88, ETA0: usize = 96,
  AVERAGE: usize = 104, EPSILON: usize = 112, POSITIVE: usize = 120, NEGATIVE: usize = 128;

/** Brings weights, which stand for themselves times a factor, and their mean to their plain form. `mean` may be 0. */
export function settleWeights(s: usize, w: usize, mean: usize, m: i32): void {
  const scale = load<f64>(s, SCALE), a = load<f64>(s, MEAN_A), b = load<f64>(s, MEAN_B);
  for (let j = 0; j < m; j++) {
    const v = load<f64>(w + (j << 3));
    if (mean != 0) store<f64>(mean + (j << 3), (load<f64>(mean + (j << 3)) + a * v) / b);
    store<f64>(w + (j << 3), v * scale);
  }
  store<f64>(s, 1, SCALE);
  store<f64>(s, 0, MEAN_A);
  store<f64>(s, 1, MEAN_B);
}

/**
 * A step of stochastic gradient descent for each of `count` rows of `x`, in the order of their numbers in `rows` (int32); in turn where that
 * is 0.
 *
 * @param y targets; `sw` weights; `etas` sizes of the steps
 * @param s state
 * @param w weights; `mean` their mean, or 0; `paid` what each has paid of the penalty on absolute values
 * @param kind the loss
 * @param passive 1 or 2 for passive-aggressive steps, else 0
 * @param margin whether those go along the target
 */
export function descend(
  table: usize, rows: usize, count: i32, m: i32, y: usize, sw: usize, etas: usize, s: usize, w: usize, mean: usize, paid: usize, kind: i32, passive: i32,
  margin: bool, shrinks: bool, sparse: bool, penalised: bool, fitIntercept: bool, judges: bool,
): i32 {
  holdConstants(<f64> (count >> 31));
  const alpha = load<f64>(s, ALPHA), l1 = load<f64>(s, L1), eta0 = load<f64>(s, ETA0), average = load<f64>(s, AVERAGE);
  const epsilon = load<f64>(s, EPSILON), width = <usize> m << 3;
  let intercept = load<f64>(s, INTERCEPT), t = load<f64>(s, STEP), scale = load<f64>(s, SCALE);
  let squares = load<f64>(s, SQUARES), absolutes = load<f64>(s, ABSOLUTES), due = load<f64>(s, DUE), objective: f64 = 0;
  let touched = 0;
  // As many rows as leave room in the first cache.
  const group = max(1, min(32, <i32> (16384 / width)));
  for (let i = 0; i < count; i++) {
    const x = table + <usize> (rows == 0 ? i : load<i32>(rows + (i << 2))) * width;
    if (rows != 0 && i % group == 0) {
      // Asked for together, many rows are on their way from memory at once, and in the cache when their turn comes.
      for (let k = i; k < min(i + group, count); k++) {
        const ahead = table + <usize> load<i32>(rows + (k << 2)) * width;
        for (let at: usize = 0; at < width; at += 64) touched += load<i32>(ahead + at);
        touched += load<i32>(ahead + width - 4);
      }
    }
    const target = load<f64>(y + (i << 3)), eta = load<f64>(etas + (i << 3));
    const p = dotRow(w, x, m) * scale + intercept;
    if (judges) {
      objective += lossValue(kind, epsilon, target, p);
      if (passive == 0 && penalised) objective += alpha * ((1 - l1) * 0.5 * squares + l1 * absolutes);
    }
    let update: f64;
    if (passive != 0) {
      const square = dotRow(x, x, m);
      if (passive == 1 && square == 0) continue;
      const size = lossValue(kind, epsilon, target, p);
      update = passive == 1 ? min(eta0, size / square) : size / (square + 0.5 / eta0);
      if (margin) update *= target;
      else if (target < p) update = -update;
    } else update = -eta * max(-1e12, min(1e12, slopeOf(kind, epsilon, target, p)));
    update *= (target > 0 ? load<f64>(s, POSITIVE) : load<f64>(s, NEGATIVE)) * load<f64>(sw + (i << 3));
    if (shrinks) {
      const factor = max(0, 1 - (1 - l1) * eta * alpha);
      scale *= factor;
      squares *= factor * factor;
      absolutes *= factor;
      if (scale < 1e-9) {
        store<f64>(s, scale, SCALE);
        settleWeights(s, w, mean, m);
        scale = 1;
      }
    }
    if (update != 0) {
      const step = f64x2.splat(update / scale);
      // Two sums each, that do not wait for each other.
      let q = f64x2.splat(0), a = q, q2 = q, a2 = q;
      let j = 0;
      for (; j + 4 <= m; j += 4) {
        const to = w + (j << 3), from = x + (j << 3);
        const v = madd64(v128.load(from), step, v128.load(to)), u = madd64(v128.load(from, 16), step, v128.load(to, 16));
        v128.store(to, v);
        v128.store(to, u, 16);
        q = madd64(v, v, q);
        q2 = madd64(u, u, q2);
        a = f64x2.add(a, f64x2.abs(v));
        a2 = f64x2.add(a2, f64x2.abs(u));
      }
      q = f64x2.add(q, q2);
      a = f64x2.add(a, a2);
      for (; j + 2 <= m; j += 2) {
        const to = w + (j << 3);
        const v = madd64(v128.load(x + (j << 3)), step, v128.load(to));
        v128.store(to, v);
        q = madd64(v, v, q);
        a = f64x2.add(a, f64x2.abs(v));
      }
      squares = sumOf(q);
      absolutes = sumOf(a);
      if (j < m) {
        const to = w + (j << 3);
        const v = load<f64>(to) + load<f64>(x + (j << 3)) * (update / scale);
        store<f64>(to, v);
        squares += v * v;
        absolutes += abs(v);
      }
      squares *= scale * scale;
      absolutes *= scale;
      if (fitIntercept) intercept += update;
    }
    if (average > 0 && average <= t) {
      const n = t - average + 1, step = load<f64>(s, MEAN_A) * (-update / scale);
      for (let j = 0; j < m; j++) {
        const to = mean + (j << 3);
        store<f64>(to, load<f64>(to) + load<f64>(x + (j << 3)) * step);
      }
      if (n > 1) store<f64>(s, load<f64>(s, MEAN_B) / (1 - 1 / n), MEAN_B);
      store<f64>(s, load<f64>(s, MEAN_A) + load<f64>(s, MEAN_B) * scale / n, MEAN_A);
      const before = load<f64>(s, MEAN_INTERCEPT);
      store<f64>(s, before + (intercept - before) / n, MEAN_INTERCEPT);
    }
    if (sparse) {
      due += l1 * eta * alpha;
      for (let j = 0; j < m; j++) {
        const at = w + (j << 3), owed = paid + (j << 3);
        const before = load<f64>(at);
        let v = before;
        if (scale * before > 0) v = max(0, before - (due + load<f64>(owed)) / scale);
        else if (scale * before < 0) v = min(0, before + (due - load<f64>(owed)) / scale);
        store<f64>(at, v);
        store<f64>(owed, load<f64>(owed) + scale * (v - before));
      }
    }
    t += 1;
  }
  store<f64>(s, intercept, INTERCEPT);
  store<f64>(s, t, STEP);
  store<f64>(s, scale, SCALE);
  store<f64>(s, squares, SQUARES);
  store<f64>(s, absolutes, ABSOLUTES);
  store<f64>(s, due, DUE);
  store<f64>(s, load<f64>(s, OBJECTIVE) + objective, OBJECTIVE);
  return touched;
}
