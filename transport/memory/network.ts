/**
 * A network inside one process: for simulations, where a seed draws delays, and for clusters of threads, where there are none.
 *
 * @module
 */

import type { Address } from "../address.ts";
import { type Clock, realClock } from "../clock.ts";
import type { Driver, DriverEvents } from "../driver.ts";
import { AddressError, BindError } from "../errors.ts";
import type { Endpoint, Introduction, Limits, Reserve } from "../port.ts";
import { SessionEndpoint } from "../session.ts";
import { Wire } from "./wire.ts";

/** Pauses between attempts to reach an address where nobody listens: the first, and the longest. */
const FIRST_RETRY_MS = 2;
const LONGEST_RETRY_MS = 1000;

/** How a {@link MemoryNetwork} behaves. */
export interface MemoryNetworkOptions {
  /** Its time. The machine's own where none is given. */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, from which delays are drawn. Needed when there are delays. */
  readonly random?: () => number;
  /** Bounds in milliseconds of the time that a message takes, drawn for each one alone. Default: no delay. */
  readonly delay?: { readonly min: number; readonly max: number };
}

/** What an endpoint in a {@link MemoryNetwork} is made of. */
export interface MemoryEndpointOptions {
  /** How it introduces itself. Cuts go by its name. */
  readonly self: Introduction;
  /** What differs from the default limits. */
  readonly limits?: Partial<Limits>;
  /** Where large messages are received. */
  readonly reserve?: Reserve;
  /** For tests: the version it claims to speak. */
  readonly version?: number;
}

/**
 * A network of endpoints in this process. Messages of one session keep their order; between sessions each takes the time that is
 * drawn for it. With a virtual clock and a seeded `random`, all of it runs the same way every time.
 *
 * @example
 * ```ts
 * import { MemoryNetwork, VirtualClock } from "@troupe/troupe/transport";
 * const clock = new VirtualClock();
 * const network = new MemoryNetwork({ clock, random: () => 0.5, delay: { min: 0.1, max: 2 } });
 * const server = network.endpoint({ self: { role: "scheduler", name: "s", incarnation: "1" } });
 * const client = network.endpoint({ self: { role: "client", name: "c", incarnation: "1" } });
 * server.receive((arrival) => console.log(clock.now(), arrival.kind));
 * await server.bind("memory://s");
 * client.dial("memory://s");
 * clock.advance(10); // prints the time, and: up
 * ```
 */
export class MemoryNetwork {
  /** Its time. */
  readonly clock: Clock;
  readonly #random: () => number;
  readonly #delay: { readonly min: number; readonly max: number };
  readonly #places = new Map<string, MemoryDriver>();
  readonly #cuts = new Set<string>();
  readonly #holds = new Set<string>();
  readonly #drivers = new Map<Endpoint, MemoryDriver>();
  #connections = 0;
  #free = 0;
  #keepingAlive = 0;
  #alive: ReturnType<typeof setInterval> | undefined;

