/**
 * What a worker is made of, and how it ends.
 *
 * @module
 */

import type { Clock, Endpoint } from "../../transport/mod.ts";
import type { Disk } from "./disk.ts";
import type { Executor } from "./executor.ts";
import type { Rooms } from "./rooms.ts";
import type { Store } from "./store.ts";

/** How the process is. */
export interface Usage {
  /** Part of one core's time it has used since the last look, 0 and up. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly rss: number;
}

/** What a worker is made of. */
export interface WorkerOptions {
  /** Unique among the workers of the scheduler. */
  readonly name: string;
  /** The scheduler's address. */
  readonly scheduler: string;
  /** Bound already, of role "worker"; the worker takes it over. */
  readonly endpoint: Endpoint;
  /** Where others dial it. */
  readonly address: string;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly store: Store;
  /** Where values go that memory has no room for. Default: nowhere. */
  readonly disk?: Disk;
  /** Bytes of values from which on those that nobody reads go to disk. Default: three quarters of the store's limit. */
  readonly spillAt?: number;
  /** Bytes of the smallest value that goes to disk by itself. Default 65,536. */
  readonly leastSpilled?: number;
  /** Bytes of the smallest value that goes to disk together with others. Default 1,024. */
  readonly leastTogether?: number;
  /** Bytes of resident memory above which more values go to disk than `spillAt` says. Default: no limit. */
  readonly residentAt?: number;
  /** Bytes of resident memory above which no task is begun while others run. Default: no limit. */
  readonly pauseAt?: number;
  /** Room for large messages: the one whose `reserve` the endpoint has. */
  readonly rooms?: Rooms;
  /** Bytes of the process's limit, and of where the worker acts, by name: told to those who look. */
  readonly process?: Readonly<Record<string, number>>;
  /** Abstract resources that tasks may ask for. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Name of the machine. */
  readonly host?: string;
  readonly pid?: number;
  /** How the process ended whose place this one has taken. */
  readonly before?: string;
  /** How the process is; asked every second. */
  readonly usage?: () => Usage;
  /** Gives back to the system what was freed outside of the store: called when the process takes more than `residentAt`. */
  readonly returnFreed?: () => void;
  /** Where lines of the worker's log go. */
  readonly log?: (line: string) => void;
  /** Milliseconds without a scheduler after which the worker gives up. Default 60,000. */
  readonly giveUpAfter?: number;
  /** Milliseconds it takes for leaving when a thread of it is stuck. Default 30,000. */
  readonly handOver?: number;
  /** Milliseconds a written-off thread has to come back before the worker leaves. Default 5,000. */
  readonly stuckAfter?: number;
  /** Milliseconds between beats. Default 1000. */
  readonly beat?: number;
}

/** How a worker ended. */
export interface WorkerEnd {
  readonly reason: string;
  /** Whether it is to be started again. */
  readonly renew: boolean;
  /** Set when it gave up. */
  readonly error?: Error;
}
