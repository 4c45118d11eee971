// Blocks of draws of NumPy's legacy generator: the Mersenne Twister's words, uniforms of 53 bits, Marsaglia's polar gaussians, bounded
// integers by masks. Draws are made in stages over a block, so that each stage is a plain loop.

const N: i32 = 624;
const M: i32 = 397;

// The engine builds a constant anew wherever it is used, by three instructions: dearer than a load. They lie in globals, whose values the compiler does not know.
let UPPER: v128 = i32x4.splat(0);
let LOWER: v128 = i32x4.splat(0);
let MATRIX: v128 = i32x4.splat(0);
let MASK_7: v128 = i32x4.splat(0);
let MASK_15: v128 = i32x4.splat(0);
let TWO_26: v128 = f64x2.splat(0);
let TWO_M53: v128 = f64x2.splat(0);
let BEGINS: v128 = i64x2.splat(0);
let HALF_MASK: v128 = i64x2.splat(0);
let ONE: v128 = f64x2.splat(0);
let LN2_HIGHS: v128 = f64x2.splat(0);
let LN2_LOWS: v128 = f64x2.splat(0);
let C2: v128 = f64x2.splat(0);
let C3: v128 = f64x2.splat(0);
let C4: v128 = f64x2.splat(0);
let C5: v128 = f64x2.splat(0);
let C6: v128 = f64x2.splat(0);
let C7: v128 = f64x2.splat(0);
let C8: v128 = f64x2.splat(0);

/** Sets the constants of words. `nought` is 0, which the compiler cannot know. */
function holdWords(nought: i32): void {
  UPPER = i32x4.splat(0x80000000 + nought);
  LOWER = i32x4.splat(0x7fffffff + nought);
  MATRIX = i32x4.splat(0x9908b0df + nought);
  MASK_7 = i32x4.splat(0x9d2c5680 + nought);
  MASK_15 = i32x4.splat(0xefc60000 + nought);
}

/** The same for uniforms, and for logarithms. */
function holdNumbers(nought: f64): void {
  TWO_26 = f64x2.splat(67108864 + nought);
  TWO_M53 = f64x2.splat(1.0 / 9007199254740992.0 + nought);
  const none = <i64> nought;
  BEGINS = i64x2.splat(BEGIN + none);
  HALF_MASK = i64x2.splat(0xfffffffff8000000 + none);
  ONE = f64x2.splat(1 + nought);
  LN2_HIGHS = f64x2.splat(LN2_HI + nought);
  LN2_LOWS = f64x2.splat(LN2_LO + nought);
  C2 = f64x2.splat(-0.5 + nought);
  C3 = f64x2.splat(1.0 / 3 + nought);
  C4 = f64x2.splat(-1.0 / 4 + nought);
  C5 = f64x2.splat(1.0 / 5 + nought);
  C6 = f64x2.splat(-1.0 / 6 + nought);
  C7 = f64x2.splat(1.0 / 7 + nought);
  C8 = f64x2.splat(-1.0 / 8 + nought);
}

/** The next 624 words of state, four at a time: words depend on words at least 227 places away. */
function twist(key: usize): void {
  const upper = UPPER, lower = LOWER, matrix = MATRIX;
  let i = 0;
  for (; i + 4 <= N - M; i += 4) {
    const p = key + (i << 2);
    const next = v128.load(p, 4);
    const y = v128.or(v128.and(v128.load(p), upper), v128.and(next, lower));
    const odd = i32x4.shr_s(i32x4.shl(next, 31), 31);
    v128.store(p, v128.xor(v128.xor(v128.load(p, M << 2), i32x4.shr_u(y, 1)), v128.and(odd, matrix)));
  }
  for (; i < N - M; i++) turn(key, i, i + 1, i + M);
  for (; i < N - 1; i += 4) {
    const p = key + (i << 2);
    const next = v128.load(p, 4);
    const y = v128.or(v128.and(v128.load(p), upper), v128.and(next, lower));
    const odd = i32x4.shr_s(i32x4.shl(next, 31), 31);
    v128.store(p, v128.xor(v128.xor(v128.load(p - ((N - M) << 2)), i32x4.shr_u(y, 1)), v128.and(odd, matrix)));
  }
  turn(key, N - 1, 0, M - 1);
}

