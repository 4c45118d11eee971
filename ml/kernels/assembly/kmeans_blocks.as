// K-means over blocks of samples that stay as they are: k-means|| and passes of Lloyd's method, with a few bytes a sample beside the block. Rows
// that no bound decides are listed, and measured against all centres.

/** Rows nearer to the half way than this (squared) are measured against all centres: the gap that the half way proves is all but none. */
// @ts-ignore: decorator
@inline
const NEAR: f64 = 0.81;

/** Half a unit in the last place of a float32, with room to spare. */
// @ts-ignore: decorator
@inline
const ROUNDING: f32 = 6.1e-8;

// @ts-ignore: decorator
@inline
function madd32(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
function madd64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f64>(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
function at2(p: usize, i: i32): usize {
  return p + (<usize> i << 1);
}

// @ts-ignore: decorator
@inline
function at4(p: usize, i: i32): usize {
  return p + (<usize> i << 2);
}

// @ts-ignore: decorator
@inline
function at8(p: usize, i: i32): usize {
  return p + (<usize> i << 3);
}

// @ts-ignore: decorator
@inline
function rowAt(p: usize, i: i32, m: i32): usize {
  return p + <usize> i * <usize> m * 8;
}

/** The squared distance of two lists of m float64. */
// @ts-ignore: decorator
@inline
function squared(a: usize, b: usize, m: i32): f64 {
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const d = f64x2.sub(v128.load(at8(a, j)), v128.load(at8(b, j)));
    const e = f64x2.sub(v128.load(at8(a, j), 16), v128.load(at8(b, j), 16));
    s = madd64(d, d, s);
    t = madd64(e, e, t);
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) {
    const d = load<f64>(at8(a, j)) - load<f64>(at8(b, j));
    sum += d * d;
  }
  return sum;
}

/** Adds `sign` times the difference of two lists to a third. */
// @ts-ignore: decorator
@inline
function addDifference(to: usize, a: usize, b: usize, m: i32, sign: f64): void {
  const f = f64x2.splat(sign);
  let j = 0;
  for (; j + 2 <= m; j += 2) {
    const d = f64x2.sub(v128.load(at8(a, j)), v128.load(at8(b, j)));
    v128.store(at8(to, j), madd64(d, f, v128.load(at8(to, j))));
  }
  for (; j < m; j++) {
    store<f64>(at8(to, j), load<f64>(at8(to, j)) + sign * (load<f64>(at8(a, j)) - load<f64>(at8(b, j))));
  }
}

/** A number from 0 to 1 that depends on the number of a row, and on two seeds: the finalizer of SplitMix64. */
// @ts-ignore: decorator
@inline
function uniform(row: u64, low: u32, high: u32): f64 {
  let z = ((<u64> high << 32) | <u64> low) + row * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  // Never 0: a row that is farther than nothing can always be left out.
  return (<f64> (z >> 11) + 0.5) * 1.1102230246251565e-16;
}

/** Takes a row into the sample if it can be in it: the final sum is no smaller than the one so far. */
// @ts-ignore: decorator
@inline
function draw(i: i32, d: f64, sum: f64, many: f64, first: f64, low: u32, high: u32, list: usize, keys: usize, count: i32): i32 {
  const u = uniform(<u64> first + <u64> i, low, high);
  if (!(u * sum < many * d)) return count;
  store<i32>(at4(list, count), i);
  store<f64>(at8(keys, count), u / d);
  return count + 1;
}

/**
 * Squared distances of all rows to one point, and the sum of the differences; a sample of rows, each with a probability of `many` times its share of
 * the sum of all squared distances, or more.
 *
 * @param first number of the first row in the whole
 * @param many how many rows are wanted; 0 for none
 * @param distance gets the squared distances; float32
 * @param sums m float64 that are added to
 * @param list gets the rows of the sample
 * @param keys gets their keys: those below `many` / the sum of all are in it; float64
 * @param result gets the sum of the squared distances, and the largest; float64
 * @returns how many are in the list
 */
export function measureOne(
  data: usize, n: i32, m: i32, point: usize, first: f64, many: f64, low: u32, high: u32,
  distance: usize, sums: usize, list: usize, keys: usize, result: usize,
): i32 {
  let sum: f64 = 0;
  let largest: f64 = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const row = rowAt(data, i, m);
    const d = squared(row, point, m);
    addDifference(sums, row, point, m, 1);
    store<f32>(at4(distance, i), <f32> d);
    sum += d;
    largest = max(largest, d);
    count = draw(i, d, sum, many, first, low, high, list, keys, count);
  }
  store<f64>(result, sum);
  store<f64>(result, largest, 8);
  return count;
}

