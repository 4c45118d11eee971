/**
 * The scheduler's constants of nature, each of which may be set.
 *
 * @module
 */

/** How the machine behaves. Times are in milliseconds. */
export interface SchedulerOptions {
  /** Tells this scheduler's life from an earlier one at the same address. */
  readonly incarnation: string;
  /** When it was started. */
  readonly now: number;
  /** Makes the bytes of an error that the scheduler itself reports: a packed value. */
  readonly packError: (error: Error) => Uint8Array;
  /** The first attempt is numbered above this: drawn at random, so that two lives do not use the same numbers. Default 0. */
  readonly firstAttempt?: number;
  /** How long a worker whose session is lost keeps its tasks. Default 1,000. */
  readonly workerGrace?: number;
  /** After how long without a word from a worker, whose session is there, it is given nothing more. Default 5,000. */
  readonly silentAfter?: number;
  /** How long after that its session is ended. Default 30,000. */
  readonly silentGrace?: number;
  /** How long the wishes of a client whose session is lost are kept. Default 5,000. */
  readonly clientGrace?: number;
  /** How long after its start the scheduler waits for workers that clients name. Default 3,000. */
  readonly recoveryGrace?: number;
  /** How long a key that nobody has described yet is waited for. Default 1,000. */
  readonly absentGrace?: number;
  /** How long workers may take to come back after `restart`. Default 30,000. */
  readonly restartGrace?: number;
  /** Root tasks are given out until a thread has so many ms of estimated work. Default 10. */
  readonly workAhead?: number;
  /** What a task of an unknown function is thought to take. Default 5. */
  readonly unknownDuration?: number;
  /** Never more tasks than this on a worker, but for those that were there when they came back to it. Default 2,048. */
  readonly tasksPerWorker?: number;
  /** How many deaths of its worker a task survives, less one. Default 3. */
  readonly deathsAllowed?: number;
  /** What moving bytes is thought to cost: bytes per ms. Default 500,000. */
  readonly bandwidth?: number;
  /** What fetching one value is thought to cost beside its bytes. Default 0.5. */
  readonly fetchLatency?: number;
  /** Bytes of arguments of forgotten tasks that are not worth a look, while others of their batches are there. Default 16 MiB. */
  readonly leastWaste?: number;
  /** Entries of the event log, a power of two. Default 65,536. */
  readonly logSize?: number;
}

/** The options with nothing left open. */
export type SchedulerSettings = Required<SchedulerOptions>;

/** Fills in the defaults. */
export function settingsOf(options: SchedulerOptions): SchedulerSettings {
  return {
    firstAttempt: 0,
    workerGrace: 1000,
    silentAfter: 5000,
    silentGrace: 30_000,
    clientGrace: 5000,
    recoveryGrace: 3000,
    absentGrace: 1000,
    restartGrace: 30_000,
    workAhead: 10,
    unknownDuration: 5,
    tasksPerWorker: 2048,
    deathsAllowed: 3,
    bandwidth: 500_000,
    fetchLatency: 0.5,
    leastWaste: 16 << 20,
    logSize: 65_536,
    ...options,
  };
}
