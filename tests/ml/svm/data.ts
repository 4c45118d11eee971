import { loadDigits, makeBlobs, makeClassification, NDArray } from "../../../ml/mod.ts";

/** Samples. */
export type Table = NDArray<Float64Array>;

function concat(parts: readonly number[][][]): Table {
  const rows = parts.flat();
  return new NDArray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}

/** The data sets of svm_data.py: training samples, their classes, and samples to predict. */
export function data(name: string): { X: Table; y: NDArray<Int32Array>; T: Table } {
  if (name === "digits") {
    const { X, y } = loadDigits();
    return { X: X.slice(0, 400), y: y.slice(0, 400), T: X.slice(400, 600) };
  }
  let X: Table, y: NDArray<Int32Array>;
  if (name === "binary") ({ X, y } = makeClassification({ nSamples: 200, nFeatures: 6, randomState: 0 }));
  else if (name === "unbalanced") {
    ({ X, y } = makeClassification({
      nSamples: 240,
      nFeatures: 5,
      nInformative: 3,
      nClasses: 3,
      weights: [0.75, 0.2],
      classSep: 0.7,
      randomState: 1,
    }));
  } else if (name === "one_feature") {
    ({ X, y } = makeBlobs({ nSamples: 90, centers: 3, nFeatures: 1, clusterStd: 2, randomState: 2 }));
  } else if (name === "duplicates") {
    ({ X, y } = makeClassification({ nSamples: 60, nFeatures: 4, randomState: 3 }));
    X = concat([X.toArray(), X.slice(0, 30).toArray(), X.slice(0, 15).toArray()]);
    y = new NDArray(Int32Array.of(...y.data, ...y.data.slice(0, 30), ...y.data.slice(0, 15).map((v) => 1 - v)));
  } else if (name === "constant_column") {
    ({ X, y } = makeBlobs({ nSamples: 80, centers: 4, nFeatures: 3, clusterStd: 3, randomState: 4 }));
    for (let i = 0; i < 80; i++) X.set(7, i, 1);
  } else {
    X = new NDArray(Float64Array.of(0, 1, 2, 3), [2, 2]);
    y = new NDArray(Int32Array.of(5, -5));
  }
  const n = X.length;
  const cut = Math.max(2, Math.floor(n * 3 / 4));
  return { X: X.slice(0, cut), y: y.slice(0, cut), T: cut < n ? X.slice(cut) : X };
}
