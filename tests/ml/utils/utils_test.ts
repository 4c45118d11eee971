import assert from "node:assert/strict";
import {
  accuracyScore,
  DecisionTreeClassifier,
  DummyClassifier,
  DummyRegressor,
  ExtraTreesClassifier,
  GaussianNB,
  MiniBatchKMeans,
  NDArray,
  NotFittedError,
  StandardScaler,
  toNDArray,
} from "../../../ml/mod.ts";
import { captured } from "../golden.ts";
import {
  checkArray,
  checkLabels,
  checkParameters,
  computeClassWeight,
  either,
  encodeLabels,
  integer,
  InvalidParameterError,
  nearestName,
  numSamples,
  oneOf,
  real,
  typeOfTarget,
} from "../../../ml/utils/mod.ts";

Deno.test("nearestName() forgives case, underscores and slips", () => {
  const names = ["C", "gamma", "maxIter", "classWeight", "svc", "svc__C"];
  for (
    const [wrong, right] of [
      ["c", "C"],
      ["gama", "gamma"],
      ["gmama", "gamma"],
      ["max_iter", "maxIter"],
      ["class_wieght", "classWeight"],
      ["svm__C", "svc__C"],
      ["svc__c", "svc__C"],
    ]
  ) assert.equal(nearestName(wrong, names), right);
  assert.equal(nearestName("somethingElse", names), undefined);
  assert.equal(nearestName("x", []), undefined);
});

Deno.test("encodeLabels() sorts numbers as numbers and text by code points", () => {
  const numbers = encodeLabels(checkLabels([10, -1, 9, 10]));
  assert.deepEqual([numbers.classes.toArray(), [...numbers.codes], [...numbers.counts]], [
    [-1, 9, 10],
    [2, 0, 1, 2],
    [1, 1, 2],
  ]);
  // Python's sorted(): capitals before small letters, and U+FFFD before what lies beyond 16 bits.
  const text = encodeLabels(checkLabels(["b", "B", "\u{1F600}", "\uFFFD", "a"]));
  assert.deepEqual(text.classes.toArray(), ["B", "a", "b", "\uFFFD", "\u{1F600}"]);
  const flags = encodeLabels(checkLabels([true, false, true]));
  assert.deepEqual([flags.classes.toArray(), [...flags.codes]], [[false, true], [1, 0, 1]]);
  assert.deepEqual(encodeLabels(checkLabels([0, -0])).counts.length, 1);
});

Deno.test("computeClassWeight() balances, and takes weights by label", () => {
  const encoded = encodeLabels(checkLabels([0, 0, 0, 1]));
  assert.deepEqual([...computeClassWeight("balanced", encoded)], [4 / 6, 2]);
  assert.deepEqual([...computeClassWeight({ 1: 3 }, encoded)], [1, 3]);
  assert.deepEqual([...computeClassWeight({ 0: 2, 1: 3, 2: 9 }, encoded)], [2, 3]);
  assert.deepEqual([...computeClassWeight(null, encoded)], [1, 1]);
  assert.throws(() => computeClassWeight({ 5: 1 }, encoded), /names 5, which y does not have; its classes are 0, 1/);
  assert.throws(() => computeClassWeight({ 0: -1 }, encoded), InvalidParameterError);
});

Deno.test("checkArray() does not copy what is right already", () => {
  const X = new NDArray(new Float64Array(6), [3, 2]);
  assert.equal(checkArray(X), X);
  assert.equal(checkArray({ data: X.data, shape: [2, 3] }).data, X.data);
  assert.deepEqual(checkArray([["1", "2.5"]] as unknown as number[][]).toArray(), [[1, 2.5]]);
  assert.throws(() => checkArray([["a"]] as unknown as number[][]), /could not convert text to number: "a"/);
  assert.throws(
    () => checkArray([1, 2, 3] as unknown as number[][]),
    /expected a 2D array for X, got shape \[3\]; reshape/,
  );
  assert.throws(
    () => checkArray([] as unknown as number[][]),
    /expected a 2D array for X, got shape \[0\]; it is empty$/,
  );
  assert.throws(() => checkArray([[[1]]] as unknown as number[][]), /got shape \[1, 1, 1\]$/);
  assert.throws(() => checkArray([[1, NaN]]), /X contains NaN, first at \[0, 1\]/);
  checkArray([[1, NaN]], { forceAllFinite: "allow-nan" });
  assert.throws(() => checkArray([[NaN, Infinity]], { forceAllFinite: "allow-nan" }), /infinity, first at \[0, 1\]/);
});

