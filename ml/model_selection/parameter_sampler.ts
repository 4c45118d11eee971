import type { Params } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike, sampleWithoutReplacement } from "../random/mod.ts";
import { checkOptionNames, checkParameters, integer, InvalidParameterError } from "../utils/mod.ts";
import type { Distribution } from "./distributions.ts";
import type { ParamTable } from "./param_names.ts";
import { ParameterGrid, type ParamGrid, sortedNames } from "./parameter_grid.ts";

/** For each parameter a list of values or a distribution; or several such tables, of which one is drawn each time. */
export type ParamDistributions = Readonly<
  Record<string, readonly unknown[] | ArrayLike<unknown> | Distribution | undefined>
>;

/** The same for an estimator of a known class: only names that it has. */
export type ParamDistributionsOf<E> = ParamTable<
  E,
  readonly unknown[] | ArrayLike<unknown> | Distribution | undefined
>;

function isDistribution(x: unknown): x is Distribution {
  return typeof x === "object" && x !== null && "rvs" in x && typeof x.rvs === "function";
}

/**
 * Combinations of parameters at random, the same as scikit-learn's for the same seed: without repetition where all
 * values are lists, with it where there are distributions.
 *
 * @example
 * ```ts
 * import { ParameterSampler, stats } from "@troupe/troupe";
 * const sampler = new ParameterSampler({ C: stats.loguniform(0.1, 100), kernel: ["rbf", "poly"] }, 4, { randomState: 0 });
 * [...sampler].length; // 4
 * ```
 */
export class ParameterSampler implements Iterable<Params> {
  /** What is drawn from. */
  readonly paramDistributions: readonly ParamDistributions[];
  /** How many are drawn. */
  readonly nIter: number;
  /** Seed. */
  readonly randomState: RandomStateLike;

  /**
   * Checks and keeps what is drawn from.
   *
   * @throws {InvalidParameterError} when a parameter has neither a list of values nor a distribution
   */
  constructor(
    paramDistributions: ParamDistributions | readonly ParamDistributions[],
    nIter: number,
    options: { randomState?: RandomStateLike } = {},
  ) {
    checkOptionNames("ParameterSampler", options, ["randomState"]);
    checkParameters("ParameterSampler", { nIter }, { nIter: integer({ min: 1 }) });
    const tables: readonly ParamDistributions[] = Array.isArray(paramDistributions)
      ? paramDistributions
      : [paramDistributions as ParamDistributions];
    if (tables.length === 0) throw new InvalidParameterError("grid: the list of distributions is empty");
    // Lists go through the grid's checks, whatever stands beside them.
    this.paramDistributions = tables.map((table) => {
      const given = Object.entries(table).filter(([, v]) => v !== undefined);
      const lists = Object.fromEntries(given.filter(([, v]) => !isDistribution(v)));
      return { ...Object.fromEntries(given), ...new ParameterGrid(lists as ParamGrid).paramGrid[0] };
    });
    this.nIter = nIter;
    this.randomState = options.randomState ?? null;
  }

  /** The grid, when all values are lists. */
  private grid(): ParameterGrid | undefined {
    const lists = this.paramDistributions.every((table) => !Object.values(table).some(isDistribution));
    return lists ? new ParameterGrid(this.paramDistributions as readonly ParamGrid[]) : undefined;
  }

  /** How many combinations will be drawn: no more than there are. */
  get length(): number {
    return Math.min(this.nIter, this.grid()?.length ?? Infinity);
  }

  /** Draws; a seed draws the same each time, a generator goes on. */
  *[Symbol.iterator](): IterableIterator<Params> {
    const rng = checkRandomState(this.randomState);
    const grid = this.grid();
    if (grid !== undefined) {
      const n = Math.min(this.nIter, grid.length);
      if (n < this.nIter) {
        console.warn(
          `ParameterSampler: there are only ${n} combinations, fewer than nIter=${this.nIter}; all are tried`,
        );
      }
      for (const i of sampleWithoutReplacement(grid.length, n, rng)) yield grid.at(i);
      return;
    }
    for (let i = 0; i < this.nIter; i++) {
      const table = this.paramDistributions[rng.nextInterval(this.paramDistributions.length - 1)];
      const picked: Params = {};
      for (const name of sortedNames(Object.keys(table))) {
        const values = table[name];
        picked[name] = isDistribution(values)
          ? values.rvs(rng)
          : (values as readonly unknown[])[rng.nextInterval((values as readonly unknown[]).length - 1)];
      }
      yield picked;
    }
  }
}
