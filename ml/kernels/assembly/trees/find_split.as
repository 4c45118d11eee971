// The best split of a node, over features that are drawn.

import { tryPairs } from "./all_pairs";
import { close, constants, features, isBeyond, maxFeatures, mode, nFeatures, swaps, TWO } from "./data";
import { cutOf, cutRanks, draws, judgeDrawn, rangeAll, rangeOf, tryCut } from "./drawn";
import { draw } from "./draws";
import { fetch } from "./fetch";
import { tryBins } from "./histogram";
import { trySorted } from "./sorted";
import { clearBest } from "./split";

/** Nodes up to this many rows compare all pairs. */
const SMALL: i32 = 64;

/** Features found constant in the node, with those known before. */
export let nConstants: i32 = 0;

@inline
function swap(a: i32, b: i32): void {
  const at = features + (<usize> a << 2);
  const bt = features + (<usize> b << 2);
  const v = load<i32>(at);
  store<i32>(at, load<i32>(bt));
  store<i32>(bt, v);
}

/**
 * Draws features, and finds the best split of a node's rows. Features known to be constant stand first; with `keyed` none
 * are known, and the order of features is put back, so that the next node's draws do not depend on this one.
 */
export function findSplit(start: i32, n: i32, random: bool, keyed: bool, nKnown: i32): void {
  clearBest();
  let last = nFeatures;
  let visited = 0;
  let found = 0;
  let drawn = 0;
  let undone = 0;
  let nDrawn = 0;
  const wholesale = random && nFeatures >= 8 && (nFeatures + 7) >> 3 <= maxFeatures;
  if (wholesale) rangeAll(start, n);
  while (last > nKnown + found && (visited < maxFeatures || visited <= found + drawn)) {
    visited++;
    let at = drawn + <i32> (draw() % <u32> (last - found - drawn));
    if (at < nKnown) {
      swap(drawn, at);
      drawn++;
      continue;
    }
    at += found;
    const feature = load<i32>(features + (<usize> at << 2));
    const range = wholesale ? rangeOf(feature) : fetch(feature, start, n);
    const min = <i32> (range & 65535);
    const max = <i32> (range >> 16);
    let other = nKnown + found;
    if (min == max || (load<u8>(close + feature) != 0 && !isBeyond(feature, max, min))) found++;
    else {
      other = --last;
      if (random) {
        const drawn = draw();
        const cut = cutOf(feature, start, n, min, max, drawn);
        if (wholesale) {
          const own = draws() + (<usize> nDrawn << 4);
          store<i32>(own, feature);
          store<i32>(own, cut, 4);
          store<u32>(own, range, 8);
          store<u32>(own, drawn, 12);
          store<u16>(cutRanks() + (<usize> feature << 1), <u16> cut);
          nDrawn++;
        } else tryCut(feature, start, n, cut, range, drawn);
      } else if (mode > TWO) trySorted(feature, start, n);
      else if (n <= SMALL) tryPairs(feature, start, n);
      else tryBins(feature, start, n, min, max);
    }
    swap(at, other);
    if (keyed) {
      store<i32>(swaps + (<usize> undone << 3), at);
      store<i32>(swaps + (<usize> undone << 3), other, 4);
      undone++;
    }
  }
  if (wholesale) judgeDrawn(start, n, nDrawn);
  nConstants = nKnown + found;
  if (!keyed) {
    memory.copy(features, constants, <usize> nKnown << 2);
    memory.copy(constants + (<usize> nKnown << 2), features + (<usize> nKnown << 2), <usize> found << 2);
    return;
  }
  while (undone > 0) {
    undone--;
    swap(load<i32>(swaps + (<usize> undone << 3)), load<i32>(swaps + (<usize> undone << 3), 4));
  }
}
