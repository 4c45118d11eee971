/**
 * Addresses: `tcp://host:port`, `ipc://path`, `memory://name`.
 *
 * @module
 */

import { AddressError } from "./errors.ts";

/** An address, taken apart. */
export type Address =
  | { readonly scheme: "tcp"; readonly text: string; readonly host: string; readonly port: number }
  | { readonly scheme: "ipc"; readonly text: string; readonly path: string }
  | { readonly scheme: "memory"; readonly text: string; readonly name: string };

const FORMS = "expected tcp://host:port, ipc://path or memory://name";
/** What the kernel has room for in a Unix socket's address, less the closing zero. */
const IPC_PATH_BYTES = 107;

/**
 * Takes an address apart.
 *
 * @param text Such as `"tcp://127.0.0.1:8786"`. Port 0 or `*` means any free one (for listening), and so does the path or name `*`.
 * @returns Its parts; `port` is 0 for `*`.
 * @throws {AddressError} It does not parse; the message says what was expected.
 *
 * @example
 * ```ts
 * import { parseAddress } from "@troupe/troupe/transport";
 * parseAddress("tcp://10.0.0.5:8786"); // { scheme: "tcp", host: "10.0.0.5", port: 8786, text: … }
 * ```
 */
export function parseAddress(text: string): Address {
  if (typeof text !== "string") throw new AddressError(String(text), `${FORMS}, got a value of type ${typeof text}`);
  const cut = text.indexOf("://");
  if (cut < 0) throw new AddressError(text, `it has no scheme; ${FORMS}`);
  const scheme = text.slice(0, cut);
  const rest = text.slice(cut + 3);
  if (/[\0-\x20\x7f]/.test(rest)) throw new AddressError(text, "it contains a space or a control character");
  switch (scheme) {
    case "tcp":
      return parseTcp(text, rest);
    case "ipc":
      if (rest === "") throw new AddressError(text, "the path is missing; expected ipc://path");
      if (new TextEncoder().encode(rest).length > IPC_PATH_BYTES) {
        throw new AddressError(
          text,
          `the path is longer than ${IPC_PATH_BYTES} bytes, which is all that the system has room for`,
        );
      }
      return { scheme, text, path: rest };
    case "memory":
      if (rest === "") throw new AddressError(text, "the name is missing; expected memory://name");
      return { scheme, text, name: rest };
    default:
      throw new AddressError(text, `unknown scheme ${JSON.stringify(scheme)}; ${FORMS}`);
  }
}

function parseTcp(text: string, rest: string): Address {
  const colon = rest.lastIndexOf(":");
  if (colon < 0) throw new AddressError(text, "the port is missing; expected tcp://host:port");
  let host = rest.slice(0, colon);
  const port = rest.slice(colon + 1);
  if (host === "") throw new AddressError(text, "the host is missing; expected tcp://host:port");
  if (host.startsWith("[") && host.endsWith("]")) host = host.slice(1, -1);
  else if (host.includes(":")) {
    throw new AddressError(text, "an IPv6 host must stand in brackets, as in tcp://[::1]:8786");
  } else if (!/^[A-Za-z0-9._*-]+$/.test(host)) throw new AddressError(text, `${JSON.stringify(host)} is no host name`);
  if (port === "*") return { scheme: "tcp", text, host, port: 0 };
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new AddressError(text, `${JSON.stringify(port)} is no port; expected 0 to 65535, or *`);
  }
  return { scheme: "tcp", text, host, port: Number(port) };
}

/**
 * Whether an address can be reached from this machine only.
 *
 * @param address A parsed address.
 *
 * @example
 * ```ts
 * import { isLoopback, parseAddress } from "@troupe/troupe/transport";
 * isLoopback(parseAddress("tcp://127.0.0.1:8786")); // true
 * isLoopback(parseAddress("tcp://10.0.0.5:8786")); // false
 * ```
 */
export function isLoopback(address: Address): boolean {
  if (address.scheme !== "tcp") return true;
  return address.host === "localhost" || address.host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address.host);
}
