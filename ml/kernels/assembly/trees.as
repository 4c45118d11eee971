// Decision trees on ranks: every value of a feature is replaced by its rank among the feature's distinct values, once for
// all trees. A node's rows stand in one run of two arrays: where the row's ranks lie, and what the row counts for. Splits
// of small nodes come from comparing all pairs; those of large ones from a histogram of coarse ranks, looked into only
// where a bound on what lies between two boundaries beats the best split so far.
//
// Source of the bound: w ↦ S²/w is convex, so over a bin no split can be better than at the corners of what the bin's rows
// can add to weight and sum (L. Breiman et al., "Classification and Regression Trees", 1984, section 9.4 has the convexity).

/** What is learned: numbers by squared error, two classes by Gini, more classes by Gini. */
const NUMBERS: i32 = 0;
const TWO: i32 = 1;

/** Nodes up to this many rows compare all pairs. */
const SMALL: i32 = 64;
/** The most bins of a histogram. */
const MOST_BINS: i32 = 512;
const EPSILON: f64 = 2.220446049250313e-16;
const FEATURE_THRESHOLD: f32 = <f32> 1e-7;

// The data.
let ranks: usize = 0;
let values: usize = 0;
let offsets: usize = 0;
let close: usize = 0;
let nFeatures: i32 = 0;
let mode: i32 = 0;
let nClasses: i32 = 0;

// The limits.
let maxFeatures: i32 = 0;
let minLeaf: i32 = 0;
let minWeight: f64 = 0;

// Room: rows of nodes, and the same again for the move to the sides.
let rows: usize = 0;
let loads: usize = 0;
let spareRows: usize = 0;
let spareLoads: usize = 0;
let keys: usize = 0;
let pairs: usize = 0;
let sparePairs: usize = 0;
let bins: usize = 0;
let binSizes: usize = 0;
let binCounts: usize = 0;
let flags: usize = 0;
let counters: usize = 0;
let features: usize = 0;
let swaps: usize = 0;
let sums: usize = 0;
let leftSums: usize = 0;
let constants: usize = 0;
/** What drawing leaves for `judgeDrawn`: room for 52 bytes a feature. */
let drawnCuts: usize = 0;

// The node.
let nodeWeight: f64 = 0;
let nodeSum: f64 = 0;
let squaresOfNode: f64 = 0;

// The best split so far.
let bestProxy: f64 = 0;
let bestFeature: i32 = 0;
let bestCut: i32 = 0;
let bestThreshold: f64 = 0;
/** Where it was drawn: least and largest rank (low and high half), and the draw. */
let bestRange: u32 = 0;
let bestDrawn: u32 = 0;

/** Features found constant in the node, with those known before. */
let nConstants: i32 = 0;

// Draws.
let state: u32 = 0;

/** Where draws go on from. */
export function seed(from: u32): void {
  state = from;
}

@inline
export function draw(): u32 {
  let s = state == 0 ? <u32> 1 : state;
  s ^= s << 13;
  s ^= s >> 17;
  s ^= s << 5;
  state = s;
  return s & 0x7fffffff;
}

@inline
function mix(h: u32): u32 {
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  h ^= h >> 16;
  return h;
}

@inline
function valueOf(feature: i32, rank: i32): f32 {
  return load<f32>(values + ((<usize> load<i32>(offsets + (<usize> feature << 2)) + <usize> rank) << 2));
}

/** Whether two values of a feature count as different. */
@inline
function isBeyond(feature: i32, high: i32, low: i32): bool {
  return valueOf(feature, high) > valueOf(feature, low) + FEATURE_THRESHOLD;
}

/**
 * How good a split is, of (weight, sum) on the left: S²/w of both sides; for two classes Gini's impurity of both by their
 * weights, in scikit-learn's order of operations, so that equal splits are equal here where they are there.
 */
@inline
function proxyOf(left: v128): f64 {
  const right = f64x2.sub(pairOf(nodeWeight, nodeSum), left);
  // (wl, wr) and (sl, sr).
  const w = v128.shuffle<f64>(left, right, 0, 2);
  const s = v128.shuffle<f64>(left, right, 1, 3);
  if (mode == TWO) {
    const first = f64x2.sub(w, s);
    const squares = f64x2.add(f64x2.mul(first, first), f64x2.mul(s, s));
    const q = f64x2.mul(w, f64x2.sub(f64x2.splat(1), f64x2.div(squares, f64x2.mul(w, w))));
    return -f64x2.extract_lane(q, 1) - f64x2.extract_lane(q, 0);
  }
  const q = f64x2.div(f64x2.mul(s, s), w);
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
}

/** The same for several classes, of their squares. */
@inline
function classProxy(weight: f64, left: f64, right: f64): f64 {
  const rest = nodeWeight - weight;
  return -rest * (1 - right / (rest * rest)) - weight * (1 - left / (weight * weight));
}