/** Brings two features of four rows, less the origin, into lanes of a table of m rows of eight float32. */
// @ts-ignore: decorator
@inline
function spreadTwo(a: usize, b: usize, c: usize, d: usize, o: v128, to: usize): void {
  const x = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(a), o));
  const y = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(b), o));
  const z = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(c), o));
  const u = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(d), o));
  const xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
  const zu = v128.shuffle<f32>(z, u, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<f32>(xy, zu, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(xy, zu, 2, 3, 6, 7), 32);
}

// @ts-ignore: decorator
@inline
function spreadOne(row: usize, j: i32, origin: usize, to: usize): void {
  store<f32>(to, <f32> (load<f64>(at8(row, j)) - load<f64>(at8(origin, j))));
}

/** Brings eight rows, less the origin, into a table of m rows of eight float32. */
// @ts-ignore: decorator
@inline
function spreadEight(
  r0: usize, r1: usize, r2: usize, r3: usize, r4: usize, r5: usize, r6: usize, r7: usize, m: i32, origin: usize, scratch: usize,
): void {
  let j = 0;
  for (; j + 2 <= m; j += 2) {
    const o = v128.load(at8(origin, j));
    const at = <usize> j << 3;
    const to = scratch + (<usize> j << 5);
    spreadTwo(r0 + at, r1 + at, r2 + at, r3 + at, o, to);
    spreadTwo(r4 + at, r5 + at, r6 + at, r7 + at, o, to + 16);
  }
  for (; j < m; j++) {
    const to = scratch + (<usize> j << 5);
    spreadOne(r0, j, origin, to);
    spreadOne(r1, j, origin, to + 4);
    spreadOne(r2, j, origin, to + 8);
    spreadOne(r3, j, origin, to + 12);
    spreadOne(r4, j, origin, to + 16);
    spreadOne(r5, j, origin, to + 20);
    spreadOne(r6, j, origin, to + 24);
    spreadOne(r7, j, origin, to + 28);
  }
}

/** Squared lengths of four rows that {@link spreadEight} brought. */
// @ts-ignore: decorator
@inline
function squaredLanes(p: usize, m: i32): v128 {
  // Two sums, for one alone would wait for each addition.
  let s = f32x4.splat(0);
  let t = s;
  let j = 0;
  for (; j + 2 <= m; j += 2) {
    const x = v128.load(p);
    const y = v128.load(p, 32);
    s = madd32(x, x, s);
    t = madd32(y, y, t);
    p += 64;
  }
  if (j < m) {
    const x = v128.load(p);
    s = madd32(x, x, s);
  }
  return f32x4.add(s, t);
}

/** Measures one row against all points in float64; keeps the nearest. */
function nearestExactly(row: usize, m: i32, points: usize, count: i32, base: i32, distance: usize, owner: usize, i: i32): void {
  for (let c = 0; c < count; c++) {
    const d = squared(row, rowAt(points, c, m), m);
    if (!(d < <f64> load<f32>(at4(distance, i)))) continue;
    store<f32>(at4(distance, i), <f32> d);
    store<u16>(at2(owner, i), <u16> (base + c));
  }
}

/**
 * Brings the nearest point of each row, and the squared distance to it, up to date with points that are new; and draws a sample as
 * {@link measureOne} does. Distances are estimated in float32; those that may be the smallest are measured in float64.
 *
 * @param origin taken off rows and points before they are rounded
 * @param points the new points; float64
 * @param base number of the first of them
 * @param packed the points less the origin, times −2, for each feature those of four together; float32
 * @param packedNorms their squared lengths, in fours; those that fill up are huge; float32
 * @param largest the largest of these
 * @param distance squared distances; float32
 * @param owner numbers of the nearest points; uint16
 * @param scratch room for 8 m + 24 float32
 * @param result gets the sum of the squared distances; float64
 */
