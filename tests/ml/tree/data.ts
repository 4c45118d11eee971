import {
  loadDiabetes,
  loadIris,
  makeBlobs,
  makeClassification,
  makeRegression,
  NDArray,
  RandomState,
} from "../../../ml/mod.ts";

/** A table of numbers. */
export type Matrix = NDArray<Float64Array>;

/** Samples, their targets, and samples to predict. */
export interface Cut<Y> {
  X: Matrix;
  y: Y;
  T: Matrix;
}

function stack(parts: readonly Matrix[]): Matrix {
  const rows = parts.flatMap((p) => p.toArray() as number[][]);
  return new NDArray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}

function cut<Y extends NDArray>(X: Matrix, y: Y): Cut<Y> {
  const n = X.length;
  const at = Math.max(2, Math.floor(n * 3 / 4));
  return { X: X.slice(0, at), y: y.slice(0, at) as Y, T: at < n ? X.slice(at) : X };
}

function losesValues(X: Matrix): void {
  const u = new RandomState(5).uniform(0, 1, X.shape);
  for (let i = 0; i < X.size; i++) if (u.data[i] < 0.15) X.data[i] = NaN;
  for (let i = 0; i < 200; i++) if (Number.isNaN(X.get(i, 5))) X.set(0, i, 5);
}

/** The data sets with classes of ml_tree.py. */
export function classes(name: string): Cut<NDArray<Int32Array>> {
  if (name === "iris") {
    const { X, y } = loadIris();
    const order = new RandomState(0).permutation(150).data as Int32Array;
    return cut(X.take(order), y.take(order));
  }
  if (name === "unbalanced") {
    const { X, y } = makeClassification({
      nSamples: 400,
      nFeatures: 8,
      nInformative: 4,
      nClasses: 3,
      weights: [0.75, 0.2],
      classSep: 0.7,
      randomState: 1,
    });
    return cut(X, y);
  }
  if (name === "one_feature") {
    const { X, y } = makeBlobs({ nSamples: 90, centers: 3, nFeatures: 1, clusterStd: 2, randomState: 2 });
    return cut(X, y);
  }
  if (name === "duplicates") {
    const { X, y } = makeClassification({ nSamples: 60, nFeatures: 4, randomState: 3 });
    const all = Int32Array.of(...y.data, ...y.data.slice(0, 30), ...y.data.slice(0, 15).map((v) => 1 - v));
    return cut(stack([X, X.slice(0, 30), X.slice(0, 15)]), new NDArray(all));
  }
  if (name === "constant_column") {
    const { X, y } = makeBlobs({ nSamples: 80, centers: 4, nFeatures: 3, clusterStd: 3, randomState: 4 });
    for (let i = 0; i < 80; i++) X.set(7, i, 1);
    return cut(X, y);
  }
  if (name === "two_samples") {
    return cut(new NDArray(Float64Array.of(0, 1, 2, 3), [2, 2]), new NDArray(Int32Array.of(5, -5)));
  }
  const { X, y } = makeClassification({ nSamples: 300, nFeatures: 6, nClasses: 2, randomState: 5 });
  losesValues(X);
  return cut(X, y);
}

/** The data sets of ml_tree.py that are large enough to grow on ranks: 2 or 3 classes, or numbers. */
export function many(kind: number): { X: Matrix; y: NDArray<Int32Array> | Matrix } {
  const { X, y } = makeClassification({
    nSamples: 3000,
    nFeatures: 8,
    nInformative: 5,
    nRedundant: 0,
    nClasses: Math.max(kind, 2),
    randomState: kind,
  });
  for (let i = 0; i < 3000; i++) X.set(Math.round(X.get(i, 7)), i, 7);
  return { X, y: kind > 0 ? y : y.map((v, i) => Math.round(20 * X.get(i, 0) + 50 * v)) };
}

/** The data sets with numbers of ml_tree.py. */
export function numbers(name: string): Cut<Matrix> {
  if (name === "diabetes") {
    const { X, y } = loadDiabetes();
    const order = new RandomState(0).permutation(442).data as Int32Array;
    return cut(X.take(order), y.take(order));
  }
  const make = (nSamples: number, nFeatures: number, noise: number, randomState: number): { X: Matrix; y: Matrix } => {
    const { X, y } = makeRegression({ nSamples, nFeatures, noise, randomState });
    return { X, y: y as Matrix };
  };
  if (name === "counts") {
    const { X, y } = make(240, 5, 5, 1);
    return cut(X, y.map((v) => Math.floor(Math.abs(v) / 20)));
  }
  if (name === "one_feature") {
    const { X, y } = make(90, 1, 10, 2);
    return cut(X, y.map(Math.abs));
  }
  if (name === "duplicates") {
    const { X, y } = make(60, 4, 1, 3);
    const all = Float64Array.of(...y.data, ...y.data.slice(0, 30), ...y.data.slice(0, 15).map((v) => v + 9));
    return cut(stack([X, X.slice(0, 30), X.slice(0, 15)]), new NDArray(all.map((v) => Math.floor(Math.abs(v)))));
  }
  if (name === "two_samples") {
    return cut(new NDArray(Float64Array.of(0, 1, 2, 3), [2, 2]), new NDArray(Float64Array.of(5, 1)));
  }
  const { X, y } = make(300, 6, 20, 5);
  losesValues(X);
  return cut(X, y.map((v) => Math.floor(Math.abs(v))));
}
