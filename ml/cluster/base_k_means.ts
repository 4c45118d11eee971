import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { compute, type Delayed } from "../../actors/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { BaseClusterer, checkFeatures, checkIsFitted, type Params, prefixedNames } from "../base/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike } from "../random/mod.ts";
import {
  callable,
  checkArray,
  checkSampleWeight,
  either,
  integer,
  InvalidInputError,
  isArrayLike,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
  warn,
} from "../utils/mod.ts";
import { type ChunkedInput, combineInTree, isChunked, wholeRows } from "../by_block/mod.ts";
import { centerDistances, inertiaOfBlock, nearestCenters } from "./blocks/chunked.ts";
import { ClusterInitError } from "./errors.ts";
import { assignBlock, inertiaOf, squaredDistance, startLloyd } from "./lloyd.ts";
import { choosePlusPlus, probabilities } from "./plus_plus.ts";
import { type Rows, rowsOf, takeSamples } from "./rows.ts";

/** A way of one's own to choose the centres to begin with. Gets the samples (in `KMeans` with their mean taken off). */
export type InitFunction = (
  X: NDArray<Float64Array>,
  nClusters: number,
  randomState: RandomState,
) => MatrixLike | Promise<MatrixLike>;

/** The centres to begin with: how they are chosen, or where they are. */
export type KMeansInit = "k-means++" | "random" | MatrixLike | InitFunction;

/** The rules of the hyperparameters that all of them have. */
export const commonRules: Readonly<Record<string, ParameterRule>> = {
  nClusters: integer({ min: 1 }),
  init: either(oneOf("k-means++", "random"), callable, {
    expected: "an array of shape [nClusters, nFeatures]",
    test: isArrayLike,
  }),
  nInit: either(oneOf("auto"), integer({ min: 1 })),
  maxIter: integer({ min: 1 }),
  tol: real({ min: 0 }),
  verbose: either({ expected: "true or false", test: (v) => typeof v === "boolean" }, integer({ min: 0 })),
  randomState: randomSource,
};

