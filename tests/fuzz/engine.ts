/**
 * Hostile traffic: random bytes, valid messages with something changed, valid shapes with nonsense in them, raw garbage on the
 * socket, and connections that stop half way. All of it comes from a seed.
 *
 * @module
 */

import { encodeEnvelope, type Envelope, type Header, VERSION } from "../../transport/mod.ts";
import { plainSocket, wireMessage, ZmtpClient, zmtpGreeting } from "./zmtp.ts";

/** What a run is made of. */
export interface FuzzOptions {
  /** `tcp://` or `ipc://` address of an endpoint without keys. */
  readonly address: string;
  /** Multipart messages to send, or raw pieces of garbage. */
  readonly count: number;
  /** All draws come from it. */
  readonly seed: number;
  /** What it introduces itself as. Default: a client. */
  readonly role?: "client" | "worker";
  /** How a session begins, where the program behind the endpoint wants it so: a header with one empty frame. Most sessions do. */
  readonly opening?: Header;
  /** Headers that the program behind the endpoint knows: they are sent as they are and changed. */
  readonly headers?: readonly Header[];
  /** Told now and then how many have been sent. */
  readonly progress?: (sent: number) => void;
}

/** What came of a run. */
export interface FuzzResult {
  /** Messages and pieces of garbage sent. */
  readonly sent: number;
  /** Connections made. */
  readonly connections: number;
  /** Bytes sent. */
  readonly bytes: number;
}

/** Messages that are written at once. */
const BATCH = 64;
/** Messages over one connection, at most. */
const PER_CONNECTION = 2048;
/** Connections that stop half way are kept open, so many at a time. */
const HALF_OPEN = 32;

/** A small fast generator (mulberry32), so that a seed says everything. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws hostile messages. */
export class Mutator {
  readonly #random: () => number;
  readonly #valid: readonly Uint8Array[];
  readonly #headers: readonly Header[];
  /** Frames that belong to the head just drawn. */
  readonly #own: Uint8Array[] = [];

