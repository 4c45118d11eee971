import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkFeatures, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import { bool, checkArray, checkParameters, either, integer, oneOf, real, warn } from "../utils/mod.ts";
import { assignTo, BaseKMeans, beginWith, commonRules, type KMeansInit, weightsOf } from "./base_k_means.ts";
import { inertiaOf } from "./lloyd.ts";
import { type MiniBatchOptions, type MiniBatchState, miniBatchStep } from "./mini_batch.ts";
import { distributionOf, drawSamples } from "./plus_plus.ts";
import { type Rows, rowsOf, takeSamples } from "./rows.ts";

/** Hyperparameters of {@linkcode MiniBatchKMeans}. */
export interface MiniBatchKMeansOptions {
  /** How many clusters; 8 if left out. */
  nClusters?: number;
  /** The centres to begin with: "k-means++", "random" samples, an array, or a function of your own. "k-means++" if left out. */
  init?: KMeansInit;
  /** Passes over the samples at most; 100 if left out. */
  maxIter?: number;
  /** Samples of a batch; 1024 if left out. */
  batchSize?: number;
  /** Whether to tell of every batch; false if left out. */
  verbose?: boolean | number;
  /** Whether to label all samples in the end; true if left out. */
  computeLabels?: boolean;
  /** Seed. */
  randomState?: RandomStateLike;
  /** How little movement of the centres ends the fit, relative to the mean variance; 0, if left out, for never. */
  tol?: number;
  /** Batches without a smaller smoothed inertia that end the fit; null for never, 10 if left out. */
  maxNoImprovement?: number | null;
  /** Samples drawn to choose centres from; three batches if null or left out. */
  initSize?: number | null;
  /** Beginnings to choose from. "auto", if left out, is 1 for "k-means++" and given centres, else 3. */
  nInit?: "auto" | number;
  /** Clusters below this part of the largest count are given another place; 0.01 if left out. */
  reassignmentRatio?: number;
}

const rules = {
  ...commonRules,
  batchSize: integer({ min: 1 }),
  computeLabels: bool,
  maxNoImprovement: either(integer({ min: 0 }), oneOf(null)),
  initSize: either(integer({ min: 1 }), oneOf(null)),
  reassignmentRatio: real({ min: 0, max: 1 }),
};

/** When a fit has gone on long enough. */
class Convergence {
  #smoothed: number | undefined;
  #best: number | undefined;
  #idle = 0;

  constructor(
    readonly options: { tol: number; maxNoImprovement: number | null; batchSize: number; n: number; verbose: boolean },
  ) {}

  /** The smoothed mean inertia of a sample. */
  get smoothed(): number | undefined {
    return this.#smoothed;
  }

  /** True after the last batch. */
  reached(step: number, steps: number, moved: number, batchInertia: number): boolean {
    const { tol, maxNoImprovement, batchSize, n, verbose } = this.options;
    const mean = batchInertia / batchSize;
    const head = `Minibatch step ${step}/${steps}: mean batch inertia: ${mean}`;
    // The first batch is measured by the centres it began with.
    if (step === 1) {
      if (verbose) console.log(head);
      return false;
    }
    const alpha = Math.min(1, 2 * batchSize / (n + 1));
    this.#smoothed = this.#smoothed === undefined ? mean : this.#smoothed * (1 - alpha) + mean * alpha;
    if (verbose) console.log(`${head}, ewa inertia: ${this.#smoothed}`);
    if (tol > 0 && moved <= tol) {
      if (verbose) console.log(`Converged (small centers change) at step ${step}/${steps}`);
      return true;
    }
    if (this.#best === undefined || this.#smoothed < this.#best) {
      this.#idle = 0;
      this.#best = this.#smoothed;
    } else this.#idle++;
    if (maxNoImprovement === null || this.#idle < maxNoImprovement) return false;
    if (verbose) console.log(`Converged (lack of improvement in inertia) at step ${step}/${steps}`);
    return true;
  }
}

/**
 * Clusters around means that are learned from small batches. The same seed gives the clusters that scikit-learn gives.
 *
 * Source: D. Sculley, "Web-scale k-means clustering", WWW (2010).
 *
 * @example
 * ```ts
 * import { makeBlobs, MiniBatchKMeans } from "@troupe/troupe";
 * const { X } = makeBlobs({ nSamples: 3000, centers: 3, randomState: 0 });
 * const model = new MiniBatchKMeans({ nClusters: 3, randomState: 0 });
 * for (let at = 0; at < 3000; at += 500) await model.partialFit(X.slice(at, at + 500));
 * model.nSteps_; // 6
 * ```
 */
export class MiniBatchKMeans extends BaseKMeans {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    nClusters: 8,
    init: "k-means++",
    maxIter: 100,
    batchSize: 1024,
    verbose: 0,
    computeLabels: true,
    randomState: null,
    tol: 0,
    maxNoImprovement: 10,
    initSize: null,
    nInit: "auto",
    reassignmentRatio: 0.01,
  };

