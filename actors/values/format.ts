/**
 * The numbers that stand in a head: extension types of MessagePack, and kinds of binary array.
 *
 * @module
 */

/**
 * MessagePack extension types. A number is never given to another type. Where nothing else is said, what an extension holds is
 * MessagePack again.
 */
export const Ext = {
  /** Only as the outermost: code references, references, a `body` for each object that stands twice, a `body` of the value. */
  table: 1,
  undefined: 2,
  /** Hexadecimal digits, after a sign. */
  bigint: 4,
  /** A string that UTF-8 does not carry, as UTF-16 in the machine's order. */
  utf16: 5,
  /** Milliseconds. */
  date: 6,
  /** Source, flags. */
  regexp: 7,
  /** Key, value, key, value, … */
  map: 8,
  set: 9,
  /** Name, message, stack; then field, value, field, value, … with `cause` and `errors` among them. */
  error: 10,
  /** Kind byte, then the array's bytes as they are. */
  small: 11,
  /** Kind, index of the frame. */
  frame: 12,
  /** Index of an object that stands in the table. */
  same: 13,
  /** Index into the table of code. */
  code: 14,
  /** Index into the table of references. */
  ref: 15,
  /** Index of the class in the table of code; then field, value, field, value, … */
  instance: 16,
  /** Index of the class in the table of code, then what its `toWire` gave. */
  wire: 17,
  minusZero: 18,
  /** An array whose elements MessagePack alone cannot tell. */
  list: 19,
  /** An array with holes: length; then index, element, index, element, … */
  sparse: 20,
  /** A plain object whose names or values MessagePack alone cannot tell: name, value, name, value, … */
  entries: 21,
  /** Only in the table: a value, to be read after the table's strings. */
  body: 22,
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
