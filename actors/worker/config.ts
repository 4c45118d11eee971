/**
 * How a worker process is told what to be.
 *
 * @module
 */

import type { ChildConfig } from "../core/mod.ts";
import type { Sandbox } from "./executor_thread.ts";
import type { NativeLibrary } from "./natives.ts";

/** The config of a worker process: one line of JSON on its stdin. */
export interface WorkerConfig extends ChildConfig {
  /** Unique among the workers of the scheduler. */
  readonly name: string;
  /** The scheduler's address. */
  readonly scheduler: string;
  /** Where it listens for other workers and clients, such as `tcp://127.0.0.1:0` or `ipc:///run/w1`. */
  readonly address: string;
  /** Tasks that run at a time. Default: one for each core. */
  readonly threads?: number;
  /** Bytes of memory of the process; values may take {@link VALUES_PART} of it. Default: 4 GiB. */
  readonly memoryLimit?: number;
  /** Abstract resources that tasks may ask for. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Folder of CURVE keys, as for every endpoint. */
  readonly keys?: string | null;
  /** Whether it may bind beyond loopback without keys. */
  readonly insecure?: boolean;
  /** What tasks may do beyond computing. */
  readonly sandbox?: Sandbox;
  /** Native libraries that threads open before FFI is given up. */
  readonly natives?: readonly NativeLibrary[];
  /** Niceness of the threads. Default 5. */
  readonly nice?: number;
  /** Milliseconds it takes for leaving after SIGTERM. Default 10,000. */
  readonly leaveWithin?: number;
  /** Milliseconds without a scheduler after which it gives up. Default 60,000. */
  readonly giveUpAfter?: number;
  /** The program that threads run, where it is not the source beside this one. */
  readonly threadEntry?: { readonly url: string };
}

/** Part of the process's memory that values may take; the rest is for the programs, their threads, and what tasks make as they go. */
export const VALUES_PART = 0.8;
