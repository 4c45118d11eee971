// K-means over samples that stay in this memory: a float64 copy around the mean, and a float32 copy for distances. What float32
// cannot decide is decided in float64.

/** Half a unit in the last place of a float32, with room to spare. */
// @ts-ignore: decorator
@inline
const ROUNDING: f32 = 6.1e-8;
/** What a float32 bound is widened by with each operation. */
// @ts-ignore: decorator
@inline
const WIDER: f32 = 1.0000004;
// @ts-ignore: decorator
@inline
const NARROWER: f32 = 0.9999996;

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
function at4(p: usize, i: i32): usize {
  return p + (<usize> i << 2);
}

// @ts-ignore: decorator
@inline
function at8(p: usize, i: i32): usize {
  return p + (<usize> i << 3);
}

/** The sum of products of two lists of m float64. */
function dot(a: usize, b: usize, m: i32): f64 {
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    s = madd64(v128.load(at8(a, j)), v128.load(at8(b, j)), s);
    t = madd64(v128.load(at8(a, j), 16), v128.load(at8(b, j), 16), t);
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) sum += load<f64>(at8(a, j)) * load<f64>(at8(b, j));
  return sum;
}

/** The squared distance of two lists of m float64. */
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

/** Adds `sign` times a row to another. */
// @ts-ignore: decorator
@inline
function addRow(to: usize, from: usize, m: i32, sign: f64): void {
  const f = f64x2.splat(sign);
  let j = 0;
  for (; j + 2 <= m; j += 2) v128.store(at8(to, j), madd64(v128.load(at8(from, j)), f, v128.load(at8(to, j))));
  for (; j < m; j++) store<f64>(at8(to, j), load<f64>(at8(to, j)) + sign * load<f64>(at8(from, j)));
}

/** Adds up the columns of rows, in the order of the rows. */
export function columnSums(data: usize, n: i32, m: i32, out: usize): void {
  for (let i = 0; i < n; i++) addRow(out, data + <usize> i * <usize> m * 8, m, 1);
}

/** Takes the mean off rows in place, makes a float32 copy, and writes squared lengths; gives the largest of these. */
export function center(data: usize, n: i32, m: i32, mean: usize, small: usize, norms: usize): f64 {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = data + <usize> i * <usize> m * 8;
    const to = small + <usize> i * <usize> m * 4;
    let s = f64x2.splat(0);
    let j = 0;
    for (; j + 2 <= m; j += 2) {
      const d = f64x2.sub(v128.load(at8(row, j)), v128.load(at8(mean, j)));
      v128.store(at8(row, j), d);
      store<i64>(at4(to, j), i64x2.extract_lane(f32x4.demote_f64x2_zero(d), 0));
      s = madd64(d, d, s);
    }
    let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    for (; j < m; j++) {
      const d = load<f64>(at8(row, j)) - load<f64>(at8(mean, j));
      store<f64>(at8(row, j), d);
      store<f32>(at4(to, j), <f32> d);
      sum += d * d;
    }
    store<f64>(at8(norms, i), sum);
    largest = max(largest, sum);
  }
  return largest;
}

/**
 * Moves the bounds of rows as their centres moved, and lists the rows whose label they do not prove.
 *
 * @param own how far each centre went; float32
 * @param others how far the farthest of the other centres went, for each; float32
 */
export function pendingRows(n: i32, labels: usize, upper: usize, lower: usize, own: usize, others: usize, pending: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const c = load<i32>(at4(labels, i));
    const u = (load<f32>(at4(upper, i)) + load<f32>(at4(own, c))) * WIDER;
    const l = (load<f32>(at4(lower, i)) - load<f32>(at4(others, c))) * NARROWER;
    store<f32>(at4(upper, i), u);
    store<f32>(at4(lower, i), l);
    store<i32>(at4(pending, count), i);
    count += i32(!(u < l));
  }
  return count;
}

