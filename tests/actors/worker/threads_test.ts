import assert from "node:assert/strict";
import { MemoryNetwork, VirtualClock } from "../../../transport/mod.ts";
import { pack } from "../../../actors/values/mod.ts";
import { MemoryError } from "../../../actors/worker/mod.ts";
import { dep, type Outcome, ThreadBench } from "./thread_bench.ts";

Deno.test("ThreadExecutor.start() performs functions on threads, with small and large results", async () => {
  await using b = new ThreadBench({ threads: 2 });
  assert.equal(await b.run(Math.sqrt, 9), 3);
  assert.equal(await b.run((x: number) => x ** 2, 7), 49);
  assert.equal(await b.run(() => undefined), undefined);
  assert.deepEqual(await b.run((n: number) => ({ n, list: [1, "a", null] }), 1), { n: 1, list: [1, "a", null] });
  const large = await b.run((n: number) => new Float64Array(n).fill(2.5), 100_000) as Float64Array;
  assert.equal(large.length, 100_000);
  assert(large.buffer instanceof SharedArrayBuffer, "it lies in the store");
  assert(large.every((x) => x === 2.5));
  const text = await b.run((n: number) => "x".repeat(n), 3_000_000) as string;
  assert.equal(text.length, 3_000_000);
});

Deno.test("ThreadExecutor.start() fails a task whose arguments are no packed value, and its thread goes on", async () => {
  await using b = new ThreadBench();
  for (const kind of ["task", "actor"] as const) {
    for (const args of [new Uint8Array(0), new Uint8Array(8).fill(255), new Uint8Array([1, 2, 3])]) {
      const { error } = await b.outcome(b.startRaw(args, kind)) as { error: Error };
      assert(error instanceof Error);
      assert.equal(await b.run(Math.sqrt, 16), 4);
    }
  }
});

Deno.test("ThreadExecutor.start() takes arguments larger than a slot and keys of any letters", async () => {
  await using b = new ThreadBench();
  const list = Array.from({ length: 2000 }, (_, i) => i);
  assert.deepEqual(await b.run((l: number[]) => l.reverse(), list), list.toReversed());
  const ticket = b.start(() => 5, [], "task", "schlüssel-✓-" + "é".repeat(500));
  assert.deepEqual(await b.outcome(ticket), { value: 5 });
  const used = b.store.managed;
  assert(used > 0);
});

Deno.test("ThreadExecutor.start() performs many tasks, each once", async () => {
  await using b = new ThreadBench({ threads: 2 });
  const n = 5000;
  const tickets = Array.from({ length: n }, (_, i) => b.start((x: number) => x * 2, [i]));
  const outcomes = await Promise.all(tickets.map((t) => b.outcome(t)));
  outcomes.forEach((o, i) => assert.deepEqual(o, { value: i * 2 }));
  assert.equal(b.events.filter((e) => e.kind === "finished").length, n);
});

Deno.test("ThreadExecutor.start() tells errors with class, fields and the task's own stack", async () => {
  await using b = new ThreadBench();
  const thrown = await b.outcome(b.start(function failing() {
    throw Object.assign(new RangeError("too far"), { by: 3 });
  })) as { error: RangeError & { by: number } };
  assert(thrown.error instanceof RangeError);
  assert.equal(thrown.error.message, "too far");
  assert.equal(thrown.error.by, 3);
  assert.match(thrown.error.stack!, /failing/);
  const odd = await b.outcome(b.start(() => {
    throw "a string";
  })) as { error: Error };
  assert.match(odd.error.message, /thrown: a string/);
  const unsendable = await b.outcome(b.start(() => ({ deep: [new WeakMap()] }))) as { error: Error };
  assert.match(unsendable.error.message, /result\.deep\[0\]/);
});

Deno.test("ThreadExecutor.start() gives dependencies in place: two threads work on one array at a time", async () => {
  await using b = new ThreadBench({ threads: 2 });
  b.store.put("x", pack(new Int32Array(1000)));
  // Each waits for what the other writes: only possible on the same memory, at the same time.
  const meet = (x: Int32Array, me: number, other: number): boolean => {
    Atomics.store(x, me, 1);
    while (Atomics.load(x, other) === 0);
    return x.buffer instanceof SharedArrayBuffer;
  };
  const [one, two] = await Promise.all([b.run(meet, dep("x"), 0, 1), b.run(meet, dep("x"), 1, 0)]);
  assert(one && two);
});

