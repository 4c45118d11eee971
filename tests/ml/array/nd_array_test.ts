import assert from "node:assert/strict";
import {
  concatRows,
  DTypeError,
  linspace,
  logspace,
  NDArray,
  pairwiseSum,
  RandomState,
  ShapeError,
  stackColumns,
  toNDArray,
  zeros,
} from "../../../ml/mod.ts";

const table = (): NDArray<Float64Array> => new NDArray(Float64Array.from({ length: 6 }, (_, i) => i + 1), [3, 2]);

Deno.test("NDArray knows shape, size and kind", () => {
  const a = table();
  assert.deepEqual([a.shape, a.ndim, a.size, a.length, a.nbytes, a.dtype], [[3, 2], 2, 6, 3, 48, "float64"]);
  assert.equal(new NDArray(new Uint8Array(3), [3], "bool").dtype, "bool");
  assert.equal(new NDArray(["a", "bc"]).nbytes, 6);
});

Deno.test("NDArray refuses shapes that do not fit and data it cannot hold", () => {
  assert.throws(() => new NDArray(new Float64Array(5), [2, 3]), ShapeError);
  assert.throws(() => new NDArray(new Float64Array(6), [2.5, 2.4]), ShapeError);
  assert.throws(() => new NDArray([1, 2] as unknown as string[]), DTypeError);
  assert.throws(() => new NDArray(new DataView(new ArrayBuffer(8)) as unknown as Uint8Array), DTypeError);
  assert.throws(() => new NDArray(new Float64Array(2), [2], "bool"), DTypeError);
});

Deno.test("NDArray.get() and set() count from either end", () => {
  const a = table();
  assert.equal(a.get(2, 1), 6);
  assert.equal(a.get(-1, -2), 5);
  a.set(9, 0, -1);
  assert.deepEqual(a.toArray(), [[1, 9], [3, 4], [5, 6]]);
  assert.throws(() => a.get(3, 0), ShapeError);
  assert.throws(() => a.get(0), ShapeError);
});

Deno.test("NDArray.row(), slice() and reshape() are views, col() and take() copies", () => {
  const a = table();
  a.row(1).set(30, 0);
  a.slice(-1).set(60, 0, 1);
  a.reshape(2, -1).set(10, 0, 0);
  a.col(0).set(99, 0);
  a.take([0]).set(99, 0, 0);
  assert.deepEqual(a.toArray(), [[10, 2], [30, 4], [5, 60]]);
  assert.deepEqual(a.slice(1, 2).shape, [1, 2]);
  assert.deepEqual(a.slice(5).shape, [0, 2]);
  assert.deepEqual(a.col(-1).toArray(), [2, 4, 60]);
  assert.deepEqual(a.take([2, 0, 2]).toArray(), [[5, 60], [10, 2], [5, 60]]);
  assert.throws(() => a.take([3]), ShapeError);
  assert.throws(() => a.row(3), ShapeError);
  assert.throws(() => a.col(2), ShapeError);
  assert.throws(() => a.reshape(4, -1), ShapeError);
});

Deno.test("NDArray.transpose() exchanges axes", () => {
  assert.deepEqual(table().T.toArray(), [[1, 3, 5], [2, 4, 6]]);
  assert.deepEqual(new NDArray(["a", "b", "c", "d"], [2, 2]).T.toArray(), [["a", "c"], ["b", "d"]]);
});

Deno.test("NDArray.astype() changes kinds", () => {
  const a = new NDArray(Float64Array.of(0, 1.9, -2.9));
  assert.deepEqual(a.astype("int32").toArray(), [0, 1, -2]);
  assert.deepEqual(a.astype("int64").toArray(), [0n, 1n, -2n]);
  assert.deepEqual(a.astype("bool").toArray(), [false, true, true]);
  assert.deepEqual(a.astype("string").toArray(), ["0", "1.9", "-2.9"]);
  assert.deepEqual(a.astype("int64").astype("float64").toArray(), [0, 1, -2]);
  assert.deepEqual(toNDArray(["1", "2.5"]).astype("float64").toArray(), [1, 2.5]);
});

