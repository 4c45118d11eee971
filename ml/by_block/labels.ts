import { registerInternals } from "../../actors/mod.ts";
import { type Labels, NDArray } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { type ChunkedInput, partialsOf } from "./input.ts";

/** How often each label is in a block. */
export function labelCounts(block: NDArray): { labels: (number | string)[]; counts: number[] } {
  const counts = new Map<number | string, number>();
  const data = block.data as ArrayLike<number | string>;
  for (let i = 0; i < data.length; i++) counts.set(data[i], (counts.get(data[i]) ?? 0) + 1);
  return { labels: [...counts.keys()], counts: [...counts.values()] };
}

/**
 * The classes of labels in blocks, in order, and how often each is there.
 *
 * @throws {InvalidInputError} when y has more than one axis, or holds NaN
 */
export async function classesOf(y: ChunkedInput, caller: string): Promise<{ classes: Labels; counts: Float64Array }> {
  if (y.ndim !== 1) throw new InvalidInputError(`${caller}: y has ${y.ndim} axes, expected one`);
  const parts = await partialsOf([y], labelCounts);
  const counts = new Map<number | string, number>();
  for (const part of parts) {
    for (const [i, label] of part.labels.entries()) counts.set(label, (counts.get(label) ?? 0) + part.counts[i]);
  }
  const sorted = [...counts.keys()].sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  if (sorted.some((label) => label !== label)) throw new InvalidInputError(`${caller}: y holds NaN`);
  const classes = y.dtype === "string"
    ? new NDArray(sorted as string[])
    : new NDArray(Float64Array.from(sorted as number[])).astype(y.dtype as "float64");
  return { classes: classes as Labels, counts: Float64Array.from(sorted, (label) => counts.get(label) as number) };
}

/** For each label of a block the number of its class. */
export function codesOfBlock(y: NDArray, classes: Labels): Int32Array {
  const codes = new Map<unknown, number>();
  for (let c = 0; c < classes.size; c++) codes.set(classes.data[c], c);
  const data = y.data as ArrayLike<unknown>;
  return Int32Array.from({ length: data.length }, (_, i) => codes.get(data[i]) ?? -1);
}

registerInternals({ labelCounts });