/** A vector of two numbers. */
@inline
function pairOf(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

@inline
function weightsFit(left: f64): bool {
  return left >= minWeight && nodeWeight - left >= minWeight;
}

/** Bits of a float32 that sort as whole numbers the way it does; both zeros are one value. */
@inline
export function sortable(b: u32): u32 {
  if (b == 0x80000000) b = 0;
  return b >> 31 ? ~b : b | 0x80000000;
}

/** The bits of a float32 again. */
@inline
export function unsortable(b: u32): u32 {
  return b >> 31 ? b & 0x7fffffff : ~b;
}

/** Sorts pairs of 8 bytes by their high halves, equal ones in the order they stand in; gives where they lie then. */
export function sortByKeys(from: usize, to: usize, n: i32, digits: usize): usize {
  for (let pass = 0; pass < 3; pass++) {
    const shift = <u64> (32 + pass * 11);
    memory.fill(digits, 0, 2048 << 2);
    for (let i = 0; i < n; i++) {
      const at = digits + ((<usize> (load<u64>(from + (<usize> i << 3)) >> shift) & 2047) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let sum = 0;
    for (let d = 0; d < 2048; d++) {
      const at = digits + (<usize> d << 2);
      const c = load<i32>(at);
      store<i32>(at, sum);
      sum += c;
    }
    for (let i = 0; i < n; i++) {
      const pair = load<u64>(from + (<usize> i << 3));
      const at = digits + ((<usize> (pair >> shift) & 2047) << 2);
      const place = load<i32>(at);
      store<i32>(at, place + 1);
      store<u64>(to + (<usize> place << 3), pair);
    }
    const t = from;
    from = to;
    to = t;
  }
  return from;
}

/** Ranks of a column: room for 2 · n pairs of 8 bytes. Gives how many distinct values there are, or −1 if too many. */
export function rank_column(
  X: usize,
  n: i32,
  m: i32,
  feature: i32,
  out: usize,
  distinct: usize,
  room: usize,
  digits: usize,
): i32 {
  for (let i = 0; i < n; i++) {
    const b = sortable(load<u32>(X + ((<usize> i * m + feature) << 2)));
    store<u64>(room + (<usize> i << 3), (<u64> b << 32) | <u64> i);
  }
  const from = sortByKeys(room, room + (<usize> n << 3), n, digits);
  let rank = -1;
  let before: u32 = 0;
  for (let i = 0; i < n; i++) {
    const pair = load<u64>(from + (<usize> i << 3));
    const b = <u32> (pair >> 32);
    if (rank < 0 || b != before) {
      rank++;
      before = b;
      if (rank > 65535) return -1;
      store<u32>(distinct + (<usize> rank << 2), unsortable(b));
    }
    store<u16>(out + ((<usize> <u32> pair * m + feature) << 1), <u16> rank);
  }
  return rank + 1;
}

/** Fetches a feature's ranks of a node's rows, and gives smallest and largest as low and high half. */
function fetch(feature: i32, start: i32, n: i32): u32 {
  const base = ranks + (<usize> feature << 1);
  let from = rows + (<usize> start << 2);
  for (let p = 0; p < n; p++) {
    store<u16>(keys + (<usize> p << 1), load<u16>(base + <usize> load<u32>(from)));
    from += 4;
  }
  if (n <= 12) {
    let min: u32 = 65535;
    let max: u32 = 0;
    for (let p = 0; p < n; p++) {
      const k = <u32> load<u16>(keys + (<usize> p << 1));
      min = select(k, min, k < min);
      max = select(k, max, k > max);
    }
    return min | (max << 16);
  }
  const last = load<u16>(keys + (<usize> (n - 1) << 1));
  const padded = (n + 7) & ~7;
  for (let p = n; p < padded; p++) store<u16>(keys + (<usize> p << 1), last);
  let low = i16x8.splat(-1);
  let high = i16x8.splat(0);
  for (let p = 0; p < padded; p += 8) {
    const k = v128.load(keys + (<usize> p << 1));
    low = i16x8.min_u(low, k);
    high = i16x8.max_u(high, k);
  }
  let min: u32 = 65535;
  let max: u32 = 0;
  store128(low, high);
  for (let i: usize = 0; i < 8; i++) {
    const a = <u32> load<u16>(counters + (i << 1));
    const b = <u32> load<u16>(counters + 16 + (i << 1));
    if (a < min) min = a;
    if (b > max) max = b;
  }
  return min | (max << 16);
}

@inline
function store128(a: v128, b: v128): void {
  v128.store(counters, a);
  v128.store(counters + 16, b);
}

@inline
function accept(feature: i32, cut: i32, proxy: f64): void {
  bestProxy = proxy;
  bestFeature = feature;
  bestCut = cut;
}

/** Zeroes `bytes` bytes, of 16 each: for few of them a call out of the module would take longer. */
@inline
function clear(at: usize, bytes: usize): void {
  if (bytes > 1024) memory.fill(at, 0, bytes);
  else for (let i: usize = 0; i < bytes; i += 16) v128.store(at + i, f64x2.splat(0));
}

/** All pairs: where each row stands among the node's is the number of smaller ranks; equal ranks share a place. */
function tryPairs(feature: i32, start: i32, n: i32): void {
  const padded = (n + 7) & ~7;
  // What was padded compares as largest, and counts for none.
  for (let p = n; p < padded; p++) store<u16>(keys + (<usize> p << 1), 65535);
  clear(bins, <usize> n << 4);
  clear(binCounts, (<usize> n + 3 & ~3) << 2);
  for (let block = 0; block < padded; block += 8) {
    const own = v128.load(keys + (<usize> block << 1));
    let place = i16x8.splat(0);
    for (let q = 0; q < n; q++) {
      place = i16x8.sub(place, i16x8.lt_u(v128.load16_splat(keys + (<usize> q << 1)), own));
    }
    v128.store(counters, place);
    const end = block + 8 < n ? 8 : n - block;
    for (let i = 0; i < end; i++) {
      const slot = <usize> load<u16>(counters + (<usize> i << 1));
      const at = bins + (slot << 4);
      v128.store(at, f64x2.add(v128.load(at), v128.load(loads + (<usize> (start + block + i) << 4))));
      const c = binCounts + (slot << 2);
      store<u16>(c, load<u16>(c) + 1);
      store<u16>(c + 2, load<u16>(keys + (<usize> (block + i) << 1)));
    }
  }
  const isClose = load<u8>(close + feature) != 0;
  let left = v128.load(bins);
  let count = <i32> load<u16>(binCounts);
  let before = <i32> load<u16>(binCounts + 2);
  while (count < n) {
    const c = binCounts + (<usize> count << 2);
    const key = <i32> load<u16>(c + 2);
    if (count >= minLeaf && n - count >= minLeaf && weightsFit(f64x2.extract_lane(left, 0))) {
      const proxy = proxyOf(left);
      if (proxy > bestProxy && (!isClose || isBeyond(feature, key, before))) accept(feature, key, proxy);
    }
    left = f64x2.add(left, v128.load(bins + (<usize> count << 4)));
    before = key;
    count += <i32> load<u16>(c);
  }
}

/** Sorts pairs of rank (high half) and row (low half); gives where they lie then. */
function sortPairs(n: i32): usize {
  if (n <= 40) {
    for (let i = 1; i < n; i++) {
      const pair = load<u64>(pairs + (<usize> i << 3));
      let j = i - 1;
      while (j >= 0 && load<u64>(pairs + (<usize> j << 3)) > pair) {
        store<u64>(pairs + (<usize> (j + 1) << 3), load<u64>(pairs + (<usize> j << 3)));
        j--;
      }
      store<u64>(pairs + (<usize> (j + 1) << 3), pair);
    }
    return pairs;
  }
  let from = pairs;
  let to = sparePairs;
  for (let pass = 0; pass < 2; pass++) {
    const shift = <u64> (32 + pass * 8);
    memory.fill(counters, 0, 256 << 2);
    for (let i = 0; i < n; i++) {
      const at = counters + ((<usize> (load<u64>(from + (<usize> i << 3)) >> shift) & 255) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let sum = 0;
    for (let d = 0; d < 256; d++) {
      const at = counters + (<usize> d << 2);
      const c = load<i32>(at);
      store<i32>(at, sum);
      sum += c;
    }
    for (let i = 0; i < n; i++) {
      const pair = load<u64>(from + (<usize> i << 3));
      const at = counters + ((<usize> (pair >> shift) & 255) << 2);
      const place = load<i32>(at);
      store<i32>(at, place + 1);
      store<u64>(to + (<usize> place << 3), pair);
    }
    const t = from;
    from = to;
    to = t;
  }
  return from;
}

/** All rows sorted, all places tried. */
function trySorted(feature: i32, start: i32, n: i32): void {
  for (let p = 0; p < n; p++) {
    store<u64>(pairs + (<usize> p << 3), (<u64> load<u16>(keys + (<usize> p << 1)) << 32) | <u64> p);
  }
  const sorted = sortPairs(n);
  const isClose = load<u8>(close + feature) != 0;
  if (mode > TWO) {
    trySortedClasses(feature, start, n, sorted, isClose);
    return;
  }
  let left = f64x2.splat(0);
  let before = <i32> (load<u64>(sorted) >> 32);
  for (let p = 0; p < n; p++) {
    const pair = load<u64>(sorted + (<usize> p << 3));
    const key = <i32> (pair >> 32);
    if (key != before) {
      if (p >= minLeaf && n - p >= minLeaf && weightsFit(f64x2.extract_lane(left, 0))) {
        const proxy = proxyOf(left);
        if (proxy > bestProxy && (!isClose || isBeyond(feature, key, before))) accept(feature, key, proxy);
      }
      before = key;
    }
    left = f64x2.add(left, v128.load(loads + (<usize> (start + <i32> <u32> pair) << 4)));
  }
}

/** The same for several classes: squares of the classes' weights are kept up row by row. */
function trySortedClasses(feature: i32, start: i32, n: i32, sorted: usize, isClose: bool): void {
  memory.fill(leftSums, 0, <usize> nClasses << 3);
  let weight: f64 = 0;
  let left: f64 = 0;
  let right = squaresOfNode;
  let before = <i32> (load<u64>(sorted) >> 32);
  for (let p = 0; p < n; p++) {
    const pair = load<u64>(sorted + (<usize> p << 3));
    const key = <i32> (pair >> 32);
    if (key != before) {
      if (p >= minLeaf && n - p >= minLeaf && weightsFit(weight)) {
        const proxy = classProxy(weight, left, right);
        if (proxy > bestProxy && (!isClose || isBeyond(feature, key, before))) accept(feature, key, proxy);
      }
      before = key;
    }
    const own = loads + (<usize> (start + <i32> <u32> pair) << 4);
    const w = load<f64>(own);
    const c = <usize> load<f64>(own, 8) << 3;
    const l = load<f64>(leftSums + c);
    const r = load<f64>(sums + c) - l;
    left += w * (2 * l + w);
    right += w * (w - 2 * r);
    store<f64>(leftSums + c, l + w);
    weight += w;
  }
}

/** A histogram of coarse ranks; between its boundaries only where something better can be. */
function tryBins(feature: i32, start: i32, n: i32, min: i32, max: i32): void {
  let most = n < 512 ? 64 : n < 2048 ? 128 : n < 8192 ? 256 : MOST_BINS;
  let shift = 0;
  while ((max - min) >> shift >= most) shift++;
  const count = ((max - min) >> shift) + 1;
  memory.fill(bins, 0, <usize> count << 4);
  const counted = minLeaf > 1;
  if (counted) memory.fill(binCounts, 0, <usize> count << 2);
  const sized = mode == NUMBERS && shift > 0;
  if (sized) memory.fill(binSizes, 0, <usize> count << 3);
  // Sums are bounded about the node's mean, where they are smallest.
  const mean = nodeSum / nodeWeight;
  let own = loads + (<usize> start << 4);
  for (let p = 0; p < n; p++) {
    const b = <usize> ((<i32> load<u16>(keys + (<usize> p << 1)) - min) >> shift);
    const at = bins + (b << 4);
    const l = v128.load(own);
    v128.store(at, f64x2.add(v128.load(at), l));
    if (counted) store<i32>(binCounts + (b << 2), load<i32>(binCounts + (b << 2)) + 1);
    if (sized) {
      const v = f64x2.extract_lane(l, 1) - mean * f64x2.extract_lane(l, 0);
      store<f64>(binSizes + (b << 3), load<f64>(binSizes + (b << 3)) + (v > 0 ? v : 0));
    }
    own += 16;
  }
  const saved = bestProxy;
  const savedFeature = bestFeature;
  const savedCut = bestCut;
  // The boundaries.
  let left = v128.load(bins);
  let size = counted ? load<i32>(binCounts) : 0;
  for (let b = 1; b < count; b++) {
    const bin = v128.load(bins + (<usize> b << 4));
    if (f64x2.extract_lane(bin, 0) > 0) {
      if ((!counted || (size >= minLeaf && n - size >= minLeaf)) && weightsFit(f64x2.extract_lane(left, 0))) {
        const proxy = proxyOf(left);
        if (proxy > bestProxy) accept(feature, min + (b << shift), proxy);
      }
      left = f64x2.add(left, bin);
      if (counted) size += load<i32>(binCounts + (<usize> b << 2));
    }
  }
  if (shift > 0) tryInside(feature, start, n, min, shift, count, counted);
  if (bestProxy > saved && load<u8>(close + feature) != 0) {
    // The values on both sides must differ by enough: seldom they do not, and then all places are looked at.
    let low = 0;
    let high = 65535;
    for (let p = 0; p < n; p++) {
      const key = <i32> load<u16>(keys + (<usize> p << 1));
      if (key < bestCut) low = key > low ? key : low;
      else high = key < high ? key : high;
    }
    if (!isBeyond(feature, high, low)) {
      bestProxy = saved;
      bestFeature = savedFeature;
      bestCut = savedCut;
      trySorted(feature, start, n);
    }
  }
}

/** S²/w of both sides less what all splits have in common, where the sum on the left is s about the node's mean. */
@inline
function boundOf(w: f64, s: f64): f64 {
  return s * s * nodeWeight / (w * (nodeWeight - w));
}

/** Looks between the boundaries where a split can be better than the best. */
function tryInside(feature: i32, start: i32, n: i32, min: i32, shift: i32, count: i32, counted: bool): void {
  const bar = bestProxy - abs(bestProxy) * 1e-12;
  const mean = nodeSum / nodeWeight;
  const limited = counted || minWeight > 0;
  const centredBar = bar - mean * nodeSum;
  let left = f64x2.splat(0);
  let flagged = 0;
  for (let b = 0; b < count; b++) {
    const bin = v128.load(bins + (<usize> b << 4));
    const w = f64x2.extract_lane(bin, 0);
    let promising = 0;
    if (w > 0) {
      const s = f64x2.extract_lane(bin, 1);
      if (mode == TWO) {
        // Rows of one class first, or those of the other.
        if (s > 0 && s < w) {
          promising = i32(proxyOf(f64x2.add(left, pairOf(s, s))) > bar || proxyOf(f64x2.add(left, pairOf(w - s, 0))) > bar);
        }
        if (limited && promising == 0) {
          // Boundaries that leave too little on a side are not among the splits, but what lies beside them may be.
          const l = f64x2.extract_lane(left, 0);
          promising = i32(
            l <= 0 || l + w >= nodeWeight || proxyOf(left) > bar || proxyOf(f64x2.add(left, bin)) > bar,
          );
        }
      } else {
        const l = f64x2.extract_lane(left, 0);
        const at = f64x2.extract_lane(left, 1) - mean * l;
        const up = load<f64>(binSizes + (<usize> b << 3));
        const down = s - mean * w - up;
        const far = max(abs(at + up), abs(at + down));
        promising = i32(
          l <= 0 || l + w >= nodeWeight || boundOf(l, far) > centredBar || boundOf(l + w, far) > centredBar,
        );
      }
      left = f64x2.add(left, bin);
    }
    store<u8>(flags + b, <u8> promising);
    flagged += promising;
  }
  if (flagged == 0) return;
  let found = 0;
  for (let p = 0; p < n; p++) {
    const key = <i32> load<u16>(keys + (<usize> p << 1));
    store<u64>(pairs + (<usize> found << 3), (<u64> key << 32) | <u64> p);
    found += <i32> load<u8>(flags + ((key - min) >> shift));
  }
  const sorted = sortPairs(found);
  const isClose = load<u8>(close + feature) != 0;
  left = f64x2.splat(0);
  let size = 0;
  let at = 0;
  for (let b = 0; b < count && at < found; b++) {
    if (load<u8>(flags + b) != 0) {
      let inside = left;
      const end = min + ((b + 1) << shift);
      let before = -1;
      let own = size;
      for (; at < found; at++) {
        const pair = load<u64>(sorted + (<usize> at << 3));
        const key = <i32> (pair >> 32);
        if (key >= end) break;
        if (key != before && before >= 0) {
          const fits = !counted || (own >= minLeaf && n - own >= minLeaf);
          if (fits && weightsFit(f64x2.extract_lane(inside, 0))) {
            const proxy = proxyOf(inside);
            // Of equal splits of a feature the first, as where all are tried in order.
            const better = proxy > bestProxy || (proxy == bestProxy && bestFeature == feature && key < bestCut);
            if (better && (!isClose || isBeyond(feature, key, before))) accept(feature, key, proxy);
          }
        }
        before = key;
        inside = f64x2.add(inside, v128.load(loads + (<usize> (start + <i32> <u32> pair) << 4)));
        own++;
      }
    }
    left = f64x2.add(left, v128.load(bins + (<usize> b << 4)));
    if (counted) size += load<i32>(binCounts + (<usize> b << 2));
  }
}

// Drawn thresholds. Where a node looks at a good part of the features, eight of them are ranged and summed up side by side, for a
// row's ranks are neighbours. The room: least ranks, largest ranks, cuts (uint16 a feature), then 16 bytes a draw (feature,
// cut, range, draw), weight and sum on the left (16 bytes a feature), rows on the left (int32 a feature), all up to multiples of 16.

@inline
function roomFor(bytes: i32): usize {
  return <usize> ((bytes + 15) & ~15);
}

@inline
function leastRanks(): usize {
  return drawnCuts;
}

@inline
function largestRanks(): usize {
  return drawnCuts + roomFor(nFeatures << 1);
}

@inline
function cutRanks(): usize {
  return drawnCuts + 2 * roomFor(nFeatures << 1);
}

@inline
function draws(): usize {
  return drawnCuts + 3 * roomFor(nFeatures << 1);
}

@inline
function leftTotals(): usize {
  return draws() + (<usize> nFeatures << 4);
}

@inline
function leftCounts(): usize {
  return leftTotals() + (<usize> nFeatures << 4);
}

/** Finds the ranges of all features of a node's rows. */
function rangeAll(start: i32, n: i32): void {
  for (let block = 0; block < nFeatures; block += 8) {
    const at = <usize> min(block, nFeatures - 8) << 1;
    let low = i16x8.splat(-1);
    let high = i16x8.splat(0);
    let from = rows + (<usize> start << 2);
    for (let p = 0; p < n; p++) {
      const k = v128.load(ranks + at + <usize> load<u32>(from));
      low = i16x8.min_u(low, k);
      high = i16x8.max_u(high, k);
      from += 4;
    }
    v128.store(leastRanks() + at, low);
    v128.store(largestRanks() + at, high);
  }
  clear(cutRanks(), roomFor(nFeatures << 1));
}

/** A feature's range, found before: smallest and largest rank as low and high half. */
@inline
function rangeOf(feature: i32): u32 {
  const least = leastRanks() + (<usize> feature << 1);
  return <u32> load<u16>(least) | <u32> load<u16>(least + roomFor(nFeatures << 1)) << 16;
}

/** The threshold between the smallest and the largest value that a draw comes to. */
@inline
function thresholdOf(feature: i32, min: i32, max: i32, drawn: u32): f64 {
  const lowest = <f64> valueOf(feature, min);
  const highest = <f64> valueOf(feature, max);
  const threshold = (highest - lowest) * <f64> drawn / 2147483647.0 + lowest;
  return threshold == highest ? lowest : threshold;
}

/** The first rank that matters above a threshold that is drawn between the smallest and the largest value. */
@inline
function cutOf(feature: i32, start: i32, n: i32, min: i32, max: i32, drawn: u32): i32 {
  // Of two rows one goes to each side, wherever the threshold lies.
  if (n == 2) return min + 1;
  const threshold = thresholdOf(feature, min, max, drawn);
  const own = values + (<usize> load<i32>(offsets + (<usize> feature << 2)) << 2);
  let a = min;
  if (n <= 16) {
    // The rows' own values are fewer than those between.
    const base = ranks + (<usize> feature << 1);
    const from = rows + (<usize> start << 2);
    for (let p = 0; p < n; p++) {
      const key = <i32> load<u16>(base + <usize> load<u32>(from + (<usize> p << 2)));
      a = select(key, a, i32(key > a) & i32(<f64> load<f32>(own + (<usize> key << 2)) <= threshold));
    }
    return a + 1;
  }
  let b = max;
  while (a < b) {
    const middle = (a + b + 1) >> 1;
    const isBelow = <f64> load<f32>(own + (<usize> middle << 2)) <= threshold;
    a = select(middle, a, isBelow);
    b = select(b, middle - 1, isBelow);
  }
  return a + 1;
}

/** Takes a drawn cut, where it is better than the best so far. */
@inline
function judge(feature: i32, cut: i32, range: u32, drawn: u32, proxy: f64): void {
  if (!(proxy > bestProxy)) return;
  accept(feature, cut, proxy);
  bestRange = range;
  bestDrawn = drawn;
}

/** One threshold drawn for a feature, by itself. */
function tryCut(feature: i32, start: i32, n: i32, cut: i32, range: u32, drawn: u32): void {
  const base = ranks + (<usize> feature << 1);
  let from = rows + (<usize> start << 2);
  let own = loads + (<usize> start << 4);
  let count = 0;
  if (mode > TWO) {
    memory.fill(leftSums, 0, <usize> nClasses << 3);
    let weight: f64 = 0;
    for (let p = 0; p < n; p++, from += 4, own += 16) {
      if (<i32> load<u16>(base + <usize> load<u32>(from)) >= cut) continue;
      const w = load<f64>(own);
      const c = leftSums + (<usize> load<f64>(own, 8) << 3);
      store<f64>(c, load<f64>(c) + w);
      weight += w;
      count++;
    }
    if (count < minLeaf || n - count < minLeaf || !weightsFit(weight)) return;
    let l: f64 = 0;
    let r: f64 = 0;
    for (let c = 0; c < nClasses; c++) {
      const x = load<f64>(leftSums + (<usize> c << 3));
      const y = load<f64>(sums + (<usize> c << 3)) - x;
      l += x * x;
      r += y * y;
    }
    judge(feature, cut, range, drawn, classProxy(weight, l, r));
    return;
  }
  let left = f64x2.splat(0);
  for (let p = 0; p < n; p++, from += 4, own += 16) {
    const isLeft = i64(<i32> load<u16>(base + <usize> load<u32>(from)) < cut);
    left = f64x2.add(left, v128.and(v128.load(own), i64x2.splat(-isLeft)));
    count += <i32> isLeft;
  }
  if (count < minLeaf || n - count < minLeaf || !weightsFit(f64x2.extract_lane(left, 0))) return;
  judge(feature, cut, range, drawn, proxyOf(left));
}

/** Sums up the rows left of the cuts of eight features. */
function sumBlock(at: usize, start: i32, n: i32): void {
  const cuts = v128.load(cutRanks() + (at << 1));
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let e = f64x2.splat(0);
  let f = f64x2.splat(0);
  let g = f64x2.splat(0);
  let h = f64x2.splat(0);
  const counts = leftCounts() + (at << 2);
  v128.store(counts, i32x4.splat(0));
  v128.store(counts, i32x4.splat(0), 16);
  let from = rows + (<usize> start << 2);
  let own = loads + (<usize> start << 4);
  for (let p = 0; p < n;) {
    // Counts of 16 bits, emptied before they overflow.
    const end = min(n, p + 0x7fff);
    let count = i16x8.splat(0);
    for (; p < end; p++, from += 4, own += 16) {
      const isLeft = i16x8.lt_u(v128.load(ranks + (at << 1) + <usize> load<u32>(from)), cuts);
      const l = v128.load(own);
      count = i16x8.sub(count, isLeft);
      a = f64x2.add(a, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 0, 0, 0, 0, 0, 0, 0, 0)));
      b = f64x2.add(b, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 1, 1, 1, 1, 1, 1, 1, 1)));
      c = f64x2.add(c, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 2, 2, 2, 2, 2, 2, 2, 2)));
      d = f64x2.add(d, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 3, 3, 3, 3, 3, 3, 3, 3)));
      e = f64x2.add(e, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 4, 4, 4, 4, 4, 4, 4, 4)));
      f = f64x2.add(f, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 5, 5, 5, 5, 5, 5, 5, 5)));
      g = f64x2.add(g, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 6, 6, 6, 6, 6, 6, 6, 6)));
      h = f64x2.add(h, v128.and(l, v128.shuffle<i16>(isLeft, isLeft, 7, 7, 7, 7, 7, 7, 7, 7)));
    }
    v128.store(counts, i32x4.add(v128.load(counts), i32x4.extend_low_i16x8_u(count)));
    v128.store(counts, i32x4.add(v128.load(counts, 16), i32x4.extend_high_i16x8_u(count)), 16);
  }
  const totals = leftTotals() + (at << 4);
  v128.store(totals, a);
  v128.store(totals, b, 16);
  v128.store(totals, c, 32);
  v128.store(totals, d, 48);
  v128.store(totals, e, 64);
  v128.store(totals, f, 80);
  v128.store(totals, g, 96);
  v128.store(totals, h, 112);
}

