import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import type { Params } from "../base/mod.ts";
import { delayed, type DelayedCall, Parallel } from "../parallel/mod.ts";
import { endLine, fitAndScore, type FitOptions, type FitResult } from "./fit_and_score.ts";
import { FitFailedError } from "./errors.ts";
import type { Split } from "./splitter.ts";

/** How far a search or a cross validation is, told after each fit. */
export interface FitProgress {
  /** Fits that are done. */
  done: number;
  /** Fits in all. */
  total: number;
  /** What was tried. */
  params: Params | null;
  /** What it came to. */
  result: FitResult;
}

/** The fits of some candidates on some splits, and how to do them. */
export interface FitJob {
  readonly estimator: object;
  readonly X: MatrixLike;
  readonly y: LabelsLike | null | undefined;
  /** Hyperparameters of each candidate; null for the estimator as it is. */
  readonly candidates: readonly (Params | null)[];
  readonly splits: readonly Split[];
  readonly options: FitOptions;
  readonly sampleWeight?: VectorLike | null;
  readonly nJobs?: number | null;
  readonly preDispatch?: number | string;
  readonly onProgress?: ((progress: FitProgress) => void) | null;
}

/** One call for each candidate and split, candidates first: what is not planned together is done fit by fit. */
function* callsOf(job: FitJob): IterableIterator<DelayedCall<FitResult>> {
  const { estimator, X, y, candidates, splits } = job;
  for (const [c, params] of candidates.entries()) {
    for (const [s, [train, test]] of splits.entries()) {
      yield delayed(fitAndScore)(estimator, X, y, train, test, params, optionsOf(job, c, s));
    }
  }
}

function optionsOf(job: FitJob, c: number, s: number): FitOptions {
  return {
    ...job.options,
    candidateProgress: [c, job.candidates.length],
    splitProgress: [s, job.splits.length],
    sampleWeight: job.sampleWeight,
  };
}

/**
 * Does all fits on the parallel backend in force. The results stand in the order of candidates and splits, however they
 * finished.
 *
 * @throws {FitFailedError} when all of them failed
 */
export async function evaluateFits(job: FitJob): Promise<FitResult[]> {
  const { candidates, splits, options } = job;
  const total = candidates.length * splits.length;
  const results = new Array<FitResult>(total);
  const parallel = new Parallel({ nJobs: job.nJobs ?? null, preDispatch: job.preDispatch ?? "2*nJobs", verbose: 0 });
  const calls = [...callsOf(job)];
  let done = 0;
  for await (const result of parallel.stream(calls, { ordered: false })) {
    results[result.candidate * splits.length + result.split] = result;
    done++;
    const params = candidates[result.candidate];
    if ((options.verbose ?? 0) > 1) {
      console.log(endLine(params, optionsOf(job, result.candidate, result.split), result));
    }
    job.onProgress?.({ done, total, params, result });
  }
  reportFailures(results, options.errorScore);
  return results;
}

/** Warns of fits and scorings that failed; when all fits did, throws. */
function reportFailures(results: readonly FitResult[], errorScore: unknown): void {
  const failed = results.filter((r) => r.fitError !== null);
  if (failed.length > 0) {
    const first = failed[0].fitError as string;
    if (failed.length === results.length) {
      throw new FitFailedError(`all ${results.length} fits failed, the first with: ${first}`, {
        cause: new Error(first),
      });
    }
    console.warn(
      `${failed.length} of ${results.length} fits failed; they score ${errorScore}. The first failed with: ${first}`,
    );
  }
  const unscored = results.find((r) => Object.keys(r.scoreErrors).length > 0);
  if (unscored !== undefined) {
    const [name, text] = Object.entries(unscored.scoreErrors)[0];
    console.warn(`scoring failed for ${name}, which scores ${errorScore}; the first failed with: ${text}`);
  }
}
