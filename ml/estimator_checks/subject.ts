import { assert } from "./assert.ts";
import { type Labels, NDArray, Table } from "../array/mod.ts";
import { clone, type HasParams, NotFittedError, type Params } from "../base/mod.ts";
import { RandomState } from "../random/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { type EstimatorTags, tagsOf } from "./tags.ts";

/** An estimator as checks use it. */
export interface AnyEstimator extends HasParams {
  /** Whatever else it has. */
  // deno-lint-ignore no-explicit-any -- known to the one who asks
  [member: string]: any;
}

/** What estimators are asked about samples. */
export const METHODS = [
  "predict",
  "decisionFunction",
  "predictProba",
  "predictLogProba",
  "transform",
  "scoreSamples",
] as const;

/** What an estimator says about samples: by method, the shape and the values. */
export type Outputs = Record<string, { shape: number[]; values: (number | string | boolean | null)[] }>;

/**
 * Everything that a fitted estimator says about samples. A method that says that it is not to be had as the estimator is
 * set up is left out.
 *
 * @example
 * ```ts
 * import { GaussianNB, loadIris, outputsOf } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * Object.keys(await outputsOf(await new GaussianNB().fit(X, y), X)); // ["predict", "predictProba", "predictLogProba"]
 * ```
 */
export async function outputsOf(estimator: object, X: unknown): Promise<Outputs> {
  const out: Outputs = {};
  for (const method of METHODS) {
    const fn = (estimator as AnyEstimator)[method];
    if (typeof fn !== "function") continue;
    let result: unknown;
    try {
      result = await fn.call(estimator, X);
    } catch (error) {
      if (method !== "predict" && isUnavailable(error)) continue;
      throw error;
    }
    out[method] = plain(result);
  }
  return out;
}

/** Whether an error says that a method is not there, and not that its input is wrong. */
function isUnavailable(error: unknown): boolean {
  return error instanceof Error && !(error instanceof NotFittedError) &&
    /needs \{|has no \w+\(\)|only|lets everything pass|not available|no probabilit|singular/i.test(error.message);
}

/** An array's or a table's shape and values. */
export function plain(result: unknown): { shape: number[]; values: (number | string | boolean | null)[] } {
  if (result instanceof Table) return { shape: result.shape, values: result.toArray().flat() };
  if (result instanceof NDArray) return { shape: result.shape, values: Array.from(result.data as ArrayLike<number>) };
  if (!Array.isArray(result)) throw new TypeError(`expected an array, got ${typeof result}`);
  return { shape: [result.length], values: result as number[] };
}

/** Checks that outputs are the same, numbers up to a relative error. */
export function assertSame(actual: Outputs, expected: Outputs, tol: number, what: string): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected), `${what}: other methods can be called`);
  for (const [method, e] of Object.entries(expected)) {
    const a = actual[method];
    assert.deepEqual(a.shape, e.shape, `${what}: ${method}() gives another shape`);
    for (let i = 0; i < e.values.length; i++) {
      const [x, y] = [a.values[i], e.values[i]];
      const same = typeof x === "number" && typeof y === "number"
        ? Object.is(x, y) || x === y || Math.abs(x - y) <= tol * Math.max(1, Math.abs(y))
        : x === y;
      assert.ok(same, `${what}: ${method}()[${i}] is ${x}, not ${y}`);
    }
  }
}

/** What checks work with: fresh copies of the estimator, and data that fits it. */
export class Subject {
  /** The estimator as it was given. */
  readonly given: AnyEstimator;
  /** Its class's name. */
  readonly name: string;
  /** What it says of itself. */
  readonly tags: Required<EstimatorTags> & { kind: string | undefined };

  constructor(given: object) {
    if (typeof given !== "object" || given === null) {
      throw new InvalidInputError(
        `checkEstimator: estimator must be an estimator, got ${given === null ? "null" : typeof given}`,
      );
    }
    this.given = given as AnyEstimator;
    this.name = given.constructor.name;
    this.tags = tagsOf(given);
  }

  /** A clone, with a seed where it takes one. */
  fresh(): AnyEstimator {
    const copy = clone(this.given, { safe: false }) as AnyEstimator;
    const seeds = Object.entries(copy.getParams()).filter(([name, value]) =>
      /(^|__)randomState$/.test(name) && (value === null || value === undefined)
    );
    if (seeds.length > 0) copy.setParams(Object.fromEntries(seeds.map(([name]) => [name, 0])) as Params);
    return copy;
  }

  /** Samples: three clusters, or two, in three features, scaled as estimators like it. */
  data(n = 42, seed = 0): { X: NDArray<Float64Array>; y: Labels | undefined; weight: NDArray<Float64Array> } {
    const rng = new RandomState(seed);
    const { kind, positiveX, binaryOnly, input, pairwise } = this.tags;
    const k = binaryOnly ? 2 : 3;
    const classes = Int32Array.from({ length: n }, (_, i) => i % k);
    let X: NDArray<Float64Array> = new NDArray<Float64Array>(
      Float64Array.from({ length: 3 * n }, (_, at) => {
        const c = classes[Math.floor(at / 3)];
        return rng.nextGauss() + (at % 3 === c ? 2 : 0) - (at % 3 === 0 ? c : 0);
      }),
      [n, 3],
    );
    if (input === "categories") X = X.map((_, at) => Math.floor(at / 3) % (2 + at % 3));
    if (positiveX) X = X.map((v) => Math.abs(v));
    if (pairwise) {
      X = new NDArray(
        Float64Array.from({ length: n * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          return X.row(i).data.reduce((sum, v, f) => sum + v * X.get(j, f), 0);
        }),
        [n, n],
      );
    }
    const weight = new NDArray(Float64Array.from({ length: n }, () => 0.5 + rng.nextDouble()));
    if (kind === "regressor") {
      const y = Float64Array.from({ length: n }, (_, i) => X.get(i, 0) - 2 * X.get(i, 1) + 0.1 * rng.nextGauss());
      return { X, y: new NDArray(y), weight };
    }
    const labels = this.tags.requiresY || kind !== "clusterer";
    return { X, y: labels ? new NDArray(classes) : undefined, weight };
  }

  /** A fitted copy. */
  async fitted(): Promise<{ estimator: AnyEstimator; X: NDArray<Float64Array>; y: Labels | undefined }> {
    const { X, y } = this.data();
    const estimator = this.fresh();
    await this.fit(estimator, X, y);
    return { estimator, X, y };
  }

  /** Fits, labels where it learns from labels alone. */
  async fit(estimator: AnyEstimator, X: unknown, y?: unknown, weight?: unknown): Promise<unknown> {
    if (this.tags.input === "labels") return await estimator.fit(y);
    return weight === undefined ? await estimator.fit(X, y) : await estimator.fit(X, y, weight);
  }

  /** Whether `fit` takes weights of samples: its third parameter is called that. */
  get takesWeights(): boolean {
    const text = Function.prototype.toString.call(this.given.fit);
    return /^[^{]*?\([^)]*\bsampleWeight\b/.test(text);
  }
}

/** What happens, as an error; undefined when nothing does. */
export async function errorOf(work: () => unknown): Promise<Error | undefined> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Checks that an error is thrown whose message fits. */
export async function assertRefused(work: () => unknown, expected: RegExp, what: string): Promise<Error> {
  const error = await errorOf(work);
  assert.ok(error !== undefined, `${what} was not refused`);
  assert.match(error.message, expected, `${what} was refused with another message`);
  return error;
}
