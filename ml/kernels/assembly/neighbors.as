// Nearest neighbours by a threshold: of a table of approximate distances, a query a row, those are noted that may be among the k
// smallest; where a row's list is full, it is cut to what may still be, and the row's threshold falls.

/** The k-th smallest of n values, which are put in another order on the way. */
function kthSmallest(values: usize, n: i32, k: i32): f32 {
  let left = 0;
  let right = n - 1;
  while (left < right) {
    const pivot = load<f32>(values + (<usize> ((left + right) >>> 1) << 2));
    let i = left;
    let j = right;
    while (i <= j) {
      while (load<f32>(values + (<usize> i << 2)) < pivot) i++;
      while (load<f32>(values + (<usize> j << 2)) > pivot) j--;
      if (i > j) break;
      const held = load<f32>(values + (<usize> i << 2));
      store<f32>(values + (<usize> i << 2), load<f32>(values + (<usize> j << 2)));
      store<f32>(values + (<usize> j << 2), held);
      i++;
      j--;
    }
    if (k - 1 <= j) right = j;
    else if (k - 1 >= i) left = i;
    else break;
  }
  return load<f32>(values + (<usize> (k - 1) << 2));
}

/** Cuts a list to what is no larger than its k-th smallest value and the slack; gives the new threshold. */
// @ts-ignore: decorator
@inline
function cut(counts: usize, ids: usize, values: usize, row: i32, room: i32, k: i32, slack: f32, scratch: usize): f32 {
  const n = load<i32>(counts + (<usize> row << 2));
  const at = <usize> row * <usize> room << 2;
  memory.copy(scratch, values + at, <usize> n << 2);
  const bound = kthSmallest(scratch, n, k) + slack;
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const v = load<f32>(values + at + (<usize> i << 2));
    if (!(v <= bound)) continue;
    store<f32>(values + at + (<usize> kept << 2), v);
    store<i32>(ids + at + (<usize> kept << 2), load<i32>(ids + at + (<usize> i << 2)));
    kept++;
  }
  // A list that stays full holds nothing but ties: it is given up, and its row measured exactly.
  store<i32>(counts + (<usize> row << 2), kept == room ? -1 : kept);
  return bound;
}

/**
 * Notes values of a table that are within their row's threshold.
 *
 * @param table approximate distances, rows × cols, `ld` apart; float32
 * @param first number of the sample of the first column
 * @param bounds threshold of each row; float32
 * @param slack what a value may be off by, twice, for each row; float32
 * @param counts how many are noted in each row, −1 where it was given up; int32
 * @param ids numbers noted, `room` a row; int32
 * @param values their values; float32
 * @param scratch room for `room` float32
 */
export function filter(
  table: usize,
  rows: i32,
  cols: i32,
  ld: i32,
  first: i32,
  bounds: usize,
  slack: usize,
  counts: usize,
  ids: usize,
  values: usize,
  room: i32,
  k: i32,
  scratch: usize,
): void {
  for (let r = 0; r < rows; r++) {
    let n = load<i32>(counts + (<usize> r << 2));
    if (n < 0) continue;
    let bound = load<f32>(bounds + (<usize> r << 2));
    let limit = f32x4.splat(bound);
    const row = table + (<usize> r * <usize> ld << 2);
    const list = <usize> r * <usize> room << 2;
    let c = 0;
    while (c < cols) {
      const p = row + (<usize> c << 2);
      const width = min(16, cols - c);
      if (width == 16) {
        const a = v128.or(f32x4.le(v128.load(p), limit), f32x4.le(v128.load(p, 16), limit));
        const b = v128.or(f32x4.le(v128.load(p, 32), limit), f32x4.le(v128.load(p, 48), limit));
        if (!v128.any_true(v128.or(a, b))) {
          c += 16;
          continue;
        }
      }
      for (let i = 0; i < width; i++) {
        const v = load<f32>(p + (<usize> i << 2));
        if (!(v <= bound)) continue;
        store<i32>(ids + list + (<usize> n << 2), first + c + i);
        store<f32>(values + list + (<usize> n << 2), v);
        n++;
        if (n < room) continue;
        store<i32>(counts + (<usize> r << 2), n);
        bound = cut(counts, ids, values, r, room, k, load<f32>(slack + (<usize> r << 2)), scratch);
        n = load<i32>(counts + (<usize> r << 2));
        if (n < 0) break;
        limit = f32x4.splat(bound);
      }
      if (n < 0) break;
      c += width;
    }
    store<i32>(counts + (<usize> r << 2), n);
    store<f32>(bounds + (<usize> r << 2), bound);
  }
}

/** Cuts all lists a last time. */
export function settle(
  rows: i32,
  slack: usize,
  counts: usize,
  ids: usize,
  values: usize,
  room: i32,
  k: i32,
  scratch: usize,
): void {
  for (let r = 0; r < rows; r++) {
    if (load<i32>(counts + (<usize> r << 2)) < k) continue;
    cut(counts, ids, values, r, room, k, load<f32>(slack + (<usize> r << 2)), scratch);
  }
}
