import type { ArrayData, Labels, LabelsLike, MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import { accuracyScore, r2Score } from "../metrics/mod.ts";
import { BaseEstimator, type Constructor } from "./estimator.ts";
import { featureNamesOf } from "./features.ts";

/** What a classifier gets from its mixin. */
export interface ClassifierMethods {
  /** Says what it is, as scikit-learn's tags do. */
  readonly estimatorType: "classifier";
  /**
   * Mean accuracy of the predictions.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y their labels
   * @param sampleWeight their weights
   */
  score(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<number>;
}

/** What a regressor gets from its mixin. */
export interface RegressorMethods {
  /** Says what it is, as scikit-learn's tags do. */
  readonly estimatorType: "regressor";
  /**
   * Coefficient of determination of the predictions.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y their targets
   * @param sampleWeight their weights
   */
  score(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike): Promise<number>;
}

/** What a transformer gets from its mixin. */
export interface TransformerMethods {
  /** Says what it is, as scikit-learn's tags do. */
  readonly estimatorType: "transformer";
  /** Fits, then transforms the same samples. */
  fitTransform(X: MatrixLike, y?: LabelsLike): Promise<NDArray<ArrayData>>;
}

/** What a clusterer gets from its mixin. */
export interface ClusterMethods {
  /** Says what it is, as scikit-learn's tags do. */
  readonly estimatorType: "clusterer";
  /** Fits, then gives the cluster of each of the same samples. */
  fitPredict(X: MatrixLike): Promise<Labels>;
}

/**
 * Adds `score`, the mean accuracy, to a class that has `predict`.
 *
 * @example
 * ```ts
 * import { BaseEstimator, ClassifierMixin, type MatrixLike, toNDArray } from "@troupe/troupe";
 *
 * class Positive extends ClassifierMixin(BaseEstimator) {
 *   predict(X: MatrixLike) {
 *     return Promise.resolve(toNDArray(X).col(0).map((v) => Number(Number(v) > 0), "int32"));
 *   }
 * }
 * await new Positive().score([[1], [-1], [2], [3]], [1, 0, 1, 0]); // 0.75
 * ```
 */
export function ClassifierMixin<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<ClassifierMethods> {
  return class Classifier extends Base implements ClassifierMethods {
    get estimatorType(): "classifier" {
      return "classifier";
    }
    async score(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<number> {
      const predictor = this as unknown as { predict(X: MatrixLike): Promise<LabelsLike> };
      return accuracyScore(y, await predictor.predict(X), { sampleWeight });
    }
  };
}

/**
 * Adds `score`, R², to a class that has `predict`.
 *
 * @example
 * ```ts
 * import { BaseEstimator, type MatrixLike, RegressorMixin, toNDArray } from "@troupe/troupe";
 *
 * class FirstColumn extends RegressorMixin(BaseEstimator) {
 *   predict(X: MatrixLike) {
 *     return Promise.resolve(toNDArray(X).col(0).map(Number));
 *   }
 * }
 * await new FirstColumn().score([[1, 9], [2, 9], [3, 9]], [1, 2, 3]); // 1
 * ```
 */
export function RegressorMixin<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<RegressorMethods> {
  return class Regressor extends Base implements RegressorMethods {
    get estimatorType(): "regressor" {
      return "regressor";
    }
    async score(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike): Promise<number> {
      const predictor = this as unknown as { predict(X: MatrixLike): Promise<VectorLike> };
      return r2Score(y, await predictor.predict(X), { sampleWeight });
    }
  };
}

/**
 * Adds `fitTransform` to a class that has `fit` and `transform`.
 *
 * @example
 * ```ts
 * import { BaseEstimator, type MatrixLike, toNDArray, TransformerMixin } from "@troupe/troupe";
 *
 * class Squares extends TransformerMixin(BaseEstimator) {
 *   fit(_X: MatrixLike) {
 *     return Promise.resolve(this);
 *   }
 *   transform(X: MatrixLike) {
 *     return Promise.resolve(toNDArray(X).map((v) => Number(v) ** 2));
 *   }
 * }
 * (await new Squares().fitTransform([[1, 2], [3, 4]])).toArray(); // [[1, 4], [9, 16]]
 * ```
 */
export function TransformerMixin<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<TransformerMethods> {
  return class Transformer extends Base implements TransformerMethods {
    get estimatorType(): "transformer" {
      return "transformer";
    }
    async fitTransform(X: MatrixLike, y?: LabelsLike): Promise<NDArray<ArrayData>> {
      const self = this as unknown as {
        fit(X: MatrixLike, y?: LabelsLike): Promise<unknown>;
        transform(X: MatrixLike): Promise<NDArray<ArrayData>>;
      };
      await self.fit(X, y);
      return await self.transform(X);
    }
  };
}

/**
 * Adds `fitPredict` to a class whose `fit` learns `labels_`.
 *
 * @example
 * ```ts
 * import { BaseEstimator, ClusterMixin, type MatrixLike, NDArray, toNDArray } from "@troupe/troupe";
 *
 * class BySign extends ClusterMixin(BaseEstimator) {
 *   declare labels_: NDArray<Int32Array>;
 *   fit(X: MatrixLike) {
 *     this.labels_ = toNDArray(X).col(0).map((v) => Number(Number(v) < 0), "int32");
 *     return Promise.resolve(this);
 *   }
 * }
 * (await new BySign().fitPredict([[-1], [2], [-3]])).toArray(); // [1, 0, 1]
 * ```
 */
export function ClusterMixin<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<ClusterMethods> {
  return class Clusterer extends Base implements ClusterMethods {
    get estimatorType(): "clusterer" {
      return "clusterer";
    }
    async fitPredict(X: MatrixLike): Promise<Labels> {
      const self = this as unknown as { fit(X: MatrixLike): Promise<unknown>; labels_: Labels };
      await self.fit(X);
      return self.labels_;
    }
  };
}

/**
 * True for an estimator that predicts classes.
 *
 * @example
 * ```ts
 * import { isClassifier, LinearRegression, makePipeline, StandardScaler, SVC } from "@troupe/troupe";
 * isClassifier(makePipeline(new StandardScaler(), new SVC())); // true
 * isClassifier(new LinearRegression()); // false
 * ```
 */
export function isClassifier(estimator: unknown): boolean {
  return typeOf(estimator) === "classifier";
}

/**
 * True for an estimator that predicts numbers.
 *
 * @example
 * ```ts
 * import { isRegressor, LogisticRegression, Ridge } from "@troupe/troupe";
 * [new Ridge(), new LogisticRegression()].map(isRegressor); // [true, false]
 * ```
 */
export function isRegressor(estimator: unknown): boolean {
  return typeOf(estimator) === "regressor";
}

function typeOf(estimator: unknown): unknown {
  return typeof estimator === "object" && estimator !== null && "estimatorType" in estimator
    ? estimator.estimatorType
    : undefined;
}

/**
 * An estimator with {@linkcode ClassifierMixin}: what the library's classifiers extend.
 *
 * @example
 * ```ts
 * import { BaseClassifier, isClassifier, RandomForestClassifier, Ridge } from "@troupe/troupe";
 * new RandomForestClassifier() instanceof BaseClassifier; // true
 * new Ridge() instanceof BaseClassifier; // false
 * ```
 */
export const BaseClassifier: typeof BaseEstimator & Constructor<ClassifierMethods> = ClassifierMixin(BaseEstimator);

/**
 * An estimator with {@linkcode RegressorMixin}: what the library's regressors extend.
 *
 * @example
 * ```ts
 * import { BaseRegressor, type MatrixLike, toNDArray } from "@troupe/troupe";
 *
 * class Constant extends BaseRegressor {
 *   static override readonly defaults = { value: 0 };
 *   declare value: number;
 *   constructor(options: { value?: number } = {}) {
 *     super(options);
 *   }
 *   predict(X: MatrixLike) {
 *     return Promise.resolve(toNDArray(X).col(0).map(() => this.value));
 *   }
 * }
 * await new Constant({ value: 2 }).score([[0], [0], [0]], [1, 2, 3]); // 0
 * ```
 */
export const BaseRegressor: typeof BaseEstimator & Constructor<RegressorMethods> = RegressorMixin(BaseEstimator);

/**
 * An estimator with {@linkcode TransformerMixin}: what the library's transformers extend.
 *
 * @example
 * ```ts
 * import { BaseTransformer, PCA, SVC } from "@troupe/troupe";
 * new PCA() instanceof BaseTransformer; // true
 * new SVC() instanceof BaseTransformer; // false
 * ```
 */
export const BaseTransformer: typeof BaseEstimator & Constructor<TransformerMethods> = TransformerMixin(BaseEstimator);

/**
 * An estimator with {@linkcode ClusterMixin}: what the library's clusterers extend.
 *
 * @example
 * ```ts
 * import { BaseClusterer, checkArray, encodeLabels, type MatrixLike, NDArray } from "@troupe/troupe";
 *
 * class ByValue extends BaseClusterer {
 *   declare labels_: NDArray<Int32Array>;
 *   fit(X: MatrixLike) {
 *     this.labels_ = new NDArray(encodeLabels(checkArray(X).col(0)).codes);
 *     return Promise.resolve(this);
 *   }
 * }
 * (await new ByValue().fitPredict([[7], [3], [7]])).toArray(); // [1, 0, 1]
 * ```
 */
export const BaseClusterer: typeof BaseEstimator & Constructor<ClusterMethods> = ClusterMixin(BaseEstimator);

/** What a transformer has whose columns are those of its input, each changed by itself. */
export interface OneToOneMethods {
  /**
   * The names of the columns that `transform` gives: those of the input.
   *
   * @param inputFeatures names of the columns of X; those seen in `fit`, or x0, x1, …, if left out
   * @throws {NotFittedError} before `fit`
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[];
}

/**
 * Adds `getFeatureNamesOut` to a transformer whose columns are those of its input.
 *
 * @example
 * ```ts
 * import { BaseTransformer, type MatrixLike, OneToOneMixin, rememberFeatures, toNDArray } from "@troupe/troupe";
 *
 * class Same extends OneToOneMixin(BaseTransformer) {
 *   declare nFeaturesIn_: number;
 *   fit(X: MatrixLike) {
 *     rememberFeatures(this, X, toNDArray(X).shape[1]);
 *     return Promise.resolve(this);
 *   }
 * }
 * (await new Same().fit([[1, 2]])).getFeatureNamesOut(); // ["x0", "x1"]
 * ```
 */
export function OneToOneMixin<B extends Constructor<BaseEstimator>>(Base: B): B & Constructor<OneToOneMethods> {
  return class OneToOne extends Base implements OneToOneMethods {
    getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
      return featureNamesOf(this, inputFeatures);
    }
  };
}

/**
 * A transformer whose columns are those of its input, each changed by itself.
 *
 * @example
 * ```ts
 * import { BaseOneToOneTransformer, OneHotEncoder, StandardScaler } from "@troupe/troupe";
 * new StandardScaler() instanceof BaseOneToOneTransformer; // true
 * new OneHotEncoder() instanceof BaseOneToOneTransformer; // false
 * ```
 */
export const BaseOneToOneTransformer:
  & typeof BaseEstimator
  & Constructor<TransformerMethods & OneToOneMethods> = OneToOneMixin(TransformerMixin(BaseEstimator));
