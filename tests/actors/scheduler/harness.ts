/**
 * A test bench for the scheduler's machine: clients and workers whose every message the test says, and the machine's answers,
 * sorted by who they are for. The machine checks itself after every event.
 */

import assert from "node:assert/strict";
import type {
  ClientToScheduler,
  MessageOf,
  SchedulerToClient,
  schedulerToClient,
  SchedulerToWorker,
  schedulerToWorker,
  WorkerToScheduler,
} from "../../../actors/protocol/mod.ts";
import { clientToScheduler, codec, workerToScheduler } from "../../../actors/protocol/mod.ts";
import { type SchedulerEvent, type SchedulerOptions, SchedulerState } from "../../../actors/scheduler/mod.ts";

import { type Card, columns, type Row } from "./rows.ts";

export { type Card, card, columns, type Row } from "./rows.ts";

const clientCodec = codec(clientToScheduler);
const workerCodec = codec(workerToScheduler);
const none: Uint8Array[] = [];

type Joining = Partial<{
  threads: number;
  memoryLimit: number;
  resources: Record<string, number>;
  held: string[];
  pinned: Card[];
  tasks: [string, number][];
  actors: string[];
  codes: string[];
}>;

/** One who speaks with the scheduler. */
class End {
  peer: string | null = null;
  constructor(readonly bench: Bench, readonly role: "client" | "worker", readonly name: string, public life: string) {}

  up(): void {
    this.peer = `p${this.bench.peers++}`;
    this.bench.ends.set(this.peer, this as unknown as FakeClient | FakeWorker);
    this.bench.event({ type: `${this.role}Up`, now: 0, peer: this.peer, name: this.name, incarnation: this.life });
  }

  /** The session is cut. */
  down(): void {
    const peer = this.peer!;
    this.peer = null;
    this.bench.ends.delete(peer);
    this.bench.event({ type: `${this.role}Down`, now: 0, peer, reason: "cut" });
  }
}

export class FakeClient extends End {
  heard: SchedulerToClient[] = [];

  say(m: ClientToScheduler): void {
    const message = clientCodec.read(clientCodec.write(m));
    this.bench.event({ type: "clientMessage", now: 0, peer: this.peer!, message });
  }

  resume(wants: string[] = [], rows: Row[] = [], scattered: Card[] = [], workers: string[] = []): void {
    if (this.peer === null) this.up();
    this.say({ type: "resume", ...columns(rows), wants, scattered, workers });
  }

  submit(...rows: Row[]): void {
    this.say({ type: "submit", ...columns(rows) });
  }
  want(...keys: string[]): void {
    this.say({ type: "want", keys, frames: none });
  }
  release(...keys: string[]): void {
    this.say({ type: "release", keys, frames: none });
  }
  cancel(keys: string[], force = false): void {
    this.say({ type: "cancel", keys, force, frames: none });
  }
  scattered(...items: Card[]): void {
    this.say({ type: "scattered", items, frames: none });
  }
  ask(what: string, args: never = null as never): unknown {
    this.say({ type: "ask", n: 77, what, args, frames: none });
    const a = this.take("answer").find((m) => m.n === 77)!;
    assert.ok(a.ok, String(a.value));
    return a.value;
  }

  /** All messages of a type that were heard and not taken yet. */
  take<T extends SchedulerToClient["type"]>(type: T): MessageOf<typeof schedulerToClient, T>[] {
    const found = this.heard.filter((m) => m.type === type);
    this.heard = this.heard.filter((m) => m.type !== type);
    return found as unknown as MessageOf<typeof schedulerToClient, T>[];
  }
  done(): string[] {
    return this.take("done").flatMap((m) => [...m.keys]);
  }
  failed(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const m of this.take("failed")) {
      m.keys.forEach((k, i) => out[k] = `${m.blamed[i]}: ${new TextDecoder().decode(m.frames[i])}`);
    }
    return out;
  }
  gone(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const m of this.take("gone")) for (const k of m.keys) out[k] = m.cause;
    return out;
  }
}

export interface Given {
  key: string;
  attempt: number;
  tag: number;
  fn: string;
  args: Uint8Array;
  deps: Record<string, string[]>;
}

