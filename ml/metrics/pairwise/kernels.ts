import { type MatrixLike, NDArray } from "../../array/mod.ts";
import { checkArray, checkOptionNames, didYouMean, UnknownNameError } from "../../utils/mod.ts";
import { MetricError } from "../errors.ts";
import { blockDistance, cosineSimilarity, squaredDistances } from "./distances.ts";
import { checkPair, eachPair, products } from "./inputs.ts";

/** What kernels take. */
export interface KernelOptions {
  /** Scale; 1 / nFeatures if left out (1 for "chi2"). */
  gamma?: number | null;
  /** Power of the polynomial kernel; 3 if left out. */
  degree?: number;
  /** What is added to products; 1 if left out. */
  coef0?: number;
}

function inPlace(array: NDArray<Float64Array>, f: (v: number) => number): NDArray<Float64Array> {
  const { data } = array;
  for (let i = 0; i < data.length; i++) data[i] = f(data[i]);
  return array;
}

/**
 * Products of the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { linearKernel } from "@troupe/troupe";
 * linearKernel([[1, 2]], [[3, 4]]).toArray(); // [[11]]
 * ```
 */
export function linearKernel(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  return products(checkPair(X, Y));
}

/**
 * (gamma x·y + coef0)^degree of the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { polynomialKernel } from "@troupe/troupe";
 * polynomialKernel([[1, 2]], [[3, 4]], { degree: 2, gamma: 1 }).toArray(); // [[144]]
 * ```
 */
export function polynomialKernel(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: KernelOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("polynomialKernel", options, ["coef0", "degree", "gamma"]);
  const pair = checkPair(X, Y);
  const { degree = 3, coef0 = 1 } = options;
  const gamma = options.gamma ?? 1 / pair.X.shape[1];
  return inPlace(products(pair), (v) => (gamma * v + coef0) ** degree);
}

/**
 * tanh(gamma x·y + coef0) of the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { sigmoidKernel } from "@troupe/troupe";
 * sigmoidKernel([[1, 2]], [[3, 4]], { gamma: 0.1, coef0: 0 }).toArray(); // [[0.8004…]]
 * ```
 */
export function sigmoidKernel(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: Omit<KernelOptions, "degree"> = {},
): NDArray<Float64Array> {
  checkOptionNames("sigmoidKernel", options, ["coef0", "gamma"]);
  const pair = checkPair(X, Y);
  const { coef0 = 1 } = options;
  const gamma = options.gamma ?? 1 / pair.X.shape[1];
  return inPlace(products(pair), (v) => Math.tanh(gamma * v + coef0));
}

/**
 * exp(−gamma ‖x − y‖²) of the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { rbfKernel } from "@troupe/troupe";
 * rbfKernel([[0], [1]], null, { gamma: 1 }).toArray(); // [[1, 0.3678…], [0.3678…, 1]]
 * ```
 */
export function rbfKernel(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: Pick<KernelOptions, "gamma"> = {},
): NDArray<Float64Array> {
  checkOptionNames("rbfKernel", options, ["gamma"]);
  const pair = checkPair(X, Y);
  const gamma = options.gamma ?? 1 / pair.X.shape[1];
  return inPlace(squaredDistances(pair), (v) => Math.exp(-gamma * v));
}

/**
 * exp(−gamma Σ|x − y|) of the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { laplacianKernel } from "@troupe/troupe";
 * laplacianKernel([[0], [1]], null, { gamma: 1 }).toArray(); // [[1, 0.3678…], [0.3678…, 1]]
 * ```
 */
export function laplacianKernel(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: Pick<KernelOptions, "gamma"> = {},
): NDArray<Float64Array> {
  checkOptionNames("laplacianKernel", options, ["gamma"]);
  const pair = checkPair(X, Y);
  const gamma = options.gamma ?? 1 / pair.X.shape[1];
  return inPlace(eachPair(pair, blockDistance), (v) => Math.exp(-gamma * v));
}

/**
 * −Σ (x − y)² / (x + y) of the rows of X and Y, shape [nX, nY]; for histograms.
 *
 * Source: J. Zhang, M. Marszalek, S. Lazebnik, C. Schmid, "Local features and kernels for classification of texture and
 * object categories", IJCV 73 (2007).
 *
 * @throws {MetricError} when there are negative values
 *
 * @example
 * ```ts
 * import { additiveChi2Kernel } from "@troupe/troupe";
 * additiveChi2Kernel([[1, 0]], [[0, 1]]).toArray(); // [[-2]]
 * ```
 */
