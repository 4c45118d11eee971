import assert from "node:assert/strict";
import {
  concatRows,
  crossValScore,
  DTypeError,
  fromColumns,
  loadIris,
  makePipeline,
  NDArray,
  parallelBackend,
  ShapeError,
  stackColumns,
  StandardScaler,
  SVC,
  Table,
  toNDArray,
  toTable,
  trainTestSplit,
} from "../../../mod.ts";

const table = (): Table =>
  new Table({
    age: [30, null, 41],
    city: ["Oslo", "Rome", null],
    member: [true, false, true],
    n: new Int8Array([1, 2, 3]),
  });

Deno.test("Table knows its columns, their kinds and its size", () => {
  const T = table();
  assert.deepEqual([T.names, T.shape, T.length], [["age", "city", "member", "n"], [3, 4], 3]);
  assert.deepEqual(T.kinds, ["number", "string", "boolean", "number"]);
  assert.deepEqual(T.column("age"), Float64Array.of(30, NaN, 41));
  assert.deepEqual(T.column(-1), Int8Array.of(1, 2, 3));
  assert.deepEqual(T.row(-1), [41, null, true, 3]);
  assert.equal(T.nbytes, 24 + 2 * 8 + 8 + 24 + 3);
  assert.deepEqual(new Table({ i: new BigInt64Array([1n]) }).column("i"), Float64Array.of(1));
  assert.deepEqual(new Table({ none: [null, null] }).kinds, ["string"]);
});

Deno.test("Table.select(), drop(), slice() and take() pick columns and rows", () => {
  const T = table();
  assert.deepEqual(T.select(["n", 0]).names, ["n", "age"]);
  assert.equal(T.select(["age"]).column(0), T.column(0));
  assert.deepEqual(T.drop(["city", -1]).names, ["age", "member"]);
  assert.deepEqual(T.slice(1).column("city"), ["Rome", null]);
  assert.deepEqual(T.slice(-1).toArray(), [[41, null, true, 3]]);
  assert.deepEqual(T.take([2, 0, 2]).column("n"), Int8Array.of(3, 1, 3));
  assert.throws(() => T.take([3]), /3 is out of bounds for 3 rows/);
  assert.throws(() => T.column("cty"), /no column "cty"; there are age, city/);
});

Deno.test("Table.fromRows() takes objects and lists", () => {
  assert.deepEqual(Table.fromRows([{ a: 1, b: "x" }, { a: 2 }]).toJSON(), { a: [1, 2], b: ["x", null] });
  const rows = Table.fromRows([[1, "x"], [2, "y"]]);
  assert.deepEqual([rows.names, rows.named], [["x0", "x1"], false]);
  assert.ok(Table.fromRows([[1]], ["a"]).named);
  assert.throws(() => Table.fromRows([[1], [1, 2]]), /row 1 has 2 cells, not 1/);
});

Deno.test("Table.toNDArray() gives numbers or text, and says what stands in the way", () => {
  const T = table();
  assert.deepEqual(T.select(["age", "member", "n"]).toNDArray().toArray(), [[30, 1, 1], [NaN, 0, 2], [41, 1, 3]]);
  assert.equal(T.select(["city"]).slice(0, 2).toNDArray().dtype, "string");
  assert.throws(
    () => T.toNDArray(),
    (e: Error) => e instanceof DTypeError && /column "city" holds text/.test(e.message),
  );
  assert.throws(() => T.select(["city"]).toNDArray(), /column "city" misses a value in row 2/);
  assert.deepEqual(toNDArray(T.select(["n"])).shape, [3, 1]);
});

Deno.test("Table refuses columns that do not fit", () => {
  assert.throws(() => new Table({ a: [1], b: [1, 2] }), /column "b" has 2 rows, "a" has 1/);
  assert.throws(() => new Table([["a", [1]], ["a", [2]]]), ShapeError);
  assert.throws(() => new Table({ a: [{} as never] }), /column "a"\[0\] is an object/);
  assert.throws(() => toTable([1, 2]), /a list that is not of rows/);
  assert.throws(() => toTable([[1], [1, 2]], "X"), /X\[1\] has 2 elements/);
});

Deno.test("Table is printed, and shown in notebooks with text made safe", () => {
  const text = String(new Table({ a: [1.5, NaN], "<b>": ["<i>", null] }));
  assert.equal(text, "Table [2, 2]\n    a   <b>\n  1.5   <i>\n  nan  null");
  assert.equal(Deno.inspect(new Table({ a: [1] })), "Table [1, 1]\n  a\n  1");
  const html = new Table({ "<b>": ["<i>"] }).toHTML();
  assert.ok(html.includes("&lt;b&gt;") && html.includes("&lt;i&gt;") && !html.includes("<i>"));
  assert.ok(String(new Table({ a: new Float64Array(100) })).includes("…"));
});

Deno.test("stackColumns() and concatRows() join arrays and tables", () => {
  const A = toNDArray([[1], [2]]);
  assert.deepEqual(stackColumns([A, A.astype("float32")]).toArray(), [[1, 1], [2, 2]]);
  assert.equal((stackColumns([A.astype("int32"), A.astype("int32")]) as NDArray).dtype, "int32");
  const mixed = stackColumns([A, new Table({ s: ["a", "b"] })], ["n", "s"]) as Table;
  assert.deepEqual([mixed.names, mixed.toArray()], [["n", "s"], [[1, "a"], [2, "b"]]]);
  assert.throws(() => stackColumns([A, toNDArray([[1]])]), /part 1 has 1 rows, part 0 has 2/);
  assert.deepEqual(concatRows(A, A).toArray(), [[1], [2], [1], [2]]);
  assert.deepEqual(concatRows(new NDArray(["a"]), new NDArray(["b"])).toArray(), ["a", "b"]);
  assert.throws(() => concatRows(A, toNDArray([[1, 2]])), /do not fit/);
  assert.equal((fromColumns([[true, false]]) as NDArray).dtype, "bool");
});

Deno.test("Table is taken wherever X is: splits, searches, threads", async () => {
  const { X, y } = loadIris();
  const T = new Table(Array.from({ length: 4 }, (_, j) => [`f${j}`, X.col(j)] as const));
  const [train, test] = trainTestSplit(T, { randomState: 0 }) as [Table, Table];
  assert.deepEqual([train.names, train.length, test.length], [T.names, 112, 38]);
  const model = makePipeline(new StandardScaler(), new SVC());
  const ofArray = await crossValScore(model, X, y, { cv: 3 });
  assert.ok((await crossValScore(model, T, y, { cv: 3 })).equals(ofArray));
  const onThreads = await parallelBackend("threads", { nJobs: 2 }, () => crossValScore(model, T, y, { cv: 3 }));
  assert.ok(onThreads.equals(ofArray));
  const fitted = await model.fit(T, y);
  assert.deepEqual(fitted.featureNamesIn_, T.names);
  await assert.rejects(fitted.predict(T.select(["f1", "f0", "f2", "f3"])), /column 0 is called "f1", but it was "f0"/);
});
