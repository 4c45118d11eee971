import type { KnownNames } from "../persistence/mod.ts";
import type { Subject } from "./subject.ts";

/** One check: what it looks at, and whether it concerns an estimator. */
export interface EstimatorCheck {
  /** Its name. */
  readonly name: string;
  /** Whether it concerns an estimator; all if left out. */
  readonly concerns?: (subject: Subject) => boolean;
  /** Looks; throws when something is wrong. */
  readonly run: (subject: Subject, known: KnownNames) => unknown;
}

/** Which estimators a check concerns. */
export const learnsFromX = ({ tags }: Subject): boolean => tags.input !== "labels";
/** Which estimators a check concerns. */
export const looksAtX = (s: Subject): boolean => learnsFromX(s) && !s.tags.unchecked;
/** Which estimators a check concerns. */
export const numeric = (s: Subject): boolean => looksAtX(s) && s.tags.input === "numbers";
/** Which estimators a check concerns. */
export const ordinary = (s: Subject): boolean => numeric(s) && !s.tags.pairwise;
/** Which estimators a check concerns. */
export const isKind = (kind: string) => (s: Subject): boolean => s.tags.kind === kind && ordinary(s);

/** Whether an error says that a method is not to be had as the estimator is set up. */
export function isUnavailableText(text: string): boolean {
  return /needs \{|has no \w+\(\)|probabilit|only for/i.test(text);
}
