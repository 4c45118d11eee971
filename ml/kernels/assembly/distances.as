// What is looked for in tables of Euclidean distances, which come as products of the rows: |x|² + |y|² − 2 x·y.

// @ts-ignore: decorator
@inline
function at(base: usize, i: i32): usize {
  return base + (<usize> i << 3);
}

// @ts-ignore: decorator
@inline
function lesser(v: v128): f64 {
  return min(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
}

/** The least value of a row and its columns', where `low` is that of the columns before `j`. */
// @ts-ignore: decorator
@inline
function leastFrom(row: usize, m: i32, ofY: usize, j: i32, low: v128): f64 {
  let least = lesser(low);
  for (; j < m; j++) least = min(least, load<f64>(at(row, j)) + load<f64>(at(ofY, j)));
  return least;
}

/** Writes the first column of a row that is no larger than `bound`, and how many are. */
function writeNear(row: usize, m: i32, ofY: usize, bound: f64, out: usize): void {
  const most = f64x2.splat(bound);
  let first = -1, count = 0;
  let j = 0;
  // Where there are few columns, one of a group of eight is near more often than not.
  const grouped = m < 64 ? 0 : m - 8;
  while (j + 2 <= m) {
    const p = at(row, j), q = at(ofY, j);
    if (j < grouped) {
      const a = v128.or(f64x2.le(f64x2.add(v128.load(p), v128.load(q)), most), f64x2.le(f64x2.add(v128.load(p, 16), v128.load(q, 16)), most));
      const b = v128.or(f64x2.le(f64x2.add(v128.load(p, 32), v128.load(q, 32)), most), f64x2.le(f64x2.add(v128.load(p, 48), v128.load(q, 48)), most));
      if (!v128.any_true(v128.or(a, b))) {
        j += 8;
        continue;
      }
    }
    const end = grouped == 0 ? m - 1 : min(m - 1, j + 8);
    for (; j < end; j += 2) {
      const near = i64x2.bitmask(f64x2.le(f64x2.add(v128.load(at(row, j)), v128.load(at(ofY, j))), most));
      if (near == 0) continue;
      if (count == 0) first = j + ctz(near);
      count += popcnt(near);
    }
  }
  if (j < m && load<f64>(at(row, j)) + load<f64>(at(ofY, j)) <= bound) {
    if (count == 0) first = j;
    count++;
  }
  store<i32>(out, first);
  store<i32>(out, count, 4);
}

/**
 * For each row of −2 x·y the column of the least |y|² − 2 x·y, and how many others are as small up to `slack` (|x|² + `largest`), which rounding
 * leaves open: the first of them and their number, as two int32.
 */
export function leastOfRows(block: usize, rows: i32, m: i32, ofX: usize, ofY: usize, largest: f64, slack: f64, out: usize): void {
  const step = <usize> m << 3;
  let r = 0;
  // Four rows at a time: |y|² is read once for them.
  for (; r + 4 <= rows; r += 4) {
    const row = at(block, r * m);
    const row1 = row + step, row2 = row1 + step, row3 = row2 + step;
    let low = f64x2.splat(Infinity), low1 = low, low2 = low, low3 = low;
    let j = 0;
    for (; j + 2 <= m; j += 2) {
      const y = v128.load(at(ofY, j));
      low = f64x2.pmin(low, f64x2.add(v128.load(at(row, j)), y));
      low1 = f64x2.pmin(low1, f64x2.add(v128.load(at(row1, j)), y));
      low2 = f64x2.pmin(low2, f64x2.add(v128.load(at(row2, j)), y));
      low3 = f64x2.pmin(low3, f64x2.add(v128.load(at(row3, j)), y));
    }
    const x = at(ofX, r), to = at(out, r);
    writeNear(row, m, ofY, leastFrom(row, m, ofY, j, low) + slack * (load<f64>(x) + largest), to);
    writeNear(row1, m, ofY, leastFrom(row1, m, ofY, j, low1) + slack * (load<f64>(x, 8) + largest), to + 8);
    writeNear(row2, m, ofY, leastFrom(row2, m, ofY, j, low2) + slack * (load<f64>(x, 16) + largest), to + 16);
    writeNear(row3, m, ofY, leastFrom(row3, m, ofY, j, low3) + slack * (load<f64>(x, 24) + largest), to + 24);
  }
  for (; r < rows; r++) {
    const row = at(block, r * m);
    let low = f64x2.splat(Infinity);
    let j = 0;
    for (; j + 2 <= m; j += 2) low = f64x2.pmin(low, f64x2.add(v128.load(at(row, j)), v128.load(at(ofY, j))));
    writeNear(row, m, ofY, leastFrom(row, m, ofY, j, low) + slack * (load<f64>(at(ofX, r)) + largest), at(out, r));
  }
}

/**
 * Sums of the distances of each row to the columns of each of `k` clusters, from −2 x·y; none of row r to column `self` + r.
 *
 * @param codes cluster of each column; int32
 * @param sums out, rows × k
 */
export function sumsByCluster(
  block: usize, rows: i32, m: i32, ofX: usize, ofY: usize, self: i32, codes: usize, k: i32, sums: usize,
): void {
  memory.fill(sums, 0, <usize> rows * <usize> k << 3);
  for (let r = 0; r < rows; r++) {
    const row = at(block, r * m), own = at(sums, r * k);
    const square = f64x2.splat(load<f64>(at(ofX, r))), zero = f64x2.splat(0);
    store<f64>(at(row, self + r), -Infinity);
    let j = 0;
    for (; j + 2 <= m; j += 2) {
      const v = f64x2.add(f64x2.add(square, v128.load(at(ofY, j))), v128.load(at(row, j)));
      const d = f64x2.sqrt(f64x2.pmax(zero, v));
      const a = at(own, load<i32>(codes + (<usize> j << 2)));
      store<f64>(a, load<f64>(a) + f64x2.extract_lane(d, 0));
      const b = at(own, load<i32>(codes + (<usize> j << 2), 4));
      store<f64>(b, load<f64>(b) + f64x2.extract_lane(d, 1));
    }
    if (j < m) {
      const a = at(own, load<i32>(codes + (<usize> j << 2)));
      store<f64>(a, load<f64>(a) + sqrt(max(0, load<f64>(at(ofX, r)) + load<f64>(at(ofY, j)) + load<f64>(at(row, j)))));
    }
  }
}