export class FakeWorker extends End {
  heard: SchedulerToWorker[] = [];
  /** Tasks it has been given and has not ended. */
  tasks = new Map<string, Given>();

  say(m: WorkerToScheduler): void {
    const message = workerCodec.read(workerCodec.write(m));
    this.bench.event({ type: "workerMessage", now: 0, peer: this.peer!, message });
  }

  join(j: Joining = {}): this {
    if (this.peer === null) this.up();
    const held = j.held ?? [], tasks = j.tasks ?? [];
    this.say({
      type: "join",
      address: `tcp://${this.name}`,
      threads: j.threads ?? 1,
      memoryLimit: j.memoryLimit ?? 1e9,
      process: null,
      resources: j.resources ?? {},
      host: "h",
      pid: 1,
      before: "",
      held,
      heldBytes: Float64Array.from(held, () => 8),
      pinned: j.pinned ?? [],
      tasks: tasks.map(([k]) => k),
      attempts: Float64Array.from(tasks, ([, a]) => a),
      actors: j.actors ?? [],
      codes: j.codes ?? [],
      frames: none,
    });
    return this;
  }

  /** Heard by the bench. */
  hear(m: SchedulerToWorker): void {
    this.heard.push(m);
    if (m.type === "run") {
      let at = 0, depAt = 0, holderAt = 0;
      m.keys.forEach((key, i) => {
        const deps: Record<string, string[]> = {};
        for (let d = 0; d < m.depCounts[i]; d++, depAt++) {
          const n = m.holderCounts[depAt];
          deps[m.deps[depAt]] = Array.from(m.holders.subarray(holderAt, holderAt + n), (h) => m.workers[h]);
          holderAt += n;
        }
        const args = m.frames[0].subarray(at, at += m.argBytes[i]);
        assert.ok(!this.tasks.has(key), `${this.name} was given ${key} twice`);
        this.tasks.set(key, { key, attempt: m.attempts[i], tag: m.tags[i], fn: m.fns[m.fn[i]], args, deps });
      });
    } else if (m.type === "fetch" && m.holders.length === 0) {
      // The question whether it has them.
      this.heard.pop();
      const keys = m.keys.filter((k) => this.bench.state.books.tasks.get(k)!.holders !== null);
      this.has(keys, 1000);
      const others = m.keys.filter((k) => !keys.includes(k));
      this.say({ type: "fetchFailed", keys: others, reason: "nobody holds it", frames: none });
    } else if (m.type === "cancel") {
      m.keys.forEach((key, i) => {
        if (this.tasks.get(key)?.attempt === m.attempts[i]) this.tasks.delete(key);
      });
    }
  }

  take<T extends SchedulerToWorker["type"]>(type: T): MessageOf<typeof schedulerToWorker, T>[] {
    const found = this.heard.filter((m) => m.type === type);
    this.heard = this.heard.filter((m) => m.type !== type);
    return found as unknown as MessageOf<typeof schedulerToWorker, T>[];
  }
  dropped(): string[] {
    return this.take("drop").flatMap((m) => [...m.keys]);
  }
  cancelled(): string[] {
    return this.take("cancel").flatMap((m) => [...m.keys]);
  }

