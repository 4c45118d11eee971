// The largest of many: only the largest of each block is kept, and found again in the block that holds the largest of all.

/** Elements that are looked at together, in bytes: only the largest of them is kept, and found again in the block that holds the largest of all. */
export const STRIDE: usize = 256;

/** The larger of two lanes. */
// @ts-ignore: decorator
@inline
export function larger(v: v128): f64 {
  const a = f64x2.extract_lane(v, 0);
  const b = f64x2.extract_lane(v, 1);
  return a > b ? a : b;
}

/** Largest of −F where β may grow, and where its block begins. */
export let LARGEST: f64 = 0;
export function largest(bytes: usize, F: usize, up: usize): usize {
  let top = -Infinity;
  let at: usize = 0;
  for (let s: usize = 0; s < bytes; s += STRIDE) {
    const end = min(s + STRIDE, bytes);
    let v = f64x2.splat(-Infinity);
    for (let o = s; o < end; o += 16) v = f64x2.pmax(v, f64x2.sub(v128.load(up + o), v128.load(F + o)));
    const x = larger(v);
    if (x >= top) {
      top = x;
      at = s;
    }
  }
  LARGEST = top;
  return at;
}
