import type { DType } from "../array/mod.ts";
import { FileFormatError } from "../io/mod.ts";

/** What the head of a .npy file says. */
export interface NpyHeader {
  /** Kind of the elements. */
  readonly dtype: DType;
  /** Whether their bytes stand in the other order than in memory. */
  readonly swapped: boolean;
  /** Whether the first axis runs fastest. */
  readonly fortran: boolean;
  /** The length of each axis. */
  readonly shape: number[];
  /** Where the elements begin. */
  readonly offset: number;
}

const KINDS: Readonly<Record<string, DType>> = {
  f8: "float64",
  f4: "float32",
  i8: "int64",
  i4: "int32",
  u4: "uint32",
  i2: "int16",
  u2: "uint16",
  i1: "int8",
  u1: "uint8",
  b1: "bool",
};

/** NumPy's name of a kind, with the order of bytes. */
export function descrOf(dtype: DType): string {
  const found = Object.entries(KINDS).find(([, d]) => d === dtype);
  if (found === undefined) throw new FileFormatError(`.npy files cannot hold ${dtype} here`);
  return `${found[0].endsWith("1") ? "|" : "<"}${found[0]}`;
}

const MAGIC = "\x93NUMPY";

/** Bytes that are enough for the head of any file that is read here. */
export const HEAD_BYTES = 4096;

/**
 * The head of a .npy file. Source: NumPy Enhancement Proposal 1, versions 1 to 3 of the format.
 *
 * @throws {FileFormatError} when it is none, or its elements are of a kind that arrays here do not have
 */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 6)) !== MAGIC) {
    throw new FileFormatError(`${where}: no .npy file`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] >= 2;
  const start = long ? 12 : 10;
  const offset = start + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const text = new TextDecoder().decode(bytes.subarray(start, offset));
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1], order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  const dtype = descr === undefined ? undefined : KINDS[descr.slice(1)];
  if (offset > bytes.length || order === undefined || shape === undefined || descr === undefined) {
    throw new FileFormatError(`${where}: its head cannot be read: ${text.trim().slice(0, 200)}`);
  }
  if (dtype === undefined) throw new FileFormatError(`${where}: its elements are ${descr}, which no array here holds`);
  const lengths = shape.split(",").map((n) => n.trim()).filter((n) => n !== "").map(Number);
  return { dtype, swapped: descr[0] === ">", fortran: order === "True", shape: lengths, offset };
}

/** The head of a .npy file of this kind and shape. */
export function npyHeader(dtype: DType, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': (${axes}), }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(total).fill(32);
  for (let i = 0; i < 6; i++) bytes[i] = MAGIC.charCodeAt(i);
  bytes.set([1, 0, (total - 10) & 255, (total - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[total - 1] = 10;
  return bytes;
}
