/**
 * What can go wrong with many calls at once.
 *
 * @module
 */

/** A call took longer than {@link ParallelOptions.timeout | timeout}; `callIndex` says which. */
export class CallTimeoutError extends Error {
  /** Its class. */
  override readonly name: string = "CallTimeoutError";
  /** Position of the call among the calls given. */
  readonly callIndex: number;

  /** Names the call, and the milliseconds that it was allowed. */
  constructor(callIndex: number, timeout: number) {
    super(`call ${callIndex} did not finish within ${timeout} ms: raise timeout, or find out what it waits for`);
    this.callIndex = callIndex;
  }
}

/**
 * A call failed in the middle of a batch, or threw something that is no `Error`. A backend rejects with it to say which call of the
 * batch it was; {@link Parallel} takes it off again, and throws the cause where that is an `Error`.
 */
export class FailedCallError extends Error {
  /** Its class. */
  override readonly name: string = "FailedCallError";
  /** Position of the call: in the batch from a backend, among all calls from {@link Parallel}. */
  readonly callIndex: number;

  /** Names the call, and keeps what it threw as the cause. */
  constructor(callIndex: number, cause: unknown) {
    super(`call ${callIndex} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.callIndex = callIndex;
  }
}

/** A backend's name that nobody registered, or a backend that cannot be used here. */
export class BackendError extends RangeError {
  /** Its class. */
  override readonly name: string = "BackendError";
}
