/** Rows of preparing samples: scalers, encoders, quantiles. */

import {
  type NDArray,
  OneHotEncoder,
  QuantileTransformer,
  RandomState,
  RobustScaler,
  SimpleImputer,
  StandardScaler,
} from "../../../ml/mod.ts";
import type { Row } from "./row.ts";

const DATA = `import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, RobustScaler, StandardScaler
rng = np.random.RandomState(0)
`;

function samples(n: number, m: number): NDArray<Float64Array> {
  return new RandomState(0).standardNormal([n, m]);
}

const last = (T: NDArray | undefined): number => T === undefined ? NaN : Number(T.data[T.size - 1]);

export const rows: readonly Row[] = [
  {
    key: "standard-scaler",
    label: "StandardScaler fit and transform 1,000,000 × 20",
    times: 1.5,
    ours: () => {
      const X = samples(1_000_000, 20);
      let T: NDArray<Float64Array> | undefined;
      return {
        before: () => T = undefined,
        run: async () => T = await (await new StandardScaler().fit(X)).transform(X),
        value: () => last(T),
      };
    },
    peer: {
      setup: `${DATA}X = rng.standard_normal((1000000, 20))`,
      before: "T = None",
      run: "T = StandardScaler().fit(X).transform(X)",
      value: "float(T[-1, -1])",
    },
  },
  {
    key: "robust-scaler",
    label: "RobustScaler fit and transform 200,000 × 20",
    ours: () => {
      const X = samples(200_000, 20);
      let T: NDArray<Float64Array> | undefined;
      return { run: async () => T = await (await new RobustScaler().fit(X)).transform(X), value: () => last(T) };
    },
    peer: {
      setup: `${DATA}X = rng.standard_normal((200000, 20))`,
      run: "T = RobustScaler().fit(X).transform(X)",
      value: "float(T[-1, -1])",
    },
  },
  {
    key: "quantile",
    label: "QuantileTransformer fit and transform 100,000 × 20",
    ours: () => {
      const X = samples(100_000, 20);
      let T: NDArray<Float64Array> | undefined;
      return {
        run: async () => T = await (await new QuantileTransformer({ randomState: 0 }).fit(X)).transform(X),
        value: () => last(T),
      };
    },
    peer: {
      setup: `${DATA}X = rng.standard_normal((100000, 20))`,
      run: "T = QuantileTransformer(random_state=0).fit(X).transform(X)",
      value: "float(T[-1, -1])",
    },
  },
  {
    key: "one-hot",
    label: "OneHotEncoder (dense) 200,000 × 5 of 20 categories",
    ours: () => {
      const { data } = new RandomState(0).randint(0, 20, [200_000, 5]);
      const X = { data: Float64Array.from(data as Int32Array), shape: [200_000, 5] };
      let T: NDArray | undefined;
      return { run: async () => T = await new OneHotEncoder().fitTransform(X), value: () => last(T) };
    },
    peer: {
      setup: `${DATA}X = rng.randint(0, 20, (200000, 5)).astype(float)`,
      run: "T = OneHotEncoder(sparse_output=False).fit_transform(X)",
      value: "float(T[-1, -1])",
    },
  },
  {
    key: "imputer",
    label: "SimpleImputer (mean) 500,000 × 20, one in 11 missing",
    ours: () => {
      const X = samples(500_000, 20);
      for (let at = 0; at < X.size; at += 11) X.data[at] = NaN;
      let T: NDArray | undefined;
      return { run: async () => T = await new SimpleImputer().fitTransform(X) as NDArray, value: () => last(T) };
    },
    peer: {
      setup: `${DATA}X = rng.standard_normal((500000, 20))\nX.ravel()[::11] = np.nan`,
      run: "T = SimpleImputer().fit_transform(X)",
      value: "float(T[-1, -1])",
    },
  },
];
