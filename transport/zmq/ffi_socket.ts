/**
 * A ZeroMQ socket by FFI, with nothing but what the drivers need of one.
 *
 * @module
 */

import type { Parts } from "../driver.ts";
import { DONTWAIT, Option, SNDMORE, SocketType, Times } from "./constants.ts";
import { cString, lastError, type ZmqLibrary } from "./library.ts";
import { DriverError } from "../errors.ts";
import type { ZmqDriverOptions } from "./zmq_driver.ts";

/** Smaller parts are copied by the library even when they are lent: that is cheaper than a message of their own. */
const COPY_BELOW = 32 * 1024;
/** A received part of more bytes than this is freed at once, not when its slot is used again. */
const FREE_ABOVE = 4096;
/** A multipart message of more parts is thrown away. */
const MAX_PARTS = 1 << 17;

const memcpy = (() => {
  let copy: ((into: Uint8Array<ArrayBuffer>, from: Deno.PointerValue, size: number) => void) | undefined;
  return (into: Uint8Array, from: Deno.PointerValue, size: number): void => {
    copy ??= openMemcpy();
    copy(into as Uint8Array<ArrayBuffer>, from, size);
  };
})();

function openMemcpy(): (into: Uint8Array<ArrayBuffer>, from: Deno.PointerValue, size: number) => void {
  const names = Deno.build.os === "darwin" ? ["libSystem.dylib"] : ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];
  for (const name of names) {
    try {
      const { symbols } = Deno.dlopen(name, { memcpy: { parameters: ["buffer", "pointer", "usize"], result: "void" } });
      return (into, from, size) => symbols.memcpy(into, from, size as unknown as bigint);
    } catch {
      // The next name, or the way without.
    }
  }
  return (into, from, size) => into.set(new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(from!, size)));
}

/** Memory of one zmq_msg_t: not on the engine's own heap, where it could be moved. */
function newMessage({ zmq }: ZmqLibrary): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(new ArrayBuffer(64));
  zmq.zmq_msg_init(message);
  return message;
}

/** One multipart message as it was received. Its parts belong to the library until the next one. */
export class Multipart implements Parts {
  /** The routing id, if it came from a Router. Valid until the next message. */
  id: Uint8Array = new Uint8Array(0);
  /** The first part, or the one after the routing id. Valid until the next message. */
  head: Uint8Array = new Uint8Array(0);
  /** Parts after the head; below zero when there were too many. */
  count = 0;
  readonly #library: ZmqLibrary;
  readonly #slots: Uint8Array<ArrayBuffer>[] = [];
  readonly #sizes: number[] = [];
  readonly #idScratch = new Uint8Array(256);
  readonly #headSlot: Uint8Array<ArrayBuffer>;
  readonly #scratch = new Uint8Array(64 * 1024);

  constructor(library: ZmqLibrary) {
    this.#library = library;
    this.#headSlot = newMessage(library);
  }

