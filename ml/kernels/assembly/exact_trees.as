// A regression tree with every sum added up in the order in which scikit-learn adds it up, for targets that are fractions:
// rounding decides between equal splits there. Large nodes keep their rows sorted by each feature, from the root down, where
// sorting them again and again is most of the work; small ones sort anew, in the order that equal values stand in.
//
// Source of sorting once: M. Mehta, R. Agrawal, J. Rissanen, "SLIQ: a fast scalable classifier for data mining" (1996).

import { draw, seed } from "./trees/draws";
import { sortable, sortByKeys, unsortable } from "./trees/sorting";

/** Nodes up to this many rows are sorted anew. */
const SMALL: i32 = 12;
const EPSILON: f64 = 2.220446049250313e-16;
const FEATURE_THRESHOLD: f32 = <f32> 1e-7;

// The data: samples row-major, targets, weights (or 0).
let X: usize = 0;
let y: usize = 0;
let weights: usize = 0;
let nFeatures: i32 = 0;

// The limits.
let maxFeatures: i32 = 0;
let minLeaf: i32 = 0;
let minWeight: f64 = 0;

// Rows sorted by each feature: bits of the value (high) and row (low). `stride` bytes a feature.
let columns: usize = 0;
let stride: usize = 0;
/** Rows in the order of the nodes. */
let order: usize = 0;
/** Values of the rows of a small node, by the feature last looked at. */
let values: usize = 0;
/** 1 for each row that goes left. */
let sides: usize = 0;
let spare: usize = 0;
let features: usize = 0;
let constants: usize = 0;
/** 1 for each feature of which some rows share a value. */
let tied: usize = 0;

// The node.
let nodeWeight: f64 = 0;
let nodeSum: f64 = 0;
let nodeSquares: f64 = 0;

// The best split so far.
let bestProxy: f64 = 0;
let bestFeature: i32 = 0;
let bestPos: i32 = 0;
let bestThreshold: f64 = 0;
let nConstants: i32 = 0;
/** The feature by which a large node's rows are to stand, and do not yet; or −1. */
let pending: i32 = 0;

@inline
function weightOf(row: usize): f64 {
  return weights == 0 ? 1 : load<f64>(weights + (row << 3));
}

@inline
function targetOf(row: usize): f64 {
  return load<f64>(y + (row << 3));
}

@inline
function rowAt(p: i32): usize {
  return <usize> load<u32>(order + (<usize> p << 2));
}

@inline
function isBeyond(value: f32, before: f32): bool {
  return value > before + FEATURE_THRESHOLD;
}

/** Where the entries of a feature lie. */
@inline
function columnOf(feature: i32): usize {
  return columns + <usize> feature * stride;
}

@inline
function valueIn(column: usize, p: i32): f32 {
  return reinterpret<f32>(load<u32>(column + (<usize> p << 3), 4));
}

/** Sorts all rows by each feature. `room`: 16 bytes a row; `digits`: 8 kB. */
function sortColumns(n: i32, room: usize, digits: usize): void {
  for (let j = 0; j < nFeatures; j++) {
    for (let p = 0; p < n; p++) {
      const row = rowAt(p);
      const b = sortable(load<u32>(X + ((row * <usize> nFeatures + <usize> j) << 2)));
      store<u64>(room + (<usize> p << 3), (<u64> b << 32) | <u64> row);
    }
    const sorted = sortByKeys(room, room + (<usize> n << 3), n, digits);
    const column = columnOf(j);
    let before: u32 = 0xffffffff;
    let isTied = 0;
    for (let p = 0; p < n; p++) {
      const pair = load<u64>(sorted + (<usize> p << 3));
      isTied |= i32(<u32> (pair >> 32) == before);
      before = <u32> (pair >> 32);
      store<u64>(column + (<usize> p << 3), (<u64> unsortable(<u32> (pair >> 32)) << 32) | (pair & 0xffffffff));
    }
    store<u8>(tied + <usize> j, <u8> isTied);
  }
}

/** Brings a large node's rows into the order of the feature that is pending. */
function settle(start: i32, end: i32): void {
  if (pending < 0) return;
  const column = columnOf(pending);
  for (let p = start; p < end; p++) store<u32>(order + (<usize> p << 2), load<u32>(column + (<usize> p << 3)));
  pending = -1;
}

