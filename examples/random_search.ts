/**
 * joblib's page: a randomized search over an SVM's hyperparameters on the digits, on a cluster, with nothing changed but
 * the backend; then with the data scattered beforehand.
 *
 *     deno run -A examples/random_search.ts [--iterations 50]
 */

import { commandLine } from "../actors/cli/mod.ts";
import { Client, delayed, loadDigits, logspace, Parallel, parallelBackend, RandomizedSearchCV, SVC } from "../mod.ts";

const options = commandLine({
  name: "random_search",
  start: "deno run -A examples/random_search.ts",
  about: "A randomized search over an SVM's hyperparameters on the digits, on a cluster.",
  positionals: [],
  options: { iterations: { value: "N", integer: [1, 1768], help: "Candidates. Default: 50." } },
});

await using client = await Client.local(); // create a local cluster
// await using client = await Client.connect("tcp://scheduler-address:8786");

// Any code that is written for joblib runs on the cluster.
const roots = await parallelBackend(
  "cluster",
  { client },
  () => new Parallel({ verbose: 0 }).run([1, 4, 9].map((x) => delayed(Math.sqrt)(x))),
);
console.log(roots);

const digits = loadDigits();

const paramSpace = {
  C: logspace(-6, 6, 13),
  gamma: logspace(-8, 8, 17),
  tol: logspace(-4, -1, 4),
  classWeight: [null, "balanced"],
};

const model = new SVC({ kernel: "rbf" });
const nIter = options.number("iterations") ?? 50;
const search = new RandomizedSearchCV(model, paramSpace, { cv: 3, nIter, verbose: 10, randomState: 0 });
await parallelBackend("cluster", { client }, () => search.fit(digits.X, digits.y));
console.log("best:", search.bestParams_, search.bestScore_);

// For large arguments that many tasks use, it is better to send the data to every worker once, before the first of them.
const again = new RandomizedSearchCV(model, paramSpace, { cv: 3, nIter, verbose: 1, randomState: 0 });
await parallelBackend("cluster", { client, scatter: [digits.X, digits.y] }, () => again.fit(digits.X, digits.y));
console.log("best:", again.bestParams_, again.bestScore_);
