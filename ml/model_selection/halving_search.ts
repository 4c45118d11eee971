import { isClassifier, type Params } from "../base/mod.ts";
import type { NDArray } from "../array/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  bool,
  checkLabels,
  checkParameters,
  didYouMean,
  either,
  encodeLabels,
  integer,
  InvalidParameterError,
  numSamples,
  oneOf,
  randomSource,
  real,
  UnknownNameError,
} from "../utils/mod.ts";
import type { CvResults } from "./cv_results.ts";
import { BaseSearchCV } from "./search.ts";
import { type Evaluate, type SearchData, searchDefaults, type SearchOptions } from "./search_options.ts";
import type { CrossValidator, Split } from "./splitter.ts";

/** Parameters of searches by successive halving beyond those of all searches. */
export interface HalvingOptions extends Omit<SearchOptions, "preDispatch"> {
  /** One candidate of so many goes on, with so many times the resources; 3 if left out. */
  factor?: number;
  /** What grows: "nSamples", or a hyperparameter of the estimator, a whole number; "nSamples" if left out. */
  resource?: string;
  /** Most resources for a candidate; "auto", all samples, if left out. */
  maxResources?: number | "auto";
  /**
   * Resources of a candidate in the first round: a number, "smallest" for little, "exhaust" so that the last round has as
   * much as there is.
   */
  minResources?: number | "smallest" | "exhaust";
  /** Whether rounds with few resources are repeated until few candidates are left; false if left out. */
  aggressiveElimination?: boolean;
  /** Seed of the samples that each round draws, and of candidates. */
  randomState?: RandomStateLike;
}

/** Defaults of searches by successive halving. */
export const halvingDefaults: Readonly<Params> = {
  ...searchDefaults,
  factor: 3,
  resource: "nSamples",
  maxResources: "auto",
  minResources: "exhaust",
  aggressiveElimination: false,
  cv: 5,
  returnTrainScore: true,
  randomState: null,
};

/**
 * A search that gives many candidates little, and the best of them more, round after round.
 *
 * Source: K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS (2016).
 *
 * @example
 * ```ts
 * import { BaseHalvingSearch, BaseSearchCV, HalvingGridSearchCV, SVC } from "@troupe/troupe";
 * const search: BaseHalvingSearch = new HalvingGridSearchCV(new SVC(), { C: [0.1, 1, 10] }, { factor: 2 });
 * search instanceof BaseSearchCV; // true
 * search.factor; // 2
 * ```
 */
export abstract class BaseHalvingSearch extends BaseSearchCV {
  /** One candidate of so many goes on. */
  declare factor: number;
  /** What grows. */
  declare resource: string;
  /** Most resources for a candidate. */
  declare maxResources: number | "auto";
  /** Resources of a candidate in the first round. */
  declare minResources: number | "smallest" | "exhaust";
  /** Whether rounds with few resources are repeated. */
  declare aggressiveElimination: boolean;
  /** Seed. */
  declare randomState: RandomStateLike;

  /** Resources of a candidate in each round. */
  declare nResources_: number[];
  /** Candidates in each round. */
  declare nCandidates_: number[];
  /** Candidates that would go on after the last round. */
  declare nRemainingCandidates_: number;
  /** Most resources for a candidate. */
  declare maxResources_: number;
  /** Resources of a candidate in the first round. */
  declare minResources_: number;
  /** Rounds that there were. */
  declare nIterations_: number;
  /** Rounds that the resources allow. */
  declare nPossibleIterations_: number;
  /** Rounds that it takes to be left with fewer than `factor` candidates. */
  declare nRequiredIterations_: number;

  /** The candidates of the first round; `minResources_` and `maxResources_` are known. */
  protected abstract firstCandidates(): Params[];

  /** Checks the parameters, and finds the least and the most resources. */
  private bounds({ X, y, splitter, splits }: SearchData): void {
    const who = this.constructor.name;
    checkParameters(who, { ...this.getParams(false) }, {
      factor: real({ above: 1 }),
      maxResources: either(oneOf("auto"), integer({ min: 1 })),
      minResources: either(oneOf("smallest", "exhaust"), integer({ min: 1 })),
      aggressiveElimination: bool,
      randomState: randomSource,
    });
    if (!isConstant(splitter)) {
      throw new InvalidParameterError(`${who}: cv must split alike each time; give it a seed, or shuffle: false`);
    }
    const ofSamples = this.resource === "nSamples";
    const names = Object.keys((this.estimator as BaseSearchCV).getParams(true));
    if (!ofSamples && !names.includes(this.resource)) {
      throw new UnknownNameError(
        `${who}: resource ${JSON.stringify(this.resource)} is no parameter of ${this.estimator.constructor.name}; ${
          didYouMean(this.resource, ["nSamples", ...names])
        }`,
      );
    }
    const classes = isClassifier(this.estimator) && y !== undefined && y !== null
      ? encodeLabels(checkLabels(y)).classes.size
      : 1;
    const smallest = ofSamples ? splits.length * 2 * classes : 1;
    this.minResources_ = typeof this.minResources === "number" ? this.minResources : smallest;
    if (this.maxResources === "auto" && !ofSamples) {
      throw new InvalidParameterError(`${who}: maxResources must be a number where the resource is not "nSamples"`);
    }
    this.maxResources_ = this.maxResources === "auto" ? numSamples(X) : this.maxResources;
    if (this.minResources_ > this.maxResources_) {
      throw new InvalidParameterError(
        `${who}: the first round needs ${this.minResources_} ${this.resource}, more than there are at most, ` +
          this.maxResources_,
      );
    }
  }

