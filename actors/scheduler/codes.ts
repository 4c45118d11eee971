/**
 * Code that clients sent along with their tasks. Every worker gets all of it, each piece once, with the first tasks it is
 * given after the piece came: arguments may hold code too, and which is not seen from outside.
 *
 * @module
 */

import type { SchedulerWorker } from "./workers.ts";

/** Code by hash, in order of arrival. */
export class CodeTable {
  readonly #hashes: string[] = [];
  readonly #frames: Uint8Array[] = [];
  readonly #known: Set<string> = new Set();

  /** How many pieces there are. */
  get size(): number {
    return this.#hashes.length;
  }

  /** Enters a piece, if it is new. */
  add(hash: string, code: Uint8Array): void {
    if (this.#known.has(hash)) return;
    this.#known.add(hash);
    this.#hashes.push(hash);
    this.#frames.push(code);
  }

  /** Writes what the worker does not have yet into both lists, and holds it for known to the worker from now on. */
  send(w: SchedulerWorker, hashes: string[], frames: Uint8Array[]): void {
    for (; w.codesSent < this.#hashes.length; w.codesSent++) {
      const hash = this.#hashes[w.codesSent];
      if (w.codes.has(hash)) continue;
      w.codes.add(hash);
      hashes.push(hash);
      frames.push(this.#frames[w.codesSent]);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#hashes.length = 0;
    this.#frames.length = 0;
    this.#known.clear();
  }
}
