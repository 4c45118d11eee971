/** Rows of metrics and of dividing samples. */

import {
  accuracyScore,
  averagePrecisionScore,
  confusionMatrix,
  f1Score,
  logLoss,
  type NDArray,
  pairwiseDistancesArgmin,
  r2Score,
  RandomState,
  rocAucScore,
  rocCurve,
  silhouetteScore,
  StratifiedKFold,
  trainTestSplit,
} from "../../../ml/mod.ts";
import type { Row } from "./row.ts";

const N = 1_000_000;

/** Classes, scores that say something of them, and predictions. */
function judged(): { y: NDArray<Int32Array>; scores: NDArray<Float64Array>; predicted: NDArray<Int32Array> } {
  const rng = new RandomState(0);
  const y = rng.randint(0, 2, N);
  const scores = rng.randomSample(N).map((v, i) => (v + 0.3 * y.data[i]) / 1.3);
  return { y, scores, predicted: scores.map((v) => v > 0.6 ? 1 : 0, "int32") };
}

const DATA = `import numpy as np
from sklearn import metrics as m
from sklearn.model_selection import StratifiedKFold, train_test_split
rng = np.random.RandomState(0)
y = rng.randint(0, 2, ${N})
scores = (rng.uniform(size=${N}) + 0.3 * y) / 1.3
predicted = (scores > 0.6).astype(int)
`;

function metric(
  key: string,
  label: string,
  ours: (data: ReturnType<typeof judged>) => number,
  theirs: string,
  times?: number,
): Row {
  return {
    key,
    label: `${label} 1,000,000`,
    times,
    ours: () => {
      const data = judged();
      let value = NaN;
      return { run: () => value = ours(data), value: () => value };
    },
    peer: { setup: DATA, run: `v = float(${theirs})`, value: "v" },
  };
}

export const rows: readonly Row[] = [
  metric("roc-auc", "rocAucScore", ({ y, scores }) => rocAucScore(y, scores), "m.roc_auc_score(y, scores)", 5),
  metric(
    "roc-curve",
    "rocCurve",
    ({ y, scores }) => rocCurve(y, scores, { dropIntermediate: false }).tpr.length,
    "len(m.roc_curve(y, scores, drop_intermediate=False)[0])",
  ),
  metric(
    "average-precision",
    "averagePrecisionScore",
    ({ y, scores }) => averagePrecisionScore(y, scores),
    "m.average_precision_score(y, scores)",
  ),
  metric(
    "accuracy",
    "accuracyScore",
    ({ y, predicted }) => accuracyScore(y, predicted),
    "m.accuracy_score(y, predicted)",
  ),
  metric(
    "confusion",
    "confusionMatrix",
    ({ y, predicted }) => confusionMatrix(y, predicted).get(1, 1),
    "m.confusion_matrix(y, predicted)[1, 1]",
  ),
  metric("f1", "f1Score", ({ y, predicted }) => f1Score(y, predicted), "m.f1_score(y, predicted)"),
  metric("log-loss", "logLoss", ({ y, scores }) => logLoss(y, scores), "m.log_loss(y, scores)"),
  metric("r2", "r2Score", ({ y, scores }) => r2Score(y, scores), "m.r2_score(y, scores)"),
  {
    key: "train-test-split",
    label: "trainTestSplit 1,000,000 × 20",
    times: 1,
    ours: () => {
      const rng = new RandomState(0);
      const X = rng.randomSample([N, 20]);
      const y = rng.randint(0, 2, N);
      let parts: unknown[] = [];
      return {
        before: () => parts = [],
        run: () => parts = trainTestSplit(X, y, { randomState: 0 }),
        value: () => (parts[1] as NDArray).get(0, 0),
      };
    },
    peer: {
      setup: `${DATA}rng = np.random.RandomState(0)
X = rng.random_sample((${N}, 20))
y = rng.randint(0, 2, ${N})
parts = None`,
      before: "parts = None",
      run: "parts = train_test_split(X, y, random_state=0)",
      value: "float(parts[1][0, 0])",
    },
  },
  {
    key: "stratified-k-fold",
    label: "StratifiedKFold of 1,000,000, 5 shuffled",
    ours: () => {
      const { y } = judged();
      let sum = 0;
      return {
        run: () => {
          const folds = new StratifiedKFold({ nSplits: 5, shuffle: true, randomState: 0 });
          sum = [...folds.split(y, y)].reduce((s, [, test]) => s + test[0], 0);
        },
        value: () => sum,
      };
    },
    peer: {
      setup: DATA,
      run: "v = int(sum(b[0] for _, b in StratifiedKFold(5, shuffle=True, random_state=0).split(y, y)))",
      value: "v",
    },
  },
  {
    key: "silhouette",
    label: "silhouetteScore 5,000 × 20",
    ours: () => {
      const rng = new RandomState(0);
      const X = rng.randomSample([5000, 20]);
      const labels = rng.randint(0, 8, 5000);
      let value = NaN;
      return { run: () => value = silhouetteScore(X, labels), value: () => value };
    },
    peer: {
      setup: `${DATA}rng = np.random.RandomState(0)
X = rng.random_sample((5000, 20))
labels = rng.randint(0, 8, 5000)`,
      run: "v = float(m.silhouette_score(X, labels))",
      value: "v",
      env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    },
  },
  {
    key: "argmin",
    label: "pairwiseDistancesArgmin 100,000 × 20 on 50",
    ours: () => {
      const rng = new RandomState(0);
      const X = rng.randomSample([100_000, 20]);
      const Y = rng.randomSample([50, 20]);
      let value = NaN;
      return { run: () => value = pairwiseDistancesArgmin(X, Y).sum(), value: () => value };
    },
    peer: {
      setup: `${DATA}rng = np.random.RandomState(0)
X = rng.random_sample((100000, 20))
Y = rng.random_sample((50, 20))`,
      run: "v = int(m.pairwise_distances_argmin(X, Y).sum())",
      value: "v",
      env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    },
  },
];
