/**
 * Addresses that an endpoint keeps a session with: dialled, and dialled again after a loss, with growing pauses.
 *
 * @module
 */

import type { Address } from "./address.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Link } from "./link.ts";

/** A dialled address is reported as not answering after so long. */
const UNANSWERED_MS = 3000;
/** Pauses before dialling again after a loss: the first, and the longest. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 2000;
/** A session that lasted so long was a good one: the pauses start over. */
const GOOD_SESSION_MS = 5000;

/** One address. */
export interface Dial {
  /** It, taken apart. */
  readonly address: Address;
  /** The session with it, or the attempt at one. */
  link: Link | undefined;
  /** The next pause. */
  pause: number;
  redial: Timer | undefined;
  unanswered: Timer | undefined;
}

/** All addresses that are dialled. */
export class Dials {
  readonly #byAddress = new Map<string, Dial>();
  readonly #clock: Clock;
  readonly #connect: (dial: Dial) => void;
  readonly #unanswered: (address: string, reason: string) => void;

  /**
   * @param clock For the pauses.
   * @param connect Makes an attempt, and sets the dial's link.
   * @param unanswered Called once for an address that does not answer in time.
   */
  constructor(clock: Clock, connect: (dial: Dial) => void, unanswered: (address: string, reason: string) => void) {
    this.#clock = clock;
    this.#connect = connect;
    this.#unanswered = unanswered;
  }

  /** Starts to dial, unless that is done already. */
  add(address: Address): void {
    const { text } = address;
    if (this.#byAddress.has(text)) return;
    const dial: Dial = { address, link: undefined, pause: FIRST_PAUSE_MS, redial: undefined, unanswered: undefined };
    this.#connect(dial);
    this.#byAddress.set(text, dial);
    dial.unanswered = this.#clock.after(UNANSWERED_MS, () => {
      this.#unanswered(text, `no answer from ${text} within ${UNANSWERED_MS / 1000} s; trying on`);
    });
  }

  /** Stops dialling; gives the session there is. */
  remove(address: string): Link | undefined {
    const dial = this.#byAddress.get(address);
    if (dial === undefined) return undefined;
    dial.redial?.cancel();
    dial.unanswered?.cancel();
    this.#byAddress.delete(address);
    return dial.link;
  }

  /** Stops dialling everything. */
  clear(): void {
    for (const address of [...this.#byAddress.keys()]) this.remove(address);
  }

  /** A session has come of it. */
  answered(address: string): void {
    this.#byAddress.get(address)?.unanswered?.cancel();
  }

  /** A session, or an attempt, has ended: if it was the one of an address that is still dialled, it is dialled again. */
  lost(link: Link): void {
    const dial = this.#byAddress.get(link.address);
    if (dial === undefined || dial.link !== link) return;
    dial.link = undefined;
    if (link.since > 0 && this.#clock.now() - link.since > GOOD_SESSION_MS) dial.pause = FIRST_PAUSE_MS;
    dial.redial = this.#clock.after(dial.pause, () => this.#connect(dial));
    dial.pause = Math.min(LONGEST_PAUSE_MS, dial.pause * 2);
  }
}