export function measureNew(
  data: usize, n: i32, m: i32, origin: usize, points: usize, count: i32, base: i32,
  packed: usize, packedNorms: usize, fours: i32, largest: f32, first: f64, many: f64, low: u32, high: u32,
  distance: usize, owner: usize, scratch: usize, list: usize, keys: usize, result: usize,
): i32 {
  let sum: f64 = 0;
  let drawn = 0;
  const factor: f32 = 4 * ROUNDING * <f32> (m + 8);
  const judged = scratch + (<usize> m << 5);
  for (let p = 0; p < n; p += 8) {
    const last = min(7, n - 1 - p);
    const r0 = rowAt(data, p, m);
    const r1 = rowAt(data, p + min(1, last), m);
    const r2 = rowAt(data, p + min(2, last), m);
    const r3 = rowAt(data, p + min(3, last), m);
    const r4 = rowAt(data, p + min(4, last), m);
    const r5 = rowAt(data, p + min(5, last), m);
    const r6 = rowAt(data, p + min(6, last), m);
    const r7 = rowAt(data, p + last, m);
    spreadEight(r0, r1, r2, r3, r4, r5, r6, r7, m, origin, scratch);
    const normA = squaredLanes(scratch, m);
    const normB = squaredLanes(scratch + 16, m);
    let bestA = f32x4.splat(Infinity);
    let bestB = bestA;
    let labelA = i32x4.splat(0);
    let labelB = labelA;
    for (let f = 0; f < fours; f++) {
      const cn = at4(packedNorms, 4 * f);
      let a0 = v128.load32_splat(cn);
      let a1 = v128.load32_splat(cn, 4);
      let a2 = v128.load32_splat(cn, 8);
      let a3 = v128.load32_splat(cn, 12);
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      let w = packed + (<usize> f * <usize> m << 4);
      let x = scratch;
      for (let j = 0; j < m; j++) {
        const xa = v128.load(x);
        const xb = v128.load(x, 16);
        const w0 = v128.load32_splat(w);
        const w1 = v128.load32_splat(w, 4);
        const w2 = v128.load32_splat(w, 8);
        const w3 = v128.load32_splat(w, 12);
        a0 = madd32(xa, w0, a0);
        b0 = madd32(xb, w0, b0);
        a1 = madd32(xa, w1, a1);
        b1 = madd32(xb, w1, b1);
        a2 = madd32(xa, w2, a2);
        b2 = madd32(xb, w2, b2);
        a3 = madd32(xa, w3, a3);
        b3 = madd32(xb, w3, b3);
        x += 32;
        w += 16;
      }
      labelA = v128.bitselect(i32x4.splat(4 * f), labelA, f32x4.lt(a0, bestA));
      bestA = f32x4.pmin(bestA, a0);
      labelB = v128.bitselect(i32x4.splat(4 * f), labelB, f32x4.lt(b0, bestB));
      bestB = f32x4.pmin(bestB, b0);
      labelA = v128.bitselect(i32x4.splat(4 * f + 1), labelA, f32x4.lt(a1, bestA));
      bestA = f32x4.pmin(bestA, a1);
      labelB = v128.bitselect(i32x4.splat(4 * f + 1), labelB, f32x4.lt(b1, bestB));
      bestB = f32x4.pmin(bestB, b1);
      labelA = v128.bitselect(i32x4.splat(4 * f + 2), labelA, f32x4.lt(a2, bestA));
      bestA = f32x4.pmin(bestA, a2);
      labelB = v128.bitselect(i32x4.splat(4 * f + 2), labelB, f32x4.lt(b2, bestB));
      bestB = f32x4.pmin(bestB, b2);
      labelA = v128.bitselect(i32x4.splat(4 * f + 3), labelA, f32x4.lt(a3, bestA));
      bestA = f32x4.pmin(bestA, a3);
      labelB = v128.bitselect(i32x4.splat(4 * f + 3), labelB, f32x4.lt(b3, bestB));
      bestB = f32x4.pmin(bestB, b3);
    }
    // What the distance is at least: with all that rounding may have added.
    const errorA = f32x4.mul(f32x4.add(normA, f32x4.splat(largest)), f32x4.splat(factor));
    const errorB = f32x4.mul(f32x4.add(normB, f32x4.splat(largest)), f32x4.splat(factor));
    v128.store(judged, f32x4.sub(f32x4.add(bestA, normA), errorA));
    v128.store(judged, f32x4.sub(f32x4.add(bestB, normB), errorB), 16);
    v128.store(judged, labelA, 32);
    v128.store(judged, labelB, 48);
    for (let r = 0; r <= last; r++) {
      const i = p + r;
      const least = load<f32>(at4(judged, r));
      let close = load<f32>(at4(distance, i));
      if (!(least >= close)) {
        const row = rowAt(data, i, m);
        // Beyond what float32 holds.
        if (!(least > -Infinity)) nearestExactly(row, m, points, count, base, distance, owner, i);
        else {
          const c = load<i32>(at4(judged, r), 32);
          const d = squared(row, rowAt(points, c, m), m);
          if (d < <f64> close) {
            store<f32>(at4(distance, i), <f32> d);
            store<u16>(at2(owner, i), <u16> (base + c));
          }
        }
        close = load<f32>(at4(distance, i));
      }
      sum += <f64> close;
      if (close > 0) drawn = draw(i, <f64> close, sum, many, first, low, high, list, keys, drawn);
    }
  }
  store<f64>(result, sum);
  return drawn;
}

