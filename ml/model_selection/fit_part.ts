import { type ArrayData, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import {
  clone,
  type FitFamily,
  type FitPlanner,
  type HasParams,
  type KnownOutputs,
  type OutputMethod,
  type Params,
  type PlannedFit,
  type PlannedPart,
  plannerOf,
} from "../base/mod.ts";
import {
  announce,
  checkErrorScore,
  emptyResult,
  errorText,
  fitAndScore,
  type FitOptions,
  type FitResult,
  type Fittable,
  partOf,
} from "./fit_and_score.ts";
import { hearWarnings } from "../utils/mod.ts";
import { decodeSplits, type SplitCode } from "./split_code.ts";
import { type Judged, judged, wantedBy } from "./stand_in.ts";
import { scoreWith } from "./scoring.ts";
import { takeRows } from "./take_rows.ts";

/** A family of fits as it travels: X, y and weights go beside it, so that copies that wait at the worker can stand in. */
export interface FamilyCode {
  readonly candidates: readonly (Params | null)[];
  readonly splits: SplitCode;
  readonly options: FitOptions;
}

/** What a stage came to. */
export interface StageResult {
  readonly value?: unknown;
  /** Whether it could not be done: then the fits are done one by one. */
  readonly failed?: boolean;
  /** Seconds that it took. */
  readonly seconds: number;
}

/** The family as planners see it. */
export function familyOf(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  sampleWeight: VectorLike | null | undefined,
  { candidates, splits, options }: FamilyCode,
): FitFamily {
  return {
    estimator: estimator as HasParams,
    X,
    y,
    sampleWeight,
    candidates,
    splits: decodeSplits(splits),
    wanted: [...new Set(Object.values(options.scorers).map((s) => wantedBy(s, estimator)))],
    onTrain: options.returnTrainScore === true,
  };
}

/** Does a stage of a plan. */
export async function fitStage(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  sampleWeight: VectorLike | null | undefined,
  code: FamilyCode,
  task: unknown,
): Promise<StageResult> {
  const started = performance.now();
  const family = familyOf(estimator, X, y, sampleWeight, code);
  try {
    const value = await (plannerOf(estimator) as FitPlanner).performStage?.(family, task);
    return { value, seconds: (performance.now() - started) / 1000 };
  } catch {
    // What is wrong, the fits will say.
    return { failed: true, seconds: (performance.now() - started) / 1000 };
  }
}

/**
 * Does the fits of a part of a plan, and scores them. Those that the plan does not give after all are done one by one.
 *
 * @param shared results of the part's stages, with the seconds of them that each of the part's fits answers for
 */
export async function fitPart(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  sampleWeight: VectorLike | null | undefined,
  code: FamilyCode,
  part: PlannedPart,
  shared: readonly StageResult[],
): Promise<FitResult[]> {
  const { options } = code;
  checkErrorScore(options.errorScore);
  const family = familyOf(estimator, X, y, sampleWeight, code);
  const judge = new Judge(family, options, shared.reduce((t, s) => t + s.seconds, 0));
  const results = new Map<string, FitResult>();
  const planner = plannerOf(estimator) as FitPlanner;
  const heard: string[] = [];
  try {
    if (!shared.some((s) => s.failed)) {
      await hearWarnings(heard, async () => {
        for await (const fit of planner.performPart(family, part, shared.map((s) => s.value))) {
          results.set(`${fit.candidate},${fit.split}`, await judge.result(fit));
        }
      });
    }
  } catch (error) {
    // A failure to score is the search's to report, when it asked for that; all else is found out again fit by fit.
    if (error instanceof ScoringFailure) throw error.cause;
  }
  for (const { candidate, split } of part.fits) {
    const key = `${candidate},${split}`;
    if (results.has(key)) continue;
    const [train, test] = family.splits[split];
    const own = judge.optionsOf(candidate, split);
    results.set(key, await fitAndScore(estimator, X, y, train, test, family.candidates[candidate], own));
  }
  const all = [...results.values()];
  if (heard.length > 0) all[0].warnings = [...new Set([...heard, ...all[0].warnings ?? []])];
  return all;
}

/** Carries what a scorer threw out of a part. */
class ScoringFailure extends Error {}

type Side = { X: MatrixLike; y: LabelsLike | undefined; sampleWeight: VectorLike | undefined };

/** Rows of a table that are gathered when somebody looks at them: scorers that are told all that they ask for do not. */
function whenLooked(X: MatrixLike, rows: Int32Array, gather: () => MatrixLike): MatrixLike {
  if (!(X instanceof NDArray) || X.constructor !== NDArray || X.ndim !== 2) return gather();
  let gathered: NDArray<ArrayData> | undefined;
  const look = (): NDArray<ArrayData> => gathered ??= gather() as NDArray<ArrayData>;
  return Object.create(NDArray.prototype, {
    // A kernel's matrix loses columns, too: then only the gathered one knows its shape.
    shape: {
      enumerable: true,
      get: () => gathered?.shape ?? (X.shape[0] === X.shape[1] ? look().shape : [rows.length, X.shape[1]]),
    },
    dtype: { enumerable: true, value: X.dtype },
    data: { enumerable: true, get: () => look().data },
  });
}

/** Scores the fits of one part. */
class Judge {
  readonly #sides = new Map<string, Side>();

  constructor(readonly family: FitFamily, readonly options: FitOptions, readonly sharedSeconds: number) {}

  optionsOf(candidate: number, split: number): FitOptions {
    const { family, options } = this;
    return {
      ...options,
      candidateProgress: [candidate, family.candidates.length],
      splitProgress: [split, family.splits.length],
      sampleWeight: family.sampleWeight,
    };
  }

  /** The samples of one side of a split; gathered once. */
  #side(split: number, which: 0 | 1, estimator: Fittable): Side {
    const key = `${split},${which}`;
    let side = this.#sides.get(key);
    if (side === undefined) {
      const { X, y, splits, sampleWeight } = this.family;
      const weigh = this.options.weighScores === true && sampleWeight !== null && sampleWeight !== undefined;
      const rows = splits[split][which];
      side = {
        X: whenLooked(X, rows, () => partOf(estimator, X, rows, splits[split][0])),
        y: y === null || y === undefined ? undefined : takeRows(y, rows) as LabelsLike,
        sampleWeight: weigh ? takeRows(sampleWeight, rows) as VectorLike : undefined,
      };
      this.#sides.set(key, side);
    }
    return side;
  }

  async result(fit: PlannedFit): Promise<FitResult> {
    const { family, options } = this;
    const params = family.candidates[fit.candidate];
    const own = this.optionsOf(fit.candidate, fit.split);
    const announced = announce(params, own);
    const candidate = clone(family.estimator) as Fittable;
    if (params !== null) candidate.setParams(clone(params, { safe: false }));
    const result = emptyResult(own, family.splits[fit.split][1].length);
    if (announced) result.announced = true;
    result.fitTime = fit.fitTime + this.sharedSeconds;
    const test = this.#side(fit.split, 1, candidate);
    const train = options.returnTrainScore === true ? this.#side(fit.split, 0, candidate) : undefined;
    const known = new Map<object, KnownOutputs>([[test.X as object, fit.test ?? {}]]);
    if (train !== undefined) known.set(train.X as object, fit.train ?? {});
    const judgedFit = judged(candidate, fit, known);
    const started = performance.now();
    result.testScores = await this.#scores(judgedFit, test, fit.test ?? {}, candidate, result);
    result.scoreTime = (performance.now() - started) / 1000 + (fit.scoreTime ?? 0);
    if (train !== undefined) {
      result.trainScores = await this.#scores(judgedFit, train, fit.train ?? {}, candidate, result);
    }
    if (options.returnEstimator === true) result.estimator = await judgedFit.real();
    return result;
  }

  async #scores(
    { standIn, real }: Judged,
    { X, y, sampleWeight }: Side,
    known: KnownOutputs,
    candidate: object,
    result: FitResult,
  ): Promise<Record<string, number>> {
    const scores: Record<string, number> = {};
    const { scorers, errorScore } = this.options;
    for (const [name, scoring] of Object.entries(scorers)) {
      scores[name] = errorScore as number;
      try {
        const wanted = wantedBy(scoring, candidate);
        const isKnown = known[wanted as OutputMethod] !== undefined;
        scores[name] = await scoreWith(scoring, isKnown ? standIn : await real(), X, y, sampleWeight);
      } catch (error) {
        if (errorScore === "raise") throw new ScoringFailure("scoring failed", { cause: error });
        result.scoreErrors[name] ??= errorText(error);
      }
    }
    return scores;
  }
}
