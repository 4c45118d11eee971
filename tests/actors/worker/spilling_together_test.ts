import assert from "node:assert/strict";
import { pack, toBlob, unpack } from "../../../actors/values/mod.ts";
import {
  type Disk,
  type DiskCopy,
  heapArenas,
  SpillFile,
  Store,
  type TaskSpec,
  type WorkerEvent,
  type WorkerInstruction,
  WorkerMachine,
} from "../../../actors/worker/mod.ts";
import { CompressingDisk } from "../../../actors/worker/compressing_disk.ts";

type Plain = WorkerEvent extends infer E ? E extends WorkerEvent ? Omit<E, "now"> : never : never;

/** A machine of one thread that may hold 1,600 bytes, spills above 500, small values in batches of 100 bytes; validated after each event. */
class Bench {
  readonly machine = new WorkerMachine({
    name: "w",
    threads: 1,
    memoryLimit: 1600,
    spillAt: 500,
    leastSpilled: 200,
    leastTogether: 10,
  });
  managed = 0;
  ticket = -1;

  constructor() {
    this.tell({ type: "connected" });
  }

  tell(event: Plain): string[] {
    const out: WorkerInstruction[] = this.machine.handle({ now: 0, ...event } as WorkerEvent);
    this.machine.validate();
    for (const i of out) if (i.do === "start") this.ticket = i.ticket;
    return out.map((i) =>
      i.do === "spillBatch"
        ? `${i.do} ${i.batch}: ${i.keys}`
        : i.do === "unloadBatch"
        ? `${i.do} ${i.batch}: ${i.slots}`
        : "key" in i
        ? `${i.do} ${i.key}`
        : i.do
    ).filter((what) => !/^(wakeAt|beat|has|missing|finished)/.test(what));
  }

  run(key: string, ...deps: string[]): string[] {
    const task: TaskSpec = {
      key,
      attempt: 1,
      fn: "lib:f",
      kind: "task",
      args: new Uint8Array(0),
      deps,
      priority: 0,
      tag: 0,
      duration: 5,
      timeout: null,
    };
    return this.tell({ type: "run", tasks: [task], holders: [] });
  }

  make(key: string, nbytes: number, ...deps: string[]): string[] {
    this.run(key, ...deps);
    return [
      ...this.tell({ type: "returned", tickets: [this.ticket], nbytes: [nbytes], spent: [1] }),
      ...this.memory(nbytes),
    ];
  }

  memory(change: number): string[] {
    this.managed += change;
    return this.tell({ type: "memory", managed: this.managed });
  }

  state(key: string): string | undefined {
    return this.machine.value(key)?.state;
  }

  states(): Record<string, string> {
    return Object.fromEntries([...this.machine.values()].map((d) => [d.key, d.state]));
  }
}

Deno.test("WorkerMachine has small values go together, the oldest first, when nothing larger is idle; the smallest never", () => {
  const b = new Bench();
  assert.deepEqual(b.make("tiny", 9), []);
  for (const key of ["a", "b", "c"]) assert.deepEqual(b.make(key, 60), []);
  assert.deepEqual(b.make("large", 200), []);
  assert.deepEqual(b.make("d", 150), ["spill large"]);
  assert.deepEqual(b.tell({ type: "spilled", key: "large" }), ["unload large"]);
  assert.deepEqual(b.memory(-200), []);
  assert.deepEqual(b.make("e", 190), ["spillBatch 0: a,b"]);
  assert.deepEqual(b.tell({ type: "batchSpilled", batch: 0 }), ["unloadBatch 0: 0,1"]);
  assert.deepEqual(b.memory(-120), []);
  const states = { tiny: "held", a: "spilled", b: "spilled", c: "held", large: "spilled", d: "held", e: "held" };
  assert.deepEqual(b.states(), states);
  // What is on disk is here, for the scheduler.
  b.tell({ type: "disconnected" });
  const join = b.machine.handle({ type: "connected", now: 0 }).find((i) => i.do === "join")!;
  assert.deepEqual(join.held, Object.keys(states));
  assert.deepEqual(join.heldBytes, [9, 60, 60, 60, 200, 150, 190]);
});