function turn(key: usize, i: i32, next: i32, far: i32): void {
  const b = load<u32>(key + (next << 2));
  const y = (load<u32>(key + (i << 2)) & 0x80000000) | (b & 0x7fffffff);
  store<u32>(key + (i << 2), load<u32>(key + (far << 2)) ^ (y >> 1) ^ ((b & 1) * 0x9908b0df));
}

// @ts-ignore: decorator
@inline
function temper4(y: v128): v128 {
  y = v128.xor(y, i32x4.shr_u(y, 11));
  y = v128.xor(y, v128.and(i32x4.shl(y, 7), MASK_7));
  y = v128.xor(y, v128.and(i32x4.shl(y, 15), MASK_15));
  return v128.xor(y, i32x4.shr_u(y, 18));
}

// @ts-ignore: decorator
@inline
function temper(y: u32): u32 {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >> 18);
}

/** The next `count` random words, after `pos` of the state were used. The new position. */
export function words(key: usize, pos: i32, count: i32, out: usize): i32 {
  holdWords(count >> 31);
  while (count > 0) {
    if (pos == N) {
      twist(key);
      pos = 0;
    }
    const n = min(count, N - pos);
    let p = key + (pos << 2), q = out;
    let i = 0;
    for (; i + 4 <= n; i += 4) {
      v128.store(q, temper4(v128.load(p)));
      p += 16;
      q += 16;
    }
    for (; i < n; i++) {
      store<u32>(q, temper(load<u32>(p)));
      p += 4;
      q += 4;
    }
    out += n << 2;
    pos += n;
    count -= n;
  }
  return pos;
}

// @ts-ignore: decorator
@inline
function twice(v: v128): v128 {
  return f64x2.add(v, v);
}

/** Uniforms in [0, 1) of 53 bits, as two lanes: of four words. */
// @ts-ignore: decorator
@inline
function uniforms2(w: usize): v128 {
  const v = v128.load(w);
  const a = f64x2.convert_low_i32x4_s(i32x4.shr_u(v128.shuffle<i32>(v, v, 0, 2, 0, 2), 5));
  const b = f64x2.convert_low_i32x4_s(i32x4.shr_u(v128.shuffle<i32>(v, v, 1, 3, 1, 3), 6));
  // Signed conversion is one instruction, and the numbers have fewer bits. Both steps are exact, so that a fused one could not differ.
  return f64x2.mul(f64x2.add(f64x2.mul(a, TWO_26), b), TWO_M53);
}

/** `n` uniforms in [0, 1) of 2 n words; `scratch` is room for 2 n + 2 words. The new position. */
export function uniforms(key: usize, pos: i32, n: i32, out: usize, scratch: usize): i32 {
  holdNumbers(<f64> (n >> 31));
  pos = words(key, pos, n << 1, scratch);
  let i = 0;
  for (; i + 2 <= n; i += 2) v128.store(out + (i << 3), uniforms2(scratch + (i << 3)));
  if (i < n) store<f64>(out + (i << 3), f64x2.extract_lane(uniforms2(scratch + (i << 3)), 0));
  return pos;
}

/** `n` whole numbers low + (0 … max), by masking words and leaving out what is above; `scratch` is room for n words. The new position. */
export function integers(key: usize, pos: i32, n: i32, low: i32, max: u32, mask: u32, out: usize, scratch: usize): i32 {
  let done = 0;
  while (done < n) {
    // Never more words than numbers that are still wanted: none is drawn in vain.
    const count = n - done;
    pos = words(key, pos, count, scratch);
    let q = out + (done << 2);
    for (let i = 0; i < count; i++) {
      const v = load<u32>(scratch + (i << 2)) & mask;
      store<i32>(q, low + <i32> v);
      q += (<i32> (v <= max)) << 2;
    }
    done = <i32> ((q - out) >> 2);
  }
  return pos;
}