  /**
   * Makes a network with nobody in it.
   *
   * @param options How it behaves.
   * @throws {RangeError} when delays are negative, or the least is more than the most.
   * @throws {TypeError} when there are delays, but no `random`.
   */
  constructor(options: MemoryNetworkOptions = {}) {
    this.clock = options.clock ?? realClock;
    this.#delay = options.delay ?? { min: 0, max: 0 };
    if (!(this.#delay.min >= 0 && this.#delay.max >= this.#delay.min)) {
      throw new RangeError("delay: expected 0 <= min <= max");
    }
    if (this.#delay.max > 0 && options.random === undefined) throw new TypeError("a network with delays needs random");
    this.#random = options.random ?? (() => 0);
  }

  /**
   * Makes an endpoint.
   *
   * @param options What it is made of.
   * @returns It; it binds and dials `memory://name` addresses of this network.
   */
  endpoint(options: MemoryEndpointOptions): SessionEndpoint {
    const driver = new MemoryDriver(this, options.self.name);
    const endpoint = new SessionEndpoint({ ...options, driver, clock: this.clock });
    this.#drivers.set(endpoint, driver);
    return endpoint;
  }

  /**
   * Cuts what connects two names, and keeps it cut until it is healed. What is under way between them is lost, and each side
   * learns of it after a delay of its own.
   *
   * @param a Name of an endpoint, now or to come.
   * @param b Name of another.
   */
  cut(a: string, b: string): void {
    this.#cuts.add(pair(a, b));
    for (const driver of [...this.#drivers.values()]) {
      if (driver.name === a || driver.name === b) driver.breakWires((other) => pair(driver.name, other) === pair(a, b));
    }
  }

  /**
   * Lets two names reach each other again.
   *
   * @param a Name of an endpoint.
   * @param b Name of another.
   */
  heal(a: string, b: string): void {
    this.#cuts.delete(pair(a, b));
  }

  /** Heals all cuts, and lets everything flow. */
  healAll(): void {
    this.#cuts.clear();
    for (const id of [...this.#holds]) {
      const [from, to] = JSON.parse(id) as [string, string];
      this.flow(from, to);
    }
  }

  /**
   * Lets nothing through in one direction: what `from` sends to `to` waits, while the other direction goes on. Connections stay, and no
   * new ones come to be. Nobody is told; a caller that wants heartbeats to notice {@link MemoryNetwork.cut cuts} after a while.
   *
   * @param from Name of an endpoint, now or to come.
   * @param to Name of another.
   */
  hold(from: string, to: string): void {
    this.#holds.add(JSON.stringify([from, to]));
    for (const driver of this.#drivers.values()) if (driver.name === to) driver.hold(from, true);
  }

  /**
   * Lets through what was held, and what comes after.
   *
   * @param from Name of an endpoint.
   * @param to Name of another.
   */
  flow(from: string, to: string): void {
    if (!this.#holds.delete(JSON.stringify([from, to]))) return;
    for (const driver of [...this.#drivers.values()]) if (driver.name === to) driver.hold(from, false);
  }

  /**
   * Kills an endpoint as `kill -9` kills a process: it says and hears nothing more, what it had under way is lost, its addresses
   * are free, and its peers learn of it after a delay.
   *
   * @param endpoint One of this network.
   */
  crash(endpoint: Endpoint): void {
    const driver = this.#drivers.get(endpoint);
    if (driver === undefined) return;
    (endpoint as SessionEndpoint).abandon();
    driver.die();
  }

  /** @internal */
  isCut(a: string, b: string): boolean {
    return this.#cuts.has(pair(a, b)) || this.#holds.has(JSON.stringify([a, b])) ||
      this.#holds.has(JSON.stringify([b, a]));
  }

  /** @internal Milliseconds for one message. */
  draw(): number {
    const { min, max } = this.#delay;
    return max === 0 ? 0 : min + (max - min) * this.#random();
  }

  /** @internal */
  newConnection(): number {
    return ++this.#connections;
  }

  /** @internal */
  place(name: string): MemoryDriver | undefined {
    return this.#places.get(name);
  }

  /** @internal */
  occupy(address: Address & { scheme: "memory" }, driver: MemoryDriver): string {
    const name = address.name === "*" ? `free-${++this.#free}` : address.name;
    if (this.#places.has(name)) {
      throw new BindError(address.text, "EADDRINUSE", "another endpoint listens there already");
    }
    this.#places.set(name, driver);
    return name;
  }

  /** @internal */
  vacate(driver: MemoryDriver): void {
    for (const [name, owner] of this.#places) if (owner === driver) this.#places.delete(name);
    for (const [endpoint, owner] of this.#drivers) if (owner === driver) this.#drivers.delete(endpoint);
  }

  /** @internal Counts endpoints that keep the process alive. Nothing else does: there is no socket to wait for. */
  keepAlive(change: 1 | -1): void {
    this.#keepingAlive += change;
    if (this.clock !== realClock) return;
    if (this.#keepingAlive > 0) this.#alive ??= setInterval(() => {}, 2 ** 30);
    else if (this.#alive !== undefined) {
      clearInterval(this.#alive);
      this.#alive = undefined;
    }
  }
}

function pair(a: string, b: string): string {
  return a < b ? JSON.stringify([a, b]) : JSON.stringify([b, a]);
}

/** The driver of one endpoint in a network. */
class MemoryDriver implements Driver {
  readonly name: string;
  readonly #network: MemoryNetwork;
  #events: DriverEvents | undefined;
  readonly #wires = new Map<number, Wire>();
  readonly #trying = new Set<number>();
  #keptAlive = false;

  constructor(network: MemoryNetwork, name: string) {
    this.#network = network;
    this.name = name;
  }

  start(events: DriverEvents): void {
    this.#events = events;
    this.keepAlive(true);
  }

  // deno-lint-ignore require-await -- a refusal must come as a rejection
  async bind(address: Address): Promise<string> {
    return `memory://${this.#network.occupy(this.#mine(address), this)}`;
  }

  connect(address: Address): number {
    const { name } = this.#mine(address);
    const connection = this.#network.newConnection();
    this.#trying.add(connection);
    this.#network.clock.after(this.#network.draw(), () => this.#attempt(connection, name, FIRST_RETRY_MS));
    return connection;
  }

  send(connection: number, head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): boolean {
    const wire = this.#wires.get(connection);
    if (wire === undefined) return false;
    wire.send(head, parts, lent);
    return true;
  }

  close(connection: number): void {
    this.#trying.delete(connection);
    const wire = this.#wires.get(connection);
    if (wire === undefined || !wire.dialled) return;
    this.#wires.delete(connection);
    wire.finish();
  }

  end(): Promise<void> {
    this.#trying.clear();
    for (const wire of this.#wires.values()) wire.finish();
    this.#wires.clear();
    this.keepAlive(false);
    this.#network.vacate(this);
    return Promise.resolve();
  }

  keepAlive(on: boolean): void {
    if (on === this.#keptAlive) return;
    this.#keptAlive = on;
    this.#network.keepAlive(on ? 1 : -1);
  }

  die(): void {
    this.#events = undefined;
    this.breakWires(() => true);
    void this.end();
  }

  breakWires(which: (other: string) => boolean): void {
    for (const wire of [...this.#wires.values()]) if (which(wire.otherName)) wire.break();
  }

  /** Of what comes from another: its end may be gone, and what it sent last be on its way. */
  hold(other: string, on: boolean): void {
    for (const wire of [...this.#wires.values()]) {
      if (wire.otherName !== other) continue;
      if (on) wire.far.hold();
      else wire.far.flow();
    }
  }

  #mine(address: Address): Address & { scheme: "memory" } {
    if (address.scheme !== "memory") {
      throw new AddressError(address.text, "this endpoint lives in memory; expected memory://name");
    }
    return address;
  }

  #attempt(connection: number, name: string, pause: number): void {
    if (!this.#trying.has(connection)) return;
    const other = this.#network.place(name);
    if (other === undefined || this.#network.isCut(this.name, other.name)) {
      this.#network.clock.after(pause, () => this.#attempt(connection, name, Math.min(LONGEST_RETRY_MS, pause * 2)));
      return;
    }
    this.#trying.delete(connection);
    const network = this.#network;
    const theirs = network.newConnection();
    const [near, far] = Wire.pair(
      { clock: network.clock, draw: () => network.draw() },
      this.#end(connection, other.name, true),
      other.#end(theirs, this.name, false),
    );
    this.#wires.set(connection, near);
    other.#wires.set(theirs, far);
    other.#events?.opened(theirs);
    this.#events?.opened(connection);
  }

  #end(connection: number, otherName: string, dialled: boolean): ConstructorParameters<typeof Wire>[1] {
    return {
      otherName,
      dialled,
      received: (head, parts) => this.#events?.received(connection, head, parts),
      closed: (reason) => {
        if (this.#wires.delete(connection)) this.#events?.closed(connection, reason);
      },
    };
  }
}
