import { NDArray } from "../array/mod.ts";
import {
  checkRandomState,
  type RandomState,
  type RandomStateLike,
  sampleWithoutReplacement,
  shuffledIndices,
} from "../random/mod.ts";
import { bool, checkOptionNames, checkParameters, integer, type ParameterRule, real } from "../utils/mod.ts";
import { DatasetError } from "./errors.ts";

/** Parameters of {@linkcode makeClassification}. */
export interface MakeClassificationOptions {
  /** How many samples; 100 if left out. */
  nSamples?: number;
  /** How many features; 20 if left out. */
  nFeatures?: number;
  /** Features that tell the classes apart; 2 if left out. */
  nInformative?: number;
  /** Features that are linear combinations of the informative ones; 2 if left out. */
  nRedundant?: number;
  /** Features that are copies of those before; 0 if left out. */
  nRepeated?: number;
  /** How many classes; 2 if left out. */
  nClasses?: number;
  /** Clusters of each class; 2 if left out. */
  nClustersPerClass?: number;
  /** Part of the samples of each class (the last may be left out); equal parts if left out. */
  weights?: readonly number[] | null;
  /** Part of the samples whose class is drawn again; 0.01 if left out. */
  flipY?: number;
  /** Half the side of the hypercube whose corners the clusters sit at; 1 if left out. */
  classSep?: number;
  /** Whether the clusters sit at corners of a hypercube, or of a random polytope; true if left out. */
  hypercube?: boolean;
  /** Added to all features, or to each; drawn if null. 0 if left out. */
  shift?: number | readonly number[] | null;
  /** Factor of all features, or of each, after the shift; drawn if null. 1 if left out. */
  scale?: number | readonly number[] | null;
  /** Whether to put samples and features in random order; true if left out. */
  shuffle?: boolean;
  /** Seed. */
  randomState?: RandomStateLike;
}

/** What {@linkcode makeClassification} gives. */
export interface ClassificationProblem {
  /** Samples, shape [nSamples, nFeatures]. */
  X: NDArray<Float64Array>;
  /** Class of each sample, shape [nSamples]. */
  y: NDArray<Int32Array>;
  /** What each feature is. */
  featureInfo: ("informative" | "redundant" | "repeated" | "random")[];
}

type Settings = Required<Omit<MakeClassificationOptions, "randomState">>;

const standard: Settings = {
  nSamples: 100,
  nFeatures: 20,
  nInformative: 2,
  nRedundant: 2,
  nRepeated: 0,
  nClasses: 2,
  nClustersPerClass: 2,
  weights: null,
  flipY: 0.01,
  classSep: 1,
  hypercube: true,
  shift: 0,
  scale: 1,
  shuffle: true,
};

/** A number, one for each feature, or null: which of them fits is asked where they are used. */
const orEach = (number: ParameterRule): ParameterRule => ({
  expected: `${number.expected}, or such a list, or null`,
  test: (v) => v === null || number.test(v) || (Array.isArray(v) && v.every((x) => Number.isFinite(x))),
});

const rules = {
  nSamples: integer({ min: 1 }),
  nFeatures: integer({ min: 1 }),
  nInformative: integer({ min: 1 }),
  nRedundant: integer({ min: 0 }),
  nRepeated: integer({ min: 0 }),
  nClasses: integer({ min: 1 }),
  nClustersPerClass: integer({ min: 1 }),
  flipY: real({ min: 0, max: 1 }),
  classSep: real({ above: 0 }),
  hypercube: bool,
  shift: orEach(real()),
  scale: orEach(real({ above: 0 })),
  shuffle: bool,
};

function checkedWeights({ weights, nClasses }: Settings): number[] {
  if (weights === null) return new Array<number>(nClasses).fill(1 / nClasses);
  if (weights.length !== nClasses && weights.length !== nClasses - 1) {
    throw new DatasetError(`makeClassification: ${weights.length} weights for ${nClasses} classes`);
  }
  if (weights.length === nClasses) return [...weights];
  return [...weights, 1 - weights.reduce((a, b) => a + b, 0)];
}

/** Samples of each cluster: by weight, and what is left one by one from the first. */
function clusterSizes(s: Settings, weights: readonly number[]): number[] {
  const k = s.nClasses * s.nClustersPerClass;
  const sizes = Array.from(
    { length: k },
    (_, c) => Math.trunc(s.nSamples * weights[c % s.nClasses] / s.nClustersPerClass),
  );
  const left = s.nSamples - sizes.reduce((a, b) => a + b, 0);
  for (let i = 0; i < left; i++) sizes[i % k]++;
  return sizes;
}

