import { KernelFrame } from "../kernels/mod.ts";
import * as trees from "../kernels/wasm/trees.ts";
import type { SingleTable } from "./parameters.ts";
import { isBeyond } from "./samples.ts";

/** A table with every value replaced by its rank among the distinct values of its feature: computed once for all trees. */
export interface RankTable {
  /** Number of samples. */
  readonly nSamples: number;
  /** Number of features. */
  readonly nFeatures: number;
  /** Ranks, row-major, shape [nSamples, nFeatures]. */
  readonly ranks: Uint16Array;
  /** Distinct values of all features, each feature's in order. */
  readonly values: Float32Array;
  /** Where each feature's values begin, shape [nFeatures + 1]. */
  readonly offsets: Int32Array;
  /** 1 for each feature with neighbours among its values that count as equal, shape [nFeatures]. */
  readonly close: Uint8Array;
}

/** What the module for trees exports. */
export interface TreeExports {
  // deno-lint-ignore no-explicit-any -- as all modules' exports
  [name: string]: (...args: any[]) => any;
  rank_column(
    X: number,
    n: number,
    m: number,
    feature: number,
    out: number,
    distinct: number,
    room: number,
    digits: number,
  ): number;
  set_data(about: number): void;
  grow(
    nSamples: number,
    y: number,
    weight: number,
    rootKey: number,
    random: number,
    keyed: number,
    maxDepth: number,
    minSplit: number,
    minWeightLeaf: number,
    minDecrease: number,
    totalWeight: number,
    nodes: number,
    outValues: number,
    stack: number,
  ): number;
}

/**
 * Ranks the values of a table.
 *
 * @returns null where values are missing, or a feature has more distinct ones than ranks have room for
 */
export function rankTable({ X, nSamples, nFeatures, hasMissing }: SingleTable): RankTable | null {
  if (hasMissing.includes(1)) return null;
  const ranks = new Uint16Array(new SharedArrayBuffer(nSamples * nFeatures * 2));
  const offsets = new Int32Array(nFeatures + 1);
  const close = new Uint8Array(nFeatures);
  const columns: Float32Array[] = [];
  using frame = new KernelFrame<TreeExports>(trees, [X]);
  const from = frame.in(X);
  const out = frame.out(ranks);
  const distinct = frame.temp(4 * nSamples);
  const room = frame.temp(16 * nSamples);
  const digits = frame.temp(4 * 2048);
  for (let j = 0; j < nFeatures; j++) {
    const count = frame.exports.rank_column(from, nSamples, nFeatures, j, out, distinct, room, digits);
    if (count < 0) return null;
    const values = frame.f32(distinct, count).slice();
    for (let k = 1; k < count; k++) if (!isBeyond(values[k], values[k - 1])) close[j] = 1;
    columns.push(values);
    offsets[j + 1] = offsets[j] + count;
  }
  const values = new Float32Array(offsets[nFeatures]);
  columns.forEach((column, j) => values.set(column, offsets[j]));
  return { nSamples, nFeatures, ranks, values, offsets, close };
}
