import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { encode, ExtData } from "@msgpack/msgpack";
import fc from "fast-check";
import {
  fromBlob,
  MalformedValueError,
  neededCode,
  pack,
  type PackOptions,
  reference,
  toBlob,
  unpack,
} from "../../../actors/values/mod.ts";

function roundTrip(v: unknown, options?: PackOptions): unknown {
  return unpack(fromBlob(toBlob(pack(v, options))));
}

import { known, Point, value } from "./samples.ts";

Deno.test("unpack() does not let a name change an object's class", () => {
  const hostile = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": 1}}');
  const r = roundTrip(hostile) as Record<string, unknown>;
  strictEqual(Object.getPrototypeOf(r), Object.prototype);
  strictEqual((r as { admin?: boolean }).admin, undefined);
  deepStrictEqual(r, hostile);
  strictEqual(({} as { admin?: boolean }).admin, undefined);
});

Deno.test("unpack() answers any bytes with a value or a MalformedValueError", () => {
  const tryOut = (head: Uint8Array, frames: Uint8Array[]) => {
    try {
      unpack({ head, frames }, { resolve: () => 1, code: () => Point });
    } catch (e) {
      ok(e instanceof MalformedValueError, `${e} for ${head}`);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (b) => tryOut(b, [])), { numRuns: 2000 });
  fc.assert(
    fc.property(value, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (v, edits) => {
      const { head, frames } = pack([v, new Point(1, 2), new Error("e"), Math.sqrt], known);
      const b = head.slice();
      for (const [at, to] of edits) b[at % b.length] = to;
      tryOut(b, frames as Uint8Array[]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("unpack() does not believe lengths", () => {
  for (const head of [[0xdd, 255, 255, 255, 255], [0xdf, 255, 255, 255, 255], [0xdb, 255, 255, 255, 255], []]) {
    throws(() => unpack({ head: Uint8Array.from(head), frames: [] }), MalformedValueError);
  }
  const deep = new Uint8Array(100_000).fill(0x91);
  throws(() => unpack({ head: deep, frames: [] }), MalformedValueError);
  throws(() => fromBlob(Uint8Array.of(0xc1, 0, 0, 0, 9, 0, 0, 0, 255, 255, 255, 255)), MalformedValueError);
  throws(() => fromBlob(new Uint8Array(0)), MalformedValueError);
});

Deno.test("unpack() refuses extensions that pack() does not write", () => {
  const ext = (type: number, content: unknown) => new ExtData(type, encode(content));
  const table = (...bodies: unknown[]) =>
    ext(1, [["lib:Point"], ["key"], ...bodies.map((b) => new ExtData(22, encode(b)))]);
  deepStrictEqual(unpack({ head: encode(table([1], [ext(13, 0), ext(13, 0)])), frames: [] }), [[1], [1]]);
  const cases: unknown[] = [
    [table([1], 2)],
    table(ext(13, 0)),
    table(ext(13, 0), 1),
    table(table(1)),
    ext(1, [["lib:Point"], ["key"]]),
    ext(1, [["lib:Point"], [5], new ExtData(22, encode(1))]),
    ext(1, [[], [], 5]),
    new ExtData(22, encode(1)),
    table(ext(16, [0, "x"])),
    table(ext(16, [1])),
    table(ext(14, -1)),
    table(ext(14, 0.5)),
    table(ext(15, 1)),
    ext(12, [0, 0]),
    ext(12, [99, 0]),
    new ExtData(11, Uint8Array.of(9, 1, 2, 3)),
    new ExtData(11, new Uint8Array(0)),
    ext(4, "12g"),
    ext(4, "-"),
    new ExtData(5, Uint8Array.of(1)),
    ext(6, "now"),
    ext(7, ["(", ""]),
    ext(8, [1]),
    ext(9, 1),
    ext(10, ["a", "b"]),
    ext(10, ["a", "b", "c", 1, 2]),
    ext(20, [-1]),
    ext(20, [2 ** 33]),
    ext(20, [2, 2, "x"]),
    ext(21, [1, 2]),
    ext(3, 0),
    ext(100, 0),
    new ExtData(-1, new Uint8Array(4)),
    new Uint8Array(3),
    ext(8, [new Uint8Array(1), 2]),
  ];
  for (const v of cases) {
    throws(
      () => unpack({ head: encode(v), frames: [] }, { resolve: () => 1, code: () => Point }),
      MalformedValueError,
      JSON.stringify(v),
    );
  }
  // Nothing of a value that was refused is left for the next.
  throws(() => unpack({ head: encode(ext(14, 0)), frames: [] }, { code: () => Point }), MalformedValueError);
  throws(() => neededCode(encode(ext(1, [5, 5, 5]))), MalformedValueError);
  deepStrictEqual(neededCode(encode(ext(6, 5))), []);
});

Deno.test("unpack() takes no memory for what is not there", () => {
  const sparse = Array.from({ length: 200 }, () => new ExtData(20, encode([30_000_000])));
  const before = Deno.memoryUsage().heapUsed;
  const v = unpack({ head: encode(sparse), frames: [] }) as unknown[][];
  strictEqual(v[199].length, 30_000_000);
  ok(Deno.memoryUsage().heapUsed - before < 100e6);
  let deep: unknown = 0;
  for (let i = 0; i < 600; i++) deep = new ExtData(9, encode([deep]));
  throws(() => unpack({ head: encode(deep), frames: [] }), MalformedValueError);
});

Deno.test("unpack() hands on what hooks throw, and may be called by them", () => {
  const ref = { [reference]: "a" };
  const packed = pack([[ref]]);
  throws(() =>
    unpack(packed, {
      resolve: () => {
        throw new RangeError("gone");
      },
    }), /RangeError: gone/);
  deepStrictEqual(unpack(packed, { resolve: () => unpack(pack(new Map([[1, [undefined]]]))) }), [[
    new Map([[1, [undefined]]]),
  ]]);
});
