import assert from "node:assert/strict";
import {
  checkCv,
  type CrossValidator,
  InvalidParameterError,
  KFold,
  NDArray,
  ShuffleSplit,
  SplitError,
  StratifiedKFold,
  StratifiedShuffleSplit,
  trainTestSplit,
} from "../../../ml/mod.ts";
import { camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_model_selection");
const splitters = { KFold, StratifiedKFold, ShuffleSplit, StratifiedShuffleSplit };

const lists = (splits: Iterable<readonly [Int32Array, Int32Array]>): number[][][] =>
  [...splits].map((pair) => pair.map((part) => Array.from(part)));

for (const [i, c] of values.splits.entries()) {
  Deno.test(`${c.splitter}.split() splits as scikit-learn does, case ${i}`, () => {
    const Splitter = splitters[c.splitter as keyof typeof splitters];
    const splitter: CrossValidator = new Splitter(camelCase(c.params));
    const X = new NDArray(new Float64Array(c.y.length), [c.y.length, 1]);
    assert.deepEqual(lists(splitter.split(X, c.y)), c.splits);
    assert.equal(splitter.getNSplits(), c.splits.length);
  });
}

for (const [i, c] of values.train_test.entries()) {
  Deno.test(`trainTestSplit() divides as scikit-learn does, case ${i}`, () => {
    const x = Int32Array.from(c.y.keys());
    const params = { ...camelCase(c.params), stratify: c.stratify ? c.y : null };
    const [train, test] = trainTestSplit(x, params);
    assert.deepEqual(Array.from(train), c.train);
    assert.deepEqual(Array.from(test), c.test);
  });
}

Deno.test("trainTestSplit() divides arrays of all kinds alike", () => {
  const X = new NDArray(Float64Array.from({ length: 8 }, (_, i) => i), [4, 2]);
  const [XTrain, XTest, yTrain, yTest, wTrain, wTest] = trainTestSplit(X, ["a", "b", "c", "d"], [0, 1, 2, 3], {
    testSize: 1,
    randomState: 0,
  });
  assert.deepEqual(XTrain.toArray(), wTrain.map((i) => [2 * i, 2 * i + 1]));
  assert.deepEqual(XTest.toArray(), wTest.map((i) => [2 * i, 2 * i + 1]));
  assert.deepEqual([...yTrain, ...yTest], [...wTrain, ...wTest].map((i) => "abcd"[i]));
});

Deno.test("trainTestSplit() refuses sizes that do not fit", () => {
  const x = [1, 2, 3, 4];
  for (const testSize of [0, 4, 1.5, -1, NaN]) assert.throws(() => trainTestSplit(x, { testSize }), SplitError);
  assert.throws(() => trainTestSplit(x, { testSize: 2, trainSize: 3 }), /come to 5, more than 4 samples/);
  assert.throws(() => trainTestSplit([1], {}), SplitError);
  assert.throws(() => trainTestSplit(x, [1, 2]), /inconsistent numbers of samples/);
  assert.throws(() => trainTestSplit(x, { stratify: [0, 0, 0, 1] }), /1 has 1/);
  assert.throws(() => trainTestSplit(x, { stratify: [0, 0, 1, 1], testSize: 1 }), /no room for 2 classes/);
  assert.throws(() => trainTestSplit(x, { stratify: x, shuffle: false }), SplitError);
});

Deno.test("splitters refuse folds that cannot be made", async () => {
  assert.throws(() => new KFold({ nSplits: 1 }), InvalidParameterError);
  assert.throws(() => new KFold({ randomState: 0 }), /no effect without shuffle/);
  assert.throws(() => [...new KFold({ nSplits: 4 }).split([[1], [2], [3]])], /cannot make 4 folds of 3 samples/);
  const X = [1, 2, 3, 4, 5, 6].map((v) => [v]);
  assert.throws(() => [...new StratifiedKFold({ nSplits: 4 }).split(X, [0, 0, 0, 1, 1, 1])], /larger than every class/);
  assert.throws(() => [...new StratifiedKFold().split(X)], /needs y/);
  assert.throws(() => [...new StratifiedKFold({ nSplits: 2 }).split(X, [0.5, 1, 2, 3, 4, 5])], /fractions/);
  const { warn } = await captured(() => [...new StratifiedKFold({ nSplits: 3 }).split(X, [0, 0, 0, 0, 1, 1])]);
  assert.match(warn[0], /only 2 samples for 3 folds/);
});

Deno.test("checkCv() chooses stratified folds for classes, and takes lists of splits", () => {
  const y = [0, 0, 1, 1];
  assert.ok(checkCv(2, y, { classifier: true }) instanceof StratifiedKFold);
  assert.ok(checkCv(2, [0.1, 0.2, 0.3, 0.4], { classifier: true }) instanceof KFold);
  assert.ok(checkCv(2, y) instanceof KFold);
  assert.equal(checkCv(null).getNSplits(), 5);
  // As StratifiedKFold itself: a class that is too small for its folds is warned of, not refused.
  assert.equal([...checkCv(3, [0, 0, 0, 1], { classifier: true }).split([1, 2, 3, 4], [0, 0, 0, 1])].length, 3);
  for (const bad of [1, 0, -1, 1.5, NaN, Infinity]) {
    assert.throws(() => checkCv(bad, y), new RegExp(`cv must be a whole number of folds, at least 2, .* got ${bad}`));
  }
  assert.throws(() => checkCv([]), /cv is an empty list/);
  const given = checkCv([[[0, 1], [2, 3]], [Int32Array.of(2, 3), [0, 1]]]);
  assert.deepEqual(lists(given.split(y)), [[[0, 1], [2, 3]], [[2, 3], [0, 1]]]);
  assert.throws(() => checkCv("5" as unknown as number), SplitError);
  assert.throws(() => checkCv([[0, 1]] as unknown as number), SplitError);
});
