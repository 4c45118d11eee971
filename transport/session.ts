/**
 * The session layer: an {@link Endpoint} over any {@link Driver}. It introduces itself and checks who answers, batches small
 * messages, carries large ones in chunks, dials again after a loss, and answers what it does not understand.
 *
 * @module
 */

import { parseAddress } from "./address.ts";
import { type Clock, realClock } from "./clock.ts";
import type { Driver } from "./driver.ts";
import { DEFAULT_LIMITS, VERSION } from "./envelope.ts";
import { ClosedError, LimitError } from "./errors.ts";
import type { Link } from "./link.ts";
import type { Arrival, Endpoint, Introduction, Limits, Message, Peer, Reserve, TransportStats } from "./port.ts";
import { Sessions } from "./sessions.ts";

/** What an endpoint is made of. */
export interface SessionOptions {
  /** How it introduces itself. */
  readonly self: Introduction;
  /** What carries its bytes. */
  readonly driver: Driver;
  /** Its time; the machine's own where none is given. */
  readonly clock?: Clock;
  /** What differs from the default limits. */
  readonly limits?: Partial<Limits>;
  /** Where large messages are received; fresh memory where none is given. */
  readonly reserve?: Reserve;
  /** For tests: the version it claims to speak. */
  readonly version?: number;
}

/**
 * An endpoint over a driver.
 *
 * @example
 * ```ts
 * import { openEndpoint, type SessionEndpoint } from "@troupe/troupe/transport";
 * const self = { role: "client", name: "mine", incarnation: crypto.randomUUID() } as const;
 * await using endpoint: SessionEndpoint = await openEndpoint({ self });
 * await endpoint.bind("tcp://127.0.0.1:*"); // "tcp://127.0.0.1:40321", or another port
 * endpoint.peers; // []
 * ```
 */
export class SessionEndpoint implements Endpoint {
  /** How it introduces itself. */
  readonly self: Introduction;
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #sessions: Sessions;
  #dirty: Link[] = [];
  #flushing = false;
  #ending: Promise<void> | undefined;

