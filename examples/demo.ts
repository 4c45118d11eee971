/**
 * The randomized search of joblib's Dask page, on a cluster: 50 candidates for a support vector machine on the 1,797 digits.
 *
 *     deno task demo
 *     deno task demo --scheduler tcp://10.0.0.5:8786 --keys DIR
 */

import { parseArgs } from "node:util";
import process from "node:process";
import { Client, loadDigits, parallelBackend, RandomizedSearchCV, SVC } from "../mod.ts";
import { progressBar } from "./progress_bar.ts";

const HELP = `The randomized SVM search of joblib's documentation on the digits, on a cluster.

Usage: deno task demo [options]

  --scheduler ADDRESS  use a running cluster (tcp://host:port) instead of starting one here
  --keys DIR           keys for it, as made by "deno task keys DIR"
  --candidates N       how many candidates to try (default 50)
  --help               this text
`;

const { values: options } = parseArgs({
  options: {
    scheduler: { type: "string" },
    keys: { type: "string" },
    candidates: { type: "string", default: "50" },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const logspace = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => 10 ** (from + i * (to - from) / (n - 1)));

const paramSpace = {
  C: logspace(-6, 6, 13),
  gamma: logspace(-8, 8, 17),
  tol: logspace(-4, -1, 4),
  classWeight: [null, "balanced"],
};

const { X, y } = loadDigits();
const nIter = Number(options.candidates);
const cv = 3;

const started = performance.now();
await using client = options.scheduler === undefined
  ? await Client.local()
  : await Client.connect(options.scheduler, { keys: options.keys });
const threads = (await client.waitForWorkers()).reduce((n, w) => n + w.threads, 0);
console.log(`${nIter} candidates, ${cv} folds, ${X.shape.join(" × ")} digits, ${threads} threads`);

const search = new RandomizedSearchCV(new SVC({ kernel: "rbf" }), paramSpace, { cv, nIter, randomState: 0 });
{
  using bar = progressBar("fits");
  await parallelBackend("cluster", { client, scatter: [X, y], onProgress: bar.update }, () => search.fit(X, y));
}
const seconds = (performance.now() - started) / 1000;

console.log("best parameters:", search.bestParams_);
console.log("best score:", search.bestScore_.toFixed(6));
console.log(`time: ${seconds.toFixed(2)} s (the cluster's start and the refit included)`);
