// A feature's ranks of a node's rows.

import { keys, ranks, rows } from "./data";

/** Fetches a feature's ranks of a node's rows, and gives smallest and largest as low and high half. */
export function fetch(feature: i32, start: i32, n: i32): u32 {
  const base = ranks + (<usize> feature << 1);
  let from = rows + (<usize> start << 2);
  let to = keys;
  let low = i16x8.splat(-1);
  let high = i16x8.splat(0);
  let p = 0;
  // Eight at a time: loads and stores of one number each are checked one by one.
  for (; p + 8 <= n; p += 8) {
    // Two rows a load.
    let two = load<u64>(from);
    let k = v128.load_lane<u16>(base + <usize> <u32> two, i16x8.splat(0), 0);
    k = v128.load_lane<u16>(base + <usize> (two >> 32), k, 1);
    two = load<u64>(from, 8);
    k = v128.load_lane<u16>(base + <usize> <u32> two, k, 2);
    k = v128.load_lane<u16>(base + <usize> (two >> 32), k, 3);
    two = load<u64>(from, 16);
    k = v128.load_lane<u16>(base + <usize> <u32> two, k, 4);
    k = v128.load_lane<u16>(base + <usize> (two >> 32), k, 5);
    two = load<u64>(from, 24);
    k = v128.load_lane<u16>(base + <usize> <u32> two, k, 6);
    k = v128.load_lane<u16>(base + <usize> (two >> 32), k, 7);
    v128.store(to, k);
    low = i16x8.min_u(low, k);
    high = i16x8.max_u(high, k);
    from += 32;
    to += 16;
  }
  low = i16x8.min_u(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  high = i16x8.max_u(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  low = i16x8.min_u(low, v128.shuffle<i32>(low, low, 1, 0, 3, 2));
  high = i16x8.max_u(high, v128.shuffle<i32>(high, high, 1, 0, 3, 2));
  let min = <u32> i16x8.extract_lane_u(low, 0);
  let max = <u32> i16x8.extract_lane_u(high, 0);
  const other = <u32> i16x8.extract_lane_u(low, 1);
  const another = <u32> i16x8.extract_lane_u(high, 1);
  min = select(other, min, other < min);
  max = select(another, max, another > max);
  for (; p < n; p++) {
    const k = <u32> load<u16>(base + <usize> load<u32>(from));
    store<u16>(to, <u16> k);
    min = select(k, min, k < min);
    max = select(k, max, k > max);
    from += 4;
    to += 2;
  }
  return min | (max << 16);
}
