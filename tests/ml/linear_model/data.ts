import {
  loadBreastCancer,
  loadDiabetes,
  loadIris,
  makeBlobs,
  makeClassification,
  makeRegression,
  NDArray,
  StandardScaler,
} from "../../../ml/mod.ts";

/** A table of numbers. */
export type Table = NDArray<Float64Array>;

/** Samples to learn from, their targets or classes, and samples to predict. */
export interface Data {
  X: Table;
  y: Table;
  T: Table;
}

function table(rows: number[][]): Table {
  return new NDArray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}

function numbers(y: NDArray): Table {
  return y.astype("float64");
}

function cutAt({ X, y }: { X: Table; y: Table }, n: number): Data {
  return { X: X.slice(0, n), y: y.slice(0, n), T: X.slice(n) };
}

/** The regression data sets of ml_linear.py. */
export function regression(name: string): Data {
  let X: Table, y: Table;
  switch (name) {
    case "diabetes": {
      const bunch = loadDiabetes();
      return cutAt({ X: bunch.X, y: numbers(bunch.y) }, 300);
    }
    case "two_targets":
      ({ X, y } = makeRegression({ nSamples: 80, nFeatures: 6, nTargets: 2, noise: 4, randomState: 1 }));
      break;
    case "one_feature":
      ({ X, y } = makeRegression({ nSamples: 30, nFeatures: 1, noise: 9, randomState: 2 }));
      break;
    case "wide":
      ({ X, y } = makeRegression({ nSamples: 24, nFeatures: 30, nInformative: 5, noise: 1, randomState: 3 }));
      break;
    case "dependent":
      ({ X, y } = makeRegression({ nSamples: 60, nFeatures: 5, noise: 5, randomState: 4 }));
      for (let i = 0; i < 60; i++) {
        X.set(3, i, 1);
        X.set(X.get(i, 0), i, 3);
      }
      X.data.set(X.data.slice(0, 15 * 5), 30 * 5);
      X = X.map((v) => v + 1000);
      break;
    default:
      return {
        X: table([[0, 1, 5], [2, 3, 4]]),
        y: new NDArray(Float64Array.of(1, 4)),
        T: table([[1, 1, 1], [0, 3, 2]]),
      };
  }
  return cutAt({ X, y }, Math.floor(X.length * 3 / 4));
}

/** The classification data sets of ml_linear.py. */
export async function classes(name: string): Promise<Data> {
  let X: Table, y: NDArray<Int32Array>;
  switch (name) {
    case "iris": {
      const bunch = loadIris();
      const even = Array.from({ length: 75 }, (_, i) => 2 * i);
      return { X: bunch.X.take(even), y: numbers(bunch.y.take(even)), T: bunch.X.take(even.map((i) => i + 1)) };
    }
    case "cancer": {
      const bunch = loadBreastCancer();
      const scaled = await new StandardScaler().fitTransform(bunch.X) as Table;
      return cutAt({ X: scaled, y: numbers(bunch.y) }, 400);
    }
    case "unbalanced":
      ({ X, y } = makeClassification({
        nSamples: 240,
        nFeatures: 5,
        nInformative: 3,
        nClasses: 3,
        weights: [0.75, 0.2],
        classSep: 0.7,
        randomState: 1,
      }));
      break;
    case "one_feature":
      ({ X, y } = makeBlobs({ nSamples: 90, centers: 3, nFeatures: 1, clusterStd: 2, randomState: 2 }));
      break;
    case "duplicates":
      ({ X, y } = makeClassification({ nSamples: 60, nFeatures: 4, randomState: 3 }));
      X = table([...X.toArray(), ...X.slice(0, 30).toArray(), ...X.slice(0, 15).toArray()]);
      y = new NDArray(Int32Array.of(...y.data, ...y.data.slice(0, 30), ...y.data.slice(0, 15).map((v) => 1 - v)));
      break;
    case "constant_column":
      ({ X, y } = makeBlobs({ nSamples: 80, centers: 4, nFeatures: 3, clusterStd: 3, randomState: 4 }));
      for (let i = 0; i < 80; i++) X.set(7, i, 1);
      break;
    default:
      return { X: table([[0, 1], [2, 3]]), y: new NDArray(Float64Array.of(5, -5)), T: table([[0, 2], [2, 2]]) };
  }
  return cutAt({ X, y: numbers(y) }, Math.floor(X.length * 3 / 4));
}

/** Weights with zeros among them. */
export function weights(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => i * 7 % 5 / 2);
}

/** Features on one scale, and other samples on the same. */
export async function scaled({ X, y, T }: Data): Promise<Data> {
  const scaler = await new StandardScaler().fit(X);
  return { X: await scaler.transform(X), y, T: await scaler.transform(T) };
}