  #pick(keys: string[]): Given[] {
    return keys.map((k) => {
      const g = this.tasks.get(k);
      assert.ok(g, `${this.name} has not been given ${k}, but ${[...this.tasks.keys()]}`);
      this.tasks.delete(k);
      return g;
    });
  }

  finish(keys: string[], nbytes = 8, spent = 1, inline = false): void {
    const g = this.#pick(keys);
    this.say({
      type: "finished",
      keys,
      attempts: Float64Array.from(g, (g) => g.attempt),
      nbytes: Float64Array.from(g, () => nbytes),
      spent: Float64Array.from(g, () => spent),
      inline: Uint32Array.from(g, () => inline ? nbytes + 1 : 0),
      frames: [inline ? new Uint8Array(nbytes * g.length).map((_, i) => i) : new Uint8Array(0)],
    });
  }
  fail(key: string, error = "boom"): void {
    const [g] = this.#pick([key]);
    this.say({
      type: "failed",
      keys: [key],
      attempts: Float64Array.of(g.attempt),
      frames: [new TextEncoder().encode(error)],
    });
  }
  missing(key: string, deps: string[], tried: string[]): void {
    this.say({ type: "missing", key, attempt: this.tasks.get(key)!.attempt, deps, tried, frames: none });
  }
  has(keys: string[], nbytes = 8): void {
    this.say({ type: "has", keys, nbytes: Float64Array.from(keys, () => nbytes), frames: none });
  }
  give(keys: string[]): void {
    const g = this.#pick(keys);
    this.say({ type: "given", keys, attempts: Float64Array.from(g, (g) => g.attempt), frames: none });
  }
  suspend(key: string, resumed = false): void {
    const attempts = Float64Array.of(this.tasks.get(key)!.attempt);
    this.say({ type: "suspended", keys: [key], attempts, resumed, frames: none });
  }
  beat(paused: boolean, managed = 0): void {
    this.say({ type: "beat", cpu: 0, rss: 0, managed, spilled: 0, ready: 0, executing: 0, paused, frames: none });
  }
  actorUp(key: string): void {
    const [g] = this.#pick([key]);
    this.say({ type: "actorUp", key, attempt: g.attempt, frames: none });
  }

  /** The process dies: its session is lost, and it comes again as another. */
  die(): void {
    this.down();
    this.tasks.clear();
    this.life += "'";
  }
}

export class Bench {
  peers = 0;
  now = 0;
  wakeAt = Infinity;
  readonly ends = new Map<string, FakeClient | FakeWorker>();
  readonly closed: string[] = [];
  state: SchedulerState;
  /** Whether answers are handed over after each event; else by `flush`. */
  eager = true;

  constructor(readonly options: Partial<SchedulerOptions> = {}) {
    this.state = this.#fresh("s1");
  }

  #fresh(incarnation: string): SchedulerState {
    return new SchedulerState({
      incarnation,
      now: this.now,
      packError: (e) => new TextEncoder().encode(`${e.name}: ${e.message}`),
      ...this.options,
    });
  }

  /** The scheduler dies and is started again: everybody's session is cut. */
  reborn(): void {
    for (const end of this.ends.values()) end.peer = null;
    this.ends.clear();
    this.wakeAt = Infinity;
    this.state = this.#fresh("s2");
  }

  event(e: SchedulerEvent): void {
    this.state.handle({ ...e, now: this.now } as SchedulerEvent);
    this.state.validate();
    if (this.eager) this.flush();
  }

  flush(): void {
    for (const i of this.state.flush()) {
      if (i.type === "wakeAt") this.wakeAt = i.at;
      else if (i.type === "closePeer") {
        this.closed.push(i.reason);
        const end = this.ends.get(i.peer);
        if (end !== undefined && end.peer === i.peer) end.peer = null;
        this.ends.delete(i.peer);
      } else {
        const end = this.ends.get(i.peer)!;
        assert.ok(end, `a message for ${i.peer}, which is down`);
        if (i.type === "toWorker") (end as FakeWorker).hear(i.message);
        else (end as FakeClient).heard.push(i.message);
      }
    }
    this.state.validate();
  }

  /** Lets time pass, with a tick whenever the machine asked for one. */
  pass(ms: number): void {
    const until = this.now + ms;
    while (this.wakeAt <= until) {
      this.now = this.wakeAt;
      this.wakeAt = Infinity;
      this.event({ type: "tick", now: this.now });
    }
    this.now = until;
  }

  client(name = "c1"): FakeClient {
    const c = new FakeClient(this, "client", name, `${name}-1`);
    c.resume();
    return c;
  }

  worker(name: string, joining: Joining = {}): FakeWorker {
    return new FakeWorker(this, "worker", name, `${name}-1`).join(joining);
  }

  /** The state of each task in the tables. */
  tasks(): Record<string, string> {
    const names = ["released", "waiting", "queued", "processing", "memory", "failed", "absent", "forgotten"];
    return Object.fromEntries([...this.state.books.tasks.values()].map((t) => [t.key, names[t.state]]));
  }
}
