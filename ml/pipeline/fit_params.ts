import type { VectorLike } from "../array/mod.ts";
import { didYouMean, isArrayLike, UnknownNameError } from "../utils/mod.ts";

/**
 * Parameters of steps' `fit`: `step__sampleWeight` (of a pipeline within, `step__theirs__sampleWeight`), or the weights
 * themselves, which go to the last step.
 */
export type PipelineFitParams = VectorLike | Readonly<Record<string, VectorLike | undefined>>;

/** Weights of a step, or of the steps of a pipeline that is one. */
export type StepWeights = VectorLike | Readonly<Record<string, VectorLike>>;

/**
 * Sorts the parameters of `fit` by step.
 *
 * @throws {UnknownNameError} at one that no step has
 */
export function weightsByStep(
  steps: readonly (readonly [string, unknown, ...unknown[]])[],
  params: PipelineFitParams | undefined,
): Map<string, StepWeights> {
  const out = new Map<string, StepWeights>();
  if (params === undefined || params === null) return out;
  if (isArrayLike(params)) return out.set(steps[steps.length - 1][0], params as VectorLike);
  for (const [key, value] of Object.entries(params as Record<string, VectorLike | undefined>)) {
    const cut = key.indexOf("__");
    const [step, name] = [key.slice(0, cut), key.slice(cut + 2)];
    const owner = steps.find(([n]) => n === step);
    const inner = name.endsWith("__sampleWeight") &&
      Array.isArray((owner?.[1] as { steps?: unknown } | null | undefined)?.steps);
    if (owner === undefined || (name !== "sampleWeight" && !inner)) {
      const valid = steps.map(([n]) => `${n}__sampleWeight`);
      throw new UnknownNameError(`Pipeline.fit: no parameter ${JSON.stringify(key)}; ${didYouMean(key, valid)}`);
    }
    if (value === undefined) continue;
    const before = out.get(step);
    if (!inner) out.set(step, value);
    else out.set(step, { ...before !== undefined && !isArrayLike(before) ? before as object : {}, [name]: value });
  }
  return out;
}
