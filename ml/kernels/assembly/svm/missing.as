// Rows that are missing while pairs are moved: computed at the first look.

import { blockRow, THERE } from "./block";
import { fill, isThere } from "./matrix";
import { SCRATCH } from "./samples";

/** Where rows may be missing that `smo` works on: nowhere, in the matrix of all samples, or in a block's. */
export const NOWHERE: i32 = 0;
export const IN_MATRIX: i32 = 1;
export const IN_BLOCK: i32 = 2;
export let LAZY: i32 = 0;

// @ts-ignore: decorator
@inline
export function setLazy(where: i32): void {
  LAZY = where;
}

/** Room for `overAll`, 0 for none; and from how many free samples on it is done: blocks would be too small for them. */
export let SPARE: usize = 0;
export let MANY_FREE: i32 = 0;
export function setSpare(room: usize, manyFree: i32): void {
  SPARE = room;
  MANY_FREE = manyFree;
}
export function spareBytes(n: i32): i32 {
  return 8 * 5 * n + 8 * n + 64;
}

/** Fills a row that is missing. */
export function ensure(i: i32): void {
  if (LAZY == IN_BLOCK) {
    if (load<u8>(THERE + i)) return;
    store<u8>(THERE + i, 1);
    blockRow(i);
    return;
  }
  if (isThere(i)) return;
  store<i32>(SPARE, i);
  fill(SPARE, 1, SCRATCH);
}
