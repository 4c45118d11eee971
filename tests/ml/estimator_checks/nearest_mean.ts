/**
 * An estimator as somebody else would write it, by the ten steps of ml/README.md and with the root module alone.
 */

import {
  BaseClassifier,
  checkArray,
  checkClassificationTargets,
  checkConsistentLength,
  checkFeatures,
  checkIsFitted,
  checkLabels,
  checkParameters,
  checkSampleWeight,
  decodeLabels,
  encodeLabels,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  oneOf,
  type ParameterRule,
  real,
  rememberFeatures,
  resetFitted,
  type VectorLike,
} from "../../../mod.ts";

const rules: Record<string, ParameterRule> = {
  metric: oneOf("euclidean", "manhattan"),
  shrink: real({ min: 0, max: 1 }),
};

/** Predicts the class whose mean is nearest. */
export class NearestMean extends BaseClassifier {
  static readonly module: string = import.meta.url;
  static override readonly defaults = { metric: "euclidean", shrink: 0 };
  static override readonly leftOut = { priors: "they would change nothing" };
  declare metric: "euclidean" | "manhattan";
  declare shrink: number;
  declare classes_: Labels;
  declare means_: NDArray<Float64Array>;
  declare nFeaturesIn_: number;

  constructor(options: { metric?: "euclidean" | "manhattan"; shrink?: number } = {}) {
    super(options);
  }

  // deno-lint-ignore require-await -- what fit throws, its promise is to carry
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike | null): Promise<this> {
    const caller = "NearestMean.fit";
    checkParameters("NearestMean", this.getParams(false), rules);
    const table = checkArray(X, { caller });
    const labels = checkLabels(y, `${caller}: y`);
    checkClassificationTargets(labels, caller);
    checkConsistentLength({ X: table, y: labels });
    const [n, m] = table.shape;
    const weight = checkSampleWeight(sampleWeight, n);
    const { classes, codes } = encodeLabels(labels);
    const [sums, total] = [new Float64Array(classes.size * m), new Float64Array(classes.size)];
    for (let i = 0; i < n; i++) {
      total[codes[i]] += weight[i];
      for (let j = 0; j < m; j++) sums[codes[i] * m + j] += weight[i] * table.data[i * m + j];
    }
    resetFitted(this);
    this.classes_ = classes;
    this.means_ = new NDArray(sums.map((s, at) => (1 - this.shrink) * s / (total[Math.floor(at / m)] || 1)), [
      classes.size,
      m,
    ]);
    rememberFeatures(this, X, m);
    return this;
  }

  // deno-lint-ignore require-await -- what predict throws, its promise is to carry
  async predict(X: MatrixLike): Promise<Labels> {
    checkIsFitted(this, "predict");
    const table = checkArray(X, { caller: "NearestMean.predict" });
    const [n, m] = table.shape;
    checkFeatures(this, X, m, "predict");
    const far = this.metric === "manhattan" ? Math.abs : (d: number) => d * d;
    const codes = Int32Array.from({ length: n }, (_, i) => {
      const distances = Array.from(
        { length: this.classes_.size },
        (_, c) => table.row(i).data.reduce((sum, v, j) => sum + far(v - this.means_.data[c * m + j]), 0),
      );
      return distances.indexOf(Math.min(...distances));
    });
    return decodeLabels(this.classes_, codes);
  }
}
