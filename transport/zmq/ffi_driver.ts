/**
 * The driver over libzmq's C interface: a Router for what comes from outside, a Dealer for each connection that is asked for.
 *
 * @module
 */

import type { Address } from "../address.ts";
import type { Clock, Timer } from "../clock.ts";
import type { Driver, DriverEvents } from "../driver.ts";
import { encodeEnvelope } from "../envelope.ts";
import { BindError, DriverError } from "../errors.ts";
import type { Keys } from "../keys.ts";
import { Event, NOTIFY_DISCONNECT, Option, SNDMORE, SocketType, Times } from "./constants.ts";
import { HandshakeJudge } from "./dialling.ts";
import { FfiSocket, Multipart } from "./ffi_socket.ts";
import { lastError, openLibrary, type ZmqLibrary } from "./library.ts";
import { bindable, dialable, reachable, socketFile } from "./places.ts";
import { type Poller, sharedPoller, type Source } from "./poller.ts";
import { guard } from "./ffi_zap.ts";

/** How a connection whose other side is stopped or cut off is noticed, by the sockets' own threads, however busy the program is. */
export interface Heartbeat {
  /** Milliseconds between heartbeats. Default 1,000. */
  readonly intervalMs: number;
  /** The connection is given up when nothing was heard for so many milliseconds. Default 8,000. */
  readonly timeoutMs: number;
}

/** What a driver over ZeroMQ needs to know. */
export interface ZmqDriverOptions {
  readonly clock: Clock;
  /** Bytes of the longest frame it takes; the socket closes a connection that sends a longer one, before memory is had for it. */
  readonly maxFrameBytes: number;
  /** Whose connections are encrypted, and who is let in. */
  readonly keys?: Keys;
  /** How the other side's silence is noticed. */
  readonly heartbeat: Heartbeat;
  /** Whether binding beyond this machine without keys is meant. */
  readonly insecure?: boolean;
}

let monitors = 0;

/** Listens, and tells connections from outside apart by the routing ids that the Router gives them. */
class RouterSource implements Source {
  readonly descriptors: readonly number[];
  readonly socket: FfiSocket;
  /** Addresses, and for a Unix socket what removes its file. */
  readonly bound = new Map<string, () => void>();
  readonly #driver: FfiDriver;
  readonly #multipart: Multipart;
  readonly #ear: FfiSocket;
  readonly #byId = new Map<string | number, RouterConnection>();
  readonly #release: (() => void) | undefined;
  readonly #probe = encodeEnvelope({ kind: "probe" });
  #timer: Timer | undefined;
  #unbound: (() => void) | undefined;

