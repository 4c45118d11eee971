import assert from "node:assert/strict";
import {
  checkRandomState,
  NDArray,
  RandomState,
  RandomStateError,
  sampleWithoutReplacement,
  toNDArray,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, golden } from "../golden.ts";

const values = golden("ml_random");
const seeds: [string, number | number[]][] = [
  ["0", 0],
  ["1", 1],
  ["42", 42],
  ["4294967295", 2 ** 32 - 1],
  ["list3", [1, 2, 3]],
  ["list700", Array.from({ length: 700 }, (_, i) => i)],
];

for (const [name, seed] of seeds) {
  Deno.test(`RandomState draws what NumPy draws from seed ${name}`, () => {
    const g = values[name];
    const r = new RandomState(seed);
    assert.deepEqual(r.randomSample(3).toArray(), g.random_sample);
    assert.deepEqual(r.uniform(-3, 5, [2, 3]).toArray(), g.uniform);
    assert.deepEqual(r.randint(0, 10, 12).toArray(), g.randint);
    assert.deepEqual([r.randint(7), r.randint(-5, 6), r.randint(0, 1), r.randint(0, 2 ** 31 - 1)], g.randint_one);
    assert.deepEqual(r.randint(-(2 ** 40), 2 ** 45, 4).toArray().map(String), g.randint_wide);
    assert.deepEqual(r.randint(0, 2 ** 32, 3).toArray().map(String), g.randint_32);
    assertClose(r.normal(2, 3, 5), g.normal_odd, 4e-16, "normal");
    assertClose(r.standardNormal(3), g.standard_normal, 4e-16, "standardNormal");
    assert.deepEqual(r.randint(0, 100, 3).toArray(), g.randint_after);
    assertClose(r.exponential(2.5, 4), g.exponential, 4e-16, "exponential");
    assertClose(r.lognormal(0.5, 0.25, 3), g.lognormal, 1e-15, "lognormal");
    assert.deepEqual(r.permutation(11).toArray(), g.permutation);
    const rows = new NDArray(Int32Array.from({ length: 12 }, (_, i) => i), [6, 2]);
    assert.deepEqual(r.permutation(rows).toArray(), g.permutation_rows);
    assert.deepEqual(r.choice(20, { size: 8 }).toArray(), g.choice);
    assert.deepEqual(r.choice(5, { size: 10, p: [0.1, 0, 0.3, 0.6, 0] }).toArray(), g.choice_p);
    assert.deepEqual(r.choice(20, { size: 7, replace: false }).toArray(), g.choice_distinct);
    const p = [0.1, 0.2, 0.3, 0.2, 0.1, 0.1];
    assert.deepEqual(r.choice(6, { size: 4, replace: false, p }).toArray(), g.choice_distinct_p);
    assert.deepEqual(r.choice(new NDArray(Float64Array.of(2.5, 3.5, 4.5)), { size: [2, 2] }).toArray(), g.choice_of);
    assert.equal(r.choice(1000), g.choice_one);
    assert.equal(r.randomSample(), g.end);
  });
}

Deno.test("RandomState.shuffle() orders lists and rows as NumPy does", () => {
  const r = new RandomState(5);
  const flat = Array.from({ length: 10 }, (_, i) => i);
  r.shuffle(flat);
  const rows = new NDArray(Int32Array.from({ length: 12 }, (_, i) => i), [4, 3]);
  r.shuffle(rows);
  assert.deepEqual(flat, values.shuffle.flat);
  assert.deepEqual(rows.toArray(), values.shuffle.rows);
  assert.equal(r.randomSample(), values.shuffle.end);
});

Deno.test("RandomState stays with NumPy over hundreds of thousands of draws", () => {
  const r = new RandomState(7);
  assertDigest(r.randomSample(100_000), values.many.random_sample);
  assertDigest(r.randint(0, 1000, 100_000), values.many.randint);
  assertDigest(r.normal(0, 1, 100_001), values.many.normal, 1e-14);
  assertDigest(r.permutation(50_000), values.many.permutation);
  assert.equal(r.randomSample(), values.many.end);
});

Deno.test("RandomState draws NumPy's numbers of other distributions", () => {
  const r = new RandomState(11);
  type Draw = (...args: unknown[]) => NDArray<Float64Array>;
  for (const [name, args, expected] of values.distributions as [string, unknown[], number[]][]) {
    const draw = (r as unknown as Record<string, Draw>)[name].bind(r);
    assertClose(name === "bytes" ? draw(...args) : draw(...args, expected.length), expected, 1e-14, `${name}(${args})`);
  }
});

