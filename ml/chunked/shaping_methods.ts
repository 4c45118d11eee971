import { type ArrayData, type NDArray, ShapeError } from "../array/mod.ts";
import type { ChunkedArray } from "./chunked_array.ts";
import { axesOf, axisOf } from "./chunks.ts";
import type { Grid } from "./grid.ts";
import { ReductionMethods } from "./reduction_methods.ts";
import { type Range, sliceGrid, takeGrid } from "./select.ts";
import { type GridSelector, pick } from "./selectors.ts";
import { reshapeGrid, transposeGrid } from "./shaping.ts";

/** What {@linkcode ChunkedArray.at} takes for an axis: a number (the axis goes), a range such as "2:10" or "::-1", numbers, or a mask of booleans. */
export type Selector =
  | number
  | string
  | Range
  | readonly number[]
  | readonly boolean[]
  | NDArray<ArrayData>
  // deno-lint-ignore no-explicit-any -- of one axis or all
  | ChunkedArray<Uint8Array, any>;

/**
 * What picks elements and gives them other axes. Blocks that are not needed are not looked at.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const x = chunked.arange(0, 6, 1, { chunks: 2 });
 * (await x.reshape(3, 2).T.compute()).toArray(); // [[0, 2, 4], [1, 3, 5]]
 * (await x.slice(1, 4).compute()).toArray(); // [1, 2, 3]
 * ```
 */
export abstract class ShapingMethods<D extends ArrayData, V> extends ReductionMethods<D, V> {
  /** An array of these elements. */
  private part(grid: Grid): ChunkedArray<D> {
    return this.of(grid) as unknown as ChunkedArray<D>;
  }

  /**
   * A part of the array: a selector for each axis, those left out whole. At most one of them may be a list or a mask; a mask that is chunked
   * leaves lengths that are not known.
   *
   * @throws {RangeError} when a number is out of bounds
   * @example
   * ```ts ignore
   * X.at("100:200", "::2"); // X[100:200, ::2]
   * X.at(-1); // X[-1]
   * X.at([3, 1, 4]);
   * X.at(y.eq(0)); // rows where y is 0
   * ```
   */
  at(...selectors: Selector[]): ChunkedArray<D> {
    const plain = selectors.map((s) => s instanceof ShapingMethods ? s.grid : s as GridSelector);
    return this.part(pick(this.grid, plain, "ChunkedArray.at()"));
  }

  /**
   * Entries `start` to `stop` (not included) of the first axis; negative bounds count from the end.
   *
   * @throws {ShapeError} when there is no axis
   * @throws {UnknownChunksError} when lengths of blocks along the first axis are not known
   */
  slice(start?: number, stop?: number, step?: number): ChunkedArray<D> {
    if (this.grid.chunks.length === 0) {
      throw new ShapeError("ChunkedArray.slice(): an array without axes has no entries");
    }
    return this.part(sliceGrid(this.grid, [{ start, stop, step }], [], "ChunkedArray.slice()"));
  }

  /**
   * The entries along an axis with these numbers, in this order.
   *
   * @throws {RangeError} when there is no such axis, or a number is out of bounds
   * @throws {UnknownChunksError} when lengths of blocks along the axis are not known
   */
  take(indices: ArrayLike<number>, axis = 0): ChunkedArray<D> {
    return this.part(takeGrid(this.grid, indices, axis, "ChunkedArray.take()"));
  }

  /**
   * The same elements with other axes; one length may be −1. Only the first axis may be cut, so others are joined first.
   *
   * @throws {ShapeError} when the lengths do not hold as many elements as there are
   * @throws {UnknownChunksError} when lengths of blocks that it needs are not known
   */
  reshape(...shape: number[]): ChunkedArray<D> {
    return this.part(reshapeGrid(this.grid, shape, "ChunkedArray.reshape()"));
  }

  /**
   * All elements on one axis.
   *
   * @throws {UnknownChunksError} when lengths of blocks that it needs are not known
   */
  ravel(): ChunkedArray<D> {
    return this.reshape(-1);
  }

  /**
   * The axes in another order; reversed if none is given.
   *
   * @throws {RangeError} when there is no such axis, or one is named twice
   * @throws {ShapeError} when an axis is left out
   */
  transpose(...order: number[]): ChunkedArray<D> {
    const what = "ChunkedArray.transpose()";
    const axes = order.length === 0
      ? this.grid.chunks.map((_, i, { length }) => length - 1 - i)
      : order.map((a) => axisOf(a, this.grid.chunks.length, what));
    if (axesOf(axes, this.grid.chunks.length, what).length !== this.grid.chunks.length) {
      throw new ShapeError(`${what}: ${axes.length} axes for an array of ${this.grid.chunks.length}`);
    }
    return this.part(transposeGrid(this.grid, axes));
  }

  /** The array with its axes reversed. */
  get T(): ChunkedArray<D> {
    return this.transpose();
  }
}