/** Brings a large node's rows into the order of a feature; equal ones keep their order. */
function arrange(column: usize, start: i32, end: i32, n: usize): void {
  const heads = spare;
  const next = spare + (n << 2);
  const arranged = spare + (n << 3);
  let head = start;
  let before: f32 = NaN;
  for (let p = start; p < end; p++) {
    const value = valueIn(column, p);
    if (value != before) {
      head = p;
      before = value;
      store<i32>(next + (<usize> p << 2), p);
    }
    store<i32>(heads + (<usize> load<u32>(column + (<usize> p << 3)) << 2), head);
  }
  for (let p = start; p < end; p++) {
    const row = rowAt(p);
    const own = next + (<usize> load<i32>(heads + (row << 2)) << 2);
    const place = load<i32>(own);
    store<i32>(own, place + 1);
    store<u32>(arranged + (<usize> place << 2), <u32> row);
  }
  memory.copy(order + (<usize> start << 2), arranged + (<usize> start << 2), <usize> (end - start) << 2);
}

/** Sorts a small node's rows by a feature; equal ones keep their order. */
function sortRows(feature: i32, start: i32, end: i32): void {
  for (let p = start; p < end; p++) {
    const row = load<u32>(order + (<usize> p << 2));
    const v = load<f32>(X + ((<usize> row * <usize> nFeatures + <usize> feature) << 2));
    let q = p - 1;
    while (q >= start && load<f32>(values + (<usize> q << 2)) > v) {
      store<f32>(values + (<usize> q << 2), load<f32>(values + (<usize> q << 2)), 4);
      store<u32>(order + (<usize> q << 2), load<u32>(order + (<usize> q << 2)), 4);
      q--;
    }
    store<f32>(values + (<usize> q << 2), v, 4);
    store<u32>(order + (<usize> q << 2), row, 4);
  }
}

/**
 * Tries all places between different values.
 *
 * @param small whether values stand beside the rows, and not in the column
 * @param inOrder whether rows stand in the node's order, and not in the column
 */
@inline
function tryAll(feature: i32, start: i32, end: i32, small: bool, inOrder: bool, column: usize): void {
  let pos = start;
  let left: f64 = 0;
  let leftWeight: f64 = 0;
  let before = small ? load<f32>(values + (<usize> start << 2)) : valueIn(column, start);
  for (let p = start + 1; p < end; p++) {
    const value = small ? load<f32>(values + (<usize> p << 2)) : valueIn(column, p);
    const differs = isBeyond(value, before);
    const low = before;
    before = value;
    if (!differs || p - start < minLeaf || end - p < minLeaf) continue;
    // From whichever end is nearer, as scikit-learn's sums are rounded.
    if (p - pos <= end - p) {
      for (; pos < p; pos++) {
        const row = inOrder ? rowAt(pos) : <usize> load<u32>(column + (<usize> pos << 3));
        const w = weightOf(row);
        left += w * targetOf(row);
        leftWeight += w;
      }
    } else {
      left = nodeSum;
      leftWeight = nodeWeight;
      for (let q = end - 1; q >= p; q--) {
        const row = inOrder ? rowAt(q) : <usize> load<u32>(column + (<usize> q << 3));
        const w = weightOf(row);
        left -= w * targetOf(row);
        leftWeight -= w;
      }
      pos = p;
    }
    const rightWeight = nodeWeight - leftWeight;
    if (leftWeight < minWeight || rightWeight < minWeight) continue;
    const sums = f64x2.replace_lane(f64x2.splat(left), 1, nodeSum - left);
    const masses = f64x2.replace_lane(f64x2.splat(leftWeight), 1, rightWeight);
    const parts = f64x2.div(f64x2.mul(sums, sums), masses);
    const proxy = f64x2.extract_lane(parts, 0) + f64x2.extract_lane(parts, 1);
    if (proxy > bestProxy) {
      bestProxy = proxy;
      bestFeature = feature;
      bestPos = p;
      bestThreshold = <f64> low / 2 + <f64> value / 2;
    }
  }
}

@inline
function swap(a: i32, b: i32): void {
  const at = features + (<usize> a << 2);
  const bt = features + (<usize> b << 2);
  const v = load<i32>(at);
  store<i32>(at, load<i32>(bt));
  store<i32>(bt, v);
}

