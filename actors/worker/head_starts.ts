/**
 * Tasks that clients have begun here directly: a small result goes straight back to its client, a scheduler's turn and two hops earlier.
 *
 * @module
 */

import type { Clock, Endpoint, Peer } from "../../transport/mod.ts";
import { HEAD_START, type ToWorker, workerHears } from "../protocol/mod.ts";
import type { WorkerEvent } from "./events.ts";
import { blobOf } from "./results_in.ts";
import type { TaskSpec } from "./states.ts";
import type { StoredValue } from "./store.ts";
import { INLINE_BYTES } from "./thread_results.ts";

const NONE: readonly Uint8Array[] = [];
const NO_BYTES = new Uint8Array(0);
/** Milliseconds that one is taken to last of whose function nothing is known. */
const UNKNOWN = 5;

/** What they need of their worker. */
export interface HeadStartsOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** Tells the machine. */
  readonly tell: (event: WorkerEvent) => void;
  /** Code that came along. */
  readonly code: (hash: string, bytes: Uint8Array) => void;
}

/** Who began what. */
export class HeadStarts {
  readonly #o: HeadStartsOptions;
  readonly #peers = new Map<string, Peer>();

  /** None yet. */
  constructor(options: HeadStartsOptions) {
    this.#o = options;
  }

  /** A client's `start`. */
  begin(peer: Peer, m: Extract<ToWorker, { type: "start" }>): void {
    const { clock, code, tell } = this.#o;
    m.codes.forEach((hash, i) => code(hash, m.frames[1 + i]));
    let at = 0;
    const tasks = m.keys.map((key, i): TaskSpec => {
      const { kind, priority, timeout } = m.options[m.option[i]];
      this.#peers.set(key, peer);
      const args = m.frames[0].subarray(at, at += m.argBytes[i]);
      const fn = m.fns[m.fn[i]];
      return {
        key,
        attempt: HEAD_START,
        fn,
        kind,
        args,
        deps: [],
        priority,
        tag: 0,
        duration: UNKNOWN,
        timeout,
        quiet: false,
      };
    });
    tell({ type: "start", now: clock.now(), tasks });
  }

  /** It is not begun. */
  declined(key: string): void {
    const peer = this.#take(key);
    if (peer !== undefined) this.#send(peer, { type: "declined", keys: [key], frames: NONE });
  }

  /** It returned; its value, if that is in memory. Whether its client was told. */
  finished(key: string, nbytes: number, value: StoredValue | undefined): boolean {
    if (this.#peers.size === 0) return false;
    const peer = this.#take(key);
    if (peer === undefined) return false;
    const blob = value === undefined || nbytes > INLINE_BYTES ? undefined : blobOf(value);
    this.#send(peer, {
      type: "result",
      keys: [key],
      nbytes: Float64Array.of(nbytes),
      inline: Uint32Array.of(blob === undefined ? 0 : 1 + blob.length),
      frames: [blob ?? NO_BYTES],
    });
    return true;
  }

  /** It failed; its client is told, if it was begun for one. */
  failed(key: string, error: Uint8Array): void {
    const peer = this.#peers.size === 0 ? undefined : this.#take(key);
    if (peer !== undefined) this.#send(peer, { type: "threw", keys: [key], frames: [error] });
  }

  /** It came to another end, of which the scheduler tells. */
  over(key: string): void {
    if (this.#peers.size > 0) this.#peers.delete(key);
  }

  /** The session is over: the scheduler tells of all. */
  down(peer: Peer): void {
    for (const [key, p] of this.#peers) if (p.id === peer.id) this.#peers.delete(key);
  }

  #take(key: string): Peer | undefined {
    const peer = this.#peers.get(key);
    this.#peers.delete(key);
    return peer;
  }

  #send(peer: Peer, m: Parameters<typeof workerHears.fromWorker.write>[0]): void {
    this.#o.endpoint.send(peer, workerHears.fromWorker.write(m));
  }
}
