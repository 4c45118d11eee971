import { allocate, type ArrayData, NDArray, type NumericData, sizeOf } from "../array/mod.ts";
import { checkTrials, notNegative, shapeOf, type Size, stateOf } from "./arguments.ts";
import { drawDescending, fillAround, fillGaussians, fillIntegers, fillUniforms, WORTH } from "./blocks.ts";
import { type ChoiceOptions, choose, thingsToDraw } from "./choice.ts";
import { binomial, multinomial, poisson } from "./discrete.ts";
import { standardGamma } from "./gamma.ts";
import { RandomStateError } from "./errors.ts";
import { maskFor, WordGenerator } from "./word_generator.ts";

/**
 * NumPy's legacy random generator: the same seed gives the same numbers as `numpy.random.RandomState`. Integers,
 * uniforms, permutations and choices are equal to the bit; what needs a logarithm to one or two units in the last
 * place. Its fields are plain, so it can be sent to other threads and goes on there from where it was.
 *
 * All that draw throw a {@linkcode RandomStateError} where a length of what is wanted is no whole number from 0 up.
 *
 * Source: Mersenne Twister (Matsumoto and Nishimura 1998); gaussians by Marsaglia's polar method.
 *
 * @example
 * ```ts
 * import { RandomState } from "@troupe/troupe";
 * const rng = new RandomState(0);
 * rng.randomSample(); // 0.5488135039273248
 * rng.normal(0, 1, [2, 3]).shape; // [2, 3]
 * ```
 */
export class RandomState extends WordGenerator {
  /**
   * A generator from a seed.
   *
   * @param seed 0 to 2**32 − 1, or a list of such; a seed from the system if left out
   * @throws {RandomStateError} when a seed is out of bounds
   */
  constructor(seed?: number | ArrayLike<number> | null) {
    super(stateOf(seed));
  }

  /** A generator that goes on from the same place, apart from this one. */
  copy(): RandomState {
    const twin = new RandomState(0);
    twin.key.set(this.key);
    twin.pos = this.pos;
    twin.hasGauss = this.hasGauss;
    twin.cachedGauss = this.cachedGauss;
    return twin;
  }

  /** An array of what `next` gives. */
  private fill(size: Size, next: () => number): NDArray<Float64Array> {
    const shape = shapeOf(size);
    const out = allocate("float64", sizeOf(shape));
    for (let i = 0; i < out.length; i++) out[i] = next();
    return new NDArray(out, shape);
  }

  /** Uniform numbers in [0, 1): one, or an array of a shape. */
  randomSample(): number;
  /** An array of such. */
  randomSample(size: Size): NDArray<Float64Array>;
  randomSample(size?: Size): number | NDArray<Float64Array> {
    if (size === undefined) return this.nextDouble();
    const shape = shapeOf(size);
    const out = allocate("float64", sizeOf(shape));
    if (out.length >= WORTH) fillUniforms(this, out);
    else for (let i = 0; i < out.length; i++) out[i] = this.nextDouble();
    return new NDArray(out, shape);
  }

  /** Uniform numbers in [0, 1), of axes of these lengths. */
  rand(...shape: number[]): NDArray<Float64Array> {
    return this.randomSample(shape);
  }

  /**
   * Uniform numbers in [low, high).
   *
   * @throws {RandomStateError} when the bounds are not finite
   */
  uniform(low?: number, high?: number): number;
  /** An array of such. */
  uniform(low: number, high: number, size: Size): NDArray<Float64Array>;
  uniform(low = 0, high = 1, size?: Size): number | NDArray<Float64Array> {
    const range = high - low;
    if (!Number.isFinite(range)) throw new RandomStateError(`RandomState.uniform(): ${low} to ${high} is no range`);
    if (size === undefined) return low + range * this.nextDouble();
    const out = this.randomSample(size);
    for (let i = 0; i < out.data.length; i++) out.data[i] = low + range * out.data[i];
    return out;
  }

