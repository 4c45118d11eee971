import assert from "node:assert/strict";
import {
  BaseEstimator,
  chi2,
  ColumnTransformer,
  dump,
  dumpBytes,
  GridSearchCV,
  KFold,
  load,
  loadBytes,
  loadIris,
  makePipeline,
  MalformedFileError,
  MinMaxScaler,
  NDArray,
  NotDumpableError,
  OneHotEncoder,
  Pipeline,
  RandomState,
  SelectKBest,
  SimpleImputer,
  StandardScaler,
  SVC,
  Table,
} from "../../../ml/mod.ts";

const { X, y } = loadIris();
const trip = async <T>(value: T): Promise<T> => await loadBytes<T>(await dumpBytes(value));

Deno.test("dump() and load() give back what was learned, estimators within included", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/model.trp`;
    const search = await new GridSearchCV(
      new Pipeline([["scale", new StandardScaler()], ["select", new SelectKBest({ scoreFunc: chi2, k: 2 })], [
        "svc",
        new SVC({ classWeight: { 0: 1, 1: 2, 2: 1 } }),
      ]]).setParams({ scale: new MinMaxScaler() }),
      { svc__C: [1, 10] },
      { cv: new KFold({ nSplits: 3, shuffle: true, randomState: 0 }) },
    ).fit(X, y);
    await dump(search, path);
    const twin = await load<typeof search>(path);
    assert.ok(twin instanceof GridSearchCV && twin.bestEstimator_ instanceof Pipeline);
    assert.equal(String(twin), String(search));
    assert.deepEqual(twin.bestParams_, search.bestParams_);
    assert.ok((await twin.decisionFunction(X)).equals(await search.decisionFunction(X)));
    // And it can be fitted again.
    assert.ok((await (await twin.fit(X, y)).predict(X)).equals(await search.predict(X)));
    assert.deepEqual([...Deno.readDirSync(directory)].map((e) => e.name), ["model.trp"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("dump() keeps tables, encoders and whatever kinds of values there are", async () => {
  const T = new Table({ a: [1, NaN], b: ["x", null] });
  const encoder = await new ColumnTransformer([
    ["n", new SimpleImputer(), ["a"]],
    ["w", new OneHotEncoder({ handleUnknown: "ignore" }), ["b"]],
  ]).fit(T);
  const twin = await trip(encoder);
  assert.ok((await twin.transform(T)).equals(await encoder.transform(T)));
  assert.deepEqual(twin.getFeatureNamesOut(), encoder.getFeatureNamesOut());
  assert.deepEqual((await trip(T)).toArray(), T.toArray());
  const list: unknown[] = [
    null,
    undefined,
    true,
    "ü\u0000",
    -0,
    NaN,
    Infinity,
    -Infinity,
    1e308,
    12345678901234567890n,
  ];
  const value = {
    list,
    map: new Map<unknown, unknown>([[1, "a"], ["1", [2]]]),
    set: new Set([1, "x"]),
    date: new Date(0),
    pattern: /a+/gi,
    arrays: [new Float32Array([1.5]), new BigInt64Array([-1n]), new Uint8ClampedArray(3), new Float64Array(0)],
    bool: new NDArray(new Uint8Array([1, 0]), [2], "bool"),
    text: new NDArray(["a", "b"]),
    shared: new Float64Array(new SharedArrayBuffer(16)),
    itself: null as unknown,
    again: list,
  };
  value.itself = value;
  const back = await trip(value);
  assert.deepEqual(back.list, list);
  assert.ok(Object.is(back.list[4], -0));
  assert.equal(back.again, back.list);
  assert.equal(back.itself, back);
  assert.deepEqual([back.map, back.set, back.date, back.pattern], [value.map, value.set, value.date, value.pattern]);
  assert.deepEqual(back.arrays, value.arrays);
  assert.deepEqual([back.bool.dtype, back.text.toArray()], ["bool", ["a", "b"]]);
  assert.equal(back.shared.length, 2);
  const rng = new RandomState(3);
  rng.standardNormal();
  const other = await trip(rng);
  assert.deepEqual(other.standardNormal(5).toArray(), rng.standardNormal(5).toArray());
});

class Own extends BaseEstimator {
  static override readonly defaults = { a: 1, b: 2 };
  declare a: number;
  declare b: number;
  set trap(_v: unknown) {
    throw new Error("a setter ran");
  }
}

Deno.test("dump() and load() take classes and functions of one's own only by name", async () => {
  await assert.rejects(dumpBytes(makePipeline(new Own())), (e: Error) => {
    assert.ok(e instanceof NotDumpableError);
    assert.match(e.message, /the value\.steps\[0\]\[1\] is an instance of Own/);
    return true;
  });
  const known = { Own };
  const bytes = await dumpBytes(new Own({ a: 5 } as never), { known });
  assert.equal((await loadBytes<Own>(bytes, { known })).a, 5);
  await assert.rejects(loadBytes(bytes), /names "Own", which is not known here/);
  const kernel = (): number => 0;
  await assert.rejects(dumpBytes(new SVC({ kernel: kernel as never })), /the value\.kernel is a function \(kernel\)/);
  const options = { known: { kernel } };
  const svc = await loadBytes<SVC>(await dumpBytes(new SVC({ kernel: kernel as never }), options), options);
  assert.equal(svc.kernel, kernel);
  await assert.rejects(dumpBytes({ f: dump }), NotDumpableError);
  await assert.rejects(dumpBytes(1, { known: { SVC: Own } }), /a name of the library's own/);
  await assert.rejects(dumpBytes([Symbol("s")]), /the value\[0\] is a symbol/);
  await assert.rejects(dumpBytes({ p: Promise.resolve() }), /the value\.p is an instance of Promise/);
});

/** A file that says something else, its sums put right. */
async function forged(
  change: (description: { root: unknown; objects: Record<string, unknown>[] }) => void,
  value: unknown,
) {
  const { crc32 } = await import("node:zlib");
  const bytes = await dumpBytes(value, { known: { Own } });
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(20, true));
  const description = JSON.parse(new TextDecoder().decode(bytes.subarray(64, 64 + length)));
  change(description);
  const text = new TextEncoder().encode(JSON.stringify(description));
  const up = (n: number): number => Math.ceil(n / 64) * 64;
  const data = bytes.subarray(64 + up(length));
  const out = new Uint8Array(64 + up(text.length) + data.length);
  out.set(bytes.subarray(0, 64));
  out.set(text, 64);
  out.set(data, 64 + up(text.length));
  const head = new DataView(out.buffer);
  head.setUint32(12, crc32(text), true);
  head.setBigUint64(20, BigInt(text.length), true);
  const rest = new Uint8Array(32);
  rest.set(out.subarray(0, 16));
  rest.set(out.subarray(20, 36), 16);
  head.setUint32(16, crc32(rest), true);
  return out;
}

Deno.test("load() refuses strange files, and runs nothing of them", async () => {
  const scaler = await new StandardScaler().fit(X);
  const refuse = async (change: Parameters<typeof forged>[0], what: RegExp, value: unknown = scaler): Promise<void> => {
    await assert.rejects(loadBytes(await forged(change, value), { known: { Own } }), (e: Error) => {
      assert.ok(e instanceof MalformedFileError, String(e));
      assert.match(e.message, what);
      return true;
    });
  };
  const find = (objects: Record<string, unknown>[], t: string): Record<string, unknown> =>
    objects.find((o) => o.t === t) as Record<string, unknown>;
  await refuse((d) => d.root = ["o", 99], /points nowhere/);
  await refuse((d) => d.root = { a: 1 }, /neither plain nor a list/);
  await refuse((d) => d.root = ["zz"], /unknown kind/);
  await refuse((d) => find(d.objects, "instance").c = "Parallel", /names "Parallel", which is not known/);
  await refuse((d) => find(d.objects, "instance").c = "dump", /names "dump", which is not known/);
  await refuse((d) => find(d.objects, "instance").c = "chi2", /chi2 is no class/);
  await refuse((d) => (find(d.objects, "instance").k as string[])[0] = "__proto__", /a name that it may not have/);
  await refuse((d) => find(d.objects, "instance").v = [], /uneven/);
  await refuse((d) => find(d.objects, "array").n = 1e15, /reaches beyond the file/);
  await refuse((d) => find(d.objects, "array").o = -1, /no place/);
  await refuse((d) => find(d.objects, "array").d = "constructor", /unknown kind/);
  await refuse((d) => find(d.objects, "array").c = 1, /do not fit their checksum/);
  await refuse((d) => (find(d.objects, "list").v as unknown[]).push(3), /does not hold/);
  await refuse((d) => d.objects[1] = null as never, /described by no object/);
  await refuse((d) => {
    const array = d.objects.findIndex((o) => o.t === "instance" && o.c === "NDArray");
    d.objects[array].v = [["o", array], ["o", array], "float64"];
  }, /refers to itself/);
  await refuse((d) => d.objects[0] = { t: "regexp", v: "(", f: "" }, /damaged or strange/);
  // Whoever awaits the object would call what stands there; nor may anything stand before a method.
  for (
    const [field, what] of [["then", /called where its object is awaited/], ["transform", /may not have/]] as const
  ) {
    await refuse((d) => {
      const instance = d.objects.find((o) => o.t === "instance" && o.c === "StandardScaler") as Record<string, unknown>;
      (instance.k as string[]).push(field);
      (instance.v as unknown[]).push(["o", d.objects.push({ t: "function", c: "chi2" }) - 1]);
    }, what);
  }
  await refuse((d) => {
    // Every object holds the next: deeper than any stack.
    for (let k = 0; k < 100_000; k++) d.objects[k] = { t: "list", v: [["o", k + 1]] };
    d.objects.push({ t: "list", v: [] });
  }, /damaged or strange/);
  // A field that is a setter of the class is stored, not set.
  const own = await loadBytes<Own>(
    await forged((d) => (find(d.objects, "instance").k as string[])[0] = "trap", new Own()),
    { known: { Own } },
  );
  assert.equal(Object.getOwnPropertyDescriptor(own, "trap")?.value, 1);
  // A hyperparameter that the file does not have stands at its default.
  assert.equal(own.a, 1);
});

Deno.test("load() refuses damaged files, wherever the damage is", async () => {
  const model = await makePipeline(new StandardScaler(), new SVC()).fit(X.slice(30, 70), y.slice(30, 70));
  const bytes = await dumpBytes(model);
  const expected = (await model.decisionFunction(X)).toArray();
  const seed = 20261121;
  const rng = new RandomState(seed);
  let refused = 0;
  for (let k = 0; k < 400; k++) {
    const damaged = bytes.slice();
    const how = rng.randint(4);
    const at = rng.randint(bytes.length);
    let file = damaged;
    if (how === 0) damaged[at] ^= 1 << rng.randint(8);
    else if (how === 1) file = damaged.subarray(0, at);
    else if (how === 2) damaged.fill(rng.randint(256), at, at + rng.randint(100));
    else file = Uint8Array.from([...damaged.subarray(0, at), rng.randint(256), ...damaged.subarray(at)]);
    const note = `seed ${seed}, round ${k}, way ${how}, at ${at}`;
    try {
      const twin = await loadBytes<Pipeline>(file);
      // What was overwritten is what it was.
      assert.deepEqual(file, bytes, note);
      assert.deepEqual((await twin.decisionFunction(X)).toArray(), expected, note);
    } catch (error) {
      assert.ok(error instanceof MalformedFileError, `${note}: ${error}`);
      refused++;
    }
  }
  assert.ok(refused > 300, `${refused} of 400 refused`);
  // Every single byte, those between the parts too.
  const small = await dumpBytes(await new StandardScaler().fit([[1, 2], [3, 5]]));
  for (let at = 0; at < small.length; at++) {
    const damaged = small.slice();
    damaged[at] ^= 1 << at % 8;
    await assert.rejects(loadBytes(damaged), MalformedFileError, `byte ${at} of ${small.length}`);
  }
  for (const file of [new Uint8Array(0), new Uint8Array(64), new TextEncoder().encode("{}"), bytes.subarray(1)]) {
    await assert.rejects(loadBytes(file), MalformedFileError);
  }
});

Deno.test("load() refuses files of a newer version, and says whose", async () => {
  const { crc32 } = await import("node:zlib");
  const bytes = await dumpBytes([1]);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 2, true);
  const rest = new Uint8Array(32);
  rest.set(bytes.subarray(0, 16));
  rest.set(bytes.subarray(20, 36), 16);
  view.setUint32(16, crc32(rest), true);
  await assert.rejects(loadBytes(bytes), /version 2 of the form, this library knows version 1/);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "no model");
    await assert.rejects(load(path), (e: Error) => e instanceof MalformedFileError && e.message.includes(path));
    await assert.rejects(dump({ f: () => 1 }, path), NotDumpableError);
    assert.equal(await Deno.readTextFile(path), "no model");
  } finally {
    await Deno.remove(path);
  }
  await assert.rejects(load("/nowhere/at/all"), Deno.errors.NotFound);
});
