import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import type { Params } from "../base/mod.ts";
import type { CvResults } from "./cv_results.ts";
import type { FitProgress } from "./evaluate.ts";
import type { ErrorScore } from "./fit_and_score.ts";
import type { Scoring } from "./scoring.ts";
import type { CrossValidation, CrossValidator, Split } from "./splitter.ts";

/** Which candidate is fitted to all samples in the end: the best, the best by a metric, the one a function chooses; or none. */
export type Refit = boolean | string | ((results: CvResults) => number);

/** Parameters that all searches have. */
export interface SearchOptions {
  /** How candidates are scored; the estimator's own `score` if left out. */
  scoring?: Scoring;
  /** How many fits at a time; what the backend in force says if left out. */
  nJobs?: number | null;
  /** Which candidate is fitted to all samples in the end; the best if left out. With several metrics, one's name. */
  refit?: Refit;
  /** How samples are divided: number of folds, splitter or list of splits; 5 if left out. */
  cv?: CrossValidation;
  /** 1 says how many fits there are, 2 when each ends, 3 its score, 10 when it starts; 0 if left out. */
  verbose?: number;
  /** How many fits are given out ahead; "2*nJobs" if left out. */
  preDispatch?: number | string;
  /** What a candidate that fails scores, or "raise"; NaN if left out. */
  errorScore?: ErrorScore;
  /** Whether to score the training samples too; false if left out. */
  returnTrainScore?: boolean;
  /** Told after each fit how far the search is. */
  onProgress?: ((progress: FitProgress) => void) | null;
}

/** What goes with the samples into `fit` of a search. */
export interface SearchFitOptions {
  /** Weight of each sample, for the estimators' `fit`. */
  sampleWeight?: VectorLike | null;
  /** Group of each sample, for the splitter. */
  groups?: LabelsLike | null;
}

/** Defaults that all searches have. */
export const searchDefaults: Readonly<Params> = {
  estimator: null,
  scoring: null,
  nJobs: null,
  refit: true,
  cv: null,
  verbose: 0,
  preDispatch: "2*nJobs",
  errorScore: NaN,
  returnTrainScore: false,
  onProgress: null,
};

/** How some candidates of a search are evaluated, other than all of them are. */
export interface EvaluateOptions {
  /** Splits in the place of the search's own; as many. */
  splits?: readonly Split[];
  /** More columns of the results: a value for each of these candidates. */
  columns?: Readonly<Record<string, ArrayLike<number>>>;
}

/** What a search gets its candidates' results by: those of all that were evaluated so far. */
export type Evaluate = (candidates: readonly Params[], options?: EvaluateOptions) => Promise<CvResults>;

/** What a search searches on. */
export interface SearchData {
  /** Samples. */
  readonly X: MatrixLike;
  /** Targets. */
  readonly y: LabelsLike | null | undefined;
  /** What divides them. */
  readonly splitter: CrossValidator;
  /** How it did. */
  readonly splits: readonly Split[];
}
