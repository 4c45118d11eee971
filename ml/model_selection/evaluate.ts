import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import {
  type FitFamily,
  type FitPlan,
  type Params,
  type PlannedPart,
  plannerOf,
  type StageValue,
} from "../base/mod.ts";
import { registerInternals } from "../../actors/code/mod.ts";
import { delayed, DelayedCall, isKept, type KeptResult, Parallel } from "../parallel/mod.ts";
import { InvalidInputError, numSamples, warn } from "../utils/mod.ts";
import { FitFailedError } from "./errors.ts";
import {
  checkErrorScore,
  endLine,
  fitAndScore,
  type FitOptions,
  type FitResult,
  type Fittable,
  startLine,
} from "./fit_and_score.ts";
import { type FamilyCode, familyOf, fitPart, fitStage, type StageResult } from "./fit_part.ts";
import { encodeSplits } from "./split_code.ts";
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

/** What a stage of a plan came to. */
interface LandedStage {
  readonly stage: number;
  readonly result: StageResult;
}

/** What a call of an evaluation came to: a stage of a plan, or fits. */
type Landed = LandedStage | { readonly fits: readonly FitResult[] };

function optionsOf(job: FitJob, c: number, s: number): FitOptions {
  return {
    ...job.options,
    candidateProgress: [c, job.candidates.length],
    splitProgress: [s, job.splits.length],
    sampleWeight: job.sampleWeight,
  };
}

/** A stage, tagged with its number: what comes back from anywhere must say what it is. */
export async function landStage(stage: number, ...args: Parameters<typeof fitStage>): Promise<LandedStage> {
  return { stage, result: await fitStage(...args) };
}

/**
 * A part's fits.
 *
 * @param stages what the part's stages came to
 * @param users how many fits use each of them: all answer for its seconds alike
 */
export async function landPart(
  stages: readonly LandedStage[],
  users: readonly number[],
  ...args: Parameters<typeof fitPart> extends [...infer Rest, readonly StageResult[]] ? Rest : never
): Promise<Landed> {
  const shared = stages.map(({ result }, i) => ({ ...result, seconds: result.seconds / users[i] }));
  return { fits: await fitPart(...args, shared) };
}

/** What a function says of a stage's result; undefined where the stage failed. */
export function askStage<A extends unknown[], T>(
  { result }: LandedStage,
  fn: (value: unknown, ...args: A) => T,
  args: A,
): T | undefined {
  return result.failed === true ? undefined : fn(result.value, ...args);
}

/** One fit. */
export async function landFit(...args: Parameters<typeof fitAndScore>): Promise<Landed> {
  return { fits: [await fitAndScore(...args)] };
}

registerInternals({ landStage, landPart, landFit, askStage });

/** The calls of an evaluation: stages, then parts as soon as their stages have landed, then single fits. */
class Calls {
  readonly #job: FitJob;
  readonly #plan: FitPlan;
  readonly #code: FamilyCode;
  readonly #stages = new Map<number, LandedStage | KeptResult<LandedStage>>();
  readonly #numbers = new Map<DelayedCall<Landed>, number>();
  #wake: () => void = () => {};

  constructor(job: FitJob, plan: FitPlan) {
    this.#job = job;
    this.#plan = plan;
    const { candidates, splits, options, X } = job;
    this.#code = { candidates, splits: encodeSplits(splits, numSamples(X)), options };
  }

