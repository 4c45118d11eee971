/**
 * Supervision as data: what is to be done about a child, said once.
 *
 * @module
 */

/** When a child that ended is started again: always; when it did not end as it should; never. */
export type Restart = "permanent" | "transient" | "temporary";

/** Who is started again beside the child that ended: nobody; all; those that were started after it. */
export type Strategy = "one-for-one" | "all-for-one" | "rest-for-one";

/** A child. */
export interface ChildSpec {
  /** Unique among its siblings. */
  readonly id: string;
  /** Default "permanent". */
  readonly restart?: Restart;
  /** How long it may take to be ready, in ms; then it is killed. Default 30,000. */
  readonly readyWithin?: number;
  /** How long it may take to leave when asked, in ms; then it is killed. 0: killed without asking. Default 5,000. */
  readonly shutdown?: number;
}

/** A group of children. */
export interface SupervisorSpec {
  /** In order of start; they are stopped in the opposite order. */
  readonly children: readonly ChildSpec[];
  /** Default "one-for-one". */
  readonly strategy?: Strategy;
  /** At most that many restarts … Default 5. */
  readonly intensity?: number;
  /** … in that many ms, for the whole group. Default 60,000. */
  readonly period?: number;
  /** Start and stop all at once, instead of one after the other. Default false. */
  readonly together?: boolean;
  /** The first restart within a period happens at once; before the second it waits that many ms, then twice as long each time. Default 100. */
  readonly pause?: number;
  /** The longest such pause, in ms. Default 10,000. */
  readonly longestPause?: number;
}
