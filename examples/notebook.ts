/**
 * The notebook on parallel and distributed machine learning, from top to bottom: a model that is fitted and scored, searches over hyperparameters on
 * one machine and on a cluster, and clusters in data that is made on the workers and larger than their memory.
 *
 *     deno run -A examples/notebook.ts [--size small|medium|full]
 *
 * The size is that of the blobs at the end: `small` takes seconds; `medium` is 0.64 GB, all in memory; `full` 500 blocks of 200,000 × 20, which is
 * 16 GB, with 8 GB of memory.
 *
 * `notebook.ipynb` beside this file holds the same for `deno jupyter`, cell by cell. It is made of this file: `deno run -A tests/examples/cells.ts`.
 */

// %% [markdown]
// # Parallel and Distributed Machine Learning
//
// To open this page as a notebook: `deno jupyter --install`, and then Jupyter in the folder `examples/`.

// %%
import { commandLine } from "../actors/cli/mod.ts";
import {
  Client,
  concatenate,
  fromDelayed,
  GridSearchCV,
  KMeans,
  makeBlobs,
  makeClassification,
  NDArray,
  parallelBackend,
  SVC,
} from "../mod.ts";

const sizes = {
  small: { nSamplesPerBlock: 2_000, nBlocks: 8, memoryLimit: undefined },
  medium: { nSamplesPerBlock: 200_000, nBlocks: 20, memoryLimit: undefined },
  full: { nSamplesPerBlock: 200_000, nBlocks: 500, memoryLimit: "8GB" },
};
// In the notebook, another size is chosen by changing the default.
const size = commandLine({
  name: "notebook",
  start: "deno run -A examples/notebook.ts",
  about: "Parallel and distributed machine learning, from top to bottom.",
  positionals: [],
  options: { size: { value: "SIZE", choices: Object.keys(sizes), help: "Of the blobs at the end. Default: small." } },
}).text("size") ?? "small";
const { nSamplesPerBlock, nBlocks, memoryLimit } = sizes[size as keyof typeof sizes];

// %% [markdown]
// ## Types of Scaling
//
// Work outgrows a program in two ways, and each wants its own answer.
//
// 1. **Large models.** The data fits into memory, but there is much to compute: many hyperparameters to try, many trees to
//    grow. The same estimators do it: `nJobs` for the cores of a machine, `parallelBackend("cluster", …)` for those of
//    many.
// 2. **Large datasets.** The data does not fit into memory, and a sample of it would not do. Then it lies in blocks on the
//    workers, as a `ChunkedArray`, and the estimators that take one go where the blocks are.
//
// Where neither is the case, an estimator alone is all that is needed.

// %% [markdown]
// ## Scikit-Learn's API in 5 Minutes
//
// Some random data.

// %%
const { X, y } = makeClassification({ nSamples: 10_000, nFeatures: 4, randomState: 0 });
console.log(X.slice(0, 5));

// %% [markdown]
// A support vector classifier. What the user decides is given when the estimator is made; what is learned comes from
// `fit`.

// %%
let estimator = new SVC({ randomState: 0 });
await estimator.fit(X, y);
console.log(estimator);

// %% [markdown]
// What it has learned ends in `_`.

// %%
console.log(estimator.supportVectors_.slice(0, 4));

// %% [markdown]
// How often it is right.

// %%
console.log("score:", await estimator.score(X, y));

// %% [markdown]
// ## Hyperparameters
//
// They say how an estimator learns, and are not learned. Other ones make another model, here a worse one.

// %%
estimator = new SVC({ C: 0.00001, shrinking: false, randomState: 0 });
await estimator.fit(X, y);
console.log(estimator.supportVectors_.slice(0, 4));

// %%
console.log("score:", await estimator.score(X, y));

// %% [markdown]
// ## Hyperparameter Optimization
//
// `GridSearchCV` tries every combination, each on several splits of the data.