/** Distinct corners of the unit cube, as rows of zeros and ones. */
function corners(count: number, dimensions: number, rng: RandomState): Float64Array {
  const out = new Float64Array(count * dimensions);
  const high = Math.max(0, dimensions - 30);
  if (high > 0) {
    // 30 bits are drawn without repetition, which makes the rows distinct; the others freely.
    const bits = rng.randint(0, 2, [count, high]).data;
    const rest = corners(count, 30, rng);
    for (let i = 0; i < count; i++) {
      out.set(bits.subarray(i * high, (i + 1) * high), i * dimensions);
      out.set(rest.subarray(i * 30, (i + 1) * 30), i * dimensions + high);
    }
    return out;
  }
  const drawn = sampleWithoutReplacement(2 ** dimensions, count, rng);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < dimensions; j++) out[i * dimensions + j] = (drawn[i] >>> (dimensions - 1 - j)) & 1;
  }
  return out;
}

/** Rows × columns of `a` (n × k) and `b` (k × m), written to columns of `out` (n × width) from `column`. */
function multiplyInto(
  a: Float64Array,
  aWidth: number,
  from: number,
  to: number,
  k: number,
  b: Float64Array,
  m: number,
  out: Float64Array,
  width: number,
  column: number,
): void {
  const line = new Float64Array(m);
  for (let i = from; i < to; i++) {
    line.fill(0);
    for (let t = 0; t < k; t++) {
      const v = a[i * aWidth + t];
      for (let j = 0; j < m; j++) line[j] += v * b[t * m + j];
    }
    out.set(line, i * width + column);
  }
}

/** Uniform numbers in [-1, 1). */
function signedUniform(rng: RandomState, count: number): Float64Array {
  return rng.randomSample(count).data.map((v) => 2 * v - 1);
}

function perFeature(
  value: number | readonly number[] | null,
  m: number,
  name: string,
  draw: () => Float64Array,
): Float64Array {
  if (value === null) return draw();
  if (typeof value === "number") return new Float64Array(m).fill(value);
  if (value.length !== m) throw new DatasetError(`makeClassification: ${value.length} ${name}s for ${m} features`);
  return Float64Array.from(value);
}

/** Samples drawn at a time. */
const BLOCK = 16_384;

/** Gaussians in some columns, row by row; drawn by blocks, which is faster than one by one. */
function fillColumns(rng: RandomState, X: Float64Array, m: number, from: number, to: number): void {
  const width = to - from;
  const n = width > 0 ? X.length / m : 0;
  for (let start = 0; start < n; start += BLOCK) {
    const drawn = rng.standardNormal([Math.min(BLOCK, n - start), width]).data;
    for (let at = 0, row = start * m; at < drawn.length; row += m) {
      for (let j = from; j < to; j++) X[row + j] = drawn[at++];
    }
  }
}

/** The informative features: clusters with covariances of their own, shifted to their corners. */
function fillClusters(
  s: Settings,
  sizes: readonly number[],
  rng: RandomState,
  X: Float64Array,
  y: Int32Array,
): void {
  const m = s.nFeatures;
  const d = s.nInformative;
  const centers = corners(sizes.length, d, rng).map((v) => v * (2 * s.classSep) - s.classSep);
  if (!s.hypercube) {
    const byCluster = rng.randomSample(sizes.length).data;
    const byFeature = rng.randomSample(d).data;
    for (let at = 0; at < centers.length; at++) {
      centers[at] *= byCluster[Math.floor(at / d)];
      centers[at] *= byFeature[at % d];
    }
  }
  fillColumns(rng, X, m, 0, d);
  let stop = 0;
  for (let c = 0; c < sizes.length; c++) {
    // Weights may come to more than 1: what does not fit is left out.
    const start = stop;
    stop = Math.min(s.nSamples, stop + sizes[c]);
    y.fill(c % s.nClasses, start, stop);
    multiplyInto(X, m, start, stop, d, signedUniform(rng, d * d), d, X, m, 0);
    for (let i = start; i < stop; i++) for (let j = 0; j < d; j++) X[i * m + j] += centers[c * d + j];
  }
}

