/**
 * What both kinds of sockets over the N-API module need of it.
 *
 * @module
 */

import type * as zeromq from "zeromq";
import type { Parts } from "../driver.ts";
import { Option } from "./constants.ts";
import type { ZmqDriverOptions } from "./zmq_driver.ts";

/** The module. */
export type ZmqModule = typeof zeromq;

/** What the module's types keep to themselves. */
export interface Options32 {
  getInt32Option(option: number): number;
  setInt32Option(option: number, value: number): void;
}

let context: zeromq.Context | undefined;

/** A context of this thread's own: the module's default one is shared by all threads, and a context has but one place for who is let in. */
export function ownContext(module: ZmqModule): zeromq.Context {
  return context ??= new module.Context({ blocky: false, maxSockets: 65_535 });
}

/** The descriptor of a socket. */
export function descriptorOf(socket: unknown): number {
  return (socket as Options32).getInt32Option(Option.fd);
}

export function commonOptions(options: ZmqDriverOptions): Record<string, number> {
  return {
    sendTimeout: 0,
    receiveTimeout: 0,
    sendHighWaterMark: 0,
    receiveHighWaterMark: 0,
    linger: 0,
    heartbeatInterval: options.heartbeat.intervalMs,
    heartbeatTimeout: options.heartbeat.timeoutMs,
    maxMessageSize: options.maxFrameBytes,
  };
}

/** Frames as the module hands them over: already bytes of our own. */
export class Frames implements Parts {
  readonly #frames: readonly Uint8Array[];
  readonly #first: number;

  constructor(frames: readonly Uint8Array[], first: number) {
    this.#frames = frames;
    this.#first = first;
  }

  get count(): number {
    return this.#frames.length - this.#first;
  }

  size(i: number): number {
    return this.#frames[this.#first + i].byteLength;
  }

  take(i: number): Uint8Array {
    return plain(this.#frames[this.#first + i]);
  }

  copy(i: number, into: Uint8Array): void {
    into.set(this.#frames[this.#first + i]);
  }
}

/** The module hands over Buffers, whose methods differ from those of the class that they extend. */
export function plain(frame: Uint8Array): Uint8Array {
  return new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
}

/** The module reads what it is given later, so what is not lent is copied. */
export function outgoing(
  first: readonly Uint8Array[],
  head: Uint8Array,
  parts: readonly Uint8Array[],
  lent: boolean,
): Uint8Array[] {
  const frames = [...first, head.slice()];
  for (const part of parts) frames.push(lent ? part : new Uint8Array(part));
  return frames;
}
