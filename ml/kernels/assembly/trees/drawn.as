// Drawn thresholds. Where a node looks at a good part of the features, eight of them are ranged and summed up side by side, for a
// row's ranks are neighbours. The room: least ranks, largest ranks, cuts (uint16 a feature), then 16 bytes a draw (feature,
// cut, range, draw), weight and sum on the left (16 bytes a feature), rows on the left (int32 a feature), all up to multiples of 16.

import { clear, drawnCuts, leftSums, loads, minLeaf, mode, nClasses, nFeatures, offsets, ranks, rows, sums, TWO, valueOf, values } from "./data";
import { accept, bestProxy, classProxy, proxyOf, weightsFit } from "./split";

/** Where it was drawn: least and largest rank (low and high half), and the draw. */
export let bestRange: u32 = 0;
export let bestDrawn: u32 = 0;

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
export function cutRanks(): usize {
  return drawnCuts + 2 * roomFor(nFeatures << 1);
}

@inline
export function draws(): usize {
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
export function rangeAll(start: i32, n: i32): void {
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
export function rangeOf(feature: i32): u32 {
  const least = leastRanks() + (<usize> feature << 1);
  return <u32> load<u16>(least) | <u32> load<u16>(least + roomFor(nFeatures << 1)) << 16;
}

/** The threshold between the smallest and the largest value that a draw comes to. */
@inline
export function thresholdOf(feature: i32, min: i32, max: i32, drawn: u32): f64 {
  const lowest = <f64> valueOf(feature, min);
  const highest = <f64> valueOf(feature, max);
  const threshold = (highest - lowest) * <f64> drawn / 2147483647.0 + lowest;
  return threshold == highest ? lowest : threshold;
}

/** The first rank that matters above a threshold that is drawn between the smallest and the largest value. */
@inline
export function cutOf(feature: i32, start: i32, n: i32, min: i32, max: i32, drawn: u32): i32 {
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
export function tryCut(feature: i32, start: i32, n: i32, cut: i32, range: u32, drawn: u32): void {
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
export function judgeDrawn(start: i32, n: i32, count: i32): void {
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
