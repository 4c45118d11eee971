import assert from "node:assert/strict";
import {
  ColumnTransformer,
  FileFormatError,
  InvalidParameterError,
  makePipeline,
  OneHotEncoder,
  RandomState,
  readArrow,
  readCsv,
  type ReadCsvOptions,
  readParquet,
  SimpleImputer,
  StandardScaler,
  type Table,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { golden } from "../golden.ts";

const values = golden("ml_io");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const csv = (text: string, options?: ReadCsvOptions): Promise<Table> =>
  readCsv(new TextEncoder().encode(text), options);
const cells = (table: Table, name: string): unknown[] =>
  Array.from(table.column(name) as ArrayLike<unknown>, (v) => v !== v ? null : v);

function assertGolden(table: Table): void {
  for (const [name, expected] of Object.entries(values.columns)) {
    assert.deepEqual(cells(table, name), expected, name);
  }
  const day = 86_400_000;
  assert.deepEqual(cells(table, "day"), [day, null, 10_957 * day, -day]);
  assert.deepEqual(cells(table, "time"), [0, 1500, null, 2_000_000]);
}

for (const form of ["file", "stream", "feather"]) {
  Deno.test(`readArrow() reads what pyarrow writes: ${form}`, async () => {
    const table = await readArrow(bytesOf(values.arrow[form]));
    assertGolden(table);
    assert.deepEqual([table.column("f32").constructor, table.column("i8").constructor], [Float32Array, Int8Array]);
    const two = await readArrow(bytesOf(values.arrow[form]), { columns: ["text", "f64"] });
    assert.deepEqual(two.names, ["text", "f64"]);
  });
}

Deno.test("readArrow() says what it cannot read", async () => {
  assert.deepEqual((await readArrow(bytesOf(values.arrow.empty))).shape, [0, 1]);
  await assert.rejects(readArrow(bytesOf(values.arrow.lists)), /column "l" holds lists or records, which no table/);
  assert.deepEqual((await readArrow(bytesOf(values.arrow.lists), { columns: ["a"] })).toArray(), [[1], [2]]);
  await assert.rejects(readArrow(bytesOf(values.arrow.file), { columns: ["f46"] }), UnknownNameError);
  await assert.rejects(readArrow(new TextEncoder().encode("a,b\n1,2\n")), FileFormatError);
  await assert.rejects(readArrow("/nowhere.arrow"), Deno.errors.NotFound);
});

for (const codec of ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]) {
  Deno.test(`readParquet() reads what pyarrow writes: ${codec}`, async () => {
    assertGolden(await readParquet(bytesOf(values.parquet[codec])));
  });
}

