// Sums and impurity of rows, and the move of rows to the sides of a split.

import { loads, mode, nClasses, NUMBERS, pairOf, ranks, rows, spareLoads, spareRows, TWO } from "./data";

/** Weight, sum and squares of rows; for several classes their weights. */
export function sumUp(start: i32, n: i32, into: usize): v128 {
  let total = f64x2.splat(0);
  const from = loads + (<usize> start << 4);
  if (mode > TWO) {
    memory.fill(into, 0, <usize> nClasses << 3);
    let weight: f64 = 0;
    for (let p = 0; p < n; p++) {
      const w = load<f64>(from + (<usize> p << 4));
      const c = into + (<usize> load<f64>(from + (<usize> p << 4), 8) << 3);
      store<f64>(c, load<f64>(c) + w);
      weight += w;
    }
    return pairOf(weight, 0);
  }
  for (let p = 0; p < n; p++) total = f64x2.add(total, v128.load(from + (<usize> p << 4)));
  return total;
}

/** Impurity of rows whose sums are known. */
export function impurityOf(start: i32, n: i32, total: v128, classes: usize): f64 {
  const w = f64x2.extract_lane(total, 0);
  const s = f64x2.extract_lane(total, 1);
  if (mode == TWO) return 1 - (s * s + (w - s) * (w - s)) / (w * w);
  if (mode == NUMBERS) {
    let squares: f64 = 0;
    const from = loads + (<usize> start << 4);
    for (let p = 0; p < n; p++) {
      const v = load<f64>(from + (<usize> p << 4), 8);
      squares += v * v / load<f64>(from + (<usize> p << 4));
    }
    return squares / w - (s / w) * (s / w);
  }
  let squares: f64 = 0;
  for (let c = 0; c < nClasses; c++) {
    const x = load<f64>(classes + (<usize> c << 3));
    squares += x * x;
  }
  return 1 - squares / (w * w);
}

/** Brings the rows that go left before the others, in their order; gives how many, and the ranks next to the cut. */
export function separate(feature: i32, cut: i32, start: i32, n: i32, out: usize): i32 {
  const base = ranks + (<usize> feature << 1);
  let row = rows + (<usize> start << 2);
  let load_ = loads + (<usize> start << 4);
  let l = 0;
  let r = 0;
  let low = 0;
  let high = 65535;
  const rowOut = row;
  const loadOut = load_;
  for (let p = 0; p < n; p++) {
    const at = load<u32>(row);
    const own = v128.load(load_);
    const key = <i32> load<u16>(base + <usize> at);
    store<u32>(rowOut + (<usize> l << 2), at);
    v128.store(loadOut + (<usize> l << 4), own);
    store<u32>(spareRows + (<usize> r << 2), at);
    v128.store(spareLoads + (<usize> r << 4), own);
    const isLeft = i32(key < cut);
    low = select(key, low, isLeft & i32(key > low));
    high = select(key, high, (1 - isLeft) & i32(key < high));
    l += isLeft;
    r += 1 - isLeft;
    row += 4;
    load_ += 16;
  }
  if (r > 64) {
    memory.copy(rowOut + (<usize> l << 2), spareRows, <usize> r << 2);
    memory.copy(loadOut + (<usize> l << 4), spareLoads, <usize> r << 4);
  } else {
    for (let p = 0; p < r; p++) {
      store<u32>(rowOut + (<usize> (l + p) << 2), load<u32>(spareRows + (<usize> p << 2)));
      v128.store(loadOut + (<usize> (l + p) << 4), v128.load(spareLoads + (<usize> p << 4)));
    }
  }
  store<i32>(out, low);
  store<i32>(out, high, 4);
  return l;
}