export function additiveChi2Kernel(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  const pair = checkPair(X, Y);
  for (const [name, a] of [["X", pair.X], ["Y", pair.Y]] as const) {
    if (a.data.some((v) => v < 0)) throw new MetricError(`additiveChi2Kernel: ${name} has negative values`);
  }
  return eachPair(pair, (x, a, y, b, d) => {
    let sum = 0;
    for (let k = 0; k < d; k++) {
      const under = x[a + k] + y[b + k];
      if (under !== 0) sum += (x[a + k] - y[b + k]) ** 2 / under;
    }
    return -sum;
  });
}

/**
 * exp of gamma (1 if left out) times the additive chi-squared kernel, shape [nX, nY].
 *
 * Source: J. Zhang, M. Marszalek, S. Lazebnik, C. Schmid, "Local features and kernels for classification of texture and
 * object categories", IJCV 73 (2007).
 *
 * @throws {MetricError} when there are negative values
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { chi2Kernel } from "@troupe/troupe";
 * chi2Kernel([[1, 0], [1, 0]]).toArray(); // [[1, 1], [1, 1]]
 * ```
 */
export function chi2Kernel(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: Pick<KernelOptions, "gamma"> = {},
): NDArray<Float64Array> {
  checkOptionNames("chi2Kernel", options, ["gamma"]);
  const gamma = options.gamma ?? 1;
  return inPlace(additiveChi2Kernel(X, Y), (v) => Math.exp(gamma * v));
}

/** A kernel of your own: of two rows. */
export type PairwiseKernelFunction = (x: NDArray<Float64Array>, y: NDArray<Float64Array>) => number;

/** Names of kernels. */
export type PairwiseKernelName =
  | "additive_chi2"
  | "chi2"
  | "linear"
  | "poly"
  | "polynomial"
  | "rbf"
  | "laplacian"
  | "sigmoid"
  | "cosine"
  | "precomputed";

const named: Record<
  string,
  [(X: MatrixLike, Y?: MatrixLike | null, options?: KernelOptions) => NDArray<Float64Array>, string[]]
> = {
  additive_chi2: [additiveChi2Kernel, []],
  chi2: [chi2Kernel, ["gamma"]],
  linear: [linearKernel, []],
  poly: [polynomialKernel, ["gamma", "degree", "coef0"]],
  polynomial: [polynomialKernel, ["gamma", "degree", "coef0"]],
  rbf: [rbfKernel, ["gamma"]],
  laplacian: [laplacianKernel, ["gamma"]],
  sigmoid: [sigmoidKernel, ["gamma", "coef0"]],
  cosine: [cosineSimilarity, []],
};

/** Options of {@linkcode pairwiseKernels}. */
export interface PairwiseKernelsOptions extends KernelOptions {
  /** Which kernel; "linear" if left out. */
  metric?: PairwiseKernelName | PairwiseKernelFunction;
  /** Whether options that the kernel does not take are passed over; false if left out. */
  filterParams?: boolean;
}

/**
 * Kernel values of the rows of X and Y.
 *
 * @param X samples, shape [nX, nFeatures]; with metric "precomputed" the kernel values, which are given back
 * @param Y others, shape [nY, nFeatures]; X if left out
 * @returns shape [nX, nY]
 * @throws {UnknownNameError} at a kernel that there is not, with the nearest that there is
 * @throws {MetricError} at an option that the kernel does not take
 *
 * @example
 * ```ts
 * import { pairwiseKernels } from "@troupe/troupe";
 * pairwiseKernels([[1, 2]], [[3, 4]], { metric: "linear" }).toArray(); // [[11]]
 * ```
 */
export function pairwiseKernels(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: PairwiseKernelsOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("pairwiseKernels", options, ["coef0", "degree", "filterParams", "gamma", "metric"]);
  const { metric = "linear", filterParams = false, ...params } = options;
  if (typeof metric === "function") {
    const { X: a, Y: b } = checkPair(X, Y);
    const [n, m] = [a.shape[0], b.shape[0]];
    return new NDArray(
      Float64Array.from({ length: n * m }, (_, at) => metric(a.row(Math.floor(at / m)), b.row(at % m))),
      [n, m],
    );
  }
  if (metric === "precomputed") return checkArray(X);
  if (!Object.hasOwn(named, metric)) {
    throw new UnknownNameError(
      `pairwiseKernels: no kernel ${JSON.stringify(metric)}; ${
        didYouMean(metric, [...Object.keys(named), "precomputed"])
      }`,
    );
  }
  const [kernel, takes] = named[metric];
  const extra = Object.keys(params).filter((name) => !takes.includes(name));
  if (extra.length > 0 && !filterParams) {
    throw new MetricError(
      `pairwiseKernels: ${metric} takes no ${extra.join(", ")}; filterParams: true passes over them`,
    );
  }
  return kernel(X, Y, Object.fromEntries(Object.entries(params).filter(([name]) => takes.includes(name))));
}
