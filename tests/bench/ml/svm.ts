/** Rows of support vector machines: the notebook's grid, others that nobody tuned for, single fits, predictions, bytes and memory. */

import process from "node:process";
import {
  Client,
  GridSearchCV,
  type Labels,
  loadDigits,
  logspace,
  makeClassification,
  type NDArray,
  parallelBackend,
  type Params,
  RandomizedSearchCV,
  SVC,
  type SVCOptions,
} from "../../../mod.ts";
import type { Ours, PeerCode, Row } from "./row.ts";

type Data = { X: NDArray<Float64Array>; y: Labels };

/** What a search is, here and in Python. */
interface Grid {
  readonly data: () => Data;
  readonly search: () => GridSearchCV | RandomizedSearchCV;
  /** Python: X, y, estimator and grid. */
  readonly python: string;
  /** Python: the search, with n_jobs left open. */
  readonly make: string;
}

const ENV = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", PYTHONWARNINGS: "ignore" };

const found = (search: { bestParams_: Params; bestScore_: number }): string =>
  `${JSON.stringify(search.bestParams_)} ${search.bestScore_.toFixed(4)}`;
const FOUND = 'f"{s.best_params_} {s.best_score_:.4f}"';

/** Bytes that a process tree holds in memory, shared pages counted once. */
function memoryOf(root: number): number {
  const parents = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch { /* it ended */ }
  }
  let kB = 0;
  for (const pid of parents.keys()) {
    let at: number | undefined = pid;
    while (at !== undefined && at !== root && at > 1) at = parents.get(at);
    if (at !== root) continue;
    try {
      kB += Number(/^Pss:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
    } catch { /* it ended */ }
  }
  return kB * 1024;
}

/** A search on a local cluster, data scattered; says what the client sent and received in a second, untimed run, and the peak of memory. */
async function onCluster({ data, search }: Grid): Promise<Ours> {
  const client = await Client.local();
  const { X, y } = data();
  let last = search();
  const run = (): Promise<unknown> =>
    parallelBackend("cluster", { client, scatter: [X, y] }, () => last.fit(X, y) as Promise<unknown>);
  return {
    before: () => void (last = search()),
    run,
    value: async () => {
      const said = found(last);
      last = search();
      let peak = 0;
      const before = client.transportStats;
      const timer = setInterval(() => peak = Math.max(peak, memoryOf(process.pid)), 20);
      await run();
      clearInterval(timer);
      const after = client.transportStats;
      const kB = (key: "bytesSent" | "bytesReceived"): string => ((after[key] - before[key]) / 1e3).toFixed(0);
      const data = ((X.nbytes + y.nbytes) / 1e3).toFixed(0);
      return `${said}; peak ${(peak / 1e6).toFixed(0)} MB; client sent ${kB("bytesSent")} kB, received ${
        kB("bytesReceived")
      } kB; X and y are ${data} kB`;
    },
    close: () => client.close(),
  };
}

const DASK = `import joblib
from dask.distributed import Client, LocalCluster
c = Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))`;

function daskPeer({ python, make }: Grid): PeerCode {
  return {
    setup: `${python}\n${DASK}`,
    before: make,
    run: 'with joblib.parallel_backend("dask", scatter=[X, y]): s.fit(X, y)',
    value: FOUND,
    env: ENV,
  };
}

function lokyPeer({ python, make }: Grid): PeerCode {
  return {
    setup: `${python}\nimport joblib`,
    before: make,
    run: 'with joblib.parallel_backend("loky", n_jobs=2): s.fit(X, y)',
    value: FOUND,
    env: ENV,
  };
}

const notebook = (probability: boolean): Grid => ({
  data: () => makeClassification({ nSamples: 10_000, nFeatures: 4, randomState: 0 }),
  search: () =>
    new GridSearchCV(
      new SVC({ gamma: "auto", randomState: 0, probability }),
      { C: [0.001, 0.1, 1, 2.5, 5, 10], kernel: ["rbf", "poly", "linear"], shrinking: [true, false] },
      { cv: 5, nJobs: -1 },
    ),
  python: `from sklearn.datasets import make_classification
from sklearn.svm import SVC
from sklearn.model_selection import GridSearchCV
X, y = make_classification(10000, 4, random_state=0)`,
  make: `s = GridSearchCV(SVC(gamma="auto", random_state=0, probability=${probability ? "True" : "False"}),
  {"C": [0.001, 0.1, 1, 2.5, 5, 10], "kernel": ["rbf", "poly", "linear"], "shrinking": [True, False]}, cv=5, n_jobs=-1)`,
});

const digits: Grid = {
  data: loadDigits,
  search: () =>
    new RandomizedSearchCV(
      new SVC(),
      { C: logspace(-6, 6, 13), gamma: logspace(-8, 8, 17), tol: logspace(-4, -1, 4), classWeight: [null, "balanced"] },
      { nIter: 50, cv: 3, randomState: 0 },
    ),
  python: `import numpy as np
from sklearn.datasets import load_digits
from sklearn.svm import SVC
from sklearn.model_selection import RandomizedSearchCV
X, y = load_digits(return_X_y=True)`,
  make:
    `s = RandomizedSearchCV(SVC(), {"C": np.logspace(-6, 6, 13), "gamma": np.logspace(-8, 8, 17), "tol": np.logspace(-4, -1, 4),
  "class_weight": [None, "balanced"]}, n_iter=50, cv=3, random_state=0)`,
};

