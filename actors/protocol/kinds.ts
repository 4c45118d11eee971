/**
 * Kinds of field: how each is written into a header, and how it is checked when it is read back. Nothing that arrives is
 * believed before its kind has looked at it.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";

/** A field's kind: to plain data and back. `read` throws a {@link MalformedField} with what it expected. */
export interface Kind<T> {
  /** What it is, for error messages. */
  readonly name: string;
  /** To plain data. */
  write(value: T): Header;
  /** From plain data that anybody may have sent. */
  read(header: Header): T;
}

/** The TypeScript type a kind stands for. */
export type Of<K> = K extends Kind<infer T> ? T : never;

/** Thrown by {@link Kind.read}: the data is not of the kind. */
export class MalformedField extends TypeError {
  override readonly name = "MalformedField";
}

function malformed(expected: string, got: unknown): never {
  const shown = got === null ? "null" : got instanceof Uint8Array ? `${got.byteLength} bytes` : typeof got;
  throw new MalformedField(`expected ${expected}, got ${shown}`);
}

function plain<T extends Header>(name: string, is: (h: Header) => boolean): Kind<T> {
  return { name, write: (v) => v, read: (h) => is(h) ? h as T : malformed(name, h) };
}

/** A string of at most 64 KiB of UTF-16 units. */
export const str: Kind<string> = plain("a string", (h) => typeof h === "string" && h.length <= 65_536);
/** A text of any length (the caps on headers still hold). */
export const text: Kind<string> = plain("a text", (h) => typeof h === "string");
/** A finite number. */
export const num: Kind<number> = plain("a finite number", (h) => typeof h === "number" && Number.isFinite(h));
/** A non-negative safe integer. */
export const int: Kind<number> = plain("a non-negative integer", (h) => Number.isSafeInteger(h) && (h as number) >= 0);
/** A boolean. */
export const bool: Kind<boolean> = plain("a boolean", (h) => typeof h === "boolean");
/** Plain data of any form. */
export const data: Kind<Header> = plain("plain data", () => true);
/** Bytes, copied out of the message. */
export const bytes: Kind<Uint8Array> = {
  name: "bytes",
  write: (v) => v,
  read: (h) => h instanceof Uint8Array ? h.slice() : malformed("bytes", h),
};

/** The kind, or `null`. */
export function maybe<T>(kind: Kind<T>): Kind<T | null> {
  return {
    name: `${kind.name} or null`,
    write: (v) => v === null ? null : kind.write(v),
    read: (h) => h === null ? null : kind.read(h),
  };
}

/** An array of the kind. */
export function list<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    name: `a list of ${kind.name}`,
    write: (v) => v.map(kind.write),
    read: (h) => Array.isArray(h) ? h.map((e) => kind.read(e)) : malformed(`a list of ${kind.name}`, h),
  };
}

/** One of a few strings. */
export function oneOf<T extends string>(...values: readonly T[]): Kind<T> {
  const name = `one of ${values.join(", ")}`;
  return plain(name, (h) => values.includes(h as T)) as Kind<T>;
}

/** A record with the given fields, and no others. */
// deno-lint-ignore no-explicit-any
export function record<F extends Record<string, Kind<any>>>(fields: F): Kind<{ readonly [K in keyof F]: Of<F[K]> }> {
  const names = Object.keys(fields);
  return {
    name: `a record (${names.join(", ")})`,
    write: (v) => names.map((n) => fields[n].write(v[n])),
    read(h) {
      if (!Array.isArray(h) || h.length !== names.length) {
        return malformed(`${names.length} fields (${names.join(", ")})`, h);
      }
      const out: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) {
        try {
          out[names[i]] = fields[names[i]].read(h[i]);
        } catch (e) {
          throw e instanceof MalformedField ? new MalformedField(`${names[i]}: ${e.message}`) : e;
        }
      }
      return out as { readonly [K in keyof F]: Of<F[K]> };
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Columns from this many UTF-16 units on travel as bytes: MessagePack encoders walk over strings character by character. */
const AS_BYTES = 256;

function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return malformed("a column of strings in UTF-8", bytes);
  }
}

/** A column of strings without line feeds, as one string, or its UTF-8 when it is long. */
export const strings: Kind<readonly string[]> = {
  name: "a column of strings",
  write(v) {
    if (v.length === 0) return null;
    const joined = v.join("\n");
    return joined.length < AS_BYTES ? joined : encoder.encode(joined);
  },
  read: (h) =>
    h === null
      ? []
      : typeof h === "string"
      ? h.split("\n")
      : h instanceof Uint8Array
      ? decoded(h).split("\n")
      : malformed("a column of strings", h),
};

/** A column of unsigned 32-bit integers, as little-endian bytes. */
export const u32s: Kind<Uint32Array> = {
  name: "a column of u32",
  write: (v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength),
  read: (h) =>
    h instanceof Uint8Array && h.byteLength % 4 === 0
      ? new Uint32Array(h.slice().buffer)
      : malformed("a column of u32 (bytes, a multiple of 4)", h),
};

/** A column of float64, as little-endian bytes. */
export const f64s: Kind<Float64Array> = {
  name: "a column of f64",
  write: (v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength),
  read: (h) =>
    h instanceof Uint8Array && h.byteLength % 8 === 0
      ? new Float64Array(h.slice().buffer)
      : malformed("a column of f64 (bytes, a multiple of 8)", h),
};
