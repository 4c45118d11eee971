import assert from "node:assert/strict";
import { bytesOf, SharedArguments } from "../../../ml/parallel/arguments.ts";

class Ref {
  released = 0;
  readonly value: object;

  constructor(value: object) {
    this.value = value;
  }

  release(): void {
    this.released++;
  }
}

function setUp(pinned = new Map<object, Ref>()) {
  const refs: Ref[] = [];
  const scatter = (value: object) => {
    const ref = new Ref(value);
    refs.push(ref);
    return Promise.resolve(ref);
  };
  return { refs, shared: new SharedArguments<Ref>(scatter, pinned) };
}

const large = () => new Float64Array(10_000);

Deno.test("bytesOf() counts arrays, and what holds one as its data", () => {
  assert.equal(bytesOf(new Float64Array(3)), 24);
  assert.equal(bytesOf({ data: new Uint8Array(5), shape: [5] }), 5);
  assert.equal(bytesOf(new ArrayBuffer(7)), 7);
  assert.equal(bytesOf({ data: "text" }), 0);
});

Deno.test("SharedArguments.prepare() scatters a large value once, and leaves small ones alone", async () => {
  const { refs, shared } = setUp();
  const [X, small] = [large(), new Float64Array(3)];
  const first = shared.prepare([[X, small, 1], [{ X }]]);
  const second = shared.prepare([[X]]);
  const args = await first.args;
  assert.equal(refs.length, 1);
  assert.deepEqual(args, [[refs[0], small, 1], [{ X: refs[0] }]]);
  assert.deepEqual(await second.args, [[refs[0]]]);
  // Now that it is there, nobody has to wait.
  assert.deepEqual(shared.prepare([[X]]).args, [[refs[0]]]);
});

Deno.test("SharedArguments.prepare() puts in what was scattered before, large or not", () => {
  const y = [1, 2, 3];
  const ref = new Ref(y);
  const { refs, shared } = setUp(new Map([[y, ref]]));
  assert.deepEqual(shared.prepare([[1, y]]).args, [[1, ref]]);
  shared.close();
  assert.deepEqual([refs.length, ref.released], [0, 0]);
});

Deno.test("SharedArguments lets go of what one call used with the call, and of the rest at the end", async () => {
  const { refs, shared } = setUp();
  const [own, common] = [large(), large()];
  const a = shared.prepare([[own, common]]);
  const b = shared.prepare([[common]]);
  await a.args;
  await b.args;
  a.done();
  a.done();
  assert.deepEqual(refs.map((r) => [r.value === own, r.released]), [[true, 1], [false, 0]]);
  b.done();
  assert.equal(refs[1].released, 0);
  shared.close();
  assert.deepEqual(refs.map((r) => r.released), [1, 1]);
});

Deno.test("SharedArguments lets go of what arrives after the end", async () => {
  const { refs, shared } = setUp();
  const prepared = shared.prepare([[large()]]);
  shared.close();
  await prepared.args;
  assert.deepEqual(refs.map((r) => r.released), [1]);
});
