import { isEstimator, type Params } from "../base/mod.ts";
import { InvalidParameterError } from "../utils/mod.ts";
import { BaseHalvingSearch, halvingDefaults, type HalvingOptions } from "./halving_search.ts";
import { type ParamDistributions, type ParamDistributionsOf, ParameterSampler } from "./parameter_sampler.ts";

/** Parameters of a halving search at random beyond those of all halving searches. */
export interface HalvingRandomOptions extends HalvingOptions {
  /** Candidates of the first round; "exhaust", as many as the last round's resources allow, if left out. */
  nCandidates?: number | "exhaust";
}

/** Parameters of {@linkcode HalvingRandomSearchCV}, when given as one object. */
export interface HalvingRandomSearchOptions extends HalvingRandomOptions {
  /** What is searched for. */
  estimator: object;
  /** For each parameter values or a distribution, or several such tables. */
  paramDistributions: ParamDistributions | readonly ParamDistributions[];
}

/**
 * Tries combinations drawn at random with few samples (or little of another resource), the best of them with more, and
 * so on.
 *
 * Source: K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS (2016).
 *
 * @example
 * ```ts
 * import { HalvingRandomSearchCV, loadDigits, stats, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const space = { C: stats.loguniform(1, 1000), gamma: stats.loguniform(1e-4, 1e-2) };
 * const search = new HalvingRandomSearchCV(new SVC(), space, { randomState: 0 });
 * await search.fit(X, y);
 * search.bestParams_;
 * ```
 */
export class HalvingRandomSearchCV<E extends object = object> extends BaseHalvingSearch {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    ...halvingDefaults,
    minResources: "smallest",
    paramDistributions: null,
    nCandidates: "exhaust",
  };

  /** What candidates are drawn from. */
  declare paramDistributions: ParamDistributions | readonly ParamDistributions[];
  /** Candidates of the first round. */
  declare nCandidates: number | "exhaust";

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
    options?: HalvingRandomOptions,
  );
  /**
   * A search with everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: HalvingRandomSearchOptions);
  constructor(
    first: object,
    paramDistributions?: ParamDistributions | readonly ParamDistributions[],
    options: HalvingRandomOptions = {},
  ) {
    super(isEstimator(first) ? { ...options, estimator: first, paramDistributions } : first);
  }

  /** Names that the distributions set. */
  protected override candidateNames(): Iterable<string> {
    return new ParameterSampler(this.paramDistributions, 1).paramDistributions.flatMap((table) => Object.keys(table));
  }

  /** What was drawn. */
  protected override firstCandidates(): Params[] {
    const { nCandidates } = this;
    if (nCandidates !== "exhaust" && !(Number.isInteger(nCandidates) && nCandidates >= 1)) {
      throw new InvalidParameterError(
        `HalvingRandomSearchCV: nCandidates must be "exhaust" or a whole number from 1 up, got ${nCandidates}`,
      );
    }
    if (nCandidates === "exhaust" && this.minResources === "exhaust") {
      throw new InvalidParameterError('HalvingRandomSearchCV: nCandidates and minResources cannot both be "exhaust"');
    }
    const n = nCandidates === "exhaust" ? Math.floor(this.maxResources_ / this.minResources_) : nCandidates;
    return [...new ParameterSampler(this.paramDistributions, n, { randomState: this.randomState })];
  }
}
