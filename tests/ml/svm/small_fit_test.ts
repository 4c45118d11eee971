import assert from "node:assert/strict";
import {
  GridSearchCV,
  loadDigits,
  makeClassification,
  NDArray,
  type Params,
  RandomState,
  SVC,
} from "../../../ml/mod.ts";

type Data = { X: NDArray<Float64Array>; y: NDArray<Int32Array> };

/** The same machine as an ordinary fit's, vector by vector. */
async function assertSame(
  { X, y }: Data,
  base: Params,
  grid: Record<string, unknown[]>,
  sampleWeight?: Float64Array,
): Promise<void> {
  const search = new GridSearchCV(new SVC(base), grid as never, { cv: 3 });
  let given = 0;
  const { fitNear } = SVC.prototype;
  SVC.prototype.fitNear = function (...args) {
    if (args[3]?.train !== undefined) given++;
    return fitNear.apply(this, args) as Promise<never>;
  };
  try {
    await search.fit(X, y, { sampleWeight });
  } finally {
    SVC.prototype.fitNear = fitNear;
  }
  assert.equal(given, 1);
  const best = search.bestEstimator_ as SVC;
  const own = await new SVC({ ...base, ...search.bestParams_ }).fit(X, y, sampleWeight);
  const about = JSON.stringify(own.getParams(false));
  for (const name of ["support_", "nSupport_", "nIter_", "classes_", "classWeight_"] as const) {
    assert.deepEqual(best[name].toArray(), own[name].toArray(), `${name} ${about}`);
  }
  for (const name of ["dualCoef_", "intercept_", "supportVectors_"] as const) {
    assert.deepEqual(best[name].shape, own[name].shape);
    const [a, b] = [best[name].data, own[name].data];
    const size = b.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    a.forEach((v, i) => assert.ok(Math.abs(v - b[i]) <= 1e-6 * size, `${name}[${i}]: ${v}, not ${b[i]} ${about}`));
  }
  assert.deepEqual(best.getParams(false), own.getParams(false));
  assert.deepEqual((await best.predict(X)).toArray(), (await own.predict(X)).toArray());
}

const digits = loadDigits();
const some: Data = { X: digits.X.slice(0, 400), y: digits.y.slice(0, 400) as NDArray<Int32Array> };
const two = makeClassification({ nSamples: 300, nFeatures: 5, flipY: 0.1, randomState: 1 }) as Data;

Deno.test("a small search's last fit is solved as its folds were, and is the ordinary fit's machine", async () => {
  await assertSame(some, {}, { C: [1, 100], gamma: [1e-4, 1e-3] });
  await assertSame(some, { gamma: "auto" }, { C: [0.1], classWeight: ["balanced"] });
  await assertSame(two, { kernel: "linear" }, { C: [0.1, 1] });
  await assertSame(two, { kernel: "poly", coef0: 1 }, { C: [0.1, 1], degree: [2, 3] });
});

Deno.test("a small search's last fit takes weights, samples that weigh nothing and kernels that tell all samples apart", async () => {
  const sampleWeight = new RandomState(0).uniform(0, 2, 300).data;
  sampleWeight[7] = sampleWeight[200] = 0;
  // With shrinking a long way takes other steps from the first time on that samples are set aside.
  await assertSame(two, { shrinking: false }, { C: [0.5, 8] }, sampleWeight);
  await assertSame(some, { gamma: 1e6 }, { C: [0.01, 2] });
  await assertSame(some, { gamma: 0.05 }, { C: [1] });
});

Deno.test("a small search's last fit of a given matrix is the ordinary fit's machine", async () => {
  const { data, shape: [n, width] } = two.X;
  const K = new NDArray(new Float64Array(n * n), [n, n]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 1;
      for (let f = 0; f < width; f++) sum += data[i * width + f] * data[j * width + f];
      K.data[i * n + j] = sum * sum;
    }
  }
  await assertSame({ X: K, y: two.y }, { kernel: "precomputed" }, { C: [0.1, 1] });
});

Deno.test("a small search's last fit with probabilities learns them", async () => {
  const base = { probability: true, randomState: 3 };
  const search = await new GridSearchCV(new SVC(base), { C: [0.5, 8] }, { cv: 3 }).fit(two.X, two.y);
  const own = await new SVC({ ...base, ...search.bestParams_ }).fit(two.X, two.y);
  assert.deepEqual((await search.predictProba(two.X)).toArray(), (await own.predictProba(two.X)).toArray());
});
