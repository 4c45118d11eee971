import assert from "node:assert/strict";
import * as ml from "../../../ml/mod.ts";
import { assertClose, camelCase, golden } from "../golden.ts";

const values = golden("ml_model_selection_more");
// deno-lint-ignore no-explicit-any -- each takes options of its own
const splitters: Record<string, new (options?: any) => ml.CrossValidator> = {
  GroupKFold: ml.GroupKFold,
  StratifiedGroupKFold: ml.StratifiedGroupKFold,
  GroupShuffleSplit: ml.GroupShuffleSplit,
  LeaveOneGroupOut: ml.LeaveOneGroupOut,
  RepeatedKFold: ml.RepeatedKFold,
  RepeatedStratifiedKFold: ml.RepeatedStratifiedKFold,
  TimeSeriesSplit: ml.TimeSeriesSplit,
};
const lists = (splits: Iterable<ml.Split>): number[][][] => [...splits].map((pair) => pair.map((part) => [...part]));

for (const c of values.splits) {
  Deno.test(`${c.splitter}.split() splits as scikit-learn does: ${c.case}, ${JSON.stringify(c.params)}`, () => {
    const Splitter = splitters[c.splitter];
    const splitter = new Splitter(camelCase(c.params));
    const X = new ml.NDArray(new Float64Array(c.y.length), [c.y.length, 1]);
    const splits = lists(splitter.split(X, c.y, c.groups));
    assert.deepEqual(splits.map(([, test]) => test), c.tests);
    assert.equal(splitter.getNSplits(X, c.y, c.groups), c.n);
    for (const [s, [train, test]] of splits.entries()) {
      if (c.train !== null) assert.deepEqual(train, c.train[s]);
      else assert.deepEqual([...train, ...test].sort((a, b) => a - b), c.y.map((_: number, i: number) => i));
    }
  });
}

Deno.test("LeaveOneOut, LeavePOut, LeavePGroupsOut and PredefinedSplit split as scikit-learn's do", () => {
  const rows = (n: number): number[][] => Array.from({ length: n }, () => [0]);
  const { y, groups } = values.splits.find((c: { case: string }) => c.case === "text");
  assert.deepEqual(lists(new ml.LeaveOneOut().split(rows(4))).map(([, test]) => test), values.loo);
  assert.equal(new ml.LeaveOneOut().getNSplits(rows(4)), 4);
  assert.deepEqual(lists(new ml.LeavePOut(2).split(rows(5))), values.lpo);
  assert.equal(new ml.LeavePOut(2).getNSplits(rows(5)), 10);
  assert.equal(new ml.LeavePOut(3).getNSplits(rows(50)), 19600);
  assert.deepEqual(lists(new ml.LeavePGroupsOut(2).split(y, y, groups)), values.lpgo);
  assert.equal(new ml.LeavePGroupsOut(2).getNSplits(null, null, groups), values.lpgo.length);
  assert.deepEqual(lists(new ml.PredefinedSplit([0, 1, -1, 1, 5, 0]).split()), values.predefined);
});

Deno.test("splitters by groups and the like refuse what cannot be split", () => {
  const X = [[1], [2], [3], [4]];
  const all = (splitter: ml.CrossValidator, ...rest: (number[] | null)[]): unknown => [...splitter.split(X, ...rest)];
  assert.throws(() => all(new ml.GroupKFold({ nSplits: 2 })), /needs groups/);
  assert.throws(() => all(new ml.GroupKFold({ nSplits: 3 }), null, [1, 1, 2, 2]), /3 folds of 2 groups/);
  assert.throws(() => all(new ml.GroupKFold({ nSplits: 2 }), null, [1, 2]), /inconsistent numbers of samples/);
  assert.throws(() => new ml.GroupKFold({ randomState: 1 }), /no effect without shuffle/);
  assert.throws(() => all(new ml.StratifiedGroupKFold({ nSplits: 2 }), null, [1, 1, 2, 2]), /needs y/);
  assert.throws(
    () => all(new ml.StratifiedGroupKFold({ nSplits: 2 }), [0, 1, 2, 3], [1, 1, 2, 2]),
    /larger than every/,
  );
  assert.throws(() => all(new ml.StratifiedGroupKFold({ nSplits: 2 }), [0.5, 1, 2, 3], [1, 1, 2, 2]), /fractions/);
  assert.throws(() => all(new ml.LeaveOneGroupOut(), null, [1, 1, 1, 1]), /at least two groups, got 1/);
  assert.throws(() => all(new ml.LeavePGroupsOut(2), null, [1, 1, 2, 2]), /more than 2 groups, got 2/);
  assert.throws(() => all(new ml.LeavePOut(4)), /p=4 must be smaller/);
  assert.throws(() => new ml.LeavePOut(0), ml.InvalidParameterError);
  assert.throws(() => [...new ml.LeaveOneOut().split([[1]])], ml.SplitError);
  assert.throws(() => all(new ml.TimeSeriesSplit({ nSplits: 4 })), /need at least 5 samples, got 4/);
  assert.throws(() => all(new ml.TimeSeriesSplit({ nSplits: 2, testSize: 2 })), /too few for 2 divisions/);
  assert.throws(() => new ml.TimeSeriesSplit({ gap: -1 }), ml.InvalidParameterError);
  assert.throws(() => new ml.RepeatedKFold({ nRepeats: 0 }), ml.InvalidParameterError);
  assert.throws(() => new ml.PredefinedSplit([0.5]), ml.InvalidParameterError);
  assert.throws(() => all(new ml.GroupShuffleSplit({ testSize: 5 }), null, [1, 1, 2, 2]), ml.SplitError);
});

