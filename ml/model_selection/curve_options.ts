import type { LabelsLike, VectorLike } from "../array/mod.ts";
import type { ErrorScore } from "./fit_and_score.ts";
import type { SingleScoring } from "./scoring.ts";
import type { CrossValidation } from "./splitter.ts";

/** Names of the options that learning and validation curves have. */
export const curveOptions: readonly string[] = [
  "groups",
  "cv",
  "scoring",
  "nJobs",
  "preDispatch",
  "verbose",
  "errorScore",
  "sampleWeight",
];

/** Parameters that learning and validation curves have. */
export interface CurveOptions {
  /** Group of each sample, for the splitter. */
  groups?: LabelsLike | null;
  /** How samples are divided; 5 folds if left out. */
  cv?: CrossValidation;
  /** How fits are scored; the estimator's own `score` if left out. */
  scoring?: SingleScoring | null;
  /** How many fits at a time; what the backend in force says if left out. */
  nJobs?: number | null;
  /** How many fits are given out ahead; all if left out. */
  preDispatch?: number | string;
  /** How much is said; 0 if left out. */
  verbose?: number;
  /** What a fit that fails scores, or "raise"; NaN if left out. */
  errorScore?: ErrorScore;
  /** Weight of each sample, for `fit`. */
  sampleWeight?: VectorLike | null;
}
