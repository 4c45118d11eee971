/** Rows of trees and forests: 20,000 × 20, two classes. */

import {
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  ExtraTreesClassifier,
  GridSearchCV,
  makeClassification,
  makeRegression,
  RandomForestClassifier,
  RandomForestRegressor,
} from "../../../mod.ts";
import type { Row } from "./row.ts";

const N = 20_000;

const classesPy = `from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier
from sklearn.ensemble import RandomForestClassifier, ExtraTreesClassifier
from sklearn.model_selection import GridSearchCV
X, y = make_classification(n_samples=25000, n_features=20, n_informative=10, random_state=0)
X, T, y, t = X[:20000], X[20000:], y[:20000], y[20000:]
`;

// deno-lint-ignore explicit-function-return-type -- four arrays
function classes() {
  const { X, y } = makeClassification({ nSamples: 25_000, nFeatures: 20, nInformative: 10, randomState: 0 });
  return { X: X.slice(0, N), y: y.slice(0, N), T: X.slice(N), t: y.slice(N) };
}

const grid = { maxDepth: [5, 10, 15, null], minSamplesLeaf: [1, 5, 20] };

export const rows: readonly Row[] = [
  {
    key: "forest",
    label: "RandomForestClassifier, 100 trees, 20,000 × 20, nJobs −1",
    times: 5,
    ours: () => {
      const { X, y, T, t } = classes();
      let m: RandomForestClassifier;
      return {
        run: async () => m = await new RandomForestClassifier({ nJobs: -1, randomState: 0 }).fit(X, y),
        value: () => m.score(T, t),
      };
    },
    peer: {
      setup: classesPy,
      run: "m = RandomForestClassifier(n_jobs=-1, random_state=0).fit(X, y)",
      value: "m.score(T, t)",
    },
  },
  {
    key: "forest-predict",
    label: "its prediction of 20,000 rows",
    ours: async () => {
      const { X, y } = classes();
      const m = await new RandomForestClassifier({ nJobs: -1, randomState: 0 }).fit(X, y);
      return { run: () => m.predict(X) };
    },
    peer: {
      setup: `${classesPy}m = RandomForestClassifier(n_jobs=-1, random_state=0).fit(X, y)`,
      run: "m.predict(X)",
    },
  },
  {
    key: "forest-grid",
    label: "its grid over maxDepth of 4 × minSamplesLeaf of 3, cv 3",
    times: 10,
    mostRounds: 2,
    ours: () => {
      const { X, y } = classes();
      let search: GridSearchCV;
      return {
        run: async () => {
          search = new GridSearchCV(new RandomForestClassifier({ randomState: 0 }), grid, {
            cv: 3,
            nJobs: -1,
            refit: false,
          });
          await search.fit(X, y);
        },
        value: () => Math.max(...search.cvResults_.meanTestScore.data),
      };
    },
    peer: {
      setup: classesPy,
      run: `s = GridSearchCV(RandomForestClassifier(random_state=0), {"max_depth": [5, 10, 15, None], ` +
        `"min_samples_leaf": [1, 5, 20]}, cv=3, n_jobs=-1, refit=False).fit(X, y)`,
      value: "float(s.cv_results_['mean_test_score'].max())",
    },
  },
  {
    key: "extra-trees",
    label: "ExtraTreesClassifier, 100 trees, 20,000 × 20, nJobs −1",
    ours: () => {
      const { X, y, T, t } = classes();
      let m: ExtraTreesClassifier;
      return {
        run: async () => m = await new ExtraTreesClassifier({ nJobs: -1, randomState: 0 }).fit(X, y),
        value: () => m.score(T, t),
      };
    },
    peer: {
      setup: classesPy,
      run: "m = ExtraTreesClassifier(n_jobs=-1, random_state=0).fit(X, y)",
      value: "m.score(T, t)",
    },
  },
  {
    key: "forest-regressor",
    label: "RandomForestRegressor, 20 trees, 20,000 × 20, nJobs −1",
    ours: () => {
      const { X, y } = makeRegression({ nSamples: 25_000, nFeatures: 20, noise: 10, randomState: 0 });
      let m: RandomForestRegressor;
      return {
        run: async () => {
          m = new RandomForestRegressor({ nEstimators: 20, nJobs: -1, randomState: 0 });
          await m.fit(X.slice(0, N), y.slice(0, N));
        },
        value: () => m.score(X.slice(N), y.slice(N)),
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_regression
from sklearn.ensemble import RandomForestRegressor
X, y = make_regression(n_samples=25000, n_features=20, noise=10, random_state=0)`,
      run: "m = RandomForestRegressor(n_estimators=20, n_jobs=-1, random_state=0).fit(X[:20000], y[:20000])",
      value: "m.score(X[20000:], y[20000:])",
    },
  },
  {
    key: "tree",
    label: "DecisionTreeClassifier, 20,000 × 20",
    ours: () => {
      const { X, y, T, t } = classes();
      let m: DecisionTreeClassifier;
      return {
        run: async () => m = await new DecisionTreeClassifier({ randomState: 0 }).fit(X, y),
        value: () => m.score(T, t),
      };
    },
    peer: {
      setup: classesPy,
      run: "m = DecisionTreeClassifier(random_state=0).fit(X, y)",
      value: "m.score(T, t)",
    },
  },
  {
    key: "tree-regressor",
    label: "DecisionTreeRegressor, 20,000 × 20, fractional targets",
    ours: () => {
      const { X, y } = makeRegression({
        nSamples: 25_000,
        nFeatures: 20,
        nInformative: 10,
        noise: 10,
        randomState: 0,
      });
      let m: DecisionTreeRegressor;
      return {
        run: async () => m = await new DecisionTreeRegressor({ randomState: 0 }).fit(X.slice(0, N), y.slice(0, N)),
        value: () => m.score(X.slice(N), y.slice(N)),
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_regression
from sklearn.tree import DecisionTreeRegressor
X, y = make_regression(n_samples=25000, n_features=20, n_informative=10, noise=10, random_state=0)`,
      run: "m = DecisionTreeRegressor(random_state=0).fit(X[:20000], y[:20000])",
      value: "m.score(X[20000:], y[20000:])",
    },
  },
];
