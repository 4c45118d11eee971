import { toNDArray, type VectorLike } from "../array/mod.ts";
import { didYouMean, InvalidParameterError, warn } from "../utils/mod.ts";

/** A way of one's own to measure how far two samples are from each other. */
export type MetricFunction = (a: Float64Array, b: Float64Array) => number;

/** Names of the metrics that are here. */
export type MetricName =
  | "euclidean"
  | "l2"
  | "sqeuclidean"
  | "manhattan"
  | "l1"
  | "cityblock"
  | "chebyshev"
  | "infinity"
  | "minkowski"
  | "p"
  | "cosine"
  | "precomputed";

/** What a metric comes to: plain data, but for a function of one's own. */
export interface NeighborMetric {
  /** Which loop measures. */
  readonly kind:
    | "euclidean"
    | "sqeuclidean"
    | "manhattan"
    | "chebyshev"
    | "minkowski"
    | "cosine"
    | "precomputed"
    | "own";
  /** The exponent, for minkowski. */
  readonly p: number;
  /** Weight of each feature, for minkowski. */
  readonly w?: Float64Array;
  /** The function, for own. */
  readonly own?: MetricFunction;
}

const KINDS: Readonly<Record<MetricName, NeighborMetric["kind"]>> = {
  euclidean: "euclidean",
  l2: "euclidean",
  sqeuclidean: "sqeuclidean",
  manhattan: "manhattan",
  l1: "manhattan",
  cityblock: "manhattan",
  chebyshev: "chebyshev",
  infinity: "chebyshev",
  minkowski: "minkowski",
  p: "minkowski",
  cosine: "cosine",
  precomputed: "precomputed",
};

/** Metrics of scikit-learn that are not here: a function of one's own does the same. */
const LEFT_OUT = [
  "braycurtis",
  "canberra",
  "correlation",
  "dice",
  "hamming",
  "haversine",
  "jaccard",
  "mahalanobis",
  "nan_euclidean",
  "pyfunc",
  "rogerstanimoto",
  "russellrao",
  "seuclidean",
  "sokalmichener",
  "sokalsneath",
  "yule",
];

/**
 * The metric that hyperparameters mean.
 *
 * @throws {InvalidParameterError} at a name that is not known, or parameters that the metric does not have
 */
export function resolveMetric(
  who: string,
  metric: MetricName | MetricFunction,
  p: number | null,
  params: Readonly<Record<string, unknown>> | null,
): NeighborMetric {
  if (typeof metric === "function") return { kind: "own", p: 2, own: metric };
  if (!Object.hasOwn(KINDS, metric)) {
    throw new InvalidParameterError(
      LEFT_OUT.includes(metric)
        ? `${who}: metric ${
          JSON.stringify(metric)
        } of scikit-learn is left out here; give a function (a, b) => distance`
        : `${who}: no metric ${JSON.stringify(metric)}; ${didYouMean(String(metric), Object.keys(KINDS))}`,
    );
  }
  const kind = KINDS[metric];
  const unknown = Object.keys(params ?? {}).find((name) => kind !== "minkowski" || !["p", "w"].includes(name));
  if (unknown !== undefined) {
    throw new InvalidParameterError(`${who}: metric ${metric} has no parameter ${JSON.stringify(unknown)}`);
  }
  if (kind !== "minkowski") return { kind, p: 2 };
  if (params?.p !== undefined && p !== null && p !== 2) {
    warn(`${who}: p is given in metricParams too; that one counts`);
  }
  const power = (params?.p ?? p ?? 2) as number;
  if (!(power > 0)) throw new InvalidParameterError(`${who}: p must be larger than 0, got ${power}`);
  const w = params?.w === undefined || params.w === null
    ? undefined
    : toNDArray(params.w as VectorLike, `${who}: w`).astype("float64").data;
  if (w?.some((v) => !(v >= 0))) throw new InvalidParameterError(`${who}: w must not hold negative weights`);
  if (w === undefined && power === 1) return { kind: "manhattan", p: 1 };
  if (w === undefined && power === 2) return { kind: "euclidean", p: 2 };
  if (w === undefined && power === Infinity) return { kind: "chebyshev", p: Infinity };
  return { kind: "minkowski", p: power, w };
}

/**
 * A number that orders pairs as their distance does, and is cheaper: without the root. `cosine` takes rows of length 1.
 */
export function reducedDistance(
  metric: NeighborMetric,
): (a: Float64Array, i: number, b: Float64Array, j: number, m: number) => number {
  const { kind, p, w, own } = metric;
  switch (kind) {
    case "euclidean":
    case "sqeuclidean":
      return (a, i, b, j, m) => {
        let sum = 0;
        for (const end = i + m; i < end; i++, j++) sum += (a[i] - b[j]) * (a[i] - b[j]);
        return sum;
      };
    case "manhattan":
      return (a, i, b, j, m) => {
        let sum = 0;
        for (const end = i + m; i < end; i++, j++) sum += Math.abs(a[i] - b[j]);
        return sum;
      };
    case "chebyshev":
      return (a, i, b, j, m) => {
        let most = 0;
        for (const end = i + m; i < end; i++, j++) most = Math.max(most, Math.abs(a[i] - b[j]));
        return most;
      };
    case "minkowski":
      return (a, i, b, j, m) => {
        let sum = 0;
        for (let f = 0; f < m; f++) {
          const term = Math.abs(a[i + f] - b[j + f]) ** p;
          sum += w === undefined ? term : w[f] * term;
        }
        return sum;
      };
    case "cosine":
      return (a, i, b, j, m) => {
        let dot = 0;
        for (const end = i + m; i < end; i++, j++) dot += a[i] * b[j];
        return Math.min(2, Math.max(0, 1 - dot));
      };
    default:
      return (a, i, b, j, m) => (own as MetricFunction)(a.subarray(i, i + m), b.subarray(j, j + m));
  }
}

/** The distance that a reduced distance stands for. */
export function fullDistance({ kind, p }: NeighborMetric, reduced: number): number {
  if (kind === "euclidean") return Math.sqrt(reduced);
  return kind === "minkowski" && p !== Infinity ? reduced ** (1 / p) : reduced;
}

/** Rows scaled to length 1; rows of zeros stay. */
export function unitRows(data: Float64Array, m: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += m) {
    let sum = 0;
    for (let j = 0; j < m; j++) sum += data[at + j] * data[at + j];
    const norm = sum === 0 ? 1 : Math.sqrt(sum);
    for (let j = 0; j < m; j++) out[at + j] = data[at + j] / norm;
  }
  return out;
}