Deno.test("readParquet() reads some rows of some columns of a file", async () => {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    await Deno.writeFile(path, bytesOf(values.parquet.groups));
    const table = await readParquet(path, { columns: ["x", "s"], rowStart: 250, rowEnd: 650 });
    assert.deepEqual(table.shape, [400, 2]);
    assert.deepEqual([table.column("x")[0], table.column("x")[399], table.column("s")[1]], [62.5, 162.25, "t6"]);
    assert.equal((await readParquet(new URL(`file://${path}`))).column("k")[999], 999);
    assert.deepEqual((await readParquet(path, { rowStart: 5000 })).shape, [0, 3]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readParquet() says what it cannot read", async () => {
  await assert.rejects(readParquet(bytesOf(values.parquet.lists)), /column "l" holds lists/);
  assert.deepEqual((await readParquet(bytesOf(values.parquet.lists), { columns: ["a"] })).toArray(), [[1], [2]]);
  await assert.rejects(readParquet(bytesOf(values.parquet.none), { columns: ["nothing"] }), UnknownNameError);
  await assert.rejects(readParquet(new Uint8Array(100)), FileFormatError);
  await assert.rejects(readParquet(new Uint8Array(0)), FileFormatError);
});

Deno.test("readArrow() and readParquet() refuse damaged files, or read something", async () => {
  const files = [[readArrow, values.arrow.file], [readArrow, values.arrow.stream], [readParquet, values.parquet.zstd]];
  for (const [read, text] of files) {
    const bytes = bytesOf(text);
    for (let seed = 0; seed < 20; seed++) {
      const rng = new RandomState(seed);
      for (let k = 0; k < 60; k++) {
        const damaged = k % 2 === 0 ? bytes.slice() : bytes.slice(0, rng.randint(bytes.length));
        if (k % 2 === 0) { for (let i = 0; i < 5; i++) damaged[rng.randint(bytes.length)] = rng.randint(256); }
        try {
          await read(damaged);
        } catch (error) {
          const known = error instanceof FileFormatError || error instanceof UnknownNameError;
          assert.ok(known, `${read.name}, seed ${seed}, round ${k}: ${error}`);
        }
      }
    }
  }
});

Deno.test("readCsv() reads what pandas reads", async () => {
  const table = await csv(values.csv.text);
  for (const [name, expected] of Object.entries(values.csv.columns)) {
    const mine = cells(table, name).map((v) => v === Infinity ? "inf" : v);
    assert.deepEqual(mine, expected, name);
  }
  assert.deepEqual(table.kinds, ["number", "string", "boolean", "number", "number", "number"]);
});

Deno.test("readCsv() goes into a pipeline", async () => {
  const table = await csv("age,city,y\n30,Oslo,1\n,Rome,0\n50,Oslo,1\n");
  const transformer = new ColumnTransformer([
    ["n", makePipeline(new SimpleImputer(), new StandardScaler()), ["age"]],
    ["w", new OneHotEncoder(), ["city"]],
  ]);
  assert.deepEqual((await transformer.fitTransform(table)).shape, [3, 3]);
  assert.deepEqual(table.select(["age", "y"]).toNDArray().toArray()[2], [50, 1]);
});

Deno.test("readCsv() takes options", async () => {
  assert.deepEqual((await csv("1;2\n3;4\n", { delimiter: ";", header: false })).toJSON(), { c0: [1, 3], c1: [2, 4] });
  assert.deepEqual((await csv("1,2\n", { header: ["a", "b"] })).names, ["a", "b"]);
  assert.deepEqual((await csv("junk\n# c\na,a\n1,2\n", { skipRows: 1, comment: "#" })).names, ["a", "a.1"]);
  assert.deepEqual((await csv("a,b\n1,2\n3,4\n5,6\n", { nRows: 2, columns: ["b"] })).toArray(), [[2], [4]]);
  assert.deepEqual((await csv("a\n1\n0\n", { types: { a: "string" } })).toArray(), [["1"], ["0"]]);
  assert.deepEqual((await csv("a,b\n?,1\n2,x\n", { missing: ["?"] })).toArray(), [[NaN, "1"], [2, "x"]]);
  assert.deepEqual((await csv("a\n12345678901234567890\n")).toArray(), [["12345678901234567890"]]);
  assert.deepEqual((await csv("\ufeffa\r\n0x10\r\n")).toArray(), [["0x10"]]);
  assert.deepEqual((await csv("a,b\n")).shape, [0, 2]);
  const latin = await readCsv(Uint8Array.of(97, 10, 0xfc, 10), { encoding: "latin1" });
  assert.deepEqual(latin.toArray(), [["ü"]]);
  const path = await Deno.makeTempFile({ suffix: ".csv.gz" });
  try {
    const stream = new Blob(["a\n7\n"]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(path, new Uint8Array(await new Response(stream).arrayBuffer()));
    assert.deepEqual((await readCsv(path)).toArray(), [[7]]);
    await Deno.writeTextFile(path, "no gzip");
    await assert.rejects(readCsv(path), /cannot be unpacked as gzip/);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readCsv() says what is wrong, and where", async () => {
  await assert.rejects(csv(""), /it is empty/);
  await assert.rejects(csv("a,b\n1,2\n3\n"), (e: Error) => {
    assert.ok(e instanceof FileFormatError && e.cause instanceof Error);
    assert.match(e.message, /line 3/);
    return true;
  });
  await assert.rejects(csv('a\n"open\n'), FileFormatError);
  await assert.rejects(csv("a\nx\n", { types: { a: "number" } }), /column "a": "x" in row 0 is no number/);
  await assert.rejects(csv("a\n1\n", { types: { b: "number" } }), UnknownNameError);
  await assert.rejects(csv("a\n1\n", { columns: ["b"] }), /no column "b"/);
  await assert.rejects(csv("1,2\n", { header: ["a"] }), /1 names in header for 2 columns/);
  await assert.rejects(csv("a\n", { nRows: -1 }), InvalidParameterError);
  await assert.rejects(csv("a\n", { delimiter: "" }), InvalidParameterError);
  await assert.rejects(readCsv(Uint8Array.of(97, 10, 0xff)), /no utf-8 text; see \{ encoding \}/);
});