  constructor(driver: FfiDriver, library: ZmqLibrary, options: ZmqDriverOptions) {
    this.#driver = driver;
    this.#multipart = new Multipart(library);
    this.socket = FfiSocket.forPeers(library, SocketType.router, options);
    // Where the library has it (it is one of its drafts), an empty message tells of a loss; elsewhere the probes do.
    this.socket.setInt(Option.routerNotify, NOTIFY_DISCONNECT);
    if (options.keys !== undefined) this.#release = guard(library, this.socket, options.keys);
    this.#ear = this.socket.monitor(`inproc://troupe-monitor-${++monitors}`, Event.closed);
    this.descriptors = [this.socket.descriptor, this.#ear.descriptor];
    const beat = (): void => {
      this.#timer = options.clock.after(Times.probe, () => {
        this.#probeSilent(options.clock.now());
        beat();
      });
    };
    beat();
  }

  drain(budget: number): number {
    let taken = 0;
    const multipart = this.#multipart;
    while (taken < budget && multipart.receive(this.socket.pointer, true)) {
      taken++;
      const key = idKey(multipart.id);
      let connection = this.#byId.get(key);
      if (multipart.head.length === 0 && multipart.count === 0) {
        if (connection !== undefined) this.#lost(connection, "the connection was lost");
      } else {
        if (connection === undefined) {
          connection = { number: this.#driver.newConnection(), id: multipart.id.slice(), key, usedAt: 0 };
          this.#byId.set(key, connection);
          this.#driver.accept(connection.number, this, connection);
        }
        this.#driver.events.received(connection.number, multipart.head, multipart);
      }
      multipart.done();
    }
    while (this.#multipart.receive(this.#ear.pointer, false)) this.#unbound?.();
    return taken;
  }

  send(
    connection: RouterConnection,
    head: Uint8Array,
    parts: readonly Uint8Array[],
    lent: boolean,
    now: number,
  ): boolean {
    if (!this.socket.sendPart(connection.id, SNDMORE)) {
      queueMicrotask(() => this.#lost(connection, "the connection was lost"));
      return false;
    }
    connection.usedAt = now;
    return this.socket.sendParts(head, parts, lent);
  }

  async end(): Promise<void> {
    this.#timer?.cancel();
    // Closing leaves the address taken for a moment; the monitor tells when it is free.
    let left = 0;
    await new Promise<void>((resolve) => {
      this.#unbound = () => --left <= 0 && resolve();
      for (const address of this.bound.keys()) if (this.socket.unbind(address)) left++;
      if (left === 0) resolve();
      else this.#driver.options.clock.after(500, resolve);
      this.#driver.poller.touch(this);
    });
    for (const remove of this.bound.values()) remove();
    this.#driver.poller.remove(this);
    this.socket.unmonitor();
    this.#ear.close(0);
    this.socket.close(Times.linger);
    this.#release?.();
  }

  #lost(connection: RouterConnection, reason: string): void {
    if (!this.#byId.delete(connection.key)) return;
    this.#driver.lost(connection.number, reason);
  }

  /** A Router that must know whom it sends to says so when the other is gone. */
  #probeSilent(now: number): void {
    let any = false;
    for (const connection of this.#byId.values()) {
      if (now - connection.usedAt < Times.probe) continue;
      any = true;
      this.send(connection, this.#probe, [], false, now);
    }
    if (any) this.#driver.poller.touch(this);
  }
}

interface RouterConnection {
  readonly number: number;
  readonly id: Uint8Array;
  readonly key: string | number;
  usedAt: number;
}

/** Routing ids that the Router makes are a zero and a number; any others are some stranger's own. */
function idKey(id: Uint8Array): string | number {
  if (id.length === 5 && id[0] === 0) return ((id[1] * 256 + id[2]) * 256 + id[3]) * 256 + id[4];
  return String.fromCharCode(...id);
}

/** One connection that was asked for. The library tries until it is had; its monitor tells when, and when it is lost. */
class DealerSource implements Source {
  readonly descriptors: readonly number[];
  readonly socket: FfiSocket;
  readonly number: number;
  readonly #driver: FfiDriver;
  readonly #multipart: Multipart;
  readonly #ear: FfiSocket;
  readonly #judge: HandshakeJudge;
  #open = false;
  #closed = false;

  constructor(driver: FfiDriver, library: ZmqLibrary, number: number, address: string, options: ZmqDriverOptions) {
    this.#driver = driver;
    this.number = number;
    this.#multipart = driver.multipart;
    this.#judge = new HandshakeJudge(options.keys !== undefined);
    this.socket = FfiSocket.forPeers(library, SocketType.dealer, options);
    if (address.includes("[")) this.socket.setInt(Option.ipv6, 1);
    if (options.keys !== undefined) {
      this.socket.setText(Option.curveServerKey, options.keys.serverKey);
      this.socket.setText(Option.curvePublicKey, options.keys.client.publicKey);
      this.socket.setText(Option.curveSecretKey, options.keys.client.secretKey);
    }
    const events = Event.handshakeSucceeded | Event.disconnected | Event.handshakeFailedAuth |
      Event.handshakeFailedNoDetail |
      Event.handshakeFailedProtocol;
    this.#ear = this.socket.monitor(`inproc://troupe-monitor-${++monitors}`, events);
    this.descriptors = [this.socket.descriptor, this.#ear.descriptor];
    if (!this.socket.connect(address)) {
      const error = lastError(library);
      this.close();
      throw new DriverError(`cannot dial ${address}: ${error.text} (${error.code})`);
    }
  }

  drain(budget: number): number {
    let taken = 0;
    if (!this.#open) this.#listen();
    // Commands that nobody reads would keep the descriptor readable, and the wait would never wait.
    if (!this.#open && !this.#closed) this.socket.getInt(15);
    if (this.#open) taken = this.#receive(budget);
    if (this.#open && !this.#closed) this.#listen();
    return taken;
  }

  #receive(budget: number): number {
    let taken = 0;
    const multipart = this.#multipart;
    while (taken < budget && !this.#closed && multipart.receive(this.socket.pointer, false)) {
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
      this.socket.getInt(15);
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

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#driver.poller.remove(this);
    this.socket.unmonitor();
    this.#ear.close(0);
    this.socket.close(Times.linger);
  }
}

/** Connections over libzmq by FFI. */
export class FfiDriver implements Driver {
  readonly options: ZmqDriverOptions;
  readonly poller: Poller;
  readonly multipart: Multipart;
  readonly earMultipart: Multipart;
  events!: DriverEvents;
  readonly #library: ZmqLibrary;
  #router: RouterSource | undefined;
  readonly #accepted = new Map<number, { router: RouterSource; connection: RouterConnection }>();
  readonly #dealers = new Map<number, DealerSource>();
  #connections = 0;
  #keptAlive = false;
  #ended = false;

  /**
   * @param options What it needs to know.
   * @throws {DriverError} libzmq or the C library cannot be opened here.
   */
  constructor(options: ZmqDriverOptions) {
    this.options = options;
    this.#library = openLibrary();
    this.poller = sharedPoller();
    this.multipart = new Multipart(this.#library);
    this.earMultipart = new Multipart(this.#library);
  }

  start(events: DriverEvents): void {
    this.events = events;
    this.keepAlive(true);
  }

  async bind(address: Address): Promise<string> {
    const place = await bindable(address, this.options.keys?.server !== undefined, this.options.insecure === true);
    if (this.#router === undefined) {
      this.#router = new RouterSource(this, this.#library, this.options);
      this.poller.add(this.#router);
    }
    const { socket } = this.#router;
    socket.setInt(Option.ipv6, place.includes("[") ? 1 : 0);
    if (!socket.bind(place)) {
      const { code, text } = lastError(this.#library);
      throw new BindError(address.text, code, code === "EADDRINUSE" ? "another process listens there already" : text);
    }
    const bound = socket.getText(Option.lastEndpoint);
    this.#router.bound.set(bound, socketFile(bound));
    this.poller.touch(this.#router);
    return reachable(bound);
  }

  connect(address: Address): number {
    const number = this.newConnection();
    const dealer = new DealerSource(this, this.#library, number, dialable(address), this.options);
    this.#dealers.set(number, dealer);
    this.poller.add(dealer);
    return number;
  }

  send(connection: number, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    const dealer = this.#dealers.get(connection);
    if (dealer !== undefined) {
      const good = dealer.socket.sendParts(head, parts, lent);
      this.poller.touch(dealer);
      return good;
    }
    const accepted = this.#accepted.get(connection);
    if (accepted === undefined) return false;
    const good = accepted.router.send(accepted.connection, head, parts, lent, this.options.clock.now());
    this.poller.touch(accepted.router);
    return good;
  }

  close(connection: number): void {
    // A Router cannot close one connection of its many; it is the session layer that no longer listens to it.
    const dealer = this.#dealers.get(connection);
    if (dealer === undefined) return;
    this.#dealers.delete(connection);
    dealer.close();
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const dealer of this.#dealers.values()) dealer.close();
    this.#dealers.clear();
    await this.#router?.end();
    this.#accepted.clear();
    this.keepAlive(false);
  }

  keepAlive(on: boolean): void {
    if (on === this.#keptAlive) return;
    this.#keptAlive = on;
    this.poller.keepAlive(on ? 1 : -1);
  }

  newConnection(): number {
    return ++this.#connections;
  }

  accept(number: number, router: RouterSource, connection: RouterConnection): void {
    this.#accepted.set(number, { router, connection });
    this.events.opened(number);
  }

  lost(number: number, reason: string): void {
    if (this.#accepted.delete(number)) this.events.closed(number, reason);
  }

  dealerLost(dealer: DealerSource, reason: string): void {
    if (!this.#dealers.delete(dealer.number)) return;
    dealer.close();
    this.events.closed(dealer.number, reason);
  }

  dealerRefused(dealer: DealerSource, reason: string): void {
    if (!this.#dealers.delete(dealer.number)) return;
    dealer.close();
    this.events.refused(dealer.number, reason);
  }
}
