import type { NDArray } from "../array/mod.ts";
import { type KernelExports, MOST_PARTS, Team } from "../kernels/mod.ts";
import * as built from "../kernels/wasm/moments.ts";
import { Workspace } from "./linear_kernels.ts";

/** Rows of a part. */
const PART_ROWS = 1024;
/** Parts that are brought before all wait for each other. */
const PARTS = MOST_PARTS;
/** Rows that a kernel packs at a time. */
const PACKED_ROWS = 128;
/** Columns up to which a packed block stays in the first cache. */
const MOST_COLUMNS = 48;
/** Products from which on a team is worth its while: some 10 ms of one thread. */
const MANY = 1e8;
/** Milliseconds for a product. */
const PRODUCT = 6e-8;
/** And for a number that is brought. */
const NUMBER = 2e-6;

interface MomentKernels extends KernelExports {
  addProducts: (...args: number[]) => void;
}

/** Whether there are so many rows of so few columns that {@linkcode productsByParts} is for them. By the table alone: nothing else may show. */
export function isTall(n: number, width: number): boolean {
  return width < MOST_COLUMNS && n * (width + 1) ** 2 >= MANY;
}

/**
 * Products of all pairs of the columns [X − shift, Y − shift, 1], weighted: this thread brings rows to a memory that others see, and all add up the
 * products of what is there.
 *
 * @returns the sums, shape [order, order], of which the first `X.shape[1] + Y.shape[1] + 1` rows and columns count
 */
export function productsByParts(
  shifts: Float64Array,
  X: NDArray<Float64Array>,
  Y: NDArray<Float64Array>,
  weight: Float64Array | undefined,
): { all: Float64Array; order: number } {
  const n = X.length, [m, t] = [X.shape[1], Y.shape[1]];
  const order = Math.ceil((m + t + 1) / 4) * 4;
  using team = Team.open<MomentKernels>(built, n * (order * order * PRODUCT / 2 + (m + t) * NUMBER));
  using work = new Workspace(team.memory);
  const shift = work.f64(m + t);
  shift.set(shifts);
  const x = work.f64(PARTS * PART_ROWS * m), y = work.f64(PARTS * PART_ROWS * t);
  const roots = work.f64(weight === undefined ? 0 : PARTS * PART_ROWS);
  const packed = work.f64(PARTS * PACKED_ROWS * order), sums = work.f64(PARTS * order * order);
  for (let start = 0; start < n;) {
    for (let part = 0; part < PARTS && start < n; part++) {
      const count = Math.min(PART_ROWS, n - start), first = part * PART_ROWS;
      x.set(X.data.subarray(start * m, (start + count) * m), first * m);
      y.set(Y.data.subarray(start * t, (start + count) * t), first * t);
      if (weight !== undefined) { for (let k = 0; k < count; k++) roots[first + k] = Math.sqrt(weight[start + k]); }
      team.add(
        "addProducts",
        ...[x.byteOffset + 8 * first * m, count, m, y.byteOffset + 8 * first * t, t, shift.byteOffset],
        weight === undefined ? 0 : roots.byteOffset + 8 * first,
        ...[packed.byteOffset + 8 * part * PACKED_ROWS * order, order, sums.byteOffset + 8 * part * order * order],
      );
      start += count;
    }
    team.finish();
  }
  const all = sums.slice(0, order * order);
  for (let at = order * order; at < sums.length; at++) all[at % all.length] += sums[at];
  // Above the diagonal stands what is below.
  for (let a = 0; a < order; a++) for (let b = a + 1; b < order; b++) all[a * order + b] = all[b * order + a];
  return { all, order };
}
