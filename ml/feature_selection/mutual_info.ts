import { type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkArray,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkParameters,
  checkVector,
  encodeLabels,
  integer,
  InvalidParameterError,
  randomSource,
} from "../utils/mod.ts";
import { digamma } from "../utils/special.ts";

/** How {@linkcode mutualInfoClassif} and {@linkcode mutualInfoRegression} compute. */
export interface MutualInfoOptions {
  /** Which features are discrete: all, none ("auto"), their numbers, or a mask. "auto" if left out. */
  discreteFeatures?: "auto" | boolean | readonly number[] | readonly boolean[];
  /** Neighbours that the density of continuous values is measured by; 3 if left out. */
  nNeighbors?: number;
  /** Seed of the tiny noise that parts equal values. */
  randomState?: RandomStateLike;
}

const OPTIONS: readonly (keyof MutualInfoOptions)[] = ["discreteFeatures", "nNeighbors", "randomState"];
const leftOut = { copy: "X is never changed", nJobs: "it is one thread's work" };

/** The next number toward zero. */
function below(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) - 1n);
  return view.getFloat64(0);
}

/** How many of sorted values lie within a distance of x, ends included. */
function within(sorted: Float64Array, x: number, radius: number): number {
  return firstWhere(sorted, (v) => v - x > radius) - firstWhere(sorted, (v) => x - v <= radius);
}

