/**
 * A Router that listens and a Dealer for each connection that is asked for, over the N-API module.
 *
 * @module
 */

import type * as zeromq from "zeromq";
import type { Address } from "../address.ts";
import type { Timer } from "../clock.ts";
import { encodeEnvelope } from "../envelope.ts";
import { Event, NOTIFY_DISCONNECT, Option, Times } from "./constants.ts";
import { HandshakeJudge, MECHANISM_MISMATCH } from "./dialling.ts";
import { askMechanism } from "./greeting.ts";
import type { NapiDriver } from "./napi_driver.ts";
import { commonOptions, descriptorOf, Frames, type Options32, outgoing, ownContext, plain } from "./napi_module.ts";
import { guard } from "./napi_zap.ts";
import { dialable, untilFree } from "./places.ts";
import { type RouterConnection, RouterConnections } from "./router_connections.ts";
import { BindFailure, type DealerSource, type RouterSource } from "./zmq_driver.ts";

const PROBE = encodeEnvelope({ kind: "probe" });

/** After so many looks at a server that answers, and wants keys as we do, our keys are the wrong ones. */
const INQUIRIES = 3;

export class NapiRouter implements RouterSource {
  readonly descriptors: readonly number[];
  readonly #driver: NapiDriver;
  readonly #socket: zeromq.Router;
  readonly #connections: RouterConnections;
  readonly #release: (() => void) | undefined;
  /** While it binds, the module lets nobody use the socket; what is to be sent waits here. */
  #held: Uint8Array[][] | undefined;
  #ended = false;

