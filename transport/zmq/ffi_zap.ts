/**
 * Who is let in: the handler that libzmq asks about each client's public key. Protocol: https://rfc.zeromq.org/spec/27/
 *
 * @module
 */

import { DriverError } from "../errors.ts";
import { authorizedKeys, type Keys, z85Encode } from "../keys.ts";
import { Option, SNDMORE } from "./constants.ts";
import { FfiSocket, Multipart } from "./ffi_socket.ts";
import { lastError, type ZmqLibrary } from "./library.ts";
import { sharedPoller, type Source } from "./poller.ts";

/** The address that libzmq asks at, one for each context. */
const ADDRESS = "inproc://zeromq.zap.01";
const REP = 4;

/** Answers for all guarded sockets of this context, which it tells apart by their domains. */
class ZapSource implements Source {
  readonly descriptors: readonly number[];
  readonly #socket: FfiSocket;
  readonly #multipart: Multipart;
  readonly #domains = new Map<string, Keys>();
  #next = 0;

  constructor(library: ZmqLibrary) {
    this.#multipart = new Multipart(library);
    this.#socket = new FfiSocket(library, REP);
    if (!this.#socket.bind(ADDRESS)) throw new DriverError(`no handler for keys: ${lastError(library).text}`);
    this.descriptors = [this.#socket.descriptor];
  }

  guard(keys: Keys): { domain: string; release: () => void } {
    const domain = `troupe-${++this.#next}`;
    if (this.#domains.size === 0) sharedPoller().add(this);
    this.#domains.set(domain, keys);
    const release = (): void => {
      if (this.#domains.delete(domain) && this.#domains.size === 0) sharedPoller().remove(this);
    };
    return { domain, release };
  }

  drain(budget: number): number {
    let taken = 0;
    const request = this.#multipart;
    // [version, request id, domain, address, identity, mechanism, client's public key]
    while (taken < budget && request.receive(this.#socket.pointer, false)) {
      taken++;
      const text = (i: number): string => i < request.count ? new TextDecoder().decode(request.take(i)) : "";
      const keys = this.#domains.get(text(1));
      const good = keys !== undefined && text(4) === "CURVE" && request.count >= 6 && request.size(5) === 32 &&
        authorizedKeys(keys).has(z85Encode(request.take(5)));
      const id = request.count > 0 ? request.take(0) : new Uint8Array(0);
      request.done();
      const reply = ["1.0", id, good ? "200" : "400", good ? "OK" : "this key is not let in", "", ""];
      reply.forEach((part, i) => {
        const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
        this.#socket.sendPart(bytes, i + 1 < reply.length ? SNDMORE : 0);
      });
    }
    return taken;
  }
}

let handler: ZapSource | undefined;

/**
 * Makes a socket that is about to bind let in those clients only whose keys are known.
 *
 * @param library The library of the socket.
 * @param socket Not bound yet.
 * @param keys The server's own, and whom it lets in.
 * @returns What to call when the socket is closed.
 */
export function guard(library: ZmqLibrary, socket: FfiSocket, keys: Keys): () => void {
  if (keys.server === undefined) {
    throw new DriverError("to listen with keys, the server's key pair is needed, and these are a client's keys only");
  }
  handler ??= new ZapSource(library);
  const { domain, release } = handler.guard(keys);
  socket.setInt(Option.curveServer, 1);
  if (!socket.setText(Option.curveSecretKey, keys.server.secretKey)) {
    throw new DriverError("the server's secret key is no key");
  }
  socket.setText(Option.zapDomain, domain);
  return release;
}