/** Adds `sign` times the difference of two lists to a third, and gives the square of its length. */
// @ts-ignore: decorator
@inline
function addAndSquare(to: usize, a: usize, b: usize, m: i32, sign: f64): f64 {
  const f = f64x2.splat(sign);
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const d = f64x2.sub(v128.load(at8(a, j)), v128.load(at8(b, j)));
    const e = f64x2.sub(v128.load(at8(a, j), 16), v128.load(at8(b, j), 16));
    v128.store(at8(to, j), madd64(d, f, v128.load(at8(to, j))));
    v128.store(at8(to, j), madd64(e, f, v128.load(at8(to, j), 16)), 16);
    s = madd64(d, d, s);
    t = madd64(e, e, t);
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) {
    const d = load<f64>(at8(a, j)) - load<f64>(at8(b, j));
    store<f64>(at8(to, j), load<f64>(at8(to, j)) + sign * d);
    sum += d * d;
  }
  return sum;
}

/** Adds a row's difference from the reference of its cluster to the cluster's sums, or takes it off; gives the square of its length. */
// @ts-ignore: decorator
@inline
function addTo(c: i32, row: usize, m: i32, refs: usize, sums: usize, squares: usize, mass: usize, sign: f64): f64 {
  const d = addAndSquare(rowAt(sums, c, m), row, rowAt(refs, c, m), m, sign);
  store<f64>(at8(squares, c), load<f64>(at8(squares, c)) + sign * d);
  store<f64>(at8(mass, c), load<f64>(at8(mass, c)) + sign);
  return d;
}

/** A distance in 16 bits, the upper half of a float32: a little more than it is, never less. */
// @ts-ignore: decorator
@inline
function roundedUp(squared: f64): u16 {
  return <u16> ((reinterpret<u32>(<f32> (Math.sqrt(squared) * 1.0000004)) + 0xffff) >> 16);
}

/** What is kept of a gap: never more than it is, also after rounding. */
// @ts-ignore: decorator
@inline
function roundedDown(v: f64): f32 {
  return <f32> (v - Math.abs(v) * 3e-7);
}

/**
 * The first pass: rows whose guess is proved (by being nearer to that centre than half its distance to any other) are labelled and summed; the others
 * are listed.
 *
 * @param owner number of each row's nearest point so far; uint16
 * @param guess the centre that belongs to each point; uint16
 * @param half half the distance from each centre to the nearest other; float64
 * @param centers also what is taken off rows before they are summed
 * @param gap gets how much farther the second nearest centre is than the nearest, at least; float32
 */
export function proveGuesses(
  data: usize, start: i32, n: i32, m: i32, owner: usize, guess: usize, centers: usize, half: usize,
  labels: usize, gap: usize, sums: usize, squares: usize, mass: usize, list: usize,
): i32 {
  let count = 0;
  for (let i = start; i < n; i++) {
    const row = rowAt(data, i, m);
    const c = <i32> load<u16>(at2(guess, <i32> load<u16>(at2(owner, i))));
    const center = rowAt(centers, c, m);
    const d = squared(row, center, m);
    const h = load<f64>(at8(half, c));
    if (!(d < NEAR * h * h)) {
      store<i32>(at4(list, count++), i);
      continue;
    }
    store<u16>(at2(labels, i), <u16> c);
    store<f32>(at4(gap, i), roundedDown(2 * (h - Math.sqrt(d))));
    addDifference(rowAt(sums, c, m), row, center, m, 1);
    store<f64>(at8(squares, c), load<f64>(at8(squares, c)) + d);
    store<f64>(at8(mass, c), load<f64>(at8(mass, c)) + 1);
  }
  return count;
}

