/**
 * How a worker begins tasks, ends them, and gives them back.
 *
 * @module
 */

import type { WorkerBooks } from "./books.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Attempt } from "./events.ts";
import { before } from "./ready_heap.ts";
import type { WorkerTask } from "./states.ts";
import { isHere } from "./worker_data.ts";

/** Runs, as a part of the machine. */
export class Running {
  readonly #b: WorkerBooks;
  readonly #deps: Dependencies;
  #steals: Attempt[] | undefined;
  #tickets = 0;
  #stalled = false;
  /** What was given out last. */
  #latest: WorkerTask | undefined;
  /** Whether it begins nothing for want of memory. */
  paused = false;
  /** Whether it begins nothing any more. */
  retired = false;

  /** On these books. */
  constructor(books: WorkerBooks, dependencies: Dependencies) {
    this.#b = books;
    this.#deps = dependencies;
  }

  /** Whether any run is under way that does not wait for the cluster. */
  get executing(): boolean {
    for (const task of this.#b.runs.values()) if (task.state === "executing") return true;
    return false;
  }

  /** The task is not wanted any more. */
  cancel(task: WorkerTask, why: string): void {
    const { state, ticket } = task;
    this.#b.remove(task, "cancelled", why);
    if (state === "executing" || state === "suspended") this.#abandon(ticket, task);
  }

  /** A run is given up: its place is free when the executor says it is over. */
  #abandon(ticket: number, task: WorkerTask): void {
    this.#b.runs.delete(ticket);
    this.#b.ending.set(ticket, task);
    this.#b.out.push({ do: "stop", ticket });
  }

