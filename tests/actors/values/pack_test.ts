import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { decode, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import fc from "fast-check";
import {
  Arena,
  blobSize,
  contentHash,
  fingerprint,
  fromBlob,
  MalformedValueError,
  neededCode,
  neededRefs,
  NotSendableError,
  pack,
  type PackedValue,
  packInto,
  type PackOptions,
  reference,
  registerErrorClass,
  toBlob,
  toWire,
  unpack,
} from "../../../actors/values/mod.ts";

import { code, known, Point, Secret, value } from "./samples.ts";

function roundTrip(v: unknown, options?: PackOptions): unknown {
  return unpack(fromBlob(toBlob(pack(v, options))));
}

/** The packed value as a worker has it: in shared memory. */
function shared(packed: PackedValue): PackedValue {
  const share = (b: Uint8Array) => {
    const s = new Uint8Array(new SharedArrayBuffer(b.byteLength));
    s.set(b);
    return s;
  };
  return { head: share(packed.head), frames: packed.frames.map(share) };
}

Deno.test("pack() and unpack() give back every value of plain JavaScript", () => {
  fc.assert(
    fc.property(value, (v) => {
      const packed = pack(v);
      deepStrictEqual(unpack(packed), v);
      deepStrictEqual(unpack(fromBlob(toBlob(packed))), v);
      strictEqual(toBlob(packed).length, blobSize(packed));
      deepStrictEqual(unpack(shared(packed)), v);
    }),
    { numRuns: 400 },
  );
});

Deno.test("pack() writes MessagePack that any decoder parses, whatever names are in it", () => {
  const codec = new ExtensionCodec();
  for (let type = 0; type < 32; type++) {
    codec.register({ type, encode: () => null, decode: (data: Uint8Array) => ({ type, n: data.length }) });
  }
  fc.assert(
    fc.property(value, (v) => {
      decode(pack(v).head, { extensionCodec: codec });
    }),
    { numRuns: 200 },
  );
  deepStrictEqual(decode(pack({ a: [1, -1, 2.5, "x", null, true], b: "ü".repeat(40) }).head), {
    a: [1, -1, 2.5, "x", null, true],
    b: "ü".repeat(40),
  });
});

Deno.test("pack() keeps numbers apart that compare equal", () => {
  ok(Object.is(roundTrip(-0), -0));
  ok(Object.is(roundTrip(0), 0));
  ok(Object.is((roundTrip([NaN]) as number[])[0], NaN));
});

Deno.test("pack() makes large arrays frames without a copy", () => {
  const x = new Float64Array(1000).fill(1.5);
  const packed = pack([x, new Uint8Array(10)]);
  strictEqual(packed.frames.length, 1);
  strictEqual(packed.frames[0].buffer, x.buffer);
  strictEqual(packed.nbytes, packed.head.length + 8000);
  const [y] = unpack(packed) as Float64Array[];
  strictEqual(y.buffer, x.buffer);
});

Deno.test("unpack() copies frames that are not aligned", () => {
  const packed = pack(new Float64Array(100).fill(7));
  const moved = new Uint8Array(801);
  moved.set(packed.frames[0], 1);
  const y = unpack({ head: packed.head, frames: [moved.subarray(1)] }) as Float64Array;
  deepStrictEqual(y, new Float64Array(100).fill(7));
});

Deno.test("pack() takes buffers and views of part of a buffer", () => {
  const buffer = Uint8Array.from({ length: 2000 }, (_, i) => i).buffer;
  deepStrictEqual(roundTrip(buffer), buffer);
  deepStrictEqual(roundTrip(buffer.slice(0, 7)), buffer.slice(0, 7));
  const view = roundTrip(new DataView(buffer, 3, 900)) as DataView;
  strictEqual(view.byteLength, 900);
  strictEqual(view.getUint8(1), 4);
  deepStrictEqual(roundTrip(new Uint8Array(buffer, 5, 3)), Uint8Array.of(5, 6, 7));
  const s = roundTrip(new SharedArrayBuffer(600)) as SharedArrayBuffer;
  ok(s instanceof SharedArrayBuffer && s.byteLength === 600);
});

Deno.test("unpack() hands a frame that is all of a buffer on as that buffer, and copies one that is part of it", () => {
  const packed = pack(new Uint8Array(1000).fill(7).buffer);
  strictEqual(unpack({ head: packed.head, frames: [packed.frames[0]] }), packed.frames[0].buffer);
  const part = new Uint8Array(1008).fill(7).subarray(8);
  const copy = unpack({ head: packed.head, frames: [part] });
  ok(copy instanceof ArrayBuffer && copy !== part.buffer);
  deepStrictEqual(new Uint8Array(copy), new Uint8Array(1000).fill(7));
});

Deno.test("packInto() puts heads into the arena one after the other, and leaves values with frames alone", () => {
  const arena = new Arena();
  const places = Array.from({ length: 20_000 }, (_, i) => {
    const packed = packInto(arena, [i, `${i}`], {});
    strictEqual(packed.head.length, 0);
    return { bytes: arena.bytes, start: arena.start, end: arena.end };
  });
  places.forEach(({ bytes, start, end }, i) => {
    deepStrictEqual(unpack(fromBlob(bytes.subarray(start, end))), [i, `${i}`]);
  });
  const before = arena.end;
  strictEqual(packInto(arena, [new Float64Array(100)], {}).frames.length, 1);
  strictEqual(arena.end, before);
  packInto(arena, ["x".repeat(100_000)], {});
  deepStrictEqual(unpack(fromBlob(arena.bytes.subarray(arena.start, arena.end))), ["x".repeat(100_000)]);
});

Deno.test("pack() keeps one object that stands twice one object", () => {
  const x = new Float64Array(500), o = { x }, m = new Map([["x", x]]);
  const packed = pack({ a: o, b: [o, x], m, again: m });
  strictEqual(packed.frames.length, 1);
  const r = unpack(packed) as { a: typeof o; b: [typeof o, Float64Array]; m: typeof m; again: typeof m };
  strictEqual(r.a, r.b[0]);
  strictEqual(r.a.x, r.b[1]);
  strictEqual(r.m, r.again);
  strictEqual(r.m.get("x"), r.a.x);
});

Deno.test("pack() refuses a cycle with its path", () => {
  const a: Record<string, unknown> = { list: [1] };
  (a.list as unknown[]).push({ back: a });
  throws(() => pack([0, a], { root: "args" }), (e: unknown) => {
    ok(e instanceof NotSendableError);
    strictEqual(e.path, "args[1].list[1].back");
    ok(/cycle/.test(e.message));
    return true;
  });
});

Deno.test("pack() names the path of what cannot be sent", () => {
  class Socket {}
  const gone = new Float64Array(4);
  structuredClone(gone, { transfer: [gone.buffer] });
  const cases: [unknown, string, RegExp][] = [
    [[1, { model: { socket: new Socket() } }], "args[1].model.socket", /Socket.*static readonly module/],
    [[Symbol("x")], "args[0]", /symbol/],
    [[{ "odd key": new WeakMap() }], 'args[0]["odd key"]', /WeakMap/],
    [[new Map([["k", Promise.resolve()]])], 'args[0].get("k")', /promise.*await/],
    [[new Set([1, new WeakRef({})])], "args[0]{1}", /WeakRef/],
    [[() => 1], "args[0]", /function/],
    [[{ X: gone }], "args[0].X", /transferred/],
    [[new Proxy(new Socket(), {})], "args[0]", /Socket/],
  ];
  for (const [v, path, message] of cases) {
    throws(() => pack(v, { root: "args" }), (e: unknown) => {
      ok(e instanceof NotSendableError, String(e));
      strictEqual(e.path, path);
      ok(message.test(e.message), e.message);
      return true;
    });
  }
  // A refusal leaves nothing behind.
  deepStrictEqual(roundTrip([{ a: 1 }, { a: 1 }]), [{ a: 1 }, { a: 1 }]);
});

Deno.test("pack() refuses nesting beyond its depth", () => {
  let v: unknown = 0;
  for (let i = 0; i < 10_000; i++) v = [v];
  throws(() => pack(v), /nested deeper than 512/);
});

Deno.test("pack() and unpack() go as deep as they promise, through arrays, maps and instances", () => {
  for (
    const wrap of [(v: unknown) => [v], (v: unknown) => new Map([[0, v]]), (v: unknown) => new Point(v as number, 0)]
  ) {
    let v: unknown = 0;
    for (let i = 0; i < 512; i++) v = wrap(v);
    const packed = pack(v, known);
    let r = unpack(packed, { code });
    for (let i = 0; i < 512; i++) r = r instanceof Map ? r.get(0) : r instanceof Point ? r.x : (r as unknown[])[0];
    strictEqual(r, 0);
    throws(() => pack(wrap(v), known), /nested deeper than 512/);
  }
});

Deno.test("pack() keeps what MessagePack's readers may change: byte order marks, names without values, arrays' holes", () => {
  const long = "\ufeff" + "x".repeat(300);
  const v = { [long]: long, short: "\ufeff", none: undefined, zero: -0, "1": [1, , 3], "\ud800": [undefined, -0] };
  deepStrictEqual(roundTrip(v), v);
  deepStrictEqual(roundTrip([long, [long], new Set([long, undefined, -0])]), [
    long,
    [long],
    new Set([long, undefined, -0]),
  ]);
  const far = new Array(5_000_000);
  far[4_000_000] = far[7] = "x";
  const packed = pack(far);
  ok(packed.head.length < 100);
  deepStrictEqual(Object.entries(unpack(packed) as unknown[]), [["7", "x"], ["4000000", "x"]]);
  strictEqual((unpack(packed) as unknown[]).length, 5_000_000);
});

Deno.test("pack() takes objects whose getters give another object each time, and subclasses of arrays", () => {
  class Doubled extends Array<number> {
    override *[Symbol.iterator](): ArrayIterator<number> {
      for (let i = 0; i < this.length; i++) yield this[i] * 2;
    }
  }
  const v = {
    get fresh() {
      return { at: new Date(5), list: [undefined, new Map([[1, { a: -0 }]])] };
    },
    doubled: Doubled.of(1, 2, 3),
  };
  const r = roundTrip([v, { v }, v]) as [typeof v, { v: typeof v }, typeof v];
  deepStrictEqual({ ...r[0] }, { fresh: v.fresh, doubled: [1, 2, 3] as unknown as Doubled });
  strictEqual(r[0], r[1].v);
  strictEqual(r[0], r[2]);
});

Deno.test("pack() does not take the library's own extension data for what it says", () => {
  throws(() => pack([new ExtData(1, Uint8Array.of(1))]), NotSendableError);
});

Deno.test("pack() lists references once, and unpack() resolves them anywhere", () => {
  const ref = (key: string) => ({ [reference]: key });
  const packed = pack([ref("a"), { deep: [ref("b"), ref("a")] }]);
  deepStrictEqual(packed.refs, ["a", "b"]);
  deepStrictEqual(neededRefs(packed.head), ["a", "b"]);
  deepStrictEqual(neededRefs(shared(packed).head), ["a", "b"]);
  deepStrictEqual(unpack(packed, { resolve: (k) => k.toUpperCase() }), ["A", { deep: ["B", "A"] }]);
  throws(() => unpack(packed), MalformedValueError);
  throws(() => pack([ref("a")], { references: false }), /await it first/);
});

Deno.test("pack() sends instances of known classes, and functions, by reference", () => {
  const packed = pack([new Point(3, 4), { s: new Secret(5) }, Math.sqrt, new Point(1, 1), Point], known);
  deepStrictEqual(neededCode(packed.head), ["lib:Point", "lib:Secret", "lib:sqrt"]);
  deepStrictEqual([...packed.codes], [["h", Uint8Array.of(1)]]);
  const [p, { s }, f, , P] = unpack(packed, { code }) as [Point, { s: Secret }, (x: number) => number, Point, unknown];
  ok(p instanceof Point);
  strictEqual(p.length, 5);
  ok(s instanceof Secret);
  strictEqual(s.n, 5);
  strictEqual(f, Math.sqrt);
  strictEqual(P, Point);
  throws(() => unpack(packed), MalformedValueError);
});

Deno.test("pack() sends errors with name, message, stack, cause and fields", () => {
  class OddError extends Error {
    override name = "OddError";
    detail = { at: [1, 2] };
    socket = new WeakMap();
    half = [{ ok: 1 }, Symbol("x")];
  }
  const e = new OddError("odd", { cause: new RangeError("below") });
  const r = roundTrip([e, e]) as [Error & { detail: unknown }, Error];
  strictEqual(r[0], r[1]);
  ok(r[0] instanceof Error);
  strictEqual(r[0].name, "OddError");
  strictEqual(r[0].message, "odd");
  strictEqual(r[0].stack, e.stack);
  deepStrictEqual(r[0].detail, { at: [1, 2] });
  ok(!("socket" in r[0]) && !("half" in r[0]));
  ok((r[0] as Error).cause instanceof RangeError);
  const all = roundTrip(new AggregateError([new TypeError("a"), 2], "both")) as AggregateError;
  ok(all instanceof AggregateError);
  ok(all.errors[0] instanceof TypeError);
  const refused = roundTrip(new NotSendableError("args[0]", "a socket", "")) as NotSendableError;
  strictEqual(refused.path, "args[0]");
  registerErrorClass(NotSendableError);
  ok(roundTrip(new NotSendableError("args[0]", "a socket", "")) instanceof NotSendableError);
});

Deno.test("pack() gives an error through whose fields cannot be sent, with what stands beside it", () => {
  const both = { a: 1 };
  const e = Object.assign(new Error("x"), { inner: { both, bad: Symbol() }, both });
  const [first, err, last] = roundTrip([both, e, both]) as [object, { both: object; inner?: unknown }, object];
  strictEqual(first, last);
  strictEqual(err.both, first);
  strictEqual(err.inner, undefined);
});

Deno.test("contentHash() and fingerprint() tell contents apart", () => {
  const make = () => Float64Array.from({ length: 100_000 }, (_, i) => i);
  const a = pack(make()), same = pack(make());
  deepStrictEqual(contentHash(a), contentHash(same));
  deepStrictEqual(fingerprint(a), fingerprint(same));
  const x = make();
  x[99_999] = 0;
  ok(String(contentHash(pack(x))) !== String(contentHash(a)));
  ok(String(fingerprint(pack(x))) !== String(fingerprint(a)));
  ok(String(fingerprint(pack(make().subarray(1)))) !== String(fingerprint(a)));
  const seen = new Set<string>();
  for (let i = 0; i < 3000; i++) seen.add(String(contentHash(pack([i, "x"]))));
  for (let i = 0; i < 600; i++) {
    const bytes = new Uint8Array(600);
    bytes[i] = 1;
    seen.add(String(contentHash(pack(bytes))));
  }
  strictEqual(seen.size, 3600);
});

Deno.test("pack() may be called by a hook of what it packs", async () => {
  class Nested {
    [toWire](): unknown {
      return pack({ a: [1, { b: 2 }] }).head;
    }
  }
  const packed = pack([new Nested(), { c: 3 }], { describe: () => ({ ref: "lib:Nested", codes: new Map() }) });
  strictEqual(packed.frames.length, 0);
  await rejects(async () => await Promise.resolve(unpack(packed, { code: () => Nested })), /fromWire/);
});