/** What clusterings around centres share: assigning samples to centres that were learned. */
export abstract class BaseKMeans extends BaseClusterer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {};

  /** How many clusters. */
  declare nClusters: number;
  /** The centres to begin with. */
  declare init: KMeansInit | "k-means||" | "auto";
  /** How many times to begin. */
  declare nInit: "auto" | number;
  /** Passes over the samples at most. */
  declare maxIter: number;
  /** How little movement ends a run, relative to the variance of the samples. */
  declare tol: number;
  /** Whether to tell of the progress. */
  declare verbose: boolean | number;
  /** Seed. */
  declare randomState: RandomStateLike;

  /** The centres, shape [nClusters, nFeatures]. */
  declare clusterCenters_: NDArray<Float64Array>;
  /**
   * Cluster of each sample of `fit`, shape [nSamples]. Where X was chunked so are they: a {@linkcode ChunkedArray} that is computed when it is asked
   * for; `await model.labels_.compute()` gives them in memory in both cases.
   */
  declare labels_: NDArray<Int32Array>;
  /** Weighted sum of the squared distances of the samples to their centres. */
  declare inertia_: number;
  /** Passes over the samples that were made. */
  declare nIter_: number;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where X had names. */
  declare featureNamesIn_?: string[];

  /** Learns from samples. */
  abstract fit(X: MatrixLike | ChunkedInput, y?: unknown, sampleWeight?: VectorLike): Promise<this>;

  /**
   * Learns, then gives the cluster of each of the same samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y not used
   * @param sampleWeight weight of each sample
   */
  override fitPredict(X: MatrixLike, y?: unknown, sampleWeight?: VectorLike): Promise<NDArray<Int32Array>>;
  /** The same of samples in blocks. */
  override fitPredict(X: ChunkedInput): Promise<ChunkedArray<Int32Array>>;
  override async fitPredict(X: MatrixLike | ChunkedInput, y?: unknown, sampleWeight?: VectorLike): Promise<unknown> {
    await this.fit(X, y, sampleWeight);
    return this.labels_;
  }

  /** Learns, then gives the distances of the same samples to the centres. */
  fitTransform(X: MatrixLike, y?: unknown, sampleWeight?: VectorLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks. */
  fitTransform(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  async fitTransform(X: MatrixLike | ChunkedInput, y?: unknown, sampleWeight?: VectorLike): Promise<unknown> {
    await this.fit(X, y, sampleWeight);
    return await this.transform(X as MatrixLike);
  }

  /**
   * The cluster of each sample, shape [nSamples].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  predict(X: MatrixLike): Promise<NDArray<Int32Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  predict(X: ChunkedInput): Promise<ChunkedArray<Int32Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predict(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) {
      const samples = this.checkedBlocks(X, "predict");
      const args = [this.clusterCenters_, `${this.constructor.name}.predict`];
      return samples.mapBlocks(nearestCenters, { dtype: "int32", chunks: [samples.chunks[0]], args });
    }
    return new NDArray(assignTo(rowsOf(this.checked(X, "predict")), this.clusterCenters_));
  }

  /**
   * Distance of each sample to each centre, shape [nSamples, nClusters].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  transform(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  transform(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) {
      const samples = this.checkedBlocks(X, "transform");
      const chunks = [samples.chunks[0], [this.clusterCenters_.length]];
      return samples.mapBlocks(centerDistances, { dtype: "float64", chunks, args: [this.clusterCenters_] });
    }
    const { data, shape: [n, m] } = this.checked(X, "transform");
    const [k] = this.clusterCenters_.shape;
    const out = new Float64Array(n * k);
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < k; c++) {
        out[i * k + c] = Math.sqrt(squaredDistance(data, i * m, this.clusterCenters_.data, c * m, m));
      }
    }
    return new NDArray(out, [n, k]);
  }

  /**
   * The negative of the weighted sum of squared distances to the nearest centres.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @param sampleWeight weight of each sample
   * @throws {NotFittedError} before `fit`
   */
  async score(X: MatrixLike | ChunkedInput, _y?: unknown, sampleWeight?: VectorLike): Promise<number> {
    if (isChunked(X)) return -await this.inertiaOf(this.checkedBlocks(X, "score"), sampleWeight);
    const table = this.checked(X, "score");
    const rows = rowsOf(table, weightsOf(sampleWeight, table.length));
    return -inertiaOf(rows, assignTo(rows, this.clusterCenters_), this.clusterCenters_.data);
  }

  /**
   * Names of the columns that `transform` gives: the class's name and the number of the cluster.
   *
   * @throws {NotFittedError} before `fit`
   */
  getFeatureNamesOut(): string[] {
    checkIsFitted(this, "getFeatureNamesOut");
    return prefixedNames(this, this.clusterCenters_.length);
  }

  /** Samples in blocks for a fitted clustering. */
  private checkedBlocks(X: ChunkedInput, method: string): ChunkedInput {
    checkIsFitted(this, method);
    const samples = wholeRows(X, `${this.constructor.name}.${method}`);
    checkFeatures(this, undefined, samples.shape[1], method);
    return samples;
  }

  /** Sum of squared distances, of all blocks. */
  private async inertiaOf(samples: ChunkedInput, sampleWeight: VectorLike | undefined): Promise<number> {
    const who = `${this.constructor.name}.score`;
    if (sampleWeight !== undefined && sampleWeight !== null) {
      throw new InvalidInputError(`${who}: sampleWeight is for X in memory`);
    }
    const measure = samples.client.delayed(inertiaOfBlock) as (...args: unknown[]) => Delayed<number>;
    const parts = samples.delayed().map((block) => measure(block, this.clusterCenters_, who));
    const sums = await compute(...parts);
    return combineInTree(sums, (a, b) => a + b);
  }

  /** Samples for a fitted clustering. */
  private checked(X: MatrixLike, method: string): NDArray<Float64Array> {
    checkIsFitted(this, method);
    const table = checkArray(X, { caller: `${this.constructor.name}.${method}` });
    checkFeatures(this, X, table.shape[1], method);
    return table;
  }

  /** How many times to begin; `several` where the way to begin is random and "auto" is asked for. */
  protected runs(several: number): number {
    const given = isTable(this.init);
    const greedy = this.init === "k-means++" || this.init === "auto";
    if (this.nInit === "auto") return greedy || given ? 1 : several;
    if (given && this.nInit !== 1) {
      warn(
        `${this.constructor.name}: init gives the centres, so there is one run; nInit=${this.nInit} has no effect`,
      );
      return 1;
    }
    return this.nInit;
  }

  /** Centres given as `init`, checked; undefined where `init` is something else. */
  protected givenCenters(m: number): NDArray<Float64Array> | undefined {
    return isTable(this.init) ? checkCenters(this, this.init, m) : undefined;
  }

  /**
   * Checks that there are samples enough.
   *
   * @throws {InvalidInputError} when there are fewer samples than clusters
   */
  protected checkEnough(n: number): void {
    if (n >= this.nClusters) return;
    throw new InvalidInputError(
      `${this.constructor.name}.fit: X has ${n} samples for nClusters=${this.nClusters}; lower nClusters`,
    );
  }
}

/** Chooses centres to begin with; of `initSize` samples drawn first, where there are more. */
export async function beginWith(
  estimator: BaseKMeans,
  rows: Rows,
  rng: RandomState,
  given: NDArray<Float64Array> | undefined,
  initSize?: number,
): Promise<Float64Array> {
  let from = rows;
  if (initSize !== undefined && initSize < rows.n) {
    from = takeSamples(rows, rng.randint(0, rows.n, initSize).data);
  }
  if (given !== undefined) return given.data.slice();
  const { init, nClusters } = estimator;
  if (init === "k-means++" || init === "auto") return choosePlusPlus(from, nClusters, rng).centers;
  if (init === "random") {
    const seeds = rng.choice(from.n, { size: nClusters, replace: false, p: probabilities(from) });
    return takeSamples(from, seeds.data).data;
  }
  const own = await (init as InitFunction)(new NDArray(from.data.slice(), [from.n, from.m]), nClusters, rng);
  return checkCenters(estimator, own, from.m).data;
}

/** Centres of the right shape, as a copy. */
function checkCenters(estimator: BaseKMeans, init: MatrixLike, m: number): NDArray<Float64Array> {
  const who = estimator.constructor.name;
  const k = estimator.nClusters;
  const centers = checkArray(init, { inputName: "init", caller: who }).copy();
  if (centers.shape[0] !== k || centers.shape[1] !== m) {
    throw new ClusterInitError(
      `${who}: init has shape [${centers.shape.join(", ")}], expected [${k}, ${m}] (nClusters, features of X)`,
    );
  }
  return centers;
}

function isTable(init: BaseKMeans["init"]): init is MatrixLike {
  return typeof init !== "string" && typeof init !== "function";
}

/** Weights that were given, as numbers; undefined where all weigh 1. */
export function weightsOf(sampleWeight: VectorLike | null | undefined, n: number): Float64Array | undefined {
  return sampleWeight === undefined || sampleWeight === null ? undefined : checkSampleWeight(sampleWeight, n);
}

/** The nearest centre of each sample. */
export function assignTo(rows: Rows, centers: NDArray<Float64Array>): Int32Array {
  const block = startLloyd(rows);
  assignBlock(block, { k: centers.length, centers: centers.data });
  return block.labels;
}

/**
 * Chooses samples as centres to begin with, by the k-means++ method of {@linkcode KMeans}.
 *
 * Source: D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA (2007).
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param nClusters how many
 * @throws {InvalidInputError} when there are fewer samples than clusters
 *
 * @example
 * ```ts
 * import { kmeansPlusplus } from "@troupe/troupe";
 * const X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]];
 * kmeansPlusplus(X, 2, { randomState: 0 }).indices.toArray(); // [3, 2]
 * ```
 */
export function kmeansPlusplus(
  X: MatrixLike,
  nClusters: number,
  options: { sampleWeight?: VectorLike | null; randomState?: RandomStateLike; nLocalTrials?: number | null } = {},
): { centers: NDArray<Float64Array>; indices: NDArray<Int32Array> } {
  const table = checkArray(X, { caller: "kmeansPlusplus" });
  if (!Number.isInteger(nClusters) || nClusters < 1 || nClusters > table.length) {
    throw new InvalidInputError(
      `kmeansPlusplus: nClusters must be a whole number from 1 to the ${table.length} samples, got ${nClusters}`,
    );
  }
  const rows = rowsOf(table, weightsOf(options.sampleWeight, table.length));
  const rng = checkRandomState(options.randomState);
  const chosen = choosePlusPlus(rows, nClusters, rng, options.nLocalTrials ?? undefined);
  return {
    centers: new NDArray(chosen.centers, [nClusters, table.shape[1]]),
    indices: new NDArray(chosen.indices),
  };
}
