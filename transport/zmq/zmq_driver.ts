/**
 * What the drivers over ZeroMQ have in common: one Router for what comes from outside, a Dealer for each connection that is asked
 * for, and the numbers of all of them.
 *
 * @module
 */

import type { Address } from "../address.ts";
import type { Clock } from "../clock.ts";
import type { Driver, DriverEvents } from "../driver.ts";
import { BindError } from "../errors.ts";
import type { Keys } from "../keys.ts";
import type { Reach } from "../reach.ts";
import { reachOfThisProcess } from "./neighbour.ts";
import { bindable, reachable, socketFile } from "./places.ts";
import { type Poller, sharedPoller, type Source } from "./poller.ts";
import type { RouterConnection } from "./router_connections.ts";

/** How a connection whose other side is stopped or cut off is noticed, by the sockets' own threads, however busy the program is. */
export interface Heartbeat {
  /** Milliseconds between heartbeats. Default 1,000. */
  readonly intervalMs: number;
  /** The connection is given up when nothing was heard for so many milliseconds. Default 8,000. */
  readonly timeoutMs: number;
}

/** What a driver over ZeroMQ needs to know. */
export interface ZmqDriverOptions {
  readonly clock: Clock;
  /** Bytes of the longest frame it takes; the socket closes a connection that sends a longer one, before memory is had for it. */
  readonly maxFrameBytes: number;
  /** Whose connections are encrypted, and who is let in. */
  readonly keys?: Keys;
  /** How the other side's silence is noticed. */
  readonly heartbeat: Heartbeat;
  /** Whether binding beyond this machine without keys is meant. */
  readonly insecure?: boolean;
}

/** Sends one multipart message; `false` when the connection is no more. */
type Send<Prefix extends unknown[]> = (
  ...message: [...Prefix, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean]
) => boolean;

/** A Router as its driver sees it. */
export interface RouterSource extends Source {
  /**
   * Listens; gives the address as the library writes it.
   *
   * @throws {BindFailure} It cannot.
   */
  bind(place: string): Promise<string>;
  readonly send: Send<[connection: RouterConnection]>;
  /** Ends it; when the bound addresses are free again, what each left is removed. */
  end(bound: ReadonlyMap<string, () => void>): Promise<void>;
}

/** A Dealer as its driver sees it. */
export interface DealerSource extends Source {
  readonly number: number;
  readonly send: Send<[]>;
  close(): void;
}

/** Why a Router cannot listen. */
export class BindFailure extends Error {
  /** The system's code. */
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** Connections over libzmq. */
export abstract class ZmqDriver implements Driver {
  readonly options: ZmqDriverOptions;
  readonly poller: Poller;
  events!: DriverEvents;
  #router: RouterSource | undefined;
  /** Addresses, and for a Unix socket what removes its file. */
  readonly #bound = new Map<string, () => void>();
  readonly #accepted = new Map<number, RouterConnection>();
  readonly #dealers = new Map<number, DealerSource>();
  /** Whether strangers may come in: at an address that is no file. */
  #public = false;
  /** Connections that were asked for at files. */
  readonly #near = new Set<number>();
  #connections = 0;
  #keptAlive = false;
  #ended = false;

  constructor(options: ZmqDriverOptions) {
    this.options = options;
    this.poller = sharedPoller();
  }

  protected abstract makeRouter(): RouterSource;
  protected abstract makeDealer(number: number, address: Address): DealerSource;

  start(events: DriverEvents): void {
    this.events = events;
    this.keepAlive(true);
  }

  async bind(address: Address): Promise<string> {
    const place = await bindable(address, this.options.keys?.server !== undefined, this.options.insecure === true);
    if (this.#router === undefined) {
      this.#router = this.makeRouter();
      this.poller.add(this.#router);
    }
    let bound: string;
    try {
      bound = await this.#router.bind(place);
    } catch (error) {
      if (!(error instanceof BindFailure)) throw error;
      const { code, message } = error;
      throw new BindError(
        address.text,
        code,
        code === "EADDRINUSE" ? "another process listens there already" : message,
      );
    }
    this.#bound.set(bound, socketFile(bound));
    this.#public ||= !isFile(address);
    this.poller.touch(this.#router);
    return reachable(bound);
  }

  connect(address: Address): number {
    const number = ++this.#connections;
    const dealer = this.makeDealer(number, address);
    this.#dealers.set(number, dealer);
    if (isFile(address)) this.#near.add(number);
    this.poller.add(dealer);
    return number;
  }

  send(connection: number, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    const dealer = this.#dealers.get(connection);
    if (dealer !== undefined) {
      const good = dealer.send(head, parts, lent);
      this.poller.touch(dealer);
      return good;
    }
    const accepted = this.#accepted.get(connection);
    if (accepted === undefined) return false;
    const good = this.#router!.send(accepted, head, parts, lent);
    this.poller.touch(this.#router!);
    return good;
  }

  close(connection: number): void {
    // A Router cannot close one connection of its many; it is the session layer that no longer listens to it.
    const dealer = this.#dealers.get(connection);
    if (dealer === undefined) return;
    this.#dealers.delete(connection);
    this.#near.delete(connection);
    dealer.close();
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const dealer of this.#dealers.values()) dealer.close();
    this.#dealers.clear();
    await this.#router?.end(this.#bound);
    this.#accepted.clear();
    this.keepAlive(false);
  }

  reach(connection: number): Reach | undefined {
    const near = this.#accepted.has(connection) ? !this.#public : this.#near.has(connection);
    return near ? reachOfThisProcess() : undefined;
  }

  keepAlive(on: boolean): void {
    if (on === this.#keptAlive) return;
    this.#keptAlive = on;
    this.poller.keepAlive(on ? 1 : -1);
  }

  /** A connection from outside. */
  accept(id: Uint8Array, key: string | number): RouterConnection {
    const connection = { number: ++this.#connections, id, key, usedAt: 0 };
    this.#accepted.set(connection.number, connection);
    this.events.opened(connection.number);
    return connection;
  }

  /** It is lost. */
  lost(number: number, reason: string): void {
    if (this.#accepted.delete(number)) this.events.closed(number, reason);
  }

  /** A connection that was asked for is lost. */
  dealerLost(dealer: DealerSource, reason: string): void {
    if (this.#drop(dealer)) this.events.closed(dealer.number, reason);
  }

  /** It will not be had. */
  dealerRefused(dealer: DealerSource, reason: string): void {
    if (this.#drop(dealer)) this.events.refused(dealer.number, reason);
  }

  #drop(dealer: DealerSource): boolean {
    if (!this.#dealers.delete(dealer.number)) return false;
    this.#near.delete(dealer.number);
    dealer.close();
    return true;
  }
}

/** A socket that is a file: whoever may not write to it cannot connect. (A name that begins with @ is no file.) */
function isFile(address: Address): boolean {
  return address.scheme === "ipc" && !address.path.startsWith("@");
}
