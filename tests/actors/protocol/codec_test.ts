import assert from "node:assert/strict";
import fc from "fast-check";
import type { Header } from "../../../transport/mod.ts";
import {
  clientHears,
  type ClientToScheduler,
  codec,
  int,
  MalformedMessage,
  message,
  schedulerHears,
  strings,
  u32s,
  workerHears,
} from "../../../actors/protocol/mod.ts";
import { taskOptions } from "../../helpers/task_options.ts";

const { fromClient } = schedulerHears;

function submit(n: number): ClientToScheduler & { type: "submit" } {
  const keys = Array.from({ length: n }, (_, i) => `k${i}`);
  return {
    type: "submit",
    keys,
    fns: ["lib:f"],
    fn: new Uint32Array(n),
    options: [taskOptions],
    option: new Uint32Array(n),
    argBytes: new Uint32Array(n).fill(3),
    depCounts: new Uint32Array(n),
    deps: [],
    codes: [],
    frames: [new Uint8Array(3 * n)],
  };
}

Deno.test("codec() reads back what it wrote", () => {
  for (const n of [0, 1, 500]) {
    const m = submit(n);
    assert.deepEqual(fromClient.read(fromClient.write(m)), m);
  }
});

Deno.test("codec() reads columns that arrive unaligned", () => {
  const { header, frames } = fromClient.write(submit(4));
  const shifted = (header as Header[]).map((h) => {
    if (!(h instanceof Uint8Array)) return h;
    const buffer = new Uint8Array(h.byteLength + 1);
    buffer.set(h, 1);
    return buffer.subarray(1);
  });
  assert.deepEqual(fromClient.read({ header: shifted, frames }), submit(4));
});

Deno.test("codec() refuses columns that do not fit each other, and says which", () => {
  const refused = (change: Partial<ClientToScheduler & { type: "submit" }>, expected: RegExp) =>
    assert.throws(() => fromClient.read(fromClient.write({ ...submit(4), ...change })), (e: Error) => {
      assert(e instanceof MalformedMessage);
      assert.match(e.message, expected);
      return true;
    });
  refused({ fn: new Uint32Array(3) }, /submit: column fn has 3 rows, expected 4/);
  refused({ fn: Uint32Array.of(0, 0, 0, 1) }, /fn points outside/);
  refused({ option: Uint32Array.of(9, 0, 0, 0) }, /option points outside/);
  refused({ deps: ["a"] }, /1 dependencies, expected 0/);
  refused({ frames: [new Uint8Array(5)] }, /5 bytes of arguments, expected 12/);
  refused({ codes: ["h"] }, /1 frames, expected 2/);
});

Deno.test("codec() refuses what is no message, and never throws anything but MalformedMessage", () => {
  for (const c of [fromClient, schedulerHears.fromWorker, clientHears.fromScheduler, workerHears.fromAnyone]) {
    for (const header of [null, 1, "x", [], ["submit"], [99_999], [2], [2, 1, 2, 3], { type: "submit" }] as Header[]) {
      assert.throws(() => c.read({ header, frames: [] }), MalformedMessage);
    }
  }
  const leaf: fc.Arbitrary<Header> = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 16 }),
  );
  const field = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.dictionary(fc.string(), leaf, { maxKeys: 3 }));
  const codes = fc.oneof(fc.integer({ min: 0, max: 160 }), fc.constantFrom(1, 2, 61, 62, 92, 124));
  const header = fc.tuple(codes, fc.array(field, { maxLength: 16 })).map(([c, f]) => [c, ...f] as Header);
  fc.assert(fc.property(header, fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 3 }), (h, frames) => {
    for (const c of [fromClient, schedulerHears.fromWorker, clientHears.fromScheduler, workerHears.fromAnyone]) {
      try {
        c.read({ header: h, frames });
      } catch (e) {
        assert(e instanceof MalformedMessage, `${e}`);
      }
    }
  }));
});

Deno.test("codec() refuses a vocabulary in which two types share a code", () => {
  assert.throws(
    () => codec({ a: message(1, { n: int }), b: message(1, { k: strings }) }),
    /message types a and b share code 1/,
  );
});

Deno.test("u32s.write() sends only the view's own bytes", () => {
  const part = new Uint32Array([1, 2, 3, 4]).subarray(1, 3);
  assert.deepEqual(u32s.read(u32s.write(part)), Uint32Array.of(2, 3));
});

Deno.test("amounts.read() refuses what is no amount by name", () => {
  const tampered = (resources: Header) => {
    const { header, frames } = fromClient.write(submit(1));
    const options = structuredClone((header as Header[])[4]) as Header[][];
    options[0][6] = resources;
    return { header: (header as Header[]).map((h, i) => i === 4 ? [...options] : h), frames };
  };
  assert.equal(fromClient.read(tampered({ GPU: 1 })).type, "submit");
  for (const resources of [[], 3, "GPU", { GPU: -1 }, { GPU: "1" }, { GPU: NaN }, { GPU: null }] as Header[]) {
    assert.throws(() => fromClient.read(tampered(resources)), /submit.options: resources: expected .*amount/);
  }
});

Deno.test("codec.read() refuses to begin at a worker what depends on something, or is an actor", () => {
  const { read, write } = workerHears.fromAnyone;
  const start = { ...submit(1), type: "start" } as const;
  assert.equal(read(write(start)).type, "start");
  const dependent = { ...start, depCounts: Uint32Array.of(1), deps: ["x"] };
  assert.throws(() => read(write(dependent)), /1 dependencies, expected none/);
  const actor = { ...start, options: start.options.map((o) => ({ ...o, kind: "actor" as const })) };
  assert.throws(() => read(write(actor)), /an actor, expected tasks/);
});
