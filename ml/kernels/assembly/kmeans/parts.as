// What is done with a part of the samples in one go: threads take parts, and all parts are done before the next thing begins. Numbers of rows
// count from the part's first one.

import { at8 } from "../shared/addresses";
import { assign, pendingRows } from "./assign";
import { keepCloser, reachable, tryCandidates } from "./candidates";
import { accumulate, measure, moveRows, sumAll } from "./sums";

/**
 * Labels the rows by the nearest centres, and brings the part's sums up to date. Where few labels changed, only those are moved from sum to sum.
 *
 * @param shifted whether there are labels and margins of centres that have moved since; else every row is measured
 * @param summed whether the sums are those of the labels before
 * @param sums sums of the rows of each centre, k × m; 0 for labels alone
 * @param mass weights of the centres
 * @returns how many labels changed
 */
export function iterate(
  n: i32,
  m: i32,
  k: i32,
  shifted: i32,
  summed: i32,
  data: usize,
  small: usize,
  norms: usize,
  norms32: usize,
  weight: usize,
  labels: usize,
  margins: usize,
  moved: usize,
  pending: usize,
  changed: usize,
  scratch: usize,
  packed: usize,
  packedNorms: usize,
  fours: i32,
  centers: usize,
  centerNorms: usize,
  largest: f32,
  sums: usize,
  mass: usize,
): i32 {
  const count = shifted ? pendingRows(n, labels, margins, moved, pending) : n;
  const changes = assign(
    count,
    i32(!shifted),
    pending,
    small,
    data,
    m,
    norms,
    norms32,
    k,
    packed,
    packedNorms,
    fours,
    centers,
    centerNorms,
    largest,
    labels,
    margins,
    moved,
    scratch,
    changed,
  );
  if (sums == 0) return changes;
  // Weights are no whole numbers: taking them off again would leave rounding where a cluster is empty.
  if (summed && weight == 0 && changes < n >> 3) moveRows(changes, changed, data, m, labels, sums, mass);
  else {
    memory.fill(sums, 0, <usize> k * <usize> m * 8);
    memory.fill(mass, 0, <usize> k * 8);
    sumAll(data, n, m, labels, weight, sums, mass);
  }
  return changes;
}

/**
 * Measures the rows against the first centre of k-means++.
 *
 * @param center its number
 * @param cumulative gets the cumulative weighted sums of squared distances
 * @returns the last of them
 */
export function beginSeeds(
  data: usize,
  n: i32,
  m: i32,
  norms: usize,
  center: i32,
  weight: usize,
  closest: usize,
  closest32: usize,
  owner: usize,
  cumulative: usize,
): f64 {
  measure(data, n, m, norms, center, closest, closest32);
  memory.fill(owner, 0, <usize> n * 4);
  accumulate(n, closest, weight, cumulative);
  return load<f64>(at8(cumulative, n - 1));
}

/**
 * Measures candidates in float32 against the rows that some of them may be nearer to than the closest centre so far.
 *
 * @param fours number of fours of candidates: `packed`, `packedNorms` and `gains` hold those of one after those of the other
 * @param masks n + 16 bytes for each four
 * @returns how many rows came into the list
 */
export function trySeeds(
  small: usize,
  n: i32,
  m: i32,
  norms32: usize,
  weight: usize,
  closest32: usize,
  owner: usize,
  reach: usize,
  list: usize,
  fours: i32,
  packed: usize,
  packedNorms: usize,
  largest: f32,
  masks: usize,
  gains: usize,
): i32 {
  const count = reachable(n, closest32, owner, reach, list);
  for (let f = 0; f < fours; f++) {
    const four = <usize> f;
    const own = packed + four * <usize> m * 16;
    const to = masks + four * <usize> (n + 16);
    tryCandidates(small, count, list, m, norms32, closest32, weight, own, packedNorms + four * 16, largest, to, gains + four * 32);
  }
  return count;
}

/** Takes a candidate as centre, and accumulates the squared distances that are left; gives their sum. */
export function keepSeed(
  data: usize,
  n: i32,
  m: i32,
  norms: usize,
  weight: usize,
  closest: usize,
  closest32: usize,
  owner: usize,
  count: i32,
  list: usize,
  candidate: i32,
  center: i32,
  masks: usize,
  lane: i32,
  cumulative: usize,
): f64 {
  keepCloser(data, count, list, m, norms, closest, closest32, owner, candidate, center, masks, lane);
  accumulate(n, closest, weight, cumulative);
  return load<f64>(at8(cumulative, n - 1));
}