Deno.test("WorkerMachine leaves those of a batch in memory that somebody reads, or that are new, when it is written", () => {
  const b = new Bench();
  for (const key of ["a", "b", "c", "d"]) b.make(key, 25);
  assert.deepEqual(b.make("x", 190), []);
  assert.deepEqual(b.make("y", 190), []);
  assert.deepEqual(b.make("z", 60), ["spillBatch 0: a,b,c,d"]);
  b.run("reader", "a");
  assert.deepEqual(b.tell({ type: "drop", keys: ["b", "c"] }), ["forget b", "forget c"]);
  b.tell({ type: "finished", ticket: b.ticket, nbytes: 1, spent: 1 });
  // c is made once more, with another content, it may be.
  b.run("c");
  b.tell({ type: "returned", tickets: [b.ticket], nbytes: [30], spent: [1] });
  b.run("again", "d");
  assert.deepEqual(b.tell({ type: "batchSpilled", batch: 0 }), ["unloadBatch 0: "]);
  assert.deepEqual([b.state("a"), b.state("c"), b.state("d")], ["held", "held", "held"]);
});

Deno.test("WorkerMachine brings a small value back for a task, and has it written again with others later", () => {
  const b = new Bench();
  b.make("a", 60);
  b.make("b", 60);
  b.make("x", 190);
  b.make("y", 190);
  assert.deepEqual(b.make("z", 10), ["spillBatch 0: a,b"]);
  b.tell({ type: "batchSpilled", batch: 0 });
  b.memory(-120);
  assert.deepEqual(b.run("t", "a", "b"), ["load a", "load b"]);
  b.tell({ type: "loaded", key: "a" });
  // It is not wanted while it is under way.
  b.tell({ type: "cancel", tasks: [{ key: "t", attempt: 1 }] });
  assert.deepEqual(b.tell({ type: "loaded", key: "b" }), ["spillBatch 1: x"]);
  assert.deepEqual([b.states().a, b.states().b], ["held", "held"]);
  assert.deepEqual(b.memory(120), []);
  b.tell({ type: "batchSpilled", batch: 1 });
  assert.deepEqual(b.run("u", "x"), ["load x"]);
  const failed = b.tell({ type: "loadFailed", key: "x", room: false, error: Uint8Array.of(1) });
  assert.deepEqual(failed, ["failed u"]);
  assert.deepEqual(b.states().x, "spilled");
  assert.deepEqual(b.tell({ type: "drop", keys: ["x"] }), ["forget x"]);
});

Deno.test("WorkerMachine keeps small values that a full disk does not take, and tries again when something on it is dropped", () => {
  const b = new Bench();
  b.make("large", 300);
  assert.deepEqual(b.make("a", 150), []);
  assert.deepEqual(b.make("b", 150), ["spill large"]);
  b.tell({ type: "spilled", key: "large" });
  b.memory(-300);
  assert.deepEqual(b.make("c", 199), []);
  assert.deepEqual(b.make("d", 120), ["spillBatch 0: a"]);
  assert.deepEqual(b.tell({ type: "batchFailed", batch: 0 }), ["spillBatch 1: b"]);
  assert.deepEqual(b.tell({ type: "batchFailed", batch: 1 }), ["spillBatch 2: c"]);
  assert.deepEqual(b.tell({ type: "batchSpilled", batch: 2 }), ["unloadBatch 2: 0"]);
  assert.deepEqual(b.memory(-199), []);
  assert.deepEqual(b.make("e", 180), ["spillBatch 3: d"]);
  assert.deepEqual(b.tell({ type: "batchFailed", batch: 3 }), ["spillBatch 4: e"]);
  assert.deepEqual(b.tell({ type: "batchFailed", batch: 4 }), []);
  assert.deepEqual(b.tell({ type: "drop", keys: ["large"] }), ["forget large", "spillBatch 5: a"]);
});

Deno.test("WorkerMachine begins nothing while memory is full and small values are being written", () => {
  const b = new Bench();
  for (let i = 0; i < 8; i++) b.make(`v${i}`, 199);
  assert.deepEqual(b.run("t"), ["start t"]);
  b.tell({ type: "returned", tickets: [b.ticket], nbytes: [60], spent: [1] });
  assert.deepEqual(b.memory(60), []);
  assert.deepEqual(b.run("u"), []);
  const out = b.tell({ type: "batchSpilled", batch: 0 });
  assert.deepEqual(out.filter((what) => !what.startsWith("spillBatch")), ["unloadBatch 0: 0", "start u"]);
});

