// Ranks of a column's values.

import { sortable, sortByKeys, unsortable } from "./sorting";

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
