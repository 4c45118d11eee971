import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  type VectorLike,
} from "../array/mod.ts";
import {
  BaseEstimator,
  checkIsFitted,
  checkParamNames,
  clone,
  type HasParams,
  isClassifier,
  isEstimator,
  type Params,
  resetFitted,
} from "../base/mod.ts";
import {
  bool,
  checkConsistentLength,
  checkOptionNames,
  checkParameters,
  didYouMean,
  either,
  InvalidInputError,
  InvalidParameterError,
  isArrayLike,
  mapping,
  numSamples,
  warnOnce,
} from "../utils/mod.ts";
import { UnknownNameError } from "../utils/mod.ts";
import { type CvResults, makeCvResults, metricKey } from "./cv_results.ts";
import { type Evaluated, evaluateFamily, type FitProgress } from "./evaluate.ts";
import type { ErrorScore } from "./fit_and_score.ts";
import { readScoring, type Scorers, scoreWith, type Scoring, SINGLE, warnOfUnweighted } from "./scoring.ts";
import type { Evaluate, Refit, SearchData, SearchFitOptions } from "./search_options.ts";
import { checkCv, type CrossValidation, type CrossValidator, type Split } from "./splitter.ts";

interface Fitted extends HasParams {
  fit(X: MatrixLike, y?: LabelsLike, sampleWeight?: VectorLike): Promise<unknown>;
  readonly classes_?: Labels;
  readonly nFeaturesIn_?: number;
}

/**
 * A search over hyperparameters by cross validation. What it does with the best candidate is here; which there are, not.
 *
 * What asks the best estimator throws a {@linkcode NotFittedError} before `fit`, an {@linkcode InvalidParameterError}
 * with `refit: false`, and a {@linkcode TypeError} where it has no such method.
 *
 * @example
 * ```ts
 * import { BaseSearchCV, GridSearchCV, loadIris, RandomizedSearchCV, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const searches: BaseSearchCV[] = [
 *   new GridSearchCV(new SVC(), { C: [1, 10] }),
 *   new RandomizedSearchCV(new SVC(), { C: [1, 10, 100] }, { nIter: 2, randomState: 0 }),
 * ];
 * for (const search of searches) {
 *   await search.fit(X, y);
 *   console.log(search.bestScore_); // 0.98…
 * }
 * ```
 */
export abstract class BaseSearchCV extends BaseEstimator {
  /** What is searched for. */
  declare estimator: object;
  /** How candidates are scored. */
  declare scoring: Scoring;
  /** How many fits at a time. */
  declare nJobs: number | null;
  /** Which candidate is fitted in the end. */
  declare refit: Refit;
  /** How samples are divided. */
  declare cv: CrossValidation;
  /** How much is said. */
  declare verbose: number;
  /** How many fits are given out ahead. */
  declare preDispatch: number | string;
  /** What a failure scores. */
  declare errorScore: ErrorScore;
  /** Whether training samples are scored. */
  declare returnTrainScore: boolean;
  /** Told after each fit. */
  declare onProgress: ((progress: FitProgress) => void) | null;

  /** What was found out, by column. */
  declare cvResults_: CvResults;
  /** Place of the best candidate. */
  declare bestIndex_: number;
  /** Its parameters. */
  declare bestParams_: Params;
  /** Its mean score; not there when `refit` is a function. */
  declare bestScore_: number;
  /** It, fitted to all samples; not there without `refit`. */
  // deno-lint-ignore no-explicit-any -- what it is, the user knows: it is what was given as estimator
  declare bestEstimator_: any;
  /** Seconds that the last fit took. */
  declare refitTime_: number;
  /** Number of splits. */
  declare nSplits_: number;
  /** The ways of scoring by name. */
  declare scorer_: Scorers["byName"];
  /** Whether there are several. */
  declare multimetric_: boolean;

