// Growing a tree, depth first.

import { counters, leftSums, loads, minLeaf, minWeight, mode, nClasses, nFeatures, NUMBERS, pairOf, rows, setMinWeight, sums, TWO, valueOf } from "./data";
import { bestDrawn, bestRange, thresholdOf } from "./drawn";
import { mix, seed } from "./draws";
import { findSplit, nConstants } from "./find_split";
import { impurityOf, separate, sumUp } from "./sides";
import { bestCut, bestFeature, nodeSum, nodeWeight, setNode, setSquares } from "./split";

const EPSILON: f64 = 2.220446049250313e-16;

/**
 * Grows one tree.
 *
 * @param y numbers or class codes, float64
 * @param weight weights, float64; 0 leaves a row out
 * @param keyed whether what a node draws depends on its path alone, and not on the nodes before it
 * @param nodes room for the nodes, 56 bytes each: left, right, feature, samples (int32), threshold, impurity, weight
 * (float64), larger side (int32), depth (int32)
 * @param outValues room for their values, float64, one or `nClasses` a node
 * @param stack room for the nodes that wait, 40 bytes each
 * @returns how many nodes there are
 */
export function grow(
  nSamples: i32,
  y: usize,
  weight: usize,
  rootKey: u32,
  random: i32,
  keyed: i32,
  maxDepth: i32,
  minSplit: i32,
  minWeightLeaf: f64,
  minDecrease: f64,
  totalWeight: f64,
  nodes: usize,
  outValues: usize,
  stack: usize,
): i32 {
  setMinWeight(minWeightLeaf);
  let n = 0;
  for (let i = 0; i < nSamples; i++) {
    const w = load<f64>(weight + (<usize> i << 3));
    if (w == 0) continue;
    const v = load<f64>(y + (<usize> i << 3));
    store<u32>(rows + (<usize> n << 2), <u32> i * <u32> nFeatures * 2);
    v128.store(loads + (<usize> n << 4), pairOf(w, mode > TWO ? v : w * v));
    n++;
  }
  const stride = mode == NUMBERS ? 1 : mode == TWO ? 2 : nClasses;
  let waiting = 0;
  let count = 0;
  // start, end, depth, parent with the side in its lowest bit, key; impurity.
  store<i32>(stack, 0);
  store<i32>(stack, n, 4);
  store<i32>(stack, 0, 8);
  store<i32>(stack, -2, 12);
  store<u32>(stack, rootKey, 16);
  store<i32>(stack, 0, 20);
  seed(rootKey);
  store<f64>(stack, NaN, 24);
  waiting = 1;
  while (waiting > 0) {
    waiting--;
    const top = stack + <usize> waiting * 32;
    const start = load<i32>(top);
    const end = load<i32>(top, 4);
    const depth = load<i32>(top, 8);
    const parent = load<i32>(top, 12);
    const key = load<u32>(top, 16);
    const nKnown = load<i32>(top, 20);
    let impurity = load<f64>(top, 24);
    n = end - start;
    const total = sumUp(start, n, sums);
    setNode(total);
    if (parent < 0) impurity = impurityOf(start, n, total, sums);
    const id = count++;
    const node = nodes + <usize> id * 56;
    const own = outValues + <usize> (id * stride) * 8;
    store<i32>(node, -1);
    store<i32>(node, -1, 4);
    store<i32>(node, -2, 8);
    store<i32>(node, n, 12);
    store<f64>(node, -2, 16);
    store<f64>(node, impurity, 24);
    store<f64>(node, nodeWeight, 32);
    store<i32>(node, 0, 40);
    store<i32>(node, depth, 44);
    if (mode == NUMBERS) store<f64>(own, nodeSum / nodeWeight);
    else if (mode == TWO) {
      store<f64>(own, (nodeWeight - nodeSum) / nodeWeight);
      store<f64>(own, nodeSum / nodeWeight, 8);
    } else {
      let squares: f64 = 0;
      for (let c = 0; c < nClasses; c++) {
        const x = load<f64>(sums + (<usize> c << 3));
        squares += x * x;
        store<f64>(own + (<usize> c << 3), x / nodeWeight);
      }
      setSquares(squares);
    }
    if (parent >= 0) store<i32>(nodes + <usize> (parent >> 1) * 56 + <usize> ((parent & 1) << 2), id);
    if (
      depth >= maxDepth || n < minSplit || n < 2 * minLeaf || nodeWeight < 2 * minWeight || impurity <= EPSILON
    ) continue;
    if (keyed != 0) seed(key);
    findSplit(start, n, random != 0, keyed != 0, nKnown);
    if (bestFeature < 0) continue;
    const l = separate(bestFeature, bestCut, start, n, counters);
    const low = load<i32>(counters);
    const high = load<i32>(counters, 4);
    const threshold = random != 0
      ? thresholdOf(bestFeature, <i32> (bestRange & 65535), <i32> (bestRange >> 16), bestDrawn)
      : <f64> valueOf(bestFeature, low) / 2 + <f64> valueOf(bestFeature, high) / 2;
    const leftTotal = sumUp(start, l, leftSums);
    const leftImpurity = impurityOf(start, l, leftTotal, leftSums);
    const leftWeight = f64x2.extract_lane(leftTotal, 0);
    const rightTotal = f64x2.sub(total, leftTotal);
    if (mode > TWO) {
      for (let c = 0; c < nClasses; c++) {
        const at = leftSums + (<usize> c << 3);
        store<f64>(at, load<f64>(sums + (<usize> c << 3)) - load<f64>(at));
      }
    }
    const rightImpurity = impurityOf(start + l, n - l, rightTotal, leftSums);
    const rightWeight = nodeWeight - leftWeight;
    const gain = nodeWeight / totalWeight *
      (impurity - rightWeight / nodeWeight * rightImpurity - leftWeight / nodeWeight * leftImpurity);
    if (gain + EPSILON < minDecrease) continue;
    store<i32>(node, bestFeature, 8);
    store<f64>(node, threshold, 16);
    store<i32>(node, i32(l > n - l), 40);
    store<i32>(top, start + l);
    store<i32>(top, end, 4);
    store<i32>(top, depth + 1, 8);
    store<i32>(top, id << 1 | 1, 12);
    const known = keyed != 0 ? 0 : nConstants;
    store<u32>(top, mix(key ^ 0x7f4a7c15), 16);
    store<i32>(top, known, 20);
    store<f64>(top, rightImpurity, 24);
    store<i32>(top, start, 32);
    store<i32>(top, start + l, 36);
    store<i32>(top, depth + 1, 40);
    store<i32>(top, id << 1, 44);
    store<u32>(top, mix(key ^ 0x9e3779b9), 48);
    store<i32>(top, known, 52);
    store<f64>(top, leftImpurity, 56);
    waiting += 2;
  }
  return count;
}
