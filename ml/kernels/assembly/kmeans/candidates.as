// Candidates of k-means++: what each would gain.

import { at4, at8 } from "../shared/addresses";
import { madd32 } from "../shared/multiply_add";
import { ROUNDING } from "./bounds";
import { dot } from "./rows";

/**
 * Lists the rows that some candidate may be nearer to than the closest centre so far: those farther from it than half of its own distance
 * to the nearest candidate.
 *
 * @param owner number of the closest centre of each row; int32
 * @param reach a quarter of the squared distance from each centre to the nearest candidate; float32
 */
export function reachable(n: i32, closest32: usize, owner: usize, reach: usize, list: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    store<i32>(at4(list, count), i);
    count += i32(load<f32>(at4(closest32, i)) > load<f32>(at4(reach, load<i32>(at4(owner, i)))));
  }
  return count;
}

/** Notes which of four candidates a row may be nearer to than to the closest so far, and gives how much smaller each makes that. */
// @ts-ignore: decorator
@inline
function gainOf(values: v128, i: i32, norms32: usize, closest32: usize, weight: usize, factor: f32, largest: f32, mask: usize): v128 {
  const norm = load<f32>(at4(norms32, i));
  const close = load<f32>(at4(closest32, i));
  const v = f32x4.add(values, f32x4.splat(norm));
  const limit = close + factor * (norm + largest + close);
  store<u8>(mask, <u8> i32x4.bitmask(f32x4.le(v, f32x4.splat(limit))));
  const g = f32x4.pmax(f32x4.splat(0), f32x4.sub(f32x4.splat(close), v));
  if (weight == 0) return g;
  return f32x4.mul(g, f32x4.splat(<f32> load<f64>(at8(weight, i))));
}

/** Adds the products of four features of a row with those of four candidates. */
// @ts-ignore: decorator
@inline
function addFour(x: v128, w0: v128, w1: v128, w2: v128, w3: v128, sum: v128): v128 {
  const a = madd32(v128.shuffle<f32>(x, x, 0, 0, 0, 0), w0, sum);
  const b = madd32(v128.shuffle<f32>(x, x, 1, 1, 1, 1), w1, a);
  const c = madd32(v128.shuffle<f32>(x, x, 2, 2, 2, 2), w2, b);
  return madd32(v128.shuffle<f32>(x, x, 3, 3, 3, 3), w3, c);
}

/**
 * Measures up to four candidates against listed rows in float32, and adds up how much smaller the sum of squared distances gets by each.
 *
 * @param closest32 squared distance of each row to the closest centre so far; float32
 * @param packed the candidates times −2, for each feature those of all four together; float32
 * @param packedNorms their squared lengths, huge where there are fewer than four; float32
 * @param largest the largest squared length of a candidate
 * @param masks gets a bit for each candidate that may be nearer, a byte for each place in the list; eight more bytes are cleared
 * @param gains gets the sums; float64
 */
