/**
 * What is awaited of a client: as long as there is anything, the process lives.
 *
 * @module
 */

import type { Endpoint } from "../../transport/mod.ts";

/** Milliseconds for which the event loop may stand still for an answer that is the only thing awaited, and that a worker gives at once. */
const HOLD = 1;

/** What an endpoint may offer beyond the port: whether it keeps the process alive. */
interface Referenced {
  ref?(): void;
  unref?(): void;
}

/** Counts what is awaited. */
export class Awaited {
  readonly #endpoint: Referenced;
  readonly #hold: ((ms: number) => void) | undefined;
  #n = 0;
  /** Whether the next thing that is awaited is such an answer. */
  #soon = false;
  /** The client is leaving. */
  #ending = false;

  /** Nothing yet. `hold` lets the wait for messages hold this thread for so many ms at a time, where that is of use. */
  constructor(endpoint: Endpoint, hold: ((ms: number) => void) | undefined) {
    this.#endpoint = endpoint as Referenced;
    this.#hold = hold;
  }

  /** Something is awaited. Gives what to call when it is no longer. */
  busy(): () => void {
    if (this.#n++ > 0) this.#hold?.(0);
    else {
      this.#endpoint.ref?.();
      if (this.#soon) this.#hold?.(HOLD);
    }
    return () => this.idle();
  }

  /** See {@link Awaited.busy}. */
  idle(): void {
    if (--this.#n > 0) return;
    this.#soon = false;
    this.#hold?.(0);
    if (!this.#ending) this.#endpoint.unref?.();
  }

  /** A worker was asked for something directly: if nothing else is awaited, its answer is waited for before others have a turn. */
  soonBack(): void {
    this.#soon = true;
    if (this.#n === 1) this.#hold?.(HOLD);
  }

  /** Nobody waits for anything at first: a script that forgets to close its client may end. */
  begun(): void {
    if (this.#n === 0) this.#endpoint.unref?.();
  }

  /** The process lives until the client has left, whatever is awaited: what still is, fails meanwhile. */
  ending(): void {
    this.#ending = true;
    this.#endpoint.ref?.();
  }
}
