import assert from "node:assert/strict";
import { pack, unpack } from "../../../actors/values/mod.ts";
import {
  checkFractions,
  type DiskCopy,
  heapArenas,
  MemoryError,
  SpillError,
  SpillFile,
  Store,
  type TaskSpec,
  type WorkerEvent,
  type WorkerInstruction,
  WorkerMachine,
} from "../../../actors/worker/mod.ts";
import { valuesLimit } from "../../../actors/worker/config.ts";

type Plain = WorkerEvent extends infer E ? E extends WorkerEvent ? Omit<E, "now"> : never : never;

const ERROR = Uint8Array.of(1);

/** A machine of one thread that may hold 1,000 bytes, spills above 500, and is validated after each event. */
class Bench {
  readonly machine = new WorkerMachine({ name: "w", threads: 1, memoryLimit: 1000, spillAt: 500, leastSpilled: 10 });
  managed = 0;

  constructor() {
    this.tell({ type: "connected" });
  }

  tell(event: Plain): string[] {
    const out: WorkerInstruction[] = this.machine.handle({ now: 0, ...event } as WorkerEvent);
    this.machine.validate();
    for (const i of out) if (i.do === "start") this.ticket = i.ticket;
    return out.map((i) => "key" in i ? `${i.do} ${i.key}` : i.do)
      .filter((what) => !/^(wakeAt|beat|has|missing|finished)/.test(what));
  }

  ticket = -1;
  /** Who else holds what tasks are to read. */
  holders: { key: string; holders: string[]; nbytes: number }[] = [];

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
    return this.tell({ type: "run", tasks: [task], holders: this.holders });
  }

  /** Performs a task whose result has so many bytes; gives what the machine wants after that. */
  make(key: string, nbytes: number, ...deps: string[]): string[] {
    this.run(key, ...deps);
    this.managed += nbytes;
    return [
      ...this.tell({ type: "finished", ticket: this.ticket, nbytes, spent: 1 }),
      ...this.tell({ type: "memory", managed: this.managed }),
    ];
  }

  memory(change: number): string[] {
    this.managed += change;
    return this.tell({ type: "memory", managed: this.managed });
  }
}

Deno.test("WorkerMachine has what was idle for longest written to disk above its target, then freed", () => {
  const b = new Bench();
  assert.deepEqual(b.make("a", 200), []);
  assert.deepEqual(b.make("b", 200), []);
  // a is used once more: b is idle for longer.
  b.run("u", "a");
  b.tell({ type: "finished", ticket: b.ticket, nbytes: 0, spent: 1 });
  assert.deepEqual(b.make("c", 200), ["spill b"]);
  assert.equal(b.machine.value("b")!.state, "held");
  assert.deepEqual(b.tell({ type: "spilled", key: "b" }), ["unload b"]);
  assert.equal(b.machine.value("b")!.state, "spilled");
  assert.deepEqual(b.memory(-200), []);
});

Deno.test("WorkerMachine brings back what a task wants, and lets it go again without writing it again", () => {
  const b = new Bench();
  b.make("a", 300);
  b.make("b", 300);
  b.tell({ type: "spilled", key: "a" });
  b.memory(-300);
  assert.deepEqual(b.run("t", "a"), ["load a"]);
  assert.equal(b.machine.tasks.get("t")!.state, "fetching");
  assert.deepEqual(b.tell({ type: "loaded", key: "a" }), ["start t", "spill b"]);
  b.memory(300);
  b.tell({ type: "spilled", key: "b" });
  b.memory(-300);
  b.tell({ type: "finished", ticket: b.ticket, nbytes: 10, spent: 1 });
  assert.deepEqual(b.memory(300), ["unload a"]);
});

Deno.test("WorkerMachine says that there is no room when what it let go of for it was not enough, and brings that back later", () => {
  const b = new Bench();
  const card = { id: "p", nbytes: 600, about: null, workers: [], copies: 1 };
  b.tell({ type: "pinned", card });
  b.memory(600);
  assert.deepEqual(b.make("s", 100), ["spill s"]);
  assert.deepEqual(b.tell({ type: "spilled", key: "s" }), ["unload s"]);
  b.memory(-100);
  b.holders = [{ key: "far", holders: ["tcp://other"], nbytes: 600 }];
  assert.deepEqual(b.run("t", "s", "far"), ["get far", "load s"]);
  b.tell({ type: "loaded", key: "s" });
  b.memory(100);
  // far has come, and finds no room: beside what is pinned there will never be any.
  assert.deepEqual(b.tell({ type: "need", bytes: 600, tasks: 0 }), ["unload s"]);
  assert.deepEqual(b.memory(-100), ["noRoom"]);
  assert.deepEqual(b.memory(0), ["load s"]);
});

