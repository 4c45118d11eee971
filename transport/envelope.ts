/**
 * Envelopes: the first frame of every multipart message, a MessagePack array that starts with its kind. The README of this
 * folder has the table.
 *
 * @module
 */

import { Decoder, Encoder } from "@msgpack/msgpack";
import { LimitError, ProtocolError, UnsendableError } from "./errors.ts";
import type { Header, Introduction, Limits, Role } from "./port.ts";
import type { Whereabouts } from "./reach.ts";
import { Scanner } from "./scanner.ts";

/** The name a peer must say first. */
export const PROTOCOL = "troupe";
/** The version of what is said on the wire. Peers of another version are refused. */
export const VERSION = 3;

/** Numbers of the kinds, as they stand on the wire. */
export const Kind = {
  batch: 0,
  hello: 1,
  welcome: 2,
  error: 3,
  open: 4,
  data: 5,
  credit: 6,
  abort: 7,
  probe: 8,
  bye: 9,
  farewell: 10,
  reach: 11,
  place: 12,
} as const;

/** Who speaks, and how much it takes at once. */
export interface Greeting extends Introduction {
  /** The version it speaks. */
  readonly version: number;
  /** Bytes of one chunk it takes. */
  readonly chunkBytes: number;
  /** Bytes of chunks that may be under way to it. */
  readonly creditBytes: number;
  /** Where its memory is, for who is on the same machine. */
  readonly memory?: Whereabouts;
}

/** An envelope, decoded. */
export type Envelope =
  /** Several messages; `counts` says how many of the frames that follow belong to each, and is empty when there are none. */
  | { readonly kind: "batch"; readonly headers: readonly Header[]; readonly counts: readonly number[] }
  | { readonly kind: "hello" | "welcome"; readonly greeting: Greeting }
  | { readonly kind: "error"; readonly code: string; readonly text: string }
  /** A large message is to come: its header, and the sizes of its frames. */
  | { readonly kind: "open"; readonly id: number; readonly header: Header; readonly sizes: readonly number[] }
  /** The next bytes of a large message stand in the frames that follow. */
  | { readonly kind: "data"; readonly id: number }
  /** There is room for a large message (`taken` 0), or so many bytes of it have been taken. */
  | { readonly kind: "credit"; readonly id: number; readonly taken: number }
  /** There is room for a large message, and the receiver will read it where it lies. */
  | { readonly kind: "reach"; readonly id: number }
  /** Where the frames of a large message lie in the sender's memory; they stay there until all is taken. */
  | { readonly kind: "place"; readonly id: number; readonly addresses: readonly number[] }
  /** The receiver gives up a large message. */
  | { readonly kind: "abort"; readonly id: number; readonly reason: string }
  | { readonly kind: "probe" }
  | { readonly kind: "bye"; readonly reason: string }
  | { readonly kind: "farewell" };

/**
 * The bounds in force where nothing else is said.
 *
 * @example
 * ```ts
 * import { DEFAULT_LIMITS, openEndpoint } from "@troupe/troupe/transport";
 * DEFAULT_LIMITS.headerBytes; // 67108864
 * const self = { role: "client", name: "small", incarnation: crypto.randomUUID() } as const;
 * await using endpoint = await openEndpoint({ self, limits: { headerBytes: 2 ** 20 } });
 * ```
 */
export const DEFAULT_LIMITS: Limits = {
  headerBytes: 64 * 2 ** 20,
  depth: 32,
  frames: 65_536,
  messageBytes: 16 * 2 ** 30,
  chunkBytes: 4 * 2 ** 20,
  creditBytes: 16 * 2 ** 20,
};

/** Levels that an envelope adds above a header: its own array, and the array of headers. */
const ENVELOPE_DEPTH = 2;
/** Longest name, role, incarnation or error text, in UTF-16 units. */
const MAX_TEXT = 1024;
const ROLES: ReadonlySet<string> = new Set<Role>(["scheduler", "worker", "client", "probe"]);

