import assert from "node:assert/strict";
import { type TaskSpec, type WorkerEvent, type WorkerInstruction, WorkerMachine } from "../../../actors/worker/mod.ts";
import { type Random, seededRandom } from "../../../actors/core/mod.ts";

type Plain = WorkerEvent extends infer E ? E extends WorkerEvent ? Omit<E, "now"> : never : never;

const LIMIT = 1000, THREADS = 2;
/** Most bytes of a value, and of what a task needs beside its result: two tasks of two inputs always fit. */
const VALUE = 80, EXTRA = 160;

interface Run {
  readonly ticket: number;
  readonly key: string;
  readonly deps: readonly string[];
  readonly extra: number;
  readonly result: number;
  granted: boolean;
}

interface Stored {
  readonly bytes: number;
  resident: boolean;
}

/** A machine, and around it a memory that is never exceeded, threads that ask for room, and a disk that takes its time. */
class Bench {
  readonly machine: WorkerMachine;
  readonly random: Random;
  readonly store = new Map<string, Stored>();
  readonly runs: Run[] = [];
  readonly asks: Run[] = [];
  readonly writes: (string | { readonly batch: number; readonly keys: readonly string[] })[] = [];
  #lastBatch: readonly string[] = [];
  readonly reads: { key: string; value: Stored }[] = [];
  readonly done = new Set<string>();
  used = 0;
  failed = 0;
  spilled = 0;
  together = 0;
  yielded = 0;
  #managed = 0;

  constructor(readonly seed: number) {
    this.random = seededRandom(seed);
    this.machine = new WorkerMachine({
      name: "w",
      threads: THREADS,
      memoryLimit: LIMIT,
      spillAt: 600,
      // Larger ones and small ones; large ones only; small ones only.
      leastSpilled: [40, 10, VALUE + 1][seed % 3],
      leastTogether: 10,
    });
    this.tell({ type: "connected" });
  }

  below(n: number): number {
    return Math.floor(this.random.next() * n);
  }

  tell(event: Plain): void {
    const out = this.machine.handle({ now: 0, ...event } as WorkerEvent);
    this.machine.validate();
    for (const i of out) this.#do(i);
  }

  /** What the shell does at the end of each turn. */
  flush(): void {
    while (this.#managed !== this.used) {
      this.#managed = this.used;
      this.tell({ type: "memory", managed: this.used });
      const before = this.asks.length;
      while (this.asks.length > 0 && this.#grant(this.asks[0])) this.asks.shift();
      if (this.asks.length < before) this.#need();
    }
  }

  #do(i: WorkerInstruction): void {
    const says = `seed ${this.seed}: ${JSON.stringify(i)}`;
    switch (i.do) {
      case "start":
        for (const dep of i.deps) assert(this.store.get(dep)?.resident, `${says}, and ${dep} is not in memory`);
        this.runs.push({
          ticket: i.ticket,
          key: i.key,
          deps: i.deps,
          extra: this.below(EXTRA),
          result: 10 + this.below(VALUE - 10),
          granted: false,
        });
        return;
      case "spill":
        this.writes.push(i.key);
        return;
      case "spillBatch":
        this.writes.push(i);
        return;
      case "unloadBatch":
        for (const slot of i.slots) this.#unload(this.#lastBatch[slot], says);
        this.together += i.slots.length;
        return;
      case "unload":
        return this.#unload(i.key, says);
      case "load": {
        const value = this.store.get(i.key)!;
        assert(!value.resident, says);
        if (this.used + value.bytes > LIMIT) {
          return this.tell({ type: "loadFailed", key: i.key, room: true, error: new Uint8Array(1) });
        }
        this.used += value.bytes;
        this.reads.push({ key: i.key, value });
        return;
      }
      case "forget": {
        const value = this.store.get(i.key)!;
        this.store.delete(i.key);
        if (value.resident) this.used -= value.bytes;
        return;
      }
      case "failed":
        this.failed++;
        this.done.add(i.key);
        return;
      case "finished":
        this.done.add(i.key);
        return;
      case "noRoom": {
        const before = this.asks.length;
        this.asks.splice(0, before, ...this.asks.filter((run) => !this.#grant(run)));
        if (this.asks.length === before && before > 0) {
          const run = this.asks.shift()!;
          this.runs.splice(this.runs.indexOf(run), 1);
          this.tell({ type: "threw", ticket: run.ticket, error: new Uint8Array(1), spent: 1 });
        }
        return this.#need();
      }
    }
  }

  #unload(key: string, says: string): void {
    const value = this.store.get(key)!;
    assert(value.resident, says);
    assert(!this.runs.some(({ deps }) => deps.includes(key)), `${says}, and it is being read`);
    value.resident = false;
    this.used -= value.bytes;
  }

  #grant(run: Run): boolean {
    const bytes = run.extra + run.result;
    if (this.used + bytes > LIMIT) return false;
    this.used += bytes;
    return run.granted = true;
  }

