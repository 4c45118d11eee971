/**
 * The scheduler's shell: arrivals to events, instructions to messages. Synchronous; it runs on any endpoint.
 *
 * @module
 */

import type { Arrival, Clock, Endpoint, Message, Peer, Timer } from "../../transport/mod.ts";
import { type Ids, Mailbox, type Random } from "../core/mod.ts";
import { codec, MalformedMessage, schedulerHears, schedulerToClient, schedulerToWorker } from "../protocol/mod.ts";
import { pack, toBlob } from "../values/mod.ts";
import type { SchedulerEvent, SchedulerInstruction } from "./events.ts";
import type { SchedulerLogEntry } from "./log.ts";
import type { SchedulerOptions } from "./options.ts";
import { SchedulerState } from "./state.ts";

/** What a scheduler is made of. */
export interface SchedulerParts {
  /** Bound by whoever made it; its incarnation is the scheduler's. */
  readonly endpoint: Endpoint;
  /** For its graces. */
  readonly clock: Clock;
  /** Unused so far: the machine draws no names. */
  readonly ids?: Ids;
  /** Chooses the first attempt number. */
  readonly random: Random;
  /** What differs from the defaults. */
  readonly options?: Partial<SchedulerOptions>;
}

const toClient = codec(schedulerToClient);
const toWorker = codec(schedulerToWorker);

/** Events handled before others have a turn. */
const BURST = 1024;
/** Events that may wait. A session whose event finds no room is ended: its peer comes again and says all. */
const MAILBOX = 65_536;

/** A session, and how many of its events wait in the data lane. */
interface Session {
  readonly peer: Peer;
  readonly role: "client" | "worker";
  waiting: number;
}

interface Letter {
  readonly event: SchedulerEvent;
  /** The session in whose order it waits; null for what waits in none. */
  readonly session: Session | null;
}

/**
 * A scheduler on an endpoint.
 *
 * @example
 * ```ts
 * import { openEndpoint, realClock, realRandom } from "../../transport/mod.ts";
 * import { Scheduler } from "./scheduler.ts";
 * const self = { role: "scheduler", name: "scheduler", incarnation: crypto.randomUUID() } as const;
 * await using endpoint = await openEndpoint({ self });
 * const scheduler = new Scheduler({ endpoint, clock: realClock, random: realRandom });
 * console.log(await endpoint.bind("tcp://127.0.0.1:*"));
 * scheduler.close("the example is over", true);
 * ```
 */
export class Scheduler {
  /** Messages that were no valid message of their sender's vocabulary. */
  protocolErrors = 0;
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #state: SchedulerState;
  readonly #mailbox: Mailbox<Letter>;
  readonly #sessions = new Map<string, Session>();
  readonly #turn = (): void => this.#work();
  #due = false;
  #timer: Timer | undefined;
  #timerAt = Infinity;
  #closed = false;

