import { registerErrorClass } from "../../actors/mod.ts";
import { DTypeError, ShapeError } from "../array/mod.ts";

/** Thrown when a block is not what was declared of it: says which block, what was declared, and what came. */
export class BlockMismatchError extends TypeError {
  /** The class's name. */
  override readonly name: string = "BlockMismatchError";
}

/** Thrown when lengths of chunks do not fit a shape, or one another. */
export class ChunkError extends RangeError {
  /** The class's name. */
  override readonly name: string = "ChunkError";
}

/** Thrown when something needs the lengths of blocks, and they are not known. `computeChunkSizes()` finds them out. */
export class UnknownChunksError extends ChunkError {
  /** The class's name. */
  override readonly name: string = "UnknownChunksError";
}

registerErrorClass(BlockMismatchError, ChunkError, UnknownChunksError, ShapeError, DTypeError);
