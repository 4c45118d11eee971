// Distances to centres, and sums of their squares.

import { at4 } from "../shared/addresses";
import { rowAt, squared } from "./rows";

/** Distances of rows to centres. */
export function distances(data: usize, n: i32, m: i32, centers: usize, k: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const row = rowAt(data, i, m);
    for (let c = 0; c < k; c++) {
      store<f64>(out, Math.sqrt(squared(row, rowAt(centers, c, m), m)));
      out += 8;
    }
  }
}

/** Sum of the squared distances of rows to the centres of their labels (int32). */
export function inertia32(data: usize, start: i32, n: i32, m: i32, labels: usize, centers: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    sum += squared(rowAt(data, start + i, m), rowAt(centers, load<i32>(at4(labels, i)), m), m);
  }
  return sum;
}
