import { registerInternals } from "../../../actors/mod.ts";
import type { NDArray } from "../../array/mod.ts";
import { KernelFrame } from "../../kernels/mod.ts";
import * as module from "../../kernels/wasm/kmeans_blocks.ts";
import { type BlockLabels, type BlockPartial, lloydBlock, type LloydStep } from "./lloyd_blocks.ts";
import { samplesOf, takeRows } from "./samples.ts";
import type { BlockKernels } from "./tiles.ts";

/** What the pass tells that the choice of centres begins with. */
export interface BeginPartial extends BlockPartial {
  /** The rows that were wanted. */
  readonly even: Float64Array;
  /** The largest distance of a row to its centre, or a little more. */
  readonly farthest: number;
  /** For each of the rounds to come, rows that may be drawn. */
  readonly ahead: readonly RowsAhead[];
}

/** Rows that may be drawn in a round. */
export interface RowsAhead {
  /** The rows, one after the other. */
  readonly rows: Float64Array;
  /** As in {@linkcode BoundedDraws}. */
  readonly chances: Float64Array;
}

/** What of the first look is a block's own. */
export interface BeginPlace {
  /** Number of the block's first row in the whole. */
  readonly first: number;
  /** Rows that shall come along. */
  readonly wanted: Int32Array;
}

/**
 * The first look at a block: its rows are labelled and summed by centres that were found on some rows of the whole, and their distances kept. Rows that may
 * be drawn later come along, so that the block need not be read again for them.
 *
 * @param rounds how each of the rounds will draw at the most
 */
export function beginBlock(
  block: NDArray,
  _before: null,
  step: LloydStep,
  rounds: readonly BoundedStep[],
  { first, wanted }: BeginPlace,
): { state: BlockLabels; partial: BeginPartial } {
  const result = lloydBlock(block, null, step, true);
  const { state, partial } = result;
  const samples = samplesOf(block, step.origin.length);
  const even = takeRows(samples, wanted);
  const far = state.far as Uint16Array;
  let farthest = 0;
  {
    using frame = new KernelFrame<BlockKernels>(module, [far]);
    farthest = distanceOf(frame.exports.largest16(frame.in(far), far.length));
  }
  const ahead = rounds.map((round) => {
    const { rows, chances } = drawByBounds(result, round, first);
    return { rows: takeRows(samples, rows), chances };
  });
  return { state, partial: { ...partial, even, farthest, ahead } };
}

/** A distance from the upper half of its float32. */
function distanceOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
}

/** Rows that may be drawn. */
export interface BoundedDraws {
  /** Their numbers in the block. */
  readonly rows: Int32Array;
  /** A row is drawn if this is less than its share of what is wanted. */
  readonly chances: Float64Array;
}

/** How rows are drawn by bounds of their distances. Plain data that travels to each block. */
export interface BoundedStep {
  /** For each centre the distance to the nearest candidate. */
  readonly reach: Float64Array;
  /** How many rows are wanted over the sum of all squared distances. */
  readonly share: number;
  /** Seeds of the draws. */
  readonly seeds: readonly [number, number];
  /** Rows of a block at most: where there are as many, the bounds tell too little. */
  readonly most: number;
}

/**
 * Draws rows by what their distance to the nearest candidate can be at most. The block itself is not read.
 *
 * @param before what {@linkcode beginBlock} left
 * @param first number of the block's first row in the whole
 */
export function drawByBounds(
  { state: { labels, far } }: { readonly state: BlockLabels },
  { reach, share, seeds, most }: BoundedStep,
  first: number,
): BoundedDraws {
  const kept = far as Uint16Array;
  using frame = new KernelFrame<BlockKernels>(module, [labels, kept], 12 * most + 8 * reach.length + 1024);
  const at = [frame.in(labels), frame.in(kept), frame.in(reach)];
  const list = frame.temp(4 * most);
  const chances = frame.temp(8 * most);
  const count = frame.exports.drawBounded(labels.length, ...at, share, first, ...seeds, list, chances, most);
  return { rows: frame.i32(list, count).slice(), chances: frame.f64(chances, count).slice() };
}

registerInternals({ beginBlock, drawByBounds });
