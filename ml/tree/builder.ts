import type { Criterion } from "./criterion.ts";
import { childKey } from "./draws.ts";
import type { Split, Splitter } from "./splitter.ts";
import { type Tree, TreeGrower } from "./structure.ts";

/** Impurities up to this are none: rounding must not keep a pure node growing. */
const EPSILON = 2.220446049250313e-16;

/** When a tree stops growing. */
export interface GrowthLimits {
  /** Longest path. */
  readonly maxDepth: number;
  /** Fewest samples of a node that is split. */
  readonly minSamplesSplit: number;
  /** Fewest samples of a leaf. */
  readonly minSamplesLeaf: number;
  /** Least weight of a leaf. */
  readonly minWeightLeaf: number;
  /** Most leaves, grown best first; null for no limit. */
  readonly maxLeafNodes: number | null;
  /** Least improvement of a split. */
  readonly minImpurityDecrease: number;
  /** 1, −1 or 0 for each feature, or null. */
  readonly monotonic: Int8Array | null;
  /** Key of the root, where what a node draws depends on its path alone; null where nodes draw one after the other. */
  readonly rootKey: number | null;
}

/** The form of what is predicted. */
export interface TreeShape {
  /** Columns of X. */
  readonly nFeatures: number;
  /** How many targets there are. */
  readonly nOutputs: number;
  /** The most classes of any target, 1 for regression. */
  readonly maxNClasses: number;
}

/** A node that waits to be looked at. */
interface Pending {
  start: number;
  end: number;
  depth: number;
  parent: number;
  isLeft: boolean;
  impurity: number;
  nConstants: number;
  lower: number;
  upper: number;
  key: number;
}

/** A node that has been looked at. */
interface Visited extends Pending {
  id: number;
  split: Split | null;
  middle: number;
}

const ROOT: Omit<Pending, "end" | "key"> = {
  start: 0,
  depth: 0,
  parent: -1,
  isLeft: false,
  impurity: NaN,
  nConstants: 0,
  lower: -Infinity,
  upper: Infinity,
};

/** Grows trees, depth first or best first. */
export class TreeBuilder {
  private readonly criterion: Criterion;
  private readonly grower: TreeGrower;

  constructor(private readonly splitter: Splitter, private readonly limits: GrowthLimits, shape: TreeShape) {
    this.criterion = splitter.criterion;
    this.grower = new TreeGrower(shape.nFeatures, shape.nOutputs, shape.maxNClasses);
  }

  /** Grows the tree. */
  build(): Tree {
    const root: Pending = { ...ROOT, end: this.splitter.samples.order.length, key: this.limits.rootKey ?? 0 };
    if (this.limits.maxLeafNodes === null) this.depthFirst(root);
    else this.bestFirst(root, this.limits.maxLeafNodes);
    return this.grower.finish();
  }

  private depthFirst(root: Pending): void {
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const visited = this.visit(node);
      if (visited.split === null) continue;
      const [left, right] = this.children(visited);
      stack.push(right, left);
    }
  }

  private bestFirst(root: Pending, maxLeafNodes: number): void {
    const frontier = [this.visit({ ...root })];
    let left = maxLeafNodes - 1;
    while (frontier.length > 0) {
      const node = popBest(frontier);
      if (node.split === null || left <= 0) {
        this.grower.makeLeaf(node.id);
        continue;
      }
      left--;
      for (const child of this.children(node)) {
        // Which features are constant is known on the way down only, and here the way jumps.
        pushVisited(frontier, this.visit({ ...child, nConstants: 0 }));
      }
    }
  }

  /** Looks at a node: adds it to the tree, and finds its split if it is to have one. */
  private visit(node: Pending): Visited {
    const { limits, splitter, criterion, grower } = this;
    const { start, end, depth, lower, upper } = node;
    const n = end - start;
    if (limits.rootKey !== null) splitter.restart(node.key);
    criterion.init(splitter.samples.order, start, end);
    const weight = criterion.weightNode;
    const impurity = node.parent < 0 ? criterion.nodeImpurity() : node.impurity;
    let isLeaf = depth >= limits.maxDepth || n < limits.minSamplesSplit || n < 2 * limits.minSamplesLeaf ||
      weight < 2 * limits.minWeightLeaf || impurity <= EPSILON;
    let split: Split | null = null;
    if (!isLeaf) {
      const nKnown = limits.rootKey === null ? node.nConstants : 0;
      split = splitter.split(start, end, impurity, nKnown, lower, upper);
      isLeaf = split.pos >= end || split.improvement + EPSILON < limits.minImpurityDecrease;
    }
    const id = grower.add({
      parent: node.parent,
      isLeft: node.isLeft,
      isLeaf,
      feature: split?.feature ?? -2,
      threshold: split?.threshold ?? -2,
      impurity,
      nSamples: n,
      weight,
      missingGoToLeft: split?.missingLeft ?? false,
    });
    criterion.nodeValue(grower.value, id * grower.stride);
    if (limits.monotonic !== null) criterion.clip(grower.value, id * grower.stride, lower, upper);
    if (depth > grower.maxDepth) grower.maxDepth = depth;
    const middle = limits.monotonic !== null && !isLeaf ? criterion.middleValue() : 0;
    return { ...node, impurity, id, split: isLeaf ? null : split, middle };
  }

  /** The two sides of a node's split, with the bounds that a monotonic constraint sets them. */
  private children(node: Visited): [Pending, Pending] {
    const split = node.split as Split;
    const constraint = this.limits.monotonic?.[split.feature] ?? 0;
    const common = { depth: node.depth + 1, parent: node.id, nConstants: split.nConstants };
    return [{
      ...common,
      start: node.start,
      end: split.pos,
      isLeft: true,
      impurity: split.impurityLeft,
      lower: constraint < 0 ? node.middle : node.lower,
      upper: constraint > 0 ? node.middle : node.upper,
      key: childKey(node.key, true),
    }, {
      ...common,
      start: split.pos,
      end: node.end,
      isLeft: false,
      impurity: split.impurityRight,
      lower: constraint > 0 ? node.middle : node.lower,
      upper: constraint < 0 ? node.middle : node.upper,
      key: childKey(node.key, false),
    }];
  }
}

/** What a node is worth in the queue. */
function worth(node: Visited): number {
  return node.split === null ? 0 : node.split.improvement;
}

/** Puts a node into a heap, the best at its root. */
function pushVisited(heap: Visited[], node: Visited): void {
  let at = heap.length;
  heap.push(node);
  while (at > 0) {
    const up = (at - 1) >> 1;
    if (!(worth(heap[up]) < worth(node))) break;
    heap[at] = heap[up];
    at = up;
  }
  heap[at] = node;
}

/** Takes the best node from a heap. Equal ones come as from the C++ library's heap: the hole goes down, the last comes up. */
function popBest(heap: Visited[]): Visited {
  const best = heap[0];
  const last = heap.pop() as Visited;
  const n = heap.length;
  if (n === 0) return best;
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 2;
    if (child > n) break;
    if (child === n || worth(heap[child]) < worth(heap[child - 1])) child--;
    heap[hole] = heap[child];
    hole = child;
  }
  while (hole > 0) {
    const up = (hole - 1) >> 1;
    if (!(worth(heap[up]) < worth(last))) break;
    heap[hole] = heap[up];
    hole = up;
  }
  heap[hole] = last;
  return best;
}