/** Judges the thresholds that were drawn for a node, in the order in which they were drawn. */
function judgeDrawn(start: i32, n: i32, count: i32): void {
  // One by one, where blocks of eight would hold few of them.
  const isSparse = mode > TWO || count * 2 < nFeatures;
  if (!isSparse) {
    for (let block = 0; block < nFeatures; block += 8) sumBlock(<usize> min(block, nFeatures - 8), start, n);
  }
  for (let i = 0; i < count; i++) {
    const at = draws() + (<usize> i << 4);
    const feature = load<i32>(at);
    const cut = load<i32>(at, 4);
    const range = load<u32>(at, 8);
    const drawn = load<u32>(at, 12);
    if (isSparse) {
      tryCut(feature, start, n, cut, range, drawn);
      continue;
    }
    const left = v128.load(leftTotals() + (<usize> feature << 4));
    const size = load<i32>(leftCounts() + (<usize> feature << 2));
    if (size < minLeaf || n - size < minLeaf || !weightsFit(f64x2.extract_lane(left, 0))) continue;
    judge(feature, cut, range, drawn, proxyOf(left));
  }
}

@inline
function swap(a: i32, b: i32): void {
  const at = features + (<usize> a << 2);
  const bt = features + (<usize> b << 2);
  const v = load<i32>(at);
  store<i32>(at, load<i32>(bt));
  store<i32>(bt, v);
}

