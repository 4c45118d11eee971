/** A scheduler that does what a test says, with real workers over a network in memory. */

import {
  clientHears,
  type FromWorker,
  schedulerHears,
  type SchedulerToWorker,
  type ToWorker,
  workerHears,
  type WorkerToScheduler,
} from "../../../actors/protocol/mod.ts";
import { pack, toBlob } from "../../../actors/values/mod.ts";
import { type Endpoint, MemoryNetwork, type Peer, VirtualClock } from "../../../transport/mod.ts";
import { heapArenas, Rooms, Store, Worker } from "../../../actors/worker/mod.ts";
import { taskOptions } from "../../helpers/task_options.ts";
import { FakeExecutor, type FakeFunction } from "./fake_executor.ts";

const FUNCTIONS: Readonly<Record<string, FakeFunction>> = {
  inc: { ms: 5, run: (x: number) => x + 1 },
  slow: { ms: 10_000, run: () => "slow" },
  zeros: { ms: 5, run: (n: number) => new Float64Array(n) },
  sum: { ms: 5, run: (x: Float64Array) => x.reduce((a, b) => a + b, 0) },
  fail: {
    ms: 5,
    run: () => {
      throw new RangeError("as asked");
    },
  },
  counter: {
    ms: 5,
    run: (n: number) => ({ add: (by: number) => n += by }),
  },
};

interface TaskRow {
  readonly key: string;
  readonly fn: string;
  readonly args?: readonly unknown[];
  readonly attempt?: number;
  readonly kind?: "task" | "actor";
  readonly timeout?: number | null;
  readonly quiet?: boolean;
  /** Holders of each dependency. */
  readonly holders?: Readonly<Record<string, readonly string[]>>;
}

