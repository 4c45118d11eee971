/**
 * Reductions of one block, and of what came of several: what runs where the blocks are.
 *
 * @module
 */

import { registerInternals } from "../../actors/mod.ts";
import { allocate, type DType, NDArray, ShapeError, sizeOf } from "../array/mod.ts";
import { accumulator, mergePartials, type Partial, type ReductionKind } from "./accumulators.ts";
import type { AnyArray } from "./block.ts";
import { eachTile, evaluateBlock, evaluatedShape } from "./evaluate.ts";
import { transposeBlock } from "./parts.ts";
import type { Program } from "./program.ts";
import { reduceFast, TileReducer } from "./reduce_fast.ts";

/** Where a block begins in the whole: for the numbers that argmin and argmax give. */
export interface Origin {
  /** By axis, the number of its first entry. */
  readonly at: readonly number[];
  /** The shape of the whole. */
  readonly shape: readonly number[];
}

/**
 * Reduces what a program makes of blocks, without making it: each piece is used while it is in the cache.
 *
 * @param axes those that go, in order
 */
export function reduceBlock(
  kind: ReductionKind,
  axes: readonly number[],
  origin: Origin | null,
  program: Program | null,
  inputs: readonly AnyArray[],
): Partial {
  const shape = evaluatedShape(inputs);
  const kept = shape.map((n, axis) => axes.includes(axis) ? 1 : n);
  const n = sizeOf(axes.map((axis) => shape[axis]));
  // Axes that go must stand side by side.
  const together = axes.every((axis, i) => i === 0 || axis === axes[i - 1] + 1);
  if (!together) {
    const block = program === null ? inputs[0] : evaluateBlock(program, inputs);
    const stay = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const moved = transposeBlock(block, [...stay, ...axes]);
    const flat = moved.reshape(sizeOf(stay.map((axis) => shape[axis])), n);
    const { parts } = reduceBlock(kind, [1], null, null, [flat]);
    return { kind, n, shape: kept, parts: withOrigin(kind, parts, axes, shape, origin) };
  }
  const outer = sizeOf(shape.slice(0, axes[0] ?? 0));
  const inner = axes.length === 0 ? sizeOf(shape) : sizeOf(shape.slice(axes[axes.length - 1] + 1));
  const places = axes.length === 0 ? inner : outer * inner;
  const fast = program === null ? reduceFast(kind, inputs[0], axes.length === 0 ? 1 : outer, n, inner) : undefined;
  if (fast !== undefined) return { kind, n, shape: kept, parts: withOrigin(kind, fast, axes, shape, origin) };
  // Elements that are made, or made float64, are made where kernels reduce them.
  const made = program !== null || !(inputs[0].data instanceof Float64Array);
  using tiles = made && TileReducer.has(kind) && inner > 0 ? new TileReducer(kind, places, inner) : undefined;
  const acc = tiles ?? accumulator(kind, places);
  if (n > 0) {
    const room = tiles === undefined ? undefined : (length: number): Float64Array => tiles.room(length);
    const visit = (data: Float64Array, at: number, start: number, count: number): void => {
      if (inner === 1) {
        while (count > 0) {
          const index = start % n, length = Math.min(count, n - index);
          acc.line(Math.floor(start / n), data, at, length, index);
          at += length;
          start += length;
          count -= length;
        }
        return;
      }
      let rows = count / inner, row = start / inner;
      while (rows > 0) {
        const index = row % n, length = Math.min(rows, n - index);
        acc.rows(Math.floor(row / n) * inner, data, at, length, inner, index);
        at += length * inner;
        row += length;
        rows -= length;
      }
    };
    eachTile(program ?? undefined, inputs, inner, visit, room);
  }
  return { kind, n, shape: kept, parts: withOrigin(kind, acc.parts, axes, shape, origin) };
}

/** Numbers within a block as numbers within the whole. */
function withOrigin(
  kind: ReductionKind,
  parts: readonly Float64Array[],
  axes: readonly number[],
  shape: readonly number[],
  origin: Origin | null,
): readonly Float64Array[] {
  if (origin === null || (kind !== "argmin" && kind !== "argmax")) return parts;
  const indices = parts[1];
  for (let i = 0; i < indices.length; i++) {
    let rest = indices[i], step = 1, number = 0;
    for (let k = axes.length - 1; k >= 0; k--) {
      const axis = axes[k];
      number += (rest % shape[axis] + origin.at[axis]) * step;
      rest = Math.floor(rest / shape[axis]);
      step *= origin.shape[axis];
    }
    indices[i] = number;
  }
  return parts;
}

/** What a reduction comes to in the end. */
export type Finish = "value" | "mean" | "var" | "std" | "index" | "norm";

/** How a reduction ends. */
export interface Finishing {
  /** What is asked for. */
  readonly finish: Finish;
  /** The kind of the result. */
  readonly dtype: DType;
  /** Variances are divided by n − ddof. */
  readonly ddof?: number;
  /** Axes that go. */
  readonly dropped: readonly number[];
  /** What was called, for errors. */
  readonly what: string;
}

/** The result of a reduction, of what came of its blocks. */
export function finishReduction(list: readonly Partial[], finishing: Finishing): AnyArray {
  const { kind, n, shape, parts } = mergePartials(list);
  const { finish, dtype, ddof = 0, dropped, what } = finishing;
  if (n === 0 && ["min", "max", "argmin", "argmax"].includes(kind) && parts[0].length > 0) {
    throw new ShapeError(`${what}: there is nothing to choose from: an axis is empty`);
  }
  const [first, second] = parts;
  const values = finish === "index"
    ? second
    : finish === "var"
    ? second.map((v) => v / Math.max(0, n - ddof))
    : finish === "std"
    ? second.map((v) => Math.sqrt(v / Math.max(0, n - ddof)))
    : finish === "mean"
    ? first.map((v) => v / n)
    : finish === "norm"
    ? first.map((v) => Math.sqrt(v))
    : first;
  const out = shape.filter((_, axis) => !dropped.includes(axis));
  if (dtype === "float64") return new NDArray(values, out);
  const data = allocate(dtype, values.length);
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) {
      data[i] = BigInt(Math.trunc(values[i]));
    }
  } else (data as Float32Array).set(values);
  return new NDArray(data, out, dtype);
}

registerInternals({ reduceBlock, mergePartials, finishReduction });