Deno.test("ThreadExecutor.start() hands over results that lie in the arena without a copy", async () => {
  await using b = new ThreadBench();
  b.store.put("x", pack(new Float64Array(100_000).map((_, i) => i)));
  const before = b.store.managed;
  const part = await b.run((x: Float64Array) => x.subarray(50_000), dep("x")) as Float64Array;
  assert.equal(part[0], 50_000);
  assert(b.store.managed - before < 1000, `${b.store.managed - before} bytes more`);
  const made = await b.run(() => {
    const task = (globalThis as unknown as Record<symbol, () => { allocate(n: number): Uint8Array }>)[
      Symbol.for("troupe.task")
    ]();
    return new Float64Array(task.allocate(800_000).buffer, task.allocate(800_000).byteOffset, 100_000).fill(3);
  }) as Float64Array;
  assert.equal(made[99_999], 3);
  b.store.validate();
});

Deno.test("ThreadExecutor.start() fails a task whose result finds no room, with bytes and limit", async () => {
  await using b = new ThreadBench({ memoryLimit: 1_000_000 });
  const { error } = await b.outcome(b.start(() => new Uint8Array(2_000_000))) as { error: MemoryError };
  assert(error instanceof MemoryError, error.name);
  assert.equal(error.limit, 1_000_000);
  assert(error.bytes >= 2_000_000);
  assert.equal(b.store.managed, 0);
  assert.equal(await b.run(() => 1), 1, "the thread goes on");
});

Deno.test("ThreadExecutor.start() performs a task, and a small result is kept, where values have taken all room", async () => {
  await using b = new ThreadBench({ memoryLimit: 4_000_000 });
  b.store.put("x", pack(new Uint8Array(3_998_000)));
  const list = Array.from({ length: 1000 }, (_, i) => i);
  assert.equal(await b.run((l: number[]) => l.length, list), 1000);
  assert(b.store.heap.allocate(5000) === undefined, "there is no room for more");
  const { heap } = b.store;
  const bytes = new Uint8Array(5000);
  assert.equal(b.store.putBlob("small", bytes, 0, bytes.length), 5000);
  for (let i = 0;; i++) {
    try {
      b.store.putBlob(`k${i}`, bytes, 0, bytes.length);
    } catch (e) {
      assert(e instanceof MemoryError, "not without end");
      break;
    }
  }
  assert(heap.used + heap.charged < 4_300_000);
});

Deno.test("ThreadExecutor.start() has many asynchronous tasks under way on one thread, each with its own context", async () => {
  await using b = new ThreadBench();
  // Each waits for all three: only possible when one that waits for the cluster gives its place to others.
  const meet = async (n: number): Promise<string[]> => {
    const scope = globalThis as unknown as Record<symbol, () => never> & { came?: (() => void)[] };
    const task = (): { key: string; waiting: { begin(): void; end(): void } } => scope[Symbol.for("troupe.task")]();
    const came = scope.came ??= [];
    const before = task().key;
    task().waiting.begin();
    await new Promise<void>((resolve) => {
      came.push(resolve);
      if (came.length === n) { for (const go of came) go(); }
    });
    task().waiting.end();
    return [before, task().key];
  };
  const tickets = [0, 1, 2].map(() => b.start(meet, [3]));
  const outcomes = await Promise.all(tickets.map((t) => b.outcome(t)));
  outcomes.forEach((o, i) => assert.deepEqual(o, { value: [`task-${i}`, `task-${i}`] }));
  const kinds = b.events.map((e) => e.kind).filter((k) => k === "suspended" || k === "resumed");
  assert.deepEqual(kinds.toSorted(), ["resumed", "resumed", "resumed", "suspended", "suspended", "suspended"]);
});

Deno.test("ThreadExecutor tells what tasks print, with their keys", async () => {
  await using b = new ThreadBench();
  await b.run(async () => {
    console.log("n is %d", 5, { a: 1 });
    await Promise.resolve();
    console.error("after an await");
  });
  await b.until((e) => e.kind === "log" && e.level === "error");
  const lines = b.events.flatMap((e) => e.kind === "log" ? [[e.key, e.level, e.text]] : []);
  assert.deepEqual(lines, [["task-0", "info", "n is 5 { a: 1 }"], ["task-0", "error", "after an await"]]);
});

Deno.test("ThreadExecutor's sandbox denies files, environment, network, processes and libraries", async () => {
  await using b = new ThreadBench();
  const attempts: [string, () => unknown][] = [
    ["read", () => Deno.readTextFileSync("/etc/passwd")],
    ["write", () => Deno.writeTextFileSync("/tmp/troupe-should-not-be", "x")],
    ["env", () => Deno.env.get("HOME")],
    ["net", () => Deno.connect({ port: 9 })],
    ["run", () => new Deno.Command("true").outputSync()],
    ["ffi", () => Deno.dlopen("libc.so.6", {})],
    ["sys", () => Deno.hostname()],
    ["import", () => import(["https:", "", "example.com", "mod.ts"].join("/"))],
  ];
  for (const [name, attempt] of attempts) {
    const o = await b.outcome(b.start(attempt)) as { error?: Error };
    assert(o.error !== undefined, `${name} was allowed`);
    assert.match(`${o.error.name} ${o.error.message}`, /NotCapable|permission|allow|[Rr]equires/, name);
  }
});