/** A scheduler that does what the test says, and others who talk to workers directly. */
export class World implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly heard: (WorkerToScheduler & { from: string })[] = [];
  readonly workers = new Map<string, { worker: Worker; store: Store; executor: FakeExecutor }>();
  readonly peers = new Map<string, Peer>();
  scheduler: Endpoint;

  constructor(delay = 0) {
    this.network = new MemoryNetwork({ clock: this.clock, delay: { min: delay, max: delay }, random: () => 0.5 });
    this.scheduler = this.#open();
  }

  #open(): Endpoint {
    const endpoint = this.network.endpoint({ self: { role: "scheduler", name: "s", incarnation: "1" } });
    endpoint.receive((a) => {
      if (a.kind === "up") this.peers.set(a.peer.name, a.peer);
      if (a.kind !== "message") return;
      const m = schedulerHears.fromWorker.read(a.message);
      if (m.type !== "beat") this.heard.push({ ...m, from: a.peer.name });
    });
    return endpoint;
  }

  async begin(...names: string[]): Promise<this> {
    await this.scheduler.bind("memory://s");
    for (const name of names) await this.add(name);
    this.clock.advance(1);
    return this;
  }

  /** A worker; `dialFor` so many ms after its endpoint has begun to dial. */
  async add(
    name: string,
    memoryLimit = 1 << 24,
    options: { giveUpAfter?: number; scheduler?: string; dialFor?: number } = {},
  ): Promise<Worker> {
    const store = new Store({ memoryLimit, arenas: heapArenas });
    const rooms = new Rooms(store);
    const executor = new FakeExecutor(1, this.clock, FUNCTIONS);
    const endpoint = this.network.endpoint({
      self: { role: "worker", name, incarnation: "1" },
      reserve: rooms.reserve,
      limits: { chunkBytes: 4096, creditBytes: 16_384 },
    });
    const { dialFor, ...rest } = options;
    if (dialFor !== undefined) endpoint.dial("memory://s");
    const address = await endpoint.bind(`memory://${name}`);
    if (dialFor !== undefined) this.clock.advance(dialFor);
    const worker = new Worker({
      name,
      scheduler: "memory://s",
      endpoint,
      address,
      clock: this.clock,
      executor,
      store,
      rooms,
      ...rest,
    });
    this.workers.set(name, { worker, store, executor });
    return worker;
  }

  send(name: string, m: SchedulerToWorker): void {
    this.scheduler.send(this.peers.get(name)!, workerHears.fromScheduler.write(m));
  }

  run(name: string, ...rows: TaskRow[]): void {
    const blobs = rows.map((r) => pack(r.args ?? []));
    const deps = blobs.flatMap((b) => b.refs);
    const table: string[] = [];
    const index = (address: string): number =>
      table.includes(address) ? table.indexOf(address) : table.push(address) - 1;
    const holders = rows.flatMap((r, i) => blobs[i].refs.map((d) => (r.holders?.[d] ?? []).map(index)));
    const args = blobs.map(toBlob);
    const all = new Uint8Array(args.reduce((n, b) => n + b.byteLength, 0));
    let at = 0;
    for (const b of args) {
      all.set(b, at);
      at += b.byteLength;
    }
    this.send(name, {
      type: "run",
      keys: rows.map((r) => r.key),
      fns: rows.map((r) => `lib:${r.fn}`),
      fn: Uint32Array.from(rows, (_, i) => i),
      options: rows.map((r) => ({ ...taskOptions, kind: r.kind ?? "task", timeout: r.timeout ?? null })),
      option: Uint32Array.from(rows, (_, i) => i),
      argBytes: Uint32Array.from(args, (b) => b.byteLength),
      depCounts: Uint32Array.from(blobs, (b) => b.refs.length),
      deps,
      codes: [],
      workers: table,
      holderCounts: Uint32Array.from(holders, (h) => h.length),
      holders: Uint32Array.from(holders.flat()),
      nbytes: new Float64Array(deps.length).fill(100),
      attempts: Float64Array.from(rows, (r) => r.attempt ?? 1),
      priorities: new Float64Array(rows.length),
      tags: new Float64Array(rows.length),
      durations: new Float64Array(rows.length).fill(5),
      quiet: Uint32Array.from(rows.flatMap((r, i) => r.quiet === true ? [i] : [])),
      frames: [all],
    });
  }

  /** What was heard of a type since the last look. */
  take<T extends WorkerToScheduler["type"]>(type: T): Extract<WorkerToScheduler, { type: T }>[] {
    const found = this.heard.filter((m) => m.type === type);
    for (const m of found) this.heard.splice(this.heard.indexOf(m), 1);
    return found as never;
  }

  validate(): void {
    for (const { worker } of this.workers.values()) worker.validate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.validate();
    const ends = [...this.workers.values()].map(({ worker }) => worker.close());
    this.clock.advance(5000);
    await Promise.all(ends);
    const end = this.scheduler.end();
    this.clock.advance(5000);
    await end;
  }
}

/** Somebody who talks to one worker directly. */
export class Caller {
  readonly heard: FromWorker[] = [];
  readonly endpoint: Endpoint;
  peer: Peer | undefined;

  constructor(readonly world: World, name: string, address: string) {
    this.endpoint = world.network.endpoint({
      self: { role: "client", name, incarnation: "1" },
      limits: { chunkBytes: 4096, creditBytes: 16_384 },
    });
    this.endpoint.receive((a) => {
      if (a.kind === "up") this.peer = a.peer;
      if (a.kind === "message") this.heard.push(clientHears.fromWorker.read(a.message));
    });
    this.endpoint.dial(address);
    world.clock.advance(1);
  }

  say(m: ToWorker): void {
    this.endpoint.send(this.peer!, workerHears.fromAnyone.write(m));
  }

  async ask(m: ToWorker): Promise<FromWorker[]> {
    this.say(m);
    this.world.clock.advance(20);
    // What was proved by a hash is answered after a promise.
    await Promise.resolve();
    await Promise.resolve();
    this.world.clock.advance(20);
    return this.heard.splice(0);
  }

  async end(): Promise<void> {
    const end = this.endpoint.end();
    this.world.clock.advance(5000);
    await end;
  }
}

/** A card of scattered data. */
export function card(id: string, nbytes: number) {
  return { id, nbytes, about: null, workers: [], copies: 1 };
}
