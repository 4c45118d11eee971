import type { Driver } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { ZmqDriverOptions } from "./ffi_driver.ts";
export function openNapiDriver(_options: ZmqDriverOptions): Promise<Driver> {
  return Promise.reject(new DriverError("not yet"));
}
