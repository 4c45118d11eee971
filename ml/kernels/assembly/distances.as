// What is looked for in tables of Euclidean distances, which come as products of the rows: |x|² + |y|² − 2 x·y.

// @ts-ignore: decorator
@inline
function at(base: usize, i: i32): usize {
  return base + (<usize> i << 3);
}

/**
 * For each row of −2 x·y the column of the least |y|² − 2 x·y, and how many others are as small up to `slack` (|x|² + `largest`), which rounding
 * leaves open: the first of them and their number, as two int32.
 */
export function leastOfRows(block: usize, rows: i32, m: i32, ofX: usize, ofY: usize, largest: f64, slack: f64, out: usize): void {
  for (let r = 0; r < rows; r++) {
    const row = at(block, r * m);
    let low = f64x2.splat(Infinity), low2 = low;
    let j = 0;
    for (; j + 4 <= m; j += 4) {
      low = f64x2.pmin(low, f64x2.add(v128.load(at(row, j)), v128.load(at(ofY, j))));
      low2 = f64x2.pmin(low2, f64x2.add(v128.load(at(row, j), 16), v128.load(at(ofY, j), 16)));
    }
    low = f64x2.pmin(low, low2);
    let least = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
    for (let k = j; k < m; k++) least = min(least, load<f64>(at(row, k)) + load<f64>(at(ofY, k)));
    const bound = least + slack * (load<f64>(at(ofX, r)) + largest);
    const most = f64x2.splat(bound);
    let first = -1, count = 0;
    for (j = 0; j + 2 <= m; j += 2) {
      const near = i64x2.bitmask(f64x2.le(f64x2.add(v128.load(at(row, j)), v128.load(at(ofY, j))), most));
      if (near == 0) continue;
      if (count == 0) first = j + ctz(near);
      count += popcnt(near);
    }
    for (; j < m; j++) {
      if (!(load<f64>(at(row, j)) + load<f64>(at(ofY, j)) <= bound)) continue;
      if (count == 0) first = j;
      count++;
    }
    store<i32>(out + (<usize> r << 3), first);
    store<i32>(out + (<usize> r << 3), count, 4);
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
