/** What stands for a child where there is none. */
export const TREE_LEAF = -1;
/** What stands for the feature of a leaf. */
export const TREE_UNDEFINED = -2;

/** The arrays of a {@linkcode Tree}. */
export interface TreeArrays {
  /** How many features the samples have. */
  readonly nFeatures: number;
  /** How many targets are predicted. */
  readonly nOutputs: number;
  /** How many values a node holds for a target: the most classes of any, 1 for regression. */
  readonly maxNClasses: number;
  /** Length of the longest path. */
  readonly maxDepth: number;
  /** Left child of each node, or −1, shape [nodeCount]. */
  readonly childrenLeft: Int32Array;
  /** Right child of each node, or −1, shape [nodeCount]. */
  readonly childrenRight: Int32Array;
  /** Feature that the node asks about, −2 for a leaf, shape [nodeCount]. */
  readonly feature: Int32Array;
  /** Samples with values up to this go left; −2 for a leaf, shape [nodeCount]. */
  readonly threshold: Float64Array;
  /** Impurity of the samples, shape [nodeCount]. */
  readonly impurity: Float64Array;
  /** Number of training samples, shape [nodeCount]. */
  readonly nNodeSamples: Int32Array;
  /** Weight of the training samples, shape [nodeCount]. */
  readonly weightedNNodeSamples: Float64Array;
  /** Shares of the classes, or the means, shape [nodeCount, nOutputs, maxNClasses]. */
  readonly value: Float64Array;
  /** 1 where samples without a value go left, shape [nodeCount]. */
  readonly missingGoToLeft: Uint8Array;
}

/**
 * A binary decision tree as arrays, a place for each node: scikit-learn's `tree_`. Node 0 is the root, children stand
 * behind their parents.
 *
 * @example
 * ```ts
 * import { DecisionTreeClassifier, loadIris } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const { tree_ } = await new DecisionTreeClassifier({ maxDepth: 2, randomState: 0 }).fit(X, y);
 * tree_.nodeCount; // 5
 * tree_.feature; // Int32Array [3, -2, 3, -2, -2]
 * ```
 */
export class Tree implements TreeArrays {
  /** How many features the samples have. */
  readonly nFeatures: number;
  /** How many targets are predicted. */
  readonly nOutputs: number;
  /** How many values a node holds for a target. */
  readonly maxNClasses: number;
  /** Length of the longest path. */
  readonly maxDepth: number;
  /** Left child of each node, or −1. */
  readonly childrenLeft: Int32Array;
  /** Right child of each node, or −1. */
  readonly childrenRight: Int32Array;
  /** Feature that each node asks about; −2 for a leaf. */
  readonly feature: Int32Array;
  /** Samples with values up to this go left; −2 for a leaf. */
  readonly threshold: Float64Array;
  /** Impurity of the samples of each node. */
  readonly impurity: Float64Array;
  /** Number of training samples of each node. */
  readonly nNodeSamples: Int32Array;
  /** Weight of the training samples of each node. */
  readonly weightedNNodeSamples: Float64Array;
  /** Shares of the classes, or the means, shape [nodeCount, nOutputs, maxNClasses]. */
  readonly value: Float64Array;
  /** 1 where samples without a value go left. */
  readonly missingGoToLeft: Uint8Array;

  /** Keeps the arrays, without copies. */
  constructor(arrays: TreeArrays) {
    this.nFeatures = arrays.nFeatures;
    this.nOutputs = arrays.nOutputs;
    this.maxNClasses = arrays.maxNClasses;
    this.maxDepth = arrays.maxDepth;
    this.childrenLeft = arrays.childrenLeft;
    this.childrenRight = arrays.childrenRight;
    this.feature = arrays.feature;
    this.threshold = arrays.threshold;
    this.impurity = arrays.impurity;
    this.nNodeSamples = arrays.nNodeSamples;
    this.weightedNNodeSamples = arrays.weightedNNodeSamples;
    this.value = arrays.value;
    this.missingGoToLeft = arrays.missingGoToLeft;
  }

  /** Number of nodes. */
  get nodeCount(): number {
    return this.childrenLeft.length;
  }

  /** Number of leaves. */
  get nLeaves(): number {
    let n = 0;
    for (const child of this.childrenLeft) if (child === TREE_LEAF) n++;
    return n;
  }

  /** How many values a node holds. */
  get valueStride(): number {
    return this.nOutputs * this.maxNClasses;
  }

  /** The leaf that one sample comes to; `at` is where its features begin in X. */
  private leafOf(X: Float32Array, at: number): number {
    let node = 0;
    let left = this.childrenLeft[0];
    while (left !== TREE_LEAF) {
      const v = X[at + this.feature[node]];
      const goesLeft = v === v ? v <= this.threshold[node] : this.missingGoToLeft[node] === 1;
      node = goesLeft ? left : this.childrenRight[node];
      left = this.childrenLeft[node];
    }
    return node;
  }

  /** The leaf of each sample; X is row-major, `nFeatures` values a sample. */
  apply(X: Float32Array): Int32Array {
    const n = X.length / this.nFeatures;
    const out = new Int32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.leafOf(X, i * this.nFeatures);
    return out;
  }

  /** The values of the leaf of each sample, shape [nSamples, nOutputs, maxNClasses]. */
  predict(X: Float32Array): Float64Array {
    const stride = this.valueStride;
    const out = new Float64Array(X.length / this.nFeatures * stride);
    this.addTo(out, X);
    return out;
  }

