// A feature's ranks of a node's rows.

import { counters, keys, ranks, rows } from "./data";

/** Fetches a feature's ranks of a node's rows, and gives smallest and largest as low and high half. */
export function fetch(feature: i32, start: i32, n: i32): u32 {
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
