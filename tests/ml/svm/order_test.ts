import assert from "node:assert/strict";
import {
  type DelayedCall,
  GridSearchCV,
  makeClassification,
  NDArray,
  type ParallelBackend,
  parallelBackend,
  type Params,
  RandomState,
  registerParallelBackend,
  type SubmittedBatch,
  SVC,
} from "../../../mod.ts";

/** So many at a time, and of those the one to be done next is drawn. */
class Drawing implements ParallelBackend {
  readonly name = "Drawing";
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #rng: RandomState;
  readonly #most: number;
  #busy = false;

  constructor({ most, seed }: { most: number; seed: number }) {
    this.#most = most;
    this.#rng = new RandomState(seed);
  }

  effectiveNJobs(): number {
    return this.#most;
  }

  submit(calls: readonly DelayedCall<unknown>[]): SubmittedBatch {
    const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
    this.#waiting.push(async () => {
      try {
        const values: unknown[] = [];
        for (const call of calls) values.push(await call.run());
        resolve(values);
      } catch (error) {
        reject(error);
      }
    });
    if (!this.#busy) this.#perform();
    return { results: promise, cancel: () => {} };
  }

  async #perform(): Promise<void> {
    this.#busy = true;
    // Whoever submits more in this turn has done so.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    while (this.#waiting.length > 0) {
      const [next] = this.#waiting.splice(this.#rng.randint(this.#waiting.length), 1);
      await next();
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
    this.#busy = false;
  }
}

registerParallelBackend("drawing", (options) => new Drawing(options as { most: number; seed: number }));

/** All that a search finds out, but for times. */
function found(search: GridSearchCV): unknown {
  const columns = Object.entries(search.cvResults_).filter(([name]) => !name.includes("Time"));
  const best = search.bestEstimator_ as SVC;
  return [
    ...columns.map(([name, column]) => [name, column instanceof NDArray ? column.toArray() : column]),
    best.dualCoef_.toArray(),
    best.intercept_.toArray(),
    best.support_.toArray(),
  ];
}

Deno.test("a search over SVCs finds the same to the last digit, whatever is done first and however many do it", async () => {
  const two = makeClassification({ nSamples: 1400, nFeatures: 4, flipY: 0.1, randomState: 7 });
  const three = makeClassification({ nSamples: 240, nFeatures: 5, nInformative: 3, nClasses: 3, randomState: 8 });
  const cases = [
    {
      ...two,
      base: { gamma: "auto" },
      grid: { C: [5, 0.1, 1], kernel: ["rbf", "linear", "poly"], shrinking: [true, false] },
    },
    { ...three, base: {}, grid: { C: [3, 0.1], gamma: [0.1, 1, 10], classWeight: [null, "balanced"] } },
  ];
  for (const { X, y, base, grid } of cases) {
    const run = () => new GridSearchCV(new SVC(base as Params), grid as never, { cv: 3, nJobs: -1 }).fit(X, y);
    const straight = found(await run());
    for (const [most, seed] of [[1, 0], [2, 1], [3, 2], [16, 3]]) {
      const drawn = await parallelBackend("drawing", { most, seed } as object, run);
      assert.deepEqual(found(drawn), straight, `${most} at a time, seed ${seed}`);
    }
  }
});