Deno.test("ThreadExecutor's sandbox refuses what would end the thread or the process, and the thread goes on", async () => {
  await using b = new ThreadBench({ threads: 1 });
  const attempts: (() => unknown)[] = [
    () => Deno.exit(3),
    () => Deno.kill(Deno.pid, "SIGKILL"),
    () => globalThis.close(),
    async () => (await import("node:process")).exit(3),
  ];
  for (const attempt of attempts) await assert.rejects(b.run(attempt), /cannot be called in a task/);
  assert.equal(await b.run(() => "alive"), "alive");
});

Deno.test("ThreadExecutor's sandbox opens what it is told to", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "content");
    await using b = new ThreadBench({ sandbox: { read: [folder] } });
    assert.equal(await b.run((path: string) => Deno.readTextFileSync(path), `${folder}/a.txt`), "content");
    await assert.rejects(b.run(() => Deno.readTextFileSync("/etc/passwd")), /read access/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ThreadExecutor fails the task that an error nobody caught comes from, and its thread goes on", async () => {
  await using b = new ThreadBench();
  const thrown = await b.outcome(b.start(() =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error("in a timer");
      }, 1);
    })
  )) as { error: Error };
  assert.match(thrown.error.message, /in a timer/);
  const rejected = await b.outcome(b.start(() =>
    new Promise(() => {
      setTimeout(() => void Promise.reject(new Error("left alone")), 1);
    })
  )) as { error: Error };
  assert.match(rejected.error.message, /left alone/);
  assert.equal(await b.run(() => "alive"), "alive");
});

Deno.test("ThreadExecutor.cancel() ends a task that waits at once, and aborts its signal", async () => {
  await using b = new ThreadBench();
  const ticket = b.start(() =>
    new Promise((resolve) => {
      const task = (globalThis as unknown as Record<symbol, () => { signal: AbortSignal }>)
        [Symbol.for("troupe.task")]();
      task.signal.addEventListener("abort", () => {
        console.log("aborted");
        resolve(1);
      });
      console.log("waits");
    })
  );
  await b.until((e) => e.kind === "log" && e.text === "waits");
  b.executor.cancel(ticket);
  assert.equal(await b.outcome(ticket), "ended");
  await b.until((e) => e.kind === "log" && e.text === "aborted");
  assert.equal(await b.run(() => 2), 2);
});