/**
 * A later pass: lists the rows whose label neither the gap that is left nor one distance proves.
 *
 * @param drift for each centre, how far it and the farthest of the others went, since the first pass; float64
 */
export function proveAgain(
  data: usize, start: i32, n: i32, m: i32, centers: usize, half: usize, drift: usize, labels: usize, gap: usize, list: usize,
): i32 {
  let count = 0;
  let proved = 0;
  let tried = 0;
  for (let i = start; i < n; i++) {
    const c = <i32> load<u16>(at2(labels, i));
    const gone = load<f64>(at8(drift, c));
    if (<f64> load<f32>(at4(gap, i)) > gone) continue;
    // Where one distance proves little, it is not measured any more.
    if (tried > 256 && proved * 4 < tried) {
      store<i32>(at4(list, count++), i);
      continue;
    }
    tried++;
    const d = squared(rowAt(data, i, m), rowAt(centers, c, m), m);
    const h = load<f64>(at8(half, c));
    if (d < NEAR * h * h) {
      store<f32>(at4(gap, i), roundedDown(2 * (h - Math.sqrt(d)) + gone));
      proved++;
    } else store<i32>(at4(list, count++), i);
  }
  return count;
}

/** Labels one row in float64, and writes its bounds. */
function labelExactly(row: usize, m: i32, k: i32, centers: usize, upper: usize, lower: usize): i32 {
  let best = Infinity;
  let second = Infinity;
  let label = 0;
  for (let c = 0; c < k; c++) {
    const d = squared(row, rowAt(centers, c, m), m);
    if (d < best) {
      second = best;
      best = d;
      label = c;
    } else if (d < second) second = d;
  }
  store<f32>(upper, <f32> (Math.sqrt(best) * 1.0000004));
  store<f32>(lower, <f32> (Math.sqrt(second) * 0.9999996));
  return label;
}

/** The row with this number in a list, or from `start` on. */
// @ts-ignore: decorator
@inline
function listed(data: usize, list: usize, start: i32, e: i32, m: i32): usize {
  return rowAt(data, list == 0 ? start + e : load<i32>(at4(list, e)), m);
}

/**
 * Bounds and labels of four rows: upper bounds go to `at`, lower ones 32 bytes on, labels 64. Gives the rows that float32 cannot decide.
 */
// @ts-ignore: decorator
@inline
function judge(at: usize, norm: v128, best: v128, second: v128, label: v128, factor: f32, largest: f32): i32 {
  const error = f32x4.mul(f32x4.add(norm, f32x4.splat(largest)), f32x4.splat(factor));
  const zero = f32x4.splat(0);
  const near = f32x4.sqrt(f32x4.max(zero, f32x4.add(f32x4.add(best, norm), error)));
  const far = f32x4.sqrt(f32x4.max(zero, f32x4.sub(f32x4.add(second, norm), error)));
  v128.store(at, f32x4.mul(near, f32x4.splat(1.0000004)));
  v128.store(at, f32x4.mul(far, f32x4.splat(0.9999996)), 32);
  v128.store(at, label, 64);
  return ~i32x4.bitmask(f32x4.gt(f32x4.sub(second, best), f32x4.add(error, error))) & 15;
}

/**
 * Labels rows by their nearest centres, eight at a time, with bounds of the distances to that and to all others: by float32, and by float64 where that
 * cannot tell.
 *
 * @param list numbers of the rows; 0 for those from `start` on
 * @param centers float64
 * @param packed the centres less the origin, as for {@link measureNew}
 * @param scratch room for 8 m + 24 float32
 * @param labels gets the labels; int32
 * @param upper gets bounds of the distances; float32
 */
