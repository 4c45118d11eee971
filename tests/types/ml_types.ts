/**
 * What the types come to where models and arrays are used. Checked by types_test.ts; never run.
 */

import {
  CalibratedClassifierCV,
  Client,
  concatenate,
  type DecisionTreeClassifier,
  delayed,
  fromDelayed,
  GridSearchCV,
  HalvingGridSearchCV,
  HalvingRandomSearchCV,
  KMeans,
  makeBlobs,
  makeClassification,
  type NDArray,
  Parallel,
  parallelBackend,
  PCA,
  Pipeline,
  RandomForestClassifier,
  RandomizedSearchCV,
  registerParallelBackend,
  SGDClassifier,
  stats,
  SVC,
} from "../../mod.ts";
import type { ChunkedArray, ParallelBackend, Params } from "../../mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Takes values of exactly this type. */
declare function is<A>(): <B>(value: B, ...ok: Same<A, B> extends true ? [] : [never]) => void;

export function inherited(): void {
  const forest = new RandomForestClassifier({ maxDepth: 3 });
  is<number | null>()(forest.maxDepth);
  is<number | "sqrt" | "log2" | null>()(forest.maxFeatures);
  is<number>()(forest.nOutputs_);
  is<DecisionTreeClassifier[]>()(forest.estimators_);
  is<"best" | "random">()(forest.estimators_[0].splitter);
  const descent = new SGDClassifier();
  is<"l2" | "l1" | "elasticnet" | null>()(descent.penalty);
  is<number | null>()(descent.tol);
  is<NDArray<Float64Array> | undefined>()(descent.averageCoef_);
  const directions = new PCA();
  is<NDArray<Float64Array>>()(directions.components_);
  is<number | "mle" | null>()(directions.nComponents);
}

export async function models(): Promise<void> {
  const { X, y } = makeClassification({ nSamples: 10_000, nFeatures: 4, randomState: 0 });
  is<NDArray<Float64Array>>()(X);
  is<NDArray<Int32Array>>()(y);
  // @ts-expect-error it is of numbers
  is<NDArray<string[]>>()(y);

  const estimator = new SVC({ randomState: 0 });
  is<SVC>()(await estimator.fit(X, y));
  is<number[]>()(estimator.supportVectors_.shape);
  is<number>()(await estimator.score(X, y));
  // @ts-expect-error an option that is not there
  new SVC({ c: 1 });
  // @ts-expect-error an option of the wrong type
  new SVC({ C: "1" });

  await using client = await Client.local();
  is<Client>()(client);

  const search = new GridSearchCV(
    new SVC({ gamma: "auto", randomState: 0, probability: true }),
    { C: [0.001, 0.1, 1, 2.5, 5, 10], kernel: ["rbf", "poly", "linear"], shrinking: [true, false] },
    { cv: 5, verbose: 2 },
  );
  const searched = await parallelBackend("cluster", { client, scatter: [X, y] }, () => search.fit(X, y));
  is<typeof search>()(searched);
  is<Params>()(search.bestParams_);
  is<number>()(search.bestScore_);
  void search.cvResults_;
}

export function grids(): void {
  const C = [1, 10];
  new GridSearchCV(new SVC(), { C, kernel: ["rbf"], classWeight: [null, "balanced"] });
  new GridSearchCV(new SVC(), [{ C }, { gamma: [1] }]);
  const grid = { C, kernel: ["rbf", "poly"] };
  new GridSearchCV(new SVC(), grid);
  const table: Record<string, unknown[]> = grid;
  new GridSearchCV(new SVC(), table);
  // @ts-expect-error a hyperparameter that is not there
  new GridSearchCV(new SVC(), { gama: [1] });
  // @ts-expect-error no list of values
  new GridSearchCV(new SVC(), { C: 1 });
  // @ts-expect-error what is learned is no hyperparameter
  new GridSearchCV(new SVC(), { supportVectors_: [1] });
  // @ts-expect-error a hyperparameter that is not there
  new RandomizedSearchCV(new SVC(), { C: stats.uniform(0, 1), gama: stats.uniform(0, 1) }, { nIter: 2 });
  // @ts-expect-error a hyperparameter that is not there
  new HalvingGridSearchCV(new SVC(), { gama: [1] });
  // @ts-expect-error a hyperparameter that is not there
  new HalvingRandomSearchCV(new SVC(), { gama: [1] });
  // Parts have the names that they were given.
  new GridSearchCV(new Pipeline([["svm", new SVC()]]), { svm__C: C, svm: [new SVC()] });
  new GridSearchCV(new CalibratedClassifierCV({ estimator: new SVC() }), { estimator__C: C, method: ["sigmoid"] });
  const something: object = new SVC();
  new GridSearchCV(something, { C });
  const search: GridSearchCV = new GridSearchCV(new SVC(), { C });
  void search;
}

export async function blocks(client: Client, centers: NDArray): Promise<void> {
  const parts = Array.from(
    { length: 500 },
    (_, i) => client.delayed(makeBlobs)({ nSamples: 200_000, centers, nFeatures: 20, randomState: i }),
  );
  // @ts-expect-error a part of the result that is not there
  parts[0].get("Z");
  // @ts-expect-error an option of the wrong type
  client.delayed(makeBlobs)({ nSamples: "1" });
  const X = concatenate(parts.map((p) => fromDelayed(p.get("X"), { shape: [200_000, 20], dtype: "float64" })));
  is<ChunkedArray<Float64Array>>()(X);
  is<number>()(X.nbytes / 1e9);
  is<typeof X>()(await X.persist());
  is<NDArray<Float64Array>>()(await X.mean(0).compute());
  is<number>()(await X.mean().compute());
  const km = new KMeans({ nClusters: 12, initMaxIter: 3, oversamplingFactor: 10 });
  is<KMeans>()(await km.fit(X));
  is<NDArray<Float64Array>>()(km.clusterCenters_);
  is<number>()(km.inertia_);
  is<NDArray<Int32Array>>()(await km.labels_.slice(0, 10).compute());
}

export async function runtime(client: Client, X: NDArray): Promise<void> {
  const jobs = client.module<typeof import("../../examples/jobs.ts")>("file:///jobs.ts");
  is<number>()(await jobs.add(jobs.inc(1), jobs.inc(2)));
  is<number>()(await client.submit((x: number) => x ** 2, 7));
  const counter = await client.spawn(jobs.Counter, 0);
  is<Promise<number>>()(counter.increment());
  const ref = await client.scatter(X, { broadcast: true });
  is<number[]>()(await client.submit((x: NDArray) => x.shape, ref));
}

export async function parallel(MyBackend: new () => ParallelBackend): Promise<void> {
  const runner = new Parallel({ nJobs: -1, verbose: 10 });
  const calls = [1, 4, 9].map((x) => delayed(Math.sqrt)(x));
  is<number[]>()(await runner.run(calls));
  for await (const root of runner.stream(calls)) is<number>()(root);
  // @ts-expect-error an argument of the wrong type
  delayed(Math.sqrt)("1");
  registerParallelBackend("mine", () => new MyBackend());
}
