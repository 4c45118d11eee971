// The samples of a problem, and rows of kernel values over them.

import { APART, GAMMA, KERNEL, RBF } from "../shared/kernel_values";
import { rows64 } from "./double_rows";
import { gaussian32, gaussianRow } from "./single_rows";

/** Where kernel values come from: features of linear form (W), single or double precision rows, or a matrix. */
export const FEATURES: i32 = 0;
export const SINGLE: i32 = 1;
const DOUBLE: i32 = 2;
export const MATRIX: i32 = 3;

export let KIND: i32 = 0;
export let N: i32 = 0;
export let DIM: i32 = 0;
export let TILES: usize = 0;
export let NORMS: usize = 0;
export let MAT: usize = 0;
export let LD: i32 = 0;
/** How many rows of the matrix are filled, and for each sample which of them is its own, from 1; 0: none yet. No array: all are, in their order. */
export let FILLED: usize = 0;
/** How rows of the matrix are filled: SINGLE or DOUBLE. */
export let FILLER: i32 = 0;
export let DIAG: usize = 0;
/** Room for a block: indices, values, its matrix. */
export let Q: i32 = 0;
export let ROOM: usize = 0;

/**
 * The samples: `n` columns, a multiple of 8. `tiles` and `norms` hold floats where rows are computed in single precision, else doubles;
 * `diag` the kernel of each column with itself. `room` needs `roomBytes(q, dim)` bytes.
 */
export function setSamples(kind: i32, n: i32, dim: i32, tiles: usize, norms: usize, diag: usize, mat: usize, filled: usize, filler: i32, q: i32, room: usize): void {
  KIND = kind;
  N = n;
  DIM = dim;
  TILES = tiles;
  NORMS = norms;
  DIAG = diag;
  MAT = mat;
  LD = n;
  FILLED = filled;
  FILLER = filler;
  Q = q;
  ROOM = room;
}

/** Scratch for `fill` and `compute`, set once. */
export let SCRATCH: usize = 0;
export function setScratch(scratch: usize): void {
  SCRATCH = scratch;
}
export function scratchBytes(n: i32, dim: i32): i32 {
  return 256 + 16 * n + 64 * dim + 256;
}

export function roomBytes(q: i32, dim: i32): i32 {
  // indices, 8 vectors of doubles, histogram, changed rows, norms, the matrix, tiles
  return (4 * q + 64) + 64 * q + 8192 + 4 * q + 9 * q + 64 + 4 * q * q + 8 * q * dim + 256;
}

/** Puts one row's features to `to`, floats times a factor, `step` bytes apart. */
function takeRow32(r: i32, to: usize, step: usize, factor: f32): void {
  let from = TILES + ((<usize> (r >> 3) * <usize> DIM) << 5) + (<usize> (r & 7) << 2);
  for (let k = 0; k < DIM; k++) {
    store<f32>(to, load<f32>(from) * factor);
    from += 32;
    to += step;
  }
}

function takeRow64(r: i32, to: usize, factor: f64): void {
  let from = TILES + ((<usize> (r >> 3) * <usize> DIM) << 6) + (<usize> (r & 7) << 3);
  for (let k = 0; k < DIM; k++) {
    store<f64>(to, load<f64>(from) * factor);
    from += 64;
    to += 8;
  }
}

/** Computes up to four rows over any tiles: added to `out` by coefficients (doubles at `coefs`), or stored as floats where `coefs` is 0. */
export function compute(kind: i32, rows: usize, count: i32, coefs: usize, tiles: usize, norms: usize, blocks: i32, out: usize, ld: i32, also: usize, scratch: usize): void {
  if (kind == SINGLE) {
    const factor: f32 = APART ? 1 : <f32> (2 * GAMMA);
    const ns = scratch + ((<usize> DIM) << 4);
    const alone = count == 1 && coefs == 0;
    const taken = alone ? 1 : 4;
    for (let r = 0; r < taken; r++) {
      const i = load<i32>(rows + (<usize> min(r, count - 1) << 2));
      takeRow32(i, scratch + (<usize> r << 2), alone ? 4 : 16, factor);
      store<f32>(ns + (<usize> r << 2), load<f32>(NORMS + (<usize> i << 2)));
      if (coefs != 0) store<f32>(ns + 16 + (<usize> r << 2), r < count ? <f32> load<f64>(coefs + (<usize> r << 3)) : 0);
    }
    if (alone) gaussianRow(tiles, norms, blocks, DIM, scratch, ns, out);
    else gaussian32(tiles, norms, blocks, DIM, scratch, ns, coefs != 0 ? ns + 16 : 0, out, ld, also);
    return;
  }
  const factor: f64 = KERNEL == RBF ? 2 * GAMMA : 1;
  const ns = scratch + ((<usize> DIM) << 4);
  for (let r = 0; r < count; r += 2) {
    for (let s = 0; s < 2; s++) {
      const i = load<i32>(rows + (<usize> min(r + s, count - 1) << 2));
      takeRow64(i, scratch + ((<usize> s * <usize> DIM) << 3), factor);
      if (KERNEL == RBF) store<f64>(ns + (<usize> s << 3), load<f64>(NORMS + (<usize> i << 3)));
      if (coefs != 0) store<f64>(ns + 16 + (<usize> s << 3), r + s < count ? load<f64>(coefs + (<usize> (r + s) << 3)) : 0);
    }
    rows64(tiles, norms, blocks, DIM, scratch, ns, coefs != 0 ? ns + 16 : 0, out + ((<usize> r * <usize> ld) << 2), ld, also, 0);
  }
}
