import { KernelFrame } from "../kernels/mod.ts";
import * as module from "../kernels/wasm/trees.ts";
import { type Tree, TREE_LEAF } from "../tree/structure.ts";

/** What the module for trees exports for predictions. */
interface WalkExports {
  // deno-lint-ignore no-explicit-any -- as all modules' exports
  [name: string]: (...args: any[]) => any;
  walk(nodes: number, X: number, n: number, m: number, steps: number, at: number): void;
  add_values(at: number, nodeValues: number, n: number, stride: number, out: number): void;
}

/** Rows that are led down together: few enough to stay in the cache while all trees pass over them. */
const BLOCK = 4096;

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The largest number of single precision that is not above a threshold: samples compare with both alike. */
function atMost(threshold: number): number {
  single[0] = threshold;
  if (single[0] <= threshold) return single[0];
  if (single[0] === 0) bits[0] = -0x7fffffff;
  else bits[0] += single[0] > 0 ? -1 : 1;
  return single[0];
}

/** Where a forest's predictions are taken: the trees cut at a depth, and so many of them. */
export interface ForestCut {
  /** Longest path. */
  readonly maxDepth: number;
  /** How many trees, from the first on. */
  readonly nTrees: number;
}

/**
 * Means of what trees predict, for several cuts in one go: each sample goes down each tree once.
 *
 * @param trees the whole trees
 * @param X samples in single precision, row-major
 * @param cuts any number, in any order
 * @returns for each cut the means, shape [nSamples, nOutputs, maxNClasses]
 */
export function meansAtCuts(trees: readonly Tree[], X: Float32Array, cuts: readonly ForestCut[]): Float64Array[] {
  const { nFeatures: m, valueStride: stride } = trees[0];
  const n = X.length / m;
  const outs = cuts.map(() => new Float64Array(n * stride));
  const mostNodes = trees.reduce((most, t) => Math.max(most, t.nodeCount), 0);
  const depths = [...new Set(cuts.map((c) => c.maxDepth))].sort((a, b) => a - b);
  using frame = new KernelFrame<WalkExports>(module, [X]);
  const rows = frame.in(X);
  const sums = outs.map((out) => frame.inout(out));
  const nodes = frame.temp(16 * mostNodes);
  const values = frame.temp(8 * mostNodes * stride);
  const at = frame.temp(4 * Math.min(n, BLOCK));
  trees.forEach((tree, t) => {
    pack(tree, frame.i32(nodes, 4 * tree.nodeCount), frame.f32(nodes, 4 * tree.nodeCount));
    frame.f64(values, tree.nodeCount * stride).set(tree.value);
    for (let from = 0; from < n; from += BLOCK) {
      const count = Math.min(BLOCK, n - from);
      frame.i32(at, count).fill(0);
      let depth = 0;
      for (const d of depths) {
        const steps = Math.min(d, tree.maxDepth) - depth;
        if (steps > 0) frame.exports.walk(nodes, rows + 4 * from * m, count, m, steps, at);
        depth = Math.max(depth, Math.min(d, tree.maxDepth));
        cuts.forEach((cut, c) => {
          if (cut.maxDepth !== d || t >= cut.nTrees) return;
          frame.exports.add_values(at, values, count, stride, sums[c] + 8 * from * stride);
        });
      }
    }
  });
  cuts.forEach((cut, c) => {
    const view = frame.f64(sums[c], n * stride);
    const divisor = Math.min(cut.nTrees, trees.length);
    for (let i = 0; i < view.length; i++) view[i] /= divisor;
  });
  return outs;
}

/** Lays a tree's nodes out as the kernel walks them. */
function pack(tree: Tree, words: Int32Array, singles: Float32Array): void {
  const { childrenLeft, childrenRight, feature, threshold, missingGoToLeft } = tree;
  for (let i = 0, w = 0; i < tree.nodeCount; i++, w += 4) {
    const isLeaf = childrenLeft[i] === TREE_LEAF;
    words[w] = isLeaf ? i : childrenLeft[i];
    words[w + 1] = isLeaf ? i : childrenRight[i];
    words[w + 2] = isLeaf ? 0 : feature[i] | (missingGoToLeft[i] === 1 ? 0x80000000 : 0);
    singles[w + 3] = isLeaf ? 0 : atMost(threshold[i]);
  }
}