/**
 * `n` whole numbers, the first from 0 to `top`, each further one from 0 to one less: what a shuffle draws. `scratch` is room for n words. The new
 * position.
 */
export function descending(key: usize, pos: i32, n: i32, top: i32, out: usize, scratch: usize): i32 {
  const end = top - n;
  let q = out;
  while (top > end) {
    const count = top - end;
    pos = words(key, pos, count, scratch);
    let mask = <u32> -1 >> <u32> clz(top);
    let p = scratch;
    for (let i = 0; i < count; i++) {
      const v = load<u32>(p) & mask;
      store<u32>(q, v);
      const taken = <i32> (v <= <u32> top);
      q += taken << 2;
      top -= taken;
      // One bit fewer, when the highest one is not needed any more.
      if (<u32> top <= mask >> 1) mask >>= 1;
      p += 4;
    }
  }
  return pos;
}

const LN2_HI: f64 = reinterpret<f64>(0x3fe62e42fefa3800);
const LN2_LO: f64 = reinterpret<f64>(0x3d2ef35793c76730);
/** Bits of 1/√2, where the mantissa's range begins, rounded to a bound of the table. */
const BEGIN: i64 = 0x3fe6000000000000;

/**
 * Natural logarithms of two positive normal numbers, within 0.51 units in the last place. x = 2^k m; 1/m is looked up to 9 bits, so that
 * m times it, less 1, is exact; then a short series.
 *
 * Source: P. T. P. Tang, "Table-driven implementation of the logarithm function", ACM TOMS 16 (1990).
 *
 * `table` has for each of 256 parts of the range the inverse, and the logarithm of the inverse's inverse as a sum of two.
 */
// @ts-ignore: decorator
@inline
function log2lanes(x: v128, table: usize): v128 {
  const shifted = i64x2.sub(x, BEGINS);
  // k, in the upper halves; a number of few bits survives the way through 32-bit integers.
  const exponents = i64x2.shr_s(shifted, 52);
  const k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(exponents, exponents, 0, 2, 0, 2));
  const m = i64x2.sub(x, i64x2.shl(exponents, 52));
  const t0 = table + 24 * (<usize> (i64x2.extract_lane(shifted, 0) >> 44) & 255);
  const t1 = table + 24 * (<usize> (i64x2.extract_lane(shifted, 1) >> 44) & 255);
  const inverse = v128.load64_lane(t1, v128.load64_zero(t0), 1);
  const high = v128.load64_lane(t1, v128.load64_zero(t0, 8), 1, 8);
  const low = v128.load64_lane(t1, v128.load64_zero(t0, 16), 1, 16);
  const mHigh = v128.and(m, HALF_MASK);
  const mLow = f64x2.sub(m, mHigh);
  const r = f64x2.add(
    f64x2.sub(f64x2.mul(mHigh, inverse), ONE),
    f64x2.mul(mLow, inverse),
  );
  const hi = f64x2.add(f64x2.mul(k, LN2_HIGHS), high);
  const w = f64x2.add(hi, r);
  const lo = f64x2.add(
    f64x2.add(f64x2.sub(hi, w), r),
    f64x2.add(f64x2.mul(k, LN2_LOWS), low),
  );
  const r2 = f64x2.mul(r, r);
  // r³/3 − r⁴/4 + … − r⁸/8
  let p = f64x2.add(C7, f64x2.mul(r, C8));
  p = f64x2.add(f64x2.add(C5, f64x2.mul(r, C6)), f64x2.mul(r2, p));
  p = f64x2.add(f64x2.add(C3, f64x2.mul(r, C4)), f64x2.mul(r2, p));
  const tail = f64x2.add(f64x2.mul(r2, C2), f64x2.mul(f64x2.mul(r2, r), p));
  return f64x2.add(w, f64x2.add(lo, tail));
}

/** Logarithms of `n` (even) positive numbers: for tests. */
export function logs(x: usize, n: i32, table: usize, out: usize): void {
  holdNumbers(<f64> (n >> 31));
  for (let i = 0; i < n; i += 2) v128.store(out + (i << 3), log2lanes(v128.load(x + (i << 3)), table));
}

