/**
 * Rows of chunked arrays against dask.array: blocks of 200,000 × 20 float64, kept on one worker process of two threads. `BLOCKS` in the environment says
 * how many: 10 (0.32 GB) if left out, 50 for 1.6 GB.
 */

import { chunked, Client } from "../../../mod.ts";
import type { ChunkedArray } from "../../../ml/mod.ts";
import type { Row } from "./row.ts";

const BLOCKS = Number(Deno.env.get("BLOCKS") ?? 10);
const ROWS = 200_000;
const GB = (BLOCKS * ROWS * 160 / 1e9).toFixed(2);

function row(
  key: string,
  label: string,
  ours: (X: ChunkedArray) => Promise<number>,
  theirs: string,
  value: string,
  times?: number,
): Row {
  return {
    key,
    label: `chunked: ${label}, ${GB} GB in memory`,
    times,
    ours: async () => {
      const client = await Client.local({ workers: 1, threadsPerWorker: 2, memoryLimit: `${BLOCKS * 0.064 + 1}GB` });
      const X = chunked.random([ROWS * BLOCKS, 20], { chunks: [ROWS, 20], randomState: 0, client });
      await X.persist();
      let result = NaN;
      return {
        run: async () => result = await ours(X),
        value: () => result,
        close: () => client.close(),
      };
    },
    peer: {
      env: { OMP_NUM_THREADS: "1" },
      setup: `import dask.array as da
from dask.distributed import Client, wait
client = Client(n_workers=1, threads_per_worker=2, memory_limit="${BLOCKS * 0.064 + 1}GB", dashboard_address=None)
X = da.random.RandomState(0).random_sample((${ROWS * BLOCKS}, 20), chunks=(${ROWS}, 20)).persist()
wait(X)`,
      run: `r = ${theirs}`,
      value,
    },
  };
}

/** Blocks of ours and the peer's are of different random numbers: values agree to three digits only. */
export const rows: readonly Row[] = [
  row("chunked-mean", "mean", (X) => X.mean().compute(), "X.mean().compute()", "float(r)", 2),
  row("chunked-std", "std", (X) => X.std().compute(), "X.std().compute()", "float(r)", 2),
  row(
    "chunked-mean-columns",
    "mean of columns",
    async (X) => (await X.mean(0).compute()).data[0],
    "X.mean(axis=0).compute()",
    "float(r[0])",
  ),
  row(
    "chunked-std-columns",
    "std of columns",
    async (X) => (await X.std(0).compute()).data[0],
    "X.std(axis=0).compute()",
    "float(r[0])",
  ),
  row(
    "chunked-gram",
    "X.T.dot(X)",
    async (X) => (await X.T.dot(X).compute()).data[1],
    "X.T.dot(X).compute()",
    "float(r[0, 1])",
    2,
  ),
  row(
    "chunked-standardised",
    "norm of (X − mean) / std",
    (X) => X.sub(X.mean(0)).div(X.std(0)).norm().compute(),
    "da.linalg.norm((X - X.mean(axis=0)) / X.std(axis=0)).compute()",
    "float(r)",
  ),
];
