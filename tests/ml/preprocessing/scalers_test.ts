import assert from "node:assert/strict";
import {
  InvalidParameterError,
  loadDiabetes,
  loadIris,
  loadWine,
  makeBlobs,
  MinMaxScaler,
  NDArray,
  NotFittedError,
  RandomState,
  StandardScaler,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, golden } from "../golden.ts";

const values = golden("ml_preprocessing");
type Table = NDArray<Float64Array>;

function missing(): Table {
  const X = loadIris().X;
  for (let i = 0; i < 150; i += 7) X.set(NaN, i, 1);
  X.set(NaN, 3, 0);
  return X;
}

/** The data sets of ml_preprocessing.py. */
function data(name: string): Table {
  switch (name) {
    case "wine":
      return loadWine().X;
    case "missing":
      return missing();
    case "constant":
      return new NDArray(Float64Array.from({ length: 80 }, (_, i) => [0.1, i >> 2, 1e10, 0][i % 4]), [20, 4]);
    case "one_feature":
      return loadWine().X.col(0).reshape(-1, 1);
    case "two_samples":
      return loadWine().X.slice(0, 2);
    case "far":
      return makeBlobs({ nSamples: 50, randomState: 0 }).X.map((v) => 1e8 + v);
    default:
      return loadDiabetes({ scaled: false }).X;
  }
}

const filled = (X: Table): Table => X.map((v) => v !== v ? -9 : v);

function assertLearned(actual: object, expected: Record<string, unknown>, names: string[]): void {
  for (const name of names) {
    const mine = (actual as Record<string, unknown>)[name.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase())];
    if (expected[name] === null) assert.equal(mine, null, name);
    else assertClose(mine as number[], expected[name] as number[], 1e-12, name);
  }
}

for (const g of values.standard) {
  Deno.test(`StandardScaler scales as scikit-learn does: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const X = data(g.data);
    const scaler = new StandardScaler(camelCase(g.params));
    const T = await scaler.fitTransform(X) as Table;
    assertLearned(scaler, g, ["mean_", "var_", "scale_", "n_samples_seen_"]);
    // Far from zero, a unit in the last place of a value is 1e-8 of the scaled one.
    assertDigest(filled(T), g.transform, g.data === "far" ? 1e-7 : 1e-12, "transform");
    assertDigest(filled(await scaler.inverseTransform(T)), g.inverse, 1e-12, "inverseTransform");
  });
}

Deno.test("StandardScaler weighs samples, and learns bit by bit", async () => {
  const X = missing();
  const names = ["mean_", "var_", "scale_", "n_samples_seen_"];
  const weight = new RandomState(0).uniform(0, 3, 150);
  assertLearned(await new StandardScaler().fit(X, null, weight), values.weighted, names);
  const scaler = new StandardScaler();
  for (const [a, b] of [[0, 50], [50, 60], [60, 150]]) await scaler.partialFit(X.slice(a, b));
  assertLearned(scaler, values.partial, names);
  await assert.rejects(scaler.partialFit([[1, 2]]), /X has 2 features, but it was fitted with 4/);
});

for (const g of values.min_max) {
  Deno.test(`MinMaxScaler scales as scikit-learn does: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const X = data(g.data);
    const scaler = new MinMaxScaler(camelCase(g.params));
    await scaler.fit(X.slice(0, Math.max(2, X.length >> 1)));
    assertLearned(scaler, g, ["min_", "scale_", "data_min_", "data_max_", "data_range_", "n_samples_seen_"]);
    const T = await scaler.transform(X);
    assertDigest(filled(T), g.transform, g.data === "far" ? 1e-7 : 1e-12, "transform");
    assertDigest(filled(await scaler.inverseTransform(T)), g.inverse, 1e-12, "inverseTransform");
  });
}

Deno.test("MinMaxScaler.partialFit() widens the ends", async () => {
  const X = data("wine");
  const scaler = await new MinMaxScaler().fit(X.slice(0, 60));
  await scaler.partialFit(X.slice(60));
  const whole = await new MinMaxScaler().fit(X);
  assert.ok(scaler.scale_.equals(whole.scale_) && scaler.min_.equals(whole.min_));
  assert.equal(scaler.nSamplesSeen_, 178);
});

Deno.test("scalers say what is wrong with their input", async () => {
  for (const scaler of [new StandardScaler(), new MinMaxScaler()]) {
    await assert.rejects(scaler.transform([[1]]), NotFittedError);
    await assert.rejects(scaler.inverseTransform([[1]]), NotFittedError);
    await assert.rejects(scaler.fit([[1], [Infinity]]), /X contains infinity, first at \[1, 0\]/);
    await scaler.fit([[1, 2], [3, 4]]);
    await assert.rejects(scaler.transform([[1]]), /X has 1 features, but it was fitted with 2/);
  }
  await assert.rejects(new MinMaxScaler({ featureRange: [1, 1] }).fit([[1]]), InvalidParameterError);
  await assert.rejects(new StandardScaler({ withMean: 1 as unknown as boolean }).fit([[1]]), InvalidParameterError);
});

Deno.test("StandardScaler refuses infinity, also in the only sample", async () => {
  for (const X of [[[1, Infinity]], [[1, 2], [3, -Infinity]]]) {
    await assert.rejects(new StandardScaler().fit(X), /StandardScaler.fit: X contains infinity, first at \[\d, 1\]/);
    const scaler = await new StandardScaler().fit([[1, 2], [3, 5]]);
    await assert.rejects(scaler.transform(X), /X contains infinity/);
  }
});