const full: Grid = {
  data: () =>
    makeClassification({ nSamples: 6000, nFeatures: 40, nInformative: 40, nRedundant: 0, nClasses: 3, randomState: 0 }),
  search: () =>
    new GridSearchCV(new SVC(), { C: [0.1, 1, 5, 20, 100], gamma: [0.003, 0.01, 0.03], kernel: ["rbf", "poly"] }, {
      cv: 5,
    }),
  python: `from sklearn.datasets import make_classification
from sklearn.svm import SVC
from sklearn.model_selection import GridSearchCV
X, y = make_classification(6000, 40, n_informative=40, n_redundant=0, n_classes=3, random_state=0)`,
  make:
    `s = GridSearchCV(SVC(), {"C": [0.1, 1, 5, 20, 100], "gamma": [0.003, 0.01, 0.03], "kernel": ["rbf", "poly"]}, cv=5)`,
};

const wide: Grid = {
  data: () => makeClassification({ nSamples: 3000, nFeatures: 300, nInformative: 60, nRedundant: 0, randomState: 0 }),
  search: () =>
    new GridSearchCV(new SVC({ gamma: "auto" }), { C: [0.01, 0.1, 1], kernel: ["linear", "rbf"] }, { cv: 5 }),
  python: `from sklearn.datasets import make_classification
from sklearn.svm import SVC
from sklearn.model_selection import GridSearchCV
X, y = make_classification(3000, 300, n_informative=60, n_redundant=0, random_state=0)`,
  make: `s = GridSearchCV(SVC(gamma="auto"), {"C": [0.01, 0.1, 1], "kernel": ["linear", "rbf"]}, cv=5)`,
};

/** One fit in this thread. */
function single(key: string, label: string, times: number, n: number, width: number, options: SVCOptions): Row {
  const python = Object.entries(options).map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(", ");
  const { X, y } = { X: n, y: width };
  return {
    key,
    label,
    times,
    ours: () => {
      const data = makeClassification({
        nSamples: X,
        nFeatures: y,
        nInformative: y >> 1,
        nRedundant: 0,
        randomState: 0,
      });
      let svc = new SVC();
      return {
        before: () => svc = new SVC(options),
        run: () => svc.fit(data.X, data.y),
        value: () => svc.nSupport_.toArray().join(" "),
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_classification
from sklearn.svm import SVC
X, y = make_classification(${n}, ${width}, n_informative=${width >> 1}, n_redundant=0, random_state=0)`,
      before: `m = SVC(${python})`,
      run: "m.fit(X, y)",
      value: '" ".join(map(str, m.n_support_))',
      env: ENV,
    },
  };
}

export const rows: readonly Row[] = [
  {
    key: "svm-notebook",
    label: "the notebook's grid, 10,000 × 4, 36 candidates × 5, local cluster against Dask",
    times: 100,
    mostRounds: 1,
    ours: () => onCluster(notebook(false)),
    peer: daskPeer(notebook(false)),
  },
  {
    key: "svm-notebook-probability",
    label: "the same with probability",
    times: 200,
    mostRounds: 1,
    ours: () => onCluster(notebook(true)),
    peer: daskPeer(notebook(true)),
  },
  {
    key: "svm-digits-dask",
    label: "randomized search on the digits, 50 × 3, against Dask",
    times: 15,
    mostRounds: 3,
    ours: () => onCluster(digits),
    peer: daskPeer(digits),
  },
  {
    key: "svm-digits-loky",
    label: "the same against loky",
    times: 15,
    mostRounds: 3,
    ours: () => onCluster(digits),
    peer: lokyPeer(digits),
  },
  {
    key: "svm-full-rank",
    label: "grid on 6,000 × 40, 3 classes, rbf and poly, C of 5 × gamma of 3, cv 5, against loky",
    times: 10,
    mostRounds: 1,
    ours: () => onCluster(full),
    peer: lokyPeer(full),
  },
  {
    key: "svm-wide",
    label: "grid on 3,000 × 300, linear and rbf, C of 3, cv 5, against loky",
    times: 10,
    mostRounds: 1,
    ours: () => onCluster(wide),
    peer: lokyPeer(wide),
  },
  single("svc-rbf", "SVC fit 8,000 × 4, rbf, C=1", 8, 8000, 4, { C: 1 }),
  single("svc-poly", "SVC fit 8,000 × 4, poly, C=1", 8, 8000, 4, { C: 1, kernel: "poly" }),
  single("svc-linear", "SVC fit 8,000 × 4, linear, C=10", 8, 8000, 4, { C: 10, kernel: "linear" }),
  single("svc-wide", "SVC fit 6,000 × 40, rbf, C=1", 3, 6000, 40, { C: 1 }),
  {
    key: "svc-predict",
    label: "SVC predict, 10,000 rows × 4, rbf",
    times: 3,
    ours: async () => {
      const { X, y } = makeClassification({ nSamples: 10_000, nFeatures: 4, randomState: 0 });
      const svc = await new SVC().fit(X, y);
      let predicted = y as Labels;
      return {
        run: async () => predicted = await svc.predict(X),
        value: () => (predicted as NDArray<Int32Array>).sum(),
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_classification
from sklearn.svm import SVC
X, y = make_classification(10000, 4, random_state=0)
m = SVC().fit(X, y)`,
      run: "p = m.predict(X)",
      value: "int(p.sum())",
      env: ENV,
    },
  },
];