Deno.test("ThreadExecutor.cancel() writes off a thread that does not come back, and takes it up when it does", async () => {
  const clock = new VirtualClock();
  await using b = new ThreadBench({ clock });
  b.store.put("flags", pack(new Int32Array(200)));
  const flags = new Int32Array(
    b.store.get("flags")!.value.packed.frames[0].buffer,
    b.store.get("flags")!.value.packed.frames[0].byteOffset,
    200,
  );
  const ticket = b.start((x: Int32Array) => {
    Atomics.store(x, 0, 1);
    while (Atomics.load(x, 1) === 0);
    return "too late";
  }, [dep("flags")]);
  while (Atomics.load(flags, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  b.executor.cancel(ticket);
  const outcome: Promise<Outcome> = b.outcome(ticket);
  clock.advance(1000);
  assert.equal(await outcome, "ended");
  assert.equal(b.executor.stuck, 1);
  assert.equal(await b.run(() => "by another thread"), "by another thread");
  const held = b.store.get("flags")!.value.refs;
  assert.equal(held, 2, "what a stuck task reads stays");
  Atomics.store(flags, 1, 1);
  await b.until((e) => e.kind === "cameBack");
  assert.equal(b.executor.stuck, 0);
  assert.equal(b.store.get("flags")!.value.refs, 1);
});

Deno.test("ThreadExecutor.recall() takes back what has not begun", async () => {
  await using b = new ThreadBench();
  b.store.put("flags", pack(new Int32Array(200)));
  const frame = b.store.get("flags")!.value.packed.frames[0];
  const flags = new Int32Array(frame.buffer, frame.byteOffset, 200);
  const wait = (x: Int32Array): number => {
    Atomics.store(x, 0, 1);
    while (Atomics.load(x, 1) === 0);
    return 1;
  };
  const first = b.start(wait, [dep("flags")]);
  const later = [b.start(wait, [dep("flags")]), b.start(wait, [dep("flags")])];
  while (Atomics.load(flags, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(b.executor.recall(), later);
  assert.equal(b.store.get("flags")!.value.refs, 2);
  Atomics.store(flags, 1, 1);
  assert.deepEqual(await b.outcome(first), { value: 1 });
});

Deno.test("ThreadExecutor.hash() gives a value's content hash", async () => {
  const { contentHash } = await import("../../../actors/values/mod.ts");
  await using b = new ThreadBench();
  const packed = pack({ x: new Float64Array(50_000).map((_, i) => i) });
  const entry = b.store.put("x", packed);
  assert.deepEqual(await b.executor.hash(entry.value), contentHash(packed));
  assert.equal(entry.value.refs, 1);
});

Deno.test("ThreadExecutor lets go of all that tasks read and were granted", async () => {
  await using b = new ThreadBench({ threads: 2 });
  const x = b.store.put("x", pack(new Float64Array(10_000)));
  const before = b.store.managed;
  const tickets = Array.from(
    { length: 50 },
    (_, i) =>
      b.start((v: Float64Array, fail: boolean) => {
        if (fail) throw new Error("drawn");
        return v.map((e) => e + 1);
      }, [dep("x"), i % 3 === 0]),
  );
  await Promise.all(tickets.map((t) => b.outcome(t)));
  for (const t of tickets) b.store.drop(`result-${t}`);
  assert.equal(x.value.refs, 1);
  assert.equal(b.store.managed, before);
  b.store.validate();
});

Deno.test("ThreadExecutor has threads open native libraries before it takes FFI away", async () => {
  const path = Deno.build.os === "linux" ? "libc.so.6" : "libSystem.dylib";
  const symbols = {
    pid: { name: "getpid", parameters: [], result: "i32" },
    seed: { name: "srand", parameters: ["u32"], result: "void" },
    draw: { name: "rand", parameters: [], result: "i32" },
    missing: { parameters: [], result: "void", optional: true },
  } as const;
  const libc = Deno.dlopen(path, symbols);
  libc.symbols.seed(7);
  const drawn = libc.symbols.draw();
  libc.close();
  await using b = new ThreadBench({ natives: [{ name: "c", path, symbols, setup: [["seed", 7], ["missing", 1]] }] });
  const found = await b.run(async (url: string) => {
    const { native } = await import(url) as typeof import("../../../actors/worker/natives.ts");
    const { pid, draw, missing } = native("c")!.functions;
    return [pid(), draw(), missing, native("other")];
  }, import.meta.resolve("../../../actors/worker/natives.ts"));
  assert.deepEqual(found, [Deno.pid, drawn, null, undefined]);
  await assert.rejects(b.run(() => Deno.dlopen("libc.so.6", {})), /ffi access/);
});

Deno.test("ThreadExecutor says which native library cannot be opened, and runs tasks without it", async () => {
  await using b = new ThreadBench({ natives: [{ name: "none", path: "/nonexistent/lib.so", symbols: {} }] });
  assert.equal(await b.run((x: number) => x + 1, 1), 2);
  const log = b.events.find((e) => e.kind === "log");
  assert.match(log?.kind === "log" ? log.text : "", /native library \/nonexistent\/lib.so cannot be used/);
});

Deno.test("ThreadExecutor passes messages between a task's endpoint and a real one, with frames", async () => {
  const network = new MemoryNetwork();
  const server = network.endpoint({ self: { role: "scheduler", name: "s", incarnation: "1" } });
  await server.bind("memory://s");
  const roles: string[] = [];
  server.receive((a) => {
    if (a.kind === "up") roles.push(`${a.peer.role} ${a.peer.name}`);
    if (a.kind === "message") server.send(a.peer, { header: ["echo", a.message.header], frames: a.message.frames });
  });
  await using b = new ThreadBench({
    openEndpoint: () => network.endpoint({ self: { role: "client", name: "inside", incarnation: "1" } }),
  });
  const talk = async (): Promise<unknown> => {
    // deno-lint-ignore no-explicit-any
    const task = (globalThis as any)[Symbol.for("troupe.task")]();
    const endpoint = task.openEndpoint();
    if (endpoint !== task.openEndpoint()) throw new Error("expected the same endpoint");
    task.waiting.begin();
    try {
      let released = 0;
      // deno-lint-ignore no-explicit-any
      const echo: any = await new Promise((resolve) => {
        // deno-lint-ignore no-explicit-any
        endpoint.receive((a: any) => {
          if (a.kind === "up") {
            endpoint.send(a.peer, {
              header: ["hello"],
              frames: [new Uint8Array(1000).fill(4)],
              released: () => released++,
            });
          }
          if (a.kind === "message") resolve(a.message);
        });
        endpoint.dial("memory://s");
      });
      while (released === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await endpoint.end();
      return [endpoint.self.name, echo.header, echo.frames[0].length, echo.frames[0][999]];
    } finally {
      task.waiting.end();
    }
  };
  assert.deepEqual(await b.run(talk), ["inside", ["echo", ["hello"]], 1000, 4]);
  assert.deepEqual(roles, ["client inside"]);
  await server.end();
});
