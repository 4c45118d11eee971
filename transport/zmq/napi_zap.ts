/**
 * Who is let in, over the N-API module. Protocol: https://rfc.zeromq.org/spec/27/
 *
 * @module
 */

import type * as zeromq from "zeromq";
import { DriverError } from "../errors.ts";
import type { Keys } from "../keys.ts";
import { descriptorOf, ownContext, type ZmqModule } from "./napi_module.ts";
import { sharedPoller, type Source } from "./poller.ts";
import { ZapDomains } from "./zap.ts";

class ZapSource implements Source {
  readonly descriptors: readonly number[];
  readonly domains: ZapDomains;
  readonly #socket: zeromq.Reply;

  private constructor(socket: zeromq.Reply) {
    this.#socket = socket;
    this.descriptors = [descriptorOf(socket)];
    this.domains = new ZapDomains((on) => on ? sharedPoller().add(this) : sharedPoller().remove(this));
  }

  static open(module: ZmqModule): ZapSource {
    const socket = new module.Reply({ context: ownContext(module), sendTimeout: 0, receiveTimeout: 0, linger: 0 });
    // Bound when the call returns: inproc addresses need no other thread's work, and the promise only says so later.
    socket.bind(ZapDomains.ADDRESS).catch((error) =>
      reportError(new DriverError("no handler for keys", { cause: error }))
    );
    return new ZapSource(socket);
  }

  drain(): number {
    if (!this.#socket.readable) return 0;
    // One at a time: a Reply socket takes the next question after the answer to this one.
    this.#socket.receive().then((request) => {
      this.#socket.send(this.domains.answer(request)).catch(() => {});
      sharedPoller().touch(this);
    }, () => {});
    return 1;
  }
}

let handler: ZapSource | undefined;

/** Makes a Router that is about to bind let in those clients only whose keys are known; gives what to call when it is closed. */
export function guard(module: ZmqModule, socket: zeromq.Router, keys: Keys): () => void {
  if (keys.server === undefined) {
    throw new DriverError("to listen with keys, the server's key pair is needed, and these are a client's keys only");
  }
  handler ??= ZapSource.open(module);
  const { domain, release } = handler.domains.add(keys);
  socket.curveServer = true;
  socket.curveSecretKey = keys.server.secretKey;
  socket.zapDomain = domain;
  return release;
}
