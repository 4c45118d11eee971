import assert from "node:assert/strict";
import {
  crossValidate,
  type CvResults,
  GridSearchCV,
  makeClassification,
  makeScorer,
  NDArray,
  parallelBackend,
  RandomState,
  ShuffleSplit,
} from "../../../mod.ts";
import { decodeSplits, encodeSplits } from "../../../ml/model_selection/split_code.ts";
import { captured } from "../golden.ts";
import { Broken, Inverted, PlannedThreshold, Threshold } from "./planned.ts";

const { X, y } = makeClassification({ nSamples: 120, nFeatures: 4, shift: 2, randomState: 0 });
const grid = { cut: [0.5, 2, 7, 1] };
const margin = (estimator: Threshold): number => estimator.level_;
const scoring = { acc: "accuracy", auc: "roc_auc", level: margin, top: makeScorer((_t, d) => d.max()) };

function assertSame(a: CvResults, b: CvResults): void {
  assert.deepEqual(Object.keys(a), Object.keys(b));
  for (const [key, column] of Object.entries(a)) {
    if (!(column instanceof NDArray) || key.includes("Time")) continue;
    const other = b[key] as NDArray<Float64Array>;
    column.data.forEach((v, i) => assert.ok(Math.abs(Number(v) - other.data[i]) < 1e-12, `${key}[${i}]`));
  }
}

Deno.test("a plan is asked for what scorers want, and makes estimators only where one is looked at", async () => {
  PlannedThreshold.asked.length = PlannedThreshold.made = 0;
  await new GridSearchCV(new PlannedThreshold(), grid, { cv: 2, refit: false }).fit(X, y);
  assert.deepEqual(PlannedThreshold.asked, new Array(6).fill(["predict"]));
  assert.equal(PlannedThreshold.made, 0);
  await new GridSearchCV(new PlannedThreshold(), grid, { cv: 2, scoring, refit: false }).fit(X, y);
  assert.deepEqual(PlannedThreshold.asked.at(-1), ["predict", "decisionFunction", "estimator"]);
  assert.equal(PlannedThreshold.made, 6);
  const scores = await crossValidate(new PlannedThreshold(), X, y, { cv: 2, returnEstimator: true });
  assert.equal(PlannedThreshold.made, 8);
  assert.ok(scores.estimator?.every((e) => e instanceof PlannedThreshold && e.level_ > 0));
});

Deno.test("a class that inherits a plan does not use it", async () => {
  const [straight, inverted] = [new PlannedThreshold(), new Inverted()];
  const a = await crossValidate(straight, X, y, { cv: 3 });
  const b = await crossValidate(inverted, X, y, { cv: 3 });
  a.testScore.data.forEach((v, i) => assert.ok(Math.abs(v + b.testScore.data[i] - 1) < 1e-12));
});

Deno.test("fits that a plan cannot give are done one by one, and fail one by one", async () => {
  const single = await new GridSearchCV(new Threshold(), grid, { cv: 3 }).fit(X, y);
  assertSame((await new GridSearchCV(new Broken(), grid, { cv: 3 }).fit(X, y)).cvResults_, single.cvResults_);
  const search = new GridSearchCV(new PlannedThreshold(), { fail: [false, true], cut: [1, 2] }, { cv: 2 });
  const { warn } = await captured(() => search.fit(X, y));
  assert.match(warn[0], /4 of 8 fits failed.*told to fail/s);
  assert.deepEqual(search.cvResults_.meanTestScore.toArray().map(Number.isNaN), [false, true, false, true]);
  const raise = new GridSearchCV(new PlannedThreshold(), { fail: [false, true] }, { cv: 2, errorScore: "raise" });
  await assert.rejects(raise.fit(X, y), /told to fail/);
});

Deno.test("a scorer that fails on a planned fit is reported", async () => {
  const bad = makeScorer(() => {
    throw new RangeError("no score");
  });
  const search = new GridSearchCV(new PlannedThreshold(), grid, { cv: 2, scoring: bad, errorScore: -1, refit: false });
  const { warn } = await captured(() => search.fit(X, y));
  assert.match(warn[0], /scoring failed.*no score/s);
  assert.deepEqual(search.cvResults_.meanTestScore.toArray(), [-1, -1, -1, -1]);
  const raise = new GridSearchCV(new PlannedThreshold(), grid, { cv: 2, scoring: bad, errorScore: "raise" });
  await assert.rejects(raise.fit(X, y), /no score/);
});

Deno.test("a planned search says how far it is, a line for each fit", async () => {
  const search = new GridSearchCV(new PlannedThreshold(), grid, { cv: 2, verbose: 10 });
  const { log } = await captured(() => search.fit(X, y));
  assert.equal(log.filter((l) => / START cut=/.test(l)).length, 8);
  assert.equal(log.filter((l) => / END .*cut=.*, score=0\.\d{3} total time= /.test(l)).length, 8);
});

Deno.test("encodeSplits() keeps splits as they are", () => {
  const i32 = (...v: number[]): Int32Array => Int32Array.from(v);
  const folds = [[i32(1, 2, 3), i32(0, 4)], [i32(0, 1, 2, 4), i32(3)]] as const;
  const coded = encodeSplits(folds, 5);
  assert.ok(coded.folds instanceof Uint8Array && coded.splits === undefined);
  assert.deepEqual(decodeSplits(coded), folds);
  for (
    const odd of [
      [[i32(2, 1, 3), i32(0, 4)]],
      [[i32(1, 2), i32(0, 4)]],
      [[i32(1, 2, 3), i32(0, 4)], [i32(0, 1, 2), i32(3, 4)]],
      [[i32(0, 2, 3), i32(0, 4)]],
    ] as [Int32Array, Int32Array][][]
  ) assert.equal(decodeSplits(encodeSplits(odd, 5)), odd);
});

// Last: the runner goes on to the next test in the scope in which threads were started.
for (const backend of ["sequential", "threads"] as const) {
  Deno.test(`a planned search comes to what single fits come to: ${backend}`, async () => {
    const sampleWeight = new RandomState(1).uniform(0, 2, 120).data;
    for (
      const options of [{}, { returnTrainScore: true, scoring, refit: "acc" }, {
        cv: new ShuffleSplit({ nSplits: 3, randomState: 0 }),
      }]
    ) {
      for (const fitOptions of [{}, { sampleWeight }]) {
        const search = (estimator: object) => new GridSearchCV(estimator, grid, options).fit(X, y, fitOptions);
        const [planned, single] = await parallelBackend(
          backend,
          { nJobs: 2 },
          () => Promise.all([search(new PlannedThreshold()), search(new Threshold())]),
        );
        assertSame(planned.cvResults_, single.cvResults_);
        assert.deepEqual(planned.bestParams_, single.bestParams_);
        assert.ok(planned.cvResults_.meanFitTime.data.every((t) => t > 0));
      }
    }
  });
}
