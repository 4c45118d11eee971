import { isEstimator, type Params } from "../base/mod.ts";
import { BaseHalvingSearch, halvingDefaults, type HalvingOptions } from "./halving_search.ts";
import { ParameterGrid, type ParamGrid, type ParamGridOf } from "./parameter_grid.ts";

/** Parameters of {@linkcode HalvingGridSearchCV}, when given as one object. */
export interface HalvingGridSearchOptions extends HalvingOptions {
  /** What is searched for. */
  estimator: object;
  /** Values to try for each parameter, or several such tables. */
  paramGrid: ParamGrid | readonly ParamGrid[];
}

/**
 * Tries all combinations of some values with few samples (or little of another resource), the best of them with more,
 * and so on.
 *
 * Source: K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS (2016).
 *
 * @example
 * ```ts
 * import { HalvingGridSearchCV, loadDigits, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const search = new HalvingGridSearchCV(new SVC(), { C: [1, 10, 100], gamma: [1e-4, 1e-3] }, { randomState: 0 });
 * await search.fit(X, y);
 * search.bestParams_;
 * ```
 */
export class HalvingGridSearchCV<E extends object = object> extends BaseHalvingSearch {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { ...halvingDefaults, paramGrid: null };

  /** Values to try. */
  declare paramGrid: ParamGrid | readonly ParamGrid[];

  /**
   * A search with its main parts in order.
   *
   * @param estimator what is searched for; names of hyperparameters that its class has not do not compile
   * @param paramGrid values to try for each parameter, or several such tables
   * @param options the rest
   * @throws {UnknownNameError} at an option that there is not, with the nearest that there is
   */
  constructor(estimator: E, paramGrid: ParamGridOf<E> | readonly ParamGridOf<E>[], options?: HalvingOptions);
  /**
   * A search with everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: HalvingGridSearchOptions);
  constructor(first: object, paramGrid?: ParamGrid | readonly ParamGrid[], options: HalvingOptions = {}) {
    super(isEstimator(first) ? { ...options, estimator: first, paramGrid } : first);
  }

  /** Names that the grid sets. */
  protected override candidateNames(): Iterable<string> {
    return new ParameterGrid(this.paramGrid).paramGrid.flatMap((table) => Object.keys(table));
  }

  /** The whole grid. */
  protected override firstCandidates(): Params[] {
    return [...new ParameterGrid(this.paramGrid)];
  }
}
