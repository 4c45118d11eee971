/**
 * A client as the scheduler knows it.
 *
 * @module
 */

import { ClientOutbox } from "./client_outbox.ts";
import { fewHas } from "./few.ts";
import { LazyBag } from "./lazy_bag.ts";
import type { SchedulerTask } from "./tasks.ts";

/** One client. */
export class SchedulerClient {
  /** Unique among clients. */
  readonly name: string;
  /** Its life. */
  readonly incarnation: string;
  /** The session, or null while it is away. */
  peer: string | null = null;
  /** When its session was lost. */
  awaySince = 0;
  /** Whether it has left for good. */
  gone = false;
  /** How many `submit` of its session have come in. */
  submits = 0;
  /** The fair tag after those of its last one. */
  nextTag = 0;
  /** Keys it wants. */
  readonly wants: LazyBag<SchedulerTask>;
  /** What it wanted when it left for good, and is yet to be let go of. */
  left: SchedulerTask[] = [];
  /** Hashes of the code it has sent and holds. */
  readonly codes: Set<string> = new Set();
  /** Messages to it, being collected. */
  readonly out: ClientOutbox = new ClientOutbox();

  /** Wants nothing yet. */
  constructor(name: string, incarnation: string) {
    this.name = name;
    this.incarnation = incarnation;
    this.wants = new LazyBag((task) => fewHas(task.wanters, this));
  }
}
