// The block of samples that the two-level solver works on: its features, and its kernel matrix.

import { KERNEL, RBF } from "../shared/kernel_values";
import { isThere, rowOf } from "./matrix";
import { compute, DIM, FILLED, FILLER, KIND, MATRIX, NORMS, SCRATCH, SINGLE, TILES } from "./samples";

/** From this many features on, a kernel value is dearer than a copy of it. */
const MIRROR_WIDTH: i32 = 12;

// The block: its samples, its kernel matrix of B_SIZE rows and columns of floats, which rows are there, its tiles and norms.
let B_LIST: usize = 0;
let B_COUNT: i32 = 0;
let B_SIZE: i32 = 0;
let B_MATRIX: usize = 0;
export let THERE: usize = 0;
let B_TILES: usize = 0;
let B_NORMS: usize = 0;

/** Makes the block ready. With `all`, rows are computed at once, four at a time, else one by one as they are wanted. */
export function block(list: usize, count: i32, n: i32, K: usize, tiles: usize, norms: usize, there: usize, all: bool): void {
  B_LIST = list;
  B_COUNT = count;
  B_SIZE = n;
  B_MATRIX = K;
  B_TILES = tiles;
  B_NORMS = norms;
  THERE = there;
  memory.fill(there, 0, n);
  // Rows over all samples are made of those alone that move.
  if (KIND != MATRIX || FILLED != 0) gatherTiles(list, count, n, tiles, norms);
  if (!all) return;
  const kind = valuesKind();
  const size = kind == SINGLE ? 5 : 6;
  for (let r = 0; r < count; r += 4) {
    const left = min(4, count - r);
    if (KIND == MATRIX) {
      let there = 0;
      for (let s = 0; s < left; s++) if (isThere(load<i32>(list + (<usize> (r + s) << 2)))) there++;
      if (there == left) {
        for (let s = 0; s < left; s++) blockRow(r + s);
        continue;
      }
    }
    // With many features what lies below the diagonal is copied from above.
    const first = DIM < MIRROR_WIDTH ? 0 : r >> 3;
    const at = tiles + ((<usize> first * <usize> DIM) << size);
    const out = K + ((<usize> r * <usize> n + (<usize> first << 3)) << 2);
    // Rows beyond the last are written too, and lie within the padding of n.
    compute(kind, list + (<usize> r << 2), left, 0, at, norms + (<usize> first << size), (n >> 3) - first, out, n, 0, SCRATCH);
    for (let c = 0; c < first << 3; c++) {
      let from = K + ((<usize> c * <usize> n + <usize> r) << 2);
      let to = K + ((<usize> r * <usize> n + <usize> c) << 2);
      for (let s = 0; s < left; s++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += <usize> n << 2;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function valuesKind(): i32 {
  return KIND == MATRIX ? FILLER : KIND;
}

/** One row of the block's matrix. */
export function blockRow(r: i32): void {
  const at = B_LIST + (<usize> r << 2);
  let to = B_MATRIX + ((<usize> r * <usize> B_SIZE) << 2);
  if (KIND != MATRIX || !isThere(load<i32>(at))) {
    compute(valuesKind(), at, 1, 0, B_TILES, B_NORMS, B_SIZE >> 3, to, 0, 0, SCRATCH);
    return;
  }
  const from = rowOf(load<i32>(at));
  for (let s = 0; s < B_COUNT; s++) {
    store<f32>(to, load<f32>(from + (<usize> load<i32>(B_LIST + (<usize> s << 2)) << 2)));
    to += 4;
  }
}

/** The features of a block's samples, in tiles of their own. */
function gatherTiles(list: usize, count: i32, n: i32, tiles: usize, norms: usize): void {
  const single = valuesKind() == SINGLE;
  const size = single ? 2 : 3;
  for (let k = 0; k < n; k++) {
    const i = load<i32>(list + (<usize> min(k, count - 1) << 2));
    let from = TILES + ((<usize> (i >> 3) * <usize> DIM) << (size + 3)) + (<usize> (i & 7) << size);
    let to = tiles + ((<usize> (k >> 3) * <usize> DIM) << (size + 3)) + (<usize> (k & 7) << size);
    if (single) {
      store<f32>(norms + (<usize> k << 2), load<f32>(NORMS + (<usize> i << 2)));
      for (let c = 0; c < DIM; c++) {
        store<f32>(to, load<f32>(from));
        from += 32;
        to += 32;
      }
    } else {
      if (KERNEL == RBF) store<f64>(norms + (<usize> k << 3), load<f64>(NORMS + (<usize> i << 3)));
      for (let c = 0; c < DIM; c++) {
        store<f64>(to, load<f64>(from));
        from += 64;
        to += 64;
      }
    }
  }
}