Deno.test("WorkerMachine lets go first of what is on disk already, and of what has no copy when nobody has read it for long", () => {
  const b = new Bench();
  for (const key of ["a", "d", "b", "c"]) b.make(key, 120);
  assert.deepEqual(b.make("e", 120), ["spill a"]);
  b.tell({ type: "spilled", key: "a" });
  b.memory(-120);
  let reads = 0;
  const read = (key: string): string[] => {
    b.run(`read ${key} ${++reads}`, key);
    const out = b.tell({ type: "loaded", key });
    b.tell({ type: "finished", ticket: b.ticket, nbytes: 0, spent: 1 });
    return out;
  };
  assert.deepEqual(read("a"), ["start read a 1", "spill d"]);
  b.tell({ type: "spilled", key: "d" });
  // a and d take turns; b is idle for longer than they, and would have to be written.
  let [here, gone] = ["a", "d"], times = 0;
  for (; times < 100; times++) {
    const out = read(gone);
    if (out[1] !== `unload ${here}`) {
      assert.deepEqual(out, [`start read ${gone} ${reads}`, "spill b"]);
      break;
    }
    [here, gone] = [gone, here];
  }
  // Until three times the memory has come in since.
  assert(times > 20 && times < 30, `${times} times`);
});

Deno.test("WorkerMachine begins the task first whose value was brought back, among those of equal priority", () => {
  const b = new Bench();
  b.make("a", 300);
  b.make("b", 300);
  b.tell({ type: "spilled", key: "a" });
  b.memory(-300);
  b.run("long");
  assert.equal(b.machine.executing, 1);
  for (const key of ["x", "y", "z"]) b.run(key, "b");
  b.run("t", "a");
  b.tell({ type: "loaded", key: "a" });
  assert.deepEqual(b.tell({ type: "finished", ticket: b.ticket, nbytes: 0, spent: 5 })[0], "start t");
});

Deno.test("WorkerMachine drops a value wherever it is, also while it is being written or read", () => {
  const b = new Bench();
  b.make("a", 300);
  assert.deepEqual(b.make("b", 300), ["spill a"]);
  assert.deepEqual(b.tell({ type: "drop", keys: ["a"] }), ["forget a"]);
  assert.deepEqual(b.tell({ type: "spilled", key: "a" }), []);
  b.memory(-300);
  assert.deepEqual(b.make("c", 300), ["spill b"]);
  b.tell({ type: "spilled", key: "b" });
  b.memory(-300);
  b.run("t", "b");
  assert.equal(b.machine.value("b")!.state, "loading");
  b.tell({ type: "cancel", tasks: [{ key: "t", attempt: 1 }] });
  assert.deepEqual(b.tell({ type: "drop", keys: ["b"] }), ["forget b"]);
  assert.deepEqual(b.tell({ type: "loaded", key: "b" }), []);
});

Deno.test("WorkerMachine has who waits for room wait while any is to come, and says when there is none", () => {
  const b = new Bench();
  b.make("a", 400);
  b.run("t");
  // The only task waits for 900 bytes: a can go.
  assert.deepEqual(b.tell({ type: "need", bytes: 900, tasks: 1 }), ["spill a"]);
  assert.deepEqual(b.tell({ type: "spillFailed", key: "a" }), ["noRoom"]);
  // A disk that is full stays so for what it had no room for.
  assert.deepEqual(b.tell({ type: "need", bytes: 900, tasks: 1 }), ["noRoom"]);
});

Deno.test("WorkerMachine fails a task whose value cannot be read again, and keeps the worker going", () => {
  const b = new Bench();
  b.make("a", 300);
  b.make("b", 300);
  b.tell({ type: "spilled", key: "a" });
  b.memory(-300);
  b.run("t", "a");
  assert.deepEqual(b.tell({ type: "loadFailed", key: "a", room: false, error: ERROR }), ["failed t"]);
  assert.deepEqual(b.run("u", "a"), ["load a"]);
  assert.deepEqual(b.tell({ type: "loaded", key: "a" }).slice(0, 1), ["start u"]);
});

Deno.test("WorkerMachine reads ahead for as many tasks as begin next, no further", () => {
  const b = new Bench();
  for (let i = 0; i < 8; i++) {
    b.make(`v${i}`, 260);
    for (let k = 0; k <= i; k++) {
      if (b.machine.value(`v${k}`)!.moving) {
        b.tell({ type: "spilled", key: `v${k}` });
        b.memory(-260);
      }
    }
  }
  const spilled = [...b.machine.values()].filter((d) => d.state === "spilled").map((d) => d.key);
  assert(spilled.length >= 6);
  const out = spilled.flatMap((key, i) => b.run(`t${i}`, key));
  assert(out.filter((what) => what.startsWith("load")).length <= 2, out.join());
});

