import { type MatrixLike, NDArray, toNDArray } from "../array/mod.ts";
import { KernelFrame, resultArray } from "../kernels/mod.ts";
import * as built from "../kernels/wasm/random.ts";
import { checkRandomState, type RandomState, type RandomStateLike, shuffledIndices } from "../random/mod.ts";
import { bool, checkArray, checkOptionNames, checkParameters, integer, real } from "../utils/mod.ts";
import { DatasetError } from "./errors.ts";

/** Parameters of {@linkcode makeBlobs}. */
export interface MakeBlobsOptions {
  /** How many samples in all, or of each cluster; 100 if left out. */
  nSamples?: number | readonly number[];
  /** How many features; 2 if left out. Where centers are given, as many as they have. */
  nFeatures?: number;
  /** How many clusters, or their centres, shape [nCenters, nFeatures]; 3 if left out. */
  centers?: number | MatrixLike | null;
  /** Standard deviation of the clusters, or of each; 1 if left out. */
  clusterStd?: number | readonly number[];
  /** Bounds within which centres are drawn; [-10, 10] if left out. */
  centerBox?: readonly [number, number];
  /** Whether to put the samples in random order; true if left out. */
  shuffle?: boolean;
  /** Seed. */
  randomState?: RandomStateLike;
}

/** What {@linkcode makeBlobs} gives. */
export interface Blobs {
  /** Samples, shape [nSamples, nFeatures]. */
  X: NDArray<Float64Array>;
  /** Cluster of each sample, shape [nSamples]. */
  y: NDArray<Int32Array>;
  /** Centre of each cluster, shape [nCenters, nFeatures]. */
  centers: NDArray<Float64Array>;
}

function centersFor(rng: RandomState, options: MakeBlobsOptions): NDArray<Float64Array> {
  const { nSamples = 100, nFeatures = 2, centerBox = [-10, 10] } = options;
  const perCluster = typeof nSamples !== "number";
  const centers = options.centers ?? (perCluster ? nSamples.length : 3);
  if (typeof centers === "number") {
    if (!Number.isInteger(centers) || centers < 1) {
      throw new DatasetError(`makeBlobs: centers must be at least 1, got ${centers}`);
    }
    if (perCluster && options.centers !== undefined && options.centers !== null) {
      throw new DatasetError("makeBlobs: where nSamples is a list, centers must be a table or null");
    }
    return rng.uniform(centerBox[0], centerBox[1], [centers, nFeatures]);
  }
  const table = checkArray(toNDArray(centers, "centers"), { caller: "makeBlobs", inputName: "centers" });
  if (perCluster && nSamples.length !== table.length) {
    throw new DatasetError(`makeBlobs: nSamples has ${nSamples.length} entries for ${table.length} centers`);
  }
  return table;
}

/** What assembly/random.as exports for rows. */
type Reordering = { reorder(rows: number, n: number, m: number, order: number, spare: number): void };

const OPTIONS = ["nSamples", "nFeatures", "centers", "clusterStd", "centerBox", "shuffle", "randomState"];

/** Rows in another order: in a worker's shared memory where they lie, for that leaves no second table behind; else as a copy. */
function inOrder(table: NDArray<Float64Array>, order: Int32Array): NDArray<Float64Array> {
  const [n, m] = table.shape;
  using frame = new KernelFrame<Reordering>(built, [table.data, order], order.byteLength + 8 * m + 256);
  if (frame.home.isPrivate || n === 0) return table.take(order);
  // The order's own copy, for what is done is marked in it.
  const marked = frame.temp(order.byteLength);
  frame.i32(marked, n).set(order);
  frame.exports.reorder(frame.inout(table.data), n, m, marked, frame.temp(8 * m));
  return table;
}

/**
 * Gaussian clusters: the same samples as scikit-learn's for the same seed.
 *
 * @throws {DatasetError} when numbers of samples, centres and deviations do not fit together
 * @throws {InvalidParameterError} when a parameter has a value it cannot have
 *
 * @example
 * ```ts
 * import { makeBlobs } from "@troupe/troupe";
 * const { X, y } = makeBlobs({ nSamples: 10, centers: 3, nFeatures: 2, randomState: 0 });
 * y.toArray(); // [0, 0, 1, 0, 2, 2, 2, 1, 1, 0]
 * ```
 */
export function makeBlobs(options: MakeBlobsOptions = {}): Blobs {
  checkOptionNames("makeBlobs", options, OPTIONS, { returnCenters: "the centres are always given" });
  const { nSamples = 100, nFeatures = 2, clusterStd = 1, shuffle = true } = options;
  checkParameters("makeBlobs", { nFeatures, shuffle }, { nFeatures: integer({ min: 1 }), shuffle: bool });
  if (typeof nSamples === "number") checkParameters("makeBlobs", { nSamples }, { nSamples: integer({ min: 1 }) });
  for (const std of typeof clusterStd === "number" ? [clusterStd] : clusterStd) {
    checkParameters("makeBlobs", { clusterStd: std }, { clusterStd: real({ min: 0 }) });
  }
  const rng = checkRandomState(options.randomState);
  const centers = centersFor(rng, options);
  const [k, m] = centers.shape;
  const std = typeof clusterStd === "number" ? new Array<number>(k).fill(clusterStd) : clusterStd;
  if (std.length !== k) throw new DatasetError(`makeBlobs: clusterStd has ${std.length} entries for ${k} centers`);
  const counts = typeof nSamples === "number"
    ? Array.from({ length: k }, (_, c) => Math.floor(nSamples / k) + (c < nSamples % k ? 1 : 0))
    : [...nSamples];
  if (counts.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new DatasetError(`makeBlobs: numbers of samples must be whole and not negative, got ${nSamples}`);
  }
  const n = counts.reduce((a, b) => a + b, 0);
  const X = resultArray(n * m);
  const y = new Int32Array(n);
  let row = 0;
  for (let c = 0; c < k; c++) {
    const end = row + counts[c];
    y.fill(c, row, end);
    rng.fillNormal(X.subarray(row * m, end * m), centers.data.subarray(c * m, (c + 1) * m), std[c]);
    row = end;
  }
  const table = new NDArray(X, [n, m]);
  const labels = new NDArray(y);
  if (!shuffle) return { X: table, y: labels, centers };
  const order = shuffledIndices(n, rng);
  return { X: inOrder(table, order), y: labels.take(order), centers };
}
