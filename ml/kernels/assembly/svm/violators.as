// Which samples violate the optimum, and which of them make the next block.

import { N, Q, SCRATCH } from "./samples";

/** The largest violation: of those that may grow, −F; of those that may shrink, F. Their sum is the gap. */
export let TOP: f64 = 0;
export let LOW: f64 = 0;
export function extremes(F: usize, beta: usize, lo: usize, hi: usize): void {
  const none = f64x2.splat(-Infinity);
  let a = none, b = none;
  const bytes = <usize> N << 3;
  for (let o: usize = 0; o < bytes; o += 16) {
    const f = v128.load(F + o);
    const x = v128.load(beta + o);
    a = f64x2.pmax(a, v128.bitselect(f64x2.neg(f), none, f64x2.lt(x, v128.load(hi + o))));
    b = f64x2.pmax(b, v128.bitselect(f, none, f64x2.gt(x, v128.load(lo + o))));
  }
  TOP = max(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1));
  LOW = max(f64x2.extract_lane(b, 0), f64x2.extract_lane(b, 1));
}

const BINS: i32 = 512;

/** Samples of a block, unless very many are free. */
const USUAL: i32 = 192;

/** How far a sample is from what the others allow, where it may grow or shrink. */
// @ts-ignore: decorator
@inline
function violation(f: f64, up: bool, down: bool): f64 {
  return up ? (down ? max(LOW - f, TOP + f) : LOW - f) : TOP + f;
}

/** Chooses the block: free samples and the worst violators of both sides. Gives how many, Q at most. */
export function choose(F: usize, beta: usize, lo: usize, hi: usize, list: usize, counts: usize): i32 {
  const gap = TOP + LOW;
  const scale = <f64> BINS / gap;
  memory.fill(counts, 0, 3 * BINS * 4);
  let free = 0;
  // Bins of violation: free samples, those that may only grow, those that may only shrink. Late in a solution most samples are none of them, and
  // two at a time are passed over.
  const lows = f64x2.splat(LOW);
  const tops = f64x2.splat(TOP);
  const none = f64x2.splat(-Infinity);
  const zero = f64x2.splat(0);
  const found = SCRATCH;
  let many = 0;
  for (let i = 0; i < N; i += 2) {
    const p = <usize> i << 3;
    const bs = v128.load(beta + p);
    const ups = f64x2.lt(bs, v128.load(hi + p));
    const downs = f64x2.gt(bs, v128.load(lo + p));
    const fs = v128.load(F + p);
    const vs = f64x2.pmax(v128.bitselect(f64x2.sub(lows, fs), none, ups), v128.bitselect(f64x2.add(tops, fs), none, downs));
    if (!v128.any_true(v128.or(f64x2.gt(vs, zero), v128.and(ups, downs)))) continue;
    for (let s = i; s < i + 2; s++) {
      const o = <usize> s << 3;
      const b = load<f64>(beta + o);
      const up = b < load<f64>(hi + o);
      const down = b > load<f64>(lo + o);
      if (!up && !down) continue;
      const v = violation(load<f64>(F + o), up, down);
      if (v <= 0 && !(up && down)) continue;
      const bin = min(BINS - 1, max(0, <i32> (v * scale)));
      const kind = up ? (down ? 0 : 1) : 2;
      if (kind == 0) free++;
      const c = counts + (<usize> (kind * BINS + bin) << 2);
      store<i32>(c, load<i32>(c) + 1);
      store<i32>(found + (<usize> (many++) << 2), s);
    }
  }
  // How far down each kind is taken: whole bins, and every so many of the last.
  let left = min(Q, max(USUAL, free + (free >> 1)));
  const most0 = min(free, (left * 3) >> 2);
  let total = 0;
  for (let kind = 0; kind < 3; kind++) {
    let want = kind == 0 ? most0 : kind == 1 ? (left + 1) >> 1 : left;
    let bin = BINS - 1;
    let taken = 0;
    let skip: i32 = 0;
    let part: i32 = 0;
    for (; bin >= 0; bin--) {
      const c = load<i32>(counts + (<usize> (kind * BINS + bin) << 2));
      if (taken + c > want) {
        part = want - taken;
        skip = c;
        break;
      }
      taken += c;
    }
    taken += part;
    left -= taken;
    total += taken;
    store<i32>(counts + (<usize> (3 * BINS + kind * 4) << 2), bin);
    store<i32>(counts + (<usize> (3 * BINS + kind * 4 + 1) << 2), part);
    store<i32>(counts + (<usize> (3 * BINS + kind * 4 + 2) << 2), skip);
    store<i32>(counts + (<usize> (3 * BINS + kind * 4 + 3) << 2), 0);
  }
  let k = 0;
  for (let t = 0; t < many; t++) {
    const i = load<i32>(found + (<usize> t << 2));
    const o = <usize> i << 3;
    const b = load<f64>(beta + o);
    const up = b < load<f64>(hi + o);
    const down = b > load<f64>(lo + o);
    const v = violation(load<f64>(F + o), up, down);
    const bin = min(BINS - 1, max(0, <i32> (v * scale)));
    const at = counts + (<usize> (3 * BINS + (up ? (down ? 0 : 1) : 2) * 4) << 2);
    const last = load<i32>(at);
    if (bin < last) continue;
    if (bin == last) {
      // part of skip, evenly spread: ties are many at a start
      const seen = load<i32>(at, 12);
      store<i32>(at, seen + 1, 12);
      const part = <i64> load<i32>(at, 4);
      const skip = <i64> load<i32>(at, 8);
      if ((<i64> seen * part) / skip == (<i64> (seen + 1) * part) / skip) continue;
    }
    store<i32>(list + ((<usize> (k++)) << 2), i);
  }
  return k;
}
