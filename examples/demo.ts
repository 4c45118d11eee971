/**
 * The randomized search of joblib's Dask page, on a cluster: 50 candidates for a support vector machine on the 1,797 digits.
 *
 *     deno task demo
 *     deno task demo --scheduler tcp://10.0.0.5:8786 --keys DIR
 */

import { checkAddress, commandLine, orExit } from "../actors/cli/mod.ts";
import { Client, loadDigits, parallelBackend, RandomizedSearchCV, SVC } from "../mod.ts";
import { progressBar } from "./progress_bar.ts";

const options = commandLine({
  name: "demo",
  about: "The randomized SVM search of joblib's documentation on the digits, on a cluster.",
  positionals: [],
  options: {
    scheduler: {
      value: "ADDRESS",
      check: checkAddress,
      help: "Use a running cluster (tcp://host:port) instead of starting one here.",
    },
    keys: { value: "DIR", needs: "scheduler", help: 'Keys for it, as made by "deno task keys DIR".' },
    candidates: { value: "N", integer: [1, 1768], help: "How many candidates to try. Default: 50." },
  },
});

const logspace = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => 10 ** (from + i * (to - from) / (n - 1)));

const paramSpace = {
  C: logspace(-6, 6, 13),
  gamma: logspace(-8, 8, 17),
  tol: logspace(-4, -1, 4),
  classWeight: [null, "balanced"],
};

const { X, y } = loadDigits();
const nIter = options.number("candidates") ?? 50;
const cv = 3;

const started = performance.now();
const scheduler = options.text("scheduler");
await using client = await orExit(
  scheduler === undefined ? Client.local() : Client.connect(scheduler, { keys: options.text("keys") }),
);
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
