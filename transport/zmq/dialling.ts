/**
 * What a dialler makes of the failures of its handshakes; the same for both drivers.
 *
 * @module
 */

import { Event } from "./constants.ts";

/** The value of a failed handshake whose sides do not use the same mechanism: one has keys, the other none. */
export const MECHANISM_MISMATCH = 0x11000002;
/** Connections that break in the handshake are a sign of wrong keys when there are so many of them, over so long. */
const SILENT_FAILURES = 5;
const SILENT_MS = 700;

/** Counts failed handshakes of one dial, and tells when it is no use to go on. */
export class HandshakeJudge {
  readonly #withKeys: boolean;
  #silent = 0;
  #since = 0;

  /** @param withKeys Whether this side encrypts. */
  constructor(withKeys: boolean) {
    this.#withKeys = withKeys;
  }

  /**
   * Judges one event.
   *
   * @param event What the monitor said.
   * @param value What it said with it.
   * @param now The time, in milliseconds.
   * @returns Why to give up, or `undefined` to go on.
   */
  judge(event: number, value: number, now: number): string | undefined {
    if (event === Event.handshakeFailedAuth) return `our key is not among those it lets in (status ${value})`;
    if (event === Event.handshakeFailedProtocol && value === MECHANISM_MISMATCH) {
      return this.#withKeys
        ? "it uses no keys, and we do"
        : "it demands keys, and we have none (option keys; --keys DIR)";
    }
    if (!this.#withKeys) return undefined;
    if (event !== Event.handshakeFailedNoDetail && event !== Event.handshakeFailedProtocol) return undefined;
    if (this.#silent++ === 0) this.#since = now;
    if (this.#silent < SILENT_FAILURES || now - this.#since < SILENT_MS) return undefined;
    return "it ends every handshake: it uses no keys, or the server's public key that we have is not its own, or it is something else";
  }
}