Deno.test("Store keeps values on disk as parts of a batch, and frees that with the last of them", () => {
  const s = new Store({ memoryLimit: 1 << 20, arenas: heapArenas });
  const content: Record<string, unknown> = { n: 5, s: "x".repeat(2000), a: new Float64Array(300).fill(3) };
  const blobs = Object.entries(content).map(([key, value]) => {
    const blob = toBlob(pack(value));
    if (key === "a") s.put(key, pack(value));
    else s.putBlob(key, blob, 0, blob.byteLength);
    return blob;
  });
  let freed = 0;
  const copy: DiskCopy = { sizes: blobs.map((b) => b.byteLength), free: () => freed++ };
  s.movedToDisk(Object.keys(content), [1, 2], copy);
  s.validate();
  assert.equal(s.heap.used, blobs[0].byteLength);
  assert.equal(s.resident("s"), undefined);
  assert.deepEqual(unpack(s.resident("n")!.packed), 5);
  assert.throws(() => s.get("a")!.value.packed, RangeError);
  const { value } = s.get("a")!;
  const part = value.batchPart!;
  assert.deepEqual([part.slot, value.nbytes, value.resident], [2, blobs[2].byteLength, false]);
  // Who reads it holds it, also when it is dropped meanwhile.
  value.retain();
  s.drop("a");
  assert(!s.isPart("a", part));
  const back = s.heap.allocate(blobs[1].byteLength)!;
  back.bytes.set(blobs[1]);
  assert(s.isPart("s", s.get("s")!.value.batchPart!));
  s.broughtBack("s", back);
  s.validate();
  assert.deepEqual(unpack(s.get("s")!.value.packed), content.s);
  assert.equal(freed, 0);
  value.release();
  assert.equal(freed, 1);
  s.drop("s");
  s.drop("n");
  assert.equal(s.managed, 0);
  s.movedToDisk(["n"], [], copy);
  assert.equal(freed, 2, "none of it went");
});

Deno.test("Disk.readParts() reads some of the values that were written together, of whatever size, compressed or not", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const worth of [() => false, () => true]) {
      let time = 0;
      const disk = new CompressingDisk(SpillFile.open(directory), { now: () => time++, worth });
      const parts = [2000, 1, 70_001, 0, 3000, 1_500_000].map((n, i) =>
        new Uint8Array(n).map((_, k) => 31 * i + k % 251)
      );
      const copy = await new Promise<DiskCopy>((resolve, reject) =>
        disk.write(parts, (c) => c instanceof Error ? reject(c) : resolve(c))
      );
      for (let first = 0; first < parts.length; first++) {
        for (const n of [1, 3]) {
          const some = parts.slice(first, first + n);
          const into = some.map((part) => new Uint8Array(new SharedArrayBuffer(part.byteLength)));
          await new Promise<void>((resolve, reject) =>
            disk.readParts(copy, first, into, (error) => error === undefined ? resolve() : reject(error))
          );
          assert.deepEqual(into.map((part) => part.slice()), some, `${n} parts from ${first} on`);
        }
      }
      copy.free();
      assert.equal(disk.used, 0);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("StoredValue.read() reads what lies together on disk once, also for several at a time, and gives an error to all", async () => {
  const s = new Store({ memoryLimit: 1 << 20, arenas: heapArenas });
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
  const blobs = keys.map((_, i) => toBlob(pack(`${i} `.repeat(1000))));
  keys.forEach((key, i) => s.putBlob(key, blobs[i], 0, blobs[i].byteLength));
  let reads = 0, freed = 0, broken = false;
  const waiting: (() => void)[] = [];
  const disk: Disk = {
    used: 0,
    write: () => {},
    read: () => {},
    readParts: (_, first, into, done) => {
      reads++;
      waiting.push(() => {
        if (broken) return done(new Error("broken"));
        into.forEach((part, i) => part.set(blobs[first + i]));
        done();
      });
    },
  };
  s.movedToDisk(keys, keys.map((_, i) => i), { sizes: blobs.map((b) => b.byteLength), free: () => freed++ });
  const read = async (...which: number[]): Promise<unknown[]> => {
    const values = which.map((i) => s.get(`k${i}`)!.value.retain());
    const all = values.map((value) =>
      new Promise<unknown>((resolve) =>
        value.read(disk, (parts) => {
          value.release();
          resolve(parts instanceof Error ? parts.message : unpack({ head: parts[0], frames: parts.slice(1) }));
        })
      )
    );
    for (const w of waiting.splice(0)) w();
    return await Promise.all(all);
  };
  const expected = (...which: number[]): string[] => which.map((i) => `${i} `.repeat(1000));
  assert.deepEqual(await read(0, 1, 5), expected(0, 1, 5));
  assert.deepEqual(await read(2), expected(2));
  assert.equal(reads, 1);
  assert.deepEqual(await read(99, 40), expected(99, 40));
  assert.equal(reads, 3);
  broken = true;
  assert.deepEqual(await read(70, 71), ["broken", "broken"]);
  broken = false;
  assert.deepEqual(await read(71), expected(71));
  for (const key of keys) s.drop(key);
  assert.deepEqual([freed, s.managed], [1, 0]);
});
