/** Rows of k-means: 500,000 × 20, 12 centres; blobs that overlap, and blobs that do not. */

import { KMeans, makeBlobs, MiniBatchKMeans } from "../../../ml/mod.ts";
import type { Row } from "./row.ts";

function row(key: string, label: string, spread: number, options: { algorithm?: "lloyd" | "elkan" } = {}): Row {
  const { algorithm = "lloyd" } = options;
  return {
    key,
    label: `KMeans 500,000 × 20, 12 centres, ${label}`,
    times: 2,
    ours: () => {
      const { X } = makeBlobs({ nSamples: 500_000, nFeatures: 20, centers: 12, clusterStd: spread, randomState: 0 });
      let model = new KMeans();
      return {
        before: () => model = new KMeans({ nClusters: 12, randomState: 0, algorithm }),
        run: () => model.fit(X),
        value: () => `${model.inertia_.toPrecision(9)} in ${model.nIter_}`,
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_blobs
from sklearn.cluster import KMeans
X, _ = make_blobs(500000, n_features=20, centers=12, cluster_std=${spread}, random_state=0)`,
      before: `m = KMeans(12, random_state=0, algorithm="${algorithm}")`,
      run: "m.fit(X)",
      value: `f"{m.inertia_:.9g} in {m.n_iter_}"`,
    },
  };
}

export const rows: readonly Row[] = [
  row("kmeans", "apart", 1),
  row("kmeans-overlap", "overlapping", 12),
  row("kmeans-elkan", "overlapping, elkan", 12, { algorithm: "elkan" }),
  {
    key: "minibatch",
    label: "MiniBatchKMeans 500,000 × 20, 12 centres",
    ours: () => {
      const { X } = makeBlobs({ nSamples: 500_000, nFeatures: 20, centers: 12, clusterStd: 12, randomState: 0 });
      let model = new MiniBatchKMeans();
      return {
        before: () => model = new MiniBatchKMeans({ nClusters: 12, randomState: 0 }),
        run: () => model.fit(X),
        value: () => model.inertia_,
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_blobs
from sklearn.cluster import MiniBatchKMeans
X, _ = make_blobs(500000, n_features=20, centers=12, cluster_std=12, random_state=0)`,
      before: "m = MiniBatchKMeans(12, random_state=0)",
      run: "m.fit(X)",
      value: "float(m.inertia_)",
    },
  },
];
