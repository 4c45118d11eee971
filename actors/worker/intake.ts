/**
 * How tasks come to a worker: given by the scheduler, or begun by a client that finds it at leisure.
 *
 * @module
 */

import { HEAD_START } from "../protocol/mod.ts";
import type { WorkerBooks } from "./books.ts";
import type { HoldersOf } from "./events.ts";
import type { TaskSpec, WorkerTask } from "./states.ts";
import { isComing, isHere } from "./worker_data.ts";

/** How many of the keys are remembered that are not to be begun. */
const BARRED = 1000;

const NO_HOLDERS: ReadonlyMap<string, HoldersOf> = new Map();

/** Takes tasks in, as a part of the machine. */
export class Intake {
  readonly #b: WorkerBooks;
  /** Keys that were cancelled before they came. */
  readonly #barred = new Set<string>();
  #seq = 0;

  /** Into these books. */
  constructor(books: WorkerBooks) {
    this.#b = books;
  }

  /** The scheduler gives tasks. */
  run(tasks: readonly TaskSpec[], holders: readonly HoldersOf[]): void {
    const told = holders.length === 0 ? NO_HOLDERS : new Map(holders.map((h) => [h.key, h]));
    for (const spec of tasks) this.#add(spec, told);
  }

  /** A client asks for a task to be begun; `open`: whether any are begun here now. */
  start(spec: TaskSpec, open: boolean): void {
    const b = this.#b, { key } = spec;
    // The scheduler has given it since; it hears of its end.
    if (b.tasks.has(key)) return;
    const free = b.places.quick || (b.places.used + b.places.elsewhere < b.places.threads && b.ready.length === 0);
    if (this.#barred.delete(key) || !free || !open || !b.connected) b.out.push({ do: "decline", key });
    else this.#add(spec, NO_HOLDERS);
  }

  /** A task that is not here is cancelled: a client may have asked for it, and its word of that be still on its way. */
  bar(key: string, attempt: number): void {
    if (attempt !== HEAD_START) return;
    if (this.#barred.size >= BARRED) this.#barred.delete(this.#barred.values().next().value!);
    this.#barred.add(key);
  }

  #add(spec: TaskSpec, told: ReadonlyMap<string, HoldersOf>): void {
    const known = this.#b.tasks.get(spec.key);
    if (known !== undefined) {
      known.attempt = spec.attempt;
      known.quiet = spec.quiet === true;
      this.#reorder(known, spec);
      return;
    }
    const living = this.#b.actors.size === 0 ? undefined : this.#b.actors.get(spec.key);
    if (living !== undefined) {
      // A scheduler that has just begun may not have known.
      this.#b.actors.set(spec.key, { ...living, attempt: spec.attempt });
      this.#b.out.push({ do: "actorUp", key: spec.key, attempt: spec.attempt });
      return;
    }
    const held = this.#b.data.get(spec.key);
    if (held !== undefined && isHere(held)) {
      held.keep = true;
      this.#b.spilling.look(held);
      this.#b.data.rest(held);
      this.#b.out.push({ do: "finished", key: spec.key, attempt: spec.attempt, nbytes: held.nbytes, spent: 0 });
      return;
    }
    const deps = spec.deps.length > 1 ? [...new Set(spec.deps)] : spec.deps;
    const task: WorkerTask = {
      key: spec.key,
      attempt: spec.attempt,
      fn: spec.fn,
      kind: spec.kind,
      args: spec.args,
      deps,
      priority: spec.priority,
      tag: spec.tag,
      seq: this.#seq++,
      duration: spec.duration,
      timeout: spec.timeout,
      quiet: spec.quiet === true,
      state: "waiting",
      lacks: undefined,
      ticket: -1,
      deadline: 0,
      broughtBack: false,
      place: -1,
      placed: -1,
      pace: this.#b.places.pace(spec.fn),
    };
    this.#b.tasks.set(task.key, task);
    this.#b.note(task, "new", "waiting", "given by the scheduler");
    for (const dep of deps) {
      const d = this.#b.data.want(dep, told.get(dep));
      if (d.state === "held") {
        this.#b.use(d);
        continue;
      }
      (task.lacks ??= new Set()).add(dep);
      (d.wants ??= new Set()).add(task);
      this.#b.spilling.ask(d);
      if (isComing(d) && task.state === "waiting") this.#b.move(task, "fetching", `${dep} is on its way`);
    }
    if (task.lacks === undefined) this.#b.makeReady(task, "nothing is lacking");
  }

  #reorder(task: WorkerTask, spec: TaskSpec): void {
    const inHeap = task.state === "ready";
    if (inHeap) this.#b.ready.remove(task);
    task.priority = spec.priority;
    task.tag = spec.tag;
    if (inHeap) this.#b.ready.push(task);
  }
}