Deno.test("SpillFile writes values and reads them again, whatever their sizes, in a file without a name", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const file = SpillFile.open(directory);
    assert.deepEqual([...Deno.readDirSync(directory)], []);
    const write = (parts: Uint8Array[]): Promise<DiskCopy> =>
      new Promise((resolve, reject) =>
        file.write(parts, (copy) => copy instanceof Error ? reject(copy) : resolve(copy))
      );
    const read = (copy: DiskCopy): Promise<Uint8Array[]> => {
      const into = copy.sizes.map((size) => new Uint8Array(size));
      return new Promise((resolve, reject) =>
        file.read(copy, into, (error) => error === undefined ? resolve(into) : reject(error))
      );
    };
    const values = [[0, 1, 4095, 4096, 4097], [300_000], [7], [1 << 20, 0, 3]].map((sizes, v) =>
      sizes.map((size, p) => new Uint8Array(new SharedArrayBuffer(size)).fill(17 * v + p + 1))
    );
    const copies = await Promise.all(values.map(write));
    assert.equal(file.used, values.flat().reduce((n, p) => n + p.length, 0));
    copies[2].free();
    const again = await write([new Uint8Array(9).fill(99)]);
    for (const i of [3, 0, 1]) {
      const parts = await read(copies[i]);
      parts.forEach((p, k) => assert.deepEqual(p, Uint8Array.from(values[i][k])));
    }
    assert.deepEqual(await read(again), [new Uint8Array(9).fill(99)]);
    for (const copy of [copies[0], copies[1], copies[3], again]) copy.free();
    assert.equal(file.used, 0);
    assert.throws(
      () => SpillFile.open(`${directory}/none`),
      (e) => e instanceof SpillError && /none: no file/.test(e.message),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("SpillFile reads what it wrote wherever it lies in memory, on disks that know no way past the cache too", async () => {
  const shared = await Deno.stat("/dev/shm").then((s) => s.isDirectory, () => false);
  for (const dir of shared ? [undefined, "/dev/shm"] : [undefined]) {
    const directory = await Deno.makeTempDir({ dir });
    try {
      const file = SpillFile.open(directory);
      const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
      const at = (offset: number, length: number): Uint8Array => new Uint8Array(memory.buffer, offset, length);
      // Whole pages; pages and a rest; off the pages; small.
      const parts = [at(0, 1 << 20), at(1 << 20, 200_001), at((5 << 18) + 64, 100_000), at((6 << 18) + 7, 100)];
      parts.forEach((part, i) => part.forEach((_, k) => part[k] = 31 * i + k % 251));
      const copy = await new Promise<DiskCopy>((resolve, reject) =>
        file.write(parts, (c) => c instanceof Error ? reject(c) : resolve(c))
      );
      for (const shift of [0, 4096 * 3 + 64]) {
        let offset = (2 << 20) + shift;
        const into = copy.sizes.map((size) => {
          const part = at(offset, size).fill(255);
          offset += Math.ceil(size / 4096) * 4096;
          return part;
        });
        await new Promise<void>((resolve, reject) =>
          file.read(copy, into, (error) => error === undefined ? resolve() : reject(error))
        );
        into.forEach((part, i) => assert.deepEqual(part.slice(), parts[i].slice(), `part ${i} in ${directory}`));
      }
      copy.free();
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }
});

Deno.test("StoredValue.unload() waits for whoever reads it, and load() has it back", () => {
  const s = new Store({ memoryLimit: 1 << 20, arenas: heapArenas });
  let freed = 0;
  const { value } = s.put("x", pack(new Float64Array(1000).fill(2)));
  assert.throws(() => value.unload(), RangeError);
  value.copied({ sizes: value.parts.map((p) => p.length), free: () => freed++ });
  value.retain();
  value.unload();
  assert(value.resident);
  value.release();
  assert(!value.resident);
  assert.equal(s.heap.used, 0);
  assert.throws(() => value.packed, RangeError);
  s.validate();
  const source = pack(new Float64Array(1000).fill(2));
  const room = s.reserve(value.copy!.sizes)!;
  [source.head, ...source.frames].forEach((part, i) => room.blocks[i].bytes.set(part));
  value.load(room.blocks.map((b) => b.retain()));
  room.release();
  assert.deepEqual(unpack(value.packed), new Float64Array(1000).fill(2));
  s.validate();
  s.drop("x");
  assert.equal(freed, 1);
  assert.equal(s.heap.used, 0);
  assert(new MemoryError("x", 1, 2, 3).message.length > 0);
});

Deno.test("checkFractions() names the fraction that cannot be", () => {
  assert.deepEqual(checkFractions(), { target: 0.6, spill: 0.7, pause: 0.8, terminate: 0.95 });
  assert.throws(() => checkFractions({ target: 2 }), /memory\.target: expected a number above 0 and at most 1, got 2/);
  assert.throws(() => checkFractions({ pause: 0.5 }), /memory\.pause: expected at least the 0\.7 of memory\.spill/);
  assert.throws(() => checkFractions({ spil: 0.5 } as never), /no fraction "spil"/);
  assert.equal(valuesLimit(2 ** 32, 2, 0.95), Math.floor(0.8 * 2 ** 32));
});
