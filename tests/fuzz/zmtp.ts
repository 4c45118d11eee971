/**
 * The least of ZMTP 3.0 that it takes to talk to a Router as anyone could: over a plain socket, without the library. So a test
 * can say what the library would never say. Protocol: https://rfc.zeromq.org/spec/23/
 *
 * @module
 */

import { type Address, parseAddress } from "../../transport/mod.ts";

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** The 64 bytes that a client without keys says first. */
export function zmtpGreeting(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
  bytes.set(new TextEncoder().encode("NULL"), 12);
  return bytes;
}

/** The command that ends the handshake of a Dealer. */
export function readyCommand(): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder();
  const body = new Uint8Array([
    5,
    ...text.encode("READY"),
    11,
    ...text.encode("Socket-Type"),
    0,
    0,
    0,
    6,
    ...text.encode("DEALER"),
  ]);
  return new Uint8Array([COMMAND, body.length, ...body]);
}

/** A multipart message as it stands on the wire. */
export function wireMessage(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const frame of frames) size += frame.length + (frame.length > 255 ? 9 : 2);
  const bytes = new Uint8Array(size);
  let at = 0;
  frames.forEach((frame, i) => {
    const more = i + 1 < frames.length ? MORE : 0;
    if (frame.length > 255) {
      bytes[at++] = more | LONG;
      new DataView(bytes.buffer).setBigUint64(at, BigInt(frame.length));
      at += 8;
    } else {
      bytes[at++] = more;
      bytes[at++] = frame.length;
    }
    bytes.set(frame, at);
    at += frame.length;
  });
  return bytes;
}

/** Opens a plain socket to an address. */
export function plainSocket(address: string): Promise<Deno.Conn> {
  const place: Address = parseAddress(address);
  switch (place.scheme) {
    case "tcp":
      return Deno.connect({ hostname: place.host, port: place.port });
    case "ipc":
      return Deno.connect({ transport: "unix", path: place.path });
    case "memory":
      throw new TypeError("there is no socket to a place in memory");
  }
}

/** A connection that has done with the handshake. */
export class ZmtpClient implements Disposable {
  readonly #connection: Deno.Conn;
  #buffer = new Uint8Array(1 << 16);
  #from = 0;
  #to = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects and does the handshake. */
  static async connect(address: string): Promise<ZmtpClient> {
    const client = new ZmtpClient(await plainSocket(address));
    try {
      await client.write(zmtpGreeting());
      await client.#need(64);
      client.#from += 64;
      await client.write(readyCommand());
      await client.#frame();
      return client;
    } catch (error) {
      client[Symbol.dispose]();
      throw error;
    }
  }

  /** Writes bytes as they are. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Sends a multipart message. */
  send(...frames: Uint8Array[]): Promise<void> {
    return this.write(wireMessage(frames));
  }

  /** The next multipart message. Heartbeats are answered. */
  async receive(): Promise<Uint8Array[]> {
    const frames: Uint8Array[] = [];
    for (;;) {
      const { flags, body } = await this.#frame();
      if (flags & COMMAND) {
        // PING, two bytes of time to live, and a context to send back.
        if (body[0] === 4 && new TextDecoder().decode(body.subarray(1, 5)) === "PING") {
          const pong = new Uint8Array([4, ...new TextEncoder().encode("PONG"), ...body.subarray(7)]);
          await this.write(new Uint8Array([COMMAND, pong.length, ...pong]));
        }
        continue;
      }
      frames.push(body);
      if (!(flags & MORE)) return frames;
    }
  }

  /** Reads and throws away what comes, until the connection ends. */
  async drain(): Promise<void> {
    try {
      for (;;) await this.receive();
    } catch {
      // It has ended.
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // The other side was faster.
    }
  }

  async #frame(): Promise<{ flags: number; body: Uint8Array }> {
    await this.#need(2);
    const flags = this.#buffer[this.#from];
    let size = this.#buffer[this.#from + 1];
    let head = 2;
    if (flags & LONG) {
      await this.#need(9);
      size = Number(new DataView(this.#buffer.buffer).getBigUint64(this.#from + 1));
      head = 9;
    }
    await this.#need(head + size);
    const body = this.#buffer.slice(this.#from + head, this.#from + head + size);
    this.#from += head + size;
    return { flags, body };
  }

  async #need(n: number): Promise<void> {
    while (this.#to - this.#from < n) {
      if (this.#buffer.length - this.#from < n) {
        const grown = new Uint8Array(Math.max(this.#buffer.length, 2 * n));
        grown.set(this.#buffer.subarray(this.#from, this.#to));
        this.#to -= this.#from;
        this.#from = 0;
        this.#buffer = grown;
      }
      const got = await this.#connection.read(this.#buffer.subarray(this.#to));
      if (got === null) throw new Deno.errors.UnexpectedEof("the other side has closed the connection");
      this.#to += got;
    }
  }
}
