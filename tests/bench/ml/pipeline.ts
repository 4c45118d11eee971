/** Rows of searches over pipelines: what candidates share of a fold is transformed once. */

import {
  GridSearchCV,
  LogisticRegression,
  makeClassification,
  parallelBackend,
  Pipeline,
  PolynomialFeatures,
  StandardScaler,
} from "../../../mod.ts";
import type { Row } from "./row.ts";

const CS = [0.001, 0.01, 0.1, 1, 10, 100];

export const rows: readonly Row[] = [
  {
    key: "pipeline-grid",
    label: "GridSearchCV of polynomial features, scaler, LogisticRegression: 10,000 × 8, 2 degrees × 6 C, cv 5",
    mostRounds: 3,
    ours: () => {
      const { X, y } = makeClassification({ nSamples: 10_000, nFeatures: 8, nInformative: 6, randomState: 0 });
      const make = (): GridSearchCV =>
        new GridSearchCV(
          new Pipeline([
            ["poly", new PolynomialFeatures()],
            ["scale", new StandardScaler()],
            ["model", new LogisticRegression({ maxIter: 1000 })],
          ]),
          { poly__degree: [1, 2], model__C: CS },
          { cv: 5 },
        );
      let search = make();
      return {
        before: () => search = make(),
        run: () => parallelBackend("threads", { nJobs: 2 }, () => search.fit(X, y)),
        value: () => search.bestScore_.toFixed(4),
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
X, y = make_classification(10000, n_features=8, n_informative=6, random_state=0)`,
      before: `s = GridSearchCV(Pipeline([("poly", PolynomialFeatures()), ("scale", StandardScaler()),
    ("model", LogisticRegression(max_iter=1000))]), {"poly__degree": [1, 2], "model__C": ${
        JSON.stringify(CS)
      }}, cv=5, n_jobs=2)`,
      run: "s.fit(X, y)",
      value: 'f"{s.best_score_:.4f}"',
      env: { OMP_NUM_THREADS: "1" },
    },
  },
];
