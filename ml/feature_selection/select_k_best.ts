import { type LabelsLike, type MatrixLike, type NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import { type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import {
  callable,
  checkArray,
  checkConsistentLength,
  checkNothingMore,
  checkParameters,
  either,
  integer,
  InvalidInputError,
  oneOf,
  warn,
} from "../utils/mod.ts";
import { fClassif } from "./scores.ts";
import { BaseSelector } from "./selector.ts";

/** Scores features: gives scores, or scores and p-values. */
export type ScoreFunction = (
  X: NDArray<Float64Array>,
  // deno-lint-ignore no-explicit-any -- labels or numbers: the function's own concern
  y: any,
) => VectorLike | readonly [VectorLike, VectorLike] | Promise<VectorLike | readonly [VectorLike, VectorLike]>;

/** Hyperparameters of {@linkcode SelectKBest}. */
export interface SelectKBestOptions {
  /** Gives each feature a score, and perhaps a p-value; `fClassif` if left out. */
  scoreFunc?: ScoreFunction;
  /** How many features to keep; 10 if left out. */
  k?: number | "all";
}

/**
 * Keeps the features that score best.
 *
 * @example
 * ```ts
 * import { chi2, loadDigits, SelectKBest } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * (await new SelectKBest({ scoreFunc: chi2, k: 20 }).fitTransform(X, y)).shape; // [1797, 20]
 * ```
 */
export class SelectKBest extends BaseSelector {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { scoreFunc: fClassif, k: 10 };

  /** Gives each feature a score. */
  declare scoreFunc: ScoreFunction;
  /** How many features are kept. */
  declare k: number | "all";

  /** Score of each feature, shape [nFeatures]. */
  declare scores_: NDArray<Float64Array>;
  /** p-value of each feature, shape [nFeatures]; null where the function gives none. */
  declare pvalues_: NDArray<Float64Array> | null;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SelectKBestOptions = {}) {
    super(options);
  }

  /**
   * Scores the features.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets
   * @throws {InvalidInputError} when the function gives no score for each feature
   */
  async fit(X: MatrixLike, y?: LabelsLike | null, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("SelectKBest", this.getParams(), {
      scoreFunc: callable,
      k: either(oneOf("all"), integer({ min: 0 })),
    });
    const table = checkArray(X, { caller: "SelectKBest.fit" });
    if (y === undefined || y === null) {
      throw new InvalidInputError("SelectKBest.fit: y is needed, for features are scored by what they say of it");
    }
    checkConsistentLength({ X: table, y });
    const m = table.shape[1];
    if (this.k !== "all" && this.k > m) {
      warn(`SelectKBest: k (${this.k}) is larger than the number of features (${m}); all are kept`);
    }
    const result = await this.scoreFunc(table, y);
    const pair = Array.isArray(result) && result.length === 2 && typeof result[0] === "object";
    const scores = vectorOf(pair ? (result as VectorLike[])[0] : result as VectorLike, m, "scores");
    const pvalues = pair ? vectorOf((result as VectorLike[])[1], m, "p-values") : null;
    resetFitted(this);
    this.scores_ = scores;
    this.pvalues_ = pvalues;
    rememberFeatures(this, X, m);
    return this;
  }

  /** Whether each feature is kept: those with the largest scores, of equals the later. */
  protected override mask(): boolean[] {
    const m = this.scores_.size;
    if (this.k === "all" || this.k >= m) return new Array(m).fill(true);
    const scores = this.scores_.data.map((s) => s !== s ? -Number.MAX_VALUE : s);
    const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b] || a - b);
    const kept = new Set(this.k === 0 ? [] : order.slice(-this.k));
    return Array.from({ length: m }, (_, j) => kept.has(j));
  }
}

function vectorOf(x: VectorLike, m: number, what: string): NDArray<Float64Array> {
  const array = toNDArray(x, `SelectKBest: ${what}`).astype("float64");
  if (array.ndim !== 1 || array.size !== m) {
    throw new InvalidInputError(
      `SelectKBest: scoreFunc must give ${m} ${what}, one a feature, got shape [${array.shape.join(", ")}]`,
    );
  }
  return array;
}
