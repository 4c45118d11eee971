import { inTask } from "../../actors/mod.ts";
import { libraryFile, unrefWorker } from "../../actors/core/mod.ts";
import { KernelError } from "./errors.ts";
import { type KernelMemory, PrivateMemory, privateMemory } from "./memory.ts";
import { type BuiltModule, instantiate, type KernelExports } from "./module.ts";
import { TeamTable } from "./team_table.ts";
import type { Joining } from "./team_thread.ts";

export { MOST_PARTS } from "./team_table.ts";

/** Milliseconds of work that are worth a thread: to start one takes some 20. */
const WORTH = 50;
/** Milliseconds for which threads wait for more work, with the memory of the last. */
const LINGER = 10_000;
/** Bytes of memory that they wait with at most. */
const MOST_KEPT = 256 << 20;

/** Threads, and the memory in which they compute. */
class Crew {
  readonly memory = new PrivateMemory();
  readonly threads: Worker[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Has at least so many threads, if they can be had, and tells as many of the work. */
  join(count: number, work: Joining): void {
    clearTimeout(this.#timer);
    while (this.threads.length < count) this.threads.push(start());
    for (const thread of this.threads.slice(0, count)) thread.postMessage(work);
  }

  /** Waits for more work, but not for ever. */
  linger(): void {
    this.#timer = setTimeout(() => {
      if (idle === this) idle = undefined;
      this.end();
    }, LINGER);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const thread of this.threads.splice(0)) thread.terminate();
  }
}

/** Threads that wait for work. */
let idle: Crew | undefined;
/** Whether threads can be started; not known before the first one. */
let allowed: boolean | undefined;

const PROGRAM = "ml/kernels/team_thread.ts";

/** Whether the program of a thread can be read without asking anybody. */
function mayStart(): boolean {
  const file = libraryFile(PROGRAM);
  if (file.protocol !== "file:") return true;
  try {
    return Deno.permissions.querySync({ name: "read", path: file }).state === "granted" && Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}

function start(): Worker {
  const thread = new Worker(libraryFile(PROGRAM), { type: "module", name: "troupe-team" });
  unrefWorker(thread);
  // Parts that nobody takes are performed by who asked for them.
  thread.onerror = (e) => {
    e.preventDefault();
    allowed = false;
  };
  return thread;
}

/** How many threads beside this one are worth their start for so much work. A task's machine has its own threads, which have work. */
function helpers(milliseconds: number): number {
  if (inTask() !== undefined) return 0;
  const wanted = Math.min(navigator.hardwareConcurrency - 1, Math.floor(milliseconds / WORTH));
  return wanted > 0 && (allowed ??= mayStart()) ? wanted : 0;
}

/**
 * This thread and others of the process, on work that is cut into parts: the parts of a piece are performed in any order, and all are done before
 * the next piece. What comes out must not depend on who performs which part. Where there is one core, in a task, for little work, or where no
 * thread may be started, this thread does it all.
 *
 * The threads wait for a while for the next work, with its memory if that is not large; they do not keep the process alive.
 *
 * @example
 * ```ts ignore
 * using team = Team.open(kmeans, 1000);
 * for (const part of parts) team.add("columnSums", part.data, part.n, m, part.sums);
 * team.finish();
 * ```
 */
export class Team<E extends KernelExports = KernelExports> implements Disposable {
  /** Where all compute. */
  readonly memory: KernelMemory;
  /** The module's functions, for this thread. */
  readonly exports: E;
  readonly #table: TeamTable;
  readonly #crew: Crew | undefined;

  private constructor(built: BuiltModule, count: number) {
    this.#crew = count > 0 ? idle ?? new Crew() : undefined;
    this.memory = this.#crew?.memory ?? privateMemory();
    this.exports = instantiate<E>(built, this.memory.memory);
    this.#table = new TeamTable(this.exports);
    if (this.#crew === undefined) return;
    idle = undefined;
    // A module's namespace cannot be sent.
    const { relaxed, plain } = built;
    this.#crew.join(count, { built: { relaxed, plain }, memory: this.memory.memory, table: this.#table.buffer });
  }

  /**
   * Calls up a team.
   *
   * @param built the module whose functions the parts call
   * @param milliseconds about how long one thread would take for all the work
   */
  static open<E extends KernelExports>(built: BuiltModule, milliseconds: number): Team<E> {
    return new Team<E>(built, helpers(milliseconds));
  }

  /** Adds a part to the piece of work: another thread may begin on it at once. */
  add(name: keyof E & string, ...args: number[]): void {
    this.#table.add(name, args);
  }

  /**
   * Performs what is left of the piece of work, and waits for the others.
   *
   * @returns what each part came to, in their order
   * @throws {KernelError} when a function failed
   */
  finish(): Float64Array {
    while (this.#table.perform());
    const results = this.#table.finish();
    if (results === undefined) throw new KernelError("a kernel failed: it was given a place outside of its memory");
    return results;
  }

  [Symbol.dispose](): void {
    this.#table.close();
    const crew = this.#crew;
    if (crew === undefined) return;
    if (idle === undefined && allowed && crew.memory.isEmpty && crew.memory.bytes <= MOST_KEPT) {
      idle = crew;
      crew.linger();
    } else crew.end();
  }
}

/** Ends threads that wait for work, as they would by themselves after a while. */
export function endTeams(): void {
  idle?.end();
  idle = undefined;
}
