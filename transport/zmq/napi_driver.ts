/**
 * The driver over the N-API module of `npm:zeromq`, for where libzmq's C interface cannot be had. The module's own waiting goes
 * through an emulation of libuv that loses wake-ups, so it is never asked to wait: all timeouts are zero, and the wait is a
 * `poll(2)` on the sockets' descriptors, as in the other driver.
 *
 * @module
 */

import type { Address } from "../address.ts";
import type { Driver, DriverEvents } from "../driver.ts";
import { BindError, DriverError } from "../errors.ts";
import type { ZmqDriverOptions } from "./ffi_driver.ts";
import type { ZmqModule } from "./napi_module.ts";
import { DealerSource, type RouterConnection, RouterSource } from "./napi_sockets.ts";
import { bindable, reachable, socketFile } from "./places.ts";
import { type Poller, sharedPoller } from "./poller.ts";

/**
 * Loads the module and makes a driver of it.
 *
 * @param options What it needs to know.
 * @throws {DriverError} It does not load.
 */
export async function openNapiDriver(options: ZmqDriverOptions): Promise<Driver> {
  let module: ZmqModule;
  try {
    module = await import("zeromq");
  } catch (error) {
    throw new DriverError(`npm:zeromq does not load here: ${(error as Error).message}`, { cause: error });
  }
  return new NapiDriver(module, options);
}

/** Connections over the N-API module. */
export class NapiDriver implements Driver {
  readonly options: ZmqDriverOptions;
  readonly poller: Poller;
  events!: DriverEvents;
  readonly #module: ZmqModule;
  #router: RouterSource | undefined;
  readonly #accepted = new Map<number, { router: RouterSource; connection: RouterConnection }>();
  readonly #dealers = new Map<number, DealerSource>();
  #connections = 0;
  #keptAlive = false;
  #ended = false;

  constructor(module: ZmqModule, options: ZmqDriverOptions) {
    this.#module = module;
    this.options = options;
    this.poller = sharedPoller();
  }

  start(events: DriverEvents): void {
    this.events = events;
    this.keepAlive(true);
  }

  async bind(address: Address): Promise<string> {
    const place = await bindable(address, this.options.keys?.server !== undefined, this.options.insecure === true);
    if (this.#router === undefined) {
      this.#router = new RouterSource(this, this.#module, this.options);
      this.poller.add(this.#router);
    }
    const { socket } = this.#router;
    socket.ipv6 = place.includes("[");
    try {
      await this.#router.bind(place);
    } catch (error) {
      const { code = "EUNKNOWN", message } = error as { code?: string; message: string };
      throw new BindError(
        address.text,
        code,
        code === "EADDRINUSE" ? "another process listens there already" : message,
      );
    }
    const bound = socket.lastEndpoint ?? place;
    this.#router.bound.set(bound, socketFile(bound));
    this.poller.touch(this.#router);
    return reachable(bound);
  }

  connect(address: Address): number {
    const number = this.newConnection();
    const dealer = new DealerSource(this, this.#module, number, address, this.options);
    this.#dealers.set(number, dealer);
    this.poller.add(dealer);
    return number;
  }

  send(connection: number, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    const dealer = this.#dealers.get(connection);
    if (dealer !== undefined) {
      dealer.send(head, parts, lent);
      this.poller.touch(dealer);
      return true;
    }
    const accepted = this.#accepted.get(connection);
    if (accepted === undefined) return false;
    accepted.router.send(accepted.connection, head, parts, lent);
    this.poller.touch(accepted.router);
    return true;
  }

  close(connection: number): void {
    const dealer = this.#dealers.get(connection);
    if (dealer === undefined) return;
    this.#dealers.delete(connection);
    dealer.close();
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const dealer of this.#dealers.values()) dealer.close();
    this.#dealers.clear();
    await this.#router?.end();
    this.#accepted.clear();
    this.keepAlive(false);
  }

  keepAlive(on: boolean): void {
    if (on === this.#keptAlive) return;
    this.#keptAlive = on;
    this.poller.keepAlive(on ? 1 : -1);
  }

  newConnection(): number {
    return ++this.#connections;
  }

  accept(number: number, router: RouterSource, connection: RouterConnection): void {
    this.#accepted.set(number, { router, connection });
    this.events.opened(number);
  }

  lost(number: number, reason: string): void {
    if (this.#accepted.delete(number)) this.events.closed(number, reason);
  }

  dealerLost(dealer: DealerSource, reason: string): void {
    if (!this.#dealers.delete(dealer.number)) return;
    dealer.close();
    this.events.closed(dealer.number, reason);
  }

  dealerRefused(dealer: DealerSource, reason: string): void {
    if (!this.#dealers.delete(dealer.number)) return;
    dealer.close();
    this.events.refused(dealer.number, reason);
  }
}
