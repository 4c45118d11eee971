import { Tree } from "./structure.ts";

/** Bytes of a node as the kernels write it. */
export const NODE_BYTES = 56;

/** Where kernels have written a tree. */
interface NodeMemory {
  /** Whole numbers of the memory. */
  i32(pointer: number, length: number): Int32Array;
  /** Numbers of the memory. */
  f64(pointer: number, length: number): Float64Array;
}

/**
 * A tree of one target, of the nodes that a kernel has written.
 *
 * @param nodes where they lie
 * @param values where their values lie, `maxNClasses` a node
 */
export function readTree(
  memory: NodeMemory,
  nodes: number,
  values: number,
  count: number,
  nFeatures: number,
  maxNClasses: number,
): Tree {
  const words = memory.i32(nodes, count * NODE_BYTES / 4);
  const numbers = memory.f64(nodes, count * NODE_BYTES / 8);
  const tree = {
    nFeatures,
    nOutputs: 1,
    maxNClasses,
    childrenLeft: new Int32Array(count),
    childrenRight: new Int32Array(count),
    feature: new Int32Array(count),
    nNodeSamples: new Int32Array(count),
    threshold: new Float64Array(count),
    impurity: new Float64Array(count),
    weightedNNodeSamples: new Float64Array(count),
    missingGoToLeft: new Uint8Array(count),
    value: memory.f64(values, count * maxNClasses).slice(),
  };
  let maxDepth = 0;
  for (let i = 0, w = 0, f = 0; i < count; i++, w += NODE_BYTES / 4, f += NODE_BYTES / 8) {
    tree.childrenLeft[i] = words[w];
    tree.childrenRight[i] = words[w + 1];
    tree.feature[i] = words[w + 2];
    tree.nNodeSamples[i] = words[w + 3];
    tree.threshold[i] = numbers[f + 2];
    tree.impurity[i] = numbers[f + 3];
    tree.weightedNNodeSamples[i] = numbers[f + 4];
    tree.missingGoToLeft[i] = words[w + 10];
    if (words[w + 11] > maxDepth) maxDepth = words[w + 11];
  }
  return new Tree({ ...tree, maxDepth });
}
