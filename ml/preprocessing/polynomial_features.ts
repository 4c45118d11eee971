import { type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseTransformer, featureNamesOf, type Params, resetFitted } from "../base/mod.ts";
import { bool, checkNothingMore, checkParameters, InvalidInputError, InvalidParameterError } from "../utils/mod.ts";
import { fitInput, fittedInput } from "./input.ts";

/** Hyperparameters of {@linkcode PolynomialFeatures}. */
export interface PolynomialFeaturesOptions {
  /** Largest degree, or smallest and largest; 2 if left out. */
  degree?: number | readonly [number, number];
  /** Whether no feature is multiplied by itself; false if left out. */
  interactionOnly?: boolean;
  /** Whether there is a column of ones; true if left out. */
  includeBias?: boolean;
}

/** A monomial: the one of a degree less that it is made of, and the feature that it is multiplied by. */
interface Monomials {
  parent: Int32Array;
  feature: Int32Array;
  /** Where each degree starts; one entry past the last. */
  starts: number[];
}

/** More columns than this are taken for a mistake. */
const MOST_COLUMNS = 50_000_000;

/** All monomials up to a degree, in scikit-learn's order; the first is the empty one. */
function monomialsOf(m: number, degree: number, interactionOnly: boolean): Monomials {
  const parent = [-1];
  const feature = [-1];
  const starts = [0, 1];
  for (let d = 1; d <= degree; d++) {
    for (let p = starts[d - 1]; p < starts[d]; p++) {
      // Features stand in ascending order within a monomial.
      const from = d === 1 ? 0 : feature[p] + (interactionOnly ? 1 : 0);
      if (parent.length + m - from > MOST_COLUMNS) {
        throw new InvalidInputError(`PolynomialFeatures: degree ${degree} of ${m} features gives too many columns`);
      }
      for (let f = from; f < m; f++) {
        parent.push(p);
        feature.push(f);
      }
    }
    starts.push(parent.length);
  }
  return { parent: Int32Array.from(parent), feature: Int32Array.from(feature), starts };
}

/**
 * All products of features up to a degree: [a, b] becomes [1, a, b, a², ab, b²].
 *
 * @example
 * ```ts
 * import { PolynomialFeatures } from "@troupe/troupe";
 * (await new PolynomialFeatures().fitTransform([[2, 3]])).toArray(); // [[1, 2, 3, 4, 6, 9]]
 * ```
 */
export class PolynomialFeatures extends BaseTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { degree: 2, interactionOnly: false, includeBias: true };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = { order: "arrays are always row-major" };

  /** Largest degree, or smallest and largest. */
  declare degree: number | readonly [number, number];
  /** Whether no feature is multiplied by itself. */
  declare interactionOnly: boolean;
  /** Whether there is a column of ones. */
  declare includeBias: boolean;

  /** Number of columns that `transform` gives. */
  declare nOutputFeatures_: number;
  /** Smallest and largest degree at the time of `fit`. */
  declare degrees_: [number, number];
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: PolynomialFeaturesOptions = {}) {
    super(options);
  }

  /** Smallest and largest degree. */
  private degrees(): [number, number] {
    const { degree } = this;
    const pair = Array.isArray(degree) ? degree : [0, degree];
    const [low, high] = pair;
    if (pair.length !== 2 || !pair.every((d) => Number.isInteger(d) && d >= 0) || low > high) {
      throw new InvalidParameterError(
        `PolynomialFeatures: degree must be a whole number at least 0, or a pair of them going up, got ${
          JSON.stringify(degree)
        }`,
      );
    }
    if (high === 0 && !this.includeBias) {
      throw new InvalidParameterError("PolynomialFeatures: degree 0 without includeBias leaves no column at all");
    }
    return [low, high];
  }

  /** The monomials, and the numbers of those that are given. */
  private columns(): { monomials: Monomials; kept: number[] } {
    const [low, high] = this.degrees_ ?? this.degrees();
    const monomials = monomialsOf(this.nFeaturesIn_, high, this.interactionOnly);
    const kept: number[] = this.includeBias ? [0] : [];
    for (let c = monomials.starts[Math.max(1, low)]; c < monomials.parent.length; c++) kept.push(c);
    return { monomials, kept };
  }

  /**
   * Counts the columns; there is nothing to learn.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidParameterError} when the degree is no whole number, or nothing is left
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("PolynomialFeatures", this.getParams(), { interactionOnly: bool, includeBias: bool });
    const degrees = this.degrees();
    resetFitted(this);
    fitInput(this, X, true);
    this.degrees_ = degrees;
    this.nOutputFeatures_ = this.columns().kept.length;
    return this;
  }

  /** Exponents of the features in each column, shape [nOutputFeatures, nFeatures]. */
  get powers_(): NDArray<Int32Array> {
    const found = this.columns();
    const m = this.nFeaturesIn_;
    const out = new Int32Array(found.kept.length * m);
    for (const [k, c] of found.kept.entries()) {
      for (let at = c; at > 0; at = found.monomials.parent[at]) out[k * m + found.monomials.feature[at]]++;
    }
    return new NDArray(out, [found.kept.length, m]);
  }

  /**
   * The products of samples' features.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const { data, shape: [n, m] } = fittedInput(this, X, "transform", true);
    const { monomials: { parent, feature }, kept } = this.columns();
    const width = kept.length;
    const out = new Float64Array(n * width);
    const all = new Float64Array(parent.length);
    all[0] = 1;
    for (let i = 0; i < n; i++) {
      for (let c = 1; c < all.length; c++) all[c] = all[parent[c]] * data[i * m + feature[c]];
      if (width === all.length) out.set(all, i * width);
      else for (let k = 0; k < width; k++) out[i * width + k] = all[kept[k]];
    }
    return new NDArray(out, [n, width]);
  }

  /**
   * The names of the columns: "1", "x0", "x0^2", "x0 x1", ….
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {NotFittedError} before `fit`
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const names = featureNamesOf(this, inputFeatures);
    const powers = this.powers_;
    return Array.from({ length: powers.length }, (_, k) => {
      const parts = names.flatMap((name, j) => {
        const e = powers.data[k * names.length + j];
        return e === 0 ? [] : [e === 1 ? name : `${name}^${e}`];
      });
      return parts.length === 0 ? "1" : parts.join(" ");
    });
  }
}
