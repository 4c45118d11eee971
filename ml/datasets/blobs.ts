import { allocate, gather, type MatrixLike, NDArray, toNDArray } from "../array/mod.ts";
import { privateMemory, resultArray } from "../kernels/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike, shuffledIndices } from "../random/mod.ts";
import { checkArray, checkOptionNames } from "../utils/mod.ts";
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

const OPTIONS = ["nSamples", "nFeatures", "centers", "clusterStd", "centerBox", "shuffle", "randomState"];

/** Samples drawn at a time: what is drawn is moved to its centre while a cache holds it. */
const BLOCK = 2048;

/** Draws samples around a centre. */
function drawAround(rng: RandomState, center: Float64Array, std: number, to: Float64Array): void {
  const m = center.length;
  for (let start = 0; start < to.length; start += BLOCK * m) {
    const part = to.subarray(start, start + BLOCK * m);
    rng.fillStandardNormal(part);
    for (let i = 0; i < part.length; i += m) {
      for (let j = 0; j < m; j++) part[i + j] = center[j] + std * part[i + j];
    }
  }
}

/** Samples in the order of their clusters. */
function drawAll(
  rng: RandomState,
  centers: NDArray<Float64Array>,
  std: readonly number[],
  counts: readonly number[],
  to: Float64Array,
): void {
  const [k, m] = centers.shape;
  for (let c = 0, at = 0; c < k; c++) {
    const end = at + counts[c] * m;
    drawAround(rng, centers.data.subarray(c * m, (c + 1) * m), std[c], to.subarray(at, end));
    at = end;
  }
}

/**
 * Gaussian clusters: the same samples as scikit-learn's for the same seed.
 *
 * @throws {DatasetError} when numbers of samples, centres and deviations do not fit together
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
  const { nSamples = 100, clusterStd = 1, shuffle = true } = options;
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
  const y = new Int32Array(n);
  for (let c = 0, row = 0; c < k; c++) y.fill(c, row, row += counts[c]);
  const X = resultArray(n * m);
  const table = new NDArray(X, [n, m]);
  const labels = new NDArray(y);
  if (!shuffle) {
    drawAll(rng, centers, std, counts, X);
    return { X: table, y: labels, centers };
  }
  // In this thread's own memory, which is warm the next time.
  const home = privateMemory();
  const room = home.allocate(8 * n * m);
  try {
    const drawn = room === undefined
      ? allocate("float64", n * m)
      : new Float64Array(home.memory.buffer, room.pointer, n * m);
    drawAll(rng, centers, std, counts, drawn);
    const order = shuffledIndices(n, rng);
    gather(drawn, order, m, X);
    return { X: table, y: labels.take(order), centers };
  } finally {
    room?.free();
  }
}
