import { NODE_ARRAYS, Tree, TREE_LEAF, TREE_UNDEFINED } from "./structure.ts";

/** The steps in which a tree is pruned. */
export interface PruningPath {
  /** The complexity at which each step becomes worth while, smallest first; 0 for the whole tree. */
  ccpAlphas: Float64Array;
  /** Impurity of the leaves after each step. */
  impurities: Float64Array;
}

/**
 * Prunes a tree branch by branch, the one first whose leaves gain least for their number, until the next would cost more
 * than `alpha` a leaf.
 *
 * Source: L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and Regression Trees", 1984, chapter 3.
 *
 * @returns which nodes became leaves or went away, as 1, and the path
 */
function prune(tree: Tree, alpha: number): { isLeaf: Uint8Array; path: PruningPath } {
  const { nodeCount: n, childrenLeft, childrenRight, weightedNNodeSamples: w, impurity } = tree;
  const ownRisk = new Float64Array(n);
  const parent = new Int32Array(n).fill(-1);
  const isLeaf = new Uint8Array(n);
  const isInner = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    ownRisk[i] = w[i] * impurity[i] / w[0];
    if (childrenLeft[i] === TREE_LEAF) isLeaf[i] = 1;
    else {
      isInner[i] = 1;
      parent[childrenLeft[i]] = i;
      parent[childrenRight[i]] = i;
    }
  }
  const leaves = new Int32Array(n);
  const branchRisk = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (isLeaf[i] === 0) continue;
    branchRisk[i] = ownRisk[i];
    for (let up = parent[i]; up >= 0; up = parent[up]) {
      branchRisk[up] += ownRisk[i];
      leaves[up]++;
    }
  }
  const alphas = [0];
  const impurities = [branchRisk[0]];
  while (isInner[0] === 1) {
    let least = Infinity;
    let weakest = 0;
    for (let i = 0; i < n; i++) {
      if (isInner[i] === 0) continue;
      const gain = (ownRisk[i] - branchRisk[i]) / (leaves[i] - 1);
      if (gain < least) {
        least = gain;
        weakest = i;
      }
    }
    if (alpha < least) break;
    const stack = [weakest];
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      isLeaf[i] = 0;
      if (childrenLeft[i] !== TREE_LEAF && (isInner[i] === 1 || i === weakest)) {
        stack.push(childrenLeft[i], childrenRight[i]);
      }
      isInner[i] = 0;
    }
    isLeaf[weakest] = 1;
    const fewer = leaves[weakest] - 1;
    const more = ownRisk[weakest] - branchRisk[weakest];
    leaves[weakest] = 0;
    branchRisk[weakest] = ownRisk[weakest];
    for (let up = parent[weakest]; up >= 0; up = parent[up]) {
      leaves[up] -= fewer;
      branchRisk[up] += more;
    }
    alphas.push(least);
    impurities.push(branchRisk[0]);
  }
  return { isLeaf, path: { ccpAlphas: Float64Array.from(alphas), impurities: Float64Array.from(impurities) } };
}

/** The steps in which a tree is pruned to its root. */
export function pruningPath(tree: Tree): PruningPath {
  return prune(tree, Infinity).path;
}

/** A tree pruned as far as its complexity costs more than `alpha` a leaf. */
export function prunedTree(tree: Tree, alpha: number): Tree {
  const { isLeaf } = prune(tree, alpha);
  return cutTree(tree, (node) => isLeaf[node] === 1);
}

/**
 * The tree with all nodes below those that `isLeaf` says are leaves left out. A node stands before its left branch, and
 * that before its right one, also where the tree grew in another order.
 */
export function cutTree(tree: Tree, isLeaf: (node: number, depth: number) => boolean): Tree {
  const { childrenLeft, childrenRight } = tree;
  const kept: number[] = [];
  const depths: number[] = [];
  const renumbered = new Int32Array(tree.nodeCount).fill(TREE_LEAF);
  const depth = new Int32Array(tree.nodeCount);
  const ends = new Uint8Array(tree.nodeCount);
  const stack = [0];
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    renumbered[i] = kept.length;
    kept.push(i);
    depths.push(depth[i]);
    if (childrenLeft[i] === TREE_LEAF || isLeaf(i, depth[i])) ends[i] = 1;
    else {
      depth[childrenLeft[i]] = depth[childrenRight[i]] = depth[i] + 1;
      stack.push(childrenRight[i], childrenLeft[i]);
    }
  }
  const n = kept.length;
  if (n === tree.nodeCount && kept.every((node, k) => node === k)) return tree;
  const copy: Record<string, unknown> = {};
  for (const name of NODE_ARRAYS) {
    const from = tree[name];
    const stride = name === "value" ? tree.valueStride : 1;
    const to = new (from.constructor as new (n: number) => typeof from)(n * stride);
    for (let k = 0; k < n; k++) for (let c = 0; c < stride; c++) to[k * stride + c] = from[kept[k] * stride + c];
    copy[name] = to;
  }
  const out = new Tree({ ...tree, ...copy, maxDepth: depths.reduce((a, b) => Math.max(a, b), 0) });
  for (let k = 0; k < n; k++) {
    if (ends[kept[k]] === 1) {
      out.childrenLeft[k] = out.childrenRight[k] = TREE_LEAF;
      out.feature[k] = out.threshold[k] = TREE_UNDEFINED;
      out.missingGoToLeft[k] = 0;
    } else {
      out.childrenLeft[k] = renumbered[childrenLeft[kept[k]]];
      out.childrenRight[k] = renumbered[childrenRight[kept[k]]];
    }
  }
  return out;
}
