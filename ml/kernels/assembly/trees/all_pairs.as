// Splits of small nodes: all pairs of rows compared.

import { binCounts, bins, clear, close, counters, isBeyond, keys, loads, minLeaf } from "./data";
import { accept, bestProxy, proxyOf, weightsFit } from "./split";

/** Adds rows, from `block` on, to their places; these are in `counters`. */
// @ts-ignore: decorator
@inline
function gather(block: i32, count: i32, start: i32): void {
  for (let i = 0; i < count; i++) {
    const slot = <usize> load<u16>(counters + (<usize> i << 1));
    const at = bins + (slot << 4);
    v128.store(at, f64x2.add(v128.load(at), v128.load(loads + (<usize> (start + block + i) << 4))));
    // How many there are, and their rank.
    const c = binCounts + (slot << 2);
    const key = (<u32> load<u16>(keys + (<usize> (block + i) << 1)) ^ 0x8000) << 16;
    store<u32>(c, (load<u32>(c) & 0xffff) + 1 | key);
  }
}

/** All pairs: where each row stands among the node's is the number of smaller ranks; equal ranks share a place. */
export function tryPairs(feature: i32, start: i32, n: i32): void {
  const padded = (n + 7) & ~7;
  // What was padded compares as largest, and counts for none.
  for (let p = n; p < padded; p++) store<u16>(keys + (<usize> p << 1), 65535);
  // As signed numbers they compare by one instruction.
  const flip = i16x8.splat(-32768);
  for (let p = 0; p < padded; p += 8) {
    const at = keys + (<usize> p << 1);
    v128.store(at, v128.xor(v128.load(at), flip));
  }
  clear(bins, <usize> n << 4);
  clear(binCounts, (<usize> n + 3 & ~3) << 2);
  let block = 0;
  // Sixteen at a time: each rank is loaded once for them.
  for (; block + 16 <= padded; block += 16) {
    const own = v128.load(keys + (<usize> block << 1));
    const next = v128.load(keys + (<usize> block << 1), 16);
    let place = i16x8.splat(0);
    let further = place;
    const stop = keys + (<usize> n << 1);
    for (let q = keys; q < stop; q += 2) {
      const key = v128.load16_splat(q);
      place = i16x8.sub(place, i16x8.gt_s(own, key));
      further = i16x8.sub(further, i16x8.gt_s(next, key));
    }
    v128.store(counters, place);
    v128.store(counters, further, 16);
    gather(block, min(16, n - block), start);
  }
  if (block < padded) {
    const own = v128.load(keys + (<usize> block << 1));
    let place = i16x8.splat(0);
    const stop = keys + (<usize> n << 1);
    for (let q = keys; q < stop; q += 2) place = i16x8.sub(place, i16x8.gt_s(own, v128.load16_splat(q)));
    v128.store(counters, place);
    gather(block, n - block, start);
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
