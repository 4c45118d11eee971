/**
 * The notebook's first half: fit, score, then a grid search on the cluster, with the data sent once.
 *
 *     deno run -A examples/notebook.ts [--samples 1000]
 */

import { parseArgs } from "node:util";
import { Client, GridSearchCV, makeClassification, parallelBackend, SVC } from "../mod.ts";

const { values } = parseArgs({ options: { samples: { type: "string", default: "1000" } } });

const { X, y } = makeClassification({ nSamples: Number(values.samples), nFeatures: 4, randomState: 0 });

const estimator = new SVC({ randomState: 0 });
await estimator.fit(X, y);
console.log("support vectors:", estimator.supportVectors_.shape.join(" × "));
console.log("score:", (await estimator.score(X, y)).toFixed(4));

await using client = await Client.local();
const search = new GridSearchCV(
  new SVC({ gamma: "auto", randomState: 0 }),
  { C: [0.001, 0.1, 1, 2.5, 5, 10], kernel: ["rbf", "poly", "linear"], shrinking: [true, false] },
  { cv: 5, verbose: 1 },
);
await parallelBackend("cluster", { client, scatter: [X, y] }, () => search.fit(X, y));
console.log("candidates:", search.cvResults_.params.length);
console.log("best:", JSON.stringify(search.bestParams_), search.bestScore_.toFixed(4));
