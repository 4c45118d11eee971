import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { BaseClassifier, checkIsFitted, type Params, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkParameters,
  checkSampleWeight,
  decodeLabels,
  encodeLabels,
  InvalidInputError,
  InvalidParameterError,
  numSamples,
  oneOf,
  type ParameterRule,
  randomSource,
} from "../utils/mod.ts";
import { drawOne } from "./draw_one.ts";

/** How {@linkcode DummyClassifier} predicts. */
export type DummyClassifierStrategy = "most_frequent" | "prior" | "stratified" | "uniform" | "constant";

/** Hyperparameters of {@linkcode DummyClassifier}. */
export interface DummyClassifierOptions {
  /**
   * "prior" and "most_frequent" predict the most frequent class, with the frequencies, or with 1, as its probability;
   * "stratified" draws by the frequencies, "uniform" draws all classes alike, "constant" predicts `constant`. "prior" if
   * left out.
   */
  strategy?: DummyClassifierStrategy;
  /** Seed of what is drawn. */
  randomState?: RandomStateLike;
  /** The class for strategy "constant". */
  constant?: number | string | boolean | null;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  strategy: oneOf("most_frequent", "prior", "stratified", "uniform", "constant"),
  randomState: randomSource,
  constant: {
    expected: "one class label (several outputs are not supported), or null",
    test: (v) => v === null || ["number", "string", "boolean"].includes(typeof v),
  },
};

/**
 * Predicts classes without looking at the samples: what a classifier has to beat.
 *
 * @example
 * ```ts
 * import { DummyClassifier } from "@troupe/troupe";
 * const dummy = await new DummyClassifier().fit([[0], [0], [0]], ["a", "b", "b"]);
 * (await dummy.predict([[1]])).toArray(); // ["b"]
 * ```
 */
export class DummyClassifier extends BaseClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { strategy: "prior", randomState: null, constant: null };

  /** How it predicts. */
  declare strategy: DummyClassifierStrategy;
  /** Seed of what is drawn. */
  declare randomState: RandomStateLike;
  /** The class for strategy "constant". */
  declare constant: number | string | boolean | null;

  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;
  /** How many classes there are. */
  declare nClasses_: number;
  /** Frequency of each class, shape [nClasses]. */
  declare classPrior_: NDArray<Float64Array>;
  /** Number of outputs: 1. */
  declare nOutputs_: number;
  /** The strategy at the time of `fit`, which holds until the next one. */
  declare strategy_: DummyClassifierStrategy;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: DummyClassifierOptions = {}) {
    super(options);
  }

  /**
   * Learns how frequent the classes are.
   *
   * @param X samples; only their number matters
   * @param y class of each sample, shape [nSamples]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when y does not fit X
   * @throws {InvalidParameterError} when the constant is missing, or y does not hold it
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("DummyClassifier", this.getParams(false), rules);
    const labels = checkLabels(y, "DummyClassifier.fit: y");
    checkConsistentLength({ X, y: labels });
    if (labels.size === 0) throw new InvalidInputError("DummyClassifier.fit: y must not be empty");
    checkClassificationTargets(labels, "DummyClassifier.fit");
    const { classes, codes } = encodeLabels(labels);
    const weight = checkSampleWeight(sampleWeight, codes.length);
    const prior = new Float64Array(classes.size);
    for (let i = 0; i < codes.length; i++) prior[codes[i]] += weight[i];
    const total = prior.reduce((a, b) => a + b, 0);
    if (this.strategy === "constant") this.constantCode(classes);
    resetFitted(this);
    this.classes_ = classes;
    this.nClasses_ = classes.size;
    this.nOutputs_ = 1;
    this.classPrior_ = new NDArray(prior.map((w) => w / total));
    this.strategy_ = this.strategy;
    return this;
  }

  /** Place of the constant among the classes. */
  private constantCode(classes: Labels): number {
    if (this.constant === null) {
      throw new InvalidParameterError(`DummyClassifier: strategy "constant" needs constant, one of the classes`);
    }
    const wanted = typeof this.constant === "boolean" ? Number(this.constant) : this.constant;
    const at = Array.from(classes.data as ArrayLike<unknown>).indexOf(wanted);
    if (at < 0) {
      throw new InvalidParameterError(
        `DummyClassifier: constant ${JSON.stringify(this.constant)} is not among the classes of y: ` +
          [...classes.data].map((c) => JSON.stringify(c)).join(", "),
      );
    }
    return at;
  }

  /**
   * A class for each sample, shape [nSamples].
   *
   * @param X samples; only their number matters
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async predict(X: MatrixLike): Promise<Labels> {
    checkIsFitted(this, "predict");
    const n = numSamples(X);
    const codes = new Int32Array(n);
    if (this.strategy_ === "stratified") this.draw(n, (i, c) => codes[i] = c);
    else if (this.strategy_ === "uniform") {
      codes.set(checkRandomState(this.randomState).randint(0, this.nClasses_, n).data);
    } else if (this.strategy_ === "constant") codes.fill(this.constantCode(this.classes_));
    else codes.fill(this.classPrior_.argmax());
    return decodeLabels(this.classes_, codes);
  }

  /** Draws a class for each of `n` samples, by the frequencies. */
  private draw(n: number, take: (i: number, code: number) => void): void {
    const rng = checkRandomState(this.randomState);
    for (let i = 0; i < n; i++) take(i, drawOne(rng, this.classPrior_.data));
  }

  /**
   * Probability of each class, shape [nSamples, nClasses].
   *
   * @param X samples; only their number matters
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async predictProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "predictProba");
    const n = numSamples(X);
    const k = this.nClasses_;
    const out = new Float64Array(n * k);
    const always = (c: number): void => {
      for (let i = 0; i < n; i++) out[i * k + c] = 1;
    };
    if (this.strategy_ === "most_frequent") always(this.classPrior_.argmax());
    else if (this.strategy_ === "constant") always(this.constantCode(this.classes_));
    else if (this.strategy_ === "uniform") out.fill(1 / k);
    else if (this.strategy_ === "stratified") this.draw(n, (i, c) => out[i * k + c] = 1);
    else for (let i = 0; i < n; i++) out.set(this.classPrior_.data, i * k);
    return new NDArray(out, [n, k]);
  }

  /**
   * Logarithms of the probabilities.
   *
   * @throws {NotFittedError} before `fit`
   */
  async predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X)).map(Math.log);
  }

  /**
   * Mean accuracy of the predictions.
   *
   * @param X samples, or null: only their number matters
   * @param y their classes
   * @param sampleWeight their weights
   */
  override score(X: MatrixLike | null, y: LabelsLike, sampleWeight?: VectorLike): Promise<number> {
    return super.score(X ?? new NDArray(new Float64Array(numSamples(y)), [numSamples(y), 1]), y, sampleWeight);
  }
}
