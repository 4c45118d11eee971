import { isEstimator, type Params } from "../base/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import { type ParamDistributions, type ParamDistributionsOf, ParameterSampler } from "./parameter_sampler.ts";
import { BaseSearchCV } from "./search.ts";
import { type Evaluate, searchDefaults, type SearchOptions } from "./search_options.ts";

/** Parameters of a randomized search beyond those of all searches. */
export interface RandomizedOptions extends SearchOptions {
  /** How many candidates; 10 if left out. */
  nIter?: number;
  /** Seed of the candidates. */
  randomState?: RandomStateLike;
}

/** Parameters of {@linkcode RandomizedSearchCV}, when given as one object. */
export interface RandomizedSearchOptions extends RandomizedOptions {
  /** What is searched for. */
  estimator: object;
  /** For each parameter values or a distribution, or several such tables. */
  paramDistributions: ParamDistributions | readonly ParamDistributions[];
}

/**
 * Tries some combinations of hyperparameters, drawn at random, by cross validation. The same seed draws the candidates
 * that scikit-learn draws.
 *
 * Source: J. Bergstra, Y. Bengio, "Random search for hyper-parameter optimization", JMLR 13 (2012).
 *
 * @example
 * ```ts
 * import { loadDigits, logspace, RandomizedSearchCV, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const space = { C: logspace(-6, 6, 13), gamma: logspace(-8, 8, 17), classWeight: [null, "balanced"] };
 * const search = new RandomizedSearchCV(new SVC(), space, { nIter: 5, cv: 3, randomState: 0 });
 * await search.fit(X, y);
 * search.bestParams_;
 * ```
 */
export class RandomizedSearchCV<E extends object = object> extends BaseSearchCV {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    ...searchDefaults,
    paramDistributions: null,
    nIter: 10,
    randomState: null,
  };

  /** What candidates are drawn from. */
  declare paramDistributions: ParamDistributions | readonly ParamDistributions[];
  /** How many candidates. */
  declare nIter: number;
  /** Seed of the candidates. */
  declare randomState: RandomStateLike;

  /**
   * A search with its main parts in order.
   *
   * @param estimator what is searched for; names of hyperparameters that its class has not do not compile
   * @param paramDistributions for each parameter values or a distribution, or several such tables
   * @param options the rest
   * @throws {UnknownNameError} at an option that there is not, with the nearest that there is
   */
  constructor(
    estimator: E,
    paramDistributions: ParamDistributionsOf<E> | readonly ParamDistributionsOf<E>[],
    options?: RandomizedOptions,
  );
  /**
   * A search with everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: RandomizedSearchOptions);
  constructor(
    first: object,
    paramDistributions?: ParamDistributions | readonly ParamDistributions[],
    options: RandomizedOptions = {},
  ) {
    super(isEstimator(first) ? { ...options, estimator: first, paramDistributions } : first);
  }

  /** Draws the candidates. */
  private sampler(): ParameterSampler {
    return new ParameterSampler(this.paramDistributions, this.nIter, { randomState: this.randomState });
  }

  /** Names that the distributions set. */
  protected override candidateNames(): Iterable<string> {
    return this.sampler().paramDistributions.flatMap((table) => Object.keys(table));
  }

  /** Evaluates all that was drawn at once. */
  protected override async runSearch(evaluate: Evaluate): Promise<void> {
    await evaluate([...this.sampler()]);
  }
}
