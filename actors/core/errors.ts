/**
 * What can go wrong between actors, whatever they do.
 *
 * @module
 */

/** Thrown when a bounded mailbox refuses a message. */
export class MailboxFullError extends RangeError {
  override readonly name = "MailboxFullError";
  /** The mailbox's owner, as it was named. */
  readonly actor: string;
  /** The most it holds in that lane. */
  readonly capacity: number;

  /** Says which mailbox, and how many it may hold. */
  constructor(actor: string, lane: string, capacity: number) {
    super(`the mailbox of ${actor} is full: ${capacity} messages wait in its ${lane} lane`);
    this.actor = actor;
    this.capacity = capacity;
  }
}

/** Thrown at who asked, when no answer came in time. */
export class AskTimeoutError extends Error {
  override readonly name = "AskTimeoutError";

  /** Says what was asked and how long was waited, in milliseconds. */
  constructor(what: string, ms: number) {
    super(`no answer to ${what} within ${ms} ms`);
  }
}

/** Thrown at who asked, when the one asked is gone. */
export class AskAbandonedError extends Error {
  override readonly name = "AskAbandonedError";
}

/** The three ways a child fails at its start: it said that it cannot, it ended, it was not ready in time. */
export type StartFailure = "refused" | "exited" | "timeout";

/** Thrown when a supervised child did not start. */
export class StartError extends Error {
  override readonly name = "StartError";
  /** The child's id. */
  readonly child: string;
  /** Which of the three ways. */
  readonly how: StartFailure;

  /** Says which child, how it failed, and what it said. */
  constructor(child: string, how: StartFailure, reason: string, options?: ErrorOptions) {
    const what =
      { refused: "could not start", exited: "ended while it started", timeout: "was not ready in time" }[how];
    super(`${child} ${what}${reason === "" ? "" : `: ${reason}`}`, options);
    this.child = child;
    this.how = how;
  }
}

/** Thrown when a child fell over more often than its supervisor is willing to start it again. */
export class RestartLimitError extends Error {
  override readonly name = "RestartLimitError";
  /** The child's id. */
  readonly child: string;

  /** Says which child, the limit (`intensity` restarts in `period` ms), and why it ended last. */
  constructor(child: string, intensity: number, period: number, reason: string) {
    super(`${child} had to be started again more than ${intensity} times in ${period / 1000} s; at last: ${reason}`);
    this.child = child;
  }
}