// %%
estimator = new SVC({ gamma: "auto", randomState: 0, probability: true });
const smallGrid = { C: [0.001, 10.0], kernel: ["rbf", "poly"] };
let gridSearch = new GridSearchCV(estimator, smallGrid, { verbose: 2, cv: 2 });
await gridSearch.fit(X, y);
console.log(gridSearch);

// %% [markdown]
// ## Single-machine parallelism
//
// With `nJobs`, the fits are spread over the cores of this machine.

// %%
gridSearch = new GridSearchCV(estimator, smallGrid, { verbose: 2, cv: 2, nJobs: -1 });
await gridSearch.fit(X, y);
console.log("best:", gridSearch.bestParams_);

// %% [markdown]
// ## Multi-machine parallelism
//
// The same on a cluster, here one of this machine. `Client.connect("tcp://my.scheduler.address:8786")` is for another.

// %%
const client = await Client.local({ memoryLimit });
console.log(await client.waitForWorkers());

// %% [markdown]
// A larger problem, with more hyperparameters. The data is sent to the workers once, before all else.

// %%
const grid = {
  C: [0.001, 0.1, 1.0, 2.5, 5, 10.0],
  kernel: ["rbf", "poly", "linear"],
  shrinking: [true, false],
};
gridSearch = new GridSearchCV(estimator, grid, { verbose: 2, cv: 5, nJobs: -1 });
await parallelBackend("cluster", { client, scatter: [X, y] }, () => gridSearch.fit(X, y));
console.log("best:", { params: gridSearch.bestParams_, score: gridSearch.bestScore_ });

// %% [markdown]
// ## Training on Large Datasets
//
// A small dataset first: the means of its groups are the pattern of the large one.

// %%
const nCenters = 12;
const nFeatures = 20;
const { X: XSmall, y: ySmall } = makeBlobs({ nSamples: 1000, centers: nCenters, nFeatures, randomState: 0 });
const centers = new NDArray(new Float64Array(nCenters * nFeatures), [nCenters, nFeatures]);
for (let i = 0; i < nCenters; i++) {
  const rows = [...ySmall.data.keys()].filter((row) => ySmall.data[row] === i);
  centers.row(i).data.set(XSmall.take(rows).mean(0).data);
}
console.log(centers.slice(0, 4));

// %% [markdown]
// The large one is made on the workers, by the same function: a delayed call only notes what is to be done.

// %%
const delayeds = Array.from(
  { length: nBlocks },
  (_, i) => client.delayed(makeBlobs)({ nSamples: nSamplesPerBlock, centers, nFeatures, randomState: i }),
);
const arrays = delayeds.map((part) =>
  fromDelayed(part.get("X"), { shape: [nSamplesPerBlock, nFeatures], dtype: "float64" })
);
const XLarge = concatenate(arrays);
console.log(XLarge);

// %% [markdown]
// What would be done for the first block, as a graph in Graphviz's language:

// %%
console.info(arrays[0].delayed()[0].visualize());

// %% [markdown]
// Its size in GB:

// %%
console.log("nbytes / 1e9:", XLarge.nbytes / 1e9);

// %% [markdown]
// Now it is made, and kept on the workers. What their memory has no room for goes to their disks.

// %%
await XLarge.persist();
console.log(XLarge);

// %% [markdown]
// `KMeans` is the estimator for data in memory, and for this. The centres travel to the blocks, and sums come back.

// %%
const clf = new KMeans({ nClusters: 12, initMaxIter: 3, oversamplingFactor: 10 });
console.time("fit");
await clf.fit(XLarge);
console.timeEnd("fit");
console.log(clf);

// %%
console.log(clf.clusterCenters_);

// %%
console.log("inertia:", clf.inertia_);

// %% [markdown]
// The labels lie in blocks, too; ten of them come here.

// %%
console.log("labels:", await clf.labels_.slice(0, 10).compute());

// %% [markdown]
// The end of the cluster, which else ends with this program.

// %%
await client.close();