function firstWhere(sorted: Float64Array, test: (v: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Distance of each of sorted values to its k-th neighbour. */
function kthDistances(sorted: Float64Array, k: number): Float64Array {
  return sorted.map((x, i) => {
    let low = i;
    let high = i;
    let distance = 0;
    for (let step = 0; step < k; step++) {
      const left = low > 0 ? x - sorted[low - 1] : Infinity;
      const right = high < sorted.length - 1 ? sorted[high + 1] - x : Infinity;
      if (left <= right) low--;
      else high++;
      distance = Math.min(left, right);
    }
    return distance;
  });
}

/**
 * Continuous feature, classes.
 *
 * Source: B. C. Ross, "Mutual information between discrete and continuous data sets", PLoS ONE 9 (2014).
 */
function continuousDiscrete(x: Float64Array, codes: Int32Array, counts: Int32Array, neighbors: number): number {
  const shared = x.filter((_, i) => counts[codes[i]] > 1).sort();
  const n = shared.length;
  if (n === 0) return 0;
  let sum = 0;
  for (let c = 0; c < counts.length; c++) {
    const size = counts[c];
    if (size < 2) continue;
    const own = x.filter((_, i) => codes[i] === c).sort();
    const k = Math.min(neighbors, size - 1);
    const radii = kthDistances(own, k);
    for (let i = 0; i < size; i++) {
      sum += digamma(k) - digamma(size) - digamma(within(shared, own[i], below(radii[i])));
    }
  }
  return Math.max(0, digamma(n) + sum / n);
}

/**
 * Both continuous.
 *
 * Source: A. Kraskov, H. Stögbauer, P. Grassberger, "Estimating mutual information", Physical Review E 69 (2004).
 */
function continuousContinuous(x: Float64Array, y: Float64Array, neighbors: number): number {
  const n = x.length;
  const order = Int32Array.from(x.keys()).sort((a, b) => x[a] - x[b]);
  const xs = x.slice().sort();
  const ys = y.slice().sort();
  const byX = Float64Array.from(order, (i) => y[i]);
  const nearest = new Float64Array(neighbors);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    nearest.fill(Infinity);
    let low = i - 1;
    let high = i + 1;
    // Neighbours in the order of x alone, until none can be nearer than those that were found.
    for (;;) {
      const left = low >= 0 ? xs[i] - xs[low] : Infinity;
      const right = high < n ? xs[high] - xs[i] : Infinity;
      const dx = Math.min(left, right);
      if (dx >= nearest[neighbors - 1]) break;
      const j = left <= right ? low-- : high++;
      let d = Math.max(dx, Math.abs(byX[j] - byX[i]));
      for (let k = 0; k < neighbors; k++) if (d < nearest[k]) [d, nearest[k]] = [nearest[k], d];
    }
    const radius = below(nearest[neighbors - 1]);
    sum += digamma(within(xs, xs[i], radius)) + digamma(within(ys, byX[i], radius));
  }
  return Math.max(0, digamma(n) + digamma(neighbors) - sum / n);
}

/** Both discrete: from the table of how often they meet. */
function discreteDiscrete(a: Int32Array, na: Int32Array, b: Int32Array, nb: Int32Array): number {
  const n = a.length;
  const meet = new Float64Array(na.length * nb.length);
  for (let i = 0; i < n; i++) meet[a[i] * nb.length + b[i]]++;
  let sum = 0;
  for (let at = 0; at < meet.length; at++) {
    const both = meet[at];
    if (both === 0) continue;
    sum += both / n * Math.log(both * n / (na[Math.floor(at / nb.length)] * nb[at % nb.length]));
  }
  return Math.max(0, sum);
}

function discreteMask(given: MutualInfoOptions["discreteFeatures"], m: number, caller: string): boolean[] {
  if (given === undefined || given === "auto") return new Array(m).fill(false);
  if (typeof given === "boolean") return new Array(m).fill(given);
  if (Array.isArray(given) && given.every((v) => typeof v === "boolean") && given.length === m) return [...given];
  if (Array.isArray(given) && given.every((v) => Number.isInteger(v) && v >= 0 && v < m)) {
    return Array.from({ length: m }, (_, j) => (given as number[]).includes(j));
  }
  throw new InvalidParameterError(
    `${caller}: discreteFeatures must be "auto", true, false, numbers of features or a mask of ${m}`,
  );
}

/** A column divided by its standard deviation. */
function scaled(column: Float64Array): Float64Array {
  const array = new NDArray(column);
  const std = array.std();
  return column.map((v) => v / (std < 10 * Number.EPSILON ? 1 : std));
}

function size(column: Float64Array): number {
  return 1e-10 * Math.max(1, new NDArray(column.map(Math.abs)).mean());
}

function estimate(
  X: NDArray<Float64Array>,
  target: { codes: Int32Array; counts: Int32Array } | { values: Float64Array },
  options: MutualInfoOptions,
  caller: string,
): NDArray<Float64Array> {
  const { nNeighbors = 3 } = options;
  checkParameters(caller, { nNeighbors, randomState: options.randomState }, {
    nNeighbors: integer({ min: 1 }),
    randomState: randomSource,
  });
  const [n, m] = X.shape;
  const discrete = discreteMask(options.discreteFeatures, m, caller);
  // Within a class, or a category, fewer neighbours do.
  if (nNeighbors >= n && "values" in target && discrete.includes(false)) {
    throw new InvalidParameterError(`${caller}: nNeighbors (${nNeighbors}) must be smaller than the ${n} samples`);
  }
  const rng: RandomState = checkRandomState(options.randomState);
  const columns = discrete.map((d, j) => d ? X.col(j).data : scaled(X.col(j).data));
  const continuous = columns.map((_, j) => j).filter((j) => !discrete[j]);
  const sizes = continuous.map((j) => size(columns[j]));
  // Noise row by row over the continuous features, then for the target: the order in which scikit-learn draws.
  for (let i = 0; i < n; i++) continuous.forEach((j, k) => columns[j][i] += sizes[k] * rng.nextGauss());
  let values: Float64Array | undefined;
  if ("values" in target) {
    values = scaled(target.values);
    const by = size(values);
    values = values.map((v) => v + by * rng.nextGauss());
  }
  const scores = columns.map((column, j) => {
    const classes = discrete[j] ? encodeLabels(new NDArray(column)) : undefined;
    if (values !== undefined) {
      return classes === undefined
        ? continuousContinuous(column, values, nNeighbors)
        : continuousDiscrete(values, classes.codes, classes.counts, nNeighbors);
    }
    const { codes, counts } = target as { codes: Int32Array; counts: Int32Array };
    return classes === undefined
      ? continuousDiscrete(column, codes, counts, nNeighbors)
      : discreteDiscrete(classes.codes, classes.counts, codes, counts);
  });
  return new NDArray(Float64Array.from(scores));
}

/**
 * How much each feature says of the class, of whatever form their dependence is: mutual information in nats, estimated
 * by distances to nearest neighbours.
 *
 * Source: B. C. Ross, "Mutual information between discrete and continuous data sets", PLoS ONE 9 (2014).
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param y class of each sample
 * @param options how
 * @returns at least 0, shape [nFeatures]
 * @throws {InvalidInputError} when X holds NaN or infinities, or y does not fit X
 * @throws {InvalidParameterError} when `discreteFeatures` does not fit X
 *
 * @example
 * ```ts
 * import { loadIris, mutualInfoClassif, type NDArray, SelectKBest } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const score = (X: NDArray<Float64Array>, y: NDArray) => mutualInfoClassif(X, y, { randomState: 0 });
 * (await new SelectKBest({ scoreFunc: score, k: 2 }).fit(X, y)).getSupport(true).toArray(); // [2, 3]
 * ```
 */
export function mutualInfoClassif(
  X: MatrixLike,
  y: LabelsLike,
  options: MutualInfoOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("mutualInfoClassif", options, OPTIONS, leftOut);
  const table = checkArray(X, { caller: "mutualInfoClassif" });
  const labels = checkLabels(y, "mutualInfoClassif: y");
  checkConsistentLength({ X: table, y: labels });
  checkClassificationTargets(labels, "mutualInfoClassif");
  return estimate(table, encodeLabels(labels), options, "mutualInfoClassif");
}

/**
 * How much each feature says of the target, of whatever form their dependence is: mutual information in nats, estimated
 * by distances to nearest neighbours.
 *
 * Source: A. Kraskov, H. Stögbauer, P. Grassberger, "Estimating mutual information", Physical Review E 69 (2004).
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param y target of each sample
 * @param options how
 * @returns at least 0, shape [nFeatures]
 * @throws {InvalidInputError} when X holds NaN or infinities, or y does not fit X
 * @throws {InvalidParameterError} when there are not more samples than `nNeighbors` and a feature is continuous, or
 * `discreteFeatures` does not fit X
 *
 * @example
 * ```ts
 * import { loadDiabetes, mutualInfoRegression } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * mutualInfoRegression(X, y, { randomState: 0 }).argmax(); // 2
 * ```
 */
export function mutualInfoRegression(
  X: MatrixLike,
  y: VectorLike,
  options: MutualInfoOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("mutualInfoRegression", options, OPTIONS, leftOut);
  const table = checkArray(X, { caller: "mutualInfoRegression" });
  const target = checkVector(y, "mutualInfoRegression: y");
  checkConsistentLength({ X: table, y: target });
  return estimate(table, { values: target.data }, options, "mutualInfoRegression");
}
