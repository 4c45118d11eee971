import type { Labels, LabelsLike, MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import { BaseEstimator, checkIsFitted, type HasParams, type Params } from "../base/mod.ts";
import { InvalidParameterError } from "../utils/mod.ts";
import type { Predictor } from "./calibrated_classifier.ts";

/** A method of the estimator inside, bound to it; undefined where it has none, so that asking for it tells. */
function borrowed<F>(estimator: object, name: string): F {
  const method = (estimator as Record<string, unknown>)[name];
  return (typeof method === "function" ? method.bind(estimator) : undefined) as F;
}

/**
 * An estimator that stays as it was fitted: `fit` and `clone` leave it alone. With it an estimator that is fitted
 * already can be calibrated, or stand in a pipeline.
 *
 * @example
 * ```ts
 * import { CalibratedClassifierCV, FrozenEstimator, GaussianNB, loadIris } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const model = await new GaussianNB().fit(X, y);
 * const calibrated = await new CalibratedClassifierCV({ estimator: new FrozenEstimator({ estimator: model }) }).fit(X, y);
 * calibrated.calibratedClassifiers_.length; // 1
 * ```
 */
export class FrozenEstimator extends BaseEstimator {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { estimator: null };

  /** The fitted estimator. */
  declare estimator: HasParams;

  /**
   * Keeps the estimator.
   *
   * @param options the fitted estimator
   * @throws {UnknownNameError} at another option
   */
  constructor(options: { estimator: object }) {
    super(options);
  }

  /** Only the estimator: its own hyperparameters would have no effect. */
  override getParams(_deep = true): Params {
    return { estimator: this.estimator };
  }

  /** Itself: `clone` keeps what was learned. */
  cloned(): this {
    return this;
  }

  /**
   * Does nothing.
   *
   * @throws {NotFittedError} when the estimator was not fitted
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(_X?: MatrixLike, _y?: LabelsLike, _sampleWeight?: VectorLike): Promise<this> {
    if (typeof this.estimator !== "object" || this.estimator === null) {
      throw new InvalidParameterError("FrozenEstimator: estimator must be a fitted estimator");
    }
    checkIsFitted(this.estimator, "FrozenEstimator.fit");
    return this;
  }

  /** What kind of estimator it is. */
  get estimatorType(): string | undefined {
    return (this.estimator as { estimatorType?: string }).estimatorType;
  }
  /** Classes, of a classifier. */
  get classes_(): Labels | undefined {
    return (this.estimator as unknown as Predictor).classes_;
  }
  /** Number of features seen in `fit`. */
  get nFeaturesIn_(): number | undefined {
    return (this.estimator as unknown as Predictor).nFeaturesIn_;
  }
  /** The estimator's `predict`, if it has one. */
  get predict(): (X: MatrixLike) => Promise<Labels> {
    return borrowed(this.estimator, "predict");
  }
  /** The estimator's `predictProba`, if it has one. */
  get predictProba(): (X: MatrixLike) => Promise<NDArray<Float64Array>> {
    return borrowed(this.estimator, "predictProba");
  }
  /** The estimator's `predictLogProba`, if it has one. */
  get predictLogProba(): (X: MatrixLike) => Promise<NDArray<Float64Array>> {
    return borrowed(this.estimator, "predictLogProba");
  }
  /** The estimator's `decisionFunction`, if it has one. */
  get decisionFunction(): (X: MatrixLike) => Promise<NDArray<Float64Array>> {
    return borrowed(this.estimator, "decisionFunction");
  }
  /** The estimator's `transform`, if it has one. */
  get transform(): (X: MatrixLike) => Promise<NDArray> {
    return borrowed(this.estimator, "transform");
  }
  /** The estimator's `inverseTransform`, if it has one. */
  get inverseTransform(): (X: MatrixLike) => Promise<NDArray> {
    return borrowed(this.estimator, "inverseTransform");
  }
  /** The estimator's `score`, if it has one. */
  get score(): (X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike) => Promise<number> {
    return borrowed(this.estimator, "score");
  }
}