/** Labels one row in float64, and writes its bounds. */
function assignExactly(
  data: usize,
  m: i32,
  k: i32,
  centers: usize,
  centerNorms: usize,
  norms: usize,
  upper: usize,
  lower: usize,
  i: i32,
): i32 {
  const row = data + <usize> i * <usize> m * 8;
  let best = Infinity;
  let second = Infinity;
  let label = 0;
  for (let c = 0; c < k; c++) {
    const d = load<f64>(at8(centerNorms, c)) - 2 * dot(row, centers + <usize> c * <usize> m * 8, m);
    if (d < best) {
      second = best;
      best = d;
      label = c;
    } else if (d < second) second = d;
  }
  const norm = load<f64>(at8(norms, i));
  store<f32>(at4(upper, i), <f32> Math.sqrt(Math.max(0, best + norm)) * WIDER);
  store<f32>(at4(lower, i), <f32> Math.sqrt(Math.max(0, second + norm)) * NARROWER);
  return label;
}

/**
 * Labels rows by their nearest centres, eight at a time, and notes those whose label changes.
 *
 * @param count how many rows are listed in `pending`; where `all` is not 0, rows 0 to count − 1
 * @param packed the centres times −2, for each feature those of four centres together; float32
 * @param packedNorms squared lengths of the centres, in fours; those that fill up are huge; float32
 * @param fours number of fours
 * @param largest the largest squared length of a centre
 * @param scratch room for 8 m float32
 * @param changed gets rows and their labels before, in pairs; int32
 * @returns how many labels changed
 */
export function assign(
  count: i32,
  all: i32,
  pending: usize,
  small: usize,
  data: usize,
  m: i32,
  norms: usize,
  k: i32,
  packed: usize,
  packedNorms: usize,
  fours: i32,
  centers: usize,
  centerNorms: usize,
  largest: f32,
  labels: usize,
  upper: usize,
  lower: usize,
  scratch: usize,
  changed: usize,
): i32 {
  let changes = 0;
  const factor: f32 = 2 * ROUNDING * <f32> (m + 8);
  for (let p = 0; p < count; p += 8) {
    const rows = min(8, count - p);
    for (let r = 0; r < 8; r++) {
      const q = p + min(r, rows - 1);
      const i = all ? q : load<i32>(at4(pending, q));
      const from = small + <usize> i * <usize> m * 4;
      const to = at4(scratch, r);
      for (let j = 0; j < m; j++) store<f32>(to + (<usize> j << 5), load<f32>(at4(from, j)));
    }
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
      for (let c = 0; c < 4; c++) {
        const a = c == 0 ? a0 : c == 1 ? a1 : c == 2 ? a2 : a3;
        const b = c == 0 ? b0 : c == 1 ? b1 : c == 2 ? b2 : b3;
        const id = i32x4.splat(4 * f + c);
        const nearerA = f32x4.lt(a, bestA);
        const nearerB = f32x4.lt(b, bestB);
        secondA = f32x4.min(secondA, f32x4.max(bestA, a));
        secondB = f32x4.min(secondB, f32x4.max(bestB, b));
        bestA = f32x4.min(bestA, a);
        bestB = f32x4.min(bestB, b);
        labelA = v128.bitselect(id, labelA, nearerA);
        labelB = v128.bitselect(id, labelB, nearerB);
      }
    }
    v128.store(scratch, bestA);
    v128.store(scratch, bestB, 16);
    v128.store(scratch, secondA, 32);
    v128.store(scratch, secondB, 48);
    v128.store(scratch, labelA, 64);
    v128.store(scratch, labelB, 80);
    for (let r = 0; r < rows; r++) {
      const i = all ? p + r : load<i32>(at4(pending, p + r));
      const best = load<f32>(at4(scratch, r));
      const second = load<f32>(at4(scratch, r), 32);
      let label = load<i32>(at4(scratch, r), 64);
      const norm = <f32> load<f64>(at8(norms, i));
      const error = factor * (norm + largest);
      if (second - best > 2 * error) {
        store<f32>(at4(upper, i), Mathf.sqrt(max<f32>(0, best + norm + error)) * WIDER);
        store<f32>(at4(lower, i), Mathf.sqrt(max<f32>(0, second + norm - error)) * NARROWER);
      } else label = assignExactly(data, m, k, centers, centerNorms, norms, upper, lower, i);
      const before = load<i32>(at4(labels, i));
      if (label == before) continue;
      store<i32>(at4(labels, i), label);
      store<i32>(at8(changed, changes), i);
      store<i32>(at8(changed, changes), before, 4);
      changes++;
    }
  }
  return changes;
}

