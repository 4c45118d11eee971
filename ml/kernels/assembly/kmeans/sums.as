// Sums of the rows of each centre, and of squared distances.

import { at4, at8 } from "../shared/addresses";
import { addRow, dot, squared } from "./rows";

/** How many rows ahead memory is asked for rows that lie apart. */
const AHEAD = 8;

/** Sums and weights of all clusters, from nothing. `weight` may be 0: all weigh 1. */
export function sumAll(data: usize, n: i32, m: i32, labels: usize, weight: usize, sums: usize, mass: usize): void {
  for (let i = 0; i < n; i++) {
    const c = load<i32>(at4(labels, i));
    const w = weight == 0 ? 1 : load<f64>(at8(weight, i));
    addRow(sums + <usize> c * <usize> m * 8, data + <usize> i * <usize> m * 8, m, w);
    store<f64>(at8(mass, c), load<f64>(at8(mass, c)) + w);
  }
}

/** Moves rows whose labels changed from one sum to another. */
export function moveRows(changes: i32, changed: usize, data: usize, m: i32, labels: usize, sums: usize, mass: usize): void {
  let touched: i64 = 0;
  for (let e = 0; e < changes; e++) {
    // Rows lie apart, and memory takes longer than a row does.
    if (e + AHEAD < changes) {
      const ahead = data + <usize> load<i32>(at8(changed, e + AHEAD)) * <usize> m * 8;
      touched ^= load<i64>(ahead) ^ load<i64>(ahead + <usize> (m >> 1) * 8) ^ load<i64>(ahead + <usize> (m - 1) * 8);
    }
    const i = load<i32>(at8(changed, e));
    const from = load<i32>(at8(changed, e), 4);
    const to = load<i32>(at4(labels, i));
    const row = data + <usize> i * <usize> m * 8;
    addRow(sums + <usize> from * <usize> m * 8, row, m, -1);
    addRow(sums + <usize> to * <usize> m * 8, row, m, 1);
    store<f64>(at8(mass, from), load<f64>(at8(mass, from)) - 1);
    store<f64>(at8(mass, to), load<f64>(at8(mass, to)) + 1);
  }
  // Nobody reads the list any more.
  if (changes > 0) store<i64>(changed, touched);
}

/** Squared distance of each row to its centre, into `out` if that is not 0; gives their weighted sum. */
export function inertia(data: usize, n: i32, m: i32, labels: usize, centers: usize, weight: usize, out: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const c = load<i32>(at4(labels, i));
    const d = squared(data + <usize> i * <usize> m * 8, centers + <usize> c * <usize> m * 8, m);
    if (out != 0) store<f64>(at8(out, i), d);
    sum += weight == 0 ? d : d * load<f64>(at8(weight, i));
  }
  return sum;
}

/** Squared distances of all rows to one of them. */
export function measure(data: usize, n: i32, m: i32, norms: usize, center: i32, closest: usize, closest32: usize): void {
  const to = data + <usize> center * <usize> m * 8;
  const own = load<f64>(at8(norms, center));
  for (let i = 0; i < n; i++) {
    const d = Math.max(0, load<f64>(at8(norms, i)) - 2 * dot(data + <usize> i * <usize> m * 8, to, m) + own);
    store<f64>(at8(closest, i), d);
    store<f32>(at4(closest32, i), <f32> d);
  }
}

/** Cumulative weighted sums. */
export function accumulate(n: i32, closest: usize, weight: usize, out: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const d = load<f64>(at8(closest, i));
    sum += weight == 0 ? d : d * load<f64>(at8(weight, i));
    store<f64>(at8(out, i), sum);
  }
}
