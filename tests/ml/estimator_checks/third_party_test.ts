import assert from "node:assert/strict";
import {
  checkEstimator,
  Client,
  dumpBytes,
  GridSearchCV,
  loadBytes,
  loadIris,
  makePipeline,
  parallelBackend,
  StandardScaler,
} from "../../../mod.ts";
import { NearestMean } from "./nearest_mean.ts";

const { X, y } = loadIris();
const grid = { nearestmean__metric: ["euclidean", "manhattan"], nearestmean__shrink: [0, 0.5, 2] };

Deno.test("checkEstimator() passes an estimator of somebody else's, written by the ten steps", async () => {
  const results = await checkEstimator(new NearestMean());
  assert(results.filter((r) => r.status === "passed").length > 20);
  assert.deepEqual(results.filter((r) => r.status === "failed"), []);
});

Deno.test("an estimator of somebody else's says what scikit-learn's has and it has not", () => {
  assert.throws(
    () => new NearestMean({ priors: [1] } as object),
    /priors of scikit-learn is left out here: they would/,
  );
});

Deno.test("an estimator of somebody else's is kept in files where it is named", async () => {
  const model = await new NearestMean().fit(X, y);
  const again = await loadBytes<NearestMean>(await dumpBytes(model, { known: { NearestMean } }), {
    known: { NearestMean },
  });
  assert.deepEqual([...(await again.predict(X)).data], [...(await model.predict(X)).data]);
});

Deno.test("an estimator of somebody else's is searched on a cluster, with the results of one thread", async () => {
  const make = (): GridSearchCV =>
    new GridSearchCV(makePipeline(new StandardScaler(), new NearestMean()), grid, { cv: 3, nJobs: -1 });
  const here = await parallelBackend("sequential", {}, () => make().fit(X, y));
  assert.equal(here.cvResults_.meanTestScore.data.filter(Number.isNaN).length, 2); // shrink: 2 is refused
  await using client = await Client.local({ workers: 2 });
  const there = await parallelBackend("cluster", { client, scatter: [X, y] }, () => make().fit(X, y));
  assert.deepEqual([...there.cvResults_.meanTestScore.data], [...here.cvResults_.meanTestScore.data]);
  assert.deepEqual([...await there.predict(X) as Iterable<unknown>], [...await here.predict(X) as Iterable<unknown>]);
});
