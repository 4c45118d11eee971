import type { HasParams, KnownOutputs, OutputMethod, PlannedFit } from "../base/mod.ts";
import { getScorer, Scorer } from "../metrics/mod.ts";
import type { SingleScoring } from "./scoring.ts";

/** What a scorer asks an estimator for: a method, or to see the estimator itself. */
export function wantedBy(scoring: SingleScoring | null, estimator: object): OutputMethod | "estimator" {
  if (scoring === null) return "predict";
  const scorer = typeof scoring === "string" ? getScorer(scoring) : scoring;
  if (!(scorer instanceof Scorer)) return "estimator";
  const has = estimator as Record<string, unknown>;
  return scorer.responseMethod.find((m) => typeof has[m] === "function") ?? "estimator";
}

/** A fit of a plan as scorers see it. */
export interface Judged {
  /** Stands in for the fitted estimator: it answers what is known, and makes the estimator for all else. */
  readonly standIn: object;
  /** The fitted estimator, made when it is first asked for. */
  real(): Promise<object>;
}

/**
 * Makes what scorers are given for a planned fit.
 *
 * @param candidate the estimator with the candidate's parameters, not fitted
 * @param known what is known about tables, by their identity
 */
export function judged(candidate: HasParams, fit: PlannedFit, known: ReadonlyMap<object, KnownOutputs>): Judged {
  let made: Promise<object> | undefined;
  const real = (): Promise<object> => made ??= Promise.resolve(fit.make());
  const methods = new Set([...known.values()].flatMap((outputs) => Object.keys(outputs))) as Set<OutputMethod>;
  const standIn = Object.create(candidate);
  for (const [name, value] of Object.entries(fit.attributes ?? {})) define(standIn, name, value);
  for (const method of methods) {
    define(standIn, method, async (X: object): Promise<unknown> => {
      const outputs = known.get(X);
      if (outputs?.[method] !== undefined) return outputs[method];
      const estimator = await real() as Record<OutputMethod, (X: object) => unknown>;
      return await estimator[method](X);
    });
  }
  return { standIn, real };
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
