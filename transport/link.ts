/**
 * One session: a {@link Peer} as the session layer sees it, with what waits to go to it and what is half arrived from it.
 *
 * @module
 */

import { BatchWriter } from "./batch_writer.ts";
import type { Clock, Timer } from "./clock.ts";
import { type Driver, NO_PARTS, type Parts } from "./driver.ts";
import { type EnvelopeCodec, type Greeting, Kind } from "./envelope.ts";
import { ProtocolError } from "./errors.ts";
import { Incoming } from "./incoming.ts";
import type { Limits, Message, Peer, Reserve, Role, TransportStats } from "./port.ts";
import type { Reach } from "./reach.ts";
import { type InTransfer, OutTransfer } from "./transfers.ts";

/** Large messages that are announced to the other side before the first of them is through: hides a round trip. */
const LOOKAHEAD = 4;
/** After a session's end its lent frames are kept reachable so long: a socket may be reading them still. */
const GRACE_MS = 10_000;
/** Error replies to one peer: so many at once, and so many a second. */
const REPLY_BURST = 20;
const REPLY_RATE = 10;

/** How far a session has come. */
export type LinkState =
  /** Dialled, and no connection yet. */
  | "opening"
  /** Connected, and not yet introduced. */
  | "greeting"
  /** In session. */
  | "up"
  /** We have said bye, and wait for farewell. */
  | "leaving"
  /** Nothing more is to be said or heard. */
  | "shut";

/** What all links of an endpoint share. */
export interface LinkContext {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly codec: EnvelopeCodec;
  readonly limits: Limits;
  readonly reserve: Reserve;
  readonly stats: TransportStats;
  /** Hands a message over. */
  deliver(link: Link, message: Message): void;
  /** Ends the session: this side cannot go on with it. */
  fail(link: Link, reason: string): void;
  /** Called with what user code threw where there is no one to throw it at. */
  report(error: unknown): void;
}

interface SmallItem {
  readonly header: Uint8Array;
  readonly frames: readonly Uint8Array[];
  readonly frameBytes: number;
  readonly released: (() => void) | undefined;
}

/** A session with one peer. */
export class Link implements Peer {
  /** Unique in this endpoint. */
  readonly id: string;
  /** What was dialled, or `""`. */
  readonly address: string;
  role: Role = "probe";
  name = "";
  incarnation = "";
  state: LinkState = "opening";
  /** The driver's number of the connection. */
  readonly connection: number;
  /** Whether it stands in the list of links to flush. */
  dirty = false;
  /** When the session came up. */
  since = 0;
  /** Whatever the session layer has waiting for this link. */
  timer: Timer | undefined;
  /** How memory on the other side is read, if it can be that of a process of this machine. */
  readonly reach: Reach | undefined;

  readonly #context: LinkContext;
  readonly #batch = new BatchWriter();
  #queue: (SmallItem | OutTransfer)[] = [];
  #queueAt = 0;
  #queuedBytes = 0;
  #opened = 0;
  readonly #unfinished = new Map<number, OutTransfer>();
  #underWay = 0;
  /** Messages that the other side reads where they lie. */
  #reading = 0;
  #nextId = 0;
  #chunkBytes: number;
  #creditBytes: number;
  readonly #incoming: Incoming;
  #replies = REPLY_BURST;
  #repliedAt = 0;

  constructor(context: LinkContext, id: string, connection: number, address: string) {
    this.#context = context;
    this.id = id;
    this.connection = connection;
    this.address = address;
    this.reach = context.driver.reach?.(connection);
    this.#chunkBytes = context.limits.chunkBytes;
    this.#creditBytes = context.limits.creditBytes;
    this.#incoming = new Incoming(context, this);
  }

  /** Bytes handed to `send` and not yet delivered, as far as is known: small ones count until they are on the wire. */
  get backlog(): number {
    return this.#batch.bytes + this.#queuedBytes;
  }

  /** Whether nothing waits here any more. */
  get drained(): boolean {
    return this.#batch.length === 0 && this.#queueAt === this.#queue.length && this.#unfinished.size === 0;
  }

  /** Takes over who the other side is and what it can take. */
  meet(greeting: Greeting): void {
    this.role = greeting.role;
    this.name = greeting.name;
    this.incarnation = greeting.incarnation;
    this.#chunkBytes = Math.min(this.#chunkBytes, greeting.chunkBytes);
    this.#creditBytes = Math.max(this.#chunkBytes, Math.min(this.#creditBytes, greeting.creditBytes));
    this.#incoming.met(this.reach, greeting.memory);
    this.state = "up";
    this.since = this.#context.clock.now();
  }