/**
 * Draws features, and finds the best split of a node's rows. Features known to be constant stand first; with `keyed` none
 * are known, and the order of features is put back, so that the next node's draws do not depend on this one.
 */
function findSplit(start: i32, n: i32, random: bool, keyed: bool, nKnown: i32): void {
  bestProxy = -Infinity;
  bestFeature = -1;
  let last = nFeatures;
  let visited = 0;
  let found = 0;
  let drawn = 0;
  let undone = 0;
  let nDrawn = 0;
  const wholesale = random && nFeatures >= 8 && (nFeatures + 7) >> 3 <= maxFeatures;
  if (wholesale) rangeAll(start, n);
  while (last > nKnown + found && (visited < maxFeatures || visited <= found + drawn)) {
    visited++;
    let at = drawn + <i32> (draw() % <u32> (last - found - drawn));
    if (at < nKnown) {
      swap(drawn, at);
      drawn++;
      continue;
    }
    at += found;
    const feature = load<i32>(features + (<usize> at << 2));
    const range = wholesale ? rangeOf(feature) : fetch(feature, start, n);
    const min = <i32> (range & 65535);
    const max = <i32> (range >> 16);
    let other = nKnown + found;
    if (min == max || (load<u8>(close + feature) != 0 && !isBeyond(feature, max, min))) found++;
    else {
      other = --last;
      if (random) {
        const drawn = draw();
        const cut = cutOf(feature, start, n, min, max, drawn);
        if (wholesale) {
          const own = draws() + (<usize> nDrawn << 4);
          store<i32>(own, feature);
          store<i32>(own, cut, 4);
          store<u32>(own, range, 8);
          store<u32>(own, drawn, 12);
          store<u16>(cutRanks() + (<usize> feature << 1), <u16> cut);
          nDrawn++;
        } else tryCut(feature, start, n, cut, range, drawn);
      } else if (mode > TWO) trySorted(feature, start, n);
      else if (n <= SMALL) tryPairs(feature, start, n);
      else tryBins(feature, start, n, min, max);
    }
    swap(at, other);
    if (keyed) {
      store<i32>(swaps + (<usize> undone << 3), at);
      store<i32>(swaps + (<usize> undone << 3), other, 4);
      undone++;
    }
  }
  if (wholesale) judgeDrawn(start, n, nDrawn);
  nConstants = nKnown + found;
  if (!keyed) {
    memory.copy(features, constants, <usize> nKnown << 2);
    memory.copy(constants + (<usize> nKnown << 2), features + (<usize> nKnown << 2), <usize> found << 2);
    return;
  }
  while (undone > 0) {
    undone--;
    swap(load<i32>(swaps + (<usize> undone << 3)), load<i32>(swaps + (<usize> undone << 3), 4));
  }
}

