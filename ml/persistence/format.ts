/**
 * The form of a file: a fixed head, a description in JSON, and the arrays, raw.
 *
 * | bytes | what |
 * |---|---|
 * | 0–7 | 0x89, "TRP", CR, LF, 0x1a, LF: damaged by whatever takes it for text |
 * | 8–11 | version of the form |
 * | 12–15 | CRC-32 of the description |
 * | 16–19 | CRC-32 of bytes 0–15 and 20–35 |
 * | 20–27 | bytes of the description |
 * | 28–35 | bytes of the arrays |
 * | 36–63 | zeros |
 * | 64– | the description, in UTF-8; zeros to the next multiple of 64 |
 * | then | the arrays, each from a multiple of 64 on, little-endian |
 *
 * @module
 */

import { MalformedFileError } from "./errors.ts";

/** What a file begins with. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x54, 0x52, 0x50, 0x0d, 0x0a, 0x1a, 0x0a);

/** Version of the form that is written; newer ones are refused. */
export const VERSION = 1;

/** Bytes of the fixed head, and what arrays are aligned to. */
export const ALIGN = 64;

/** A typed array that can stand in a file. */
export type RawArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** Typed arrays by name, as the description names them. */
export const rawTypes: Readonly<
  Record<string, { new (length: number): RawArray; readonly BYTES_PER_ELEMENT: number }>
> = Object.freeze({
  __proto__: null as never,
  Float64Array,
  Float32Array,
  BigInt64Array,
  BigUint64Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
});

/** A value in the description: itself, or a list that begins with what it is. */
export type Coded = null | boolean | number | string | readonly [string, ...(string | number)[]];

/** Something with an identity in the description. */
export type CodedObject =
  | { t: "list" | "set"; v: Coded[] }
  | { t: "object"; k: string[]; v: Coded[] }
  | { t: "instance"; c: string; k: string[]; v: Coded[] }
  | { t: "map"; k: Coded[]; v: Coded[] }
  | { t: "function"; c: string }
  | { t: "date"; v: number | string }
  | { t: "regexp"; v: string; f: string }
  | { t: "array"; d: string; o: number; n: number; c: number };

/** The description of a file. */
export interface Description {
  /** Version of the library that wrote it. */
  library: string;
  /** What was dumped. */
  root: Coded;
  /** Everything with an identity, referred to by number. */
  objects: CodedObject[];
}

/** @throws {MalformedFileError} when what lies between two parts of a file is not zero */
export function checkGap(bytes: Uint8Array): void {
  if (bytes.some((b) => b !== 0)) {
    throw new MalformedFileError("the file is damaged: there should be zeros between its parts");
  }
}

/** The next multiple of the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN;
}

/** The fixed head. */
export function writeHead(description: Uint8Array, dataBytes: number, crc: (bytes: Uint8Array) => number): Uint8Array {
  const head = new Uint8Array(ALIGN);
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, crc(description), true);
  view.setBigUint64(20, BigInt(description.length), true);
  view.setBigUint64(28, BigInt(dataBytes), true);
  view.setUint32(16, headSum(head, crc), true);
  return head;
}

function headSum(head: Uint8Array, crc: (bytes: Uint8Array) => number): number {
  const rest = new Uint8Array(32);
  rest.set(head.subarray(0, 16));
  rest.set(head.subarray(20, 36), 16);
  return crc(rest);
}

/** What the fixed head says. */
export interface Head {
  /** CRC-32 of the description. */
  crc: number;
  /** Bytes of the description. */
  descriptionBytes: number;
  /** Bytes of the arrays. */
  dataBytes: number;
}

/**
 * Reads the fixed head.
 *
 * @throws {MalformedFileError} when it is none of ours, damaged, of a newer version, or does not fit the file's size
 */
export function readHead(head: Uint8Array, fileBytes: number, crc: (bytes: Uint8Array) => number): Head {
  if (head.length < ALIGN || MAGIC.some((b, i) => head[i] !== b)) {
    throw new MalformedFileError("not a file that dump() wrote: it begins with other bytes");
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(16, true) !== headSum(head, crc) || head.subarray(36, ALIGN).some((b) => b !== 0)) {
    throw new MalformedFileError("the file is damaged: its head does not fit its checksum");
  }
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new MalformedFileError(
      `the file has version ${version} of the form, this library knows version ${VERSION}; use the one that wrote it`,
    );
  }
  const descriptionBytes = Number(view.getBigUint64(20, true));
  const dataBytes = Number(view.getBigUint64(28, true));
  if (ALIGN + aligned(descriptionBytes) + dataBytes !== fileBytes) {
    throw new MalformedFileError(
      `the file has ${fileBytes} bytes, but should have ${ALIGN + aligned(descriptionBytes) + dataBytes}: it was cut ` +
        "off, or something was added",
    );
  }
  return { crc: view.getUint32(12, true), descriptionBytes, dataBytes };
}
