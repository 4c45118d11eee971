import assert from "node:assert/strict";
import { KMeansSession } from "../../../ml/cluster/kmeans_session.ts";
import {
  finishLloyd,
  inertiaOf,
  type LloydCenters,
  type LloydPartial,
  lloydPartial,
  startLloyd,
} from "../../../ml/cluster/lloyd.ts";
import { choosePlusPlus } from "../../../ml/cluster/plus_plus.ts";
import { endTeams } from "../../../ml/kernels/mod.ts";
import { KMeans, makeBlobs, NDArray, RandomState } from "../../../ml/mod.ts";

/** Runs that are said to come: so many that threads are worth their start. */
const MANY = 1e9;

interface Case {
  readonly n: number;
  readonly m: number;
  readonly k: number;
  readonly spread: number;
  readonly weighted?: boolean;
  /** Whole numbers: rows that are as near to one centre as to another. */
  readonly ties?: boolean;
}

const CASES: readonly Case[] = [
  { n: 30, m: 2, k: 7, spread: 6 },
  { n: 61, m: 1, k: 5, spread: 3, ties: true },
  { n: 1003, m: 3, k: 4, spread: 6 },
  { n: 1003, m: 3, k: 17, spread: 2, weighted: true },
  { n: 20_011, m: 5, k: 9, spread: 5 },
  { n: 20_011, m: 2, k: 6, spread: 4, ties: true },
  { n: 20_011, m: 13, k: 3, spread: 8, weighted: true },
  { n: 40_009, m: 20, k: 12, spread: 12 },
];

function dataOf({ n, m, k, spread, weighted, ties }: Case) {
  const { X } = makeBlobs({ nSamples: n, nFeatures: m, centers: k, clusterStd: spread, randomState: 5 });
  if (ties) { for (let i = 0; i < X.data.length; i++) X.data[i] = Math.round(X.data[i]); }
  const weight = weighted ? new RandomState(2).uniform(0.1, 3, n).data as Float64Array : undefined;
  return { X, weight };
}

/** How many labels differ. */
function different(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

for (const c of CASES) {
  Deno.test(`KMeansSession labels as float64 does, iteration by iteration: ${JSON.stringify(c)}`, () => {
    const { X, weight } = dataOf(c);
    for (const runs of [0, MANY]) {
      try {
        using session = KMeansSession.open(X, weight, c.k, runs);
        assert.ok(session !== undefined);
        const chosen = session.plusPlus(c.k, new RandomState(3));
        assert.deepEqual(chosen.indices, choosePlusPlus(session.rows, c.k, new RandomState(3)).indices);
        // Twice: nothing of a run is left in the next.
        for (let run = 0; run < 2; run++) {
          session.restart();
          const block = startLloyd(session.rows);
          let state: LloydCenters = { k: c.k, centers: chosen.centers };
          for (let iteration = 0; iteration < 25; iteration++) {
            const ours: LloydPartial = session.partial(state), theirs: LloydPartial = lloydPartial(block, state);
            if (!c.ties) {
              assert.equal(ours.changed, theirs.changed, `iteration ${iteration}`);
              assert.equal(different(session.labels, block.labels), 0);
            }
            for (const [j, v] of theirs.weight.entries()) assert.ok(Math.abs(ours.weight[j] - v) <= 1e-9 * v || c.ties);
            // Of two centres that are as far, either is right.
            const inertia = inertiaOf(session.rows, block.labels, state.centers);
            assert.ok(Math.abs(session.inertia(state.centers) - inertia) <= 1e-10 * inertia);
            block.labels.set(session.labels);
            state = finishLloyd(ours, state);
            if (ours.changed === 0) break;
          }
        }
      } finally {
        endTeams();
      }
    }
  });
}

Deno.test("KMeans.fit() comes to the same bits with threads and without", async () => {
  const { X } = makeBlobs({ nSamples: 60_000, nFeatures: 8, centers: 10, clusterStd: 6, randomState: 1 });
  const fit = async (runs: number) => {
    const open = KMeansSession.open;
    KMeansSession.open = (table, weight, k) => open.call(KMeansSession, table, weight, k, runs);
    try {
      const model = await new KMeans({ nClusters: 10, randomState: 4, nInit: 3 }).fit(X);
      return [model.clusterCenters_.data, model.labels_, model.inertia_, model.nIter_];
    } finally {
      KMeansSession.open = open;
      endTeams();
    }
  };
  assert.deepEqual(await fit(0), await fit(MANY));
});

Deno.test("KMeans.fit() is right for two fits at once, each with threads", async () => {
  const { X } = makeBlobs({ nSamples: 200_000, nFeatures: 10, centers: 16, clusterStd: 3, randomState: 1 });
  // A beginning that waits lets the other fit begin.
  const init = async (Z: NDArray<Float64Array>, k: number) => {
    await new Promise((done) => setTimeout(done, 0));
    return new NDArray(Z.data.slice(0, k * Z.shape[1]), [k, Z.shape[1]]);
  };
  try {
    const options = { nClusters: 16, init: init as never, nInit: 1, maxIter: 10, randomState: 0 };
    const alone = await new KMeans(options).fit(X);
    const both = await Promise.all([new KMeans(options).fit(X), new KMeans(options).fit(X)]);
    for (const model of both) assert.deepEqual(model.labels_, alone.labels_);
  } finally {
    endTeams();
  }
});
