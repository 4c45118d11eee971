/**
 * Which backend is in force, for whom.
 *
 * @module
 */

import { asyncLocal } from "../../actors/core/mod.ts";
import { checkOptions } from "../utils/mod.ts";
import type { ParallelBackend } from "./backend.ts";
import type { ClusterBackendOptions } from "./cluster.ts";
import type { OnProgress } from "./progress.ts";
import { makeParallelBackend } from "./registry.ts";

/** The backend in force, and what goes with it. */
export interface ParallelScope {
  /** The backend. */
  readonly backend: ParallelBackend;
  /** `nJobs` of whoever says nothing himself. */
  readonly nJobs: number;
  /** `verbose` of whoever says nothing himself. */
  readonly verbose: number;
  /** Is told of the progress of every run. */
  readonly onProgress?: OnProgress;
}

const storage = asyncLocal<ParallelScope>();

/** The scope this call runs in, if there is one. */
export function currentScope(): ParallelScope | undefined {
  return storage.get();
}

/** Runs `body` in a scope: all that it calls and awaits sees it, and nothing else does. */
export function inScope<R>(scope: ParallelScope, body: () => R): R {
  return storage.run(scope, body);
}

/** What `parallelBackend` takes whatever the backend. */
export interface ParallelScopeOptions {
  /** `nJobs` inside. Default -1: all there is. */
  readonly nJobs?: number;
  /** `verbose` inside. Default 0. */
  readonly verbose?: number;
  /** Is told of the progress of every run inside: for a progress bar. */
  readonly onProgress?: OnProgress;
}

/** Options of the backends that are known by name. A program that registers another may add to it. */
export interface ParallelBackendOptions {
  /** One after the other, here. */
  readonly sequential: object;
  /** On the threads of this process. */
  readonly threads: Pick<ClusterBackendOptions, "scatter">;
  /** On a cluster. */
  readonly cluster: ClusterBackendOptions;
}

/** The options for a backend of that name. */
export type OptionsOf<N> = N extends keyof ParallelBackendOptions ? ParallelBackendOptions[N] : object;

/**
 * Runs `body` with a backend in force: every {@link Parallel} inside, and every estimator or search that is given no `nJobs` of its
 * own, uses it. Only what `body` calls and awaits sees it, so two at once do not disturb each other.
 *
 * @param backend A name ("sequential", "threads", "cluster", or one you registered) or a backend of your own.
 * @param options The backend's options, with `nJobs` and `verbose` for inside.
 * @param body What to run.
 * @returns What `body` came to.
 * @throws BackendError for a name nobody registered; and what `body` throws.
 *
 * @example
 * ```ts
 * import { Client, delayed, Parallel, parallelBackend } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const roots = await parallelBackend("cluster", { client }, () =>
 *   new Parallel().run([1, 4, 9].map((x) => delayed(Math.sqrt)(x))));
 * ```
 */
export async function parallelBackend<R, N extends string>(
  backend: N | ParallelBackend,
  options: OptionsOf<N> & ParallelScopeOptions,
  body: () => R,
): Promise<Awaited<R>> {
  checkOptions("parallelBackend", options);
  if (typeof body !== "function") {
    const got = body === null ? "null" : typeof body;
    throw new TypeError(`parallelBackend: body must be a function, got ${got}; it is the third argument`);
  }
  const { nJobs = -1, verbose = 0, onProgress, ...rest } = options;
  checkNJobs(nJobs);
  const made = typeof backend === "string" ? makeParallelBackend(backend, rest) : undefined;
  const used = made ?? backend as ParallelBackend;
  try {
    const prepared = made?.prepare?.();
    if (prepared !== undefined) await prepared;
    return await inScope({ backend: used, nJobs, verbose, onProgress }, body);
  } finally {
    await made?.close?.();
  }
}

/** Throws where a number of jobs has no meaning. */
export function checkNJobs(nJobs: number): void {
  if (!Number.isInteger(nJobs)) throw new TypeError(`nJobs: expected an integer, got ${String(nJobs)}`);
  if (nJobs === 0) throw new RangeError("nJobs: 0 has no meaning; 1 is one at a time, -1 all there is");
}