  /**
   * Takes one message, if there is one.
   *
   * @param socket From where.
   * @param routed Whether a routing id comes first.
   */
  receive(socket: Deno.PointerValue, routed: boolean): boolean {
    const { zmq } = this.#library;
    const slot = this.#headSlot;
    let size = zmq.zmq_msg_recv(slot, socket, DONTWAIT);
    if (size < 0) return false;
    if (routed) {
      const n = Math.min(size, this.#idScratch.length);
      memcpy(this.#idScratch, zmq.zmq_msg_data(slot), n);
      this.id = this.#idScratch.subarray(0, n);
      size = zmq.zmq_msg_more(slot) === 1 ? zmq.zmq_msg_recv(slot, socket, DONTWAIT) : 0;
    }
    const into = size <= this.#scratch.length ? this.#scratch : new Uint8Array(size);
    if (size > 0) memcpy(into, zmq.zmq_msg_data(slot), size);
    this.head = into.subarray(0, size);
    let more = zmq.zmq_msg_more(slot) === 1;
    if (size > FREE_ABOVE) this.#free(slot);
    let count = 0;
    while (more) {
      const part = count < MAX_PARTS ? (this.#slots[count] ??= newMessage(this.#library)) : this.#slots[MAX_PARTS - 1];
      this.#sizes[Math.min(count, MAX_PARTS - 1)] = zmq.zmq_msg_recv(part, socket, DONTWAIT);
      count++;
      more = zmq.zmq_msg_more(part) === 1;
    }
    this.count = count <= MAX_PARTS ? count : -1;
    return true;
  }

  /** Frees the parts. */
  done(): void {
    const used = this.count < 0 ? MAX_PARTS : this.count;
    for (let i = 0; i < used; i++) if (this.#sizes[i] > FREE_ABOVE) this.#free(this.#slots[i]);
    // Many slots are the mark of one odd message; a few are kept for the next.
    if (this.#slots.length > 4096) {
      for (const slot of this.#slots.splice(4096)) this.#library.zmq.zmq_msg_close(slot);
      this.#sizes.length = 4096;
    }
  }

  size(i: number): number {
    return this.#sizes[i];
  }

  take(i: number): Uint8Array {
    const bytes = new Uint8Array(this.#sizes[i]);
    this.copy(i, bytes);
    return bytes;
  }

  copy(i: number, into: Uint8Array): void {
    if (this.#sizes[i] > 0) memcpy(into, this.#library.zmq.zmq_msg_data(this.#slots[i]), this.#sizes[i]);
  }

  #free(slot: Uint8Array<ArrayBuffer>): void {
    this.#library.zmq.zmq_msg_close(slot);
    this.#library.zmq.zmq_msg_init(slot);
  }
}

/** A socket. */
export class FfiSocket {
  /** The library's pointer to it. */
  readonly pointer: Deno.PointerValue;
  /** Readable when there may be something to receive. */
  readonly descriptor: number;
  readonly #library: ZmqLibrary;
  readonly #lent: Uint8Array<ArrayBuffer>;
  #open = true;

  constructor(library: ZmqLibrary, type: number) {
    this.#library = library;
    this.pointer = library.zmq.zmq_socket(library.context, type);
    if (this.pointer === null) throw new DriverError(`no socket: ${lastError(library).text}`);
    this.#lent = newMessage(library);
    this.setInt(Option.linger, 0);
    this.descriptor = this.getInt(Option.fd);
  }

  /** What Dealers and Routers have in common. */
  static forPeers(
    library: ZmqLibrary,
    type: typeof SocketType.dealer | typeof SocketType.router,
    options: ZmqDriverOptions,
  ): FfiSocket {
    const socket = new FfiSocket(library, type);
    // No bounds here: a queue that is full would stop heartbeats too. What is large travels with credit.
    socket.setInt(Option.sndHwm, 0);
    socket.setInt(Option.rcvHwm, 0);
    socket.setInt(Option.heartbeatIvl, options.heartbeat.intervalMs);
    socket.setInt(Option.heartbeatTimeout, options.heartbeat.timeoutMs);
    socket.set(Option.maxMsgSize, new Uint8Array(new BigInt64Array([BigInt(options.maxFrameBytes)]).buffer));
    if (type === SocketType.router) socket.setInt(Option.routerMandatory, 1);
    else {
      socket.setInt(Option.immediate, 1);
      socket.setInt(Option.reconnectIvl, Times.reconnect);
      socket.setInt(Option.reconnectIvlMax, Times.reconnectMax);
    }
    return socket;
  }

  /** Sets an option; says whether the library took it. */
  set(option: number, value: Uint8Array<ArrayBuffer>): boolean {
    return this.#library.zmq.zmq_setsockopt(this.pointer, option, value, BigInt(value.length)) === 0;
  }

  setInt(option: number, value: number): boolean {
    return this.set(option, new Uint8Array(new Int32Array([value]).buffer));
  }

  setText(option: number, text: string): boolean {
    // Without the closing zero: the length is given.
    return this.set(option, new TextEncoder().encode(text));
  }

  getInt(option: number): number {
    const value = new Int32Array(1);
    this.#library.zmq.zmq_getsockopt(this.pointer, option, value, new BigUint64Array([4n]));
    return value[0];
  }

  getText(option: number): string {
    const value = new Uint8Array(1024);
    const length = new BigUint64Array([1024n]);
    if (this.#library.zmq.zmq_getsockopt(this.pointer, option, value, length) !== 0) return "";
    return new TextDecoder().decode(value.subarray(0, Math.max(0, Number(length[0]) - 1)));
  }

  connect(address: string): boolean {
    return this.#library.zmq.zmq_connect(this.pointer, cString(address)) === 0;
  }

  bind(address: string): boolean {
    return this.#library.zmq.zmq_bind(this.pointer, cString(address)) === 0;
  }

  unbind(address: string): boolean {
    return this.#library.zmq.zmq_unbind(this.pointer, cString(address)) === 0;
  }

  /** Has the socket's events told at an inproc address; gives the socket that hears them. */
  monitor(address: string, events: number): FfiSocket {
    if (this.#library.zmq.zmq_socket_monitor(this.pointer, cString(address), events) !== 0) {
      throw new DriverError(`no monitor: ${lastError(this.#library).text}`);
    }
    const ear = new FfiSocket(this.#library, SocketType.pair);
    if (!ear.connect(address)) throw new DriverError(`no monitor: ${lastError(this.#library).text}`);
    return ear;
  }

  /** Sends one part. */
  sendPart(bytes: Uint8Array, flags: number): boolean {
    return this.#library.zmq.zmq_send(
      this.pointer,
      bytes as Uint8Array<ArrayBuffer>,
      bytes.byteLength as unknown as bigint,
      DONTWAIT | flags,
    ) >= 0;
  }

  /** Sends the parts of a message. Those that are lent are read later, by the library's own thread, and never written. */
  sendParts(head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    const n = parts.length;
    if (!this.sendPart(head, n > 0 ? SNDMORE : 0)) return false;
    for (let i = 0; i < n; i++) {
      const part = parts[i];
      const flags = i + 1 < n ? SNDMORE : 0;
      if (!lent || part.byteLength < COPY_BELOW) {
        if (!this.sendPart(part, flags)) return false;
        continue;
      }
      const { zmq } = this.#library;
      const message = this.#lent;
      zmq.zmq_msg_init_data(message, part as Uint8Array<ArrayBuffer>, BigInt(part.byteLength), null, null);
      if (zmq.zmq_msg_send(message, this.pointer, DONTWAIT | flags) < 0) {
        zmq.zmq_msg_close(message);
        return false;
      }
    }
    return true;
  }

  /** Closes it; the library lets what is queued go out for `linger` milliseconds, without anyone waiting. */
  close(linger: number): void {
    if (!this.#open) return;
    this.#open = false;
    if (linger > 0) this.setInt(Option.linger, linger);
    this.#library.zmq.zmq_close(this.pointer);
  }

  /** Stops its monitor. */
  unmonitor(): void {
    this.#library.zmq.zmq_socket_monitor(this.pointer, null, 0);
  }
}
