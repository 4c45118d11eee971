import { NotDumpableError } from "./errors.ts";
import { ALIGN, aligned, type Coded, type CodedObject, type RawArray, rawTypes } from "./format.ts";
import type { Known } from "./known.ts";

/** A value as a file holds it. */
export interface Encoded {
  /** The value. */
  root: Coded;
  /** What it refers to. */
  objects: CodedObject[];
  /** The arrays, in the order of their places. */
  arrays: Uint8Array[];
  /** Bytes of the arrays, gaps included. */
  dataBytes: number;
}

/** Writes values down, each object once. */
class Encoder {
  readonly objects: CodedObject[] = [];
  readonly arrays: Uint8Array[] = [];
  dataBytes = 0;
  readonly #numbers = new Map<object, number>();
  readonly #known: Known;
  readonly #crc: (bytes: Uint8Array) => number;

  constructor(known: Known, crc: (bytes: Uint8Array) => number) {
    this.#known = known;
    this.#crc = crc;
  }

  value(v: unknown, place: string): Coded {
    switch (typeof v) {
      case "boolean":
      case "string":
        return v;
      case "undefined":
        return ["u"];
      case "bigint":
        return ["b", String(v)];
      case "number":
        return Number.isFinite(v) && !Object.is(v, -0) ? v : ["n", Object.is(v, -0) ? "-0" : String(v)];
      case "symbol":
        throw new NotDumpableError(`dump: ${place} is a symbol, which is no data`);
      default:
        return v === null ? null : ["o", this.#number(v as object, place)];
    }
  }

  #number(v: object, place: string): number {
    const before = this.#numbers.get(v);
    if (before !== undefined) return before;
    const k = this.objects.length;
    this.#numbers.set(v, k);
    // The place is kept before what it holds is written, for that may refer back to it.
    this.objects.push({ t: "list", v: [] });
    this.objects[k] = this.#object(v, place);
    return k;
  }

  #object(v: object, place: string): CodedObject {
    if (typeof v === "function") return this.#function(v, place);
    if (Array.isArray(v)) return { t: "list", v: Array.from(v, (x, i) => this.value(x, `${place}[${i}]`)) };
    if (ArrayBuffer.isView(v)) return this.#array(v as RawArray, place);
    if (v instanceof Map) {
      const k = [...v.keys()].map((x) => this.value(x, `a key of ${place}`));
      return { t: "map", k, v: [...v].map(([key, x]) => this.value(x, `${place}.get(${String(key)})`)) };
    }
    if (v instanceof Set) return { t: "set", v: [...v].map((x) => this.value(x, `a member of ${place}`)) };
    if (v instanceof Date) return { t: "date", v: Number.isNaN(v.getTime()) ? "invalid" : v.getTime() };
    if (v instanceof RegExp) return { t: "regexp", v: v.source, f: v.flags };
    const prototype = Object.getPrototypeOf(v);
    const k = Object.keys(v);
    const fields = k.map((name) => this.value((v as Record<string, unknown>)[name], `${place}.${name}`));
    if (prototype === Object.prototype || prototype === null) return { t: "object", k, v: fields };
    const cls = prototype.constructor;
    const name = this.#known.nameOf.get(cls);
    if (name === undefined || cls.prototype !== prototype) {
      const called = typeof cls === "function" && cls.name !== "" ? cls.name : "a class without name";
      throw new NotDumpableError(
        `dump: ${place} is an instance of ${called}, which files do not know; if it is yours, and plain data, name it ` +
          `in { known: { ${called} } }, here and in load`,
      );
    }
    return { t: "instance", c: name, k, v: fields };
  }

  #function(v: unknown, place: string): CodedObject {
    const name = this.#known.nameOf.get(v);
    if (name !== undefined) return { t: "function", c: name };
    const called = (v as { name?: string }).name || "without name";
    throw new NotDumpableError(
      `dump: ${place} is a function (${called}), and code is not written to files; name it in ` +
        "{ known: { … } }, here and in load",
    );
  }

  #array(v: RawArray, place: string): CodedObject {
    const d = (v as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag];
    if (rawTypes[d] === undefined) throw new NotDumpableError(`dump: ${place} is a ${d}, which files do not know`);
    const bytes = new Uint8Array(v.buffer as ArrayBuffer, v.byteOffset, v.byteLength);
    const o = this.dataBytes;
    this.arrays.push(bytes);
    this.dataBytes += aligned(bytes.length);
    return { t: "array", d, o: o / ALIGN, n: v.length, c: this.#crc(bytes) };
  }
}

/**
 * Writes a value down.
 *
 * @throws {NotDumpableError} at a function, or an instance of a class, that files do not know
 */
export function encode(value: unknown, known: Known, crc: (bytes: Uint8Array) => number): Encoded {
  const encoder = new Encoder(known, crc);
  let root: Coded;
  try {
    root = encoder.value(value, "the value");
  } catch (error) {
    if (error instanceof RangeError) {
      throw new NotDumpableError("dump: the value is nested too deep", { cause: error });
    }
    throw error;
  }
  const { objects, arrays, dataBytes } = encoder;
  return { root, objects, arrays, dataBytes };
}
