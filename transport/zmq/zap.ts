/**
 * The answers to libzmq's questions of who is let in, the same for both drivers. Protocol: https://rfc.zeromq.org/spec/27/
 *
 * @module
 */

import { authorizedKeys, type Keys, z85Encode } from "../keys.ts";

const text = new TextDecoder();

/** The keys of all guarded sockets of a context, which are told apart by their domains. */
export class ZapDomains {
  /** The address that libzmq asks at, one for each context. */
  static readonly ADDRESS = "inproc://zeromq.zap.01";

  readonly #domains = new Map<string, Keys>();
  readonly #needed: (on: boolean) => void;
  #next = 0;

  /** @param needed Called when the first domain comes and when the last has gone. */
  constructor(needed: (on: boolean) => void) {
    this.#needed = needed;
  }

  /** Adds a socket's keys; gives the domain to name to libzmq, and what takes it away again. */
  add(keys: Keys): { domain: string; release: () => void } {
    const domain = `troupe-${++this.#next}`;
    this.#domains.set(domain, keys);
    if (this.#domains.size === 1) this.#needed(true);
    const release = (): void => {
      if (this.#domains.delete(domain) && this.#domains.size === 0) this.#needed(false);
    };
    return { domain, release };
  }

  /**
   * Answers one question.
   *
   * @param request Version, request id, domain, address, identity, mechanism, and the client's public key.
   * @returns The frames of the answer.
   */
  answer(request: readonly Uint8Array[]): (Uint8Array | string)[] {
    const keys = request.length === 7 ? this.#domains.get(text.decode(request[2])) : undefined;
    const good = keys !== undefined && text.decode(request[5]) === "CURVE" && request[6].length === 32 &&
      authorizedKeys(keys).has(z85Encode(request[6]));
    return ["1.0", request[1]?.slice() ?? "", good ? "200" : "400", good ? "OK" : "this key is not let in", "", ""];
  }
}
