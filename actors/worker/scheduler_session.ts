/**
 * A worker's session with its scheduler: it waits for one and gives up in time, says who it is and how it does.
 *
 * @module
 */

import type { Peer, Timer } from "../../transport/mod.ts";
import { isReplaced, notScheduler, schedulerHears, type WorkerToScheduler } from "../protocol/mod.ts";
import type { WorkerInstruction } from "./events.ts";
import type { MemoryWatch } from "./memory_watch.ts";
import type { WorkerMachine } from "./state.ts";
import type { WorkerOptions } from "./worker_options.ts";

/** What the session needs of its worker. */
export interface SchedulerSessionOptions {
  readonly worker: WorkerOptions;
  readonly machine: WorkerMachine;
  readonly memory: MemoryWatch;
  /** Hashes of the code that is here. */
  readonly codes: ReadonlySet<string>;
  /** A session has begun. */
  readonly up: () => void;
  /** It is over. */
  readonly down: () => void;
  /** There will be none. */
  readonly gaveUp: (reason: string) => void;
  readonly log: (line: string) => void;
}

/** The session, and the time without one. */
export class SchedulerSession {
  readonly #o: SchedulerSessionOptions;
  #scheduler: Peer | undefined;
  #away = false;
  #alone: Timer | undefined;
  #beat: Timer | undefined;

  /** Not begun yet. */
  constructor(options: SchedulerSessionOptions) {
    this.#o = options;
  }

  /** Dials the scheduler, if the endpoint has not done so yet. */
  begin(): void {
    const { endpoint, scheduler } = this.#o.worker;
    // It may be there already: what was dialled before the worker was made.
    if (!this.isUp) this.#wait();
    endpoint.dial(scheduler);
    this.#beatLater();
  }

  /** Whether there is a session. */
  get isUp(): boolean {
    return this.#scheduler !== undefined;
  }

  /** Whether it is with this peer. */
  isWith(peer: Peer): boolean {
    return peer.id === this.#scheduler?.id;
  }

  /** The scheduler is there. */
  up(peer: Peer): void {
    if (peer.role !== "scheduler") {
      return this.#giveUp(`${this.#o.worker.scheduler} is not a scheduler's address: ${notScheduler(peer)}`);
    }
    this.#alone?.cancel();
    this.#scheduler = peer;
    if (this.#away) this.#o.log("the scheduler is back");
    this.#away = false;
    this.#o.up();
  }

  /** It is away. */
  down(reason: string): void {
    this.#scheduler = undefined;
    this.#away = true;
    this.#o.log(`the scheduler is away: ${reason}`);
    this.#o.down();
    // Names are unique: what lives under this one now is not this worker.
    if (isReplaced(reason)) return this.#giveUp(reason);
    if (!this.#o.machine.leaving) this.#wait();
  }

  /** It does not answer, or does not let this worker in. */
  refused(cause: "version" | "unanswered" | "keys", reason: string): void {
    const { scheduler } = this.#o.worker;
    if (cause === "unanswered") return this.#o.log(`no answer from the scheduler at ${scheduler}: ${reason}`);
    this.#giveUp(`the scheduler at ${scheduler} refuses: ${reason}`);
  }

  /** Tells it, if it is there. */
  readonly send = (m: WorkerToScheduler): void => {
    if (this.#scheduler !== undefined) {
      this.#o.worker.endpoint.send(this.#scheduler, schedulerHears.fromWorker.write(m));
    }
  };

  /** The session's first word: all that this worker has. */
  join(i: Extract<WorkerInstruction, { do: "join" }>): void {
    const { address, executor, store, resources = {}, process = null, host = "", pid = 0, before = "" } =
      this.#o.worker;
    this.send({
      type: "join",
      address,
      threads: executor.threads,
      memoryLimit: store.limit,
      process,
      resources,
      host,
      pid,
      before,
      held: i.held,
      heldBytes: Float64Array.from(i.heldBytes),
      pinned: i.pinned as never,
      tasks: i.tasks.map((t) => t.key),
      attempts: Float64Array.from(i.tasks, (t) => t.attempt),
      actors: i.actors,
      codes: [...this.#o.codes],
      frames: [],
    });
    this.beat();
  }

  /** Says how this worker does. */
  beat(): void {
    const { cpu, rss } = this.#o.memory.beat();
    const { ready, executing, paused } = this.#o.machine;
    const { store, disk } = this.#o.worker;
    const { managed } = store;
    const spilled = disk?.used ?? 0;
    this.send({ type: "beat", cpu, rss, managed, spilled, ready, executing, paused, frames: [] });
  }

  /** Waits for no scheduler any more. */
  close(): void {
    this.#alone?.cancel();
    this.#beat?.cancel();
  }

  #wait(): void {
    const { giveUpAfter = 60_000, scheduler, clock } = this.#o.worker;
    this.#alone?.cancel();
    this.#alone = clock.after(
      giveUpAfter,
      () => this.#giveUp(`no scheduler at ${scheduler} for ${giveUpAfter / 1000} s`),
    );
  }

  #giveUp(reason: string): void {
    this.#o.log(`giving up: ${reason}`);
    this.#o.gaveUp(reason);
  }

  #beatLater(): void {
    const { clock, beat = 1000 } = this.#o.worker;
    this.#beat = clock.after(beat, () => {
      this.beat();
      this.#o.memory.trim();
      this.#beatLater();
    });
  }
}
