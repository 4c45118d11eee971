/**
 * What a client is given and tells.
 *
 * @module
 */

import type { Clock, Endpoint } from "../../transport/mod.ts";
import type { Ids } from "../core/ids.ts";

/** What a client is made of. */
export interface ClientParts {
  /** Of role "client". The client closes it. */
  readonly endpoint: Endpoint;
  /** The scheduler's address. */
  readonly scheduler: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** See {@link ConnectOptions}. Default 5,000. */
  readonly timeout?: number;
  /** See {@link ConnectOptions}. Default 60,000. */
  readonly giveUpAfter?: number;
  /** See {@link ClientCoreOptions}. */
  readonly hold?: (ms: number) => void;
  /** Run after the client was closed. */
  readonly closed?: () => Promise<void>;
}

/** A worker, as the scheduler last told of it. */
export interface WorkerInfo {
  /** Unique in the cluster. */
  readonly name: string;
  /** Drawn anew with each start of its process. */
  readonly incarnation: string;
  /** Where it is dialled. */
  readonly address: string;
  /** Tasks that it performs at a time. */
  readonly threads: number;
  /** Bytes that values may take there. */
  readonly memoryLimit: number;
  /**
   * Bytes of its process: `limit`, what it was given, and where it acts: values go to disk above `target` of them, more of them where the process
   * takes more than `spill`; above `pause` it begins nothing new, and above `terminate` it is ended. Null where nothing is watched.
   */
  readonly process: Readonly<Record<string, number>> | null;
  /** Bytes it holds, as the scheduler last heard. */
  readonly memory: number;
  /** "paused" for want of memory; "away" when its session is lost; "leaving" when it hands over what it has. */
  readonly status: "running" | "paused" | "away" | "leaving";
}

/** How {@link Client.scatter} puts a value on workers. */
export interface ScatterOptions {
  /** Whether every worker shall have it, also those that come later. Default false: one has it. */
  readonly broadcast?: boolean;
  /** Whether the client keeps the value alive, to supply it again when all copies are lost. Default false: it can as long as somebody else does. */
  readonly keep?: boolean;
}