  /** Begins to listen to the endpoint. */
  constructor({ endpoint, clock, random, options }: SchedulerParts) {
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#mailbox = new Mailbox({ control: { capacity: MAILBOX }, data: { capacity: MAILBOX } });
    this.#state = new SchedulerState({
      incarnation: endpoint.self.incarnation,
      now: clock.now(),
      packError: (error) => toBlob(pack(error)),
      firstAttempt: Math.floor(random.next() * 2 ** 20) * 2 ** 10,
      ...options,
    });
    endpoint.receive((arrival) => this.#arrived(arrival));
  }

  /** The machine, to look at. */
  get state(): SchedulerState {
    return this.#state;
  }

  /** Checks all invariants of the machine; see {@link SchedulerState.validate}. */
  validate(): void {
    this.#state.validate();
  }

  /** Entries of the event log; see {@link SchedulerState.events}. */
  events(since?: number, limit?: number, what?: string): SchedulerLogEntry[] {
    return this.#state.events(since, limit, what);
  }

  /**
   * Tells all workers and clients that the scheduler ends, and does nothing any more; `final` when it will not be back. Ending the
   * endpoint is its owner's matter.
   */
  close(reason: string, final: boolean): void {
    if (this.#closed) return;
    while (this.#mailbox.length > 0) this.#handle(this.#mailbox.take()!);
    this.#state.handle({ type: "close", now: this.#clock.now(), reason, final });
    this.#carryOut(this.#state.flush());
    this.#closed = true;
    this.#timer?.cancel();
  }

  #arrived(a: Arrival): void {
    if (this.#closed || a.kind === "refused") return;
    const now = this.#clock.now();
    const { peer } = a;
    if (a.kind === "up") {
      if (peer.role !== "client" && peer.role !== "worker") {
        // A probe only looks whether somebody is there.
        if (peer.role !== "probe") {
          this.protocolErrors++;
          this.#endpoint.close(
            peer,
            `this is a scheduler: it speaks with clients and workers, not with a ${peer.role}`,
          );
        }
        return;
      }
      const session: Session = { peer, role: peer.role, waiting: 0 };
      this.#sessions.set(peer.id, session);
      const { name, incarnation } = peer;
      this.#post({ type: `${peer.role}Up`, now, peer: peer.id, name, incarnation }, session);
      return;
    }
    const session = this.#sessions.get(peer.id);
    if (session === undefined) return;
    if (a.kind === "down") {
      this.#sessions.delete(peer.id);
      this.#post({ type: `${session.role}Down`, now, peer: peer.id, reason: a.reason }, session);
      return;
    }
    const event = this.#read(session, a.message, now);
    if (event !== null) this.#post(event, session);
  }

  /** The message as an event; null, and counted, if it is none. */
  #read(session: Session, message: Message, now: number): SchedulerEvent | null {
    try {
      return session.role === "client"
        ? { type: "clientMessage", now, peer: session.peer.id, message: schedulerHears.fromClient.read(message) }
        : { type: "workerMessage", now, peer: session.peer.id, message: schedulerHears.fromWorker.read(message) };
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.protocolErrors++;
      return null;
    }
  }

  /** Control overtakes the data of others, never that of its own session: a cancel must not come before its submit. */
  #post(event: SchedulerEvent, session: Session | null): void {
    const control = session === null || (session.waiting === 0 && isControl(event));
    if (!this.#mailbox.post({ event, session: control ? null : session }, control ? "control" : "data")) {
      if (session !== null && this.#sessions.delete(session.peer.id)) {
        this.#endpoint.close(session.peer, `the scheduler is overrun: ${MAILBOX} messages wait`);
        // Not to be lost: it follows what has been taken in of the session.
        const reason = "the scheduler's mailbox was full";
        this.#overrun.push({ type: `${session.role}Down`, now: event.now, peer: session.peer.id, reason });
      } else if (session !== null && event.type.endsWith("Down")) this.#overrun.push(event);
    } else if (!control) session.waiting++;
    if (!this.#due) {
      this.#due = true;
      this.#clock.soon(this.#turn);
    }
  }

  /** Ends of sessions that found no room in the mailbox. */
  readonly #overrun: SchedulerEvent[] = [];

  #work(): void {
    if (this.#closed) return;
    let left = BURST;
    for (; left > 0 && this.#mailbox.length > 0; left--) this.#handle(this.#mailbox.take()!);
    if (this.#mailbox.length === 0) { for (const event of this.#overrun.splice(0)) this.#state.handle(event); }
    this.#carryOut(this.#state.flush());
    this.#due = this.#mailbox.length > 0;
    if (this.#due) this.#clock.after(0, this.#turn);
  }

  #handle({ event, session }: Letter): void {
    if (session !== null) session.waiting--;
    this.#state.handle(event);
  }

  #carryOut(instructions: readonly SchedulerInstruction[]): void {
    for (const i of instructions) {
      switch (i.type) {
        case "wakeAt":
          this.#wakeAt(i.at);
          break;
        case "closePeer": {
          const session = this.#sessions.get(i.peer);
          if (session !== undefined) this.#endpoint.close(session.peer, i.reason);
          break;
        }
        case "toClient": {
          const session = this.#sessions.get(i.peer);
          if (session !== undefined) this.#endpoint.send(session.peer, toClient.write(i.message));
          break;
        }
        case "toWorker": {
          const session = this.#sessions.get(i.peer);
          if (session !== undefined) this.#endpoint.send(session.peer, toWorker.write(i.message));
          break;
        }
      }
    }
  }

  #wakeAt(at: number): void {
    if (at === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#timerAt = Infinity;
      this.#post({ type: "tick", now: this.#clock.now() }, null);
    });
  }
}

function isControl(event: SchedulerEvent): boolean {
  switch (event.type) {
    case "clientDown":
    case "workerDown":
      return true;
    case "clientMessage":
      return event.message.type === "cancel" || event.message.type === "release";
    case "workerMessage":
      return event.message.type === "beat";
    default:
      return false;
  }
}