  /** The task has run for as long as it may. */
  timeOut(task: WorkerTask): void {
    const { ticket } = task;
    const message = `${task.key} ran longer than its timeout of ${task.timeout} ms`;
    this.#b.remove(task, "failed", "its time is up");
    this.#b.tellFailed({
      do: "failed",
      key: task.key,
      attempt: task.attempt,
      error: { name: "TaskTimeoutError", message },
    });
    this.#abandon(ticket, task);
  }

  /** The scheduler wants tasks back. */
  steal(wanted: readonly Attempt[]): void {
    const queued = wanted.some(({ key, attempt }) => {
      const t = this.#b.tasks.get(key);
      return t?.state === "executing" && t.attempt === attempt && t.kind === "task";
    });
    if (queued && this.#b.places.ahead > 0) {
      this.#steals = [...this.#steals ?? [], ...wanted];
      this.recall();
    } else this.#give(wanted);
  }

  #give(wanted: readonly Attempt[]): void {
    const given: Attempt[] = [];
    for (const { key, attempt } of wanted) {
      const task = this.#b.tasks.get(key);
      if (task === undefined || task.attempt !== attempt) continue;
      if (task.state !== "ready" && task.state !== "waiting" && task.state !== "fetching") continue;
      this.#b.remove(task, "given", "the scheduler took it back");
      given.push({ key, attempt });
    }
    this.#b.out.push({ do: "given", tasks: given });
  }

  /** Gives tasks to the executor, as far as it may have them now. */
  startReady(): void {
    // Where the disk does not keep up there would be no room for what they return.
    if (this.retired || this.#b.spilling.behind) return;
    for (let task = this.#b.ready.peek(); task !== undefined; task = this.#b.ready.peek()) {
      // Where memory is short, one task at a time still goes on: it may be the one that lets others be dropped.
      if (this.paused && this.#b.places.used > 0) return;
      if (task.kind === "task" && !this.#b.places.admits(task)) return this.#makeWay(task);
      this.#b.ready.pop();
      this.#start(task);
    }
  }

  /** What waits in the executor's queue is taken back if it was given out after a task that goes before it. */
  #makeWay(task: WorkerTask): void {
    if (this.#latest === undefined || !this.#b.places.worthRecalling || !before(task, this.#latest)) return;
    this.#latest = undefined;
    this.recall();
  }

  #start(task: WorkerTask): void {
    this.#latest = task;
    const ticket = this.#tickets++;
    this.#b.move(task, "executing", "given to the executor");
    task.ticket = ticket;
    this.#b.runs.set(ticket, task);
    if (task.kind === "task") {
      if (this.#b.places.used === 0) this.#b.progress = this.#b.now;
      this.#b.places.take(task);
    }
    if (task.timeout !== null) {
      task.deadline = this.#b.now + task.timeout;
      this.#b.timed.add(task);
    }
    const { key, attempt, kind, fn, args, deps } = task;
    this.#b.out.push({ do: "start", ticket, key, attempt, kind, fn, args, deps });
  }

  /** A run is over: its task if it is still of interest, with its dependencies let go. */
  over(ticket: number): WorkerTask | undefined {
    this.#b.progress = this.#b.now;
    const task = this.#b.runs.get(ticket);
    if (task === undefined) {
      const ending = this.#b.ending.get(ticket);
      if (ending !== undefined) {
        this.#b.ending.delete(ticket);
        this.#let(ending);
      }
      return undefined;
    }
    this.#b.runs.delete(ticket);
    this.#let(task);
    return task;
  }

  /** Nothing is performed of the task any more. */
  #let(task: WorkerTask): void {
    this.#b.places.free(task);
    for (let i = 0; i < task.deps.length; i++) this.#b.unuse(task.deps[i]);
  }

  /** A run returned. */
  finished(ticket: number, nbytes: number, spent: number): void {
    // What an actor was made with it may keep reading.
    const actor = this.#b.runs.get(ticket);
    if (actor?.kind === "actor") { for (const dep of actor.deps) this.#b.use(this.#b.data.get(dep)!); }
    const task = this.over(ticket);
    if (task === undefined) return;
    this.#b.places.learn(task, spent);
    this.#b.remove(task, "memory", "it returned");
    if (task.kind === "actor") {
      this.#b.actors.set(task.key, { attempt: task.attempt, deps: task.deps });
      this.#b.out.push({ do: "actorUp", key: task.key, attempt: task.attempt });
      // An actor is no value: what its constructor gave is nobody's.
      this.#b.out.push({ do: "forget", key: task.key });
      return;
    }
    if (!this.#b.data.restAtOnce(task.key, nbytes)) {
      const known = this.#b.data.get(task.key);
      // It may have come from elsewhere, and have gone to disk since.
      const d = known !== undefined && isHere(known) ? known : this.#deps.held(task.key, nbytes);
      d.keep = true;
      this.#b.spilling.look(d);
      this.#b.data.rest(d);
    }
    const told = { do: "finished", key: task.key, attempt: task.attempt, nbytes, spent } as const;
    this.#b.out.push(task.quiet ? { ...told, quiet: true } : told);
  }

  /** Takes back what has not begun; where `stalled`, because of those that have, and make no progress. */
  recall(stalled = false): void {
    this.#stalled = stalled;
    this.#b.out.push({ do: "recall" });
  }

  /** The executor has given these back. */
  recalled(tickets: readonly number[]): void {
    for (const ticket of tickets) {
      const task = this.#b.runs.get(ticket);
      if (task === undefined) {
        this.over(ticket);
        continue;
      }
      this.#b.places.free(task);
      this.#b.runs.delete(ticket);
      this.#b.timed.delete(task);
      task.ticket = -1;
      task.deadline = 0;
      this.#b.move(task, "ready", "recalled before it began");
      this.#b.ready.push(task);
    }
    const steals = this.#steals;
    this.#steals = undefined;
    if (steals !== undefined) this.#give(steals);
    // Those that run and have made no progress are not short, whatever was thought of them.
    else if (this.#stalled) this.#b.places.stalled(this.#b.runs.values(), this.#b.ending.values());
  }
}
