/**
 * Parts of blocks, and blocks put together of parts: what runs where the blocks are.
 *
 * @module
 */

import { registerInternals } from "../../actors/mod.ts";
import { type DType, NDArray, ShapeError, sizeOf } from "../array/mod.ts";
import { type AnyArray, newArray } from "./block.ts";
import { copyStrided, stepsOf } from "./copy.ts";

/** What is taken of a block along an axis: the first, from one to the next, and how many; NaN for all, where it is not known how many there are. */
export type Cut = readonly [start: number, step: number, count: number];

/** A part of a block. Whole rows in a row are not copied. */
export function sliceBlock(block: AnyArray, given: readonly Cut[], dropped: readonly number[] = []): AnyArray {
  const cuts = given.map((cut, axis): Cut => cut[2] === cut[2] ? cut : [0, 1, block.shape[axis]]);
  const counts = cuts.map(([, , count]) => count);
  const shape = counts.filter((_, axis) => !dropped.includes(axis));
  const { shape: whole, data } = block;
  // In one piece where only one axis is cut, those before it are at one place, and those behind it are whole.
  const cut = counts.findIndex((count) => count !== 1);
  const piece = cut < 0 || (cuts[cut][1] === 1 && counts.every((count, axis) => axis <= cut || count === whole[axis]));
  const steps = stepsOf(whole);
  const start = cuts.reduce((at, [from], axis) => at + from * steps[axis], 0);
  if (piece && cuts.every(([, step], axis) => axis <= cut || step === 1)) {
    const size = sizeOf(counts);
    const part = Array.isArray(data) ? data.slice(start, start + size) : data.subarray(start, start + size);
    return new NDArray(part, shape, block.dtype);
  }
  const out = newArray(block.dtype, counts);
  copyStrided({ data, start, steps: cuts.map(([, step], axis) => step * steps[axis]) }, {
    data: out.data,
    start: 0,
    steps: stepsOf(counts),
  }, counts);
  return new NDArray(out.data, shape, out.dtype);
}

/** A block of parts, each at its place. Along axes of which the length is not known, all parts are as long as it. */
export function assembleBlocks(
  dtype: DType,
  declared: readonly number[],
  places: readonly (readonly number[])[],
  parts: readonly AnyArray[],
): AnyArray {
  const shape = declared.map((n, axis) => n === n ? n : parts[0].shape[axis]);
  const odd = parts.find((part) => declared.some((n, axis) => n !== n && part.shape[axis] !== shape[axis]));
  if (odd !== undefined) {
    throw new ShapeError(
      `blocks: [${odd.shape.join(", ")}] and [${parts[0].shape.join(", ")}] do not lie side by side`,
    );
  }
  const out = newArray(dtype, shape);
  const steps = stepsOf(shape);
  parts.forEach((part, i) => {
    const start = places[i].reduce((at, from, axis) => at + from * steps[axis], 0);
    copyStrided(
      { data: part.data, start: 0, steps: stepsOf(part.shape) },
      { data: out.data, start, steps },
      part.shape,
    );
  });
  return out;
}

/** Some entries along an axis, in the order of their numbers. */
export function takeBlock(block: AnyArray, axis: number, indices: readonly number[] | Int32Array): AnyArray {
  if (axis === 0 && block.dtype !== "string" && block.dtype !== "int64") {
    const out = newArray(block.dtype, [indices.length, ...block.shape.slice(1)]);
    const taken = block.take(indices);
    (out.data as Float64Array).set(taken.data as Float64Array);
    return out;
  }
  const shape = block.shape.map((n, i) => i === axis ? indices.length : n);
  const out = newArray(block.dtype, shape);
  const from = stepsOf(block.shape), to = stepsOf(shape);
  const counts = shape.map((n, i) => i === axis ? 1 : n);
  for (let k = 0; k < indices.length; k++) {
    copyStrided(
      { data: block.data, start: indices[k] * from[axis], steps: from },
      { data: out.data, start: k * to[axis], steps: to },
      counts,
    );
  }
  return out;
}

/** Entries along an axis from several parts, each entry at its place: `places[p][k]` is that of the k-th of part p. */
export function mergeParts(
  axis: number,
  places: readonly (readonly number[])[],
  parts: readonly AnyArray[],
): AnyArray {
  const total = places.reduce((n, p) => n + p.length, 0);
  const shape = parts[0].shape.map((n, i) => i === axis ? total : n);
  const out = newArray(parts[0].dtype, shape);
  const to = stepsOf(shape);
  const counts = shape.map((n, i) => i === axis ? 1 : n);
  parts.forEach((part, p) => {
    const from = stepsOf(part.shape);
    places[p].forEach((place, k) =>
      copyStrided(
        { data: part.data, start: k * from[axis], steps: from },
        { data: out.data, start: place * to[axis], steps: to },
        counts,
      )
    );
  });
  return out;
}

/** The entries along an axis for which a mask is true. */
export function maskBlock(block: AnyArray, mask: AnyArray, axis: number): AnyArray {
  if (mask.size !== block.shape[axis]) {
    throw new ShapeError(`a mask of ${mask.size} for ${block.shape[axis]} entries along axis ${axis}`);
  }
  const chosen: number[] = [];
  for (let i = 0; i < mask.size; i++) if (mask.data[i]) chosen.push(i);
  return takeBlock(block, axis, chosen);
}

/** The elements of a block for which a mask of the same shape is true, on one axis. */
export function maskElements(block: AnyArray, mask: AnyArray): AnyArray {
  if (mask.shape.join() !== block.shape.join()) {
    throw new ShapeError(`a mask of shape [${mask.shape.join(", ")}] for a block of shape [${block.shape.join(", ")}]`);
  }
  return maskBlock(block.ravel(), mask.ravel(), 0);
}

/** The same elements with other axes: in place. */
export function reshapeBlock(block: AnyArray, shape: readonly number[]): AnyArray {
  return block.reshape(...shape);
}

/** A block with one more axis, of one entry. */
export function expandBlock(block: AnyArray, axis: number): AnyArray {
  return block.reshape(...block.shape.toSpliced(axis, 0, 1));
}

/** A block with its axes in another order. */
export function transposeBlock(block: AnyArray, order: readonly number[]): AnyArray {
  const shape = order.map((axis) => block.shape[axis]);
  const out = newArray(block.dtype, shape);
  const steps = stepsOf(block.shape);
  copyStrided(
    { data: block.data, start: 0, steps: order.map((axis) => steps[axis]) },
    { data: out.data, start: 0, steps: stepsOf(shape) },
    shape,
  );
  return out;
}

registerInternals({
  sliceBlock,
  assembleBlocks,
  takeBlock,
  mergeParts,
  maskBlock,
  maskElements,
  reshapeBlock,
  expandBlock,
  transposeBlock,
});
