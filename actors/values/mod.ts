/**
 * A JavaScript value ⇄ a packed value: a MessagePack head, and raw array frames.
 *
 * @module
 */

export { Arena } from "./arena.ts";
export { blobSize, fromBlob, toBlob, writeBlob } from "./blob.ts";
export { registerErrorClass } from "./error_classes.ts";
export { MalformedValueError, NotSendableError } from "./errors.ts";
export { contentHash, fingerprint, hashOf, hex } from "./hash.ts";
export { fromWire, reference, referenceOf, toWire } from "./hooks.ts";
export { pack, packInto } from "./pack.ts";
export type { Described, PackOptions, Purpose } from "./pack_options.ts";
export type { PackedValue, Packing } from "./types.ts";
export { neededCode, neededRefs, unpack, type UnpackOptions } from "./unpack.ts";
