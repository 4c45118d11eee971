/** Rows of principal components. */

import { PCA, RandomState, TruncatedSVD } from "../../../ml/mod.ts";
import type { NDArray } from "../../../ml/mod.ts";
import type { Row } from "./row.ts";

const DATA = `import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
rng = np.random.RandomState(0)
`;

function samples(n: number, m: number): NDArray<Float64Array> {
  const X = new RandomState(0).standardNormal([n, m]);
  for (let at = 0; at < X.size; at++) X.data[at] *= at % m + 1;
  return X;
}

const same = (n: number, m: number): string => `X = rng.standard_normal((${n}, ${m})) * np.arange(1, ${m + 1})`;

export const rows: readonly Row[] = [
  {
    key: "pca",
    label: "PCA 200,000 × 50",
    times: 1,
    ours: () => {
      const X = samples(200_000, 50);
      let model = new PCA();
      return {
        before: () => model = new PCA(),
        run: () => model.fit(X),
        value: () => model.explainedVariance_.sum(),
      };
    },
    peer: {
      setup: DATA + same(200_000, 50),
      before: "m = PCA()",
      run: "m.fit(X)",
      value: "float(m.explained_variance_.sum())",
    },
  },
  {
    key: "pca-randomized",
    label: "PCA 3,000 × 800, 20 components (randomized)",
    ours: () => {
      const X = samples(3000, 800);
      let model = new PCA();
      return {
        before: () => model = new PCA({ nComponents: 20, randomState: 0 }),
        run: () => model.fit(X),
        value: () => model.explainedVariance_.sum(),
      };
    },
    peer: {
      setup: DATA + same(3000, 800),
      before: "m = PCA(20, random_state=0)",
      run: "m.fit(X)",
      value: "float(m.explained_variance_.sum())",
    },
  },
  {
    key: "truncated-svd",
    label: "TruncatedSVD 20,000 × 200, 10 components",
    ours: () => {
      const X = samples(20_000, 200);
      let model = new TruncatedSVD();
      return {
        before: () => model = new TruncatedSVD({ nComponents: 10, randomState: 0 }),
        run: () => model.fit(X),
        value: () => model.singularValues_.sum(),
      };
    },
    peer: {
      setup: DATA + same(20_000, 200),
      before: "m = TruncatedSVD(10, random_state=0)",
      run: "m.fit(X)",
      value: "float(m.singular_values_.sum())",
    },
  },
];