  /** Evaluates the candidates of this kind of search; may look at results before it asks for more. */
  protected abstract runSearch(evaluate: Evaluate, data: SearchData): Promise<void>;

  /** Names of parameters that candidates will set. */
  protected abstract candidateNames(): Iterable<string>;

  /** What kind of estimator it is: the kind of what it searches for. */
  get estimatorType(): unknown {
    return (this.estimator as { estimatorType?: unknown } | null)?.estimatorType;
  }

  /** The classes of the best estimator. */
  get classes_(): Labels {
    return this.best("classes_").classes_ as Labels;
  }

  /** Number of features seen in `fit`. */
  get nFeaturesIn_(): number {
    return this.best("nFeaturesIn_").nFeaturesIn_ as number;
  }

  /**
   * Tries all candidates on all splits, and fits the best to all samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets
   * @param given weights and groups of the samples, or weights alone; scores are weighted, too
   * @throws {InvalidParameterError} when a parameter of the search has a value it cannot have
   * @throws {UnknownNameError} when a candidate sets a parameter that the estimator does not have
   * @throws {FitFailedError} when all fits fail
   */
  async fit(X: MatrixLike, y?: LabelsLike | null, given: SearchFitOptions | VectorLike | null = {}): Promise<this> {
    const name = this.constructor.name;
    // Weights alone stand where all estimators take them: a search may be inside another, or a cross validation.
    const options = given === null || isArrayLike(given)
      ? { sampleWeight: given as VectorLike | null }
      : given as SearchFitOptions;
    checkOptionNames(`${name}.fit`, options, ["sampleWeight", "groups"]);
    if (!isEstimator(this.estimator)) throw new InvalidParameterError(`${name}: estimator must be an estimator`);
    const scorers = readScoring(this.scoring, this.estimator);
    const refitMetric = this.refitMetric(scorers);
    const own = this.getParams(false);
    const grids = either(mapping, { expected: "a list of such", test: Array.isArray });
    checkParameters(this.constructor.name, own, {
      returnTrainScore: bool,
      ..."resource" in own ? { resource: { expected: "a name", test: (v: unknown) => typeof v === "string" } } : {},
      ...Object.fromEntries(["paramGrid", "paramDistributions"].filter((k) => k in own).map((k) => [k, grids])),
    });
    checkParamNames(this.estimator, [...this.candidateNames()]);
    this.checkSamples(X, y, options.sampleWeight);
    const splitter = checkCv(this.cv, y, { classifier: isClassifier(this.estimator) });
    const splits = splitsOf(splitter, X, y, options.groups);
    const metrics = Object.keys(scorers.byName);
    if (options.sampleWeight !== null && options.sampleWeight !== undefined) {
      warnOfUnweighted(name, scorers, this.estimator);
    }
    resetFitted(this);
    const all: Params[] = [];
    const allResults: Evaluated["results"] = [];
    const evaluated: (Omit<Evaluated, "results"> & { first: number })[] = [];
    using _stages = { [Symbol.dispose]: () => evaluated.forEach(({ release }) => release()) };
    const columns: Record<string, number[]> = {};
    let results: CvResults | undefined;
    const evaluate: Evaluate = async (candidates, more = {}) => {
      if (candidates.length === 0) {
        throw new InvalidParameterError(`${name}: there are no candidates; the grid is empty`);
      }
      if (this.verbose > 0) {
        console.log(
          `Fitting ${splits.length} folds for each of ${candidates.length} candidates, totalling ` +
            `${candidates.length * splits.length} fits`,
        );
      }
      const { results: part, refit, release } = await evaluateFamily({
        estimator: clone(this.estimator),
        X,
        y,
        candidates,
        splits: more.splits ?? splits,
        options: {
          scorers: scorers.byName,
          errorScore: this.errorScore,
          returnTrainScore: this.returnTrainScore,
          verbose: this.verbose,
          numbered: true,
          weighScores: true,
        },
        sampleWeight: options.sampleWeight,
        nJobs: this.nJobs,
        preDispatch: this.preDispatch,
        onProgress: this.onProgress,
      });
      evaluated.push({ first: all.length, refit, release });
      all.push(...candidates);
      allResults.push(...part);
      for (const [key, values] of Object.entries(more.columns ?? {})) (columns[key] ??= []).push(...Array.from(values));
      const extra = Object.entries(columns).map(([key, values]) => [key, new NDArray(Int32Array.from(values))]);
      return results = {
        ...Object.fromEntries(extra),
        ...makeCvResults(all, splits.length, allResults, metrics),
      };
    };
    // Folds, later rounds and the refit may all warn of the same.
    await warnOnce(async () => {
      await this.runSearch(evaluate, { X, y, splitter, splits });
      this.cvResults_ = results as CvResults;
      this.nSplits_ = splits.length;
      this.scorer_ = scorers.byName;
      this.multimetric_ = scorers.multimetric;
      this.chooseBest(refitMetric);
      if (this.refit !== false) {
        const of = evaluated.findLast(({ first }) => first <= this.bestIndex_);
        await this.refitBest(
          X,
          y,
          options.sampleWeight,
          () => of?.refit(this.bestIndex_ - of.first) as Promise<Fitted> | null,
        );
      }
    });
    return this;
  }