/** Sums and weights of all clusters, from nothing. `weight` may be 0: all weigh 1. */
export function sumAll(data: usize, n: i32, m: i32, labels: usize, weight: usize, sums: usize, mass: usize): void {
  for (let i = 0; i < n; i++) {
    const c = load<i32>(at4(labels, i));
    const w = weight == 0 ? 1 : load<f64>(at8(weight, i));
    addRow(sums + <usize> c * <usize> m * 8, data + <usize> i * <usize> m * 8, m, w);
    store<f64>(at8(mass, c), load<f64>(at8(mass, c)) + w);
  }
}

/** Moves rows whose labels changed from one sum to another. */
export function moveRows(changes: i32, changed: usize, data: usize, m: i32, labels: usize, sums: usize, mass: usize): void {
  for (let e = 0; e < changes; e++) {
    const i = load<i32>(at8(changed, e));
    const from = load<i32>(at8(changed, e), 4);
    const to = load<i32>(at4(labels, i));
    const row = data + <usize> i * <usize> m * 8;
    addRow(sums + <usize> from * <usize> m * 8, row, m, -1);
    addRow(sums + <usize> to * <usize> m * 8, row, m, 1);
    store<f64>(at8(mass, from), load<f64>(at8(mass, from)) - 1);
    store<f64>(at8(mass, to), load<f64>(at8(mass, to)) + 1);
  }
}

/** Squared distance of each row to its centre, into `out` if that is not 0; gives their weighted sum. */
export function inertia(data: usize, n: i32, m: i32, labels: usize, centers: usize, weight: usize, out: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const c = load<i32>(at4(labels, i));
    const d = squared(data + <usize> i * <usize> m * 8, centers + <usize> c * <usize> m * 8, m);
    if (out != 0) store<f64>(at8(out, i), d);
    sum += weight == 0 ? d : d * load<f64>(at8(weight, i));
  }
  return sum;
}

/** Squared distances of all rows to one of them; gives their weighted sum. */
export function measure(data: usize, n: i32, m: i32, norms: usize, center: i32, weight: usize, closest: usize): f64 {
  const to = data + <usize> center * <usize> m * 8;
  const own = load<f64>(at8(norms, center));
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const d = Math.max(0, load<f64>(at8(norms, i)) - 2 * dot(data + <usize> i * <usize> m * 8, to, m) + own);
    store<f64>(at8(closest, i), d);
    sum += weight == 0 ? d : d * load<f64>(at8(weight, i));
  }
  return sum;
}

/** Cumulative weighted sums. */
export function accumulate(n: i32, closest: usize, weight: usize, out: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const d = load<f64>(at8(closest, i));
    sum += weight == 0 ? d : d * load<f64>(at8(weight, i));
    store<f64>(at8(out, i), sum);
  }
}