export function label(
  data: usize, list: usize, start: i32, count: i32, m: i32, origin: usize, k: i32, centers: usize,
  packed: usize, packedNorms: usize, fours: i32, largest: f32, scratch: usize, labels: usize, upper: usize, lower: usize,
): void {
  const factor: f32 = 2 * ROUNDING * <f32> (m + 8);
  const judged = scratch + (<usize> m << 5);
  for (let p = 0; p < count; p += 8) {
    const last = min(7, count - 1 - p);
    const r0 = listed(data, list, start, p, m);
    const r1 = listed(data, list, start, p + min(1, last), m);
    const r2 = listed(data, list, start, p + min(2, last), m);
    const r3 = listed(data, list, start, p + min(3, last), m);
    const r4 = listed(data, list, start, p + min(4, last), m);
    const r5 = listed(data, list, start, p + min(5, last), m);
    const r6 = listed(data, list, start, p + min(6, last), m);
    const r7 = listed(data, list, start, p + last, m);
    spreadEight(r0, r1, r2, r3, r4, r5, r6, r7, m, origin, scratch);
    const normA = squaredLanes(scratch, m);
    const normB = squaredLanes(scratch + 16, m);
    let bestA = f32x4.splat(Infinity);
    let bestB = bestA;
    let secondA = bestA;
    let secondB = bestA;
    let labelA = i32x4.splat(0);
    let labelB = labelA;
    for (let f = 0; f < fours; f++) {
      const cn = at4(packedNorms, 4 * f);
      let a0 = v128.load32_splat(cn);
      let a1 = v128.load32_splat(cn, 4);
      let a2 = v128.load32_splat(cn, 8);
      let a3 = v128.load32_splat(cn, 12);
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      let w = packed + (<usize> f * <usize> m << 4);
      let x = scratch;
      for (let j = 0; j < m; j++) {
        const xa = v128.load(x);
        const xb = v128.load(x, 16);
        const w0 = v128.load32_splat(w);
        const w1 = v128.load32_splat(w, 4);
        const w2 = v128.load32_splat(w, 8);
        const w3 = v128.load32_splat(w, 12);
        a0 = madd32(xa, w0, a0);
        b0 = madd32(xb, w0, b0);
        a1 = madd32(xa, w1, a1);
        b1 = madd32(xb, w1, b1);
        a2 = madd32(xa, w2, a2);
        b2 = madd32(xb, w2, b2);
        a3 = madd32(xa, w3, a3);
        b3 = madd32(xb, w3, b3);
        x += 32;
        w += 16;
      }
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a0));
      labelA = v128.bitselect(i32x4.splat(4 * f + 0), labelA, f32x4.lt(a0, bestA));
      bestA = f32x4.pmin(bestA, a0);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b0));
      labelB = v128.bitselect(i32x4.splat(4 * f + 0), labelB, f32x4.lt(b0, bestB));
      bestB = f32x4.pmin(bestB, b0);
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a1));
      labelA = v128.bitselect(i32x4.splat(4 * f + 1), labelA, f32x4.lt(a1, bestA));
      bestA = f32x4.pmin(bestA, a1);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b1));
      labelB = v128.bitselect(i32x4.splat(4 * f + 1), labelB, f32x4.lt(b1, bestB));
      bestB = f32x4.pmin(bestB, b1);
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a2));
      labelA = v128.bitselect(i32x4.splat(4 * f + 2), labelA, f32x4.lt(a2, bestA));
      bestA = f32x4.pmin(bestA, a2);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b2));
      labelB = v128.bitselect(i32x4.splat(4 * f + 2), labelB, f32x4.lt(b2, bestB));
      bestB = f32x4.pmin(bestB, b2);
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a3));
      labelA = v128.bitselect(i32x4.splat(4 * f + 3), labelA, f32x4.lt(a3, bestA));
      bestA = f32x4.pmin(bestA, a3);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b3));
      labelB = v128.bitselect(i32x4.splat(4 * f + 3), labelB, f32x4.lt(b3, bestB));
      bestB = f32x4.pmin(bestB, b3);
    }
    const unsure = judge(judged, normA, bestA, secondA, labelA, factor, largest) |
      (judge(judged + 16, normB, bestB, secondB, labelB, factor, largest) << 4);
    for (let r = 0; r <= last; r++) {
      const e = p + r;
      if (unsure & (1 << r)) {
        store<i32>(at4(labels, e), labelExactly(listed(data, list, start, e, m), m, k, centers, at4(upper, e), at4(lower, e)));
        continue;
      }
      store<f32>(at4(upper, e), load<f32>(at4(judged, r)));
      store<f32>(at4(lower, e), load<f32>(at4(judged, r), 32));
      store<i32>(at4(labels, e), load<i32>(at4(judged, r), 64));
    }
  }
}

