/** What a row of `deno task bench ml` is. */

/** The peer's side of a row, in Python. */
export interface PeerCode {
  /** Run once, untimed: imports and data. */
  readonly setup: string;
  /** Statements before each timed run, untimed; such as an estimator made anew. */
  readonly before?: string;
  /** The statements that are timed. */
  readonly run: string;
  /** An expression shown beside ours: a score, a best parameter. */
  readonly value?: string;
  /** Environment of its process, such as `OMP_NUM_THREADS`. As it is, if left out. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Our side, when it has been set up. */
export interface Ours {
  /** Before each timed run, untimed. */
  readonly before?: () => unknown;
  /** What is timed. */
  readonly run: () => unknown;
  /** Shown beside the peer's: a score, a best parameter. May throw, when a result is wrong. */
  readonly value?: () => unknown;
  /** Lets go of clusters and the like. */
  readonly close?: () => unknown;
}

/** A row: ours against the peer's, each round one after the other. */
export interface Row {
  /** For `--only`. */
  readonly key: string;
  /** In the table. */
  readonly label: string;
  /** How many times faster than the peer it should be at least. */
  readonly times?: number;
  /** Rounds for a peer that takes minutes; at most `--rounds`. */
  readonly mostRounds?: number;
  /** Makes our data; untimed. */
  readonly ours: () => Ours | Promise<Ours>;
  /** The same work in Python; none where there is no peer. */
  readonly peer?: PeerCode;
}
