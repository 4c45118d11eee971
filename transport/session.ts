/**
 * The session layer: an {@link Endpoint} over any {@link Driver}. It introduces itself and checks who answers, batches small
 * messages, carries large ones in chunks, dials again after a loss, and answers what it does not understand.
 *
 * @module
 */

import { type Address, parseAddress } from "./address.ts";
import { ArrivalQueue } from "./arrival_queue.ts";
import { type Clock, realClock, type Timer } from "./clock.ts";
import type { Driver, DriverEvents, Parts } from "./driver.ts";
import { DEFAULT_LIMITS, type Envelope, EnvelopeCodec, type Greeting, VERSION } from "./envelope.ts";
import { ClosedError, LimitError, ProtocolError } from "./errors.ts";
import { Link, type LinkContext, looksLikeError } from "./link.ts";
import type { Arrival, Endpoint, Introduction, Limits, Message, Peer, Reserve, TransportStats } from "./port.ts";
import { InTransfer } from "./transfers.ts";

/** A dialled address is reported as not answering after so long. */
const UNANSWERED_MS = 3000;
/** A connection on which nobody introduces himself in return is given up and dialled anew. */
const GREETING_MS = 30_000;
/** How long a farewell is waited for. */
const FAREWELL_MS = 1000;
/** Pauses before dialling again after a loss: the first, and the longest. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 2000;
/** A session that lasted so long was a good one: the pauses start over. */
const GOOD_SESSION_MS = 5000;

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

interface Dial {
  readonly address: Address;
  link: Link | undefined;
  pause: number;
  redial: Timer | undefined;
  unanswered: Timer | undefined;
}

