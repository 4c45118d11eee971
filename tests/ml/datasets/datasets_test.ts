import assert from "node:assert/strict";
import {
  Client,
  type Dataset,
  DatasetError,
  InvalidParameterError,
  loadBreastCancer,
  loadDiabetes,
  loadDigits,
  loadIris,
  loadWine,
  makeBlobs,
  type MakeBlobsOptions,
  makeCircles,
  makeClassification,
  type MakeClassificationOptions,
  makeLowRankMatrix,
  makeMoons,
  makeRegression,
} from "../../../mod.ts";
import { assertClose, assertDigest, camelCase, golden } from "../golden.ts";

const values = golden("ml_datasets");

Deno.test("loadDigits() has scikit-learn's values in its order", () => {
  const { X, y, data, target, images, featureNames, targetNames, DESCR } = loadDigits();
  assertDigest(X, values.digits.X, 0);
  assertDigest(y, values.digits.y, 0);
  assert.deepEqual(X.row(1234).toArray(), values.digits.row);
  assert.deepEqual(y.slice(0, 20).toArray(), values.digits.y20);
  assert.equal(data, X);
  assert.equal(target, y);
  assert.deepEqual(images.shape, [1797, 8, 8]);
  assert.equal(featureNames[63], "pixel_7_7");
  assert.equal(targetNames.length, 10);
  assert.ok(DESCR.includes("UCI"));
});

Deno.test("loadDigits() leaves digits out", () => {
  const { X, y } = loadDigits({ nClass: 4 });
  assertDigest(X, values.digits4.X, 0);
  assertDigest(y, values.digits4.y, 0);
  assert.throws(() => loadDigits({ nClass: 11 }), DatasetError);
});

for (const [i, { params, X, y }] of values.classification.entries()) {
  Deno.test(`makeClassification() makes scikit-learn's samples, case ${i}`, () => {
    const made = makeClassification(camelCase(params) as MakeClassificationOptions);
    assertDigest(made.X, X, 1e-12, "X");
    assert.deepEqual(made.y.toArray(), y);
    assert.equal(made.featureInfo.length, made.X.shape[1]);
  });
}

Deno.test("makeClassification() names what does not fit together", () => {
  assert.throws(() => makeClassification({ nFeatures: 3 }), /4 informative, redundant and repeated features/);
  assert.throws(() => makeClassification({ nClasses: 3, nClustersPerClass: 2 }), /must be at most 2\*\*nInformative/);
  assert.throws(() => makeClassification({ weights: [1, 2, 3] }), DatasetError);
  assert.throws(() => makeClassification({ shift: [1] }), DatasetError);
  assert.throws(() => makeClassification({ nSamples: 0 }), InvalidParameterError);
});

for (const [i, { params, X, y, centers }] of values.blobs.entries()) {
  Deno.test(`makeBlobs() makes scikit-learn's samples, case ${i}`, () => {
    const made = makeBlobs(camelCase(params) as MakeBlobsOptions);
    assertDigest(made.X, X, 1e-14, "X");
    assert.deepEqual(made.y.slice(0, 100).toArray(), y);
    assertClose(made.centers, centers, 0, "centers");
  });
}

Deno.test("makeBlobs() makes the same samples in a task, where they lie in shared memory", async () => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 1 });
  for (
    const options of [
      { nSamples: 3001, nFeatures: 7, centers: 5, randomState: 3 },
      { nSamples: [4000, 0, 5001], nFeatures: 3, clusterStd: [1, 2, 3], randomState: 4 },
      { nSamples: 20_000, nFeatures: 1, centers: 3, randomState: 5, shuffle: false },
      { nSamples: 9, randomState: 6 },
    ]
  ) {
    const here = makeBlobs(options);
    const there = await client.delayed(makeBlobs)(options).compute() as ReturnType<typeof makeBlobs>;
    assert.deepEqual(there.X, here.X);
    assert.deepEqual(there.y, here.y);
  }
});

Deno.test("makeBlobs() names what does not fit together", () => {
  assert.throws(() => makeBlobs({ clusterStd: [1, 2] }), /clusterStd has 2 entries for 3 centers/);
  assert.throws(() => makeBlobs({ nSamples: [1, 2], centers: [[0, 0]] }), /nSamples has 2 entries for 1 centers/);
  assert.throws(() => makeBlobs({ nSamples: [1, 2], centers: 2 }), DatasetError);
  assert.throws(() => makeBlobs({ centers: 0 }), DatasetError);
  assert.throws(() => makeBlobs({ nSamples: [1.5, 2] }), DatasetError);
});

