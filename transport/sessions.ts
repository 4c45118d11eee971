/**
 * What becomes of connections: who is there introduces himself, is known, talks, says goodbye or is lost. The events of a
 * {@link Driver} come in here.
 *
 * @module
 */

import { ArrivalQueue } from "./arrival_queue.ts";
import type { Clock } from "./clock.ts";
import { type Dial, Dials } from "./dials.ts";
import type { Driver, DriverEvents, Parts } from "./driver.ts";
import { type Envelope, EnvelopeCodec, type Greeting } from "./envelope.ts";
import { ProtocolError } from "./errors.ts";
import { isProbe, Link, type LinkContext, looksLikeError } from "./link.ts";
import type { Introduction, Limits, Message, Reserve, TransportStats } from "./port.ts";
import { InTransfer } from "./transfers.ts";

/** A connection on which nobody introduces himself in return is given up and dialled anew. */
const GREETING_MS = 30_000;
/** How long a farewell is waited for. */
const FAREWELL_MS = 1000;

/** What sessions are made of. */
export interface SessionsOptions {
  readonly self: Introduction;
  readonly driver: Driver;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly reserve: Reserve;
  readonly version: number;
}

/** All sessions of an endpoint. */
export class Sessions implements DriverEvents {
  /** By the driver's number of the connection; also those that are about to begin or have just ended. */
  readonly links = new Map<number, Link>();
  /** What is to be dialled. */
  readonly dials: Dials;
  /** What is to be handed over. */
  readonly arrivals = new ArrivalQueue((error) => reportError(error));
  readonly codec: EnvelopeCodec;
  readonly stats: TransportStats = {
    messagesSent: 0,
    messagesReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    protocolErrors: 0,
  };
  /** Set while the endpoint ends: called when a session may have. */
  changed: (() => void) | undefined;
  /** Whether newcomers are let in, and losses dialled again. */
  open = true;
  readonly #options: SessionsOptions;
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #version: number;
  readonly #context: LinkContext;
  #peers = 0;