/** An endpoint over a driver. */
export class SessionEndpoint implements Endpoint {
  readonly self: Introduction;
  readonly #stats: TransportStats = {
    messagesSent: 0,
    messagesReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    protocolErrors: 0,
  };
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #codec: EnvelopeCodec;
  readonly #context: LinkContext;
  readonly #version: number;
  readonly #arrivals = new ArrivalQueue((error) => reportError(error));
  readonly #links = new Map<number, Link>();
  readonly #dials = new Map<string, Dial>();
  #dirty: Link[] = [];
  #flushing = false;
  #peers = 0;
  #state: "open" | "ending" | "ended" = "open";
  #ending: Promise<void> | undefined;
  #settled: (() => void) | undefined;

  constructor(options: SessionOptions) {
    this.self = { role: options.self.role, name: options.self.name, incarnation: options.self.incarnation };
    this.#driver = options.driver;
    this.#clock = options.clock ?? realClock;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#codec = new EnvelopeCodec(this.#limits);
    this.#version = options.version ?? VERSION;
    this.#context = {
      driver: this.#driver,
      clock: this.#clock,
      codec: this.#codec,
      limits: this.#limits,
      reserve: options.reserve ?? ((_peer, _header, sizes) => sizes.map((size) => new Uint8Array(size))),
      stats: this.#stats,
      deliver: (link, message) => this.#deliver(link, message),
      fail: (link, reason) => this.close(link, reason),
      report: (error) => reportError(error),
    };
    const events: DriverEvents = {
      opened: (connection) => this.#opened(connection),
      received: (connection, head, parts) => this.#received(connection, head, parts),
      closed: (connection, reason) => this.#closed(connection, reason),
      refused: (connection, reason) => this.#refused(connection, reason),
    };
    this.#driver.start(events);
  }

  /** Counters. */
  get stats(): Readonly<TransportStats> {
    return this.#stats;
  }

  /** Peers in session now. */
  get peers(): Peer[] {
    return [...this.#links.values()].filter((link) => link.state === "up");
  }

  /** Listens at `address`; see {@link Endpoint.bind}. */
  async bind(address: string): Promise<string> {
    this.#mustBeOpen();
    return await this.#driver.bind(parseAddress(address));
  }

  /** Keeps a session with `address`; see {@link Endpoint.dial}. */
  dial(address: string): void {
    this.#mustBeOpen();
    const parsed = parseAddress(address);
    if (this.#dials.has(address)) return;
    const dial: Dial = {
      address: parsed,
      link: undefined,
      pause: FIRST_PAUSE_MS,
      redial: undefined,
      unanswered: undefined,
    };
    this.#connect(dial);
    this.#dials.set(address, dial);
    dial.unanswered = this.#clock.after(UNANSWERED_MS, () => {
      const reason = `no answer from ${address} within ${UNANSWERED_MS / 1000} s; trying on`;
      this.#arrivals.push({ kind: "refused", address, cause: "unanswered", reason });
    });
  }

  /** Stops dialling `address`; see {@link Endpoint.hangUp}. */
  hangUp(address: string): void {
    const dial = this.#dials.get(address);
    if (dial === undefined) return;
    this.#undial(dial);
    if (dial.link !== undefined) this.close(dial.link, "hung up");
  }

  /** Ends the session with a peer; see {@link Endpoint.close}. */
  close(peer: Peer, reason = "closed by the other side"): void {
    const link = peer as Link;
    if (this.#links.get(link.connection) !== link) return;
    if (link.state === "up") {
      link.flush();
      link.say({ kind: "bye", reason: reason.slice(0, 500) });
      this.#down(link, "closed by this side", "leaving");
      link.timer?.cancel();
      link.timer = this.#clock.after(FAREWELL_MS, () => this.#discard(link));
    } else if (link.state !== "leaving") this.#discard(link);
  }

  /** Queues a message; see {@link Endpoint.send}. */
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
    link.push(this.#codec.header(message.header), message, bytes);
    this.#stats.messagesSent++;
    if (link.dirty) return;
    link.dirty = true;
    this.#dirty.push(link);
    if (this.#flushing) return;
    this.#flushing = true;
    this.#clock.soon(() => this.#flush());
  }

  /** Hands every arrival to `sink`; see {@link Endpoint.receive}. */
  receive(sink: (arrival: Arrival) => void): void {
    this.#arrivals.receive(sink);
  }

  /** What arrives; see {@link Endpoint.arrivals}. */
  arrivals(): AsyncIterableIterator<Arrival> {
    return this.#arrivals.iterate();
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
    this.#state = "ended";
    for (const dial of this.#dials.values()) this.#undial(dial);
    for (const link of this.#links.values()) {
      link.timer?.cancel();
      link.state = "shut";
    }
    this.#links.clear();
    this.#dirty = [];
    this.#arrivals.end();
  }

  async #end(ms: number): Promise<void> {
    this.#state = "ending";
    this.#driver.keepAlive(true);
    for (const dial of this.#dials.values()) this.#undial(dial);
    this.#flush();
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      this.#settled = () => {
        timer.cancel();
        resolve();
      };
      for (const link of [...this.#links.values()]) {
        if (link.state !== "up") {
          if (link.state !== "leaving") this.#discard(link);
        } else if (link.drained) this.close(link, "the other side ended");
      }
      this.#settle();
    });
    for (const link of [...this.#links.values()]) {
      if (link.state === "up") this.#down(link, "this endpoint has ended", "shut");
      this.#discard(link);
    }
    this.#state = "ended";
    await this.#driver.end();
    this.#arrivals.end();
  }

  /** While ending: closes links that have nothing left to send, and ends the wait when none is left. */
  #settle(): void {
    if (this.#settled === undefined) return;
    let busy = false;
    for (const link of [...this.#links.values()]) {
      if (link.state === "up" && link.drained) this.close(link, "the other side ended");
      if (link.state === "up" || link.state === "leaving") busy = true;
    }
    if (!busy) this.#settled();
  }

  #mustBeOpen(): void {
    if (this.#state !== "open") throw new ClosedError("this endpoint has ended");
  }

  #connect(dial: Dial): void {
    dial.redial = undefined;
    const connection = this.#driver.connect(dial.address);
    const link = new Link(this.#context, `p${++this.#peers}`, connection, dial.address.text);
    dial.link = link;
    this.#links.set(connection, link);
  }

  #undial(dial: Dial): void {
    dial.redial?.cancel();
    dial.unanswered?.cancel();
    this.#dials.delete(dial.address.text);
  }

  #flush(): void {
    this.#flushing = false;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (let i = 0; i < dirty.length; i++) {
      dirty[i].dirty = false;
      if (dirty[i].state === "up") dirty[i].flush();
    }
  }

  #greeting(): Greeting {
    const { chunkBytes, creditBytes } = this.#limits;
    return { ...this.self, version: this.#version, chunkBytes, creditBytes };
  }

  #opened(connection: number): void {
    let link = this.#links.get(connection);
    if (link === undefined) {
      link = new Link(this.#context, `p${++this.#peers}`, connection, "");
      link.state = "greeting";
      this.#links.set(connection, link);
      return;
    }
    link.state = "greeting";
    link.say({ kind: "hello", greeting: this.#greeting() });
    link.timer = this.#clock.after(GREETING_MS, () => this.#discard(link));
  }

  #received(connection: number, head: Uint8Array, parts: Parts): void {
    const link = this.#links.get(connection);
    if (link === undefined) return;
    let bytes = head.length;
    for (let i = 0; i < parts.count; i++) bytes += parts.size(i);
    this.#stats.bytesReceived += bytes;
    if (link.state === "shut") return;
    try {
      if (parts.count < 0) throw new ProtocolError("limit", "a multipart message of too many parts");
      const envelope = this.#codec.decode(head);
      if (link.state === "up") this.#inSession(link, envelope, parts);
      else if (link.state === "leaving") this.#leaving(link, envelope);
      else this.#greet(link, envelope, parts);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#violated(link, error, head);
    }
    if (this.#settled !== undefined) this.#settle();
  }

  #greet(link: Link, envelope: Envelope, parts: Parts): void {
    if (link.address === "") {
      if (envelope.kind !== "hello") {
        throw new ProtocolError(
          "stranger",
          `this is troupe, version ${this.#version}; you sent ${envelope.kind} before any hello`,
        );
      }
      if (parts.count > 0) throw new ProtocolError("malformed", "a hello with frames");
      // Told here and not in decoding only, because a test may claim another version.
      if (envelope.greeting.version !== this.#version) {
        throw new ProtocolError(
          "version",
          `this is troupe, version ${this.#version}; you speak version ${envelope.greeting.version}`,
        );
      }
      if (this.#state !== "open") return;
      link.say({ kind: "welcome", greeting: this.#greeting() });
      this.#up(link, envelope.greeting);
      return;
    }
    if (envelope.kind === "error") {
      this.#reject(link, `${link.address} refused: ${envelope.text}`);
      return;
    }
    if (envelope.kind !== "welcome") {
      throw new ProtocolError(
        "stranger",
        `this is troupe, version ${this.#version}; you answered hello with ${envelope.kind}`,
      );
    }
    this.#up(link, envelope.greeting);
  }

  #inSession(link: Link, envelope: Envelope, parts: Parts): void {
    if (parts.count > 0 && envelope.kind !== "batch" && envelope.kind !== "data") {
      throw new ProtocolError("malformed", `an envelope of kind ${envelope.kind} with frames`);
    }
    switch (envelope.kind) {
      case "batch":
        return this.#batch(link, envelope.headers, envelope.counts, parts);
      case "data":
        return link.onData(envelope.id, parts);
      case "credit":
        return link.onCredit(envelope.id, envelope.taken);
      case "open":
        return link.onOpen(new InTransfer(envelope.id, envelope.header, envelope.sizes));
      case "abort":
        return link.onAbort(envelope.id);
      case "probe":
        return;
      case "error":
        // The other side does not know us: the connection was lost and made anew without this side's noticing.
        if (envelope.code === "stranger" && link.address !== "") {
          this.#down(link, "the connection was lost", "shut");
          this.#discard(link);
        }
        return;
      case "bye":
        link.say({ kind: "farewell" });
        this.#down(link, envelope.reason, "shut");
        // A peer that dialled us closes the connection itself when it has read the farewell.
        if (link.address !== "") this.#discard(link);
        return;
      case "hello":
      case "welcome":
        throw new ProtocolError("malformed", `a second ${envelope.kind}`);
      case "farewell":
        throw new ProtocolError("malformed", "a farewell without a bye");
    }
  }

  #leaving(link: Link, envelope: Envelope): void {
    // Both sides may have said bye at the same time.
    if (envelope.kind === "bye") link.say({ kind: "farewell" });
    else if (envelope.kind === "farewell") this.#discard(link);
  }

  #batch(link: Link, headers: readonly Message["header"][], counts: readonly number[], parts: Parts): void {
    let total = 0;
    for (let i = 0; i < counts.length; i++) total += counts[i];
    if (total !== parts.count) {
      throw new ProtocolError("malformed", `a batch of ${total} frames with ${parts.count} parts`);
    }
    let at = 0;
    for (let i = 0; i < headers.length; i++) {
      const n = counts.length === 0 ? 0 : counts[i];
      const frames: Uint8Array[] = [];
      for (let j = 0; j < n; j++) frames.push(parts.take(at++));
      this.#deliver(link, { header: headers[i], frames });
      // Whoever took the message may have ended the session, or the endpoint.
      if (link.state !== "up") return;
    }
  }

  #deliver(link: Link, message: Message): void {
    this.#stats.messagesReceived++;
    this.#arrivals.push({ kind: "message", peer: link, message });
  }

  #violated(link: Link, error: ProtocolError, head: Uint8Array): void {
    this.#stats.protocolErrors++;
    if (link.state === "greeting" && link.address !== "") {
      this.#reject(
        link,
        `what answers at ${link.address} is no peer for troupe, version ${this.#version}: ${error.message}`,
      );
      return;
    }
    if (!looksLikeError(head)) {
      link.complain(
        error.code,
        link.state === "greeting" && error.code !== "version"
          ? `this is troupe, version ${this.#version}: ${error.message}`
          : error.message,
      );
    }
    if (link.state === "greeting") this.#discard(link);
  }

  #up(link: Link, greeting: Greeting): void {
    link.timer?.cancel();
    const dial = this.#dials.get(link.address);
    dial?.unanswered?.cancel();
    link.meet(greeting);
    this.#arrivals.push({ kind: "up", peer: link });
  }

  #down(link: Link, reason: string, state: "leaving" | "shut"): void {
    link.state = state;
    this.#arrivals.push({ kind: "down", peer: link, reason });
    link.drop();
  }

  /** The answerer will not have us: that will not change, so dialling ends. */
  #reject(link: Link, reason: string): void {
    const dial = this.#dials.get(link.address);
    if (dial !== undefined) this.#undial(dial);
    this.#discard(link);
    this.#arrivals.push({ kind: "refused", address: link.address, cause: "version", reason });
  }

  #refused(connection: number, reason: string): void {
    const link = this.#links.get(connection);
    if (link === undefined) return;
    const dial = this.#dials.get(link.address);
    if (dial !== undefined) this.#undial(dial);
    this.#discard(link);
    this.#arrivals.push({ kind: "refused", address: link.address, cause: "keys", reason });
  }

  /** Has done with a connection of ours, or hears no more of one from outside. */
  #discard(link: Link): void {
    link.timer?.cancel();
    link.state = "shut";
    this.#driver.close(link.connection);
    // One from outside lives on in the driver until it is closed over there; until then it must not pass for a new one.
    if (link.address !== "") this.#forget(link);
    else if (this.#settled !== undefined) this.#settle();
  }

  #closed(connection: number, reason: string): void {
    const link = this.#links.get(connection);
    if (link === undefined) return;
    link.timer?.cancel();
    if (link.state === "up") this.#down(link, reason, "shut");
    link.state = "shut";
    this.#forget(link);
  }

  #forget(link: Link): void {
    this.#links.delete(link.connection);
    if (this.#settled !== undefined) this.#settle();
    const dial = this.#dials.get(link.address);
    if (dial === undefined || dial.link !== link || this.#state !== "open") return;
    dial.link = undefined;
    if (link.since > 0 && this.#clock.now() - link.since > GOOD_SESSION_MS) dial.pause = FIRST_PAUSE_MS;
    dial.redial = this.#clock.after(dial.pause, () => this.#connect(dial));
    dial.pause = Math.min(LONGEST_PAUSE_MS, dial.pause * 2);
  }
}