  constructor(driver: NapiDriver) {
    const { module, options } = driver;
    this.#driver = driver;
    this.#socket = new module.Router({ ...commonOptions(options), context: ownContext(module), mandatory: true });
    try {
      (this.#socket as unknown as Options32).setInt32Option(Option.routerNotify, NOTIFY_DISCONNECT);
    } catch {
      // One of the library's drafts; without it the probes find out.
    }
    if (options.keys !== undefined) this.#release = guard(module, this.#socket, options.keys);
    this.descriptors = [descriptorOf(this.#socket)];
    this.#connections = new RouterConnections(driver, this);
  }

  drain(budget: number): number {
    let taken = 0;
    while (taken < budget && !this.#ended && this.#held === undefined && this.#socket.readable) {
      taken++;
      this.#socket.receive().then((frames) => this.#take(frames), () => {});
    }
    return taken;
  }

  send(connection: RouterConnection, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    if (this.#ended) return false;
    connection.usedAt = this.#driver.options.clock.now();
    const frames = outgoing([connection.id], head, parts, lent);
    if (this.#held !== undefined) this.#held.push(frames);
    else this.#socket.send(frames as never).catch(() => this.#connections.lost(connection));
    return true;
  }

  async bind(place: string): Promise<string> {
    this.#socket.ipv6 = place.includes("[");
    this.#held ??= [];
    try {
      await this.#socket.bind(place);
      return this.#socket.lastEndpoint ?? place;
    } catch (error) {
      const { code = "EUNKNOWN", message } = error as { code?: string; message: string };
      throw new BindFailure(code, message);
    } finally {
      const held = this.#held;
      this.#held = undefined;
      for (const frames of held) this.#socket.send(frames as never).catch(() => {});
      this.#driver.poller.touch(this);
    }
  }

  async end(bound: ReadonlyMap<string, () => void>): Promise<void> {
    this.#connections.close();
    this.#ended = true;
    this.#driver.poller.remove(this);
    for (const address of bound.keys()) await this.#unbind(address);
    for (const remove of bound.values()) remove();
    this.#socket.linger = Times.linger;
    this.#socket.close();
    this.#release?.();
  }

  async #unbind(address: string): Promise<void> {
    try {
      await this.#socket.unbind(address);
    } catch {
      // Then closing the socket does it.
    }
    await untilFree(address);
  }

  #take(frames: readonly Uint8Array[]): void {
    if (this.#ended || frames.length < 2) return;
    const key = String.fromCharCode(...frames[0].subarray(0, 255));
    let connection = this.#connections.get(key);
    if (frames.length === 2 && frames[1].byteLength === 0) {
      if (connection !== undefined) this.#connections.lost(connection);
      return;
    }
    connection ??= this.#connections.accept(key, plain(frames[0]).slice());
    this.#driver.events.received(connection.number, plain(frames[1]), new Frames(frames, 2));
  }
}

/** One connection. A Dealer that may only send to someone who is there is writable exactly while there is a connection. */
export class NapiDealer implements DealerSource {
  readonly descriptors: readonly number[];
  readonly number: number;
  readonly #driver: NapiDriver;
  readonly #socket: zeromq.Dealer;
  readonly #judge: HandshakeJudge;
  readonly #address: Address;
  readonly #withKeys: boolean;
  #inquiries = 0;
  #open = false;
  #closed = false;
  #usedAt = 0;
  #timer: Timer | undefined;

  constructor(driver: NapiDriver, number: number, place: Address) {
    const { module, options } = driver;
    const address = dialable(place);
    this.#address = place;
    this.#withKeys = options.keys !== undefined;
    this.#driver = driver;
    this.number = number;
    this.#judge = new HandshakeJudge(options.keys !== undefined);
    this.#socket = new module.Dealer({
      ...commonOptions(options),
      context: ownContext(module),
      immediate: true,
      reconnectInterval: Times.reconnect,
      reconnectMaxInterval: Times.reconnectMax,
      ipv6: address.includes("["),
    });
    const { keys } = options;
    if (keys !== undefined) {
      this.#socket.curveServerKey = keys.serverKey;
      this.#socket.curvePublicKey = keys.client.publicKey;
      this.#socket.curveSecretKey = keys.client.secretKey;
    }
    this.descriptors = [descriptorOf(this.#socket)];
    this.#socket.connect(address);
    const beat = (): void => {
      this.#timer = options.clock.after(Times.probe, () => {
        // A connection that came and went between two looks is not noticed; then the other side calls us a stranger.
        if (!this.#open) void this.#inquire();
        else if (options.clock.now() - this.#usedAt >= Times.probe) this.send(PROBE, [], false);
        this.#driver.poller.touch(this);
        beat();
      });
    };
    beat();
  }

  drain(budget: number): number {
    let taken = 0;
    if (this.#closed) return 0;
    if (!this.#open && this.#socket.writable) {
      this.#open = true;
      this.#driver.events.opened(this.number);
    }
    while (taken < budget && !this.#closed && this.#socket.readable) {
      taken++;
      this.#socket.receive().then((frames) => this.#take(frames), () => {});
    }
    if (taken === 0 && this.#open && !this.#closed && !this.#socket.writable) {
      // In the next turn of promises: what was received before is handed over first.
      Promise.resolve().then(() => this.#driver.dealerLost(this, "the connection was lost"));
    }
    return taken;
  }

  send(head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    if (this.#closed) return false;
    this.#usedAt = this.#driver.options.clock.now();
    this.#socket.send(outgoing([], head, parts, lent) as never).catch(() => {});
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#driver.poller.remove(this);
    this.#socket.linger = Times.linger;
    this.#socket.close();
  }

  #take(frames: readonly Uint8Array[]): void {
    if (this.#closed || frames.length === 0) return;
    this.#driver.events.received(this.number, plain(frames[0]), new Frames(frames, 1));
  }

  /**
   * Finds out why there is no connection. The module's observers would tell, but they crash under Deno; so the other side is asked how it
   * wants to be talked to, as the library asks it.
   */
  async #inquire(): Promise<void> {
    const own = this.#withKeys ? "CURVE" : "NULL";
    const theirs = await askMechanism(this.#address);
    if (this.#open || this.#closed) return;
    this.#inquiries++;
    if (theirs === undefined) {
      // The library gives up for good on what speaks another protocol; it may be another server the next time.
      if (this.#inquiries >= INQUIRIES) this.#driver.dealerLost(this, "no answer");
      return;
    }
    const reason = theirs !== own
      ? this.#judge.judge(Event.handshakeFailedProtocol, MECHANISM_MISMATCH, 0)
      : this.#withKeys && this.#inquiries >= INQUIRIES
      ? "it ends every handshake: our key is not among those it lets in, or the server's public key that we have is not its own"
      : undefined;
    if (reason !== undefined) this.#driver.dealerRefused(this, reason);
  }
}
