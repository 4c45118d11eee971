import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../../actors/core/mod.ts";
import { type TaskSpec, type WorkerEvent, type WorkerInstruction, WorkerMachine } from "../../../actors/worker/mod.ts";

type Plain = WorkerEvent extends infer E ? E extends WorkerEvent ? Omit<E, "now"> : never : never;
type Start = Extract<WorkerInstruction, { do: "start" }>;

/** A scheduler, peers and an executor that draw what they do, around one machine that is validated after every event. */
class World {
  readonly random: Random;
  readonly machine: WorkerMachine;
  now = 0;
  keys = 0;
  attempts = 0;
  connected = true;
  ended = false;
  readonly queue: Start[] = [];
  readonly running = new Map<number, { start: Start; suspended: boolean; stopped: boolean }>();
  readonly gets: { key: string; from: string }[] = [];
  readonly store = new Set<string>();
  readonly given = new Map<string, number>();
  readonly actors = new Set<string>();
  finished = 0;

  constructor(readonly seed: number) {
    this.random = seededRandom(seed);
    this.machine = new WorkerMachine({ name: "w", threads: 1 + this.below(3), memoryLimit: 1000 });
    this.tell({ type: "connected" });
  }

  below(n: number): number {
    return Math.floor(this.random.next() * n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  tell(event: Plain): void {
    const out = this.machine.handle({ now: this.now, ...event } as WorkerEvent);
    try {
      this.machine.validate();
    } catch (e) {
      throw new Error(`seed ${this.seed}, after ${event.type}: ${(e as Error).message}`, { cause: e });
    }
    for (const i of out) this.do(i);
  }

  do(i: WorkerInstruction): void {
    switch (i.do) {
      case "start":
        for (const d of i.deps) assert(this.store.has(d), `seed ${this.seed}: ${i.key} starts without ${d}`);
        if (i.kind === "actor") this.running.set(i.ticket, { start: i, suspended: false, stopped: false });
        else this.queue.push(i);
        return;
      case "recall": {
        const tickets = this.queue.splice(0).map((s) => s.ticket);
        return this.tell({ type: "recalled", tickets });
      }
      case "stop": {
        const run = this.running.get(i.ticket);
        if (run !== undefined) run.stopped = true;
        else {
          const at = this.queue.findIndex((s) => s.ticket === i.ticket);
          const [start] = this.queue.splice(at, 1);
          this.running.set(i.ticket, { start, suspended: false, stopped: true });
        }
        return;
      }
      case "get":
        this.gets.push({ key: i.key, from: i.from });
        return;
      case "forget":
        assert(this.store.delete(i.key), `seed ${this.seed}: ${i.key} was not there to be forgotten`);
        for (const { start } of this.running.values()) {
          assert(!start.deps.includes(i.key), `seed ${this.seed}: ${i.key} is forgotten while ${start.key} reads it`);
        }
        return;
      case "finished":
        assert(this.store.has(i.key), `seed ${this.seed}: ${i.key} finished without a value`);
        this.finished++;
        this.given.delete(i.key);
        return;
      case "failed":
        this.given.delete(i.key);
        return;
      case "given":
        for (const t of i.tasks) this.given.delete(t.key);
        return;
      case "end":
        this.ended = true;
    }
  }

  spec(): TaskSpec {
    const known = [...this.store, ...Array.from({ length: 3 }, () => `x${this.below(12)}`)];
    const again = this.given.size > 0 && this.random.next() < 0.1;
    const key = again ? this.pick([...this.given.keys()]) : `k${this.keys++}`;
    const deps = Array.from({ length: this.below(4) }, () => this.pick(known)).filter((d) => d !== key);
    const attempt = this.attempts++;
    this.given.set(key, attempt);
    return {
      key,
      attempt,
      fn: `lib:f${this.below(3)}`,
      kind: !again && this.random.next() < 0.08 ? "actor" : "task",
      args: new Uint8Array(0),
      deps,
      priority: this.below(3),
      tag: this.below(100),
      duration: this.random.next() < 0.5 ? 0.02 : 5,
      timeout: this.random.next() < 0.15 ? 1 + this.below(30) : null,
    };
  }

  holders(keys: readonly string[]): { key: string; holders: string[]; nbytes: number }[] {
    return keys.map((key) => ({
      key,
      holders: [...new Set(Array.from({ length: this.below(3) }, () => `w${this.below(4)}`))],
      nbytes: this.below(50),
    }));
  }

  /** The executor takes the next tasks. */
  begin(): void {
    while (this.queue.length > 0 && this.random.next() < 0.7) {
      const start = this.queue.shift()!;
      this.running.set(start.ticket, { start, suspended: false, stopped: false });
    }
  }

  outcome(): void {
    if (this.running.size === 0) return;
    const [ticket, run] = this.pick([...this.running]);
    if (run.stopped) {
      this.running.delete(ticket);
      return this.tell({ type: "ended", ticket });
    }
    const dice = this.random.next();
    if (run.suspended || (dice < 0.2 && run.start.kind === "task")) {
      run.suspended = !run.suspended;
      return this.tell({ type: run.suspended ? "suspended" : "resumed", ticket });
    }
    this.running.delete(ticket);
    const spent = run.start.fn === "lib:f0" ? 0.01 : 3;
    if (dice < 0.35) return this.tell({ type: "threw", ticket, error: new Uint8Array(1), spent });
    this.store.add(run.start.key);
    if (run.start.kind === "actor") this.actors.add(run.start.key);
    const nbytes = this.below(50);
    if (this.below(2) === 0) this.tell({ type: "finished", ticket, nbytes, spent });
    else this.tell({ type: "returned", tickets: [ticket], nbytes: [nbytes], spent: [spent] });
  }

  answer(): void {
    if (this.gets.length === 0) return;
    const [{ key, from }] = this.gets.splice(this.below(this.gets.length), 1);
    const dice = this.random.next();
    const wanted = this.machine.value(key)?.state === "fetching";
    if (dice < 0.6) {
      if (wanted) {
        this.store.add(key);
        this.tell({ type: "received", key, from, nbytes: this.below(50) });
      }
    } else if (dice < 0.9) this.tell({ type: "unavailable", key, from, reason: "gone" });
    else this.tell({ type: "noRoom", key, from, error: new Uint8Array(1) });
  }

  scheduler(): void {
    const held = [...this.store];
    switch (this.below(9)) {
      case 0:
      case 1:
      case 2: {
        const tasks = Array.from({ length: 1 + this.below(4) }, () => this.spec());
        return this.tell({ type: "run", tasks, holders: this.holders(tasks.flatMap((t) => t.deps)) });
      }
      case 3:
        if (held.length > 0) this.tell({ type: "drop", keys: [this.pick(held)] });
        return;
      case 4: {
        const [key, attempt] = this.pick([...this.given, ["none", 0] as const]);
        this.given.delete(key);
        return this.tell({ type: "cancel", tasks: [{ key, attempt }] });
      }
      case 5:
        return this.tell({
          type: "steal",
          tasks: [...this.given].slice(0, this.below(4)).map(([key, attempt]) => ({ key, attempt })),
        });
      case 6:
        return this.tell({
          type: "fetch",
          values: this.holders([`x${this.below(12)}`]).map((h) => ({
            ...h,
            about: this.random.next() < 0.5
              ? null
              : { id: h.key, nbytes: h.nbytes, about: null, workers: [], copies: 1 },
          })),
        });
      case 7:
        return this.tell({ type: "holders", values: this.holders([`x${this.below(12)}`]) });
      case 8: {
        const id = `p${this.keys++}`;
        this.store.add(id);
        return this.tell({ type: "pinned", card: { id, nbytes: 10, about: null, workers: [], copies: 1 } });
      }
    }
  }

  step(): void {
    this.now += this.random.next() * 3;
    const dice = this.random.next();
    this.begin();
    if (dice < 0.35 && this.connected) this.scheduler();
    else if (dice < 0.65) this.outcome();
    else if (dice < 0.85) this.answer();
    else if (dice < 0.93) this.tell({ type: "wake" });
    else if (dice < 0.95) this.tell({ type: "memory", managed: this.below(1100) });
    else if (dice < 0.97 && this.actors.size > 0) {
      const key = this.pick([...this.actors]);
      this.actors.delete(key);
      this.tell({ type: "actorDown", key, reason: "drawn" });
    } else {
      this.connected = !this.connected;
      this.tell({ type: this.connected ? "connected" : "disconnected" });
      if (this.connected) {
        this.tell({ type: "welcome", drop: [...this.store].slice(0, 1), cancel: [...this.given.keys()].slice(0, 1) });
      }
    }
  }

  /** All comes to rest: the executor finishes, every fetch is answered, the scheduler lets go of everything. */
  rest(): void {
    if (!this.connected) {
      this.connected = true;
      this.tell({ type: "connected" });
    }
    this.tell({ type: "memory", managed: 0 });
    const keys = [...this.machine.tasks.keys()];
    this.tell({ type: "welcome", drop: [], cancel: keys });
    for (const key of this.actors) this.tell({ type: "actorDown", key, reason: "the end" });
    for (let i = 0; i < 5000 && (this.running.size > 0 || this.queue.length > 0 || this.gets.length > 0); i++) {
      this.begin();
      this.outcome();
      this.answer();
    }
    for (let d = [...this.store]; d.length > 0; d = []) this.tell({ type: "drop", keys: d });
    for (const key of Array.from({ length: 12 }, (_, i) => `x${i}`)) this.tell({ type: "drop", keys: [key] });
    const where = `seed ${this.seed}`;
    assert.equal(this.machine.tasks.size, 0, where);
    assert.equal(this.machine.executing, 0, where);
    assert.equal(this.machine.ready, 0, where);
    assert.deepEqual([...this.store], [], `${where}: values nobody needs are still held`);
  }
}

Deno.test("WorkerMachine keeps its invariants and leaks nothing in whatever happens", () => {
  let finished = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const world = new World(seed);
    for (let i = 0; i < 250; i++) world.step();
    world.rest();
    finished += world.finished;
  }
  assert(finished > 1000, `only ${finished} tasks finished: the draws are no good`);
});
