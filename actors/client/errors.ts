/**
 * What a client reports.
 *
 * @module
 */

/** The scheduler cannot be had: nobody answers at the address, or it refused. The message says what to check. */
export class ConnectionError extends Error {
  /** Always `"ConnectionError"`. */
  override readonly name = "ConnectionError";
  /** The address as it was given. */
  readonly address: string;

  /** Names the address, what happened, and what to check. */
  constructor(address: string, problem: string, options?: ErrorOptions) {
    super(`cannot reach a scheduler at ${address}: ${problem}`, options);
    this.address = address;
  }
}

/** The error of a client that was refused, with what to check. */
export function refusalBy(address: string, cause: "version" | "keys", reason: string): ConnectionError {
  const hint = {
    version: "both sides must be of the same version",
    keys: "option keys takes what the scheduler was given with --keys, and nothing where it has none",
  }[cause];
  return new ConnectionError(address, `${reason.replace(`${address} refused: `, "it says: ")}; ${hint}`);
}

/** The client was closed, or its scheduler ended for good, before the result was there. */
export class ClientClosedError extends Error {
  /** Always `"ClientClosedError"`. */
  override readonly name = "ClientClosedError";
}

/** The task was cancelled, or its future was released. */
export class CancelledError extends Error {
  /** Always `"CancelledError"`. */
  override readonly name = "CancelledError";
  /** The task. */
  readonly key: string;

  /** Names the task, and says why. */
  constructor(key: string, reason: string) {
    super(`task ${key} was cancelled: ${reason}`);
    this.key = key;
  }
}

/** A value was scattered to a worker that would not keep it. */
export class ScatterError extends Error {
  /** Always `"ScatterError"`. */
  override readonly name = "ScatterError";
}

/** A worker went away before it answered; what it was asked to do may have been done or not. */
export class WorkerGoneError extends Error {
  /** Always `"WorkerGoneError"`. */
  override readonly name = "WorkerGoneError";
  /** The worker's address. */
  readonly address: string;

  /** Names the worker, and says how it went. */
  constructor(address: string, reason: string) {
    super(`the worker at ${address} is gone: ${reason}`);
    this.address = address;
  }
}

/** Something was not there in time. */
export class WaitTimeoutError extends Error {
  /** Always `"WaitTimeoutError"`. */
  override readonly name = "WaitTimeoutError";
}

/** A question that the scheduler answered with an error. */
export class SchedulerRefusalError extends Error {
  /** Always `"SchedulerRefusalError"`. */
  override readonly name = "SchedulerRefusalError";
}

/** Thrown by the client's machine for a change of state that cannot be: a bug. Its message has the task's history. */
export class IllegalClientTransition extends Error {
  /** Always `"IllegalClientTransition"`. */
  override readonly name = "IllegalClientTransition";
}