/** Draws features in scikit-learn's order, and finds the best split of a node's rows. */
function findSplit(start: i32, end: i32, nKnown: i32): void {
  bestProxy = -Infinity;
  bestFeature = -1;
  pending = -1;
  const small = end - start <= SMALL;
  let last = nFeatures;
  let visited = 0;
  let found = 0;
  let drawn = 0;
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
    const column = columnOf(feature);
    let varies = false;
    let inOrder = true;
    if (small) {
      sortRows(feature, start, end);
      varies = isBeyond(load<f32>(values + (<usize> (end - 1) << 2)), load<f32>(values + (<usize> start << 2)));
    } else {
      const low = valueIn(column, start);
      const high = valueIn(column, end - 1);
      // Equal values leave rows where they are.
      if (low != high) {
        inOrder = load<u8>(tied + <usize> feature) != 0;
        if (inOrder) {
          settle(start, end);
          arrange(column, start, end, stride >> 3);
        } else pending = feature;
      }
      varies = isBeyond(high, low);
    }
    if (!varies) {
      swap(at, nKnown + found);
      found++;
      continue;
    }
    swap(--last, at);
    if (small) tryAll(feature, start, end, true, true, column);
    else if (inOrder) tryAll(feature, start, end, false, true, column);
    else tryAll(feature, start, end, false, false, column);
  }
  nConstants = nKnown + found;
  memory.copy(features, constants, <usize> nKnown << 2);
  memory.copy(constants + (<usize> nKnown << 2), features + (<usize> nKnown << 2), <usize> found << 2);
}

/** Brings the rows of the left side before the others: all in the node's order by swaps, as scikit-learn does. */
function separate(start: i32, end: i32): void {
  if (end - start > SMALL) {
    settle(start, end);
    const column = columnOf(bestFeature);
    for (let p = start; p < end; p++) {
      store<u8>(sides + <usize> load<u32>(column + (<usize> p << 3)), <u8> (p < bestPos));
    }
  } else {
    for (let p = start; p < end; p++) {
      const row = rowAt(p);
      const v = load<f32>(X + ((row * <usize> nFeatures + <usize> bestFeature) << 2));
      store<u8>(sides + row, <u8> (<f64> v <= bestThreshold));
    }
  }
  let p = start;
  let stop = end;
  while (p < stop) {
    const row = load<u32>(order + (<usize> p << 2));
    if (load<u8>(sides + <usize> row) != 0) p++;
    else {
      stop--;
      store<u32>(order + (<usize> p << 2), load<u32>(order + (<usize> stop << 2)));
      store<u32>(order + (<usize> stop << 2), row);
    }
  }
}

/** The same for the rows by each feature that varies; these keep their order. */
function separateColumns(start: i32, end: i32): void {
  for (let j = nConstants; j < nFeatures; j++) {
    const feature = load<i32>(features + (<usize> j << 2));
    let own = columnOf(feature) + (<usize> start << 3);
    let left = own;
    let right = spare;
    const stop = columnOf(feature) + (<usize> end << 3);
    if (feature == bestFeature) continue;
    for (; own < stop; own += 8) {
      const entry = load<u64>(own);
      const isLeft = <usize> load<u8>(sides + <usize> <u32> entry);
      store<u64>(left, entry);
      store<u64>(right, entry);
      left += isLeft << 3;
      right += (1 - isLeft) << 3;
    }
    memory.copy(left, spare, right - spare);
  }
}

/** Sums of a node's rows, in their order. */
function sumUp(start: i32, end: i32): void {
  nodeWeight = 0;
  nodeSum = 0;
  nodeSquares = 0;
  for (let p = start; p < end; p++) {
    const row = rowAt(p);
    const w = weightOf(row);
    const v = targetOf(row);
    nodeSum += w * v;
    nodeSquares += w * v * v;
    nodeWeight += w;
  }
}

@inline
function impurityOf(squares: f64, sum: f64, mass: f64): f64 {
  return squares / mass - (sum / mass) * (sum / mass);
}

/**
 * Grows one tree of squared errors.
 *
 * @param about pointers and sizes, in the order of the lines below
 * @param nodes room for the nodes, as in `trees/grow.as`
 * @param outValues room for their values, float64
 * @param stack room for the nodes that wait, 32 bytes each
 * @returns how many nodes there are
 */