/** Compares a row with four candidates: where float32 says that one may be nearer than the closest so far, in float64. */
// @ts-ignore: decorator
@inline
function compare(
  values: v128,
  i: i32,
  data: usize,
  m: i32,
  norms: usize,
  largest: f32,
  factor: f32,
  closest: usize,
  weight: usize,
  candidates: usize,
  room: i32,
  rows: usize,
  distances: usize,
  counts: usize,
  gains: usize,
): void {
  const norm = load<f64>(at8(norms, i));
  const close = load<f64>(at8(closest, i));
  const limit = <f32> (close - norm) + factor * (<f32> norm + largest + <f32> close);
  const mask = i32x4.bitmask(f32x4.le(values, f32x4.splat(limit)));
  if (mask == 0) return;
  const row = data + <usize> i * <usize> m * 8;
  for (let t = 0; t < 4; t++) {
    if (!(mask & (1 << t))) continue;
    const c = load<i32>(at4(candidates, t));
    const d = Math.max(0, norm - 2 * dot(row, data + <usize> c * <usize> m * 8, m) + load<f64>(at8(norms, c)));
    if (!(d < close)) continue;
    const e = load<i32>(at4(counts, t));
    const at = <usize> t * <usize> room + <usize> e;
    store<i32>(rows + (at << 2), i);
    store<f64>(distances + (at << 3), d);
    store<i32>(at4(counts, t), e + 1);
    const gain = weight == 0 ? close - d : (close - d) * load<f64>(at8(weight, i));
    store<f64>(at8(gains, t), load<f64>(at8(gains, t)) + gain);
  }
}

/**
 * Measures up to four candidates against all rows: lists for each the rows that it is nearer to than the closest so far.
 *
 * @param packed the candidates times −2, for each feature those of all four together; float32
 * @param packedNorms their squared lengths, huge where there are fewer than four; float32
 * @param candidates their numbers; int32
 * @param room length of each list
 * @param counts length of what is in each list; int32
 * @param gains how much smaller the weighted sum gets by each
 */
export function tryCandidates(
  small: usize,
  data: usize,
  n: i32,
  m: i32,
  norms: usize,
  largest: f32,
  closest: usize,
  weight: usize,
  packed: usize,
  packedNorms: usize,
  candidates: usize,
  room: i32,
  rows: usize,
  distances: usize,
  counts: usize,
  gains: usize,
): void {
  const factor: f32 = 2 * ROUNDING * <f32> (m + 8);
  const start = v128.load(packedNorms);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let a = start;
    let b = start;
    let c = start;
    let d = start;
    let x = small + <usize> i * <usize> m * 4;
    const y = x + <usize> m * 4;
    const z = y + <usize> m * 4;
    const u = z + <usize> m * 4;
    for (let j = 0; j < m; j++) {
      const w = v128.load(packed + (<usize> j << 4));
      a = madd32(v128.load32_splat(at4(x, j)), w, a);
      b = madd32(v128.load32_splat(at4(y, j)), w, b);
      c = madd32(v128.load32_splat(at4(z, j)), w, c);
      d = madd32(v128.load32_splat(at4(u, j)), w, d);
    }
    compare(a, i, data, m, norms, largest, factor, closest, weight, candidates, room, rows, distances, counts, gains);
    compare(b, i + 1, data, m, norms, largest, factor, closest, weight, candidates, room, rows, distances, counts, gains);
    compare(c, i + 2, data, m, norms, largest, factor, closest, weight, candidates, room, rows, distances, counts, gains);
    compare(d, i + 3, data, m, norms, largest, factor, closest, weight, candidates, room, rows, distances, counts, gains);
  }
  for (; i < n; i++) {
    let a = start;
    const x = small + <usize> i * <usize> m * 4;
    for (let j = 0; j < m; j++) a = madd32(v128.load32_splat(at4(x, j)), v128.load(packed + (<usize> j << 4)), a);
    compare(a, i, data, m, norms, largest, factor, closest, weight, candidates, room, rows, distances, counts, gains);
  }
}

/** Takes the distances of a list as the closest. */
export function keepCloser(count: i32, rows: usize, distances: usize, closest: usize): void {
  for (let e = 0; e < count; e++) store<f64>(at8(closest, load<i32>(at4(rows, e))), load<f64>(at8(distances, e)));
}
