import { inTask, registerInternals } from "../../actors/mod.ts";
import { allocate, type ArrayData, type DType, NDArray, sizeOf, toNDArray } from "../array/mod.ts";
import { BlockMismatchError } from "./errors.ts";

/** A block's value: an array of any kind. */
export type AnyArray = NDArray<ArrayData>;

/** Bytes from which on a result is made in the worker's shared memory at once. */
const LARGE = 65_536;

/** What is known of a block before it is there; NaN for a length that is not known. */
export interface Declared {
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The kind of the elements. */
  readonly dtype: DType;
}

/** Data to be filled whole: in a task, in shared memory, so that it need not be copied there when it is a result. Its content is anything. */
export function newData(dtype: DType, size: number): ArrayData {
  const task = dtype === "string" ? undefined : inTask();
  if (task === undefined || task.isActor || dtype === "string") return allocate(dtype, size);
  const empty = allocate(dtype, 0) as Float64Array;
  const bytes = size * empty.BYTES_PER_ELEMENT;
  if (bytes < LARGE) return allocate(dtype, size);
  const room = task.allocate(bytes);
  return new (empty.constructor as Float64ArrayConstructor)(
    room.buffer as ArrayBuffer,
    room.byteOffset,
    size,
  );
}

/** An array whose data {@linkcode newData} gave. */
export function newArray(dtype: DType, shape: readonly number[]): AnyArray {
  return new NDArray(newData(dtype, sizeOf(shape)), shape, dtype);
}

function shown({ dtype, shape }: Declared): string {
  return `${dtype} [${shape.map((n) => n === n ? n : "?").join(", ")}]`;
}

/**
 * What a user's function gave, as the block that was declared.
 *
 * @param where which block it is, for errors
 * @throws {BlockMismatchError} when it is something else
 */
export function checkBlock(value: unknown, declared: Declared, where: string): AnyArray {
  let array: AnyArray;
  try {
    array = toNDArray(value as number[][], "it");
  } catch (cause) {
    const what = value === null ? "null" : typeof value === "object" ? value.constructor?.name : typeof value;
    throw new BlockMismatchError(
      `${where}: declared as ${shown(declared)}, but what came is no array (${what}): ${(cause as Error).message}`,
      { cause },
    );
  }
  const { dtype, shape } = declared;
  if (dtype === "bool" && array.dtype === "uint8") array = new NDArray(array.data, array.shape, "bool");
  // An empty list is of any kind.
  if (array.size === 0 && array.dtype !== dtype) array = newArray(dtype, array.shape);
  const fits = array.dtype === dtype && array.ndim === shape.length &&
    shape.every((n, axis) => n !== n || n === array.shape[axis]);
  if (!fits) throw new BlockMismatchError(`${where}: declared as ${shown(declared)}, but ${shown(array)} came`);
  return array;
}

/** The shape of a block. */
export function shapeOfBlock(block: AnyArray): number[] {
  return block.shape;
}

registerInternals({ checkBlock, shapeOfBlock });
