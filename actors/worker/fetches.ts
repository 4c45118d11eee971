/**
 * Values under way to here: what was asked of which worker, over sessions that are dialled when first needed.
 *
 * @module
 */

import type { Clock, Endpoint, Peer } from "../../transport/mod.ts";
import { workerHears } from "../protocol/mod.ts";

/** Milliseconds in which a worker has to be reached before another one is asked. */
const REACH = 3000;
/** Milliseconds after which a session that nobody needs is ended. */
const IDLE = 30_000;

interface Source {
  readonly address: string;
  peer: Peer | undefined;
  /** To be asked for at the end of the turn, or when the session begins. */
  queued: string[];
  readonly asked: Set<string>;
  since: number;
}

/** What fetches need of their worker. */
export interface FetchesOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** The worker's own address: it is not asked. */
  readonly own: string;
  /** Told that a worker cannot give a value. */
  readonly unavailable: (key: string, from: string, reason: string) => void;
}

/** Asks other workers for values. */
export class Fetches {
  readonly #options: FetchesOptions;
  readonly #sources = new Map<string, Source>();
  #dirty: Source[] = [];
  #n = 0;

  /** Over the worker's endpoint. */
  constructor(options: FetchesOptions) {
    this.#options = options;
  }

  /** Asks `from` for a value, at the end of the turn. */
  get(key: string, from: string): void {
    const { clock, endpoint, own, unavailable } = this.#options;
    if (from === own) return clock.soon(() => unavailable(key, from, "it is not here"));
    let source = this.#sources.get(from);
    if (source === undefined) {
      source = { address: from, peer: undefined, queued: [], asked: new Set(), since: clock.now() };
      this.#sources.set(from, source);
      try {
        endpoint.dial(from);
      } catch (e) {
        const reason = e instanceof Error ? e.message : String(e);
        this.#sources.delete(from);
        return clock.soon(() => unavailable(key, from, reason));
      }
      this.#watch(source);
    }
    if (source.queued.length === 0) this.#dirty.push(source);
    source.queued.push(key);
  }

  /** The source that this is the session of. */
  has(peer: Peer): boolean {
    return peer.address !== "" && this.#sources.has(peer.address);
  }

  /** A session with a source begins. */
  up(peer: Peer): void {
    const source = this.#sources.get(peer.address)!;
    source.peer = peer;
    source.since = this.#options.clock.now();
    this.#ask(source);
  }

  /** A session with a source is over: what was asked over it will not come. */
  down(peer: Peer, reason: string): void {
    const source = this.#sources.get(peer.address);
    if (source?.peer?.id !== peer.id) return;
    source.peer = undefined;
    this.#fail(source, reason);
  }

  /** The source cannot be dialled. */
  refused(address: string, reason: string): boolean {
    const source = this.#sources.get(address);
    if (source === undefined) return false;
    this.#fail(source, reason);
    return true;
  }

  /** A value came, or the word that there is none. */
  answered(peer: Peer, key: string): void {
    const source = this.#sources.get(peer.address);
    source?.asked.delete(key);
    if (source !== undefined) source.since = this.#options.clock.now();
  }

  /** Sends what was collected. */
  flush(): void {
    if (this.#dirty.length === 0) return;
    for (const source of this.#dirty.splice(0)) if (source.peer !== undefined) this.#ask(source);
  }

  #ask(source: Source): void {
    const keys = source.queued;
    if (keys.length === 0) return;
    source.queued = [];
    for (const key of keys) source.asked.add(key);
    const message = { type: "get" as const, n: this.#n++, keys, frames: [] };
    this.#options.endpoint.send(source.peer!, workerHears.fromAnyone.write(message));
  }

  #fail(source: Source, reason: string): void {
    const keys = [...source.asked, ...source.queued];
    source.asked.clear();
    source.queued = [];
    this.#end(source);
    for (const key of keys) this.#options.unavailable(key, source.address, reason);
  }

  #end(source: Source): void {
    this.#sources.delete(source.address);
    this.#options.endpoint.hangUp(source.address);
  }

  #watch(source: Source): void {
    const { clock } = this.#options;
    clock.after(REACH, () => {
      if (this.#sources.get(source.address) !== source) return;
      if (source.peer === undefined) this.#fail(source, `no answer from ${source.address} for ${REACH / 1000} s`);
      else if (source.asked.size + source.queued.length === 0 && clock.now() - source.since >= IDLE) this.#end(source);
      else this.#watch(source);
    });
  }
}
