/**
 * The notebook, from its first section to the large grid: make data, fit, score, change a hyperparameter, search on one
 * machine, then search a larger grid on the cluster with the data sent once.
 *
 *     deno run -A examples/notebook.ts [--samples 10000]
 */

import { parseArgs } from "node:util";
import { Client, GridSearchCV, makeClassification, parallelBackend, SVC } from "../mod.ts";

const { values } = parseArgs({ options: { samples: { type: "string", default: "10000" } } });

// Some random data.
const { X, y } = makeClassification({ nSamples: Number(values.samples), nFeatures: 4, randomState: 0 });
console.log(X.slice(0, 5));

// Create the estimator and fit it.
let estimator = new SVC({ randomState: 0 });
await estimator.fit(X, y);

// Inspect what it has learned.
console.log(estimator.supportVectors_.slice(0, 4));

// Check the accuracy.
console.log("score:", await estimator.score(X, y));

// Hyperparameters affect the fit, but are given, and not learned.
estimator = new SVC({ C: 0.00001, shrinking: false, randomState: 0 });
await estimator.fit(X, y);
console.log(estimator.supportVectors_.slice(0, 4));
console.log("score:", await estimator.score(X, y));

// Hyperparameter optimisation: a brute-force search over a grid.
estimator = new SVC({ gamma: "auto", randomState: 0, probability: true });
const small = { C: [0.001, 10.0], kernel: ["rbf", "poly"] };
await new GridSearchCV(estimator, small, { verbose: 2, cv: 2 }).fit(X, y);

// On the cores of this machine: scikit-learn's nJobs.
await new GridSearchCV(estimator, small, { verbose: 2, cv: 2, nJobs: -1 }).fit(X, y);

// On a cluster: here one of this machine; Client.connect("tcp://my.scheduler.address:8786") for another.
await using client = await Client.local();

const grid = {
  C: [0.001, 0.1, 1.0, 2.5, 5, 10.0],
  kernel: ["rbf", "poly", "linear"],
  shrinking: [true, false],
};
const search = new GridSearchCV(estimator, grid, { verbose: 2, cv: 5, nJobs: -1 });
await parallelBackend("cluster", { client, scatter: [X, y] }, () => search.fit(X, y));
console.log("best:", search.bestParams_, search.bestScore_);
console.log("probabilities:", await search.predictProba(X.slice(0, 3)));
