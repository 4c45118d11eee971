/**
 * A Router that listens and a Dealer for each connection that is asked for, over libzmq's C interface.
 *
 * @module
 */

import { DriverError } from "../errors.ts";
import { Event, NOTIFY_DISCONNECT, Option, SNDMORE, SocketType, Times } from "./constants.ts";
import { HandshakeJudge } from "./dialling.ts";
import type { FfiDriver } from "./ffi_driver.ts";
import { FfiSocket, Multipart } from "./ffi_socket.ts";
import { guard } from "./ffi_zap.ts";
import { lastError } from "./library.ts";
import { type RouterConnection, RouterConnections } from "./router_connections.ts";
import { BindFailure, type DealerSource, type RouterSource } from "./zmq_driver.ts";

let monitors = 0;

/** Listens. */
export class FfiRouter implements RouterSource {
  readonly descriptors: readonly number[];
  readonly #driver: FfiDriver;
  readonly #socket: FfiSocket;
  readonly #multipart: Multipart;
  readonly #ear: FfiSocket;
  readonly #connections: RouterConnections;
  readonly #release: (() => void) | undefined;
  #unbound: (() => void) | undefined;

  constructor(driver: FfiDriver) {
    const { library, options } = driver;
    this.#driver = driver;
    this.#multipart = new Multipart(library);
    this.#socket = FfiSocket.forPeers(library, SocketType.router, options);
    // Where the library has it (it is one of its drafts), an empty message tells of a loss; elsewhere the probes do.
    this.#socket.setInt(Option.routerNotify, NOTIFY_DISCONNECT);
    if (options.keys !== undefined) this.#release = guard(library, this.#socket, options.keys);
    this.#ear = this.#socket.monitor(`inproc://troupe-monitor-${++monitors}`, Event.closed);
    this.descriptors = [this.#socket.descriptor, this.#ear.descriptor];
    this.#connections = new RouterConnections(driver, this);
  }

  bind(place: string): Promise<string> {
    this.#socket.setInt(Option.ipv6, place.includes("[") ? 1 : 0);
    if (this.#socket.bind(place)) return Promise.resolve(this.#socket.getText(Option.lastEndpoint));
    const { code, text } = lastError(this.#driver.library);
    return Promise.reject(new BindFailure(code, text));
  }

  drain(budget: number): number {
    let taken = 0;
    const multipart = this.#multipart;
    while (taken < budget && multipart.receive(this.#socket.pointer, true)) {
      taken++;
      const key = idKey(multipart.id);
      let connection = this.#connections.get(key);
      if (multipart.head.length === 0 && multipart.count === 0) {
        if (connection !== undefined) this.#connections.lost(connection);
      } else {
        connection ??= this.#connections.accept(key, multipart.id.slice());
        this.#driver.events.received(connection.number, multipart.head, multipart);
      }
      multipart.done();
    }
    while (this.#multipart.receive(this.#ear.pointer, false)) this.#unbound?.();
    return taken;
  }

  send(connection: RouterConnection, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    if (!this.#socket.sendPart(connection.id, SNDMORE)) {
      queueMicrotask(() => this.#connections.lost(connection));
      return false;
    }
    connection.usedAt = this.#driver.options.clock.now();
    return this.#socket.sendParts(head, parts, lent);
  }

  async end(bound: ReadonlyMap<string, () => void>): Promise<void> {
    this.#connections.close();
    // Closing leaves the address taken for a moment; the monitor tells when it is free.
    let left = 0;
    await new Promise<void>((resolve) => {
      this.#unbound = () => --left <= 0 && resolve();
      for (const address of bound.keys()) if (this.#socket.unbind(address)) left++;
      if (left === 0) resolve();
      else this.#driver.options.clock.after(500, resolve);
      this.#driver.poller.touch(this);
    });
    for (const remove of bound.values()) remove();
    this.#driver.poller.remove(this);
    this.#socket.unmonitor();
    this.#ear.close(0);
    this.#socket.close(Times.linger);
    this.#release?.();
  }
}

/** Routing ids that the Router makes are a zero and a number; any others are some stranger's own. */
function idKey(id: Uint8Array): string | number {
  if (id.length === 5 && id[0] === 0) return ((id[1] * 256 + id[2]) * 256 + id[3]) * 256 + id[4];
  return String.fromCharCode(...id);
}

/** One connection that was asked for. The library tries until it is had; its monitor tells when, and when it is lost. */
export class FfiDealer implements DealerSource {
  readonly descriptors: readonly number[];
  readonly number: number;
  readonly #driver: FfiDriver;
  readonly #socket: FfiSocket;
  readonly #multipart: Multipart;
  readonly #ear: FfiSocket;
  readonly #judge: HandshakeJudge;
  #open = false;
  #closed = false;

  constructor(driver: FfiDriver, number: number, address: string) {
    const { library, options } = driver;
    this.#driver = driver;
    this.number = number;
    this.#multipart = driver.multipart;
    this.#judge = new HandshakeJudge(options.keys !== undefined);
    this.#socket = FfiSocket.forPeers(library, SocketType.dealer, options);
    if (address.includes("[")) this.#socket.setInt(Option.ipv6, 1);
    if (options.keys !== undefined) {
      this.#socket.setText(Option.curveServerKey, options.keys.serverKey);
      this.#socket.setText(Option.curvePublicKey, options.keys.client.publicKey);
      this.#socket.setText(Option.curveSecretKey, options.keys.client.secretKey);
    }
    const events = Event.handshakeSucceeded | Event.disconnected | Event.handshakeFailedAuth |
      Event.handshakeFailedNoDetail |
      Event.handshakeFailedProtocol;
    this.#ear = this.#socket.monitor(`inproc://troupe-monitor-${++monitors}`, events);
    this.descriptors = [this.#socket.descriptor, this.#ear.descriptor];
    if (!this.#socket.connect(address)) {
      const error = lastError(library);
      this.close();
      throw new DriverError(`cannot dial ${address}: ${error.text} (${error.code})`);
    }
  }

  drain(budget: number): number {
    let taken = 0;
    if (!this.#open) this.#listen();
    // Commands that nobody reads would keep the descriptor readable, and the wait would never wait.
    if (!this.#open && !this.#closed) this.#socket.getInt(15);
    if (this.#open) taken = this.#receive(budget);
    if (this.#open && !this.#closed) this.#listen();
    return taken;
  }

  #receive(budget: number): number {
    let taken = 0;
    const multipart = this.#multipart;
    while (taken < budget && !this.#closed && multipart.receive(this.#socket.pointer, false)) {
      taken++;
      this.#driver.events.received(this.number, multipart.head, multipart);
      multipart.done();
    }
    return taken;
  }

  #listen(): void {
    const multipart = this.#driver.earMultipart;
    while (!this.#closed && multipart.receive(this.#ear.pointer, false)) {
      const head = multipart.head;
      const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
      this.#heard(view.getUint16(0, true), view.getUint32(2, true));
      multipart.done();
    }
  }

  #heard(event: number, value: number): void {
    if (event === Event.handshakeSucceeded) {
      if (this.#open) return;
      this.#open = true;
      // The pipe is announced to the socket by a command, which this makes it read.
      this.#socket.getInt(15);
      this.#driver.events.opened(this.number);
    } else if (event === Event.disconnected) {
      if (!this.#open) return;
      // What arrived before the loss comes first.
      this.#receive(Number.MAX_SAFE_INTEGER);
      if (!this.#closed) this.#driver.dealerLost(this, "the connection was lost");
    } else if (!this.#open) {
      const reason = this.#judge.judge(event, value, this.#driver.options.clock.now());
      if (reason !== undefined) this.#driver.dealerRefused(this, reason);
      // The library gives up for good on what speaks another protocol; it may be another server the next time.
      else if (event === Event.handshakeFailedProtocol) {
        this.#driver.dealerLost(this, "what answers speaks another protocol");
      }
    }
  }

  send(head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    return this.#socket.sendParts(head, parts, lent);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#driver.poller.remove(this);
    this.#socket.unmonitor();
    this.#ear.close(0);
    this.#socket.close(Times.linger);
  }
}