Deno.test("checkCv() shuffles when asked, and takes tables of targets for numbers", () => {
  const y = [0, 0, 0, 1, 1, 1];
  const cv = ml.checkCv(3, y, { classifier: true, shuffle: true, randomState: 2 });
  assert.deepEqual(
    lists(cv.split(y, y)),
    lists(new ml.StratifiedKFold({ nSplits: 3, shuffle: true, randomState: 2 }).split(y, y)),
  );
  assert.ok(ml.checkCv(2, [[0, 1], [1, 0]] as unknown as number[], { classifier: true }) instanceof ml.KFold);
});

const { stats } = ml;
const distributions: Record<string, ml.Distribution> = {
  uniform: stats.uniform(2, 3),
  loguniform: stats.loguniform(1e-3, 10),
  randint: stats.randint(-5, 50),
  norm: stats.norm(1, 2),
  halfnorm: stats.halfnorm(0, 3),
  lognorm: stats.lognorm(0.5, 1, 2),
  expon: stats.expon(1, 4),
  gamma: stats.gamma(2.5, 0, 2),
  gamma_small: stats.gamma(0.3),
  gamma_one: stats.gamma(1),
  beta: stats.beta(2, 3),
  beta_small: stats.beta(0.5, 0.7),
  chi2: stats.chi2(3),
  t: stats.t(4, 1, 2),
  triang: stats.triang(0.3, 1, 2),
  poisson: stats.poisson(3.5),
  poisson_large: stats.poisson(40),
  geom: stats.geom(0.5),
  geom_small: stats.geom(0.05),
};

for (const [name, distribution] of Object.entries(distributions)) {
  Deno.test(`stats draws what SciPy draws: ${name}`, () => {
    const rng = new ml.RandomState(7);
    assertClose(values.draws[name].map(() => distribution.rvs(rng) as number), values.draws[name], 1e-12, name);
  });
}

Deno.test("stats refuses parameters that a distribution cannot have", () => {
  const wrong = [
    () => stats.norm(0, -1),
    () => stats.norm(NaN),
    () => stats.gamma(0),
    () => stats.beta(1, -1),
    () => stats.triang(2),
    () => stats.geom(0),
    () => stats.t(0),
    () => stats.poisson(-1),
    () => stats.lognorm(0),
    () => stats.chi2(-1),
  ];
  for (const make of wrong) assert.throws(make, ml.InvalidParameterError);
});

Deno.test("Functions and splitters refuse options that they do not have", async () => {
  const { X, y } = ml.makeBlobs({ nSamples: 20, randomState: 0 });
  const wrong = (options: object): object => options;
  assert.throws(() => new ml.KFold(wrong({ nSplit: 3 })), /KFold: no option "nSplit"; did you mean "nSplits"/);
  assert.throws(() => new ml.ShuffleSplit(wrong({ testsize: 3 })), /did you mean "testSize"/);
  assert.throws(() => new ml.RepeatedKFold(wrong({ repeats: 3 })), /did you mean "nRepeats"/);
  assert.throws(() => new ml.TimeSeriesSplit(wrong({ shuffle: true })), /TimeSeriesSplit: no option "shuffle"/);
  assert.throws(() => ml.trainTestSplit(X, y, wrong({ random_state: 3 })), /did you mean "randomState"/);
  await assert.rejects(ml.crossValScore(new ml.GaussianNB(), X, y, wrong({ score: "f1" })), /did you mean "scoring"/);
  await assert.rejects(
    ml.crossValPredict(new ml.GaussianNB(), X, y, wrong({ params: {} })),
    /left out: give sampleWeight/,
  );
  await assert.rejects(ml.learningCurve(new ml.GaussianNB(), X, y, wrong({ sizes: [1] })), ml.UnknownNameError);
  await assert.rejects(ml.permutationTestScore(new ml.GaussianNB(), X, y, wrong({ nPerms: 3 })), ml.UnknownNameError);
});