/** Weight, sum and squares of rows; for several classes their weights. */
function sumUp(start: i32, n: i32, into: usize): v128 {
  let total = f64x2.splat(0);
  const from = loads + (<usize> start << 4);
  if (mode > TWO) {
    memory.fill(into, 0, <usize> nClasses << 3);
    let weight: f64 = 0;
    for (let p = 0; p < n; p++) {
      const w = load<f64>(from + (<usize> p << 4));
      const c = into + (<usize> load<f64>(from + (<usize> p << 4), 8) << 3);
      store<f64>(c, load<f64>(c) + w);
      weight += w;
    }
    return pairOf(weight, 0);
  }
  for (let p = 0; p < n; p++) total = f64x2.add(total, v128.load(from + (<usize> p << 4)));
  return total;
}

/** Impurity of rows whose sums are known. */
function impurityOf(start: i32, n: i32, total: v128, classes: usize): f64 {
  const w = f64x2.extract_lane(total, 0);
  const s = f64x2.extract_lane(total, 1);
  if (mode == TWO) return 1 - (s * s + (w - s) * (w - s)) / (w * w);
  if (mode == NUMBERS) {
    let squares: f64 = 0;
    const from = loads + (<usize> start << 4);
    for (let p = 0; p < n; p++) {
      const v = load<f64>(from + (<usize> p << 4), 8);
      squares += v * v / load<f64>(from + (<usize> p << 4));
    }
    return squares / w - (s / w) * (s / w);
  }
  let squares: f64 = 0;
  for (let c = 0; c < nClasses; c++) {
    const x = load<f64>(classes + (<usize> c << 3));
    squares += x * x;
  }
  return 1 - squares / (w * w);
}