Deno.test("checkLabels() takes one column, and no more", () => {
  assert.deepEqual(checkLabels(toNDArray([[1], [2]])).shape, [2]);
  assert.throws(() => checkLabels(toNDArray([[1, 2]])), /should be a 1D array/);
  assert.equal(checkLabels([1n, 2n]).dtype, "float64");
});

Deno.test("typeOfTarget() tells classes from numbers", () => {
  assert.equal(typeOfTarget(checkLabels([0, 1])), "binary");
  assert.equal(typeOfTarget(checkLabels(["a", "b", "c"])), "multiclass");
  assert.equal(typeOfTarget(checkLabels([0.5, 1])), "continuous");
});

Deno.test("checkParameters() names parameter, rule and value", () => {
  const rules = { a: integer({ min: 1 }), b: either(oneOf("x", null), real({ above: 0, max: 1 })) };
  checkParameters("It", { a: 1, b: null }, rules);
  checkParameters("It", { a: 2, b: 0.5 }, rules);
  assert.throws(() => checkParameters("It", { a: 0, b: "x" }, rules), /It: a must be a whole number at least 1, got 0/);
  assert.throws(
    () => checkParameters("It", { a: 1, b: "y" }, rules),
    /It: b must be "x" or null, or a number larger than 0 and at most 1, got "y"/,
  );
});

Deno.test("numSamples() counts without converting", () => {
  assert.equal(numSamples(toNDArray([[1, 2], [3, 4], [5, 6]])), 3);
  assert.equal(numSamples({ data: new Float64Array(6), shape: [2, 3] }), 2);
  assert.equal(numSamples(["a"]), 1);
  assert.throws(() => numSamples(5), /expected a list or an array/);
});

Deno.test("weights that are all zero, and numbers too large to be whole, are refused by name", async () => {
  const X = [[0], [1], [2], [3]];
  const y = [0, 1, 0, 1];
  const zero = [0, 0, 0, 0];
  for (const model of [new DummyClassifier(), new DummyRegressor(), new GaussianNB(), new DecisionTreeClassifier()]) {
    await assert.rejects(async () => await model.fit(X, y, zero), /weigh|zero/, model.constructor.name);
  }
  await assert.rejects(new StandardScaler().fit(X, undefined, zero), /sampleWeight is 0 for every sample/);
  assert.throws(() => accuracyScore(y, y, { sampleWeight: zero }), /sampleWeight is 0 for every sample/);
  await assert.rejects(
    new ExtraTreesClassifier({ nEstimators: 1e308 }).fit(X, y),
    /ExtraTreesClassifier: nEstimators must be a whole number at least 1, got 1e\+308/,
  );
  await assert.rejects(
    new MiniBatchKMeans({ nClusters: 2, reassignmentRatio: 1.5 }).fit(X),
    /MiniBatchKMeans: reassignmentRatio must be a number at least 0 and at most 1, got 1.5/,
  );
  await assert.rejects(new DecisionTreeClassifier().decisionPath(X), NotFittedError);
});

Deno.test("GaussianNB says which feature does not vary where its probabilities are NaN", async () => {
  const { warn } = await captured(() => new GaussianNB().fit([[1, 2], [1, 2]], ["a", "a"]));
  assert.match(warn.join(" "), /GaussianNB: feature 0 has variance 0 in class a; .* raise varSmoothing/);
});