  /**
   * Makes an endpoint; programs do so by `openEndpoint` or `MemoryNetwork.endpoint`.
   *
   * @param options What it is made of.
   */
  constructor(options: SessionOptions) {
    const { role, name, incarnation } = options.self;
    this.self = { role, name, incarnation };
    this.#driver = options.driver;
    this.#clock = options.clock ?? realClock;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#sessions = new Sessions({
      self: this.self,
      driver: this.#driver,
      clock: this.#clock,
      limits: this.#limits,
      reserve: options.reserve ?? ((_peer, _header, sizes) => sizes.map((size) => new Uint8Array(size))),
      version: options.version ?? VERSION,
    });
  }

  /** Counters. */
  get stats(): Readonly<TransportStats> {
    return this.#sessions.stats;
  }

  /** Peers in session now. */
  get peers(): Peer[] {
    return [...this.#sessions.links.values()].filter((link) => link.state === "up");
  }

  /**
   * Listens at `address`; see {@link Endpoint.bind}.
   *
   * @throws {AddressError} for an address that does not parse.
   * @throws {ClosedError} after it ended.
   */
  async bind(address: string): Promise<string> {
    this.#mustBeOpen();
    return await this.#driver.bind(parseAddress(address));
  }

  /**
   * Keeps a session with `address`; see {@link Endpoint.dial}.
   *
   * @throws {AddressError} for an address that does not parse.
   * @throws {ClosedError} after it ended.
   */
  dial(address: string): void {
    this.#mustBeOpen();
    this.#sessions.dials.add(parseAddress(address));
  }

  /** Stops dialling `address`; see {@link Endpoint.hangUp}. */
  hangUp(address: string): void {
    const link = this.#sessions.dials.remove(address);
    if (link !== undefined) this.#sessions.close(link, "hung up");
  }

  /** Ends the session with a peer; see {@link Endpoint.close}. */
  close(peer: Peer, reason = "closed by the other side"): void {
    this.#sessions.close(peer as Link, reason);
  }

  /**
   * Queues a message; see {@link Endpoint.send}.
   *
   * @throws {LimitError} when the message has more frames or bytes than `limits` allow.
   */
  send(peer: Peer, message: Message): void {
    const link = peer as Link;
    if (link.state !== "up") {
      message.released?.();
      return;
    }
    const frames = message.frames;
    let bytes = 0;
    for (let i = 0; i < frames.length; i++) bytes += frames[i].byteLength;
    if (frames.length > this.#limits.frames) {
      throw new LimitError(
        `a message of ${frames.length} frames, more than the ${this.#limits.frames} of limits.frames`,
      );
    }
    if (bytes > this.#limits.messageBytes) {
      throw new LimitError(
        `a message of ${bytes} bytes, more than the ${this.#limits.messageBytes} of limits.messageBytes`,
      );
    }
    link.push(this.#sessions.codec.header(message.header), message, bytes);
    this.#sessions.stats.messagesSent++;
    if (link.dirty) return;
    link.dirty = true;
    this.#dirty.push(link);
    if (this.#flushing) return;
    this.#flushing = true;
    this.#clock.soon(() => this.flush());
  }

  /** Hands every arrival to `sink`; see {@link Endpoint.receive}. */
  receive(sink: (arrival: Arrival) => void): void {
    this.#sessions.arrivals.receive(sink);
  }

  /** What arrives; see {@link Endpoint.arrivals}. */
  arrivals(): AsyncIterableIterator<Arrival> {
    return this.#sessions.arrivals.iterate();
  }

  /** Lets a process end although this endpoint is still open. */
  unref(): void {
    this.#driver.keepAlive(false);
  }

  /** Keeps the process alive while this endpoint is open, which is the default. */
  ref(): void {
    this.#driver.keepAlive(true);
  }

  /** Ends it; see {@link Endpoint.end}. */
  end(ms = 1000): Promise<void> {
    return this.#ending ??= this.#end(ms);
  }

  /** The same as {@link SessionEndpoint.end}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  /** Stops at once, as a process does that is killed: nothing is said, sent or handed over any more. */
  abandon(): void {
    this.#sessions.abandon();
    this.#dirty = [];
  }

  async #end(ms: number): Promise<void> {
    const sessions = this.#sessions;
    sessions.open = false;
    this.#driver.keepAlive(true);
    sessions.dials.clear();
    this.flush();
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      let settling = false;
      sessions.changed = () => {
        // Closing one calls this again.
        if (settling) return;
        settling = true;
        if (!this.#settle()) {
          timer.cancel();
          resolve();
        }
        settling = false;
      };
      for (const link of [...sessions.links.values()]) {
        if (link.state !== "up" && link.state !== "leaving") sessions.discard(link);
      }
      sessions.changed();
    });
    sessions.changed = undefined;
    sessions.cutAll("this endpoint has ended");
    await this.#driver.end();
    sessions.arrivals.end();
  }

  /** While ending: says bye where nothing waits to be sent any more; tells whether someone is still to be waited for. */
  #settle(): boolean {
    let busy = false;
    for (const link of [...this.#sessions.links.values()]) {
      if (link.state === "up" && link.drained) this.#sessions.close(link, "the other side ended");
      if (link.state === "up" || link.state === "leaving") busy = true;
    }
    return busy;
  }

  #mustBeOpen(): void {
    if (!this.#sessions.open) throw new ClosedError("this endpoint has ended");
  }

  /** Puts on the wire what waits for the end of the turn. */
  flush(): void {
    this.#flushing = false;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (let i = 0; i < dirty.length; i++) {
      dirty[i].dirty = false;
      if (dirty[i].state === "up") dirty[i].flush();
    }
  }
}
