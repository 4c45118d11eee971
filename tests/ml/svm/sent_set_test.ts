import assert from "node:assert/strict";
import { fromSent, toSent } from "../../../ml/svm/sent_set.ts";

Deno.test("fromSent() gives what toSent() was given, and a set without weights is small", () => {
  const codes = Int32Array.from([0, 1, 2, 1, 0, 2, 2]), ones = new Float64Array(7).fill(1);
  const byClass = { codes, nClasses: 3, upper: Float64Array.from(codes, (c) => 0.1 * (c + 1)), weight: ones };
  const own = {
    ...byClass,
    upper: Float64Array.from(codes, (_, i) => i / 3),
    weight: Float64Array.from(codes, (_, i) => i),
  };
  // As many classes as samples.
  const each = {
    codes: Int32Array.from([2, 0, 1]),
    nClasses: 3,
    upper: Float64Array.of(5, 6, 7),
    weight: ones.slice(0, 3),
  };
  const many = {
    codes: Int32Array.from([0, 299]),
    nClasses: 300,
    upper: Float64Array.of(1, 1),
    weight: ones.slice(0, 2),
  };
  for (const set of [byClass, own, each, many]) assert.deepEqual(fromSent(toSent(set)), set);
  const sent = toSent(byClass);
  assert.deepEqual([sent.weight, sent.upper, sent.byClass?.length, sent.codes.byteLength], [
    undefined,
    undefined,
    3,
    7,
  ]);
});
