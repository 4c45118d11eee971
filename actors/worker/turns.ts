/**
 * Giving way: doing something at the event loop's next turn, after what is due already. A message port does that without loading Node's
 * timers, which would cost every isolate some 10 ms.
 *
 * @module
 */

/** Runs one function, again and again, each time in a turn of its own. */
export class NextTurn {
  readonly #channel = new MessageChannel();
  #asked = false;

  /** Of the function that is to be run. */
  constructor(run: () => void) {
    this.#channel.port1.onmessage = () => {
      this.#asked = false;
      run();
    };
    // Waiting for it is no reason for a process to live.
    (this.#channel.port1 as { unref?(): void }).unref?.();
  }

  /** Asks for one run; asking again before it has begun does nothing. */
  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#channel.port2.postMessage(null);
  }

  /** No more runs. */
  close(): void {
    this.#channel.port1.onmessage = null;
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}