/** Brings the rows that go left before the others, in their order; gives how many, and the ranks next to the cut. */
function separate(feature: i32, cut: i32, start: i32, n: i32, out: usize): i32 {
  const base = ranks + (<usize> feature << 1);
  let row = rows + (<usize> start << 2);
  let load_ = loads + (<usize> start << 4);
  let l = 0;
  let r = 0;
  let low = 0;
  let high = 65535;
  const rowOut = row;
  const loadOut = load_;
  for (let p = 0; p < n; p++) {
    const at = load<u32>(row);
    const own = v128.load(load_);
    const key = <i32> load<u16>(base + <usize> at);
    store<u32>(rowOut + (<usize> l << 2), at);
    v128.store(loadOut + (<usize> l << 4), own);
    store<u32>(spareRows + (<usize> r << 2), at);
    v128.store(spareLoads + (<usize> r << 4), own);
    const isLeft = i32(key < cut);
    low = select(key, low, isLeft & i32(key > low));
    high = select(key, high, (1 - isLeft) & i32(key < high));
    l += isLeft;
    r += 1 - isLeft;
    row += 4;
    load_ += 16;
  }
  if (r > 64) {
    memory.copy(rowOut + (<usize> l << 2), spareRows, <usize> r << 2);
    memory.copy(loadOut + (<usize> l << 4), spareLoads, <usize> r << 4);
  } else {
    for (let p = 0; p < r; p++) {
      store<u32>(rowOut + (<usize> (l + p) << 2), load<u32>(spareRows + (<usize> p << 2)));
      v128.store(loadOut + (<usize> (l + p) << 4), v128.load(spareLoads + (<usize> p << 4)));
    }
  }
  store<i32>(out, low);
  store<i32>(out, high, 4);
  return l;
}