  /** @param options What they are made of. */
  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#driver = options.driver;
    this.#clock = options.clock;
    this.#version = options.version;
    this.codec = new EnvelopeCodec(options.limits);
    this.#context = {
      driver: options.driver,
      clock: options.clock,
      codec: this.codec,
      limits: options.limits,
      reserve: options.reserve,
      stats: this.stats,
      deliver: (link, message) => this.#deliver(link, message),
      fail: (link, reason) => this.close(link, reason),
      report: (error) => reportError(error),
    };
    this.dials = new Dials(options.clock, (dial) => this.#connect(dial), (address, reason) => {
      this.arrivals.push({ kind: "refused", address, cause: "unanswered", reason });
    });
    options.driver.start(this);
  }

  /** Ends a session: in session, the other side is told why, and has a moment to say farewell. */
  close(link: Link, reason: string): void {
    if (this.links.get(link.connection) !== link) return;
    if (link.state === "up") {
      link.flush();
      link.say({ kind: "bye", reason: reason.slice(0, 500) });
      this.#down(link, "closed by this side", "leaving");
      link.timer?.cancel();
      link.timer = this.#clock.after(FAREWELL_MS, () => this.discard(link));
    } else if (link.state !== "leaving") this.discard(link);
  }

  /** Ends everything without a word to anyone. */
  abandon(): void {
    this.open = false;
    this.dials.clear();
    for (const link of this.links.values()) {
      link.timer?.cancel();
      link.state = "shut";
    }
    this.links.clear();
    this.arrivals.end();
  }

  /** Ends what has not ended by itself in the time that it had. */
  cutAll(reason: string): void {
    for (const link of [...this.links.values()]) {
      if (link.state === "up") this.#down(link, reason, "shut");
      this.discard(link);
    }
  }

  #connect(dial: Dial): void {
    const connection = this.#driver.connect(dial.address);
    const link = new Link(this.#context, `p${++this.#peers}`, connection, dial.address.text);
    dial.link = link;
    this.links.set(connection, link);
  }

  /** A connection is ready: one of ours, or one from outside. */
  opened(connection: number): void {
    let link = this.links.get(connection);
    if (link === undefined) {
      link = new Link(this.#context, `p${++this.#peers}`, connection, "");
      link.state = "greeting";
      this.links.set(connection, link);
      return;
    }
    link.state = "greeting";
    link.say({ kind: "hello", greeting: this.#greeting(link) });
    link.timer = this.#clock.after(GREETING_MS, () => this.discard(link));
  }

  /** A multipart message has come. */
  received(connection: number, head: Uint8Array, parts: Parts): void {
    const link = this.links.get(connection);
    if (link === undefined) return;
    let bytes = head.length;
    for (let i = 0; i < parts.count; i++) bytes += parts.size(i);
    this.stats.bytesReceived += bytes;
    if (link.state === "shut") {
      // One that probes takes itself to be in session, and would wait for ever.
      if (link.address === "" && isProbe(head)) {
        link.complain("unintroduced", `this is troupe, version ${this.#version}; you have no session`);
      }
      return;
    }
    try {
      if (parts.count < 0) throw new ProtocolError("limit", "a multipart message of too many parts");
      const envelope = this.codec.decode(head);
      if (link.state === "up") this.#inSession(link, envelope, parts);
      else if (link.state === "leaving") this.#leaving(link, envelope);
      else this.#greet(link, envelope, parts);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#violated(link, error, head);
    }
    this.changed?.();
  }

  #greet(link: Link, envelope: Envelope, parts: Parts): void {
    if (link.address === "") {
      if (envelope.kind !== "hello") {
        throw new ProtocolError(
          "unintroduced",
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
      if (!this.open) return;
      link.say({ kind: "welcome", greeting: this.#greeting(link) });
      this.#up(link, envelope.greeting);
      return;
    }
    if (envelope.kind === "error") {
      // The connection was made anew without this side's noticing, and so without a hello: another one will do.
      if (envelope.code === "unintroduced") this.discard(link);
      else this.#reject(link, `${link.address} refused: ${envelope.text}`);
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
      case "reach":
        return link.onReach(envelope.id);
      case "place":
        return link.onPlace(envelope.id, envelope.addresses);
      case "abort":
        return link.onAbort(envelope.id);
      case "probe":
        return;
      case "error":
        // The other side does not know us: the connection was lost and made anew without this side's noticing.
        if (envelope.code === "unintroduced" && link.address !== "") {
          this.#down(link, "the connection was lost", "shut");
          this.discard(link);
        }
        return;
      case "bye":
        link.say({ kind: "farewell" });
        this.#down(link, envelope.reason, "shut");
        // A peer that dialled us closes the connection itself when it has read the farewell.
        if (link.address !== "") this.discard(link);
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
    else if (envelope.kind === "farewell") this.discard(link);
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
    this.stats.messagesReceived++;
    this.arrivals.push({ kind: "message", peer: link, message });
  }

  #violated(link: Link, error: ProtocolError, head: Uint8Array): void {
    this.stats.protocolErrors++;
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
    if (link.state === "greeting") this.discard(link);
  }

  #up(link: Link, greeting: Greeting): void {
    link.timer?.cancel();
    this.dials.answered(link.address);
    link.meet(greeting);
    this.arrivals.push({ kind: "up", peer: link });
  }

  #down(link: Link, reason: string, state: "leaving" | "shut"): void {
    link.state = state;
    this.arrivals.push({ kind: "down", peer: link, reason });
    link.drop();
  }

  /** The answerer will not have us: that will not change, so dialling ends. */
  #reject(link: Link, reason: string): void {
    this.dials.remove(link.address);
    this.discard(link);
    this.arrivals.push({ kind: "refused", address: link.address, cause: "version", reason });
  }

  /** The other side does not take our keys. */
  refused(connection: number, reason: string): void {
    const link = this.links.get(connection);
    if (link === undefined) return;
    this.dials.remove(link.address);
    this.discard(link);
    this.arrivals.push({ kind: "refused", address: link.address, cause: "keys", reason });
  }

  /** Has done with a connection of ours, or hears no more of one from outside. */
  discard(link: Link): void {
    link.timer?.cancel();
    link.state = "shut";
    this.#driver.close(link.connection);
    // One from outside lives on in the driver until it is closed over there; until then it must not pass for a new one.
    if (link.address !== "") this.#forget(link);
    else this.changed?.();
  }

  /** A connection is lost. */
  closed(connection: number, reason: string): void {
    const link = this.links.get(connection);
    if (link === undefined) return;
    link.timer?.cancel();
    if (link.state === "up") this.#down(link, reason, "shut");
    link.state = "shut";
    this.#forget(link);
  }

  #greeting({ reach }: Link): Greeting {
    const { self, limits: { chunkBytes, creditBytes } } = this.#options;
    const memory = reach === undefined ? {} : { memory: reach.own };
    return { ...self, version: this.#version, chunkBytes, creditBytes, ...memory };
  }

  #forget(link: Link): void {
    this.links.delete(link.connection);
    this.changed?.();
    if (this.open) this.dials.lost(link);
  }
}