  /** Goes through the rounds. */
  protected override async runSearch(evaluate: Evaluate, data: SearchData): Promise<void> {
    this.bounds(data);
    const who = this.constructor.name;
    const { factor, resource } = this;
    let candidates = this.firstCandidates();
    if (candidates.length === 0) throw new InvalidParameterError(`${who}: there are no candidates; the grid is empty`);
    if (resource !== "nSamples" && candidates.some((params) => resource in params)) {
      throw new InvalidParameterError(`${who}: ${resource} is the resource, and so cannot be searched for`);
    }
    const rounds = (ratio: number): number => 1 + Math.floor(Math.log(ratio) / Math.log(factor));
    const required = rounds(candidates.length);
    if (this.minResources === "exhaust") {
      const last = Math.floor(this.maxResources_ / factor ** (required - 1));
      this.minResources_ = Math.max(this.minResources_, last);
    }
    const possible = rounds(Math.floor(this.maxResources_ / this.minResources_));
    const iterations = this.aggressiveElimination ? required : Math.min(possible, required);
    if (this.verbose > 0) this.announce(iterations, required, possible);
    this.nResources_ = [];
    this.nCandidates_ = [];
    for (let iter = 0; iter < iterations; iter++) {
      const power = this.aggressiveElimination ? Math.max(0, iter - required + possible) : iter;
      const amount = Math.min(this.maxResources_, Math.floor(factor ** power * this.minResources_));
      this.nResources_.push(amount);
      this.nCandidates_.push(candidates.length);
      if (this.verbose > 0) {
        console.log("-".repeat(10));
        console.log(`iter: ${iter}`);
        console.log(`n_candidates: ${candidates.length}`);
        console.log(`n_resources: ${amount}`);
      }
      if (resource !== "nSamples") candidates = candidates.map((params) => ({ ...params, [resource]: amount }));
      const n = candidates.length;
      const results = await evaluate(candidates, {
        splits: resource === "nSamples" ? this.subsample(data.splits, amount / numSamples(data.X)) : data.splits,
        columns: { iter: new Int32Array(n).fill(iter), nResources: new Int32Array(n).fill(amount) },
      });
      candidates = best(results, iter, Math.ceil(n / factor));
    }
    this.nRemainingCandidates_ = candidates.length;
    this.nRequiredIterations_ = required;
    this.nPossibleIterations_ = possible;
    this.nIterations_ = iterations;
  }

  /** Says what is about to be done, in scikit-learn's lines. */
  private announce(iterations: number, required: number, possible: number): void {
    console.log(`n_iterations: ${iterations}`);
    console.log(`n_required_iterations: ${required}`);
    console.log(`n_possible_iterations: ${possible}`);
    console.log(`min_resources_: ${this.minResources_}`);
    console.log(`max_resources_: ${this.maxResources_}`);
    console.log(`aggressive_elimination: ${this.aggressiveElimination}`);
    console.log(`factor: ${this.factor}`);
  }

  /** A part of the samples of each split, drawn anew for each. */
  private subsample(splits: readonly Split[], part: number): Split[] {
    const draw = (rows: Int32Array): Int32Array => {
      const order = checkRandomState(this.randomState).permutation(rows.length).data;
      return Int32Array.from(order.subarray(0, Math.floor(part * rows.length)), (i) => rows[i]);
    };
    return splits.map(([train, test]) => [draw(train), draw(test)]);
  }

  /** The best of the last round; of those before it none had as much to learn from. */
  protected override placeOfBest(results: CvResults, key: string): number {
    const rounds = (results.iter as NDArray<Int32Array>).data;
    const scores = (results[`meanTest${key}`] as NDArray<Float64Array>).data;
    const last = rounds[rounds.length - 1];
    let at = rounds.indexOf(last);
    for (let i = at; i < rounds.length; i++) if (scores[i] > scores[at] || scores[at] !== scores[at]) at = i;
    return scores[at] === scores[at] ? at : rounds.indexOf(last);
  }
}

/** Whether a splitter gives the same splits each time. */
function isConstant(splitter: CrossValidator): boolean {
  const { shuffle = true, randomState = 0 } = splitter as { shuffle?: unknown; randomState?: unknown };
  return Number.isInteger(randomState) || shuffle === false;
}

/** The best candidates of a round, the best last; those without a score come first. */
function best(results: CvResults, iter: number, count: number): Params[] {
  const rounds = (results.iter as NDArray<Int32Array>).data;
  const scores = results.meanTestScore.data;
  const rank = (i: number): number => scores[i] === scores[i] ? scores[i] : -Infinity;
  const order = [...rounds.keys()].filter((i) => rounds[i] === iter).sort((a, b) => rank(a) - rank(b) || a - b);
  return order.slice(-count).map((i) => results.params[i]);
}