  /** Samples of a batch. */
  declare batchSize: number;
  /** Whether all samples are labelled in the end. */
  declare computeLabels: boolean;
  /** Batches without improvement that end the fit. */
  declare maxNoImprovement: number | null;
  /** Samples drawn to choose centres from. */
  declare initSize: number | null;
  /** Part of the largest count below which clusters are given another place. */
  declare reassignmentRatio: number;

  /** Batches seen. */
  declare nSteps_: number;
  /** What `partialFit` goes on with: weights of the centres, and the generator. */
  declare batchState_: MiniBatchState;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: MiniBatchKMeansOptions = {}) {
    super(options);
  }

  /**
   * Learns clusters from batches that are drawn from X.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @param sampleWeight weight of each sample: how likely it is drawn
   * @throws {InvalidInputError} when X holds NaN or infinities, or has fewer samples than clusters
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   * @throws {ClusterInitError} when given centres do not fit X or `nClusters`
   */
  async fit(X: MatrixLike, _y?: unknown, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("MiniBatchKMeans", this.getParams(false), rules);
    const table = checkArray(X, { caller: "MiniBatchKMeans.fit" });
    const [n, m] = table.shape;
    this.checkEnough(n);
    const runs = this.runs(3);
    const initSize = this.effectiveInitSize(n);
    const given = this.givenCenters(m);
    const rng = checkRandomState(this.randomState);
    const rows = rowsOf(table, weightsOf(sampleWeight, n));
    const sample = takeSamples(rows, rng.randint(0, n, initSize).data);
    let centers: Float64Array | undefined;
    let least = Infinity;
    for (let run = 0; run < runs; run++) {
      if (this.verbose) console.log(`Init ${run + 1}/${runs} with method ${String(this.init)}`);
      const start = await beginWith(this, rows, rng, given, initSize);
      const inertia = inertiaOf(sample, assignTo(sample, new NDArray(start, [this.nClusters, m])), start);
      if (this.verbose) console.log(`Inertia for init ${run + 1}/${runs}: ${inertia}`);
      if (centers === undefined || inertia < least) {
        centers = start;
        least = inertia;
      }
    }
    const state: MiniBatchState = {
      centers: centers as Float64Array,
      counts: new Float64Array(this.nClusters),
      sinceReassign: 0,
      rng,
      batchSize: Math.min(this.batchSize, n),
    };
    const { steps, smoothed } = this.runBatches(rows, state);
    resetFitted(this);
    rememberFeatures(this, X, m);
    // Later batches draw from the seed anew, as in scikit-learn.
    this.batchState_ = { ...state, rng: checkRandomState(this.randomState) };
    this.nSteps_ = steps;
    this.nIter_ = Math.ceil(steps * Math.min(this.batchSize, n) / n);
    this.clusterCenters_ = new NDArray(state.centers, [this.nClusters, m]);
    if (this.computeLabels) this.labelAll(rows);
    else this.inertia_ = smoothed * (rows.weight === undefined ? n : rows.weight.reduce((a, b) => a + b, 0));
    return this;
  }

  /** Batch after batch, drawn from all samples. */
  private runBatches(rows: Rows, state: MiniBatchState): { steps: number; smoothed: number } {
    const { n } = rows;
    const options = this.stepOptions();
    const { batchSize } = state;
    const variance = new NDArray(rows.data, [n, rows.m]).var(0).mean();
    const tol = this.tol * variance;
    const verbose = Boolean(this.verbose);
    const convergence = new Convergence({ tol, maxNoImprovement: this.maxNoImprovement, batchSize, n, verbose });
    const cdf = distributionOf(rows);
    // The weights decide what is drawn, and must not count twice.
    const unweighted: Rows = { ...rows, weight: undefined };
    const steps = Math.floor(this.maxIter * n / batchSize);
    let step = 0;
    while (step < steps) {
      const drawn = drawSamples(cdf, state.rng, batchSize);
      const before = state.centers;
      const inertia = miniBatchStep(takeSamples(unweighted, drawn), state, options);
      let moved = 0;
      for (let at = 0; at < before.length; at++) moved += (state.centers[at] - before[at]) ** 2;
      step++;
      if (convergence.reached(step, steps, moved, inertia)) break;
    }
    return { steps: step, smoothed: convergence.smoothed ?? NaN };
  }

  /** How a batch is taken in. */
  private stepOptions(): MiniBatchOptions {
    return { reassignmentRatio: this.reassignmentRatio, verbose: Boolean(this.verbose) };
  }

  /** How many samples are drawn to choose centres from. */
  private effectiveInitSize(n: number): number {
    let size = this.initSize;
    if (size === null) {
      size = 3 * Math.min(this.batchSize, n);
      if (size < this.nClusters) size = 3 * this.nClusters;
    } else if (size < this.nClusters) {
      warn(
        `MiniBatchKMeans: initSize=${size} is smaller than nClusters=${this.nClusters}; ${3 * this.nClusters} is used`,
      );
      size = 3 * this.nClusters;
    }
    return Math.min(size, n);
  }

  /** Labels samples by the centres as they are. */
  private labelAll(rows: Rows): void {
    const labels = assignTo(rows, this.clusterCenters_);
    this.labels_ = new NDArray(labels);
    this.inertia_ = inertiaOf(rows, labels, this.clusterCenters_.data);
  }

  /**
   * Learns from one batch: X as it is.
   *
   * @param X samples, shape [nSamples, nFeatures]; the first call needs at least `nClusters`
   * @param _y not used
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X has another number of features than before
   */
  async partialFit(X: MatrixLike, _y?: unknown, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("MiniBatchKMeans", this.getParams(false), rules);
    const table = checkArray(X, { caller: "MiniBatchKMeans.partialFit" });
    const [n, m] = table.shape;
    const rows = rowsOf(table, weightsOf(sampleWeight, n));
    if (this.batchState_ === undefined) {
      this.checkEnough(n);
      this.runs(3);
      const rng = checkRandomState(this.randomState);
      const centers = await beginWith(this, rows, rng, this.givenCenters(m), this.effectiveInitSize(n));
      const counts = new Float64Array(this.nClusters);
      this.batchState_ = { centers, counts, sinceReassign: 0, rng, batchSize: Math.min(this.batchSize, n) };
      this.nSteps_ = 0;
      rememberFeatures(this, X, m);
    } else checkFeatures(this, X, m, "partialFit");
    miniBatchStep(rows, this.batchState_, this.stepOptions());
    this.nSteps_++;
    this.clusterCenters_ = new NDArray(this.batchState_.centers, [this.nClusters, m]);
    if (this.computeLabels) this.labelAll(rows);
    return this;
  }
}
