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
export function center(data: usize, n: i32, m: i32, mean: usize, small: usize, norms: usize, norms32: usize): f64 {
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
    store<f32>(at4(norms32, i), <f32> sum);
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
 * Bounds and labels of four rows: given squared lengths at `at`, writes upper bounds 32 bytes on, lower ones 64, labels 96. Gives the rows
 * that float32 cannot decide.
 */
// @ts-ignore: decorator
@inline
function judge(at: usize, best: v128, second: v128, label: v128, factor: f32, largest: f32): i32 {
  const norm = v128.load(at);
  const error = f32x4.mul(f32x4.add(norm, f32x4.splat(largest)), f32x4.splat(factor));
  const zero = f32x4.splat(0);
  const near = f32x4.sqrt(f32x4.max(zero, f32x4.add(f32x4.add(best, norm), error)));
  const far = f32x4.sqrt(f32x4.max(zero, f32x4.sub(f32x4.add(second, norm), error)));
  v128.store(at, f32x4.mul(near, f32x4.splat(WIDER)), 32);
  v128.store(at, f32x4.mul(far, f32x4.splat(NARROWER)), 64);
  v128.store(at, label, 96);
  const sure = f32x4.gt(f32x4.sub(second, best), f32x4.add(error, error));
  return ~i32x4.bitmask(sure) & 15;
}

/** Brings a row's features into lane r of a table of m rows of eight. */
// @ts-ignore: decorator
@inline
function spread(from: usize, m: i32, first: i32, to: usize): void {
  for (let j = first; j < m; j++) store<f32>(to + (<usize> j << 5), load<f32>(at4(from, j)));
}

/** Brings four rows' features into four lanes of a table of m rows of eight. */
// @ts-ignore: decorator
@inline
function spreadFour(a: usize, b: usize, c: usize, d: usize, m: i32, to: usize): void {
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const x = v128.load(at4(a, j));
    const y = v128.load(at4(b, j));
    const z = v128.load(at4(c, j));
    const u = v128.load(at4(d, j));
    const xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const zu = v128.shuffle<f32>(z, u, 0, 4, 1, 5);
    const xy2 = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    const zu2 = v128.shuffle<f32>(z, u, 2, 6, 3, 7);
    const p = to + (<usize> j << 5);
    v128.store(p, v128.shuffle<f32>(xy, zu, 0, 1, 4, 5));
    v128.store(p, v128.shuffle<f32>(xy, zu, 2, 3, 6, 7), 32);
    v128.store(p, v128.shuffle<f32>(xy2, zu2, 0, 1, 4, 5), 64);
    v128.store(p, v128.shuffle<f32>(xy2, zu2, 2, 3, 6, 7), 96);
  }
  spread(a, m, j, to);
  spread(b, m, j, to + 4);
  spread(c, m, j, to + 8);
  spread(d, m, j, to + 12);
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
  norms32: usize,
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
    const last = rows - 1;
    const i0 = all ? p : load<i32>(at4(pending, p));
    const i1 = all ? p + min(1, last) : load<i32>(at4(pending, p + min(1, last)));
    const i2 = all ? p + min(2, last) : load<i32>(at4(pending, p + min(2, last)));
    const i3 = all ? p + min(3, last) : load<i32>(at4(pending, p + min(3, last)));
    const i4 = all ? p + min(4, last) : load<i32>(at4(pending, p + min(4, last)));
    const i5 = all ? p + min(5, last) : load<i32>(at4(pending, p + min(5, last)));
    const i6 = all ? p + min(6, last) : load<i32>(at4(pending, p + min(6, last)));
    const i7 = all ? p + last : load<i32>(at4(pending, p + last));
    const stride = <usize> m << 2;
    spreadFour(small + i0 * stride, small + i1 * stride, small + i2 * stride, small + i3 * stride, m, scratch);
    spreadFour(small + i4 * stride, small + i5 * stride, small + i6 * stride, small + i7 * stride, m, scratch + 16);
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
      secondA = f32x4.min(secondA, f32x4.max(bestA, a0));
      labelA = v128.bitselect(i32x4.splat(4 * f + 0), labelA, f32x4.lt(a0, bestA));
      bestA = f32x4.min(bestA, a0);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b0));
      labelB = v128.bitselect(i32x4.splat(4 * f + 0), labelB, f32x4.lt(b0, bestB));
      bestB = f32x4.min(bestB, b0);
      secondA = f32x4.min(secondA, f32x4.max(bestA, a1));
      labelA = v128.bitselect(i32x4.splat(4 * f + 1), labelA, f32x4.lt(a1, bestA));
      bestA = f32x4.min(bestA, a1);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b1));
      labelB = v128.bitselect(i32x4.splat(4 * f + 1), labelB, f32x4.lt(b1, bestB));
      bestB = f32x4.min(bestB, b1);
      secondA = f32x4.min(secondA, f32x4.max(bestA, a2));
      labelA = v128.bitselect(i32x4.splat(4 * f + 2), labelA, f32x4.lt(a2, bestA));
      bestA = f32x4.min(bestA, a2);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b2));
      labelB = v128.bitselect(i32x4.splat(4 * f + 2), labelB, f32x4.lt(b2, bestB));
      bestB = f32x4.min(bestB, b2);
      secondA = f32x4.min(secondA, f32x4.max(bestA, a3));
      labelA = v128.bitselect(i32x4.splat(4 * f + 3), labelA, f32x4.lt(a3, bestA));
      bestA = f32x4.min(bestA, a3);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b3));
      labelB = v128.bitselect(i32x4.splat(4 * f + 3), labelB, f32x4.lt(b3, bestB));
      bestB = f32x4.min(bestB, b3);
    }
    store<f32>(scratch, load<f32>(at4(norms32, i0)));
    store<f32>(scratch, load<f32>(at4(norms32, i1)), 4);
    store<f32>(scratch, load<f32>(at4(norms32, i2)), 8);
    store<f32>(scratch, load<f32>(at4(norms32, i3)), 12);
    store<f32>(scratch, load<f32>(at4(norms32, i4)), 16);
    store<f32>(scratch, load<f32>(at4(norms32, i5)), 20);
    store<f32>(scratch, load<f32>(at4(norms32, i6)), 24);
    store<f32>(scratch, load<f32>(at4(norms32, i7)), 28);
    const unsure = judge(scratch, bestA, secondA, labelA, factor, largest) |
      (judge(scratch + 16, bestB, secondB, labelB, factor, largest) << 4);
    for (let r = 0; r < rows; r++) {
      const i = all ? p + r : load<i32>(at4(pending, p + r));
      let label = load<i32>(at4(scratch, r), 96);
      if (unsure & (1 << r)) {
        label = assignExactly(data, m, k, centers, centerNorms, norms, upper, lower, i);
      } else {
        store<f32>(at4(upper, i), load<f32>(at4(scratch, r), 32));
        store<f32>(at4(lower, i), load<f32>(at4(scratch, r), 64));
      }
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
export function measure(data: usize, n: i32, m: i32, norms: usize, center: i32, weight: usize, closest: usize, closest32: usize): f64 {
  const to = data + <usize> center * <usize> m * 8;
  const own = load<f64>(at8(norms, center));
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const d = Math.max(0, load<f64>(at8(norms, i)) - 2 * dot(data + <usize> i * <usize> m * 8, to, m) + own);
    store<f64>(at8(closest, i), d);
    store<f32>(at4(closest32, i), <f32> d);
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
  const g = f32x4.max(f32x4.splat(0), f32x4.sub(f32x4.splat(close), v));
  if (weight == 0) return g;
  return f32x4.mul(g, f32x4.splat(<f32> load<f64>(at8(weight, i))));
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
    for (let j: usize = 0; j < stride; j += 4) {
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