/**
 * `pairs` pairs of standard gaussians by Marsaglia's polar method, in the order NumPy hands them out; `scratch` is room for 5 values of 8 bytes a
 * pair and 64 bytes. The new position.
 */
export function gaussians(key: usize, pos: i32, pairs: i32, out: usize, scratch: usize, table: usize): i32 {
  holdNumbers(<f64> (pairs >> 31));
  const accepted = scratch;
  const raw = scratch + pairs * 24 + 32;
  let done = 0;
  while (done < pairs) {
    // Never more candidates than pairs that are still wanted: none is drawn in vain.
    const count = pairs - done;
    pos = words(key, pos, count << 2, raw);
    let q = accepted + done * 24;
    for (let i = 0; i < count; i++) {
      const x = f64x2.sub(twice(uniforms2(raw + (i << 4))), ONE);
      const s = f64x2.mul(x, x);
      const r2 = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
      v128.store(q, x);
      store<f64>(q, r2, 16);
      q += (<i32> (r2 < 1) & <i32> (r2 != 0)) * 24;
    }
    done = <i32> (q - accepted) / 24;
  }
  let p = accepted;
  for (let i = 0; i < pairs; i += 2) {
    // The last of an odd number goes with whatever stands behind it, which is not written.
    const r2 = v128.load64_lane(p, v128.load64_zero(p, 16), 1, 40);
    const f = f64x2.sqrt(f64x2.div(f64x2.neg(twice(log2lanes(r2, table))), r2));
    const x = v128.load(p), f0 = v128.shuffle<i64>(f, f, 0, 0);
    const a = f64x2.mul(f0, v128.shuffle<i64>(x, x, 1, 0));
    v128.store(out, a);
    if (i + 1 < pairs) {
      const y = v128.load(p, 24), f1 = v128.shuffle<i64>(f, f, 1, 1);
      v128.store(out, f64x2.mul(f1, v128.shuffle<i64>(y, y, 1, 0)), 16);
    }
    p += 48;
    out += 32;
  }
  return pos;
}

/** Makes `n` standard gaussians those of a scale, around the values of a list. */
export function around(x: usize, n: i32, list: usize, scale: f64): void {
  const f = f64x2.splat(scale);
  let i = 0;
  // Not fused: as NumPy does it.
  for (; i + 2 <= n; i += 2) {
    v128.store(x, f64x2.add(v128.load(list), f64x2.mul(v128.load(x), f)));
    x += 16;
    list += 16;
  }
  if (i < n) store<f64>(x, load<f64>(list) + scale * load<f64>(x));
}

// @ts-ignore: decorator
@inline
function copyRow(to: usize, from: usize, m: i32): void {
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
    from += 32;
  }
  for (; j < m; j++) {
    store<f64>(to, load<f64>(from));
    to += 8;
    from += 8;
  }
}

/**
 * Puts rows of m float64 in another order, where they lie: row i becomes what row `order[i]` was. Goes along the order's cycles; what is done is marked in the
 * order, by its complement.
 *
 * @param spare room for a row
 */
export function reorder(rows: usize, n: i32, m: i32, order: usize, spare: usize): void {
  const size = <usize> m << 3;
  for (let start = 0; start < n; start++) {
    let from = load<i32>(order + (<usize> start << 2));
    if (from < 0) continue;
    copyRow(spare, rows + <usize> start * size, m);
    let i = start;
    let touched: f64 = 0;
    while (from != start) {
      const at = order + (<usize> from << 2);
      const next = load<i32>(at);
      // The row after this one is on its way from memory, while this one is copied.
      touched += load<f64>(rows + <usize> next * size);
      store<i32>(order + (<usize> i << 2), ~from);
      copyRow(rows + <usize> i * size, rows + <usize> from * size, m);
      i = from;
      from = next;
    }
    store<i32>(order + (<usize> i << 2), ~from);
    copyRow(rows + <usize> i * size, spare, m);
    if (touched == Infinity) store<f64>(spare, touched);
  }
}