  /**
   * Uniform whole numbers from `low` to `high` − 1; with one bound, from 0 to it − 1. Arrays are int32 where that holds
   * them all, else int64.
   *
   * @throws {RandomStateError} when there is no whole number between the bounds
   */
  randint(low: number, high?: number | null): number;
  /** An array of such. */
  randint(low: number, high: number | null | undefined, size: Size): NDArray<Int32Array>;
  randint(low: number, high?: number | null, size?: Size): number | NDArray<ArrayData> {
    const from = high === undefined || high === null ? 0 : low;
    const to = high === undefined || high === null ? low : high;
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from < to)) {
      throw new RandomStateError(`RandomState.randint(): no whole number from ${from} up to, but not including, ${to}`);
    }
    const max = to - 1 - from;
    if (!Number.isSafeInteger(max)) throw new RandomStateError("RandomState.randint(): the range is larger than 2**53");
    if (size === undefined) return from + this.nextInterval(max);
    const shape = shapeOf(size);
    const n = sizeOf(shape);
    if (from >= -0x80000000 && to <= 0x80000000) {
      const out = new Int32Array(n);
      if (n >= WORTH && max > 0) fillIntegers(this, out, from, max, maskFor(max));
      else for (let i = 0; i < n; i++) out[i] = from + this.nextInterval(max);
      return new NDArray(out, shape);
    }
    const out = new BigInt64Array(n);
    for (let i = 0; i < n; i++) out[i] = BigInt(from + this.nextInterval(max));
    return new NDArray(out, shape);
  }

  /** Standard gaussians. */
  standardNormal(): number;
  /** An array of such. */
  standardNormal(size: Size): NDArray<Float64Array>;
  standardNormal(size?: Size): number | NDArray<Float64Array> {
    if (size === undefined) return this.nextGauss();
    const shape = shapeOf(size);
    const out = allocate("float64", sizeOf(shape));
    let i = 0;
    if (out.length >= WORTH) {
      // The one that waits comes first; then pairs; the last one of an odd number leaves another waiting.
      if (this.hasGauss) out[i++] = this.nextGauss();
      const pairs = (out.length - i) >> 1;
      fillGaussians(this, out.subarray(i, i + 2 * pairs));
      i += 2 * pairs;
    }
    for (; i < out.length; i++) out[i] = this.nextGauss();
    return new NDArray(out, shape);
  }

  /** Standard gaussians, of axes of these lengths. */
  randn(...shape: number[]): NDArray<Float64Array> {
    return this.standardNormal(shape);
  }

  /**
   * Gaussians of mean `loc` and standard deviation `scale`.
   *
   * @throws {RandomStateError} when the scale is negative
   */
  normal(loc?: number, scale?: number): number;
  /** An array of such. */
  normal(loc: number, scale: number, size: Size): NDArray<Float64Array>;
  normal(loc = 0, scale = 1, size?: Size): number | NDArray<Float64Array> {
    if (!(scale >= 0)) throw new RandomStateError(`RandomState.normal(): the scale must not be negative, got ${scale}`);
    if (size === undefined) return loc + scale * this.nextGauss();
    const out = this.standardNormal(size);
    for (let i = 0; i < out.data.length; i++) out.data[i] = loc + scale * out.data[i];
    return out;
  }

  /**
   * Fills rows with gaussians around a centre, where they lie: the numbers of `normal(center, scale, [n, m])` in NumPy.
   *
   * @param rows whole rows, one after the other, each as long as the centre
   * @throws {RandomStateError} when the scale is negative, or the rows are not whole
   */
  fillNormal(rows: Float64Array, center: Float64Array, scale = 1): void {
    if (!(scale >= 0)) throw new RandomStateError(`RandomState.normal(): the scale must not be negative, got ${scale}`);
    if (center.length === 0 ? rows.length > 0 : rows.length % center.length !== 0) {
      throw new RandomStateError(`RandomState.fillNormal(): ${rows.length} values are no rows of ${center.length}`);
    }
    if (rows.length >= WORTH) fillAround(this, rows, center, scale, () => this.nextGauss());
    else for (let i = 0; i < rows.length; i++) rows[i] = center[i % center.length] + scale * this.nextGauss();
  }

  /** Numbers whose logarithm is gaussian. */
  lognormal(mean?: number, sigma?: number): number;
  /** An array of such. */
  lognormal(mean: number, sigma: number, size: Size): NDArray<Float64Array>;
  lognormal(mean = 0, sigma = 1, size?: Size): number | NDArray<Float64Array> {
    const next = (): number => Math.exp(this.normal(mean, sigma));
    return size === undefined ? next() : this.fill(size, next);
  }

  /**
   * Exponentially distributed numbers of mean `scale`.
   *
   * @throws {RandomStateError} when the scale is negative
   */
  exponential(scale?: number): number;
  /** An array of such. */
  exponential(scale: number, size: Size): NDArray<Float64Array>;
  exponential(scale = 1, size?: Size): number | NDArray<Float64Array> {
    if (!(scale >= 0)) {
      throw new RandomStateError(`RandomState.exponential(): the scale must not be negative: ${scale}`);
    }
    const next = (): number => scale * -Math.log1p(-this.nextDouble());
    return size === undefined ? next() : this.fill(size, next);
  }

  /**
   * Numbers of the gamma distribution.
   *
   * @throws {RandomStateError} when shape or scale is negative
   */
  gamma(shape: number, scale?: number): number;
  /** An array of such. */
  gamma(shape: number, scale: number, size: Size): NDArray<Float64Array>;
  gamma(shape: number, scale = 1, size?: Size): number | NDArray<Float64Array> {
    notNegative("gamma", { shape, scale });
    const next = (): number => scale * standardGamma(this, shape);
    return size === undefined ? next() : this.fill(size, next);
  }

  /**
   * Numbers of the chi-squared distribution of `df` degrees of freedom, more than 0.
   *
   * @throws {RandomStateError} when `df` is not above 0
   */
  chisquare(df: number): number;
  /** An array of such. */
  chisquare(df: number, size: Size): NDArray<Float64Array>;
  chisquare(df: number, size?: Size): number | NDArray<Float64Array> {
    if (!(df > 0)) throw new RandomStateError(`RandomState.chisquare(): df must be positive, got ${df}`);
    const next = (): number => 2 * standardGamma(this, df / 2);
    return size === undefined ? next() : this.fill(size, next);
  }

  /**
   * How often something happens that happens `lam` times on average: Poisson's distribution.
   *
   * @throws {RandomStateError} when `lam` is negative, or too large for a whole number
   */
  poisson(lam?: number): number;
  /** An array of such. */
  poisson(lam: number, size: Size): NDArray<Int32Array>;
  poisson(lam = 1, size?: Size): number | NDArray<Int32Array> {
    notNegative("poisson", { lam });
    if (lam > 2 ** 31 - 2 ** 20) throw new RandomStateError(`RandomState.poisson(): lam is too large, got ${lam}`);
    if (size === undefined) return poisson(this, lam);
    const shape = shapeOf(size);
    return new NDArray(Int32Array.from({ length: sizeOf(shape) }, () => poisson(this, lam)), shape);
  }

  /**
   * How many of `n` trials succeed that do so with probability `p`.
   *
   * @param n a whole number, not negative
   * @throws {RandomStateError} when `n` is no whole number from 0 up, or `p` is not from 0 to 1
   */
  binomial(n: number, p: number): number;
  /** An array of such. */
  binomial(n: number, p: number, size: Size): NDArray<Int32Array>;
  binomial(n: number, p: number, size?: Size): number | NDArray<Int32Array> {
    checkTrials("binomial", n);
    if (!(p >= 0 && p <= 1)) throw new RandomStateError(`RandomState.binomial(): p must be from 0 to 1, got ${p}`);
    if (size === undefined) return binomial(this, n, p);
    const shape = shapeOf(size);
    return new NDArray(Int32Array.from({ length: sizeOf(shape) }, () => binomial(this, n, p)), shape);
  }

  /**
   * How often each outcome comes in `n` trials.
   *
   * @param n a whole number, not negative
   * @param pvals probabilities of the outcomes; the last one's is what the others leave
   * @param size how many such draws; shape [outcomes] if left out, else [...size, outcomes]
   * @throws {RandomStateError} when `n` is no whole number from 0 up, or probabilities are not from 0 to 1, or sum to
   * more
   */
  multinomial(n: number, pvals: ArrayLike<number>, size: Size = []): NDArray<Int32Array> {
    checkTrials("multinomial", n);
    let sum = 0;
    for (let i = 0; i < pvals.length; i++) {
      if (!(pvals[i] >= 0 && pvals[i] <= 1)) {
        throw new RandomStateError(`RandomState.multinomial(): pvals[${i}] is ${pvals[i]}, expected 0 to 1`);
      }
      if (i < pvals.length - 1) sum += pvals[i];
    }
    if (sum > 1 + 1e-12) throw new RandomStateError(`RandomState.multinomial(): pvals sum to ${sum}, more than 1`);
    const shape = [...shapeOf(size), pvals.length];
    const out = new Int32Array(sizeOf(shape));
    for (let at = 0; at < out.length; at += pvals.length) multinomial(this, n, pvals, out, at);
    return new NDArray(out, shape);
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array {
    const out = new Uint8Array(sizeOf(shapeOf(length)));
    if (length === 0) this.nextUint32(); // as NumPy does
    for (let i = 0; i < out.length; i += 4) {
      const word = this.nextUint32();
      for (let j = i; j < Math.min(i + 4, out.length); j++) out[j] = word >>> 8 * (j - i);
    }
    return out;
  }

  /** Puts the entries of the first axis in random order, in place. */
  shuffle(x: NDArray<ArrayData> | NumericData | unknown[]): void {
    const array = x instanceof NDArray ? x : undefined;
    const data = (array === undefined ? x : array.data) as unknown[];
    const n = array === undefined ? data.length : array.length;
    const stride = n === 0 ? 0 : data.length / n;
    for (let i = n - 1; i > 0; i--) {
      const j = this.nextInterval(i);
      if (i === j) continue;
      for (let k = 0; k < stride; k++) {
        const held = data[i * stride + k];
        data[i * stride + k] = data[j * stride + k];
        data[j * stride + k] = held;
      }
    }
  }

  /**
   * The whole numbers below `x` in random order, or the entries of an array's first axis (a copy).
   *
   * @throws {RandomStateError} when it is a number that is not whole, or negative
   */
  permutation(x: number): NDArray<Int32Array>;
  /** The entries of an array's first axis in random order (a copy). */
  permutation<D extends ArrayData>(x: NDArray<D>): NDArray<D>;
  /** The entries of a list in random order. */
  permutation(x: readonly number[]): NDArray<Float64Array>;
  permutation(things: number | readonly number[] | NDArray<ArrayData>): NDArray<ArrayData> {
    const x = thingsToDraw("permutation", things);
    const order = new Int32Array(typeof x === "number" ? x : x.length);
    for (let i = 0; i < order.length; i++) order[i] = i;
    if (order.length > WORTH) {
      // Drawn ahead: the swaps, each a miss of the cache, then do not wait for each other.
      drawDescending(this, order.length, (drawn, count, top) => {
        for (let k = 0; k < count; k++) {
          const j = drawn[k], held = order[top - k];
          order[top - k] = order[j];
          order[j] = held;
        }
      });
    } else {
      for (let i = order.length - 1; i > 0; i--) {
        const j = this.nextInterval(i), held = order[i];
        order[i] = order[j];
        order[j] = held;
      }
    }
    return typeof x === "number" ? new NDArray(order) : x.take(order);
  }

  /**
   * Draws from the whole numbers below `a`, or from the entries of an array: with replacement or without, all alike or
   * with probabilities.
   *
   * @throws {RandomStateError} when there is not enough to draw from, or probabilities do not sum to one
   */
  choice(a: number, options?: Omit<ChoiceOptions, "size">): number;
  /** An array of such. */
  choice(a: number, options: ChoiceOptions & { size: Size }): NDArray<Int32Array>;
  /** Entries of an array. */
  choice<D extends ArrayData>(a: NDArray<D>, options: ChoiceOptions & { size: Size }): NDArray<D>;
  /** Entries of a list. */
  choice(a: readonly number[], options: ChoiceOptions & { size: Size }): NDArray<Float64Array>;
  choice(
    things: number | readonly number[] | NDArray<ArrayData>,
    options: ChoiceOptions = {},
  ): number | NDArray<ArrayData> {
    const { size } = options;
    const a = thingsToDraw("choice", things);
    const n = typeof a === "number" ? a : a.length;
    const shape = size === undefined ? [] : shapeOf(size);
    const picked = choose(this, n, sizeOf(shape), options);
    if (size === undefined) return typeof a === "number" ? picked[0] : (a.data[picked[0]] as number);
    if (typeof a === "number") return new NDArray(picked, shape);
    const taken = a.take(picked);
    return taken.reshape(...shape, ...a.shape.slice(1));
  }
}

/** What a `randomState` parameter takes: null or nothing for a seed of the system, a seed, or a generator. */
export type RandomStateLike = number | RandomState | null | undefined;

/**
 * The generator of a `randomState` parameter: a new one for a seed, itself for a generator.
 *
 * @throws {RandomStateError} when it is none of these, or a seed is out of bounds
 *
 * @example
 * ```ts
 * import { checkRandomState } from "@troupe/troupe";
 * checkRandomState(0).randomSample(); // 0.5488…
 * ```
 */
export function checkRandomState(seed: RandomStateLike): RandomState {
  if (seed instanceof RandomState) return seed;
  if (typeof seed === "object" && seed !== null) {
    throw new RandomStateError("randomState must be null, a seed or a RandomState");
  }
  return new RandomState(seed);
}