const tables: Record<string, () => Dataset<Int32Array | Float64Array>> = {
  iris: loadIris,
  wine: loadWine,
  breast_cancer: loadBreastCancer,
  diabetes: loadDiabetes,
  diabetes_raw: () => loadDiabetes({ scaled: false }),
};

for (const [name, g] of Object.entries(values.tables) as [string, { features: string[]; classes: string[] }][]) {
  Deno.test(`the data set ${name} is scikit-learn's`, () => {
    const { X, y, data, target, featureNames, targetNames } = tables[name]();
    assertDigest(X, values.tables[name].X, name === "diabetes" ? 1e-13 : 0, "X");
    assertDigest(y, values.tables[name].y, 0, "y");
    assert.deepEqual(featureNames, g.features);
    assert.deepEqual(targetNames, g.classes);
    assert.ok(data === X && target === y);
  });
}

for (const [i, g] of values.regression.entries()) {
  Deno.test(`makeRegression() makes scikit-learn's samples, case ${i}`, () => {
    const { X, y, coef } = makeRegression(camelCase(g.params));
    assertDigest(X, g.X, 1e-12, "X");
    assertDigest(y, g.y, 1e-12, "y");
    assertDigest(coef, g.coef, 1e-14, "coef");
  });
}

Deno.test("makeLowRankMatrix() makes scikit-learn's table", () => {
  const X = makeLowRankMatrix({ nSamples: 13, nFeatures: 9, effectiveRank: 3, randomState: 5 });
  assertDigest(X, values.low_rank, 1e-13);
});

for (const [i, g] of values.shapes.entries()) {
  Deno.test(`${g.make}() makes scikit-learn's points, case ${i}`, () => {
    const { X, y } = (g.make === "makeMoons" ? makeMoons : makeCircles)(camelCase(g.params));
    assertDigest(X, g.X, 1e-13, "X");
    assert.deepEqual(y.toArray(), g.y);
  });
}

Deno.test("random problems refuse parameters that cannot be", () => {
  assert.throws(() => makeRegression({ noise: -1 }), InvalidParameterError);
  assert.throws(() => makeRegression({ effectiveRank: 0 }), InvalidParameterError);
  assert.throws(() => makeMoons({ nSamples: [1, 2, 3] as unknown as [number, number] }), DatasetError);
  assert.throws(() => makeMoons({ nSamples: [1, -2] }), InvalidParameterError);
  assert.throws(() => makeMoons({ nSamples: 0 }), InvalidParameterError);
  assert.throws(() => makeCircles({ factor: 1 }), /factor must be a number at least 0 and smaller than 1, got 1/);
  assert.throws(() => makeClassification({ classSep: 0 }), InvalidParameterError);
  assert.throws(() => makeClassification({ scale: 0 }), InvalidParameterError);
  assert.throws(() => makeClassification({ shift: "a" as unknown as number }), InvalidParameterError);
  assert.throws(() => makeBlobs({ clusterStd: -1 }), /clusterStd must be a number at least 0/);
  assert.throws(() => makeBlobs({ nFeatures: 0 }), InvalidParameterError);
  assert.throws(() => makeBlobs({ nSamples: 0 }), InvalidParameterError);
  assert.throws(() => makeBlobs({ shuffle: "no" as unknown as boolean }), InvalidParameterError);
});

Deno.test("data sets refuse options that they do not have, and say why those of scikit-learn are left out", () => {
  const wrong = (options: object): object => options;
  assert.throws(() => makeBlobs(wrong({ nSample: 3 })), /makeBlobs: no option "nSample"; did you mean "nSamples"/);
  assert.throws(() => makeBlobs(wrong({ returnCenters: true })), /left out: the centres are always given/);
  assert.throws(() => makeRegression(wrong({ coef: true })), /left out: the coefficients are always given/);
  assert.throws(() => makeClassification(wrong({ returnXy: true })), /left out/);
  assert.throws(() => makeMoons(wrong({ factor: 0.5 })), /makeMoons: no option "factor"/);
  assert.throws(() => loadDigits(wrong({ asFrame: true })), /left out: take X, y and featureNames/);
});