/** The features that follow from the informative ones, and those that mean nothing. */
function fillOthers(s: Settings, rng: RandomState, X: Float64Array): void {
  const { nSamples, nFeatures: m, nInformative: d, nRedundant, nRepeated } = s;
  if (nRedundant > 0) multiplyInto(X, m, 0, nSamples, d, signedUniform(rng, d * nRedundant), nRedundant, X, m, d);
  const n = d + nRedundant;
  if (nRepeated > 0) {
    const copied = rng.randomSample(nRepeated).data.map((v) => Math.trunc((n - 1) * v + 0.5));
    for (let i = 0; i < nSamples; i++) {
      for (let j = 0; j < nRepeated; j++) X[i * m + n + j] = X[i * m + copied[j]];
    }
  }
  fillColumns(rng, X, m, n + nRepeated, m);
}

/**
 * A random classification problem: gaussian clusters at corners of a hypercube, with redundant, repeated and useless
 * features. The same samples as scikit-learn's for the same parameters and seed, to rounding.
 *
 * Source: I. Guyon, "Design of experiments for the NIPS 2003 variable selection benchmark" (2003).
 *
 * @throws {DatasetError} when numbers of features, classes and clusters do not fit together
 *
 * @example
 * ```ts
 * import { makeClassification } from "@troupe/troupe";
 * const { X, y } = makeClassification({ nSamples: 1000, nFeatures: 4, randomState: 0 });
 * X.shape; // [1000, 4]
 * ```
 */
export function makeClassification(options: MakeClassificationOptions = {}): ClassificationProblem {
  checkOptionNames("makeClassification", options, [...Object.keys(standard), "randomState"], {
    returnXy: "samples, classes and what features are always come as one object",
  });
  const given = Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined));
  const s: Settings = { ...standard, ...given };
  checkParameters("makeClassification", s as unknown as Record<string, unknown>, rules);
  const { nSamples, nFeatures: m, nInformative, nRedundant, nRepeated, nClasses, nClustersPerClass } = s;
  const used = nInformative + nRedundant + nRepeated;
  if (used > m) {
    throw new DatasetError(
      `makeClassification: ${used} informative, redundant and repeated features, nFeatures is ${m}`,
    );
  }
  if (nInformative < Math.log2(nClasses * nClustersPerClass)) {
    throw new DatasetError(
      `makeClassification: nClasses × nClustersPerClass (${nClasses * nClustersPerClass}) must be at most ` +
        `2**nInformative (${2 ** nInformative})`,
    );
  }
  const sizes = clusterSizes(s, checkedWeights(s));
  const rng = checkRandomState(options.randomState);
  const X = new Float64Array(nSamples * m);
  const y = new Int32Array(nSamples);
  fillClusters(s, sizes, rng, X, y);
  fillOthers(s, rng, X);
  const flipped = rng.randomSample(nSamples).data;
  const redrawn: number[] = [];
  for (let i = 0; i < nSamples; i++) if (flipped[i] < s.flipY) redrawn.push(i);
  const labels = rng.randint(0, nClasses, redrawn.length).data;
  redrawn.forEach((i, k) => y[i] = labels[k]);
  const shift = perFeature(s.shift, m, "shift", () => signedUniform(rng, m).map((v) => v * s.classSep));
  const scale = perFeature(s.scale, m, "scale", () => rng.randomSample(m).data.map((v) => 1 + 100 * v));
  for (let i = 0, at = 0; i < nSamples; i++) for (let j = 0; j < m; j++, at++) X[at] = (X[at] + shift[j]) * scale[j];
  return arrange(s, rng, X, y);
}

function arrange(s: Settings, rng: RandomState, X: Float64Array, y: Int32Array): ClassificationProblem {
  const { nSamples, nFeatures: m, nInformative, nRedundant, nRepeated } = s;
  const rows = s.shuffle ? shuffledIndices(nSamples, rng) : Int32Array.from(y.keys());
  const columns = s.shuffle ? shuffledIndices(m, rng) : Int32Array.from({ length: m }, (_, j) => j);
  const out = new Float64Array(X.length);
  for (let i = 0, at = 0; i < nSamples; i++) {
    const row = rows[i] * m;
    for (let j = 0; j < m; j++) out[at++] = X[row + columns[j]];
  }
  const featureInfo = Array.from(columns, (j) => {
    if (j < nInformative) return "informative" as const;
    if (j < nInformative + nRedundant) return "redundant" as const;
    return j < nInformative + nRedundant + nRepeated ? "repeated" as const : "random" as const;
  });
  return { X: new NDArray(out, [nSamples, m]), y: new NDArray(y).take(rows), featureInfo };
}