Deno.test("RandomState refuses distributions that there are not", () => {
  const r = new RandomState(0);
  assert.throws(() => r.poisson(-1), RandomStateError);
  assert.throws(() => r.gamma(NaN), /shape must not be negative/);
  assert.throws(() => r.binomial(2.5, 0.5), /n must be a whole number/);
  assert.throws(() => r.binomial(2, 1.5), /p must be from 0 to 1/);
  assert.throws(() => r.multinomial(2, [0.5, 0.6, 0.1]), /pvals sum to/);
  assert.throws(() => r.chisquare(0), RandomStateError);
});

Deno.test("RandomState goes on from a copy of its own fields", () => {
  const r = new RandomState(11);
  r.normal(0, 1, 3);
  const sent = Object.assign(Object.create(RandomState.prototype), structuredClone({ ...r })) as RandomState;
  const copy = r.copy();
  const expected = r.normal(0, 1, 700).toArray();
  assert.deepEqual(sent.normal(0, 1, 700).toArray(), expected);
  assert.deepEqual(copy.normal(0, 1, 700).toArray(), expected);
});

Deno.test("sampleWithoutReplacement() draws what scikit-learn draws", () => {
  for (const [n, k, expected] of values.without_replacement) {
    assert.deepEqual(sampleWithoutReplacement(n, k, 3), expected, `${k} of ${n}`);
  }
  assert.throws(() => sampleWithoutReplacement(3, 4, 0), RandomStateError);
});

Deno.test("checkRandomState() takes seeds, generators and nothing", () => {
  const r = new RandomState(3);
  assert.equal(checkRandomState(r), r);
  assert.equal(checkRandomState(0).randomSample(), new RandomState(0).randomSample());
  assert.notEqual(checkRandomState(null).randomSample(), checkRandomState(undefined).randomSample());
  assert.throws(() => checkRandomState("x" as unknown as number), RandomStateError);
  assert.throws(() => checkRandomState({} as unknown as number), RandomStateError);
});

Deno.test("RandomState draws from lists as from arrays", () => {
  const [a, b] = [new RandomState(5), new RandomState(5)];
  assert.deepEqual(a.permutation([7, 8, 9]).toArray(), b.permutation(toNDArray([7, 8, 9])).toArray());
  const options = { size: 4, p: [0.2, 0.3, 0.5] };
  assert.deepEqual(a.choice([7, 8, 9], options).toArray(), b.choice(toNDArray([7, 8, 9]), options).toArray());
});

Deno.test("RandomState.bytes() takes a word of the state even for no bytes, as NumPy does", () => {
  const [a, b] = [new RandomState(5), new RandomState(5)];
  assert.equal(a.bytes(0).length, 0);
  assert.deepEqual(a.bytes(4), (b.bytes(4), b.bytes(4)));
});

Deno.test("RandomState refuses what it cannot draw from", () => {
  for (const seed of [-1, 2 ** 32, 1.5, NaN, []]) assert.throws(() => new RandomState(seed), RandomStateError);
  const r = new RandomState(0);
  assert.throws(() => r.randint(5, 5), RandomStateError);
  assert.throws(() => r.randint(0, 1.5), RandomStateError);
  assert.throws(() => r.randomSample(-1), RandomStateError);
  assert.throws(() => r.randomSample([2, 0.5]), RandomStateError);
  assert.throws(() => r.normal(0, -1), RandomStateError);
  assert.throws(() => r.uniform(0, Infinity), RandomStateError);
  assert.throws(() => r.choice(0), RandomStateError);
  assert.throws(() => r.choice(2.5), /whole number that is not negative, or an array, got 2.5/);
  assert.throws(() => r.permutation(-1), RandomStateError);
  assert.throws(() => r.choice(3, { size: 4, replace: false }), RandomStateError);
  assert.throws(() => r.choice(3, { size: 1, p: [0.5, 0.5] }), RandomStateError);
  assert.throws(() => r.choice(2, { size: 1, p: [0.5, 0.6] }), RandomStateError);
  assert.throws(() => r.choice(2, { size: 1, p: [1.5, -0.5] }), RandomStateError);
  assert.throws(() => r.choice(3, { size: 2, replace: false, p: [1, 0, 0] }), RandomStateError);
});
