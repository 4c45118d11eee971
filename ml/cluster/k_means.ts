import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  assertFinite,
  checkArray,
  checkParameters,
  either,
  integer,
  InvalidInputError,
  oneOf,
  real,
  warn,
} from "../utils/mod.ts";
import { BaseKMeans, beginWith, commonRules, type KMeansInit, weightsOf } from "./base_k_means.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import { fitChunked } from "./blocks/fit.ts";
import { KMeansSession } from "./kmeans_session.ts";
import { type Rows, rowsOf } from "./rows.ts";
import { runOnce, type RunResult } from "./single_run.ts";

/** Hyperparameters of {@linkcode KMeans}. */
export interface KMeansOptions {
  /** How many clusters; 8 if left out. */
  nClusters?: number;
  /**
   * The centres to begin with: "k-means++", "random" samples, an array, or a function of your own; "k-means||" for chunked X. "auto", if left
   * out, is "k-means||" for chunked X and else "k-means++", which is scikit-learn's default.
   */
  init?: KMeansInit | "k-means||" | "auto";
  /**
   * How many times to begin; the best run counts. "auto", if left out, is 1 for "k-means++" and given centres, else 10. With "k-means||" it is how
   * often k-means begins on the candidates; "auto" is 10.
   */
  nInit?: "auto" | number;
  /** Iterations at most; 300 if left out. */
  maxIter?: number;
  /** How little movement of the centres ends a run, relative to the mean variance of the features; 1e-4 if left out. */
  tol?: number;
  /** Whether to tell of every iteration; false if left out. */
  verbose?: boolean | number;
  /** Seed of the beginnings. */
  randomState?: RandomStateLike;
  /**
   * "lloyd", if left out, or "elkan". Both are done alike here: bounds by the triangle inequality, as Elkan's method has
   * them, spare most distances, and the results of the two are the same anyway.
   */
  algorithm?: "lloyd" | "elkan";
  /** Rounds of "k-means||" at most, each a pass over the samples; null, if left out, for the logarithm of the first cost. */
  initMaxIter?: number | null;
  /** How many candidates a round of "k-means||" draws, on average; 2 if left out. */
  oversamplingFactor?: number;
}

/**
 * Clusters around the means of their samples. The same seed gives the clusters that scikit-learn gives.
 *
 * X may be a {@linkcode ChunkedArray}, larger than memory: then samples stay where their blocks are, centres go there, and sums come back; the
 * result does not depend on how many workers there are. Persist X before: each pass makes the blocks again otherwise.
 *
 * Sources: S. P. Lloyd, "Least squares quantization in PCM", IEEE Trans. Information Theory 28 (1982); B. Bahmani, B. Moseley, A. Vattani, R. Kumar,
 * S. Vassilvitskii, "Scalable k-means++", VLDB (2012).
 *
 * @example
 * ```ts
 * import { KMeans, makeBlobs } from "@troupe/troupe";
 * const { X } = makeBlobs({ nSamples: 300, centers: 3, randomState: 0 });
 * const model = await new KMeans({ nClusters: 3, randomState: 0 }).fit(X);
 * model.clusterCenters_.shape; // [3, 2]
 * ```
 */
