/**
 * Hosts and addresses as the command line takes them.
 *
 * @module
 */

import { parseAddress } from "../../transport/mod.ts";

/** A host as it stands in an address: one of IPv6 in brackets, whether or not it was given so. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** Throws for what is no address of another process. */
export function checkAddress(text: string): void {
  if (parseAddress(text).scheme === "memory") {
    throw new TypeError(
      `address ${JSON.stringify(text)}: it is within one process; expected tcp://host:port or ipc://path`,
    );
  }
}
