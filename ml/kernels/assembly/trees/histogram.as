// Splits of large nodes: a histogram of coarse ranks, looked into only where a bound on what lies between two boundaries beats the best split so
// far. Source of the bound: w ↦ S²/w is convex, so over a bin no split can be better than at the corners of what the bin's rows can add to weight
// and sum (L. Breiman et al., "Classification and Regression Trees", 1984, section 9.4 has the convexity).

import { binCounts, bins, binSizes, close, flags, isBeyond, keys, loads, minLeaf, minWeight, mode, NUMBERS, pairOf, pairs, TWO } from "./data";
import { sortPairs, trySorted } from "./sorted";
import { accept, bestCut, bestFeature, bestProxy, nodeSum, nodeWeight, proxyOf, weightsFit } from "./split";

/** The most bins of a histogram. */
const MOST_BINS: i32 = 512;

// @ts-ignore: decorator
@inline
function addTo(bin: i32, load_: v128): void {
  const at = bins + (<usize> bin << 4);
  v128.store(at, f64x2.add(v128.load(at), load_));
}

/** A histogram of coarse ranks; between its boundaries only where something better can be. */
export function tryBins(feature: i32, start: i32, n: i32, min: i32, max: i32): void {
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
  let p = 0;
  if (!counted && !sized) {
    // Four ranks a load: each is checked against the memory's end.
    for (; p + 4 <= n; p += 4) {
      const four = load<u64>(keys + (<usize> p << 1));
      addTo((<i32> (four & 0xffff) - min) >> shift, v128.load(own));
      addTo((<i32> (four >> 16 & 0xffff) - min) >> shift, v128.load(own, 16));
      addTo((<i32> (four >> 32 & 0xffff) - min) >> shift, v128.load(own, 32));
      addTo((<i32> (four >> 48) - min) >> shift, v128.load(own, 48));
      own += 64;
    }
  }
  for (; p < n; p++) {
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
      accept(savedFeature, savedCut, saved);
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
