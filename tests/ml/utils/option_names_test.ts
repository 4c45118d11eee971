import assert from "node:assert/strict";
import * as ml from "../../../ml/mod.ts";

const X = [[1, 2], [3, 5], [4, 1], [7, 8], [2, 9], [6, 3]];
const y = [0, 1, 0, 1, 0, 1];
const weights = [1, 2, 1, 2, 1, 2];

/** Estimators whose `fit` has no place for weights. */
const without = {
  KNeighborsClassifier: new ml.KNeighborsClassifier({ nNeighbors: 2 }),
  KNeighborsRegressor: new ml.KNeighborsRegressor({ nNeighbors: 2 }),
  PCA: new ml.PCA(),
  TruncatedSVD: new ml.TruncatedSVD({ nComponents: 1 }),
  RobustScaler: new ml.RobustScaler(),
  MinMaxScaler: new ml.MinMaxScaler(),
  MaxAbsScaler: new ml.MaxAbsScaler(),
  OrdinalEncoder: new ml.OrdinalEncoder(),
  OneHotEncoder: new ml.OneHotEncoder(),
  PolynomialFeatures: new ml.PolynomialFeatures(),
  Normalizer: new ml.Normalizer(),
  FunctionTransformer: new ml.FunctionTransformer(),
  QuantileTransformer: new ml.QuantileTransformer({ nQuantiles: 3 }),
  SelectKBest: new ml.SelectKBest({ k: 1 }),
  VarianceThreshold: new ml.VarianceThreshold(),
  SimpleImputer: new ml.SimpleImputer(),
  FeatureUnion: ml.makeUnion(new ml.MinMaxScaler()),
  ColumnTransformer: ml.makeColumnTransformer([[new ml.MinMaxScaler(), [0, 1]]]),
};

for (const [name, estimator] of Object.entries(without)) {
  Deno.test(`${name}.fit() refuses weights, which it has no place for`, async () => {
    const { fit } = estimator as unknown as { fit(X: unknown, y?: unknown, more?: unknown): Promise<unknown> };
    await assert.rejects(
      fit.call(estimator, X, y, weights),
      { name: "InvalidInputError", message: `${name}.fit takes no weights of samples, nor anything else after y` },
    );
    assert.equal(await fit.call(estimator, X, y, undefined), estimator);
  });
}

Deno.test("crossValScore() refuses weights for such an estimator before anything is fitted", async () => {
  await assert.rejects(
    ml.crossValScore(new ml.KNeighborsClassifier({ nNeighbors: 1 }), X, y, { cv: 2, sampleWeight: weights }),
    /KNeighborsClassifier\.fit takes no weights of samples; leave sampleWeight out/,
  );
});

Deno.test("options that are no object, and estimators that are none, are refused in words", async () => {
  const y = [0, 1, 1];
  for (const bad of [null, 3, "macro", true, () => 1]) {
    assert.throws(() => ml.f1Score(y, y, bad as never), /f1Score: options must be an object of options by name, got /);
  }
  assert.throws(() => new ml.SVC(null as never), /SVC: options must be an object of options by name, got null/);
  const X = [[1], [2], [3]];
  for (
    const [bad, what] of [[null, /got null/], [3, /got 3/], [
      ml.SVC,
      /got the class or function SVC; give an instance/,
    ]] as const
  ) {
    for (const ask of [ml.crossValidate, ml.crossValPredict, ml.learningCurve, ml.permutationTestScore]) {
      await assert.rejects(async () => await ask(bad as never, X, y), what, ask.name);
    }
    await assert.rejects(ml.validationCurve(bad as never, X, y, { paramName: "C", paramRange: [1] }), what);
  }
});
