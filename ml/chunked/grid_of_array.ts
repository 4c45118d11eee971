import { type Client, registerInternals } from "../../actors/mod.ts";
import type { AnyArray } from "./block.ts";
import { blockIndex, type Chunks, countBlocks, starts } from "./chunks.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { type Cut, sliceBlock } from "./parts.ts";

/** A block that is given. */
export function givenBlock(block: AnyArray): AnyArray {
  return block;
}

registerInternals({ givenBlock });

/** An array that is here, in blocks that are sent when they are needed. */
export function gridOfArray(array: AnyArray, chunks: Chunks, client: Client): Grid {
  const firsts = chunks.map(starts);
  const nodes = Array.from({ length: countBlocks(chunks) }, (_, b) => {
    const at = blockIndex(chunks, b);
    const cuts = at.map((i, axis): Cut => [firsts[axis][i], 1, chunks[axis][i]]);
    return call(client, givenBlock, sliceBlock(array, cuts));
  });
  return gridOf(client, chunks, array.dtype, nodes);
}