/** Where the data lies. `about`: pointers and sizes, in the order of the lines below. */
export function set_data(about: usize): void {
  ranks = <usize> load<u32>(about);
  values = <usize> load<u32>(about, 4);
  offsets = <usize> load<u32>(about, 8);
  close = <usize> load<u32>(about, 12);
  nFeatures = load<i32>(about, 16);
  mode = load<i32>(about, 20);
  nClasses = load<i32>(about, 24);
  maxFeatures = load<i32>(about, 28);
  minLeaf = load<i32>(about, 32);
  rows = <usize> load<u32>(about, 36);
  loads = <usize> load<u32>(about, 40);
  spareRows = <usize> load<u32>(about, 44);
  spareLoads = <usize> load<u32>(about, 48);
  keys = <usize> load<u32>(about, 52);
  pairs = <usize> load<u32>(about, 56);
  sparePairs = <usize> load<u32>(about, 60);
  bins = <usize> load<u32>(about, 64);
  binSizes = <usize> load<u32>(about, 68);
  binCounts = <usize> load<u32>(about, 72);
  flags = <usize> load<u32>(about, 76);
  counters = <usize> load<u32>(about, 80);
  features = <usize> load<u32>(about, 84);
  swaps = <usize> load<u32>(about, 88);
  sums = <usize> load<u32>(about, 92);
  leftSums = <usize> load<u32>(about, 96);
  constants = <usize> load<u32>(about, 100);
  drawnCuts = <usize> load<u32>(about, 104);
  for (let j = 0; j < nFeatures; j++) store<i32>(features + (<usize> j << 2), j);
}

/**
 * Grows one tree.
 *
 * @param y numbers or class codes, float64
 * @param weight weights, float64; 0 leaves a row out
 * @param keyed whether what a node draws depends on its path alone, and not on the nodes before it
 * @param nodes room for the nodes, 56 bytes each: left, right, feature, samples (int32), threshold, impurity, weight
 * (float64), larger side (int32), depth (int32)
 * @param outValues room for their values, float64, one or `nClasses` a node
 * @param stack room for the nodes that wait, 40 bytes each
 * @returns how many nodes there are
 */
