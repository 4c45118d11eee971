/**
 * A support vector machine is fitted and scored here; a grid of others is searched on a cluster of this machine, with the data sent there once.
 *
 *     deno run -A examples/grid_search.ts [--samples 10000]
 */

import { commandLine } from "../actors/cli/mod.ts";
import { Client, GridSearchCV, makeClassification, parallelBackend, SVC } from "../mod.ts";

const options = commandLine({
  name: "grid_search",
  start: "deno run -A examples/grid_search.ts",
  about: "A support vector machine, and a grid of others on a cluster of this machine.",
  positionals: [],
  options: { samples: { value: "N", integer: [100, 1_000_000], help: "Rows of the data. Default: 10000." } },
});

const { X, y } = makeClassification({ nSamples: options.number("samples") ?? 10_000, nFeatures: 4, randomState: 0 });

const estimator = new SVC({ randomState: 0 });
await estimator.fit(X, y);
console.log("support vectors:", estimator.supportVectors_.shape); // what was learned ends in _
console.log("score:", await estimator.score(X, y));

await using client = await Client.local(); // scheduler and worker processes of this machine
// await using client = await Client.connect("tcp://10.0.0.5:8786", { keys: "keys/" });

const search = new GridSearchCV(
  new SVC({ gamma: "auto", randomState: 0, probability: true }),
  { C: [0.001, 0.1, 1, 2.5, 5, 10], kernel: ["rbf", "poly", "linear"], shrinking: [true, false] },
  { cv: 5, verbose: 2 },
);
await parallelBackend("cluster", { client, scatter: [X, y] }, () => search.fit(X, y));
console.log("best:", search.bestParams_, search.bestScore_);
console.log("candidates:", search.cvResults_.params.length);
