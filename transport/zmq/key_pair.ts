/**
 * New key pairs from libzmq.
 *
 * @module
 */

import { DriverError } from "../errors.ts";
import { openLibrary } from "./library.ts";

/** Makes a key pair, by FFI where that works and by the N-API module elsewhere. */
export async function createKeyPair(): Promise<{ publicKey: string; secretKey: string }> {
  let byFfi: unknown;
  try {
    const { zmq, curve } = openLibrary();
    if (!curve) throw new DriverError("this libzmq cannot encrypt");
    const keys = [new Uint8Array(41), new Uint8Array(41)] as const;
    if (zmq.zmq_curve_keypair(keys[0], keys[1]) !== 0) throw new DriverError("libzmq made no keys");
    const [publicKey, secretKey] = keys.map((key) => new TextDecoder().decode(key.subarray(0, 40)));
    return { publicKey, secretKey };
  } catch (error) {
    byFfi = error;
  }
  try {
    return (await import("zeromq")).curveKeyPair();
  } catch {
    throw byFfi;
  }
}
