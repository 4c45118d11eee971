import assert from "node:assert/strict";
import {
  GaussianNB,
  GridSearchCV,
  HalvingGridSearchCV,
  HalvingRandomSearchCV,
  type NDArray,
  RandomizedSearchCV,
  Ridge,
  stats,
} from "../../../ml/mod.ts";
import { assertClose, camelCase, captured, golden } from "../golden.ts";
import { classes, regression, weights } from "../linear_model/data.ts";

const values = golden("ml_odd_data");
const SMOOTHING = [1e-9, 0.02, 3];
/** What all searches have, whatever they take candidates from. */
type Search = new (estimator: GaussianNB, space: unknown, options: object) => GridSearchCV;
const searches = {
  GridSearchCV,
  RandomizedSearchCV,
  HalvingGridSearchCV,
  HalvingRandomSearchCV,
} as unknown as Record<string, Search>;

/** The candidates of ml_odd_data.py. */
// deno-lint-ignore no-explicit-any -- each search has its own kind of space
function spaceOf(kind: string, space: unknown): any {
  if (space === "log") return { varSmoothing: stats.loguniform(1e-9, 10) };
  if (space === "mixed") return [{ varSmoothing: stats.uniform(0, 2) }, { varSmoothing: SMOOTHING }];
  const grid = { varSmoothing: SMOOTHING };
  return kind === "GridSearchCV" && space === "" ? [grid, { priors: [null], varSmoothing: [1] }] : grid;
}

for (const c of values.searches) {
  const how = `${c.data}, ${JSON.stringify(c.params)}${c.weighted ? ", weighted" : ""}`;
  Deno.test(`${c.kind} goes scikit-learn's way on odd data: ${how}`, async () => {
    const { X, y, T } = await classes(c.data);
    const Search = searches[c.kind];
    const search = new Search(new GaussianNB(), spaceOf(c.kind, c.space), camelCase(c.params));
    const options = c.weighted ? { sampleWeight: weights(X.length).map((w) => w + 0.5) } : {};
    await captured(() => search.fit(X, y, options));
    const { cvResults_: results } = search;
    assertClose(results.params.map((p) => p.varSmoothing as number), c.smoothing, 1e-12, "candidates");
    assertClose(results.meanTestScore, c.mean, 1e-9, "means");
    assertClose(results.stdTestScore as NDArray, c.std, 1e-9, "deviations");
    assert.deepEqual((results.rankTestScore as NDArray).toArray(), c.rank);
    assert.equal(search.bestIndex_, c.best_index);
    assert.deepEqual(Array.from(await search.predict(T) as Iterable<number>), c.predict);
    if (c.resources) assert.deepEqual((search as unknown as HalvingGridSearchCV).nResources_, c.resources);
  });
}

Deno.test("GridSearchCV leaves one of two samples out", async () => {
  const { X, y, T } = regression("two_samples");
  const options = { cv: 2, scoring: "neg_mean_squared_error" };
  const search = await new GridSearchCV(new Ridge(), { alpha: [0.1, 1, 30] }, options).fit(X, y);
  assertClose(search.cvResults_.meanTestScore, values.two_samples.mean, 1e-12);
  assert.deepEqual(search.bestParams_, values.two_samples.best);
  assertClose(await search.predict(T) as NDArray, values.two_samples.predict, 1e-12);
});