Deno.test("NDArray reductions work on all elements and along axes", () => {
  const a = table();
  assert.equal(a.sum(), 21);
  assert.deepEqual(a.sum(0).toArray(), [9, 12]);
  assert.deepEqual(a.sum(1).toArray(), [3, 7, 11]);
  assert.deepEqual(a.mean(-1).toArray(), [1.5, 3.5, 5.5]);
  assert.equal(a.mean(), 3.5);
  assert.ok(Math.abs(a.var() - 35 / 12) < 1e-15);
  assert.deepEqual(a.var(1).toArray(), [0.25, 0.25, 0.25]);
  assert.deepEqual(a.std(0, 1).toArray(), [2, 2]);
  assert.deepEqual([a.min(), a.max(), a.argmin(), a.argmax()], [1, 6, 0, 5]);
  assert.deepEqual(a.max(0).toArray(), [5, 6]);
  assert.deepEqual(a.argmin(0).toArray(), [0, 0]);
  assert.deepEqual(a.argmax(1).toArray(), [1, 1, 1]);
  assert.deepEqual(a.reshape(1, 3, 2).sum(1).toArray(), [[9, 12]]);
  assert.ok(Number.isNaN(new NDArray(Float64Array.of(1, NaN, 3)).max()));
  assert.throws(() => a.sum(2), ShapeError);
  assert.throws(() => new NDArray(new Float64Array(0)).max(), ShapeError);
  assert.throws(() => new NDArray(["a"]).sum(), DTypeError);
});

Deno.test("pairwiseSum() is exact where a running sum is not", () => {
  const data = new Float64Array(1_000_000).fill(0.1);
  // numpy.full(10**6, 0.1).sum(); added one by one it is 100000.00000133288.
  assert.equal(pairwiseSum(data), 100000.00000000003);
  const rng = new RandomState(1);
  for (const n of [0, 1, 7, 8, 9, 127, 128, 129, 1000]) {
    const x = rng.randint(0, 1000, n).data;
    assert.equal(pairwiseSum(x), x.reduce((a, b) => a + b, 0), `n = ${n}`);
  }
});

Deno.test("NDArray.map() and iteration go element by element", () => {
  assert.deepEqual(table().map((v, i) => v * i).toArray(), [[0, 2], [6, 12], [20, 30]]);
  assert.deepEqual(table().map((v) => v > 3, "bool").toArray(), [[false, false], [false, true], [true, true]]);
  assert.deepEqual([...new NDArray(Int32Array.of(4, 5))], [4, 5]);
  assert.deepEqual([...table()].map((row) => (row as NDArray).toArray()), [[1, 2], [3, 4], [5, 6]]);
});

Deno.test("NDArray prints kind, shape and values", () => {
  assert.equal(Deno.inspect(new NDArray(Int32Array.of(1, 20))), "NDArray int32 [2] [ 1, 20]");
  const odd = new NDArray(Float64Array.of(1, 2.5, NaN, -Infinity));
  assert.equal(String(odd), "NDArray float64 [4] [  1.,  2.5,  nan, -inf]");
  assert.equal(
    Deno.inspect(table()),
    "NDArray float64 [3, 2]\n[[1., 2.],\n [3., 4.],\n [5., 6.]]",
  );
  const long = Deno.inspect(new NDArray(new Float64Array(100_000), [1000, 100]));
  assert.ok(long.length < 500 && long.includes("…"), long);
  assert.ok(Deno.inspect(new NDArray(new Float64Array(0), [0, 3])).includes("[0, 3]"));
});

