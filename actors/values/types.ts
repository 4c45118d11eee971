/**
 * What a packed value is, to all who carry one.
 *
 * @module
 */

/** A value made ready to travel: a MessagePack head, and the raw bytes of each array in it. */
export interface PackedValue {
  /** MessagePack; small. */
  readonly head: Uint8Array;
  /** The arrays' bytes, in the order the head speaks of them; may lie in shared memory. */
  readonly frames: readonly Uint8Array[];
}

/** A packed value and what was found inside it. */
export interface Packing extends PackedValue {
  /** Bytes of head and frames. */
  readonly nbytes: number;
  /** Keys of the futures and references inside, each once, in order of first appearance. */
  readonly refs: readonly string[];
  /** Code the receiver must have, by hash: module bundles and sources. */
  readonly codes: ReadonlyMap<string, Uint8Array>;
}
