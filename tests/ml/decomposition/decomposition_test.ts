import assert from "node:assert/strict";
import {
  InvalidInputError,
  InvalidParameterError,
  loadBreastCancer,
  loadDiabetes,
  loadDigits,
  loadIris,
  loadWine,
  makeBlobs,
  NDArray,
  NotFittedError,
  PCA,
  RandomState,
  TruncatedSVD,
} from "../../../ml/mod.ts";
import {
  assertClose,
  assertDigest,
  assertExact,
  assertExactDigest,
  camelCase,
  type Digest,
  golden,
} from "../golden.ts";

const values = golden("ml_decomposition");
/** Cases that rounding decides, with 50 digits. */
const exact = golden("ml_exact").pca;
type Table = NDArray<Float64Array>;

const table = (n: number, m: number, value: (i: number, j: number) => number): Table =>
  new NDArray(Float64Array.from({ length: n * m }, (_, at) => value(Math.floor(at / m), at % m)), [n, m]);

/** The data sets of ml_decomposition.py. */
function data(name: string): Table {
  const wine = loadWine().X;
  switch (name) {
    case "iris":
      return loadIris().X;
    case "wine":
      return wine;
    case "cancer":
      return loadBreastCancer().X;
    case "digits":
      return loadDigits().X.slice(0, 300);
    case "wide":
      return new RandomState(5).standardNormal([12, 30]).map((v, at) => v * (at % 30 + 1));
    case "one_feature":
      return wine.col(0).reshape(-1, 1);
    case "constant":
      return table(178, 4, (i, j) => j < 3 ? wine.get(i, j) : 3.5);
    case "repeated":
      return loadDiabetes().X.take(Array.from({ length: 60 }, (_, i) => Math.floor(i / 3))).map((v) => 10 * v);
    case "two_samples":
      return wine.slice(0, 2);
    default:
      return makeBlobs({ nSamples: 300, nFeatures: 3, randomState: 0, clusterStd: 3 }).X
        .map((v, at) => 1e5 + v * [1, 2, 5][at % 3]);
  }
}

const size = (X: Table): Table => X.map(Math.abs);

for (const g of values.pca) {
  Deno.test(`PCA finds scikit-learn's components: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const X = data(g.data);
    const pca = await new PCA(camelCase(g.params)).fit(X);
    assert.equal(pca.nComponents_, g.components);
    const known = exact.find((e: typeof g) =>
      e.data === g.data && JSON.stringify(e.params) === JSON.stringify(g.params)
    ) ?? {};
    const near = (actual: NDArray | number, name: string, tol: number): void => {
      if (name in known) assertExact(actual, known[name], g[name], 1e-9, name);
      else assertClose(actual, g[name], tol, name);
    };
    const nearDigest = (actual: NDArray, expected: Digest, tol: number, name: string, what = name): void => {
      if (name in known) assertExactDigest(actual, known[name], expected, 1e-9, what);
      else assertDigest(actual, expected, tol, what);
    };
    // Power iterations that nothing keeps apart lose digits of the small components, in both.
    const apart = g.params.iterated_power === undefined;
    const tol = apart ? 1e-9 : 1e-6;
    assertDigest(pca.mean_, g.mean, 1e-12, "mean_");
    near(pca.explainedVariance_, "variance", tol);
    near(pca.explainedVarianceRatio_, "ratio", tol);
    // A root of rounding is larger than rounding.
    near(pca.singularValues_, "values", 1e-5);
    near(pca.noiseVariance_, "noise", tol);
    nearDigest(await pca.inverseTransform(await pca.transform(X)), g.inverse, apart ? 1e-8 : 1e-4, "inverse");
    nearDigest(pca.getCovariance(), g.covariance, tol, "covariance");
    if (g.subspace === null) return;
    const V = pca.components_;
    const m = X.shape[1];
    const projector = table(m, m, (i, j) => {
      let sum = 0;
      for (let c = 0; c < V.length; c++) sum += V.get(c, i) * V.get(c, j);
      return sum;
    });
    const loose = apart ? 1e-7 : 1e-3;
    nearDigest(projector, g.subspace, loose, "subspace");
    nearDigest(size(await pca.transform(X)), g.transform, loose, "transform");
    const together = new PCA(camelCase(g.params));
    nearDigest(size(await together.fitTransform(X)), g.together, loose, "transform", "fitTransform");
    if (g.score !== null) near(await pca.score(X), "score", 1e-7);
    if (g.signs !== null) {
      const signs = Array.from({ length: V.length }, (_, c) => Math.sign(V.row(c).sum()));
      assert.deepEqual(signs, g.signs);
    }
  });
}

for (const g of values.svd) {
  Deno.test(`TruncatedSVD finds scikit-learn's components: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const X = data(g.data);
    const model = new TruncatedSVD(camelCase(g.params));
    const T = await model.fitTransform(X);
    assertClose(model.explainedVariance_, g.variance, 1e-8, "explainedVariance_");
    assertClose(model.explainedVarianceRatio_, g.ratio, 1e-8, "explainedVarianceRatio_");
    assertClose(model.singularValues_, g.values, 1e-8, "singularValues_");
    assertDigest(T, g.transform, 1e-7, "fitTransform");
    assertDigest(await model.transform(X), g.transform, 1e-7, "transform");
    assertDigest(await model.inverseTransform(T), g.inverse, 1e-7, "inverseTransform");
  });
}

