/**
 * A simulated process: what runs in it stops with its death, and stands still while it is frozen.
 *
 * @module
 */

import type {
  Arrival,
  Clock,
  Endpoint,
  Introduction,
  MemoryNetwork,
  Message,
  Peer,
  Reserve,
  Timer,
  TransportStats,
  VirtualClock,
} from "../../transport/mod.ts";

import {
  clientToScheduler,
  fromWorker,
  schedulerToClient,
  schedulerToWorker,
  toWorker,
  workerToScheduler,
} from "../../actors/protocol/mod.ts";

/** What processes live in. */
export interface Ground {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  /** Enters something into the journal. */
  note(who: string, what: string, detail?: unknown): void;
  /** Called after every turn of a process. */
  turned(process: SimProcess): void;
  /** Called before an endpoint of a process is made. */
  opens(process: SimProcess, name: string): void;
  /** Called with whatever was thrown in a process. */
  threw(process: SimProcess, error: unknown): void;
}

/** Names of all message types by code. */
const TYPES = new Map<number, string>();
for (
  const vocabulary of [clientToScheduler, schedulerToClient, workerToScheduler, schedulerToWorker, toWorker, fromWorker]
) {
  for (const [name, { code }] of Object.entries(vocabulary)) TYPES.set(code, name);
}

/** Messages above this travel in chunks, so that there are some. */
const CHUNK_BYTES = 16_384;

/** One life of a process. */
export class SimProcess {
  /** Time as this process sees it: no timer of a dead process runs. */
  readonly clock: Clock;
  #alive = true;
  #frozen = false;
  #thawing = false;
  #held: (() => void)[] = [];
  readonly #endpoints: Endpoint[] = [];

  /**
   * @param ground Where it lives.
   * @param name Who it is; cuts go by it.
   * @param incarnation Which of its lives this is.
   */
  constructor(readonly ground: Ground, readonly name: string, readonly incarnation: string) {
    const { clock } = ground;
    this.clock = {
      now: () => clock.now(),
      after: (ms: number, run: () => void): Timer => {
        // A timer that was called off while its process stood still must not run after the thaw.
        let off = false;
        const timer = clock.after(ms, () => this.run(() => off || run()));
        return {
          cancel() {
            off = true;
            timer.cancel();
          },
        };
      },
      soon: (run: () => void) => clock.soon(() => this.run(run)),
    };
  }

  /** Whether it is there. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it stands still. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Runs a turn of it: now, after the thaw, or not at all. */
  run(turn: () => void): void {
    if (!this.#alive) return;
    // What comes while it catches up has its turn after what came before.
    if (this.#frozen || this.#thawing) this.#held.push(turn);
    else this.#turn(turn);
  }

  #turn(turn: () => void): void {
    try {
      turn();
    } catch (error) {
      this.ground.threw(this, error);
    }
    this.ground.turned(this);
  }

  /** An endpoint of this process. */
  endpoint(role: Introduction["role"], reserve?: Reserve, name: string = this.name): Endpoint {
    this.ground.opens(this, name);
    const inner = this.ground.network.endpoint({
      self: { role, name, incarnation: this.incarnation },
      limits: { chunkBytes: CHUNK_BYTES, creditBytes: 4 * CHUNK_BYTES },
      reserve,
    });
    const endpoint = new ProcessEndpoint(this, inner);
    this.#endpoints.push(inner);
    return endpoint;
  }

  /** Ends it as `kill -9` does. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#held = [];
    for (const e of this.#endpoints) this.ground.network.crash(e);
  }

  /** Lets it stand still; what comes for it is kept. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Lets it go on. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#thawing = true;
    for (let turn = this.#held.shift(); turn !== undefined && this.#alive; turn = this.#held.shift()) this.#turn(turn);
    this.#thawing = false;
  }
}

class ProcessEndpoint implements Endpoint {
  readonly #process: SimProcess;
  readonly #inner: Endpoint;

  constructor(process: SimProcess, inner: Endpoint) {
    this.#process = process;
    this.#inner = inner;
  }

  get self(): Introduction {
    return this.#inner.self;
  }

  get stats(): Readonly<TransportStats> {
    return this.#inner.stats;
  }

  async bind(address: string): Promise<string> {
    return await this.#inner.bind(address);
  }

  dial(address: string): void {
    if (this.#process.alive) this.#inner.dial(address);
  }

  hangUp(address: string): void {
    if (this.#process.alive) this.#inner.hangUp(address);
  }

  close(peer: Peer, reason?: string): void {
    if (this.#process.alive) this.#inner.close(peer, reason);
  }

  send(peer: Peer, message: Message): void {
    if (this.#process.alive) this.#inner.send(peer, message);
  }

  receive(sink: (arrival: Arrival) => void): void {
    this.#inner.receive((arrival) =>
      this.#process.run(() => {
        this.#note(arrival);
        sink(arrival);
      })
    );
  }

  #note(a: Arrival): void {
    const { ground } = this.#process;
    const { name } = this.#inner.self;
    if (a.kind === "refused") return ground.note(name, `is refused by ${a.address}`, a.reason);
    if (a.kind !== "message") {
      return ground.note(name, `${a.kind}: ${a.peer.name}`, a.kind === "down" ? a.reason : undefined);
    }
    const header = a.message.header as readonly unknown[];
    const type = TYPES.get(header[0] as number) ?? "?";
    ground.note(name, `<- ${a.peer.name}: ${type}`, header.slice(1));
  }

  arrivals(): AsyncIterableIterator<Arrival> {
    throw new TypeError("simulated processes take their arrivals by receive()");
  }

  async end(ms?: number): Promise<void> {
    if (this.#process.alive) await this.#inner.end(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
