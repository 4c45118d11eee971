// The two-level solver: blocks of the worst violators, solved each on its own matrix. Source: T. Joachims, "Making large-scale SVM learning
// practical" (1999).

import { block } from "./block";
import { ADDED, clearCounts, countAdded, countMoves, countStep, MOVES } from "./counts";
import { addRows } from "./gradient";
import { IN_BLOCK, MANY_FREE, NOWHERE, setLazy, SPARE } from "./missing";
import { DIAG, KIND, MATRIX, N, Q, ROOM } from "./samples";
import { smo } from "./smo";
import { choose, extremes, LOW, TOP } from "./violators";
import { freeOf, overAll } from "./whole";

/**
 * Moves β to the optimum, F with it. `groups` (one byte a column; 0 for none) says to which of the arrays at `parts`, N doubles each, what a
 * sample contributes is added as well. Gives 1 when no pair violates by `tol`, else 0.
 */
export function solve(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32, groups: usize, parts: usize, nGroups: i32): i32 {
  const q = <usize> Q;
  let p = ROOM;
  const list = p;
  p += 4 * q + 64;
  const diag = p;
  const f = diag + 8 * q;
  const b = f + 8 * q;
  const l = b + 8 * q;
  const h = l + 8 * q;
  const up = h + 8 * q;
  const down = up + 8 * q;
  const delta = down + 8 * q;
  p = delta + 8 * q;
  const counts = p;
  p += 4 * 512 * 4;
  const rowsAt = p;
  p += 4 * q;
  const norms = p;
  p += 8 * q;
  const there = p;
  p += q;
  const K = (p + 63) & ~63;
  const tiles = K + 4 * q * q;
  clearCounts();
  let last: f64 = Infinity;
  let stuck = 0;
  /** How often pairs were moved over all samples: if once did not do, single precision did not. */
  let tried = 0;
  /** Whether most of a block's samples moved, the last time. */
  let eager = true;
  while (true) {
    extremes(F, beta, lo, hi);
    const gap = TOP + LOW;
    if (!(gap >= tol)) return 1;
    if (most >= 0 && MOVES >= most) return 0;
    // Rounding of kernel values can keep the gap from closing.
    if (gap > 0.9 * last) {
      if (++stuck > 500) return 0;
    } else {
      stuck = 0;
      last = gap;
    }
    countStep();
    if (KIND == MATRIX && SPARE != 0 && freeOf(beta, lo, hi) >= MANY_FREE) {
      countMoves(overAll(F, beta, lo, hi, tol * 0.9, most < 0 ? 50 * N + 100000 : most - MOVES, groups, parts, nGroups, tried > 0));
      tried++;
      continue;
    }
    const count = choose(F, beta, lo, hi, list, counts);
    if (count < 2) return 0;
    const n = (count + 7) & ~7;
    for (let k = 0; k < n; k++) {
      const o = <usize> k << 3;
      if (k < count) {
        const i = <usize> load<i32>(list + (<usize> k << 2)) << 3;
        store<f64>(diag + o, load<f64>(DIAG + i));
        store<f64>(f + o, load<f64>(F + i));
        store<f64>(b + o, load<f64>(beta + i));
        store<f64>(delta + o, load<f64>(beta + i));
        store<f64>(l + o, load<f64>(lo + i));
        store<f64>(h + o, load<f64>(hi + i));
      } else {
        store<f64>(diag + o, 1);
        store<f64>(f + o, 0);
        store<f64>(b + o, 0);
        store<f64>(delta + o, 0);
        store<f64>(l + o, 0);
        store<f64>(h + o, 0);
      }
    }
    // An active set wants the rows of all free samples.
    let free = 0;
    for (let o: usize = 0; o < <usize> count << 3; o += 8) {
      if (load<f64>(b + o) > load<f64>(l + o) && load<f64>(b + o) < load<f64>(h + o)) free++;
    }
    const all = eager || 3 * free > count;
    setLazy(all ? NOWHERE : IN_BLOCK);
    block(list, count, n, K, tiles, norms, there, all);
    const m = smo(n, K, n, diag, f, b, l, h, up, down, max(tol * 0.5, gap * 0.1), most < 0 ? 10000000 : most - MOVES);
    setLazy(NOWHERE);
    const added = ADDED;
    countMoves(m < 0 ? -m - 1 : m);
    // What changed, by group.
    let group = 0;
    do {
      let k = 0;
      for (let s = 0; s < count; s++) {
        const i = load<i32>(list + (<usize> s << 2));
        if (groups != 0 && <i32> load<u8>(groups + i) != group) continue;
        const o = <usize> s << 3;
        const d = load<f64>(b + o) - load<f64>(delta + o);
        if (d == 0) continue;
        store<i32>(rowsAt + (<usize> k << 2), i);
        store<f64>(up + (<usize> k << 3), d);
        store<f64>(beta + (<usize> i << 3), load<f64>(b + o));
        k++;
      }
      if (k > 0) {
        countAdded(k);
        addRows(rowsAt, up, k, F, groups != 0 ? parts + ((<usize> group * <usize> N) << 3) : 0);
      }
      group++;
    } while (groups != 0 && group < nGroups);
    eager = 5 * (ADDED - added) > 3 * count;
  }
}
