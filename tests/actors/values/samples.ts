/** Values of all kinds, for tests. */

import fc from "fast-check";
import { fromWire, type PackOptions, toWire } from "../../../actors/values/mod.ts";

const typedArrays = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

const binary = fc.tuple(fc.nat(typedArrays.length - 1), fc.uint8Array({ maxLength: 1200 })).map(([k, bytes]) => {
  const View = typedArrays[k];
  const n = Math.floor(bytes.length / View.BYTES_PER_ELEMENT);
  const buffer = bytes.slice(0, n * View.BYTES_PER_ELEMENT).buffer;
  const view = new View(buffer);
  // NaN payloads are not what is tested here.
  if (view instanceof Float64Array || view instanceof Float32Array || view instanceof Float16Array) {
    for (let i = 0; i < view.length; i++) if (Number.isNaN(view[i])) view[i] = 0;
  }
  return view;
});

export const value = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      true,
      false,
      -0,
      NaN,
      Infinity,
      -Infinity,
      Number.MAX_SAFE_INTEGER,
      2 ** 31,
      -(2 ** 31),
    ),
    fc.integer(),
    fc.double(),
    fc.bigInt({ max: 2n ** 200n, min: -(2n ** 200n) }),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string(),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((c) => String.fromCharCode(...c)),
    fc.date(),
    binary,
    fc.constantFrom(/a+/gi, /\//, /ü|\ud800/u),
  ),
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("leaf"),
    fc.array(tie("node"), { maxLength: 20 }),
    fc.sparseArray(tie("node"), { maxLength: 12 }),
    fc.dictionary(fc.string(), tie("node"), { maxKeys: 8, noNullPrototype: true }),
    fc.array(fc.tuple(tie("node"), tie("node")), { maxLength: 6 }).map((e) => new Map(e)),
    fc.array(tie("node"), { maxLength: 6 }).map((e) => new Set(e)),
  ),
})).node;

export class Point {
  constructor(readonly x: number, readonly y: number) {}
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}

export class Secret {
  #n: number;
  constructor(n: number) {
    this.#n = n;
  }
  get n(): number {
    return this.#n;
  }
  [toWire](): unknown {
    return { n: this.#n };
  }
  static [fromWire](data: { n: number }): Secret {
    return new Secret(data.n);
  }
}

export const known: PackOptions = {
  describe: (fn) =>
    fn === Point || fn === Secret || fn === Math.sqrt
      ? { ref: `lib:${fn.name}`, codes: fn === Point ? new Map([["h", Uint8Array.of(1)]]) : new Map() }
      : undefined,
};
export const code = (ref: string) => ({ "lib:Point": Point, "lib:Secret": Secret, "lib:sqrt": Math.sqrt })[ref];
