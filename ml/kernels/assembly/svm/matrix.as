// The matrix of all samples: rows are filled when they are wanted first.

import { compute, FILLED, FILLER, LD, MAT, N, NORMS, TILES } from "./samples";

/** A row of the matrix, which is there. */
// @ts-ignore: decorator
@inline
export function rowOf(i: i32): usize {
  return MAT + ((<usize> (FILLED == 0 ? i : load<i32>(FILLED + (<usize> i << 2), 4) - 1) * <usize> LD) << 2);
}

// @ts-ignore: decorator
@inline
export function isThere(i: i32): bool {
  return FILLED == 0 || load<i32>(FILLED + (<usize> i << 2), 4) != 0;
}

/** Fills rows of the matrix that are not there yet, four at a time: each behind the last, so that memory is touched for those alone. */
export function fill(rows: usize, count: i32, scratch: usize): void {
  if (FILLED == 0) return;
  const list = scratch;
  let k = 0;
  for (let r = 0; r <= count; r++) {
    if (r < count) {
      const i = load<i32>(rows + (<usize> r << 2));
      if (isThere(i)) continue;
      const next = load<i32>(FILLED) + 1;
      store<i32>(FILLED, next);
      store<i32>(FILLED + (<usize> i << 2), next, 4);
      store<i32>(list + ((<usize> (k++)) << 2), i);
    }
    if (k == 4 || (r == count && k > 0)) {
      let done = 0;
      // Four rows are written in any case, and two of double precision: one alone stands where only it is.
      while (done < k) {
        const at = list + (<usize> done << 2);
        const some = k == 4 ? 4 : 1;
        compute(FILLER, at, some, 0, TILES, NORMS, N >> 3, rowOf(load<i32>(at)), some == 4 ? LD : 0, 0, scratch + 64);
        done += some;
      }
      k = 0;
    }
  }
}
