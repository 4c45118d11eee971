import { DTypeError } from "./errors.ts";
import { onHugePages } from "./huge_pages.ts";

/** Typed arrays whose elements are JavaScript numbers. */
export type NumericData =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** Everything an {@linkcode NDArray} can be laid over: numbers, 64-bit integers, or text labels. */
export type ArrayData = NumericData | BigInt64Array | string[];

/** The kind of an array's elements, by NumPy's names. `bool` is kept in a Uint8Array of zeros and ones. */
export type DType =
  | "float64"
  | "float32"
  | "int64"
  | "int32"
  | "uint32"
  | "int16"
  | "uint16"
  | "int8"
  | "uint8"
  | "bool"
  | "string";

/** The type of one element of an array over `D`. */
export type ElementOf<D extends ArrayData> = D extends string[] ? string : D extends BigInt64Array ? bigint : number;

/** The data that belongs to a dtype. */
export interface DTypeData {
  /** 64-bit floats. */
  float64: Float64Array;
  /** 32-bit floats. */
  float32: Float32Array;
  /** 64-bit integers. */
  int64: BigInt64Array;
  /** 32-bit integers. */
  int32: Int32Array;
  /** 32-bit integers without sign. */
  uint32: Uint32Array;
  /** 16-bit integers. */
  int16: Int16Array;
  /** 16-bit integers without sign. */
  uint16: Uint16Array;
  /** 8-bit integers. */
  int8: Int8Array;
  /** Bytes. */
  uint8: Uint8Array;
  /** Zeros and ones. */
  bool: Uint8Array;
  /** Text. */
  string: string[];
}

const byTag: Record<string, DType> = {
  Float64Array: "float64",
  Float32Array: "float32",
  BigInt64Array: "int64",
  Int32Array: "int32",
  Uint32Array: "uint32",
  Int16Array: "int16",
  Uint16Array: "uint16",
  Int8Array: "int8",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
};

/**
 * The dtype of some data; `undefined` when an array cannot be laid over it.
 *
 * @example
 * ```ts
 * import { dtypeOf } from "@troupe/troupe";
 * dtypeOf(new Int32Array(2)); // "int32"
 * dtypeOf(["a", "b"]); // "string"
 * dtypeOf([1, 2]); // undefined
 * ```
 */
export function dtypeOf(data: unknown): DType | undefined {
  if (Array.isArray(data)) return data.every((v) => typeof v === "string") ? "string" : undefined;
  if (!ArrayBuffer.isView(data)) return undefined;
  return byTag[(data as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]];
}

/**
 * New, zeroed data of `size` elements of a dtype.
 *
 * @throws {DTypeError} when there is no such dtype
 *
 * @example
 * ```ts
 * import { allocate, NDArray } from "@troupe/troupe";
 * const zeros = allocate("int32", 6); // Int32Array
 * new NDArray(zeros, [2, 3]).shape; // [2, 3]
 * ```
 */
export function allocate<K extends DType>(dtype: K, size: number): DTypeData[K] {
  const made = allocateAny(dtype, size);
  return (Array.isArray(made) ? made : onHugePages(made)) as DTypeData[K];
}

function allocateAny(dtype: DType, size: number): ArrayData {
  switch (dtype) {
    case "float64":
      return new Float64Array(size);
    case "float32":
      return new Float32Array(size);
    case "int64":
      return new BigInt64Array(size);
    case "int32":
      return new Int32Array(size);
    case "uint32":
      return new Uint32Array(size);
    case "int16":
      return new Int16Array(size);
    case "uint16":
      return new Uint16Array(size);
    case "int8":
      return new Int8Array(size);
    case "uint8":
    case "bool":
      return new Uint8Array(size);
    case "string":
      return new Array<string>(size).fill("");
    default:
      throw new DTypeError(`unknown dtype ${JSON.stringify(dtype)}; expected one of float64, float32, int64, int32, …`);
  }
}

/**
 * True for dtypes whose elements are whole numbers (or booleans).
 *
 * @example
 * ```ts
 * import { isIntegral } from "@troupe/troupe";
 * ["bool", "int32", "float32"].map((dtype) => isIntegral(dtype as "bool")); // [true, true, false]
 * ```
 */
export function isIntegral(dtype: DType): boolean {
  return dtype !== "float64" && dtype !== "float32" && dtype !== "string";
}