export function grow_exact(
  about: usize,
  nSamples: i32,
  rootSeed: u32,
  maxDepth: i32,
  minSplit: i32,
  minWeightLeaf: f64,
  minDecrease: f64,
  totalWeight: f64,
  nodes: usize,
  outValues: usize,
  stack: usize,
): i32 {
  X = <usize> load<u32>(about);
  y = <usize> load<u32>(about, 4);
  weights = <usize> load<u32>(about, 8);
  nFeatures = load<i32>(about, 12);
  maxFeatures = load<i32>(about, 16);
  minLeaf = load<i32>(about, 20);
  columns = <usize> load<u32>(about, 24);
  order = <usize> load<u32>(about, 28);
  values = <usize> load<u32>(about, 32);
  sides = <usize> load<u32>(about, 36);
  spare = <usize> load<u32>(about, 40);
  features = <usize> load<u32>(about, 44);
  constants = <usize> load<u32>(about, 48);
  stride = <usize> nSamples << 3;
  minWeight = minWeightLeaf;
  seed(rootSeed);
  for (let j = 0; j < nFeatures; j++) store<i32>(features + (<usize> j << 2), j);
  let n = 0;
  for (let i = 0; i < nSamples; i++) {
    if (weightOf(i) == 0) continue;
    store<u32>(order + (<usize> n << 2), <u32> i);
    n++;
  }
  tied = <usize> load<u32>(about, 56);
  sortColumns(n, spare, load<u32>(about, 52));
  let count = 0;
  // start, end, depth, parent with the side in its lowest bit, features known to be constant; impurity.
  store<i32>(stack, 0);
  store<i32>(stack, n, 4);
  store<i32>(stack, 0, 8);
  store<i32>(stack, -2, 12);
  store<i32>(stack, 0, 16);
  store<f64>(stack, NaN, 24);
  let waiting = 1;
  while (waiting > 0) {
    waiting--;
    const top = stack + <usize> waiting * 32;
    const start = load<i32>(top);
    const end = load<i32>(top, 4);
    const depth = load<i32>(top, 8);
    const parent = load<i32>(top, 12);
    const nKnown = load<i32>(top, 16);
    let impurity = load<f64>(top, 24);
    n = end - start;
    sumUp(start, end);
    if (parent < 0) impurity = impurityOf(nodeSquares, nodeSum, nodeWeight);
    const id = count++;
    const node = nodes + <usize> id * 56;
    store<i32>(node, -1);
    store<i32>(node, -1, 4);
    store<i32>(node, -2, 8);
    store<i32>(node, n, 12);
    store<f64>(node, -2, 16);
    store<f64>(node, impurity, 24);
    store<f64>(node, nodeWeight, 32);
    store<i32>(node, 0, 40);
    store<i32>(node, depth, 44);
    store<f64>(outValues + (<usize> id << 3), nodeSum / nodeWeight);
    if (parent >= 0) store<i32>(nodes + <usize> (parent >> 1) * 56 + <usize> ((parent & 1) << 2), id);
    if (
      depth >= maxDepth || n < minSplit || n < 2 * minLeaf || nodeWeight < 2 * minWeight || impurity <= EPSILON
    ) continue;
    findSplit(start, end, nKnown);
    if (bestFeature < 0) continue;
    separate(start, end);
    const pos = bestPos;
    let left: f64 = 0;
    let leftWeight: f64 = 0;
    if (pos - start <= end - pos) {
      for (let p = start; p < pos; p++) {
        const row = rowAt(p);
        const w = weightOf(row);
        left += w * targetOf(row);
        leftWeight += w;
      }
    } else {
      left = nodeSum;
      leftWeight = nodeWeight;
      for (let p = end - 1; p >= pos; p--) {
        const row = rowAt(p);
        const w = weightOf(row);
        left -= w * targetOf(row);
        leftWeight -= w;
      }
    }
    let squares: f64 = 0;
    for (let p = start; p < pos; p++) {
      const row = rowAt(p);
      const v = targetOf(row);
      squares += weightOf(row) * v * v;
    }
    const rightWeight = nodeWeight - leftWeight;
    const leftImpurity = impurityOf(squares, left, leftWeight);
    const rightImpurity = impurityOf(nodeSquares - squares, nodeSum - left, rightWeight);
    const gain = nodeWeight / totalWeight *
      (impurity - rightWeight / nodeWeight * rightImpurity - leftWeight / nodeWeight * leftImpurity);
    if (gain + EPSILON < minDecrease) continue;
    if (n > SMALL && (pos - start > SMALL || end - pos > SMALL) && depth + 1 < maxDepth) separateColumns(start, end);
    store<i32>(node, bestFeature, 8);
    store<f64>(node, bestThreshold, 16);
    store<i32>(node, i32(pos - start > end - pos), 40);
    store<i32>(top, pos);
    store<i32>(top, end, 4);
    store<i32>(top, depth + 1, 8);
    store<i32>(top, id << 1 | 1, 12);
    store<i32>(top, nConstants, 16);
    store<f64>(top, rightImpurity, 24);
    store<i32>(top, start, 32);
    store<i32>(top, pos, 36);
    store<i32>(top, depth + 1, 40);
    store<i32>(top, id << 1, 44);
    store<i32>(top, nConstants, 48);
    store<f64>(top, leftImpurity, 56);
    waiting += 2;
  }
  return count;
}
