/**
 * The driver over libzmq's C interface.
 *
 * @module
 */

import type { Address } from "../address.ts";
import { Multipart } from "./ffi_socket.ts";
import { FfiDealer, FfiRouter } from "./ffi_sockets.ts";
import { openLibrary, type ZmqLibrary } from "./library.ts";
import { dialable } from "./places.ts";
import { type DealerSource, type RouterSource, ZmqDriver, type ZmqDriverOptions } from "./zmq_driver.ts";

/** Connections over libzmq by FFI. */
export class FfiDriver extends ZmqDriver {
  readonly library: ZmqLibrary;
  readonly multipart: Multipart;
  readonly earMultipart: Multipart;

  /**
   * @param options What it needs to know.
   * @throws {DriverError} libzmq or the C library cannot be opened here.
   */
  constructor(options: ZmqDriverOptions) {
    const library = openLibrary();
    super(options);
    this.library = library;
    this.multipart = new Multipart(library);
    this.earMultipart = new Multipart(library);
  }

  protected override makeRouter(): RouterSource {
    return new FfiRouter(this);
  }

  protected override makeDealer(number: number, address: Address): DealerSource {
    return new FfiDealer(this, number, dialable(address));
  }
}
