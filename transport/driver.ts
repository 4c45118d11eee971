/**
 * What lies below a session: raw multipart messages in and out of numbered connections. A driver knows sockets and nothing of
 * what is said over them.
 *
 * @module
 */

import type { Address } from "./address.ts";
import type { Reach } from "./reach.ts";

/** The frames of a multipart message after the first, while they are still the driver's. Valid during the call only. */
export interface Parts {
  /** How many. Below zero: more than were asked for, and they have been thrown away. */
  readonly count: number;
  /** Bytes of part `i`. */
  size(i: number): number;
  /** Part `i` as bytes of the caller's own. */
  take(i: number): Uint8Array;
  /** Writes part `i` to the start of `into`. */
  copy(i: number, into: Uint8Array): void;
}

/** What a driver reports. */
export interface DriverEvents {
  /** A connection is ready: one that was asked for by `connect`, or one from outside with a number not seen before. */
  opened(connection: number): void;
  /** A multipart message. `head` is valid during the call only. */
  received(connection: number, head: Uint8Array, parts: Parts): void;
  /** A connection is lost; its number is never used again. Not reported after `close`, except for connections from outside. */
  closed(connection: number, reason: string): void;
  /** The other side does not take our keys; it is no use to go on. */
  refused(connection: number, reason: string): void;
}

/** Raw connections. All calls return at once. */
export interface Driver {
  /** Once, before all else. */
  start(events: DriverEvents): void;
  /** Listens; gives the address to dial. */
  bind(address: Address): Promise<string>;
  /** Asks for a connection, which is tried until it is had or closed; gives its number. */
  connect(address: Address): number;
  /**
   * Sends one multipart message. `head` is copied; `parts` are too, unless they are `lent`: then they may be read until the
   * other side is known to have them. `false` when the connection is no more.
   */
  send(connection: number, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean;
  /** Ends a connection; what was sent before may still arrive. Of one from outside nothing more is heard but its end. */
  close(connection: number): void;
  /** Ends all. */
  end(): Promise<void>;
  /**
   * How memory is read on the other side of a connection, where only processes of this machine and this user can be there.
   * Whether it really can, a greeting shows.
   */
  reach?(connection: number): Reach | undefined;
  /** Whether waiting for messages keeps the process alive. */
  keepAlive(on: boolean): void;
}

/** No parts. */
export const NO_PARTS: readonly Uint8Array[] = [];