  /**
   * @param random From 0 up to 1.
   * @param headers What the other side knows.
   */
  constructor(random: () => number, headers: readonly Header[] = []) {
    this.#random = random;
    this.#headers = [["task", "k", [1, 2, 3]], { type: "heartbeat", at: 1.5 }, ...headers];
    const greeting = { ...introduction(0), version: VERSION, chunkBytes: 4096, creditBytes: 16384 };
    const envelopes: Envelope[] = [
      { kind: "hello", greeting },
      { kind: "welcome", greeting },
      { kind: "batch", headers: this.#headers, counts: this.#headers.map((_, i) => i % 2) },
      { kind: "batch", headers: ["x"], counts: [] },
      { kind: "error", code: "malformed", text: "no" },
      { kind: "open", id: 0, header: "large", sizes: [5000, 0, 70_000] },
      { kind: "open", id: 7, header: { a: 1 }, sizes: [2 ** 40] },
      { kind: "data", id: 0 },
      { kind: "credit", id: 0, taken: 4096 },
      { kind: "abort", id: 0, reason: "why not" },
      { kind: "probe" },
      { kind: "farewell" },
    ];
    this.#valid = envelopes.map(encodeEnvelope);
  }

  /** The frames of one message. */
  message(): Uint8Array[] {
    let head = this.#head();
    // An empty message is how a Router is told of a loss: rare, for what follows it is a stranger's.
    while (head.length === 0 && this.#random() < 0.98) head = this.#head();
    const frames = [head, ...this.#own.splice(0)];
    while (this.#random() < 0.25) frames.push(this.#bytes(this.#random() < 0.02 ? 100_000 : 40));
    return frames;
  }

  /** Garbage for a bare socket. */
  garbage(): Uint8Array<ArrayBuffer> {
    const draw = this.#random();
    if (draw < 0.3) return this.#bytes(200);
    if (draw < 0.5) return this.#spoil(zmtpGreeting());
    if (draw < 0.7) return new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const greeting = zmtpGreeting();
    const rest = this.#bytes(300);
    const bytes = new Uint8Array(greeting.length + rest.length);
    bytes.set(greeting);
    bytes.set(rest, greeting.length);
    return bytes;
  }

  #head(): Uint8Array {
    const draw = this.#random();
    // Rare, for after it nothing on that connection is looked at any more.
    if (draw < 0.001) return encodeEnvelope({ kind: "bye", reason: "" });
    if (draw < 0.2) return this.#bytes(60);
    if (draw < 0.65) return this.#spoil(this.#pick(this.#valid));
    if (draw < 0.75) return this.#pick(this.#valid);
    if (draw < 0.85) return encodeEnvelope({ kind: "batch", headers: [this.#value(6)], counts: [] });
    if (draw < 0.95) {
      // With frames of its own, for most kinds of message are none without.
      const count = Math.floor(this.#random() * 3);
      for (let i = 0; i < count; i++) this.#own.push(this.#bytes(this.#random() < 0.7 ? 1 : 40));
      const header = this.#random() < 0.3 ? this.#pick(this.#headers) : this.#spoiledHeader();
      return encodeEnvelope({ kind: "batch", headers: [header], counts: [count] });
    }
    return this.#deep();
  }

  /** A known header with one of its values replaced. */
  #spoiledHeader(): Header {
    const spoil = (value: Header, depth: number): Header => {
      if (depth > 4 || this.#random() < 0.15) return this.#value(3);
      if (Array.isArray(value)) {
        const i = Math.floor(this.#random() * value.length);
        return value.map((item, j) => i === j ? spoil(item, depth + 1) : item);
      }
      if (value !== null && typeof value === "object" && !(value instanceof Uint8Array)) {
        const keys = Object.keys(value);
        const chosen = keys[Math.floor(this.#random() * keys.length)];
        return Object.fromEntries(
          keys.map((key) => [
            key,
            key === chosen
              ? spoil((value as Record<string, Header>)[key], depth + 1)
              : (value as Record<string, Header>)[key],
          ]),
        );
      }
      return this.#value(2);
    };
    return spoil(this.#pick(this.#headers), 0);
  }

  #value(depth: number): Header {
    const draw = this.#random();
    if (depth > 0 && draw < 0.2) {
      return Array.from({ length: Math.floor(this.#random() * 5) }, () => this.#value(depth - 1));
    }
    if (depth > 0 && draw < 0.4) {
      const names = ["type", "key", "constructor", "toString", "", "length", "then", "k"];
      return Object.fromEntries(
        Array.from({ length: Math.floor(this.#random() * 4) }, () => [this.#pick(names), this.#value(depth - 1)]),
      );
    }
    return this.#pick<() => Header>([
      () => null,
      () => this.#random() < 0.5,
      () => Math.floor(this.#random() * 2 ** 32),
      () => -this.#random() * 1e300,
      () => NaN,
      () => "x".repeat(Math.floor(this.#random() * 50)),
      () => this.#bytes(20),
    ])();
  }

  /** Arrays in arrays, deeper than anyone allows. */
  #deep(): Uint8Array {
    return new Uint8Array(1 + Math.floor(this.#random() * 5000)).fill(this.#random() < 0.5 ? 0x91 : 0xdd);
  }

  #spoil(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(bytes);
    for (let n = 1 + Math.floor(this.#random() * 3); n > 0; n--) {
      copy[Math.floor(this.#random() * copy.length)] = Math.floor(this.#random() * 256);
    }
    return this.#random() < 0.3 ? copy.slice(0, Math.floor(this.#random() * copy.length)) : copy;
  }

  #bytes(longest: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: Math.floor(this.#random() * longest) }, () => Math.floor(this.#random() * 256));
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)];
  }
}

function introduction(n: number): { role: "client"; name: string; incarnation: string } {
  return { role: "client", name: `fuzz-${n}`, incarnation: String(n) };
}

/**
 * Sends hostile traffic. Fails only if the address cannot be reached any more.
 *
 * @param options What to send, and where.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const random = seeded(options.seed);
  const mutator = new Mutator(random, options.headers);
  const halfOpen: Deno.Conn[] = [];
  let sent = 0;
  let connections = 0;
  let bytes = 0;
  try {
    while (sent < options.count) {
      connections++;
      if (random() < 0.3) {
        const socket = await plainSocket(options.address);
        const garbage = mutator.garbage();
        sent++;
        bytes += garbage.length;
        await socket.write(garbage).catch(() => {});
        halfOpen.push(socket);
        if (halfOpen.length > HALF_OPEN) halfOpen.shift()!.close();
        continue;
      }
      const done = await talk(options, random, mutator, Math.min(PER_CONNECTION, options.count - sent));
      sent += done.sent;
      bytes += done.bytes;
      options.progress?.(sent);
    }
  } finally {
    for (const socket of halfOpen) socket.close();
  }
  return { sent, connections, bytes };
}

/** One connection with hostile messages over it: in session, mostly, for only there most of them are looked at. */
async function talk(
  options: FuzzOptions,
  random: () => number,
  mutator: Mutator,
  most: number,
): Promise<{ sent: number; bytes: number }> {
  using client = await ZmtpClient.connect(options.address);
  const drained = client.drain();
  let sent = 0;
  let bytes = 0;
  if (random() < 0.9) {
    const greeting = {
      ...introduction(Math.floor(random() * 2 ** 32)),
      role: options.role ?? "client",
      version: VERSION,
      chunkBytes: 4096,
      creditBytes: 16384,
    };
    await client.send(encodeEnvelope({ kind: "hello", greeting }));
    if (options.opening !== undefined && random() < 0.8) {
      const opening = encodeEnvelope({ kind: "batch", headers: [options.opening], counts: [1] });
      await client.write(wireMessage([opening, new Uint8Array(0)]));
    }
  }
  const target = 1 + Math.floor(random() * most);
  while (sent < target) {
    const n = Math.min(BATCH, target - sent);
    const messages = Array.from({ length: n }, () => wireMessage(mutator.message()));
    const all = new Uint8Array(messages.reduce((sum, it) => sum + it.length, 0));
    let at = 0;
    for (const message of messages) {
      all.set(message, at);
      at += message.length;
    }
    try {
      await client.write(all);
    } catch {
      // It has cut us off, which it may.
      sent += n;
      break;
    }
    sent += n;
    bytes += all.length;
  }
  client[Symbol.dispose]();
  await drained;
  return { sent, bytes };
}

/**
 * Introduces itself properly and waits for the answer: whoever answers is alive.
 *
 * @param address The address that was attacked.
 * @returns The bytes of the answer's first frame.
 */
export async function askProperly(address: string): Promise<Uint8Array> {
  using client = await ZmtpClient.connect(address);
  const greeting = {
    ...introduction(1),
    role: "probe" as const,
    name: "well-behaved",
    version: VERSION,
    chunkBytes: 4096,
    creditBytes: 16384,
  };
  await client.send(encodeEnvelope({ kind: "hello", greeting }));
  return (await client.receive())[0];
}
