// The node that is split, how good a split of it is, and the best split so far.

import { minWeight, mode, pairOf, TWO } from "./data";

// The node.
export let nodeWeight: f64 = 0;
export let nodeSum: f64 = 0;
export let squaresOfNode: f64 = 0;

@inline
export function setNode(total: v128): void {
  nodeWeight = f64x2.extract_lane(total, 0);
  nodeSum = f64x2.extract_lane(total, 1);
}

/** Squares of the node's classes, summed up. */
@inline
export function setSquares(squares: f64): void {
  squaresOfNode = squares;
}

// The best split so far.
export let bestProxy: f64 = 0;
export let bestFeature: i32 = 0;
export let bestCut: i32 = 0;

@inline
export function clearBest(): void {
  bestProxy = -Infinity;
  bestFeature = -1;
}

@inline
export function accept(feature: i32, cut: i32, proxy: f64): void {
  bestProxy = proxy;
  bestFeature = feature;
  bestCut = cut;
}

/**
 * How good a split is, of (weight, sum) on the left: S²/w of both sides; for two classes Gini's impurity of both by their
 * weights, in scikit-learn's order of operations, so that equal splits are equal here where they are there.
 */
@inline
export function proxyOf(left: v128): f64 {
  const right = f64x2.sub(pairOf(nodeWeight, nodeSum), left);
  // (wl, wr) and (sl, sr).
  const w = v128.shuffle<f64>(left, right, 0, 2);
  const s = v128.shuffle<f64>(left, right, 1, 3);
  if (mode == TWO) {
    const first = f64x2.sub(w, s);
    const squares = f64x2.add(f64x2.mul(first, first), f64x2.mul(s, s));
    const q = f64x2.mul(w, f64x2.sub(f64x2.splat(1), f64x2.div(squares, f64x2.mul(w, w))));
    return -f64x2.extract_lane(q, 1) - f64x2.extract_lane(q, 0);
  }
  const q = f64x2.div(f64x2.mul(s, s), w);
  return f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1);
}

/** The same for several classes, of their squares. */
@inline
export function classProxy(weight: f64, left: f64, right: f64): f64 {
  const rest = nodeWeight - weight;
  return -rest * (1 - right / (rest * rest)) - weight * (1 - left / (weight * weight));
}

@inline
export function weightsFit(left: f64): bool {
  return left >= minWeight && nodeWeight - left >= minWeight;
}
