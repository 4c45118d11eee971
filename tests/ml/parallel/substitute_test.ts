import assert from "node:assert/strict";
import { reference } from "../../../actors/values/mod.ts";
import { substitute } from "../../../ml/parallel/substitute.ts";

const X = { data: new Float64Array(4), shape: [2, 2] };
const ref = { [reference]: "data-1" };
const find = (value: object) => value === X ? ref : undefined;

class Estimator {
  inner: unknown = null;
  C = 1;
  get twice() {
    return this.C * 2;
  }
}

Deno.test("substitute() finds a value at the top, in containers, and in fields of instances", () => {
  const estimator = new Estimator();
  estimator.inner = { deep: [1, [X]] };
  const args = [X, [1, X], { a: { b: X } }, estimator, new Map([["x", X]]), new Set([X])];
  const out = substitute(args, find) as typeof args;
  assert.deepEqual(out[0], ref);
  assert.equal((out[1] as unknown[])[1], ref);
  assert.equal((out[2] as { a: { b: unknown } }).a.b, ref);
  const copy = out[3] as Estimator & { inner: { deep: [number, unknown[]] } };
  assert(copy instanceof Estimator);
  assert.equal(copy.inner.deep[1][0], ref);
  assert.equal(copy.twice, 2);
  assert.equal((out[4] as Map<string, unknown>).get("x"), ref);
  assert((out[5] as Set<unknown>).has(ref));
  // The caller's own are as they were.
  assert.equal(args[0], X);
  assert.equal((estimator.inner as { deep: [number, unknown[]] }).deep[1][0], X);
  assert((args[5] as Set<unknown>).has(X));
});

Deno.test("substitute() leaves alone what holds nothing of it", () => {
  const estimator = new Estimator();
  const args = [1, "a", null, [1, 2, 3], estimator, { y: [] }, ref];
  assert.equal(substitute(args, find), args);
  const mixed = [estimator, X];
  assert.equal(substitute(mixed, find)[0], estimator);
});

Deno.test("substitute() keeps one object one, and bears cycles", () => {
  const shared = { X };
  const cycle: { self?: unknown; X: unknown } = { X: 1 };
  cycle.self = cycle;
  const out = substitute([shared, [shared], cycle], find) as [object, [object], object];
  assert.equal(out[0], out[1][0]);
  assert.equal(out[2], cycle);
});

Deno.test("substitute() does not search long lists to their end", () => {
  let looked = 0;
  const rows = Array.from({ length: 100_000 }, () => ({}));
  substitute([rows], () => (looked++, undefined));
  assert(looked < 3_000, `looked at ${looked}`);
});
