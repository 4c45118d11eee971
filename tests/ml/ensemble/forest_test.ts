import assert from "node:assert/strict";
import {
  ExtraTreesClassifier,
  ExtraTreesRegressor,
  GridSearchCV,
  InvalidInputError,
  InvalidParameterError,
  makeClassification,
  NDArray,
  NotFittedError,
  parallelBackend,
  RandomForestClassifier,
  type RandomForestClassifierOptions,
  RandomForestRegressor,
  RandomState,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { growTree } from "../../../ml/tree/grow.ts";
import { RankGrower } from "../../../ml/tree/rank_grower.ts";
import { rankTable } from "../../../ml/tree/ranks.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";
import { observe } from "../../parity/observe.ts";
import { classes, numbers } from "../tree/data.ts";

const values = golden("ml_ensemble");
const kinds = { RandomForestClassifier, ExtraTreesClassifier, RandomForestRegressor, ExtraTreesRegressor };

/** How far a mean over ten seeds is from scikit-learn's, in standard errors of the difference. */
function distance(ours: readonly number[], g: { mean: number; std: number }): number {
  const mean = ours.reduce((a, b) => a + b, 0) / ours.length;
  const variance = ours.reduce((t, v) => t + (v - mean) ** 2, 0) / (ours.length - 1);
  return (mean - g.mean) / deviation(variance, g, ours.length);
}

/** The standard error of a difference of two means. */
function deviation(variance: number, g: { std: number }, n: number): number {
  // Scores are steps of one sample in some hundred: less than a quarter of a step is no difference.
  return Math.sqrt((variance + g.std ** 2) / n + 1e-6);
}

Deno.test("Forests score as scikit-learn's do, over ten seeds", async () => {
  const distances: number[] = [];
  for (const g of [...values.classifiers, ...values.regressors]) {
    const isClass = g.kind.endsWith("Classifier");
    const { X, y } = isClass ? classes(g.data) : numbers(g.data);
    const half = X.length >> 1;
    const scores: number[] = [];
    for (let randomState = 0; randomState < 10; randomState++) {
      const m = new kinds[g.kind as keyof typeof kinds]({ randomState, ...camelCase(g.params) });
      await m.fit(X.slice(0, half), y.slice(0, half));
      scores.push(await m.score(X.slice(half), y.slice(half)));
    }
    const d = distance(scores, g);
    const itself = (g.other.mean - g.mean) / deviation(g.other.std ** 2, g, 10);
    observe({ case: `${g.kind} ${g.data} ${JSON.stringify(g.params)}`, errors: d, itself });
    assert.ok(Math.abs(d) < 3.5, `${g.kind}, ${g.data}, ${JSON.stringify(g.params)}: ${d} standard errors off`);
    distances.push(d);
  }
  // Each is a draw from about the same distribution: together they must not lean to one side, nor be far.
  const lean = distances.reduce((a, b) => a + b, 0) / Math.sqrt(distances.length);
  const spread = Math.sqrt(distances.reduce((t, d) => t + d * d, 0) / distances.length);
  assert.ok(Math.abs(lean) < 2.5, `all together lean by ${lean} standard errors: ${distances}`);
  assert.ok(spread < 1.3, `they spread by ${spread} standard errors: ${distances}`);
});

Deno.test("Forests draw scikit-learn's samples", async () => {
  const { X, y } = classes("unbalanced");
  const m = await new RandomForestClassifier({ nEstimators: 5, randomState: 3 }).fit(X, y);
  m.estimatorsSamples_.forEach((s, t) => assertDigest(s, values.samples[t], 0));
  const w = new RandomState(0).uniform(0, 2, X.length);
  const options = { nEstimators: 5, randomState: 3, maxSamples: 0.4, classWeight: "balanced" } as const;
  const c = await new RandomForestClassifier(options).fit(X, y, w);
  c.estimatorsSamples_.forEach((s, t) => assertDigest(s, values.weighted_samples[t], 0));
  assert.deepEqual(c.estimators_.map((e) => e.randomState), values.seeds);
});

Deno.test("RandomForestRegressor on all features grows scikit-learn's trees where there are no ties", async () => {
  const { X, y } = numbers("diabetes");
  const m = await new RandomForestRegressor({ nEstimators: 10, randomState: 0, minSamplesLeaf: 20 }).fit(X, y);
  assertDigest(await m.predict(X), values.large_leaves, 1e-9);
});

Deno.test("Forests score samples by the trees that did not draw them", async () => {
  const oob = async (
    make: (randomState: number) => Promise<{ oobScore_: number }>,
    g: { mean: number; std: number },
  ) => {
    const scores: number[] = [];
    for (let s = 0; s < 10; s++) scores.push((await make(s)).oobScore_);
    const d = distance(scores, g);
    assert.ok(Math.abs(d) < 2.5, `${d} standard errors off`);
  };
  const c = classes("unbalanced");
  const r = numbers("diabetes");
  const options = { nEstimators: 60, oobScore: true } as const;
  await oob((randomState) => new RandomForestClassifier({ ...options, randomState }).fit(c.X, c.y), values.oob);
  await oob((randomState) => new RandomForestRegressor({ ...options, randomState }).fit(r.X, r.y), values.oob_numbers);
  const own = await new RandomForestClassifier({ nEstimators: 40, oobScore: () => 42, randomState: 0 }).fit(c.X, c.y);
  assert.equal(own.oobScore_, 42);
  assert.deepEqual(own.oobDecisionFunction_.shape, [300, 3]);
  assertClose(own.oobDecisionFunction_.sum(1), new NDArray(new Float64Array(300).fill(1)), 1e-12);
  const few = new RandomForestClassifier({ nEstimators: 2, oobScore: true, randomState: 0 });
  const { warn } = await captured(() => few.fit(c.X, c.y));
  assert.match(warn[0], /nEstimators/);
});

/** Trees of a forest, without their seeds. */
function shapes(m: { estimators_: readonly { tree_: object }[] }): object[] {
  return m.estimators_.map((e) => e.tree_);
}

Deno.test("Forests are the same on threads, on a cluster of threads, and one tree after the other", async () => {
  const { X, y } = classes("unbalanced");
  const options = { nEstimators: 40, randomState: 1 };
  const alone = await new RandomForestClassifier(options).fit(X, y);
  const threads = await new RandomForestClassifier({ ...options, nJobs: 2 }).fit(X, y);
  assert.deepEqual(shapes(threads), shapes(alone));
  const inForce = await parallelBackend(
    "threads",
    { scatter: [X, y] },
    () => new RandomForestClassifier(options).fit(X, y),
  );
  assert.deepEqual(shapes(inForce), shapes(alone));
});

Deno.test("A forest cut at a smaller maxDepth is the forest of that maxDepth", async () => {
  const { X, y, T } = classes("unbalanced");
  const shallow = await new RandomForestClassifier({ nEstimators: 10, randomState: 1, maxDepth: 3 }).fit(X, y);
  const deep = await new RandomForestClassifier({ nEstimators: 10, randomState: 1 }).fit(X, y);
  deep.estimators_.forEach((e, t) => {
    const other = shallow.estimators_[t].tree_;
    const walk = (a: number, b: number, depth: number): void => {
      if (other.childrenLeft[b] < 0) return assert.ok(depth === 3 || e.tree_.childrenLeft[a] < 0);
      assert.equal(e.tree_.threshold[a], other.threshold[b]);
      walk(e.tree_.childrenLeft[a], other.childrenLeft[b], depth + 1);
      walk(e.tree_.childrenRight[a], other.childrenRight[b], depth + 1);
    };
    walk(0, 0, 0);
  });
  assert.equal((await shallow.predict(T)).length, 100);
});

Deno.test("Forests with warmStart keep their trees, and come to what they would have been", async () => {
  const { X, y } = classes("iris");
  const warm = await new RandomForestClassifier({ nEstimators: 5, warmStart: true, randomState: 4 }).fit(X, y);
  const first = shapes(warm);
  warm.nEstimators = 12;
  await warm.fit(X, y);
  assert.deepEqual(shapes(warm).slice(0, 5), first);
  const whole = await new RandomForestClassifier({ nEstimators: 12, randomState: 4 }).fit(X, y);
  assert.deepEqual(shapes(warm), shapes(whole));
  const { warn } = await captured(() => warm.fit(X, y));
  assert.match(warn[0], /grows no new trees/);
  warm.nEstimators = 3;
  await assert.rejects(warm.fit(X, y), /at least the 12 trees/);
});

Deno.test("RandomForestClassifier predicts by the mean of its trees", async () => {
  const { X, y, T } = classes("iris");
  const m = await new RandomForestClassifier({ nEstimators: 7, randomState: 0 }).fit(X, y);
  const each = await Promise.all(m.estimators_.map((e) => e.predictProba(T)));
  const proba = await m.predictProba(T);
  proba.data.forEach((v, i) => assertClose(v, each.reduce((t, p) => t + p.data[i], 0) / 7, 1e-12));
  assert.deepEqual((await m.predict(T)).toArray(), proba.argmax(1).toArray());
  assertClose((await m.predictLogProba(T)).map(Math.exp), proba);
  assert.deepEqual((await m.apply(T)).shape, [T.length, 7]);
  assertClose(m.featureImportances_.sum(), 1);
  const { indicator, nNodesPtr } = await m.decisionPath(T);
  assert.deepEqual(indicator.shape, [T.length, nNodesPtr[7]]);
  assert.equal(indicator.indices[0], 0);
});

Deno.test("Forests learn several targets at once", async () => {
  const { X, y, T } = numbers("diabetes");
  const Y = new NDArray(
    Float64Array.from({ length: 2 * X.length }, (_, i) => i % 2 ? -y.data[i >> 1] : y.data[i >> 1]),
    [X.length, 2],
  );
  const r = await new RandomForestRegressor({ nEstimators: 8, randomState: 0 }).fit(X, Y);
  const out = await r.predict(T);
  assert.deepEqual(out.shape, [T.length, 2]);
  for (let i = 0; i < T.length; i++) assertClose(out.get(i, 0), -out.get(i, 1), 1e-9);
  const C = new NDArray(Int32Array.from(Y.data, (v) => v > 100 ? 2 : v > -100 ? 1 : 0), [X.length, 2]);
  const c = await new ExtraTreesClassifier({ nEstimators: 8, randomState: 0 }).fit(X, C);
  assert.deepEqual((await c.predict(T)).shape, [T.length, 2]);
  assert.equal((await c.predictProba(T, 1)).shape[0], T.length);
  await assert.rejects(c.predictProba(T), /say which/);
});

for (const kind of [2, 3, 0]) {
  // Drawn thresholds of many features are judged side by side.
  for (
    const [random, nFeatures, maxFeatures] of [[false, 6, 2], [true, 6, 2], [true, 11, 2], [true, 19, 17]] as const
  ) {
    const how = `${kind} classes, ${random ? "drawn" : "searched"}, ${maxFeatures} of ${nFeatures} features`;
    Deno.test(`RankGrower grows what the plain grower grows: ${how}`, () => {
      for (const [n, steps, minSamplesLeaf] of [[40, 0, 1], [700, 0, 1], [700, 3, 4], [3000, 40, 1], [3000, 0, 7]]) {
        const { X, y } = makeClassification({
          nSamples: n,
          nFeatures,
          nInformative: 4,
          nClasses: Math.max(kind, 2),
          randomState: n,
        });
        const table = {
          X: Float32Array.from(X.data, (v) => steps > 0 ? Math.round(v * steps) : v),
          nSamples: n,
          nFeatures,
          hasMissing: new Uint8Array(nFeatures),
        };
        // Whole numbers, so that sums are exact.
        const targets = Float64Array.from(
          y.data,
          (v, i) => kind > 0 ? v : Math.round(50 * v + 20 * X.data[i * nFeatures]),
        );
        const problem = { ...table, y: targets, nOutputs: 1, nClasses: kind > 0 ? [kind] : null };
        const settings = {
          criterion: kind > 0 ? "gini" as const : "squared_error" as const,
          random,
          maxFeatures,
          maxDepth: 40,
          minSamplesSplit: 2 * minSamplesLeaf,
          minSamplesLeaf,
          minWeightLeaf: 0,
          maxLeafNodes: null,
          minImpurityDecrease: 0,
          monotonic: null,
        };
        const ranks = rankTable(table);
        assert.ok(ranks !== null);
        using grower = new RankGrower(ranks, { y: targets, nClasses: kind > 0 ? kind : null }, settings);
        for (let seed = 1; seed < 4; seed++) {
          const draws = new RandomState(seed).randint(0, n, n).data;
          const weight = new Float64Array(n);
          for (const i of draws as Int32Array) weight[i]++;
          const plain = growTree(problem, settings, weight, seed, true);
          const fast = grower.grow(weight, seed);
          // Where they part, they must have had a choice of equals.
          const walk = (a: number, b: number): void => {
            assert.equal(plain.nNodeSamples[a], fast.nNodeSamples[b]);
            assertClose(plain.impurity[a], fast.impurity[b], 1e-9, "impurity");
            assertClose(plain.value[a * plain.valueStride], fast.value[b * fast.valueStride], 1e-9, "value");
            if (plain.childrenLeft[a] < 0) return assert.equal(fast.childrenLeft[b], -1);
            const [l, r, L, R] = [
              plain.childrenLeft[a],
              plain.childrenRight[a],
              fast.childrenLeft[b],
              fast.childrenRight[b],
            ];
            const left = (t: typeof plain, i: number, j: number): number =>
              t.weightedNNodeSamples[i] * t.impurity[i] + t.weightedNNodeSamples[j] * t.impurity[j];
            assertClose(left(plain, l, r), left(fast, L, R), 1e-9, `impurity below, seed ${seed}`);
            if (plain.feature[a] !== fast.feature[b] || plain.threshold[a] !== fast.threshold[b]) return;
            assert.equal(plain.missingGoToLeft[a], fast.missingGoToLeft[b]);
            walk(l, L);
            walk(r, R);
          };
          walk(0, 0);
        }
      }
    });
  }
}

Deno.test("rankTable() keeps all that trees must know of a table", () => {
  const X = Float32Array.of(3, -1, -0, 5, 0, 5, 3, 7e-8);
  const t = rankTable({ X, nSamples: 4, nFeatures: 2, hasMissing: new Uint8Array(2) });
  assert.ok(t !== null);
  assert.deepEqual([...t.ranks], [1, 0, 0, 2, 0, 2, 1, 1]);
  assert.deepEqual([...t.values], [0, 3, -1, Math.fround(7e-8), 5]);
  assert.deepEqual([...t.offsets], [0, 2, 5]);
  assert.deepEqual([...t.close], [0, 0]);
  const near = rankTable({ X: Float32Array.of(0, 5e-8), nSamples: 2, nFeatures: 1, hasMissing: new Uint8Array(1) });
  assert.deepEqual([...near?.close ?? []], [1]);
  const many = Float32Array.from({ length: 65_537 }, (_, i) => i);
  assert.equal(rankTable({ X: many, nSamples: 65_537, nFeatures: 1, hasMissing: new Uint8Array(1) }), null);
});

Deno.test("Forests refuse what cannot be", async () => {
  const X = [[1], [2], [3]];
  const y = [0, 1, 1];
  const bad: RandomForestClassifierOptions[] = [
    { nEstimators: 0 },
    { nEstimators: 1.5 },
    { maxSamples: 0 },
    { maxSamples: 2, bootstrap: false },
    { oobScore: true, bootstrap: false },
    { bootstrap: 1 as unknown as boolean },
    { classWeight: "fair" as "balanced" },
    { criterion: "squared_error" as "gini" },
    { maxDepth: -1 },
  ];
  for (const options of bad) await assert.rejects(new RandomForestClassifier(options).fit(X, y), InvalidParameterError);
  assert.throws(
    () => new RandomForestClassifier({ n_estimators: 3 } as RandomForestClassifierOptions),
    UnknownNameError,
  );
  await assert.rejects(new RandomForestClassifier().fit([[Infinity], [1], [2]], y), InvalidInputError);
  await assert.rejects(new RandomForestClassifier().fit(X, [0, 1]), InvalidInputError);
  await assert.rejects(new RandomForestRegressor().fit(X, [0, NaN, 1]), InvalidInputError);
  await assert.rejects(new RandomForestClassifier().predict(X), NotFittedError);
  await assert.rejects(new ExtraTreesRegressor().predict(X), NotFittedError);
  const m = await new RandomForestClassifier({ nEstimators: 3 }).fit(X, ["a", "b", "b"]);
  await assert.rejects(m.predict([[1, 2]]), /X has 2 features/);
  assert.equal((await m.predict([[3]])).data[0], "b");
  const one = await new RandomForestClassifier({ nEstimators: 2 }).fit(X, [4, 4, 4]);
  assert.deepEqual((await one.predict(X)).toArray(), [4, 4, 4]);
  assertClose(one.featureImportances_, [0]);
});

Deno.test("GridSearchCV of a forest over maxDepth, nEstimators and minSamplesLeaf scores as its fits do one by one", async () => {
  const { X, y } = classes("unbalanced");
  const grid = { maxDepth: [2, null, 5], minSamplesLeaf: [1, 6], nEstimators: [6, 11] };
  const forest = new RandomForestClassifier({ randomState: 2 });
  const scoring = ["accuracy", "neg_log_loss"];
  const search = new GridSearchCV(forest, grid, { cv: 3, scoring, refit: "accuracy", returnTrainScore: true });
  await search.fit(X, y);
  // A class of one's own does not inherit the plan: each fit is done by itself.
  class Plain extends RandomForestClassifier {}
  const plain = new GridSearchCV(new Plain({ randomState: 2 }), grid, {
    cv: 3,
    scoring,
    refit: false,
    returnTrainScore: true,
  });
  await plain.fit(X, y);
  for (const name of ["meanTestAccuracy", "meanTestNegLogLoss", "meanTrainAccuracy", "split1TestAccuracy"]) {
    const [a, b] = [search.cvResults_, plain.cvResults_].map((r) => (r as unknown as Record<string, NDArray>)[name]);
    assertClose(a, b, 1e-12, name);
  }
});

Deno.test("RandomForestRegressor.performPart() makes the estimators that fits would give", async () => {
  const { X, y } = numbers("diabetes");
  const train = Int32Array.from({ length: 200 }, (_, i) => i);
  const test = Int32Array.from({ length: 100 }, (_, i) => 200 + i);
  const family = {
    estimator: new RandomForestRegressor({ randomState: 5, maxFeatures: 3 }),
    X,
    y,
    sampleWeight: weights(X.length),
    candidates: [{ maxDepth: 3, nEstimators: 4 }, { maxDepth: null, nEstimators: 3 }, { maxDepth: 5, nEstimators: 7 }],
    splits: [[train, test] as const],
    wanted: ["predict" as const],
    onTrain: false,
  };
  const plan = RandomForestRegressor.planFits(family);
  assert.equal(plan?.parts.length, 1);
  const fits = [...RandomForestRegressor.performPart(family, plan.parts[0])];
  assert.equal(fits.length, 3);
  for (const fit of fits) {
    const made = fit.make() as RandomForestRegressor;
    const alone = new RandomForestRegressor({ randomState: 5, maxFeatures: 3, ...family.candidates[fit.candidate] });
    await alone.fit(X.take(train), y.take(train), family.sampleWeight.take(train));
    assert.deepEqual(shapes(made), shapes(alone));
    assertClose(fit.test?.predict as NDArray, await alone.predict(X.take(test)), 1e-12);
    assertClose(await made.predict(X.take(test)), await alone.predict(X.take(test)), 1e-12);
  }
  const unlike = { ...family, candidates: [{ oobScore: true }, { maxLeafNodes: 4 }] };
  assert.equal(RandomForestRegressor.planFits(unlike), null);
});

/** Some weights, none of them 0. */
function weights(n: number): NDArray<Float64Array> {
  return new RandomState(0).uniform(0.5, 2, n);
}