/** Refuses all that is not plain data: an extension type could turn into anything on the other side. */
const plainDataOnly = {
  tryToEncode(value: unknown): null {
    if (Array.isArray(value) || value instanceof Uint8Array) return null;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return null;
    const name = (value as { constructor?: { name?: string } }).constructor?.name ?? "an unknown class";
    throw new UnsendableError(`a header must be plain data, and holds an instance of ${name}`);
  },
  decode(): never {
    throw new ProtocolError("malformed", "extension types are not allowed");
  },
  __brand__: undefined as never,
};

/** Encodes and decodes envelopes under one set of limits, with buffers that are used again and again. */
export class EnvelopeCodec {
  readonly #limits: Limits;
  readonly #encoder: Encoder<undefined>;
  readonly #outer: Encoder<undefined>;
  readonly #decoder: Decoder<undefined>;
  readonly #scanner: Scanner;

  /** @param limits What an envelope may hold. */
  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.#limits = limits;
    // The encoder counts a plain value as one level, the limit counts arrays and maps only.
    const extensionCodec = plainDataOnly as never;
    this.#encoder = new Encoder({ extensionCodec, maxDepth: limits.depth + 1, initialBufferSize: 4096 });
    this.#outer = new Encoder({ extensionCodec, maxDepth: limits.depth + ENVELOPE_DEPTH + 1 });
    this.#decoder = new Decoder({ extensionCodec });
    this.#scanner = new Scanner(limits.depth + ENVELOPE_DEPTH, 8 * limits.headerBytes + 65_536);
  }

  /**
   * Encodes a header alone.
   *
   * @param header Plain data.
   * @returns Bytes that stay valid until the next call.
   * @throws {UnsendableError} It holds something else.
   * @throws {LimitError} It nests too deeply or is too long.
   */
  header(header: Header): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = this.#encoder.encodeSharedRef(header);
    } catch (error) {
      throw unsendable(error, this.#limits);
    }
    if (bytes.length > this.#limits.headerBytes) {
      throw new LimitError(
        `the header takes ${bytes.length} bytes, more than the ${this.#limits.headerBytes} of limits.headerBytes`,
      );
    }
    return bytes;
  }

  /**
   * Encodes an envelope.
   *
   * @param envelope What to say.
   * @returns Bytes of its own.
   * @throws {UnsendableError | LimitError} As for {@link EnvelopeCodec.header}.
   */
  encode(envelope: Envelope): Uint8Array {
    try {
      return this.#outer.encode(flat(envelope));
    } catch (error) {
      throw unsendable(error, this.#limits);
    }
  }

  /**
   * Decodes and checks an envelope. Binary values in it never share memory with `bytes`.
   *
   * @param bytes The first frame of a multipart message.
   * @throws {ProtocolError} It is not one.
   */
  decode(bytes: Uint8Array): Envelope {
    // Room for the envelope around the headers of a batch, each of which is bounded by itself when it is sent.
    if (bytes.length > this.#limits.headerBytes + 65_536) {
      throw new ProtocolError(
        "limit",
        `an envelope of ${bytes.length} bytes, more than the ${this.#limits.headerBytes} of limits.headerBytes`,
      );
    }
    if (!this.#scanner.scan(bytes)) throw new ProtocolError("malformed", `no envelope: ${this.#scanner.problem}`);
    let value: unknown;
    try {
      value = this.#decoder.decode(this.#scanner.hasBinary ? bytes.slice() : bytes);
    } catch (error) {
      throw new ProtocolError("malformed", `no envelope: ${(error as Error).message}`);
    }
    if (!Array.isArray(value)) throw new ProtocolError("malformed", "no envelope: it is not an array");
    return shape(value, this.#limits);
  }
}

function unsendable(error: unknown, limits: Limits): Error {
  if (error instanceof UnsendableError) return error;
  const text = (error as Error).message ?? String(error);
  if (/too deep/i.test(text)) {
    return new LimitError(`the header nests deeper than the ${limits.depth} of limits.depth`, { cause: error });
  }
  return new UnsendableError(`a header must be plain data: ${text}`, { cause: error });
}

function flat(envelope: Envelope): unknown[] {
  switch (envelope.kind) {
    case "batch":
      return [Kind.batch, envelope.headers, envelope.counts];
    case "hello":
    case "welcome": {
      const { version, role, name, incarnation, chunkBytes, creditBytes, memory } = envelope.greeting;
      const place = memory === undefined ? [] : [[memory.pid, memory.at, memory.token]];
      return [Kind[envelope.kind], PROTOCOL, version, role, name, incarnation, chunkBytes, creditBytes, ...place];
    }
    case "error":
      return [Kind.error, envelope.code, envelope.text];
    case "open":
      return [Kind.open, envelope.id, envelope.header, envelope.sizes];
    case "data":
      return [Kind.data, envelope.id];
    case "credit":
      return [Kind.credit, envelope.id, envelope.taken];
    case "reach":
      return [Kind.reach, envelope.id];
    case "place":
      return [Kind.place, envelope.id, envelope.addresses];
    case "abort":
      return [Kind.abort, envelope.id, envelope.reason];
    case "probe":
      return [Kind.probe];
    case "bye":
      return [Kind.bye, envelope.reason];
    case "farewell":
      return [Kind.farewell];
  }
}

function shape(value: unknown[], limits: Limits): Envelope {
  const kind = value[0];
  switch (kind) {
    case Kind.batch:
      return batch(value, limits);
    case Kind.hello:
    case Kind.welcome:
      return greeting(value, kind === Kind.hello ? "hello" : "welcome");
    case Kind.error:
      need(value.length === 3 && isText(value[1]) && isText(value[2]), "error");
      return { kind: "error", code: value[1] as string, text: value[2] as string };
    case Kind.open:
      need(value.length === 4 && isCount(value[1]) && Array.isArray(value[3]), "open");
      return {
        kind: "open",
        id: value[1] as number,
        header: value[2] as Header,
        sizes: sizes(value[3] as unknown[], limits),
      };
    case Kind.data:
      need(value.length === 2 && isCount(value[1]), "data");
      return { kind: "data", id: value[1] as number };
    case Kind.credit:
      need(value.length === 3 && isCount(value[1]) && isCount(value[2]), "credit");
      return { kind: "credit", id: value[1] as number, taken: value[2] as number };
    case Kind.reach:
      need(value.length === 2 && isCount(value[1]), "reach");
      return { kind: "reach", id: value[1] as number };
    case Kind.place:
      need(value.length === 3 && isCount(value[1]) && Array.isArray(value[2]) && value[2].every(isCount), "place");
      return { kind: "place", id: value[1] as number, addresses: value[2] as number[] };
    case Kind.abort:
      need(value.length === 3 && isCount(value[1]) && isText(value[2]), "abort");
      return { kind: "abort", id: value[1] as number, reason: value[2] as string };
    case Kind.probe:
      need(value.length === 1, "probe");
      return { kind: "probe" };
    case Kind.bye:
      need(value.length === 2 && isText(value[1]), "bye");
      return { kind: "bye", reason: value[1] as string };
    case Kind.farewell:
      need(value.length === 1, "farewell");
      return { kind: "farewell" };
    default:
      throw new ProtocolError("unknown", `unknown kind of envelope: ${String(kind).slice(0, 40)}`);
  }
}

function batch(value: unknown[], limits: Limits): Envelope {
  const headers = value[1] as Header[];
  const counts = value[2] as unknown[];
  need(value.length === 3 && Array.isArray(headers) && Array.isArray(counts), "batch");
  need(counts.length === 0 || counts.length === headers.length, "batch");
  for (let i = 0; i < counts.length; i++) {
    need(isCount(counts[i]), "batch");
    if (counts[i] as number > limits.frames) {
      throw new ProtocolError(
        "limit",
        `a message of ${counts[i]} frames, more than the ${limits.frames} of limits.frames`,
      );
    }
  }
  return { kind: "batch", headers, counts: counts as number[] };
}

function greeting(value: unknown[], kind: "hello" | "welcome"): Envelope {
  // Name and version come first in every version there will ever be, so that both can be named when they differ.
  if (value[1] !== PROTOCOL) {
    throw new ProtocolError(
      "stranger",
      `this is ${PROTOCOL}, version ${VERSION}; you introduced yourself as ${quote(value[1])}`,
    );
  }
  if (value[2] !== VERSION) {
    throw new ProtocolError("version", `this is ${PROTOCOL}, version ${VERSION}; you speak version ${quote(value[2])}`);
  }
  const [, , version, role, name, incarnation, chunkBytes, creditBytes, place] = value;
  need((value.length === 8 || value.length === 9) && isText(role) && isText(name) && isText(incarnation), kind);
  need(isCount(chunkBytes) && isCount(creditBytes) && (chunkBytes as number) > 0 && (creditBytes as number) > 0, kind);
  if (!ROLES.has(role as string)) throw new ProtocolError("stranger", `unknown role ${quote(role)}`);
  const greeting = { version, role, name, incarnation, chunkBytes, creditBytes } as Greeting;
  return { kind, greeting: value.length === 8 ? greeting : { ...greeting, memory: whereabouts(place, kind) } };
}

function whereabouts(value: unknown, kind: string): Whereabouts {
  need(Array.isArray(value) && value.length === 3, kind);
  const [pid, at, token] = value as unknown[];
  need(isCount(pid) && isCount(at) && (pid as number) < 2 ** 31 && token instanceof Uint8Array, kind);
  return { pid: pid as number, at: at as number, token: token as Uint8Array };
}

function sizes(value: unknown[], limits: Limits): number[] {
  if (value.length > limits.frames) {
    throw new ProtocolError(
      "limit",
      `a message of ${value.length} frames, more than the ${limits.frames} of limits.frames`,
    );
  }
  let total = 0;
  for (const size of value) {
    need(isCount(size), "open");
    total += size as number;
  }
  if (total > limits.messageBytes) {
    throw new ProtocolError(
      "limit",
      `a message of ${total} bytes, more than the ${limits.messageBytes} of limits.messageBytes`,
    );
  }
  return value as number[];
}

function quote(value: unknown): string {
  return typeof value === "string" || typeof value === "number"
    ? JSON.stringify(value).slice(0, 60)
    : `a value of type ${typeof value}`;
}

function need(good: boolean, kind: string): void {
  if (!good) throw new ProtocolError("malformed", `no valid envelope of kind ${kind}`);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= MAX_TEXT;
}

const shared = new EnvelopeCodec();

/**
 * Encodes an envelope as it stands on the wire: for tests and for looking at traffic.
 *
 * @param envelope What to say.
 * @returns The bytes of the first frame.
 * @throws {UnsendableError | LimitError} A header in it cannot be sent.
 *
 * @example
 * ```ts
 * import { encodeEnvelope } from "@troupe/troupe/transport";
 * encodeEnvelope({ kind: "credit", id: 7, taken: 0 }).length; // 4
 * ```
 */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return shared.encode(envelope);
}

/**
 * Decodes and checks the first frame of a multipart message, under the default limits.
 *
 * @param bytes The frame.
 * @throws {ProtocolError} It is no envelope.
 *
 * @example
 * ```ts
 * import { decodeEnvelope, encodeEnvelope } from "@troupe/troupe/transport";
 * decodeEnvelope(encodeEnvelope({ kind: "bye", reason: "done" })); // { kind: "bye", reason: "done" }
 * ```
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  return shared.decode(bytes);
}