Deno.test("PCA loses nothing with all components, with every solver", async () => {
  const X = new RandomState(0).standardNormal([60, 7]);
  for (const svdSolver of ["full", "covariance_eigh", "randomized"] as const) {
    for (const whiten of [false, true]) {
      const pca = new PCA({ svdSolver, whiten, randomState: 0 });
      const T = await pca.fitTransform(X);
      assertClose(await pca.inverseTransform(T), X, 1e-10, svdSolver);
      if (whiten) assertClose(T.var(0, 1), new Array(7).fill(1), 1e-9, "variance of whitened samples");
    }
  }
});

Deno.test("PCA.getPrecision() is the inverse of getCovariance()", async () => {
  const X = new RandomState(1).standardNormal([80, 6]).map((v, at) => v * (at % 6 + 1));
  for (const nComponents of [0, 2, 6]) {
    const pca = await new PCA({ nComponents, svdSolver: "full" }).fit(X);
    const [P, C] = [pca.getPrecision(), pca.getCovariance()];
    const product = table(6, 6, (i, j) => {
      let sum = 0;
      for (let k = 0; k < 6; k++) sum += P.get(i, k) * C.get(k, j);
      return sum;
    });
    assertClose(product, table(6, 6, (i, j) => i === j ? 1 : 0), 1e-10, `${nComponents} components`);
    assertClose((await pca.scoreSamples(X)).mean(), await pca.score(X));
  }
});

Deno.test("PCA.scoreSamples() knows samples that cannot be, where a feature is constant", async () => {
  const X = new RandomState(2).standardNormal([40, 3]).map((v, at) => at % 3 === 1 ? 7 : v);
  const pca = await new PCA().fit(X);
  assert.equal(await pca.score(X), Infinity);
  assert.equal(await pca.score([[0, 7, 0], [0, 8, 0]]), -Infinity);
  assert.deepEqual((await pca.scoreSamples([[0, 7, 0], [0, 8, 0]])).toArray(), [Infinity, -Infinity]);
  assert.throws(() => pca.getPrecision(), /do not vary in all directions/);
});

Deno.test("PCA and TruncatedSVD say what is wrong with their input", async () => {
  const X = [[1, 2, 3], [4, 5, 7], [7, 8, 8], [0, 1, 0]];
  for (const Model of [PCA, TruncatedSVD]) {
    await assert.rejects(new Model().transform(X), NotFittedError);
    await assert.rejects(new Model().inverseTransform(X), NotFittedError);
    await assert.rejects(new Model().fit([[1, NaN], [1, 2]]), InvalidInputError);
    await assert.rejects(new Model({ nComponents: -1 }).fit(X), InvalidParameterError);
    await assert.rejects(new Model({ nComponents: 4 }).fit(X), /nComponents is 4/);
    await assert.rejects(new Model({ nComponents: 2, nOversamples: 0 }).fit(X), InvalidParameterError);
    const fitted = await new Model({ nComponents: 2, randomState: 0 }).fit(X);
    await assert.rejects(fitted.transform([[1]]), /X has 1 features, but it was fitted with 3/);
    await assert.rejects(fitted.inverseTransform([[1]]), /X has 1 columns for 2 components/);
    assert.equal(fitted.getFeatureNamesOut()[1], `${Model.name.toLowerCase()}1`);
  }
  assert.throws(() => new PCA({ copy: true } as object), /copy of scikit-learn is left out/);
  await assert.rejects(new PCA().fit([[1, 2]]), /minimum of 2 is required/);
  await assert.rejects(new PCA({ nComponents: 1.5 }).fit(X), InvalidParameterError);
  await assert.rejects(new PCA({ nComponents: "mle" }).fit([[1, 2, 3], [4, 5, 6]]), /as many samples as features/);
  await assert.rejects(new PCA({ nComponents: 0.5, svdSolver: "randomized" }).fit(X), /needs svdSolver "full"/);
  await assert.rejects(new PCA({ nComponents: 3, svdSolver: "arpack" }).fit(X), /must be from 1 to 2/);
  await assert.rejects(new TruncatedSVD().fit([[1], [2]]), /minimum of 2 is required/);
});
