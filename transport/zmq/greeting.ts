/**
 * ZMTP's greeting, for asking a server how it wants to be talked to where the library does not tell why it gets no connection.
 * Protocol: https://rfc.zeromq.org/spec/37/
 *
 * @module
 */

import type { Address } from "../address.ts";

const GREETING_BYTES = 64;
/** Where the mechanism stands in a greeting, and how much room it has. */
const MECHANISM = { at: 12, length: 20 } as const;
const PATIENCE_MS = 1000;
/** So much of ours makes the other side send all of its own; with the rest of ours, it would hang up on a mechanism it does not want. */
const ENOUGH = 11;

/**
 * A greeting.
 *
 * @param mechanism `"NULL"` or `"CURVE"`.
 */
export function greeting(mechanism: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(GREETING_BYTES);
  bytes[0] = 0xff;
  bytes[8] = 1;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  new TextEncoder().encodeInto(mechanism, bytes.subarray(MECHANISM.at, MECHANISM.at + MECHANISM.length));
  return bytes;
}

/**
 * Connects, begins to exchange greetings, and hangs up.
 *
 * @param address Whom to ask.
 * @returns What the other side says, such as `"CURVE"`; `undefined` if there is nobody, or nobody who speaks ZMTP.
 */
export async function askMechanism(address: Address): Promise<string | undefined> {
  let connection: Deno.Conn;
  try {
    if (address.scheme === "tcp") connection = await Deno.connect({ hostname: address.host, port: address.port });
    else if (address.scheme === "ipc") connection = await Deno.connect({ transport: "unix", path: address.path });
    else return undefined;
  } catch {
    return undefined;
  }
  const late = setTimeout(() => connection.close(), PATIENCE_MS);
  try {
    await connection.write(greeting("NULL").subarray(0, ENOUGH));
    const bytes = new Uint8Array(GREETING_BYTES);
    let have = 0;
    while (have < GREETING_BYTES) {
      const n = await connection.read(bytes.subarray(have));
      if (n === null) return undefined;
      have += n;
    }
    if (bytes[0] !== 0xff || bytes[9] !== 0x7f) return undefined;
    return new TextDecoder().decode(bytes.subarray(MECHANISM.at, MECHANISM.at + MECHANISM.length)).replace(/\0+$/, "");
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
    try {
      connection.close();
    } catch {
      // Closed for being late.
    }
  }
}