/**
 * Takes over the labels and bounds of rows that were brought together, and sums them.
 *
 * @param began whether this is the first pass, so that no row is in a sum yet
 * @param far in a first pass whose references are the centres, gets the distances, no smaller than they are, as {@link roundedUp} has them; or 0
 * @returns how many labels changed
 */
export function settle(
  data: usize, list: usize, start: i32, count: i32, m: i32, tileLabels: usize, upper: usize, lower: usize, began: i32,
  drift: usize, refs: usize, labels: usize, gap: usize, sums: usize, squares: usize, mass: usize, far: usize,
): i32 {
  let changes = 0;
  for (let e = 0; e < count; e++) {
    const i = list == 0 ? start + e : load<i32>(at4(list, e));
    const c = load<i32>(at4(tileLabels, e));
    const g = <f64> load<f32>(at4(lower, e)) - <f64> load<f32>(at4(upper, e));
    store<f32>(at4(gap, i), roundedDown(g + load<f64>(at8(drift, c))));
    if (began) {
      const d = addTo(c, rowAt(data, i, m), m, refs, sums, squares, mass, 1);
      if (far != 0) store<u16>(at2(far, i), roundedUp(d));
      store<u16>(at2(labels, i), <u16> c);
      changes++;
      continue;
    }
    const before = <i32> load<u16>(at2(labels, i));
    if (before == c) continue;
    const row = rowAt(data, i, m);
    addTo(before, row, m, refs, sums, squares, mass, -1);
    addTo(c, row, m, refs, sums, squares, mass, 1);
    store<u16>(at2(labels, i), <u16> c);
    changes++;
  }
  return changes;
}

/** The smallest gap in each cluster; float32. What is no number counts as none. */
export function smallestGaps(n: i32, labels: usize, gap: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const at = at4(out, <i32> load<u16>(at2(labels, i)));
    const g = load<f32>(at4(gap, i));
    if (!(g >= load<f32>(at))) store<f32>(at, g == g ? g : -Infinity);
  }
}

/**
 * Draws rows by what their squared distance to the nearest candidate is at most: each row that {@link draw} would take, and some more.
 *
 * @param far distances of rows to their centres, no smaller than they are, as {@link roundedUp} has them
 * @param reach for each centre the distance to the nearest candidate; float64
 * @param share how many rows are wanted over the sum of all squared distances
 * @param list gets the rows
 * @param chances gets their random numbers; float64
 * @param most how many there is room for
 */
export function drawBounded(
  n: i32, labels: usize, far: usize, reach: usize, share: f64, first: f64, low: u32, high: u32, list: usize, chances: usize,
  most: i32,
): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const d = <f64> reinterpret<f32>(<u32> load<u16>(at2(far, i)) << 16) + load<f64>(at8(reach, <i32> load<u16>(at2(labels, i))));
    const u = uniform(<u64> first + <u64> i, low, high);
    if (!(u < share * d * d)) continue;
    if (count == most) break;
    store<i32>(at4(list, count), i);
    store<f64>(at8(chances, count), u);
    count++;
  }
  return count;
}

/** The largest of a list of uint16. */
export function largest16(p: usize, n: i32): i32 {
  let best = i16x8.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) best = i16x8.max_u(best, v128.load(at2(p, i)));
  best = i16x8.max_u(best, v128.shuffle<i16>(best, best, 4, 5, 6, 7, 0, 1, 2, 3));
  best = i16x8.max_u(best, v128.shuffle<i16>(best, best, 2, 3, 0, 1, 6, 7, 4, 5));
  let largest = max(<i32> i16x8.extract_lane_u(best, 0), <i32> i16x8.extract_lane_u(best, 1));
  for (; i < n; i++) largest = max(largest, <i32> load<u16>(at2(p, i)));
  return largest;
}

/** Distances of rows to centres. */
export function distances(data: usize, n: i32, m: i32, centers: usize, k: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const row = rowAt(data, i, m);
    for (let c = 0; c < k; c++) {
      store<f64>(out, Math.sqrt(squared(row, rowAt(centers, c, m), m)));
      out += 8;
    }
  }
}

/** Sum of the squared distances of rows to the centres of their labels (int32). */
export function inertia32(data: usize, start: i32, n: i32, m: i32, labels: usize, centers: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    sum += squared(rowAt(data, start + i, m), rowAt(centers, load<i32>(at4(labels, i)), m), m);
  }
  return sum;
}
