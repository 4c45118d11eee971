/**
 * What golden tests find, written down for `deno task parity`. Does nothing in an ordinary run of the tests.
 *
 * @module
 */

/** One comparison with the peer. */
export interface Observation {
  /** The test file. */
  readonly file: string;
  /** Which of several comparisons it is: a data set with settings. */
  readonly case?: string;
  /** Numbers compared, how many were the same to the bit, the largest difference over max(1, |expected|), and what was allowed. */
  readonly numbers?: {
    readonly count: number;
    readonly same: number;
    readonly far: number;
    readonly allowed: number;
    /** How far ours and the peer's are from what was computed with 50 digits, where that is known. */
    readonly exact?: { readonly ours: number; readonly theirs: number };
  };
  /** Predictions, and how many were the peer's. */
  readonly predictions?: { readonly count: number; readonly same: number };
  /** How far an objective is above the peer's, relative; below zero where ours is better. */
  readonly above?: number;
  /** How far a mean score over ten seeds is from the peer's, in standard errors of the difference. */
  readonly errors?: number;
  /** How far the peer's mean over ten other seeds is from it. */
  readonly itself?: number;
  /** Largest difference of a candidate's mean score in a search, and of the best; whether the best parameters are the same. */
  readonly search?: { readonly far: number; readonly best: number; readonly same: boolean };
}

const folder = Deno.env.get("TROUPE_PARITY");
const lines: string[] = [];

/** Whether anybody wants to know. */
export const observing: boolean = folder !== undefined;

if (folder !== undefined) {
  globalThis.addEventListener("unload", () => {
    if (lines.length > 0) Deno.writeTextFileSync(`${folder}/${crypto.randomUUID()}.jsonl`, lines.join("\n") + "\n");
  });
}

/** Writes down a comparison. */
export function observe(observation: Omit<Observation, "file">): void {
  if (observing) lines.push(JSON.stringify({ file: Deno.mainModule, ...observation }));
}

/** Writes down predictions against the peer's. */
export function observePredictions(ours: ArrayLike<unknown>, theirs: ArrayLike<unknown>, title?: string): void {
  if (!observing) return;
  let same = 0;
  for (let i = 0; i < theirs.length; i++) same += ours[i] === theirs[i] ? 1 : 0;
  observe({ case: title, predictions: { count: theirs.length, same } });
}

/** Writes down an objective against the peer's. */
export function observeObjective(ours: number, theirs: number, title?: string): void {
  observe({ case: title, above: (ours - theirs) / Math.max(Math.abs(theirs), 1e-9) });
}
