/** Rows of nearest neighbours: 10,000 queries among 50,000 samples. */

import { KNeighborsClassifier, RandomState } from "../../../ml/mod.ts";
import type { Row } from "./row.ts";

const data = (m: number): string =>
  `import numpy as np
from sklearn.neighbors import KNeighborsClassifier
rng = np.random.RandomState(0)
X = rng.standard_normal((60000, ${m}))
y = (X[:, 0] + X[:, 1] > 0).astype(int) + (X[:, 2] > 0.5)
m = KNeighborsClassifier(n_jobs=-1).fit(X[:50000], y[:50000])`;

function row(key: string, m: number, times?: number): Row {
  return {
    key,
    label: `KNeighborsClassifier, 10,000 queries on 50,000 × ${m}, nJobs −1`,
    times,
    ours: async () => {
      const X = new RandomState(0).standardNormal([60_000, m]);
      const y = Int32Array.from(
        { length: 60_000 },
        (_, i) => (X.data[i * m] + X.data[i * m + 1] > 0 ? 1 : 0) + (X.data[i * m + 2] > 0.5 ? 1 : 0),
      );
      const model = await new KNeighborsClassifier({ nJobs: -1 }).fit(X.slice(0, 50_000), y.subarray(0, 50_000));
      const queries = X.slice(50_000);
      let classes: Int32Array = new Int32Array(0);
      return {
        run: async () => classes = (await model.predict(queries)).data as Int32Array,
        value: () => classes.reduce((a, b) => a + b, 0),
      };
    },
    peer: { setup: data(m), run: "p = m.predict(X[50000:])", value: "int(p.sum())" },
  };
}

export const rows: readonly Row[] = [row("kneighbors", 50, 1.5), row("kneighbors-few", 4)];