  #need(): void {
    const bytes = this.asks.reduce((n, { extra, result }) => n + extra + result, 0);
    this.tell({ type: "need", bytes, tasks: this.asks.length });
  }

  /** One thing goes on that can; false when nothing does. */
  step(): boolean {
    const can: (() => void)[] = [];
    for (const run of this.runs) {
      if (run.granted) can.push(() => this.#finish(run));
      else if (!this.asks.includes(run)) can.push(() => this.#ask(run));
    }
    if (this.writes.length > 0) can.push(() => this.#written());
    if (this.reads.length > 0) can.push(() => this.#read());
    if (can.length === 0) return false;
    can[this.below(can.length)]();
    this.flush();
    return true;
  }

  #ask(run: Run): void {
    if (this.asks.length === 0 && this.#grant(run)) return;
    this.asks.push(run);
    this.#need();
  }

  #finish(run: Run): void {
    this.runs.splice(this.runs.indexOf(run), 1);
    this.used -= run.extra;
    this.store.set(run.key, { bytes: run.result, resident: true });
    this.tell({ type: "finished", ticket: run.ticket, nbytes: run.result, spent: 1 });
  }

  #written(): void {
    const [what] = this.writes.splice(this.below(this.writes.length), 1);
    if (typeof what !== "string") {
      this.#lastBatch = what.keys;
      return this.tell({ type: "batchSpilled", batch: what.batch });
    }
    this.spilled++;
    if (this.store.has(what)) this.tell({ type: "spilled", key: what });
  }

  #read(): void {
    const [{ key, value }] = this.reads.splice(this.below(this.reads.length), 1);
    if (this.store.get(key) !== value) {
      this.used -= value.bytes;
      return;
    }
    value.resident = true;
    this.tell({ type: "loaded", key });
  }

  run(key: string, deps: readonly string[]): void {
    const task: TaskSpec = {
      key,
      attempt: 1,
      fn: "lib:f",
      kind: "task",
      args: new Uint8Array(0),
      deps,
      priority: this.below(2),
      tag: this.below(100),
      duration: 5,
      timeout: null,
    };
    this.tell({ type: "run", tasks: [task], holders: [] });
    this.flush();
  }
}

Deno.test("WorkerMachine performs tasks on five times as much as its memory takes, and none fails, whatever the order of things", () => {
  let spilled = 0, together = 0;
  const again = [0, 0, 0];
  for (let seed = 0; seed < 150; seed++) {
    const b = new Bench(seed);
    const keys: string[] = [];
    const known = (): string[] => keys.filter((key) => b.store.has(key));
    for (let i = 0; i < 400; i++) {
      const kept = known();
      if (b.random.next() < 0.4 && b.machine.tasks.size < 60) {
        const key = `k${keys.length}`;
        const deps = kept.length === 0 ? [] : Array.from({ length: b.below(3) }, () => kept[b.below(kept.length)]);
        keys.push(key);
        b.run(key, [...new Set(deps)]);
      } else b.step();
      if (kept.length > 100) {
        const key = kept[b.below(kept.length)];
        const read = [...b.machine.tasks.values()].some(({ deps }) => deps.includes(key));
        if (!read) b.tell({ type: "drop", keys: [key] });
        b.flush();
      }
    }
    while (b.step());
    assert.deepEqual([...b.machine.tasks.keys()], [], `seed ${seed}: tasks wait for what does not come`);
    assert.equal(b.failed, 0, `seed ${seed}: all would have found room`);
    assert.equal(b.done.size, keys.length, `seed ${seed}`);
    spilled += b.spilled;
    together += b.together;
    again[seed % 3] += b.machine.events().filter(({ from, to }) => from === "ready" && to === "waiting").length;
  }
  assert(spilled > 1000, `${spilled} values were written`);
  assert(together > 1000, `${together} small values went`);
  assert(Math.min(...again) > 0, `${again} tasks that were ready had to wait again: the drawing is too tame`);
});