export function grow(
  nSamples: i32,
  y: usize,
  weight: usize,
  rootKey: u32,
  random: i32,
  keyed: i32,
  maxDepth: i32,
  minSplit: i32,
  minWeightLeaf: f64,
  minDecrease: f64,
  totalWeight: f64,
  nodes: usize,
  outValues: usize,
  stack: usize,
): i32 {
  minWeight = minWeightLeaf;
  let n = 0;
  for (let i = 0; i < nSamples; i++) {
    const w = load<f64>(weight + (<usize> i << 3));
    if (w == 0) continue;
    const v = load<f64>(y + (<usize> i << 3));
    store<u32>(rows + (<usize> n << 2), <u32> i * <u32> nFeatures * 2);
    v128.store(loads + (<usize> n << 4), pairOf(w, mode > TWO ? v : w * v));
    n++;
  }
  const stride = mode == NUMBERS ? 1 : mode == TWO ? 2 : nClasses;
  let waiting = 0;
  let count = 0;
  // start, end, depth, parent with the side in its lowest bit, key; impurity.
  store<i32>(stack, 0);
  store<i32>(stack, n, 4);
  store<i32>(stack, 0, 8);
  store<i32>(stack, -2, 12);
  store<u32>(stack, rootKey, 16);
  store<i32>(stack, 0, 20);
  state = rootKey;
  store<f64>(stack, NaN, 24);
  waiting = 1;
  while (waiting > 0) {
    waiting--;
    const top = stack + <usize> waiting * 32;
    const start = load<i32>(top);
    const end = load<i32>(top, 4);
    const depth = load<i32>(top, 8);
    const parent = load<i32>(top, 12);
    const key = load<u32>(top, 16);
    const nKnown = load<i32>(top, 20);
    let impurity = load<f64>(top, 24);
    n = end - start;
    const total = sumUp(start, n, sums);
    nodeWeight = f64x2.extract_lane(total, 0);
    nodeSum = f64x2.extract_lane(total, 1);
    if (parent < 0) impurity = impurityOf(start, n, total, sums);
    const id = count++;
    const node = nodes + <usize> id * 56;
    const own = outValues + <usize> (id * stride) * 8;
    store<i32>(node, -1);
    store<i32>(node, -1, 4);
    store<i32>(node, -2, 8);
    store<i32>(node, n, 12);
    store<f64>(node, -2, 16);
    store<f64>(node, impurity, 24);
    store<f64>(node, nodeWeight, 32);
    store<i32>(node, 0, 40);
    store<i32>(node, depth, 44);
    if (mode == NUMBERS) store<f64>(own, nodeSum / nodeWeight);
    else if (mode == TWO) {
      store<f64>(own, (nodeWeight - nodeSum) / nodeWeight);
      store<f64>(own, nodeSum / nodeWeight, 8);
    } else {
      squaresOfNode = 0;
      for (let c = 0; c < nClasses; c++) {
        const x = load<f64>(sums + (<usize> c << 3));
        squaresOfNode += x * x;
        store<f64>(own + (<usize> c << 3), x / nodeWeight);
      }
    }
    if (parent >= 0) store<i32>(nodes + <usize> (parent >> 1) * 56 + <usize> ((parent & 1) << 2), id);
    if (
      depth >= maxDepth || n < minSplit || n < 2 * minLeaf || nodeWeight < 2 * minWeight || impurity <= EPSILON
    ) continue;
    if (keyed != 0) state = key;
    findSplit(start, n, random != 0, keyed != 0, nKnown);
    if (bestFeature < 0) continue;
    const l = separate(bestFeature, bestCut, start, n, counters);
    const low = load<i32>(counters);
    const high = load<i32>(counters, 4);
    if (random != 0) {
      bestThreshold = thresholdOf(bestFeature, <i32> (bestRange & 65535), <i32> (bestRange >> 16), bestDrawn);
    } else {
      bestThreshold = <f64> valueOf(bestFeature, low) / 2 + <f64> valueOf(bestFeature, high) / 2;
    }
    const leftTotal = sumUp(start, l, leftSums);
    const leftImpurity = impurityOf(start, l, leftTotal, leftSums);
    const leftWeight = f64x2.extract_lane(leftTotal, 0);
    const rightTotal = f64x2.sub(total, leftTotal);
    if (mode > TWO) {
      for (let c = 0; c < nClasses; c++) {
        const at = leftSums + (<usize> c << 3);
        store<f64>(at, load<f64>(sums + (<usize> c << 3)) - load<f64>(at));
      }
    }
    const rightImpurity = impurityOf(start + l, n - l, rightTotal, leftSums);
    const rightWeight = nodeWeight - leftWeight;
    const gain = nodeWeight / totalWeight *
      (impurity - rightWeight / nodeWeight * rightImpurity - leftWeight / nodeWeight * leftImpurity);
    if (gain + EPSILON < minDecrease) continue;
    store<i32>(node, bestFeature, 8);
    store<f64>(node, bestThreshold, 16);
    store<i32>(node, i32(l > n - l), 40);
    store<i32>(top, start + l);
    store<i32>(top, end, 4);
    store<i32>(top, depth + 1, 8);
    store<i32>(top, id << 1 | 1, 12);
    const known = keyed != 0 ? 0 : nConstants;
    store<u32>(top, mix(key ^ 0x7f4a7c15), 16);
    store<i32>(top, known, 20);
    store<f64>(top, rightImpurity, 24);
    store<i32>(top, start, 32);
    store<i32>(top, start + l, 36);
    store<i32>(top, depth + 1, 40);
    store<i32>(top, id << 1, 44);
    store<u32>(top, mix(key ^ 0x9e3779b9), 48);
    store<i32>(top, known, 52);
    store<f64>(top, leftImpurity, 56);
    waiting += 2;
  }
  return count;
}

/**
 * Leads samples down a tree, each from the node where it stands, by `steps` levels at most.
 *
 * @param nodes 16 bytes each: left, right, feature with the side of missing values in its highest bit (int32), threshold
 * (float32); of a leaf both children are itself
 * @param at node of each sample, int32
 */
export function walk(nodes: usize, X: usize, n: i32, m: i32, steps: i32, at: usize): void {
  const row = <usize> m << 2;
  let i = 0;
  // Four samples side by side, so that they wait for memory together.
  for (; i + 4 <= n; i += 4) {
    const x0 = X + <usize> i * row;
    const x1 = x0 + row;
    const x2 = x1 + row;
    const x3 = x2 + row;
    const own = at + (<usize> i << 2);
    let a = load<i32>(own);
    let b = load<i32>(own, 4);
    let c = load<i32>(own, 8);
    let d = load<i32>(own, 12);
    for (let s = 0; s < steps; s++) {
      const e = next(nodes, x0, a);
      const f = next(nodes, x1, b);
      const g = next(nodes, x2, c);
      const h = next(nodes, x3, d);
      const moved = (e ^ a) | (f ^ b) | (g ^ c) | (h ^ d);
      a = e;
      b = f;
      c = g;
      d = h;
      if (moved == 0) break;
    }
    store<i32>(own, a);
    store<i32>(own, b, 4);
    store<i32>(own, c, 8);
    store<i32>(own, d, 12);
  }
  for (; i < n; i++) {
    const x = X + <usize> i * row;
    const own = at + (<usize> i << 2);
    let a = load<i32>(own);
    for (let s = 0; s < steps; s++) {
      const e = next(nodes, x, a);
      if (e == a) break;
      a = e;
    }
    store<i32>(own, a);
  }
}

@inline
function next(nodes: usize, x: usize, at: i32): i32 {
  const node = nodes + (<usize> at << 4);
  const feature = load<i32>(node, 8);
  const v = load<f32>(x + (<usize> (feature & 0x7fffffff) << 2));
  const isLeft = i32(v <= load<f32>(node, 12)) | (i32(v != v) & i32(feature < 0));
  return select(load<i32>(node), load<i32>(node, 4), isLeft);
}

/** Adds the values of the node where each sample stands. */
export function add_values(at: usize, nodeValues: usize, n: i32, stride: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    let from = nodeValues + (<usize> (load<i32>(at + (<usize> i << 2)) * stride) << 3);
    let to = out + (<usize> (i * stride) << 3);
    for (let c = 0; c < stride; c++) {
      store<f64>(to, load<f64>(to) + load<f64>(from));
      from += 8;
      to += 8;
    }
  }
}
