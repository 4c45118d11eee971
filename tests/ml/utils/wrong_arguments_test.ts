import assert from "node:assert/strict";
import * as ml from "../../../ml/mod.ts";

const X = [[1, 2], [3, 5], [4, 1], [7, 8]];
const y = [0, 1, 0, 1];
const A = [[2, 1], [1, 3]];

/** Arguments of a wrong kind, and what must be said of them: the function, the argument, what was expected. */
// deno-lint-ignore no-explicit-any -- callers without types give whatever they like
const cases: Record<string, [(wrong: any) => unknown, RegExp]> = {
  stack: [(v) => ml.stack(v), /stack\(\): expected a list of ChunkedArrays, got (null|number)$/],
  "stack of what is no chunked array": [(v) => ml.stack([v]), /stack\(\): array 0 must be a ChunkedArray, got/],
  concatenate: [(v) => ml.concatenate(v), /concatenate\(\): expected a list of ChunkedArrays, got (null|number)$/],
  fromDelayed: [(v) => ml.fromDelayed(v, v), /fromDelayed\(\): declared must be an object with the shape/],
  fromFutures: [(v) => ml.fromFutures(v, v), /fromFutures\(\): expected a list of futures/],
  fromArray: [(v) => ml.fromArray(X, v), /fromArray\(\): options must be an object/],
  fromColumns: [(v) => ml.fromColumns(v), /fromColumns: columns must be a list, got (null|number)$/],
  Table: [(v) => new ml.Table(v), /Table: columns must be lists by name, got (null|number)$/],
  NDArray: [(v) => new ml.NDArray(v), /NDArray: data must be a typed array/],
  "NDArray's shape": [(v) => new ml.NDArray(new Float64Array(3), v), /NDArray: shape must be a list of lengths/],
  makeColumnTransformer: [(v) => ml.makeColumnTransformer(v), /makeColumnTransformer: parts must be a list of pairs/],
  makeColumnSelector: [(v) => ml.makeColumnSelector(v), /makeColumnSelector: options must be an object/],
  solve: [(v) => ml.solve(A, [1, 2], v), /solve\(\): options must be an object/],
  lstsq: [(v) => ml.lstsq(A, [1, 2], v), /lstsq\(\): options must be an object/],
  checkNFeatures: [
    (v) => ml.checkNFeatures(v, new ml.NDArray(new Float64Array(2), [1, 2]), "f"),
    /checkNFeatures: est/,
  ],
  "checkNFeatures of X": [(v) => ml.checkNFeatures({ nFeaturesIn_: 2 }, v, "f"), /checkNFeatures: X must be an NDArr/],
  checkIsFitted: [(v) => ml.checkIsFitted(v), /checkIsFitted: estimator must be an estimator, got (null|number)$/],
  checkFeatures: [(v) => ml.checkFeatures(v, X, 2, "f"), /checkFeatures: estimator must be an estimator/],
  clone: [(v) => ml.clone(new ml.PCA(), v), /clone: options must be an object/],
  computeClassWeight: [(v) => ml.computeClassWeight(null, v), /computeClassWeight: the second argument/],
  encodeLabels: [(v) => ml.encodeLabels(v), /encodeLabels: y must be an NDArray, got (null|number)$/],
  checkArray: [(v) => ml.checkArray(X, v), /checkArray: options must be an object/],
  checkCv: [(v) => ml.checkCv(5, y, v), /checkCv: options must be an object/],
  GroupShuffleSplit: [(v) => new ml.GroupShuffleSplit(v), /GroupShuffleSplit: options must be an object/],
  makeScorer: [(v) => ml.makeScorer(ml.f1Score, v), /makeScorer: options must be an object/],
  getScorer: [(v) => ml.getScorer(v), /getScorer: expected the name of a scorer, got (null|number)$/],
  makeCircles: [(v) => ml.makeCircles(v), /makeCircles: options must be an object/],
  Parallel: [(v) => new ml.Parallel(v), /Parallel: options must be an object/],
  parallelBackend: [(v) => ml.parallelBackend("sequential", {}, v), /parallelBackend: body must be a function/],
  checkEstimator: [(v) => ml.checkEstimator(v), /checkEstimator: estimator must be an estimator/],
  loadBytes: [(v) => ml.loadBytes(v), /loadBytes: bytes must be a Uint8Array, got (null|number)$/],
  dump: [(v) => ml.dump(new ml.PCA(), v), /dump: path must be the path or the URL of a file, got (null|number)$/],
  validationCurve: [
    (v) => ml.validationCurve(new ml.PCA(), X, y, { paramName: v, paramRange: [1] }),
    /validationCurve: paramName must be the name of a parameter/,
  ],
};

for (const [name, [call, says]] of Object.entries(cases)) {
  Deno.test(`${name} says which argument is of a wrong kind`, async () => {
    for (const wrong of [null, 3]) {
      await assert.rejects(async () => await call(wrong), (error: Error) => {
        assert.match(error.message, says);
        return true;
      });
    }
  });
}

Deno.test("trainTestSplit() says which array is null", () => {
  assert.throws(
    () => ml.trainTestSplit(...[y, y, null] as unknown as [number[], number[]]),
    /^InvalidInputError: trainTestSplit: array 3 is null/,
  );
});

Deno.test("permutationTestScore() says that there are no targets", async () => {
  const none = null as unknown as number[];
  await assert.rejects(
    ml.permutationTestScore(new ml.LinearRegression(), X, none, { cv: 2 }),
    /permutationTestScore: y must be the targets/,
  );
});
