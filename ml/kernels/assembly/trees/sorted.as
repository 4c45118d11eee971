// Splits from sorted rows: all places tried.

import { close, counters, isBeyond, keys, leftSums, loads, minLeaf, mode, nClasses, pairs, sparePairs, sums, TWO } from "./data";
import { accept, bestProxy, classProxy, proxyOf, squaresOfNode, weightsFit } from "./split";

/** Sorts pairs of rank (high half) and row (low half); gives where they lie then. */
export function sortPairs(n: i32): usize {
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
export function trySorted(feature: i32, start: i32, n: i32): void {
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