export class KMeans extends BaseKMeans {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    nClusters: 8,
    init: "auto",
    nInit: "auto",
    maxIter: 300,
    tol: 1e-4,
    verbose: 0,
    randomState: null,
    algorithm: "lloyd",
    initMaxIter: null,
    oversamplingFactor: 2,
  };
  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copyX: "X is never changed" };

  /** Named for scikit-learn's sake: both are done alike. */
  declare algorithm: "lloyd" | "elkan";
  /** Rounds of "k-means||" at most. */
  declare initMaxIter: number | null;
  /** Candidates of a round of "k-means||". */
  declare oversamplingFactor: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: KMeansOptions = {}) {
    super(options);
  }

  /**
   * Learns clusters.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X holds NaN or infinities, or has fewer samples than clusters
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   * @throws {ClusterInitError} when given centres do not fit X or `nClusters`
   */
  async fit(X: MatrixLike | ChunkedInput, _y?: unknown, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("KMeans", this.getParams(false), {
      ...commonRules,
      init: either(oneOf("auto", "k-means||"), commonRules.init),
      algorithm: oneOf("lloyd", "elkan"),
      initMaxIter: either(integer({ min: 0 }), { expected: "null", test: (v) => v === null }),
      oversamplingFactor: real({ above: 0 }),
    });
    if (isChunked(X)) return await fitToChunks(this, X, sampleWeight, (m) => this.givenCenters(m)?.data);
    if (this.init === "k-means||") {
      throw new InvalidInputError('KMeans.fit: init="k-means||" is for chunked X; use "k-means++" for X in memory');
    }
    const table = checkArray(X, { caller: "KMeans.fit", forceAllFinite: false });
    const [n, m] = table.shape;
    this.checkEnough(n);
    const runs = this.runs(10);
    const rng = checkRandomState(this.randomState);
    const weight = weightsOf(sampleWeight, n);
    // Distances are more exact near the origin: the mean is taken off, and put back in the end.
    // Where the squares of all values are finite, so are the values: a look at each is needed only where they are not.
    using session = KMeansSession.open(table, weight, this.nClusters, runs);
    if (session === undefined) assertFinite(table, "KMeans.fit: X");
    const { rows, mean } = session ?? center(table, weight);
    const given = this.givenCenters(m);
    if (given !== undefined) { for (let at = 0; at < given.size; at++) given.data[at] -= mean[at % m]; }
    const options = {
      maxIter: this.maxIter,
      tol: this.tol * rows.spread / (n * m),
      verbose: Boolean(this.verbose),
    };
    let best: RunResult | undefined;
    for (let run = 0; run < runs; run++) {
      const start = (this.init === "k-means++" || this.init === "auto") && session !== undefined
        ? session.plusPlus(this.nClusters, rng).centers
        : await beginWith(this, rows, rng, given);
      if (this.verbose) console.log("Initialization complete");
      const result = runOnce(rows, start, this.nClusters, options, session);
      if (
        best === undefined ||
        (result.inertia < best.inertia && !sameClusters(result.labels, best.labels, this.nClusters))
      ) best = result;
    }
    const { labels, centers, inertia, nIter } = best as RunResult;
    warnOfFew(countDistinct(labels, this.nClusters), this.nClusters);
    resetFitted(this);
    rememberFeatures(this, X, m);
    this.clusterCenters_ = new NDArray(centers.map((v, at) => v + mean[at % m]), [this.nClusters, m]);
    this.labels_ = new NDArray(labels);
    this.inertia_ = inertia;
    this.nIter_ = nIter;
    return this;
  }
}

/** How many of `k` labels there are. */
function countDistinct(labels: Int32Array, k: number): number {
  const seen = new Uint8Array(k);
  for (let i = 0; i < labels.length; i++) seen[labels[i]] = 1;
  return seen.reduce((a, b) => a + b, 0);
}

// Functions, not private methods: an estimator that comes from a file or another machine is made without its constructor.
function warnOfFew(distinct: number, nClusters: number): void {
  if (distinct >= nClusters) return;
  warn(
    `KMeans: only ${distinct} distinct clusters found for nClusters=${nClusters}; X may hold duplicates`,
  );
}

async function fitToChunks<K extends KMeans>(
  estimator: K,
  X: ChunkedInput,
  sampleWeight: VectorLike | undefined,
  centers: (m: number) => Float64Array | undefined,
): Promise<K> {
  if (sampleWeight !== undefined && sampleWeight !== null) {
    throw new InvalidInputError("KMeans.fit: sampleWeight is for X in memory");
  }
  const found = await fitChunked(estimator, X, centers);
  warnOfFew(found.distinct, estimator.nClusters);
  resetFitted(estimator);
  rememberFeatures(estimator, undefined, found.nFeatures);
  estimator.clusterCenters_ = new NDArray(found.centers.slice(), [estimator.nClusters, found.nFeatures]);
  estimator.labels_ = found.labels as unknown as NDArray<Int32Array>;
  estimator.inertia_ = found.inertia;
  estimator.nIter_ = found.nIter;
  return estimator;
}

/** A copy without the means, where kernels cannot take it. */
function center(X: NDArray<Float64Array>, weight: Float64Array | undefined): { rows: Rows; mean: Float64Array } {
  const [n, m] = X.shape;
  const mean = X.mean(0).data;
  return { rows: rowsOf(new NDArray(X.data.map((v, at) => v - mean[at % m]), [n, m]), weight), mean };
}

/** Whether two labellings differ in the numbers of the clusters only. */
function sameClusters(a: Int32Array, b: Int32Array, k: number): boolean {
  const partner = new Int32Array(k).fill(-1);
  for (let i = 0; i < a.length; i++) {
    if (partner[a[i]] === -1) partner[a[i]] = b[i];
    else if (partner[a[i]] !== b[i]) return false;
  }
  return true;
}