Deno.test("NDArray.toHTML() is a table with text made safe", () => {
  const html = new NDArray(["<b>", "x"], [1, 2]).toHTML();
  assert.ok(html.includes("<table>") && html.includes("&lt;b&gt;") && !html.includes("<b>"), html);
  const shown = (table() as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]();
  assert.ok(shown["text/html"].includes("<td>6.</td>"));
});

Deno.test("NDArray can be made again from a copy of its own fields", () => {
  const a = table().slice(1);
  const sent = Object.assign(Object.create(NDArray.prototype), structuredClone({ ...a })) as NDArray;
  assert.ok(sent.equals(a));
  assert.deepEqual(sent.row(0).toArray(), [3, 4]);
});

Deno.test("toNDArray() takes lists, typed arrays, shaped data and arrays", () => {
  assert.deepEqual(toNDArray([[1, 2], [3, 4]]).shape, [2, 2]);
  assert.deepEqual(toNDArray([new Float32Array([1, 2]), new Float32Array([3, 4])]).toArray(), [[1, 2], [3, 4]]);
  const bytes = new Uint8Array(4);
  assert.equal(toNDArray(bytes).data, bytes);
  assert.equal(toNDArray({ data: bytes, shape: [2, 2] }).data, bytes);
  assert.equal(toNDArray(["a", "b"]).dtype, "string");
  assert.equal(toNDArray([true, false]).dtype, "bool");
  assert.equal(toNDArray([1n, 2n]).dtype, "int64");
  assert.deepEqual(toNDArray([]).shape, [0]);
  assert.deepEqual(toNDArray([[], []]).shape, [2, 0]);
  const a = table();
  assert.equal(toNDArray(a), a);
});

Deno.test("toNDArray() says where lists do not fit", () => {
  assert.throws(() => toNDArray([[1, 2], [3]], "X"), /X\[1\] has 1 elements, but the ones before it have 2/);
  assert.throws(() => toNDArray([[1, 2], 3], "X"), /X\[1\] is number 3, but the elements before it are lists/);
  assert.throws(() => toNDArray([1, [2]], "X"), /X\[1\] is a list/);
  assert.throws(() => toNDArray([[1, 2], [3, "a"]], "X"), /X\[1\]\[1\] is string a, expected a number/);
  assert.throws(() => toNDArray([null] as unknown as number[], "X"), /X\[0\] is null/);
  assert.throws(() => toNDArray(5 as unknown as number[], "X"), DTypeError);
});

Deno.test("linspace() and logspace() hold both ends", () => {
  assert.deepEqual(linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(linspace(3, 3, 1), [3]);
  assert.deepEqual(logspace(-2, 2, 5), [0.01, 0.1, 1, 10, 100]);
  assert.equal(logspace(-8, 8, 17)[9], 10);
});

Deno.test("NDArray.take() of large arrays gives the rows that it gives of small ones", () => {
  const rows = 40_000;
  for (const stride of [1, 2, 7, 8, 9, 17, 20, 33, 70]) {
    const a = new NDArray(new Float64Array(rows * stride).map((_, i) => i), [rows, stride]);
    const indices = Int32Array.from({ length: rows + 37 }, (_, k) => (k * 7919) % rows);
    const taken = a.take(indices);
    assert.deepEqual(taken.shape, [rows + 37, stride]);
    const wrong = taken.data.findIndex((v, at) => v !== indices[Math.floor(at / stride)] * stride + at % stride);
    assert.equal(wrong, -1, `stride ${stride}`);
  }
});

Deno.test("zeros(), stackColumns() and concatRows() refuse what is no shape, and no arrays, in words", () => {
  for (const bad of [-1, 1.5, NaN, [2, -3], [1, Infinity], null, "3"]) {
    assert.throws(() => zeros(bad as never), /zeros: a shape is a whole number/);
  }
  for (const bad of [null, 3, [1, 2]]) assert.throws(() => stackColumns(bad as never), /expected a list of NDArrays/);
  assert.throws(() => concatRows(null as never, zeros(1)), /expected two NDArrays/);
});