export function tryCandidates(
  small: usize,
  count: i32,
  list: usize,
  m: i32,
  norms32: usize,
  closest32: usize,
  weight: usize,
  packed: usize,
  packedNorms: usize,
  largest: f32,
  masks: usize,
  gains: usize,
): void {
  const factor: f32 = 4 * ROUNDING * <f32> (m + 8);
  const start = v128.load(packedNorms);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const stride = <usize> m << 2;
  for (let p = 0; p < count; p += 8) {
    const last = min(7, count - 1 - p);
    const at = at4(list, p);
    const i0 = load<i32>(at);
    const i1 = load<i32>(at4(at, min(1, last)));
    const i2 = load<i32>(at4(at, min(2, last)));
    const i3 = load<i32>(at4(at, min(3, last)));
    const i4 = load<i32>(at4(at, min(4, last)));
    const i5 = load<i32>(at4(at, min(5, last)));
    const i6 = load<i32>(at4(at, min(6, last)));
    const i7 = load<i32>(at4(at, last));
    const x0 = small + i0 * stride;
    const x1 = small + i1 * stride;
    const x2 = small + i2 * stride;
    const x3 = small + i3 * stride;
    const x4 = small + i4 * stride;
    const x5 = small + i5 * stride;
    const x6 = small + i6 * stride;
    const x7 = small + i7 * stride;
    let a0 = start;
    let a1 = start;
    let a2 = start;
    let a3 = start;
    let a4 = start;
    let a5 = start;
    let a6 = start;
    let a7 = start;
    let j: usize = 0;
    // Four features of a row with one load, for each load is checked against the memory's end.
    for (; j + 16 <= stride; j += 16) {
      const from = packed + (j << 2);
      const w0 = v128.load(from);
      const w1 = v128.load(from, 16);
      const w2 = v128.load(from, 32);
      const w3 = v128.load(from, 48);
      a0 = addFour(v128.load(x0 + j), w0, w1, w2, w3, a0);
      a1 = addFour(v128.load(x1 + j), w0, w1, w2, w3, a1);
      a2 = addFour(v128.load(x2 + j), w0, w1, w2, w3, a2);
      a3 = addFour(v128.load(x3 + j), w0, w1, w2, w3, a3);
      a4 = addFour(v128.load(x4 + j), w0, w1, w2, w3, a4);
      a5 = addFour(v128.load(x5 + j), w0, w1, w2, w3, a5);
      a6 = addFour(v128.load(x6 + j), w0, w1, w2, w3, a6);
      a7 = addFour(v128.load(x7 + j), w0, w1, w2, w3, a7);
    }
    for (; j < stride; j += 4) {
      const w = v128.load(packed + (j << 2));
      a0 = madd32(v128.load32_splat(x0 + j), w, a0);
      a1 = madd32(v128.load32_splat(x1 + j), w, a1);
      a2 = madd32(v128.load32_splat(x2 + j), w, a2);
      a3 = madd32(v128.load32_splat(x3 + j), w, a3);
      a4 = madd32(v128.load32_splat(x4 + j), w, a4);
      a5 = madd32(v128.load32_splat(x5 + j), w, a5);
      a6 = madd32(v128.load32_splat(x6 + j), w, a6);
      a7 = madd32(v128.load32_splat(x7 + j), w, a7);
    }
    const to = masks + <usize> p;
    let sum = gainOf(a0, i0, norms32, closest32, weight, factor, largest, to);
    if (last > 0) sum = f32x4.add(sum, gainOf(a1, i1, norms32, closest32, weight, factor, largest, to + 1));
    if (last > 1) sum = f32x4.add(sum, gainOf(a2, i2, norms32, closest32, weight, factor, largest, to + 2));
    if (last > 2) sum = f32x4.add(sum, gainOf(a3, i3, norms32, closest32, weight, factor, largest, to + 3));
    if (last > 3) sum = f32x4.add(sum, gainOf(a4, i4, norms32, closest32, weight, factor, largest, to + 4));
    if (last > 4) sum = f32x4.add(sum, gainOf(a5, i5, norms32, closest32, weight, factor, largest, to + 5));
    if (last > 5) sum = f32x4.add(sum, gainOf(a6, i6, norms32, closest32, weight, factor, largest, to + 6));
    if (last > 6) sum = f32x4.add(sum, gainOf(a7, i7, norms32, closest32, weight, factor, largest, to + 7));
    low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(sum, sum, 2, 3, 2, 3)));
  }
  store<u64>(masks + <usize> count, 0);
  v128.store(gains, low);
  v128.store(gains, high, 16);
}

/** The exact gain of one candidate. */
export function exactGain(data: usize, n: i32, m: i32, norms: usize, closest: usize, weight: usize, candidate: i32): f64 {
  const to = data + <usize> candidate * <usize> m * 8;
  const own = load<f64>(at8(norms, candidate));
  let gain: f64 = 0;
  for (let i = 0; i < n; i++) {
    const d = Math.max(0, load<f64>(at8(norms, i)) - 2 * dot(data + <usize> i * <usize> m * 8, to, m) + own);
    const less = load<f64>(at8(closest, i)) - d;
    if (less > 0) gain += weight == 0 ? less : less * load<f64>(at8(weight, i));
  }
  return gain;
}

/**
 * Takes a candidate as centre number `center`: listed rows that may be nearer to it than to the closest so far are measured in float64.
 *
 * @param masks a byte for each place in the list, of which bit `lane` tells of the candidate
 */
export function keepCloser(
  data: usize,
  count: i32,
  list: usize,
  m: i32,
  norms: usize,
  closest: usize,
  closest32: usize,
  owner: usize,
  candidate: i32,
  center: i32,
  masks: usize,
  lane: i32,
): void {
  const to = data + <usize> candidate * <usize> m * 8;
  const own = load<f64>(at8(norms, candidate));
  const bits: u64 = <u64> 0x0101010101010101 << <u64> lane;
  for (let first = 0; first < count; first += 8) {
    let some = load<u64>(masks + <usize> first) & bits;
    while (some != 0) {
      const i = load<i32>(at4(list, first + <i32> (ctz(some) >> 3)));
      some &= some - 1;
      const close = load<f64>(at8(closest, i));
      const d = Math.max(0, load<f64>(at8(norms, i)) - 2 * dot(data + <usize> i * <usize> m * 8, to, m) + own);
      if (!(d < close)) continue;
      store<f64>(at8(closest, i), d);
      store<f32>(at4(closest32, i), <f32> d);
      store<i32>(at4(owner, i), center);
    }
  }
}
