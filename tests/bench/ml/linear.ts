/** Rows of linear models: least squares, logistic regression, the lasso's path over folds, stochastic descent. */

import {
  GridSearchCV,
  Lasso,
  LinearRegression,
  LogisticRegression,
  makeClassification,
  makeRegression,
  type NDArray,
  parallelBackend,
  SGDClassifier,
} from "../../../mod.ts";
import type { Row } from "./row.ts";

const Cs = [0.001, 0.01, 0.1, 1, 10, 100];
const alphas = [0.01, 0.03, 0.1, 0.3, 1, 3];

/** Where results are known, ours shall be theirs. */
const classification = (): { X: NDArray<Float64Array>; y: NDArray<Int32Array> } =>
  makeClassification({ nSamples: 200_000, nFeatures: 50, nInformative: 20, randomState: 0 });

const PYTHON_CLASSES = `from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
X, y = make_classification(200000, 50, n_informative=20, random_state=0)`;

export const rows: readonly Row[] = [
  {
    key: "logistic",
    label: "LogisticRegression 200,000 × 50",
    times: 4,
    ours: () => {
      const { X, y } = classification();
      let model = new LogisticRegression();
      return {
        before: () => model = new LogisticRegression(),
        run: () => model.fit(X, y),
        value: () => model.coef_.data[0],
      };
    },
    peer: {
      setup: PYTHON_CLASSES,
      before: "m = LogisticRegression()",
      run: "m.fit(X, y)",
      value: "float(m.coef_[0, 0])",
    },
  },
  {
    key: "logistic-grid",
    label: "LogisticRegression 200,000 × 50, 6 C × 5 folds, 2 threads",
    times: 10,
    mostRounds: 3,
    ours: () => {
      const { X, y } = classification();
      let search = new GridSearchCV(new LogisticRegression(), { C: Cs });
      return {
        before: () => search = new GridSearchCV(new LogisticRegression(), { C: Cs }, { cv: 5, refit: false, nJobs: 2 }),
        run: () => parallelBackend("threads", {}, () => search.fit(X, y)),
        value: () => search.bestScore_,
      };
    },
    peer: {
      setup: PYTHON_CLASSES,
      before: `m = GridSearchCV(LogisticRegression(), {"C": [${Cs.join(", ")}]}, cv=5, refit=False, n_jobs=2)`,
      run: "m.fit(X, y)",
      value: "float(m.best_score_)",
      env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    },
  },
  {
    key: "linear",
    label: "LinearRegression 1,000,000 × 20",
    times: 8,
    ours: () => {
      const { X, y } = makeRegression({ nSamples: 1_000_000, nFeatures: 20, noise: 10, randomState: 0 });
      let model = new LinearRegression();
      return {
        before: () => model = new LinearRegression(),
        run: () => model.fit(X, y),
        value: () => model.coef_.data[0],
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_regression
from sklearn.linear_model import LinearRegression
X, y = make_regression(1000000, 20, noise=10, random_state=0)`,
      before: "m = LinearRegression()",
      run: "m.fit(X, y)",
      value: "float(m.coef_[0])",
    },
  },
  {
    key: "lasso-grid",
    label: "Lasso 50,000 × 100, 6 alphas × 5 folds, 2 threads",
    mostRounds: 3,
    ours: () => {
      const { X, y } = makeRegression({ nSamples: 50_000, nFeatures: 100, noise: 10, randomState: 0 });
      let search = new GridSearchCV(new Lasso(), { alpha: alphas });
      return {
        before: () => search = new GridSearchCV(new Lasso(), { alpha: alphas }, { cv: 5, refit: false, nJobs: 2 }),
        run: () => parallelBackend("threads", {}, () => search.fit(X, y)),
        value: () => search.bestScore_,
      };
    },
    peer: {
      setup: `from sklearn.datasets import make_regression
from sklearn.linear_model import Lasso
from sklearn.model_selection import GridSearchCV
X, y = make_regression(50000, 100, noise=10, random_state=0)`,
      before: `m = GridSearchCV(Lasso(), {"alpha": [${alphas.join(", ")}]}, cv=5, refit=False, n_jobs=2)`,
      run: "m.fit(X, y)",
      value: "float(m.best_score_)",
      env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    },
  },
  {
    key: "sgd",
    label: "SGDClassifier 200,000 × 50, 5 epochs",
    ours: () => {
      const { X, y } = classification();
      let model = new SGDClassifier();
      return {
        before: () => model = new SGDClassifier({ maxIter: 5, tol: null, randomState: 0 }),
        run: () => model.fit(X, y),
        value: () => model.coef_.data[0],
      };
    },
    peer: {
      setup: PYTHON_CLASSES,
      before: "m = SGDClassifier(max_iter=5, tol=None, random_state=0)",
      run: "m.fit(X, y)",
      value: "float(m.coef_[0, 0])",
    },
  },
];