  /** Adds the values of the leaf of each sample to sums of such: how a forest votes. */
  addTo(out: Float64Array, X: Float32Array): void {
    const stride = this.valueStride;
    const m = this.nFeatures;
    const n = X.length / m;
    const { value } = this;
    for (let i = 0; i < n; i++) {
      const from = this.leafOf(X, i * m) * stride;
      for (let c = 0; c < stride; c++) out[i * stride + c] += value[from + c];
    }
  }

  /** Numbers of the nodes that each sample passes, from the root to its leaf. */
  paths(X: Float32Array): { indptr: Int32Array; indices: Int32Array } {
    const m = this.nFeatures;
    const n = X.length / m;
    const indptr = new Int32Array(n + 1);
    const indices: number[] = [];
    for (let i = 0; i < n; i++) {
      let node = 0;
      indices.push(0);
      while (this.childrenLeft[node] !== TREE_LEAF) {
        const v = X[i * m + this.feature[node]];
        const goesLeft = v === v ? v <= this.threshold[node] : this.missingGoToLeft[node] === 1;
        node = goesLeft ? this.childrenLeft[node] : this.childrenRight[node];
        indices.push(node);
      }
      indptr[i + 1] = indices.length;
    }
    return { indptr, indices: Int32Array.from(indices) };
  }

  /** How much each feature lowered the impurity, as shares of the whole (or, with `normalize: false`, as it is). */
  computeFeatureImportances(normalize = true): Float64Array {
    const out = new Float64Array(this.nFeatures);
    const { impurity, weightedNNodeSamples: w } = this;
    for (let node = 0; node < this.nodeCount; node++) {
      const l = this.childrenLeft[node];
      if (l === TREE_LEAF) continue;
      const r = this.childrenRight[node];
      out[this.feature[node]] += w[node] * impurity[node] - w[l] * impurity[l] - w[r] * impurity[r];
    }
    for (let j = 0; j < out.length; j++) out[j] /= w[0];
    if (normalize) {
      const sum = out.reduce((a, b) => a + b, 0);
      if (sum > 0) { for (let j = 0; j < out.length; j++) out[j] /= sum; }
    }
    return out;
  }
}

/** What one node of a tree under construction holds. */
export interface NodeRecord {
  parent: number;
  isLeft: boolean;
  isLeaf: boolean;
  feature: number;
  threshold: number;
  impurity: number;
  nSamples: number;
  weight: number;
  missingGoToLeft: boolean;
}

/** A tree under construction: arrays that grow. */
export class TreeGrower {
  /** Number of nodes so far. */
  count = 0;
  /** Length of the longest path so far. */
  maxDepth = 0;
  childrenLeft: Int32Array;
  childrenRight: Int32Array;
  feature: Int32Array;
  threshold: Float64Array;
  impurity: Float64Array;
  nNodeSamples: Int32Array;
  weightedNNodeSamples: Float64Array;
  value: Float64Array;
  missingGoToLeft: Uint8Array;
  readonly stride: number;

  constructor(readonly nFeatures: number, readonly nOutputs: number, readonly maxNClasses: number, capacity = 64) {
    this.stride = nOutputs * maxNClasses;
    this.childrenLeft = new Int32Array(capacity);
    this.childrenRight = new Int32Array(capacity);
    this.feature = new Int32Array(capacity);
    this.threshold = new Float64Array(capacity);
    this.impurity = new Float64Array(capacity);
    this.nNodeSamples = new Int32Array(capacity);
    this.weightedNNodeSamples = new Float64Array(capacity);
    this.value = new Float64Array(capacity * this.stride);
    this.missingGoToLeft = new Uint8Array(capacity);
  }

  /** Adds a node, and gives its number. Its values are to be put at `number * stride` of `value`. */
  add(node: NodeRecord): number {
    const id = this.count++;
    if (id === this.childrenLeft.length) this.resize(id * 2);
    this.childrenLeft[id] = TREE_LEAF;
    this.childrenRight[id] = TREE_LEAF;
    this.impurity[id] = node.impurity;
    this.nNodeSamples[id] = node.nSamples;
    this.weightedNNodeSamples[id] = node.weight;
    if (node.parent >= 0) (node.isLeft ? this.childrenLeft : this.childrenRight)[node.parent] = id;
    if (node.isLeaf) this.makeLeaf(id);
    else {
      this.feature[id] = node.feature;
      this.threshold[id] = node.threshold;
      this.missingGoToLeft[id] = node.missingGoToLeft ? 1 : 0;
    }
    return id;
  }

  /** Makes a node without children one that never gets any. */
  makeLeaf(id: number): void {
    this.feature[id] = TREE_UNDEFINED;
    this.threshold[id] = TREE_UNDEFINED;
    this.missingGoToLeft[id] = 0;
  }

  /** The finished tree. */
  finish(): Tree {
    this.resize(this.count);
    return new Tree(this);
  }

  private resize(capacity: number): void {
    for (const name of NODE_ARRAYS) {
      const old = this[name];
      const size = name === "value" ? capacity * this.stride : capacity;
      if (old.length === size) continue;
      const next = new (old.constructor as new (n: number) => typeof old)(size);
      next.set(old.length > size ? old.subarray(0, size) : old);
      (this as Record<typeof name, unknown>)[name] = next;
    }
  }
}

/** The arrays with an entry for each node. */
export const NODE_ARRAYS = [
  "childrenLeft",
  "childrenRight",
  "feature",
  "threshold",
  "impurity",
  "nNodeSamples",
  "weightedNNodeSamples",
  "value",
  "missingGoToLeft",
] as const;
