/**
 * An actor: a mailbox and a behaviour, one message at a time.
 *
 * @module
 */

import type { Clock } from "../../transport/mod.ts";
import { MailboxFullError } from "./errors.ts";
import { type Lane, Mailbox, type MailboxOptions } from "./mailbox.ts";

/** What an actor does with a message. It may hand back the behaviour for the next one. Synchronous: it never waits. */
export type Behaviour<M> = (message: M) => Behaviour<M> | void;

/** What becomes of an actor whose behaviour threw. */
export type AfterError = "stop" | "continue";

/** How an actor is made. */
export interface ActorOptions<M> extends MailboxOptions<M> {
  /** For error messages. */
  readonly name: string;
  /** The clock whose turns it works in. */
  readonly clock: Clock;
  /** Its first behaviour. */
  readonly behaviour: Behaviour<M>;
  /** Asked when the behaviour throws. Without it the actor stops, and the error is thrown out of the turn. */
  readonly thrown?: (error: unknown, message: M) => AfterError;
  /** After that many messages it lets others have a turn. Default 1,024. */
  readonly burst?: number;
}

/**
 * Handles one message at a time, control before data, at the end of the turn in which messages came: so what arrives
 * together is put in order of lanes before any of it is handled.
 *
 * @example
 * ```ts
 * import { realClock } from "../../transport/mod.ts";
 * import { Actor } from "./actor.ts";
 * let sum = 0;
 * const adder = new Actor<number>({ name: "adder", clock: realClock, behaviour: (n) => void (sum += n) });
 * adder.tell(2);
 * adder.tell(3);
 * await Promise.resolve();
 * console.log(sum); // 5
 * ```
 */
export class Actor<M> {
  /** For error messages. */
  readonly name: string;
  /** What waits. */
  readonly mailbox: Mailbox<M>;
  readonly #clock: Clock;
  readonly #thrown: ActorOptions<M>["thrown"];
  readonly #burst: number;
  readonly #turn = (): void => this.#work();
  #behaviour: Behaviour<M>;
  #due = false;
  #stopped = false;

  /** An actor that waits for its first message. */
  constructor(options: ActorOptions<M>) {
    this.name = options.name;
    this.mailbox = new Mailbox(options);
    this.#clock = options.clock;
    this.#behaviour = options.behaviour;
    this.#thrown = options.thrown;
    this.#burst = options.burst ?? 1024;
  }

  /** Whether it handles nothing any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Leaves a message; `false` when the mailbox refuses it, or the actor has stopped. */
  tell(message: M, lane: Lane = "data"): boolean {
    if (this.#stopped || !this.mailbox.post(message, lane)) return false;
    if (!this.#due) {
      this.#due = true;
      this.#clock.soon(this.#turn);
    }
    return true;
  }

  /** As {@link Actor.tell}, but throws {@link MailboxFullError} when the mailbox refuses. */
  mustTell(message: M, lane: Lane = "data"): void {
    if (!this.tell(message, lane) && !this.#stopped) {
      throw new MailboxFullError(this.name, lane, this.mailbox.waiting(lane));
    }
  }

  /** Handles nothing more; what waits is forgotten. */
  stop(): void {
    this.#stopped = true;
    this.mailbox.clear();
  }

  #work(): void {
    for (let left = this.#burst; left > 0; left--) {
      if (this.#stopped || this.mailbox.length === 0) {
        this.#due = false;
        return;
      }
      const message = this.mailbox.take() as M;
      try {
        const next = this.#behaviour(message);
        if (next !== undefined) this.#behaviour = next;
      } catch (error) {
        if (this.#thrown === undefined) {
          this.stop();
          throw error;
        }
        if (this.#thrown(error, message) === "stop") this.stop();
      }
    }
    this.#clock.after(0, this.#turn);
  }
}
