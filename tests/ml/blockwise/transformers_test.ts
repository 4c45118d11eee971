import assert from "node:assert/strict";
import {
  Client,
  fromArray,
  loadDigits,
  loadIris,
  loadWine,
  MinMaxScaler,
  type NDArray,
  PCA,
  RandomState,
  StandardScaler,
  TruncatedSVD,
} from "../../../mod.ts";
import { assertClose } from "../golden.ts";

// What the estimators learn in memory is held against scikit-learn elsewhere; here, what they learn in blocks against that.
const data: Record<string, { X: NDArray<Float64Array>; chunk: number }> = {
  iris: { X: loadIris().X, chunk: 40 },
  wine: { X: loadWine().X, chunk: 100 },
  digits: { X: loadDigits().X.slice(0, 300), chunk: 77 },
  "one feature": { X: loadWine().X.col(0).reshape(-1, 1), chunk: 60 },
  "far from zero": { X: new RandomState(3).standardNormal([90, 3]).map((v) => v + 1e6), chunk: 13 },
  "fewer rows than columns": { X: new RandomState(4).standardNormal([5, 8]), chunk: 2 },
};

Deno.test("Scalers and decompositions learn from chunked X what they learn in memory", async (t) => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  for (const [name, { X, chunk }] of Object.entries(data)) {
    const m = X.shape[1];
    const blocks = fromArray(X, { chunks: [chunk, Math.max(1, m - 1)], client });
    await t.step(`StandardScaler: ${name}`, async () => {
      for (const options of [{}, { withMean: false }, { withStd: false }]) {
        const expected = await new StandardScaler(options).fit(X);
        const found = await new StandardScaler(options).fit(blocks);
        for (const key of ["mean_", "var_", "scale_"] as const) {
          if (expected[key] === null) assert.equal(found[key], null);
          else assertClose(found[key]!, expected[key]!, 1e-10, key);
        }
        assert.deepEqual(found.nSamplesSeen_, expected.nSamplesSeen_);
        const Z = await found.transform(blocks);
        assertClose(await Z.compute(), await expected.transform(X), 1e-6);
        assertClose(await (await found.inverseTransform(Z)).compute(), X, 1e-9);
      }
      const twice = await (await new StandardScaler().fit(blocks)).partialFit(blocks);
      assertClose(twice.var_!, (await new StandardScaler().fit(X)).var_!, 1e-9);
      assert.equal(twice.nSamplesSeen_, 2 * X.length);
    });
    await t.step(`MinMaxScaler: ${name}`, async () => {
      const expected = await new MinMaxScaler({ featureRange: [-1, 2] }).fit(X);
      const found = await new MinMaxScaler({ featureRange: [-1, 2] }).fit(blocks);
      for (const key of ["min_", "scale_", "dataMin_", "dataMax_"] as const) {
        assertClose(found[key], expected[key], 1e-12, key);
      }
      assert.equal(found.nSamplesSeen_, X.length);
      assertClose(await (await found.fitTransform(blocks as never) as NDArray).compute(), await expected.transform(X));
    });
    await t.step(`PCA: ${name}`, async () => {
      for (const nComponents of [null, 1, 0.9]) {
        const expected = await new PCA({ nComponents, svdSolver: "full" }).fit(X);
        const found = await new PCA({ nComponents }).fit(blocks);
        const k = Math.min(expected.nComponents_, X.length - 1);
        assert.equal(found.nComponents_, expected.nComponents_);
        assertClose(found.mean_, expected.mean_, 1e-10, "mean_");
        assertClose(found.explainedVariance_, expected.explainedVariance_, 1e-8, "explainedVariance_");
        assertClose(found.explainedVarianceRatio_, expected.explainedVarianceRatio_, 1e-8);
        assertClose(found.noiseVariance_, expected.noiseVariance_, 1e-8);
        // Directions without variance are any.
        const some = Array.from({ length: k }, (_, c) => c).filter((c) => expected.singularValues_.data[c] > 1e-6);
        assertClose(found.components_.take(some), expected.components_.take(some), 1e-6, "components_");
        const Z = await (await found.transform(blocks)).compute();
        assert.deepEqual(Z.shape, [X.length, found.nComponents_]);
      }
    });
    if (m < 2) continue;
    await t.step(`TruncatedSVD: ${name}`, async () => {
      const nComponents = Math.min(3, m - 1, X.length - 1);
      const expected = await new TruncatedSVD({ nComponents, algorithm: "arpack" }).fit(X);
      const found = await new TruncatedSVD({ nComponents }).fit(blocks);
      assertClose(found.singularValues_, expected.singularValues_, 1e-9);
      assertClose(found.components_, expected.components_, name === "far from zero" ? 1e-3 : 1e-7);
      if (name === "far from zero") return;
      assertClose(found.explainedVariance_, expected.explainedVariance_, 1e-8);
      assertClose(found.explainedVarianceRatio_, expected.explainedVarianceRatio_, 1e-8);
      const Z = await (await found.fitTransform(blocks)).compute();
      assertClose(Z, await expected.transform(X), 1e-6);
    });
  }
  await t.step("missing values are left out by scalers, and refused by decompositions", async () => {
    const X = loadIris().X.copy();
    X.data[4 * 50 + 1] = NaN;
    const blocks = fromArray(X, { chunks: [40, 4], client });
    const scaler = await new StandardScaler().fit(blocks);
    assertClose(scaler.mean_!, (await new StandardScaler().fit(X)).mean_!, 1e-12);
    await assert.rejects(() => new PCA().fit(blocks), /holds NaN or infinities, first in block 1/);
    X.data[4 * 50 + 1] = Infinity;
    const worse = fromArray(X, { chunks: [40, 4], client });
    await assert.rejects(() => new StandardScaler().fit(worse), /holds infinities.* in block 1/);
    await assert.rejects(() => new MinMaxScaler().fit(worse), /holds infinities in block 1/);
    await assert.rejects(() => new StandardScaler().fit(blocks.reshape(-1)), { name: "InvalidInputError" });
    await assert.rejects(() => new PCA().transform(blocks), { name: "NotFittedError" });
  });
});