  /** What the stages came to, here or on a worker. */
  get landed(): ReadonlyMap<number, StageValue> {
    return new Map(
      [...this.#stages].map(([i, landed]) => [i, {
        ask: async <A extends unknown[], T>(
          fn: (value: unknown, ...args: A) => T,
          ...args: A
        ): Promise<Awaited<T> | undefined> =>
          isKept(landed)
            ? await landed.ask(askStage<A, T>, fn, args) as Awaited<T> | undefined
            : await askStage(landed, fn, args),
      }]),
    );
  }

  /** A stage is done; where its result is kept, the call says which it is. */
  land(landed: LandedStage | KeptResult<LandedStage>): void {
    this.#stages.set(isKept(landed) ? this.#numbers.get(landed.call) as number : landed.stage, landed);
    this.#wake();
  }

  /** Lets go of what the stages came to. */
  release(): void {
    for (const landed of this.#stages.values()) if (isKept(landed)) landed.release();
    this.#stages.clear();
  }

  /** All at once, where no call waits for another; otherwise as they can be made. */
  all(): DelayedCall<Landed>[] | AsyncGenerator<DelayedCall<Landed>> {
    const { stages = [], parts } = this.#plan;
    if (stages.length > 0) return this.#staged();
    const { estimator, X, y, sampleWeight = null } = this.#job;
    const planned = [...parts].sort((a, b) => b.cost - a.cost).map((part) =>
      delayed(landPart)([], [], estimator, X, y, sampleWeight, this.#code, part)
    );
    return [...planned, ...this.#singles()];
  }

  /** The largest first, so that nobody waits long for the last. */
  async *#staged(): AsyncGenerator<DelayedCall<Landed>> {
    const { estimator, X, y, sampleWeight = null } = this.#job;
    const stages = this.#plan.stages ?? [];
    const byCost = [...stages.keys()].sort((a, b) => stages[b].cost - stages[a].cost);
    for (const i of byCost) {
      const args: Parameters<typeof landStage> = [i, estimator, X, y, sampleWeight, this.#code, stages[i].task];
      const call = new DelayedCall<Landed>(landStage, args, true);
      this.#numbers.set(call, i);
      yield call;
    }
    const left = [...this.#plan.parts].sort((a, b) => b.cost - a.cost);
    while (left.length > 0) {
      const ready = left.findIndex((part) => (part.stages ?? []).every((s) => this.#stages.has(s)));
      if (ready < 0) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const [part] = left.splice(ready, 1);
      const users = (part.stages ?? []).map((s) => this.#users(s));
      yield delayed(landPart)(this.#stagesOf(part), users, estimator, X, y, sampleWeight, this.#code, part);
    }
    yield* this.#singles();
  }

  /** What a part's stages came to, or what stands for it. */
  #stagesOf({ stages = [] }: PlannedPart): LandedStage[] {
    return stages.map((s) => {
      const landed = this.#stages.get(s) as LandedStage | KeptResult<LandedStage>;
      return isKept(landed) ? landed.ref as unknown as LandedStage : landed;
    });
  }

  /** How many fits use a stage. */
  #users(stage: number): number {
    return this.#plan.parts.reduce((n, p) => n + (p.stages?.includes(stage) ? p.fits.length : 0), 0);
  }

  /** One call for each fit that stands in no part, candidates first. */
  *#singles(): Generator<DelayedCall<Landed>> {
    const { estimator, X, y, candidates, splits } = this.#job;
    const planned = new Set(this.#plan.parts.flatMap((p) => p.fits.map((f) => `${f.candidate},${f.split}`)));
    for (const [c, params] of candidates.entries()) {
      for (const [s, [train, test]] of splits.entries()) {
        if (planned.has(`${c},${s}`)) continue;
        yield delayed(landFit)(estimator, X, y, train, test, params, optionsOf(this.#job, c, s));
      }
    }
  }
}

/** The job as planners see it. */
function familyOfJob({ estimator, X, y, candidates, splits, options, sampleWeight }: FitJob): FitFamily {
  return familyOf(estimator, X, y, sampleWeight, { candidates, splits: { splits, count: splits.length }, options });
}

/** Fits that are done, and what they know of the next. */
export interface Evaluated {
  /** In the order of candidates and splits. */
  readonly results: FitResult[];
  /** A candidate fitted to all samples, from what the fits shared; null where they shared nothing that helps. */
  refit(candidate: number): Promise<object> | null;
  /** Lets go of what the fits shared. */
  release(): void;
}

/**
 * Does all fits on the parallel backend in force. The results stand in the order of candidates and splits, however they
 * finished.
 *
 * @throws {FitFailedError} when all of them failed
 */
export async function evaluateFits(job: FitJob): Promise<FitResult[]> {
  const { results, release } = await evaluateFamily(job);
  release();
  return results;
}

/** The same, with what the fits know of one more: the best candidate's, to all samples. */
export async function evaluateFamily(job: FitJob): Promise<Evaluated> {
  const { candidates, splits, options } = job;
  checkErrorScore(options.errorScore);
  checkTakesWeights(job);
  const total = candidates.length * splits.length;
  const results = new Array<FitResult>(total);
  const planner = plannerOf(job.estimator);
  const family = familyOfJob(job);
  const plan = await planner?.planFits(family) ?? { parts: [] };
  const parallel = new Parallel({
    nJobs: job.nJobs ?? null,
    preDispatch: job.preDispatch ?? "2*nJobs",
    verbose: 0,
    // Parts may wait for stages: neither may travel with the other.
    ...(plan.parts.length > 0 ? { batchSize: 1 } : {}),
  });
  const calls = new Calls(job, plan);
  const release = (): void => calls.release();
  try {
    let done = 0;
    const stream: AsyncIterable<Landed | KeptResult<LandedStage>> = parallel.stream(calls.all(), { ordered: false });
    for await (const landed of stream) {
      if (!("fits" in landed)) {
        calls.land(landed);
        continue;
      }
      for (const result of landed.fits) {
        results[result.candidate * splits.length + result.split] = result;
        done++;
        const params = candidates[result.candidate];
        if ((options.verbose ?? 0) > 1) {
          const own = optionsOf(job, result.candidate, result.split);
          if (options.verbose as number > 9 && result.announced !== true) console.log(startLine(params, own));
          console.log(endLine(params, own, result));
        }
        job.onProgress?.({ done, total, params, result });
      }
    }
    reportFailures(results, options.errorScore);
  } catch (error) {
    release();
    throw error;
  }
  reportWarnings(results);
  return { results, release, refit: (candidate) => planner?.refit?.(family, plan, calls.landed, candidate) ?? null };
}

/** Weights that `fit` would pass over in silence are refused: its parameters say that it has no place for them. */
function checkTakesWeights({ estimator, sampleWeight }: FitJob): void {
  const { fit } = estimator as Partial<Fittable>;
  if (sampleWeight === null || sampleWeight === undefined || typeof fit !== "function" || fit.length >= 3) return;
  const text = Function.prototype.toString.call(fit);
  // `...none` gathers what is refused.
  if (/^[^{]*?\([^)]*(sampleWeight|=|\.\.\.(?!none\b))/.test(text) || /\barguments\b/.test(text)) return;
  throw new InvalidInputError(`${estimator.constructor.name}.fit takes no weights of samples; leave sampleWeight out`);
}

/** Hands on what fits warned of, each text once. */
function reportWarnings(results: readonly FitResult[]): void {
  for (const text of new Set(results.flatMap((r) => r.warnings ?? []))) warn(text);
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
