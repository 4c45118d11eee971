import type { LabelsLike } from "../array/mod.ts";
import { checkConsistentLength, checkLabels, encodeLabels } from "../utils/mod.ts";

/** How two partitions of the same samples overlap: only cells that hold samples. */
export interface Overlap {
  /** Number of samples. */
  n: number;
  /** Samples of each true class. */
  rows: Float64Array;
  /** Samples of each cluster. */
  columns: Float64Array;
  /** Class, cluster and samples of each cell, classes first. */
  cells: { row: number; column: number; count: number }[];
}

/**
 * Counts the overlaps of classes and clusters, in time and memory of the samples, however many clusters there are.
 *
 * @throws {InvalidInputError} when lengths differ
 */
export function overlapOf(labelsTrue: LabelsLike, labelsPred: LabelsLike): Overlap {
  checkConsistentLength({ labelsTrue, labelsPred });
  const a = encodeLabels(checkLabels(labelsTrue, "labelsTrue"));
  const b = encodeLabels(checkLabels(labelsPred, "labelsPred"));
  const k = b.counts.length;
  const counts = new Map<number, number>();
  if (a.counts.length * k <= 1 << 20) {
    const table = new Uint32Array(a.counts.length * k);
    for (let i = 0; i < a.codes.length; i++) table[a.codes[i] * k + b.codes[i]]++;
    table.forEach((count, cell) => count > 0 && counts.set(cell, count));
  } else {
    for (let i = 0; i < a.codes.length; i++) {
      const cell = a.codes[i] * k + b.codes[i];
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
  }
  const cells = [...counts].sort(([x], [y]) => x - y)
    .map(([cell, count]) => ({ row: Math.floor(cell / k), column: cell % k, count }));
  return { n: a.codes.length, rows: Float64Array.from(a.counts), columns: Float64Array.from(b.counts), cells };
}

/** Entropy, in nats, of a partition into parts of these sizes. */
export function entropyOf(sizes: Float64Array): number {
  if (sizes.length === 0) return 1;
  if (sizes.length === 1) return 0;
  const n = sizes.reduce((a, b) => a + b, 0);
  return -sizes.reduce((sum, s) => sum + s / n * (Math.log(s) - Math.log(n)), 0);
}
