/**
 * What the scheduler's machine alone costs for each task, from the columns that come in to the columns that go out:
 * submission, dispatch, finish, release. Run by hand:
 *
 *     deno task bench scheduler_state [--rounds 3] [--shape map|tree|data] [--submit 100000]
 *
 * @module
 */

import { commandLine } from "../../actors/cli/mod.ts";
import type { SchedulerToClient, SchedulerToWorker } from "../../actors/protocol/mod.ts";
import { SchedulerState } from "../../actors/scheduler/mod.ts";
import { taskOptions } from "../helpers/task_options.ts";

const none: Uint8Array[] = [];
/** Results in one message of a worker, and releases in one of a client, at most. */
const BATCH = 1024;

/** Milliseconds of this thread's own CPU time where libc tells, so that a busy machine does not count; else of real time. */
const cpuNow: () => number = (() => {
  try {
    const libc = Deno.dlopen("libc.so.6", { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } });
    const time = new BigInt64Array(2);
    const CLOCK_THREAD_CPUTIME_ID = 3;
    return () => {
      libc.symbols.clock_gettime(CLOCK_THREAD_CPUTIME_ID, time);
      return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
    };
  } catch {
    return () => performance.now();
  }
})();

type Shape = "map" | "tree" | "data";

/** A worker that finishes at once what it is given. */
interface Given {
  keys: string[];
  attempts: number[];
}

function batch(from: number, to: number, shape: Shape, life: number, total: number) {
  const n = to - from;
  const keys = new Array<string>(n);
  const depCounts = new Uint32Array(n);
  const deps: string[] = [];
  for (let i = 0; i < n; i++) {
    const at = from + i;
    keys[i] = `task-5f3a9c-${life}-${at}`;
    if (shape === "data") {
      depCounts[i] = 1;
      deps.push("data-1");
    } else if (shape === "tree" && at >= total / 2 && at < total - 1) {
      // The second half sums pairs of what came before.
      depCounts[i] = 2;
      const first = 2 * (at - total / 2);
      deps.push(`task-5f3a9c-${life}-${first}`, `task-5f3a9c-${life}-${first + 1}`);
    }
  }
  return {
    keys,
    fns: ["mod:0123456789abcdef#work"],
    fn: new Uint32Array(n),
    options: [taskOptions],
    option: new Uint32Array(n),
    argBytes: new Uint32Array(n).fill(12),
    depCounts,
    deps,
    codes: [],
    frames: [new Uint8Array(12 * n)],
  };
}

/** Strings as they come off the wire: cut out of one long one, never seen before. */
function fresh(keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : keys.join("\n").split("\n");
}

class Bench {
  readonly state = new SchedulerState({
    incarnation: "s",
    now: 0,
    packError: (e) => new TextEncoder().encode(e.message),
  });
  readonly given: Given[] = [];
  readonly done: string[] = [];
  now = 0;
  spent = 0;
  messages = 0;

  constructor(readonly workers: number) {
    this.state.handle({ type: "clientUp", now: 0, peer: "c", name: "c", incarnation: "1" });
    const m = { ...batch(0, 0, "map", 0, 0), wants: [], scattered: [], workers: [] };
    this.state.handle({ type: "clientMessage", now: 0, peer: "c", message: { type: "resume", ...m } });
    for (let i = 0; i < workers; i++) {
      this.given.push({ keys: [], attempts: [] });
      const name = `w${i}`;
      this.state.handle({ type: "workerUp", now: 0, peer: name, name, incarnation: "1" });
      this.state.handle({
        type: "workerMessage",
        now: 0,
        peer: name,
        message: {
          type: "join",
          address: `tcp://10.0.0.1:${i}`,
          threads: 2,
          memoryLimit: 1e9,
          process: null,
          resources: {},
          host: "h",
          pid: i,
          before: "",
          held: [],
          heldBytes: new Float64Array(0),
          pinned: [],
          tasks: [],
          attempts: new Float64Array(0),
          actors: [],
          codes: [],
          frames: none,
        },
      });
    }
    this.flush();
  }

  /** Takes the machine's answers in; what that costs is not counted. */
  flush(): void {
    const t = cpuNow();
    const out = this.state.flush();
    this.spent += cpuNow() - t;
    this.messages += out.length;
    for (const i of out) {
      if (i.type === "toWorker") this.run(i.peer, i.message);
      else if (i.type === "toClient") this.hear(i.message);
    }
  }

  run(peer: string, m: SchedulerToWorker): void {
    if (m.type !== "run") return;
    const g = this.given[Number(peer.slice(1))];
    for (let i = 0; i < m.keys.length; i++) {
      g.keys.push(m.keys[i]);
      g.attempts.push(m.attempts[i]);
    }
  }

  hear(m: SchedulerToClient): void {
    if (m.type === "done") { for (const k of m.keys) this.done.push(k); }
  }

  event(message: Parameters<SchedulerState["handle"]>[0]): void {
    const t = cpuNow();
    this.state.handle(message);
    this.spent += cpuNow() - t;
  }

