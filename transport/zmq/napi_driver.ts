/**
 * The driver over the N-API module of `npm:zeromq`, for where libzmq's C interface cannot be had. The module's own waiting goes
 * through an emulation of libuv that loses wake-ups, so it is never asked to wait: all timeouts are zero, and the wait is a
 * `poll(2)` on the sockets' descriptors, as in the other driver.
 *
 * @module
 */

import type { Address } from "../address.ts";
import type { Driver } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { ZmqModule } from "./napi_module.ts";
import { NapiDealer, NapiRouter } from "./napi_sockets.ts";
import { type DealerSource, type RouterSource, ZmqDriver, type ZmqDriverOptions } from "./zmq_driver.ts";

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
export class NapiDriver extends ZmqDriver {
  readonly module: ZmqModule;

  constructor(module: ZmqModule, options: ZmqDriverOptions) {
    super(options);
    this.module = module;
  }

  protected override makeRouter(): RouterSource {
    return new NapiRouter(this);
  }

  protected override makeDealer(number: number, address: Address): DealerSource {
    return new NapiDealer(this, number, address);
  }
}