  /** Queues a message whose header is encoded; `header` is valid during the call only. */
  push(header: Uint8Array, message: Message, frameBytes: number): void {
    const { frames, released } = message;
    if (frameBytes > this.#chunkBytes) {
      const transfer = new OutTransfer(this.#nextId++, header.slice(), frames, frameBytes, released);
      this.#queue.push(transfer);
      this.#queuedBytes += frameBytes + header.length;
    } else if (message.urgent === true || (this.#queueAt === this.#queue.length && this.#reading === 0)) {
      this.#add(header, frames, frameBytes, released);
    } else {
      this.#queue.push({ header: header.slice(), frames, frameBytes, released });
      this.#queuedBytes += frameBytes + header.length;
    }
  }

  /** Puts on the wire what may go now. */
  flush(): void {
    if (this.#queueAt < this.#queue.length) this.#pump();
    this.#sendBatch();
  }

  /** Says something outside the order of messages. */
  say(envelope: Parameters<EnvelopeCodec["encode"]>[0]): boolean {
    return this.#put(this.#context.codec.encode(envelope), NO_PARTS, false);
  }

  /** Answers with an error, unless that has been done very often lately. */
  complain(code: string, text: string): void {
    const now = this.#context.clock.now();
    this.#replies = Math.min(REPLY_BURST, this.#replies + (now - this.#repliedAt) * REPLY_RATE / 1000);
    this.#repliedAt = now;
    if (this.#replies < 1) return;
    this.#replies--;
    this.say({ kind: "error", code, text: text.slice(0, 500) });
  }

  /** The other side has announced a large message. */
  onOpen(transfer: InTransfer): void {
    this.#incoming.announced(transfer);
  }

  /** A chunk of a large message has arrived. */
  onData(id: number, parts: Parts): void {
    this.#incoming.chunk(id, parts);
  }

  /** The other side says where the frames of a large message lie. */
  onPlace(id: number, addresses: readonly number[]): void {
    this.#incoming.placed(id, addresses);
  }

  /** The other side has room for a large message, and wants to know where it lies. */
  onReach(id: number): void {
    const transfer = this.#unfinished.get(id);
    if (transfer === undefined || transfer.granted || this.reach === undefined) {
      throw new ProtocolError("malformed", `message ${id} cannot be reached`);
    }
    transfer.granted = true;
    transfer.reached = true;
    this.flush();
  }

  /** The other side has room, or has taken some of a large message. */
  onCredit(id: number, taken: number): void {
    const transfer = this.#unfinished.get(id);
    if (transfer === undefined) {
      throw new ProtocolError("malformed", `credit for message ${id}, which is not under way`);
    }
    if (taken > transfer.sent || taken < transfer.taken) {
      throw new ProtocolError(
        "malformed",
        `credit for ${taken} bytes of message ${id}, of which ${transfer.sent} were sent`,
      );
    }
    const news = taken - transfer.taken;
    transfer.granted = true;
    transfer.taken = taken;
    this.#underWay -= news;
    this.#queuedBytes -= news;
    if (taken === transfer.total) this.#finish(transfer);
    this.flush();
  }

  /** The other side gives up a large message. */
  onAbort(id: number): void {
    const transfer = this.#unfinished.get(id);
    if (transfer === undefined) throw new ProtocolError("malformed", `end of message ${id}, which is not under way`);
    const queued = this.#queue.indexOf(transfer, this.#queueAt);
    if (queued >= 0) {
      this.#queue.splice(queued, 1);
      this.#opened--;
    }
    this.#underWay -= transfer.sent - transfer.taken;
    this.#queuedBytes -= transfer.total - transfer.taken;
    this.#finish(transfer);
    this.flush();
  }

  /** Forgets all that was under way. `released` of everything that was not delivered is called. */
  drop(): void {
    const lent = [...this.#unfinished.values()];
    const released = this.#batch.released.slice();
    for (const item of this.#queue.slice(this.#queueAt)) {
      if (item.released !== undefined && !(item instanceof OutTransfer && item.opened)) released.push(item.released);
    }
    for (const transfer of lent) if (transfer.released !== undefined) released.push(transfer.released);
    if (lent.some((transfer) => transfer.sent > transfer.taken)) {
      this.#context.clock.after(GRACE_MS, () => void lent.length);
    }
    this.#batch.clear();
    this.#queue = [];
    this.#queueAt = 0;
    this.#queuedBytes = 0;
    this.#unfinished.clear();
    this.#underWay = 0;
    this.#reading = 0;
    this.#incoming.drop();
    for (const release of released) this.#call(release);
  }

  #add(
    header: Uint8Array,
    frames: readonly Uint8Array[],
    frameBytes: number,
    released: (() => void) | undefined,
  ): void {
    if (this.#batch.isFullFor(header.length, frames.length, frameBytes)) this.#sendBatch();
    this.#batch.add(header, frames, frameBytes, released);
  }

  #sendBatch(): void {
    const batch = this.#batch;
    const n = batch.length;
    if (n === 0) return;
    const released = batch.released;
    this.#put(batch.head(), batch.frames, false);
    batch.clear();
    for (let i = 0; i < released.length; i++) this.#call(released[i]);
  }

  /** Moves the queue on as far as order and credit allow. */
  #pump(): void {
    while (this.#queueAt < this.#queue.length) {
      const item = this.#queue[this.#queueAt];
      if (!(item instanceof OutTransfer)) {
        // What is being read is not there yet.
        if (this.#reading > 0) return;
        this.#add(item.header, item.frames, item.frameBytes, item.released);
        this.#queuedBytes -= item.frameBytes + item.header.length;
        this.#shift();
        continue;
      }
      this.#announce();
      if (!item.granted) return;
      // What was sent before it must be on the wire before its last chunk is.
      this.#sendBatch();
      if (item.reached) this.#place(item);
      else if (this.#reading > 0) return;
      while (item.sent < item.total) {
        const n = Math.min(this.#chunkBytes, item.total - item.sent);
        if (this.#underWay > 0 && this.#underWay + n > this.#creditBytes) return;
        const before = item.sent;
        const pieces = item.next(n);
        this.#underWay += item.sent - before;
        let good = false;
        try {
          good = this.#put(this.#context.codec.encode({ kind: "data", id: item.id }), pieces, true);
        } catch (error) {
          this.#context.report(error);
          this.#context.fail(this, `a frame could not be read: ${(error as Error).message}`);
          return;
        }
        if (!good) return;
      }
      this.#opened--;
      this.#shift();
    }
  }

  /** Tells the other side where a large message lies. */
  #place(item: OutTransfer): void {
    this.#reading++;
    this.#underWay += item.total;
    item.sent = item.total;
    const addresses = item.frames.map((frame) => frame.byteLength === 0 ? 0 : this.reach!.addressOf(frame));
    this.#put(this.#context.codec.encode({ kind: "place", id: item.id, addresses }), NO_PARTS, false);
  }

  /** Tells the other side of the next large messages, so that it can make room. */
  #announce(): void {
    for (let i = this.#queueAt; i < this.#queue.length && this.#opened < LOOKAHEAD; i++) {
      const item = this.#queue[i];
      if (!(item instanceof OutTransfer)) {
        if (i - this.#queueAt > 4 * LOOKAHEAD) return;
        continue;
      }
      if (item.opened) continue;
      item.opened = true;
      this.#opened++;
      this.#queuedBytes -= item.header.length;
      this.#unfinished.set(item.id, item);
      this.#put(openHead(this.#context.codec, item), NO_PARTS, false);
    }
  }

  #shift(): void {
    this.#queueAt++;
    if (this.#queueAt < 1024 && this.#queueAt < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#queueAt);
    this.#queueAt = 0;
  }

  #finish(transfer: OutTransfer): void {
    this.#unfinished.delete(transfer.id);
    if (transfer.reached && transfer.sent > 0) this.#reading--;
    if (transfer.released !== undefined) this.#call(transfer.released);
  }

  #put(head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    const stats = this.#context.stats;
    let bytes = head.length;
    for (let i = 0; i < parts.length; i++) bytes += parts[i].byteLength;
    stats.bytesSent += bytes;
    return this.#context.driver.send(this.connection, head, parts, lent);
  }

  #call(released: () => void): void {
    try {
      released();
    } catch (error) {
      this.#context.report(error);
    }
  }
}

/** The announcement of a large message, around a header that is encoded already. */
function openHead(codec: EnvelopeCodec, transfer: OutTransfer): Uint8Array {
  const rest = codec.encode({
    kind: "open",
    id: transfer.id,
    header: null,
    sizes: transfer.frames.map((frame) => frame.byteLength),
  });
  // [4, id, nil, sizes]: the nil makes way for the header. It is the byte after the id, whose length its first byte tells.
  const idBytes = rest[2] < 0x80 ? 1 : rest[2] === 0xcc ? 2 : rest[2] === 0xcd ? 3 : rest[2] === 0xce ? 5 : 9;
  const nil = 2 + idBytes;
  const head = new Uint8Array(rest.length - 1 + transfer.header.length);
  head.set(rest.subarray(0, nil));
  head.set(transfer.header, nil);
  head.set(rest.subarray(nil + 1), nil + transfer.header.length);
  return head;
}

/** The first bytes of an envelope that is an error, for telling one that does not decode: those are not answered. */
export function looksLikeError(head: Uint8Array): boolean {
  return head.length >= 2 && head[0] >= 0x90 && head[0] <= 0x9f && head[1] === Kind.error;
}

/** Whether an envelope is a probe. */
export function isProbe(head: Uint8Array): boolean {
  return head.length === 2 && head[0] === 0x91 && head[1] === Kind.probe;
}