  /** Puts `total` tasks through; gives µs of the machine's own time for each. */
  play(total: number, shape: Shape, life: number): number {
    this.spent = 0;
    if (shape === "data") {
      const workers = this.given.map((_, i) => `w${i}`);
      const items = [{ id: "data-1", nbytes: 1e6, about: null, workers, copies: 0 }];
      this.event({ type: "clientMessage", now: 0, peer: "c", message: { type: "scattered", items, frames: none } });
    }
    for (let at = 0; at < total; at += submitted) {
      const m = batch(at, Math.min(total, at + submitted), shape, life, total);
      const message = { type: "submit" as const, ...m, keys: fresh(m.keys), deps: fresh(m.deps) };
      this.event({ type: "clientMessage", now: this.now, peer: "c", message });
      this.flush();
    }
    let finished = 0;
    const release: string[] = [];
    while (finished < total) {
      let any = false;
      for (let w = 0; w < this.workers; w++) {
        const g = this.given[w];
        const n = Math.min(BATCH, g.keys.length);
        if (n === 0) continue;
        any = true;
        const keys = g.keys.splice(0, n);
        const message = {
          type: "finished" as const,
          keys: fresh(keys),
          attempts: Float64Array.from(g.attempts.splice(0, n)),
          nbytes: new Float64Array(n).fill(9),
          spent: new Float64Array(n).fill(0.02),
          inline: new Uint32Array(n).fill(10),
          frames: [new Uint8Array(9 * n)],
        };
        this.event({ type: "workerMessage", now: this.now, peer: `w${w}`, message });
        finished += n;
        // What comes in one turn of the loop is answered together.
        if (w % 8 === 7) this.flush();
      }
      this.flush();
      this.now += 0.1;
      if (!any) throw new Error(`stuck with ${finished} of ${total} finished`);
      for (const k of this.done.splice(0)) release.push(k);
      while (release.length >= BATCH || (finished === total && release.length > 0)) {
        const keys = fresh(release.splice(-BATCH));
        this.event({
          type: "clientMessage",
          now: this.now,
          peer: "c",
          message: { type: "release", keys, frames: none },
        });
        this.flush();
      }
    }
    if (shape === "data") {
      const message = { type: "release" as const, keys: ["data-1"], frames: none };
      this.event({ type: "clientMessage", now: this.now, peer: "c", message });
      this.flush();
    }
    if (this.state.books.tasks.size > 0) throw new Error(`${this.state.books.tasks.size} tasks are left`);
    return this.spent * 1000 / total;
  }
}

/** What the least that a table of strings can cost does here and now: enter, find, find and delete. µs for each key. */
function reference(n: number): number {
  const keys = Array.from({ length: n }, (_, i) => `task-5f3a9c-ref-${i}`);
  const again = fresh(keys), last = fresh(keys);
  const map = new Map<string, { key: string }>();
  const t = cpuNow();
  for (const key of keys) if (map.get(key) === undefined) map.set(key, { key });
  let found = 0;
  for (const key of again) if (map.get(key) !== undefined) found++;
  for (const key of last) map.delete(key);
  return found === n ? (cpuNow() - t) * 1000 / n : NaN;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

const options = commandLine({
  name: "scheduler_state",
  start: "deno task bench scheduler_state",
  about: "What the scheduler's machine alone costs for each task.",
  positionals: [],
  options: {
    rounds: { value: "N", integer: [1, 1000], help: "Rounds, of which the medians are shown. Default: 3." },
    shape: { value: "SHAPE", choices: ["map", "tree", "data"], help: "Of the tasks: map, tree or data. Default: map." },
    // A `map` is one message, as long as it is.
    submit: { value: "N", integer: [1, 1e9], help: "Tasks in one message of the client. Default: 100000." },
  },
});
const submitted = options.number("submit") ?? 100_000;
const rounds = options.number("rounds") ?? 3;
const shape = (options.text("shape") ?? "map") as Shape;

// Warm up: what is measured is the machine, not the compiler.
new Bench(10).play(50_000, shape, 0);
const small: number[] = [], large: number[] = [], memory: number[] = [];
const big = new Bench(1000);
for (let i = 1; i <= rounds; i++) {
  const bench = new Bench(10);
  for (let j = 0; j < 10; j++) small.push(bench.play(10_000, shape, 100 * i + j));
  large.push(big.play(1_000_000, shape, i));
  (globalThis as { gc?: () => void }).gc?.();
  memory.push(Deno.memoryUsage().heapUsed / 2 ** 20);
}
const s = median(small), l = median(large);
console.log(`${shape}: 10,000 tasks over 10 workers       ${s.toFixed(2)} us a task`);
console.log(`${shape}: 1,000,000 tasks over 1,000 workers ${l.toFixed(2)} us a task  (${(l / s).toFixed(2)} times)`);
const refs = [10_000, 1_000_000].map((n) => median([reference(n), reference(n), reference(n)]).toFixed(2));
console.log(`a Map of the same strings, for comparison: ${refs[0]} us a key for 10,000, ${refs[1]} us for 1,000,000`);
console.log(`heap after each round of 1,000,000 released tasks: ${memory.map((m) => m.toFixed(0)).join(", ")} MB`);
