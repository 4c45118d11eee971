import assert from "node:assert/strict";
import { VirtualClock } from "../../../transport/mod.ts";
import { pack } from "../../../actors/values/mod.ts";
import { dep, ThreadBench, valueOf } from "./thread_bench.ts";

const Counter = class {
  n: number;
  seen: number[] = [];
  constructor(start: number) {
    this.n = start;
  }
  add(by: number): number {
    return this.n += by;
  }
  async slowly(i: number, pause: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, pause));
    this.seen.push(i);
    return i;
  }
  quickly(i: number): number {
    this.seen.push(i);
    return i;
  }
  order(): number[] {
    return this.seen;
  }
  fail(): never {
    throw new RangeError("as asked");
  }
  echo(x: unknown): unknown {
    return x;
  }
};

Deno.test("ThreadExecutor.call() performs an actor's calls in order, and its fields stay", async () => {
  await using b = new ThreadBench();
  assert.deepEqual(await b.spawn("c", Counter, 10), { key: "c", worker: "w" });
  const out = await b.call("c", [["add", 1], ["add", 2], ["fail"], ["add", 3]]);
  assert.deepEqual([out[0], out[1], out[3]], [{ value: 11 }, { value: 13 }, { value: 16 }]);
  assert.match((out[2] as { error: Error }).error.message, /as asked/);
  const [missing] = await b.call("c", [["nothing"]]);
  assert.match((missing as { error: Error }).error.message, /no method "nothing"/);
});

Deno.test("ThreadExecutor.call() begins an actor's next call when the one before is over, also an asynchronous one", async () => {
  await using b = new ThreadBench();
  await b.spawn("c", Counter, 0);
  const out = await b.call("c", [["slowly", 1, 15], ["quickly", 2], ["slowly", 3, 1], ["quickly", 4], ["order"]]);
  assert.deepEqual(valueOf(out[4]), [1, 2, 3, 4]);
});

Deno.test("ThreadExecutor.call() lets other actors go on while one waits", async () => {
  await using b = new ThreadBench();
  const Gate = class {
    pass(): Promise<string> {
      return new Promise((resolve) => (globalThis as { open?: (v: string) => void }).open = resolve);
    }
    open(): void {
      (globalThis as { open?: (v: string) => void }).open!("opened by the other");
    }
  };
  await b.spawn("waits", Gate);
  await b.spawn("opens", Gate);
  const passed = b.call("waits", [["pass"]]);
  await b.call("opens", [["open"]]);
  assert.deepEqual(await passed, [{ value: "opened by the other" }]);
});

Deno.test("ThreadExecutor.call() has room for 100,000 calls in flight", async () => {
  await using b = new ThreadBench();
  await b.spawn("c", Counter, 0);
  const batches = Array.from(
    { length: 100 },
    () => b.call("c", Array.from({ length: 1000 }, () => ["add", 1] as const)),
  );
  const out = (await Promise.all(batches)).flat();
  assert.equal(out.length, 100_000);
  out.forEach((o, i) => assert.equal((o as { value: number }).value, i + 1));
});

Deno.test("ThreadExecutor.call() carries calls and replies larger than a ring takes", async () => {
  await using b = new ThreadBench();
  await b.spawn("c", Counter, 0);
  const before = b.store.managed;
  const x = new Float64Array(100_000).map((_, i) => i);
  const out = await b.call("c", [["echo", x], ["add", 1], ["echo", "y".repeat(200_000)]]);
  assert.deepEqual(valueOf(out[0]), x);
  assert.equal(valueOf(out[1]), 1);
  assert.equal((valueOf(out[2]) as string).length, 200_000);
  assert.equal(b.store.managed, before);
});

Deno.test("ThreadExecutor.call() on an actor that does not live here fails with ActorGoneError", async () => {
  await using b = new ThreadBench();
  const out = await b.call("nobody", [["add", 1], ["add", 2]]);
  for (const o of out) {
    assert.equal((o as { error: Error }).error.name, "ActorGoneError");
    assert.match((o as { error: Error }).error.message, /actor nobody is gone: it does not live here/);
  }
});

Deno.test("ThreadExecutor.stopActor() ends the actor, and calls that wait fail", async () => {
  await using b = new ThreadBench();
  await b.spawn("c", Counter, 0);
  const calls = b.call("c", [["slowly", 1, 20], ["add", 1]]);
  b.executor.stopActor("c");
  await b.until((e) => e.kind === "actorDown");
  const out = await calls;
  assert.equal((out[1] as { error: Error }).error.name, "ActorGoneError");
  const [after] = await b.call("c", [["add", 1]]);
  assert.equal((after as { error: Error }).error.name, "ActorGoneError");
});

Deno.test("ThreadExecutor.stopActor() of one with 100,000 calls waiting leaves its thread to the others", async () => {
  await using b = new ThreadBench();
  await b.spawn("c", Counter, 0);
  await b.spawn("other", Counter, 0);
  const begun = b.call("c", [["slowly", 1, 60_000]]);
  const calls = b.call("c", Array.from({ length: 100_000 }, () => ["add", 1] as const));
  b.executor.stopActor("c");
  for (const o of [...await begun, ...await calls]) assert.equal((o as { error: Error }).error.name, "ActorGoneError");
  assert.deepEqual(await b.call("other", [["add", 1]]), [{ value: 1 }]);
  assert.equal(b.events.find((e) => e.kind === "writtenOff"), undefined);
});

Deno.test("ThreadExecutor.start() of an actor whose constructor throws fails, and leaves nothing", async () => {
  await using b = new ThreadBench();
  const Bad = class {
    constructor() {
      throw new TypeError("not today");
    }
  };
  await assert.rejects(b.spawn("bad", Bad), /not today/);
  const [o] = await b.call("bad", [["x"]]);
  assert.equal((o as { error: Error }).error.name, "ActorGoneError");
  assert(!b.events.some((e) => e.kind === "actorDown"));
});

Deno.test("ThreadExecutor.start() makes actors by asynchronous functions too", async () => {
  await using b = new ThreadBench();
  await b.spawn("made", async (n: number) => {
    await Promise.resolve();
    return { twice: () => 2 * n };
  }, 21);
  assert.deepEqual(await b.call("made", [["twice"]]), [{ value: 42 }]);
});

Deno.test("ThreadExecutor.stopActor() writes off the thread of an actor that does not come back", async () => {
  const clock = new VirtualClock();
  await using b = new ThreadBench({ clock });
  b.store.put("flags", pack(new Int32Array(200)));
  const frame = b.store.get("flags")!.value.packed.frames[0];
  const flags = new Int32Array(frame.buffer, frame.byteOffset, 200);
  const Stuck = class {
    flags: Int32Array;
    constructor(flags: Int32Array) {
      this.flags = flags;
    }
    spin(): void {
      Atomics.store(this.flags, 0, 1);
      while (Atomics.load(this.flags, 1) === 0);
    }
  };
  await b.spawn("stuck", Stuck, dep("flags"));
  const call = b.call("stuck", [["spin"]]);
  while (Atomics.load(flags, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  b.executor.stopActor("stuck");
  clock.advance(1000);
  const [o] = await call;
  assert.equal((o as { error: Error }).error.name, "ActorGoneError");
  assert.equal(b.executor.stuck, 1);
  Atomics.store(flags, 1, 1);
  await b.until((e) => e.kind === "cameBack");
  assert.equal(b.store.get("flags")!.value.refs, 1);
});
