/**
 * A cluster of this machine, which ends with this process.
 *
 * @module
 */

import { StartError } from "../core/mod.ts";
import type { MemoryFractions } from "../worker/config.ts";
import type { Nanny } from "./nanny.ts";
import { parseBytes } from "./bytes.ts";
import { machineMemory, schedulerNanny, workerNanny } from "./processes.ts";
import { makeScratch } from "./scratch.ts";
import { SourceFiles } from "./source_files.ts";

/** Milliseconds that a worker has to end: the system takes its memory and what it moved to disk back first, half a second for some gigabytes. */
const WORKER_SHUTDOWN = 15_000;

/** How a local cluster is made. */
export interface LocalClusterOptions {
  /** Worker processes. Default 1. */
  readonly workers?: number;
  /** Threads of each that perform tasks. Default: cores divided by workers. */
  readonly threadsPerWorker?: number;
  /** Memory of each worker: bytes, or an amount such as `"4GiB"`. Default: the machine's, divided by workers. */
  readonly memoryLimit?: number | string;
  /** At what parts of its memory a worker acts; see {@link MemoryFractions}. */
  readonly memory?: MemoryFractions;
  /** Where values go that memory has no room for. Default: the system's directory for temporary files; null for nowhere. */
  readonly spillDirectory?: string | null;
  /** Abstract resources of each worker. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Hosts that tasks may reach. */
  readonly allowNet?: readonly string[];
  /** Paths that tasks may read. */
  readonly allowRead?: readonly string[];
  /** Where lines of the processes' logs go. Default: this process's stderr. */
  readonly log?: (line: string) => void;
}

/** A cluster of this machine. */
export interface LocalCluster extends AsyncDisposable {
  /** What clients dial. */
  readonly schedulerAddress: string;
  /** Names of its workers. */
  readonly workers: readonly string[];
  /** Where they listen. */
  readonly workerAddresses: readonly string[];
  /** Settled when the cluster is over: with an error when its scheduler, or the last of its workers, could not be kept alive. Never rejects. */
  readonly over: Promise<Error | undefined>;
  /** Ids of its processes now, by role; undefined while one is being started again. */
  pids(): { readonly scheduler: number | undefined; readonly workers: readonly (number | undefined)[] };
  /** Ends all processes and removes all files. Doing so twice does nothing. */
  close(): Promise<void>;
}

/**
 * Starts a scheduler process and worker processes, each watched over from this process and started again when it dies. They
 * talk over sockets in a private folder. All of it ends when it is closed, and also when this process ends, however it does.
 *
 * @throws {RangeError} for options out of range.
 * @throws {StartError} when a process does not start; says what it said.
 */
export async function startLocalCluster(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const cluster = await beginLocalCluster(options);
  try {
    await cluster.started;
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

/**
 * As {@link startLocalCluster}, but does not wait until the processes are ready: a client may dial them and get ready itself meanwhile. Who
 * begins a cluster closes it, also when `started` rejects.
 *
 * @throws {RangeError} for options out of range.
 */
export async function beginLocalCluster(
  options: LocalClusterOptions = {},
): Promise<LocalCluster & { readonly started: Promise<void> }> {
  const count = positive("workers", options.workers ?? 1);
  const cores = navigator.hardwareConcurrency;
  const threads = positive("threadsPerWorker", options.threadsPerWorker ?? Math.max(1, Math.floor(cores / count)));
  const memoryLimit = options.memoryLimit === undefined ? machineMemory() / count : parseBytes(options.memoryLimit);
  const log = options.log ?? ((line: string) => console.error(line));
  const scratch = makeScratch();
  const schedulerAddress = `ipc://${scratch.path}/scheduler`;
  const shared = { leave: "cut", scratch: scratch.path, child: { shutdown: 2000 }, log } as const;
  const names = Array.from({ length: count }, (_, i) => `w-${i}`);
  const addressOf = (name: string): string => `ipc://${scratch.path}/${name}`;
  const files = new SourceFiles();
  const worker = (name: string): Promise<Nanny> =>
    workerNanny({
      ...shared,
      name,
      child: { shutdown: WORKER_SHUTDOWN, restart: "transient" },
      scheduler: schedulerAddress,
      address: addressOf(name),
      threads,
      memoryLimit,
      memory: options.memory,
      spillDirectory: options.spillDirectory,
      resources: options.resources,
      allowNet: options.allowNet,
      allowRead: options.allowRead,
    }, files);
  // Workers first: they take longer, and dial until there is a scheduler.
  const made = [
    ...names.map(worker),
    schedulerNanny({ ...shared, name: "scheduler", address: schedulerAddress }, files),
  ];
  const starts = made.map((nanny) => nanny.then((n) => n.start()));
  const started = Promise.all(starts).then(() => {});
  started.catch(() => {}); // Told to who awaits it.
  const all = await Promise.allSettled(made);
  const nannies = all.flatMap((m) => m.status === "fulfilled" ? [m.value] : []);
  // What this process does next may take long, and they would wait.
  await Promise.all(nannies.map((n) => n.told));
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => closed ??= Promise.all(nannies.map((n) => n.stop())).then(() => scratch.remove());
  if (nannies.length < made.length) {
    await close();
    await started;
  }
  const workers = nannies.slice(0, -1), scheduler = nannies[count];
  for (const nanny of nannies) {
    // What fails at the start is told by `started`.
    void nanny.over.then((error) => error === undefined || error instanceof StartError || log(error.message));
  }
  return {
    schedulerAddress,
    started,
    workers: names,
    workerAddresses: names.map(addressOf),
    over: Promise.race([scheduler.over, lastOf(workers)]),
    pids: () => ({ scheduler: scheduler.pid, workers: workers.map((w) => w.pid) }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Why the last one that could not be kept alive was not; undefined when any of them was asked to end. */
async function lastOf(nannies: readonly Nanny[]): Promise<Error | undefined> {
  let last: Error | undefined;
  const errors = await Promise.all(nannies.map((n) => n.over.then((error) => last = error)));
  return errors.every((error) => error !== undefined) ? last : undefined;
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`${name}: expected a positive integer, got ${value}`);
}
