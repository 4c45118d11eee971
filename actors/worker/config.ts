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
  /** Bytes of memory of the process; what values may take of it, {@link valuesLimit} says. Default: 4 GiB. */
  readonly memoryLimit?: number;
  /** At what parts of `memoryLimit` it acts. */
  readonly memory?: MemoryFractions;
  /** Where values go that memory has no room for: an existing directory. Default: the system's for temporary files; null for nowhere. */
  readonly spillDirectory?: string | null;
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
  /** How the process ended whose place this one takes, if there was one. */
  readonly before?: string;
  /** Milliseconds it takes for leaving after SIGTERM. Default 10,000. */
  readonly leaveWithin?: number;
  /** Milliseconds without a scheduler after which it gives up. Default 60,000. */
  readonly giveUpAfter?: number;
  /** The program that threads run, where it is not the source beside this one. */
  readonly threadEntry?: { readonly url: string };
}

/** Parts of a worker process's memory limit at which it acts. Each is between 0 and 1, and no smaller than the one before; Dask's defaults. */
export interface MemoryFractions {
  /** Values take so much: those that nobody reads go to disk. Default 0.6. */
  readonly target?: number;
  /** The process takes so much: more of them go. Default 0.7. */
  readonly spill?: number;
  /** The process takes so much: no task is begun while others run. Default 0.8. */
  readonly pause?: number;
  /** The process takes so much: its nanny ends it and starts another. Default 0.95. */
  readonly terminate?: number;
}

/** All fractions, checked. */
export type CheckedFractions = { readonly [K in keyof Required<MemoryFractions>]: number };

/**
 * The fractions with their defaults.
 *
 * @throws {RangeError} for one that is no number from 0 to 1, or smaller than the one before.
 */
export function checkFractions(given: MemoryFractions = {}): CheckedFractions {
  const all = { target: 0.6, spill: 0.7, pause: 0.8, terminate: 0.95, ...given };
  let before: [string, number] = ["", 0];
  for (const name of Object.keys(given)) {
    if (!["target", "spill", "pause", "terminate"].includes(name)) {
      throw new RangeError(`memory: no fraction ${JSON.stringify(name)}; there are target, spill, pause and terminate`);
    }
  }
  for (const name of ["target", "spill", "pause", "terminate"] as const) {
    const value = all[name];
    if (typeof value !== "number" || !(value > 0 && value <= 1)) {
      throw new RangeError(`memory.${name}: expected a number above 0 and at most 1, got ${value}`);
    }
    if (value < before[1]) {
      throw new RangeError(`memory.${name}: expected at least the ${before[1]} of memory.${before[0]}, got ${value}`);
    }
    before = [name, value];
  }
  return all;
}

/** Part of the process's memory that values may take at most; the rest is for the programs, their threads, and what tasks make as they go. */
export const VALUES_PART = 0.8;
/** Bytes that a process takes without any value, and that tasks leave to the garbage collector of each thread. */
const OWN_BYTES = 200 * 2 ** 20, GARBAGE = 96 * 2 ** 20;

/** Bytes that values may take in a process of so much memory and so many threads. */
export function valuesLimit(memoryLimit: number, threads: number, terminate: number): number {
  const left = terminate * memoryLimit - OWN_BYTES - threads * GARBAGE;
  return Math.floor(Math.max(memoryLimit / 4, Math.min(VALUES_PART * memoryLimit, left)));
}
