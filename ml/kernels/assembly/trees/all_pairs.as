// Splits of small nodes: all pairs of rows compared.

import { binCounts, bins, clear, close, counters, isBeyond, keys, loads, minLeaf } from "./data";
import { accept, bestProxy, proxyOf, weightsFit } from "./split";

/** All pairs: where each row stands among the node's is the number of smaller ranks; equal ranks share a place. */
export function tryPairs(feature: i32, start: i32, n: i32): void {
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
