/**
 * The numbers that stand in a head: extension types of MessagePack, and kinds of binary array.
 *
 * @module
 */

/** MessagePack extension types. A number is never given to another type. */
export const Ext = {
  /** Only as the outermost: tables of code and references, then the value. */
  table: 1,
  undefined: 2,
  /** A hole in a sparse array. */
  hole: 3,
  /** Sign byte and magnitude, little-endian. */
  bigint: 4,
  /** A string with lone surrogates, as UTF-16. */
  utf16: 5,
  /** Milliseconds as float64. */
  date: 6,
  /** Source, flags. */
  regexp: 7,
  /** Key, value, key, value, … */
  map: 8,
  set: 9,
  /** Name, message, stack, cause (or hole), fields. */
  error: 10,
  /** Kind byte, then the array's bytes. */
  small: 11,
  /** Kind, index of the frame. */
  frame: 12,
  /** Index of an object that was written before. */
  same: 13,
  /** Index into the table of code. */
  code: 14,
  /** Index into the table of references. */
  ref: 15,
  /** Index of the class in the table of code, then the fields as a map. */
  instance: 16,
  /** Index of the class in the table of code, then what its `toWire` gave. */
  wire: 17,
} as const;

/** Bytes of an array up to which it stands inside the head. */
export const SMALL_ARRAY = 512;
/** Deepest nesting of a value. */
export const MAX_DEPTH = 512;
/** Largest head in bytes: what is bigger should be arrays. */
export const MAX_HEAD = 1 << 28;

/** Constructors of binary data by kind; the index is the kind's number on the wire. */
export const kinds: readonly { readonly name: string; readonly size: number }[] = [
  { name: "Uint8Array", size: 1 },
  { name: "Int8Array", size: 1 },
  { name: "Uint8ClampedArray", size: 1 },
  { name: "Int16Array", size: 2 },
  { name: "Uint16Array", size: 2 },
  { name: "Int32Array", size: 4 },
  { name: "Uint32Array", size: 4 },
  { name: "Float16Array", size: 2 },
  { name: "Float32Array", size: 4 },
  { name: "Float64Array", size: 8 },
  { name: "BigInt64Array", size: 8 },
  { name: "BigUint64Array", size: 8 },
  { name: "DataView", size: 1 },
  { name: "ArrayBuffer", size: 1 },
  { name: "SharedArrayBuffer", size: 1 },
];

const byName = new Map(kinds.map((k, i) => [k.name, i]));

/** The kind's number by its constructor's name, or `undefined`. */
export function kindOf(name: string): number | undefined {
  return byName.get(name);
}

/** Kinds that are no views. */
export const ARRAY_BUFFER = 13;
/** See {@link ARRAY_BUFFER}. */
export const SHARED_ARRAY_BUFFER = 14;
