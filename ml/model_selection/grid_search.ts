import { isEstimator, type Params } from "../base/mod.ts";
import { ParameterGrid, type ParamGrid, type ParamGridOf } from "./parameter_grid.ts";
import { BaseSearchCV } from "./search.ts";
import { type Evaluate, searchDefaults, type SearchOptions } from "./search_options.ts";

/** Parameters of {@linkcode GridSearchCV}, when given as one object. */
export interface GridSearchOptions extends SearchOptions {
  /** What is searched for. */
  estimator: object;
  /** Values to try for each parameter, or several such tables. */
  paramGrid: ParamGrid | readonly ParamGrid[];
}

/**
 * Tries all combinations of some values of hyperparameters by cross validation.
 *
 * The fits run on the parallel backend in force; see `parallelBackend`.
 *
 * @example
 * ```ts
 * import { GridSearchCV, loadDigits, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const search = new GridSearchCV(new SVC(), { C: [1, 10], gamma: [1e-3, 1e-4] }, { cv: 3 });
 * await search.fit(X, y);
 * search.bestParams_; // { C: 10, gamma: 0.001 }
 * ```
 */
export class GridSearchCV<E extends object = object> extends BaseSearchCV {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { ...searchDefaults, paramGrid: null };

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
  constructor(estimator: E, paramGrid: ParamGridOf<E> | readonly ParamGridOf<E>[], options?: SearchOptions);
  /**
   * A search with everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: GridSearchOptions);
  constructor(first: object, paramGrid?: ParamGrid | readonly ParamGrid[], options: SearchOptions = {}) {
    super(isEstimator(first) ? { ...options, estimator: first, paramGrid } : first);
  }

  /** Names that the grid sets. */
  protected override candidateNames(): Iterable<string> {
    return new ParameterGrid(this.paramGrid).paramGrid.flatMap((table) => Object.keys(table));
  }

  /** Evaluates the whole grid at once. */
  protected override async runSearch(evaluate: Evaluate): Promise<void> {
    await evaluate([...new ParameterGrid(this.paramGrid)]);
  }
}
