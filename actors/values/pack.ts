/**
 * From a value to a packed value.
 *
 * @module
 */

import type { Arena } from "./arena.ts";
import { NotSendableError } from "./errors.ts";
import type { PackOptions } from "./pack_options.ts";
import { Packer } from "./packer.ts";
import type { Packing } from "./types.ts";

const pool: Packer[] = [];

/**
 * Packs a value.
 *
 * Sent are: all primitives but symbols (with `undefined`, `-0`, `NaN`, bigints), plain objects, arrays (with holes), `Map`, `Set`, `Date`,
 * `RegExp`, errors, typed arrays, `DataView`, `ArrayBuffer`, `SharedArrayBuffer` (by its content), functions and classes and
 * instances of known classes (through `options.describe`), futures and references. An object that stands twice in the value is
 * one object again on the other side. Arrays above 512 bytes become frames of their own, and are not copied: do not change them
 * before they are sent.
 *
 * @param value What to pack.
 * @param options See {@link PackOptions}.
 * @throws {NotSendableError} naming the path of what cannot be sent.
 * @example
 * ```ts
 * import { pack, unpack } from "./mod.ts";
 *
 * const packed = pack({ x: new Float64Array(1000), tags: new Set(["a"]) });
 * packed.frames.length; // 1
 * unpack(packed); // { x: Float64Array(1000) [ … ], tags: Set(1) { "a" } }
 * ```
 */
export function pack(value: unknown, options: PackOptions = {}): Packing {
  return packed(value, options, undefined);
}

/** As {@link pack}, but the head is put into `arena`, unless there are frames, and the packing's own head is empty then. */
export function packInto(arena: Arena, value: unknown, options: PackOptions): Packing {
  return packed(value, options, arena);
}

function packed(value: unknown, options: PackOptions, arena: Arena | undefined): Packing {
  // A hook may pack in its turn, hence a pool and not one packer.
  const packer = pool.pop() ?? new Packer();
  try {
    return packer.pack(value, options, arena);
  } catch (error) {
    // Where in the value it is, its message says; the stack shall say who wanted to send it.
    if (error instanceof NotSendableError) Error.captureStackTrace(error, arena === undefined ? pack : packInto);
    throw error;
  } finally {
    if (pool.length < 4) pool.push(packer);
  }
}
