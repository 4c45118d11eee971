/**
 * Calls on the threads of this process.
 *
 * @module
 */

import { Client, getClient, inTask } from "../../actors/mod.ts";
import { countJobs, type ParallelRun } from "./backend.ts";
import { ClusterBackend, type ClusterBackendOptions } from "./cluster.ts";

/** Milliseconds for which the threads wait for more to do. They hold memory, so it is not for ever. */
const LINGER = 60_000;

/**
 * The threads of this process, for all who use them: started when they are first needed, ended when nobody has used them for a while. Neither
 * they nor the wait for their end keep the process alive.
 */
class SharedThreads {
  #client: Promise<Client> | undefined;
  #users = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The client, started if need be. */
  client(): Promise<Client> {
    return this.#client ??= Client.local({ processes: false }).catch((error) => {
      this.#client = undefined;
      throw error;
    });
  }

  /** Somebody begins to use them. */
  enter(): void {
    this.#users++;
    clearTimeout(this.#timer);
  }

  /** Ends them now, unless somebody uses them. */
  async close(): Promise<void> {
    if (this.#users > 0) return;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    await (await client)?.close();
  }

  /** Somebody no longer does. */
  leave(): void {
    if (--this.#users > 0 || this.#client === undefined) return;
    this.#timer = setTimeout(() => void this.close().catch(() => {}), LINGER);
    Deno.unrefTimer(this.#timer as unknown as number);
  }
}

const threads = new SharedThreads();

/**
 * Ends the threads that the "threads" backend keeps for the next calls of this process, as they would by themselves after a minute without any.
 * Does nothing while calls are under way. The next call starts new ones.
 *
 * @example
 * ```ts
 * import { delayed, endThreads, Parallel } from "@troupe/troupe";
 *
 * await new Parallel({ nJobs: 2 }).run([1, 4].map((x) => delayed(Math.sqrt)(x)));
 * await endThreads();
 * ```
 */
export function endThreads(): Promise<void> {
  return threads.close();
}

/**
 * The "threads" backend: a cluster inside this process, started with the first call. In a task it is the cluster that the task runs on.
 *
 * @example
 * ```ts
 * import { delayed, Parallel, parallelBackend, registerParallelBackend, ThreadsBackend } from "@troupe/troupe";
 * registerParallelBackend("mine", () => new ThreadsBackend());
 * await parallelBackend("mine", {}, () => new Parallel({ nJobs: 2 }).run([1, 4].map((x) => delayed(Math.sqrt)(x)))); // [1, 2]
 * ```
 */
export class ThreadsBackend extends ClusterBackend {
  /** In messages. */
  override readonly name: string = "ThreadsBackend";
  readonly #inTask = inTask() !== undefined;
  /** Whether values lie there that have to outlast a run. */
  readonly #keeps: boolean;
  #kept = false;

  /**
   * Does nothing yet.
   *
   * @throws {TypeError} for an option that is none, or when `scatter` is no list
   */
  constructor(options: Pick<ClusterBackendOptions, "scatter"> = {}) {
    super(options);
    this.#keeps = (options.scatter?.length ?? 0) > 0;
  }

  /** The shared threads; in a task, the task's own cluster. */
  protected override client(): Client | Promise<Client> {
    return this.#inTask ? getClient() : threads.client();
  }

  /** One for each core, or fewer. */
  override async effectiveNJobs(nJobs: number): Promise<number> {
    if (this.#inTask) return await super.effectiveNJobs(nJobs);
    const cores = navigator.hardwareConcurrency;
    return Math.min(countJobs(nJobs, cores), cores);
  }

  /** Has the threads stay. */
  override async begin(run: ParallelRun): Promise<void> {
    threads.enter();
    if (this.#keeps && !this.#kept) {
      this.#kept = true;
      threads.enter();
    }
    try {
      await super.begin(run);
    } catch (error) {
      threads.leave();
      throw error;
    }
  }

  /** The threads may go, unless others use them. */
  override end(run: ParallelRun): void {
    super.end(run);
    threads.leave();
  }

  /** Lets go of what was scattered. */
  override async close(): Promise<void> {
    await super.close();
    if (this.#kept) threads.leave();
    this.#kept = false;
  }
}
