/**
 * The client's machine: what it has asked for and still wants, and what became of it. No clock, sockets or promises.
 *
 * @module
 */

import { enter, stored, submit, want } from "./asking.ts";
import { ClientBooks, NO_FRAMES } from "./books.ts";
import type { ClientTask } from "./client_task.ts";
import type { ClientEvent, ClientInstruction, WorkerCard } from "./events.ts";
import { cancel, fail } from "./giving_up.ts";
import { fromWorker, linkDown, linkUp, tellBegunLater } from "./head_start.ts";
import { release } from "./letting_go.ts";
import { message, noLongerDoubted } from "./news.ts";
import { resume } from "./resuming.ts";
import type { ClientLog } from "./transitions.ts";
import { validate } from "./validate.ts";

/** How the machine behaves. */
export interface ClientMachineOptions {
  /** Milliseconds without a session after which it gives up. */
  readonly giveUpAfter: number;
}

/** The client's machine. */
export class ClientMachine {
  readonly #books = new ClientBooks();
  readonly #giveUpAfter: number;
  #downSince = 0;

  /** An empty one, without a session. */
  constructor(options: ClientMachineOptions) {
    this.#giveUpAfter = options.giveUpAfter;
  }

  /** All that is wanted, and what that was made from. */
  get tasks(): ReadonlyMap<string, ClientTask> {
    return this.#books.tasks;
  }

  /** Workers as the scheduler last told, by name. */
  get workers(): ReadonlyMap<string, WorkerCard> {
    return this.#books.workers;
  }

  /** Code by hash; the shell adds to it before it submits what needs it. */
  get codes(): Map<string, Uint8Array> {
    return this.#books.codes;
  }

  /** Recent changes. */
  get log(): ClientLog {
    return this.#books.log;
  }

  /** Why nothing more will come, once that is so. */
  get ended(): string | undefined {
    return this.#books.ended;
  }

  /** Whether there is a session with a scheduler. */
  get connected(): boolean {
    return this.#books.session;
  }

  /** Takes an event in, and says what is to be done. */
  handle(event: ClientEvent): ClientInstruction[] {
    const b = this.#books;
    b.now = event.now;
    b.event++;
    switch (event.type) {
      case "up":
        b.session = true;
        b.headStarts.rows = [];
        resume(b);
        break;
      case "down":
        b.session = false;
        this.#downSince = event.now;
        if (b.ended === undefined) b.out.push({ type: "wakeAt", at: event.now + this.#giveUpAfter });
        break;
      case "tick":
        if (!b.session && b.ended === undefined && event.now - this.#downSince >= this.#giveUpAfter) {
          b.end(`the scheduler could not be reached for ${this.#giveUpAfter / 1000} s`);
        }
        noLongerDoubted(b);
        tellBegunLater(b);
        break;
      case "message":
        message(b, event.message);
        break;
      case "submit":
        submit(b, event.tasks, event.more);
        break;
      case "want":
        want(b, event.tasks);
        break;
      case "release":
        release(b, event.tasks);
        break;
      case "cancel":
        cancel(b, event.tasks, event.force);
        break;
      case "scatter":
        for (const t of event.tasks) enter(b, t);
        break;
      case "stored":
        stored(b, event.task, event.card);
        break;
      case "notStored":
        event.task.error = event.error;
        fail(b, event.task, "it could not be scattered");
        break;
      case "cannotSupply":
        b.send({ type: "cannotSupply", ids: event.ids, frames: NO_FRAMES });
        break;
      case "speak":
        b.tellBegun();
        break;
      case "linkUp":
        linkUp(b, event.address, event.name, event.incarnation);
        break;
      case "linkDown":
        linkDown(b, event.address);
        break;
      case "fromWorker":
        fromWorker(b, event.address, event.message);
        break;
      case "over":
        b.end(event.reason);
        break;
      case "close":
        if (event.tell) b.send({ type: "bye", frames: NO_FRAMES });
        b.end("the client was closed");
    }
    if (b.fired.length > 0) {
      // Somebody may have asked for one of them again meanwhile.
      const { fired } = b;
      b.fired = [];
      release(b, fired.filter((t) => t.handles === 0));
    }
    if (b.freed.length > 0) {
      b.send({ type: "release", keys: b.freed, frames: NO_FRAMES });
      b.freed = [];
    }
    if (b.settled.length > 0) {
      b.out.push({ type: "settled", tasks: b.settled });
      b.settled = [];
    }
    const out = b.out;
    b.out = [];
    return out;
  }

  /**
   * Checks everything that has to hold between events.
   *
   * @throws {Error} naming what does not.
   */
  validate(): void {
    validate(this.#books);
  }
}
