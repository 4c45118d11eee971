/**
 * Who is let in, over libzmq's C interface. Protocol: https://rfc.zeromq.org/spec/27/
 *
 * @module
 */

import { DriverError } from "../errors.ts";
import type { Keys } from "../keys.ts";
import { Option, SNDMORE, SocketType } from "./constants.ts";
import { FfiSocket, Multipart } from "./ffi_socket.ts";
import { lastError, type ZmqLibrary } from "./library.ts";
import { sharedPoller, type Source } from "./poller.ts";
import { ZapDomains } from "./zap.ts";

class ZapSource implements Source {
  readonly descriptors: readonly number[];
  readonly domains = new ZapDomains((on) => on ? sharedPoller().add(this) : sharedPoller().remove(this));
  readonly #socket: FfiSocket;
  readonly #request: Multipart;

  constructor(library: ZmqLibrary) {
    this.#request = new Multipart(library);
    this.#socket = new FfiSocket(library, SocketType.reply);
    if (!this.#socket.bind(ZapDomains.ADDRESS)) {
      throw new DriverError(`no handler for keys: ${lastError(library).text}`);
    }
    this.descriptors = [this.#socket.descriptor];
  }

  drain(budget: number): number {
    let taken = 0;
    const request = this.#request;
    while (taken < budget && request.receive(this.#socket.pointer, false)) {
      taken++;
      const frames = [request.head];
      for (let i = 0; i < request.count; i++) frames.push(request.take(i));
      const answer = this.domains.answer(frames);
      request.done();
      for (let i = 0; i < answer.length; i++) {
        const part = answer[i];
        this.#socket.sendPart(
          typeof part === "string" ? new TextEncoder().encode(part) : part,
          i + 1 < answer.length ? SNDMORE : 0,
        );
      }
    }
    return taken;
  }
}

let handler: ZapSource | undefined;

/** Makes a Router that is about to bind let in those clients only whose keys are known; gives what to call when it is closed. */
export function guard(library: ZmqLibrary, socket: FfiSocket, keys: Keys): () => void {
  if (keys.server === undefined) {
    throw new DriverError("to listen with keys, the server's key pair is needed, and these are a client's keys only");
  }
  handler ??= new ZapSource(library);
  const { domain, release } = handler.domains.add(keys);
  socket.setInt(Option.curveServer, 1);
  if (!socket.setText(Option.curveSecretKey, keys.server.secretKey)) {
    throw new DriverError("the server's secret key is no key");
  }
  socket.setText(Option.zapDomain, domain);
  return release;
}