  /** Classes, or numbers, for some samples, by the best estimator. */
  async predict(X: MatrixLike): Promise<Labels> {
    return await this.delegate("predict", X) as Labels;
  }

  /** Probabilities of classes by the best estimator. */
  async predictProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return await this.delegate("predictProba", X) as NDArray<Float64Array>;
  }

  /** Logarithms of probabilities of classes by the best estimator. */
  async predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return await this.delegate("predictLogProba", X) as NDArray<Float64Array>;
  }

  /** Decision values by the best estimator. */
  async decisionFunction(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return await this.delegate("decisionFunction", X) as NDArray<Float64Array>;
  }

  /** Scores of single samples by the best estimator. */
  async scoreSamples(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return await this.delegate("scoreSamples", X) as NDArray<Float64Array>;
  }

  /** Samples as they were before they were transformed, by the best estimator. */
  async inverseTransform(X: MatrixLike): Promise<NDArray<ArrayData>> {
    return await this.delegate("inverseTransform", X) as NDArray<ArrayData>;
  }

  /** Whether the best estimator, or before a fit the one searched for, has a method. */
  supports(method: string): boolean {
    const asked = (this.bestEstimator_ ?? this.estimator) as { supports?(method: string): boolean };
    const has = typeof (asked as Record<string, unknown>)[method] === "function";
    return has && (asked.supports?.(method) ?? true);
  }

  /** Samples transformed by the best estimator. */
  async transform(X: MatrixLike): Promise<NDArray<ArrayData>> {
    return await this.delegate("transform", X) as NDArray<ArrayData>;
  }

  /**
   * Score of the best estimator, in the way that chose it.
   *
   * @throws {InvalidParameterError} with several metrics of which `refit` names none
   */
  async score(X: MatrixLike, y?: LabelsLike): Promise<number> {
    const best = this.best("score");
    if (this.multimetric_ && typeof this.refit !== "string") {
      throw new InvalidParameterError(`${this.constructor.name}.score: with several metrics, refit must name one`);
    }
    const metric = this.multimetric_ ? this.refit as string : SINGLE;
    return await scoreWith(this.scorer_[metric] ?? null, best, X, y);
  }

  /** Asks the best estimator. */
  private async delegate(method: string, X: MatrixLike): Promise<unknown> {
    const best = this.best(method) as unknown as Record<string, (X: MatrixLike) => Promise<unknown>>;
    if (typeof best[method] !== "function") {
      throw new TypeError(`${this.constructor.name}.${method}: ${best.constructor.name} has no ${method}()`);
    }
    return await best[method](X);
  }

  /** The best estimator, or what keeps it from being there. */
  private best(method: string): Fitted {
    if (this.refit === false) {
      throw new InvalidParameterError(`${this.constructor.name}.${method}: needs refit, to have an estimator to ask`);
    }
    checkIsFitted(this, method);
    return this.bestEstimator_;
  }

  /** The metric that decides; undefined when nothing or a function does. */
  private refitMetric({ byName, multimetric }: Scorers): string | undefined {
    if (typeof this.refit === "function") return undefined;
    if (typeof this.refit !== "boolean" && typeof this.refit !== "string") {
      throw new InvalidParameterError(
        `${this.constructor.name}: refit must be true, false, the name of a metric or a function`,
      );
    }
    if (!multimetric) return SINGLE;
    if (this.refit === false) return undefined;
    const names = Object.keys(byName);
    if (typeof this.refit !== "string") {
      throw new InvalidParameterError(
        `${this.constructor.name}: with several metrics, refit must name one, or be false`,
      );
    }
    if (!names.includes(this.refit)) {
      throw new UnknownNameError(
        `${this.constructor.name}: refit ${JSON.stringify(this.refit)} is none of the metrics; ${
          didYouMean(this.refit, names)
        }`,
      );
    }
    return this.refit;
  }

  /** Checks that there are samples, and as many targets. */
  private checkSamples(X: MatrixLike, y?: LabelsLike | null, sampleWeight?: VectorLike | null): void {
    checkConsistentLength({ X, y, sampleWeight });
    if (numSamples(X) === 0) throw new InvalidInputError(`${this.constructor.name}.fit: X has no samples`);
  }

  /** Finds the best candidate in the results. */
  private chooseBest(metric: string | undefined): void {
    const results = this.cvResults_;
    if (typeof this.refit === "function") {
      const at = this.refit(results);
      if (!Number.isInteger(at) || at < 0 || at >= results.params.length) {
        throw new InvalidParameterError(`${this.constructor.name}: refit gave ${at}, which is no candidate's number`);
      }
      this.bestIndex_ = at;
      this.bestParams_ = results.params[at];
      return;
    }
    if (metric === undefined) return;
    const key = metric === SINGLE ? "Score" : metricKey(metric);
    this.bestIndex_ = this.placeOfBest(results, key);
    this.bestParams_ = results.params[this.bestIndex_];
    this.bestScore_ = (results[`meanTest${key}`] as NDArray<Float64Array>).data[this.bestIndex_];
  }

  /** Which candidate is the best by a metric's columns; the first of equals. */
  protected placeOfBest(results: CvResults, key: string): number {
    return (results[`rankTest${key}`] as NDArray<Int32Array>).argmin();
  }

  /** Fits the best candidate to all samples, from what the search has computed where that helps. */
  private async refitBest(
    X: MatrixLike,
    y: LabelsLike | null | undefined,
    sampleWeight: VectorLike | null | undefined,
    planned: () => Promise<Fitted> | null,
  ): Promise<void> {
    const started = performance.now();
    let best = await planned();
    if (best === null) {
      best = clone(this.estimator) as Fitted;
      best.setParams(clone(this.bestParams_, { safe: false }));
      if (sampleWeight === undefined || sampleWeight === null) await best.fit(X, y ?? undefined);
      else await best.fit(X, y ?? undefined, sampleWeight);
    }
    this.refitTime_ = (performance.now() - started) / 1000;
    this.bestEstimator_ = best;
  }
}

/** All splits, checked to be of one length each time. */
function splitsOf(
  splitter: CrossValidator,
  X: MatrixLike,
  y?: LabelsLike | null,
  groups?: LabelsLike | null,
): Split[] {
  const splits = [...splitter.split(X, y, groups)];
  if (splits.length === 0) throw new InvalidParameterError("cv: the splitter gave no splits");
  return splits;
}
