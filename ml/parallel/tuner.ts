/**
 * How many calls should travel together.
 *
 * @module
 */

/** Milliseconds of work that make a batch worth its way where the way is short. */
const LEAST = 5;
/** And the most that a long way may ask for: more, and the last batches keep everybody waiting. */
const MOST = 200;
/** Batches of this many times the wanted duration are made smaller. */
const SLOW = 10;
/** Calls in the largest batch. */
const LARGEST = 4_096;
/** Single calls between two that are timed, while they stay single. */
const PAUSE = 32;

/**
 * Finds a size for batches: small calls must travel together to keep the workers supplied, and large ones alone, so that nobody waits
 * for the last of them.
 *
 * What counts is the calls' own time on the worker. A batch should have twice as much of it as the way there and back costs: while one
 * is on its way, another keeps the thread busy. The way's cost is the least that any batch took beyond its own work, since what others
 * took longer they have spent in queues. A single call is submitted as itself, and its own time is then unknown; if it is back within
 * 5 ms it is short in any case, and if not, one call is sent by itself in a batch, which is timed.
 */
export class BatchTuner {
  /** Calls in the next batch. */
  size = 1;
  readonly #say: (text: string) => void;
  #way = Infinity;
  #probing = false;
  #pause = 0;

  /** @param say Takes joblib's line whenever the size changes. */
  constructor(say: (text: string) => void = () => {}) {
    this.#say = say;
  }

  /** Whether a call that is sent now should be timed where it is performed. True for one only, until it has landed. */
  probes(): boolean {
    if (!this.#probing || this.size > 1) return false;
    this.#probing = false;
    this.#pause = PAUSE;
    return true;
  }

  /**
   * A batch has landed.
   *
   * @param size Its calls. @param ms Milliseconds from submit to result. @param own Milliseconds that the calls took on their worker, if
   * that is known.
   */
  landed(size: number, ms: number, own?: number): void {
    this.#way = Math.min(this.#way, Math.max(0, ms - (own ?? 0)));
    // What was sent before the size changed says nothing of it.
    if (size !== this.size) return;
    if (own === undefined) {
      if (ms < LEAST) this.#change(size * 2, "fast", ms);
      else if (this.#pause > 0) this.#pause--;
      else this.#probing = true;
      return;
    }
    const wanted = Math.min(Math.max(2 * this.#way, LEAST), MOST);
    // A batch that needs long beyond that, for it carries much, would need twice as long.
    const late = ms - own - this.#way > MOST;
    if (own < wanted && !late) this.#change(size * 2, "fast", own);
    else if (own > SLOW * wanted) this.#change(Math.floor(size * wanted / own), "slow", own);
  }

  #change(size: number, how: string, ms: number): void {
    const next = Math.min(Math.max(size, 1), LARGEST);
    if (next === this.size) return;
    this.size = next;
    this.#say(`Batch computation too ${how} (${ms / 1000}s.) Setting batch_size=${next}.`);
  }
}
