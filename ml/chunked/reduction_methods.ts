import type { ArrayData } from "../array/mod.ts";
import type { ChunkedArray } from "./chunked_array.ts";
import { ElementwiseMethods } from "./elementwise_methods.ts";
import { reduce, type ReduceOptions } from "./reductions.ts";

/**
 * What is computed over axes. Each block gives a partial result where it is, and these are put together in a tree that the chunks alone decide.
 *
 * All of them throw a {@linkcode DTypeError} where elements are text, and a {@linkcode RangeError} where there is no
 * such axis, or one is named twice. `argmin` and `argmax` need lengths of blocks that are known, and throw an
 * {@linkcode UnknownChunksError} where they are not.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const x = chunked.arange(0, 6, 1, { chunks: 2 }).reshape(3, 2);
 * (await x.mean(0).compute()).toArray(); // [2, 3]
 * await x.max().compute(); // 5
 * ```
 */
export abstract class ReductionMethods<D extends ArrayData, V> extends ElementwiseMethods<D, V> {
  #reduce(
    name: string,
    axis: number | readonly number[] | undefined,
    options?: ReduceOptions & { ddof?: number },
  ): never {
    return this.of(reduce(name, this.grid, axis, options)) as never;
  }

  /** Sum over all axes, or some. */
  sum(): ChunkedArray<Float64Array, number>;
  /** The same over some. */
  sum(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<Float64Array>;
  sum(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("sum", axis, options);
  }

  /** Product over all axes, or some. */
  prod(): ChunkedArray<Float64Array, number>;
  /** The same over some. */
  prod(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<Float64Array>;
  prod(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("prod", axis, options);
  }

  /** Mean over all axes, or some. */
  mean(): ChunkedArray<Float64Array, number>;
  /** The same over some. */
  mean(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<Float64Array>;
  mean(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("mean", axis, options);
  }

  /** Variance over all axes, or some; divided by n − ddof. */
  var(): ChunkedArray<Float64Array, number>;
  /** The same over some. */
  var(
    axis: number | readonly number[] | undefined,
    options?: ReduceOptions & { ddof?: number },
  ): ChunkedArray<Float64Array>;
  var(axis?: number | readonly number[], options?: ReduceOptions & { ddof?: number }): never {
    return this.#reduce("var", axis, options);
  }

  /** Standard deviation over all axes, or some; divided by n − ddof. */
  std(): ChunkedArray<Float64Array, number>;
  /** The same over some. */
  std(
    axis: number | readonly number[] | undefined,
    options?: ReduceOptions & { ddof?: number },
  ): ChunkedArray<Float64Array>;
  std(axis?: number | readonly number[], options?: ReduceOptions & { ddof?: number }): never {
    return this.#reduce("std", axis, options);
  }

  /** The smallest element over all axes, or some; NaN where there is one. */
  min(): ChunkedArray<D, number>;
  /** The same over some. */
  min(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<D>;
  min(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("min", axis, options);
  }

  /** The largest element over all axes, or some; NaN where there is one. */
  max(): ChunkedArray<D, number>;
  /** The same over some. */
  max(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<D>;
  max(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("max", axis, options);
  }

  /** The number of the smallest element in row-major order, or where it stands along an axis; the first of equals, and NaN before all. */
  argmin(): ChunkedArray<Float64Array, number>;
  /** The same along an axis. */
  argmin(axis: number, options?: ReduceOptions): ChunkedArray<Int32Array>;
  argmin(axis?: number, options?: ReduceOptions): never {
    return this.#reduce("argmin", axis, options);
  }

  /** The number of the largest element in row-major order, or where it stands along an axis; the first of equals, and NaN before all. */
  argmax(): ChunkedArray<Float64Array, number>;
  /** The same along an axis. */
  argmax(axis: number, options?: ReduceOptions): ChunkedArray<Int32Array>;
  argmax(axis?: number, options?: ReduceOptions): never {
    return this.#reduce("argmax", axis, options);
  }

  /** Whether any element is true (not 0), over all axes or some. */
  any(): ChunkedArray<Uint8Array, boolean>;
  /** The same over some. */
  any(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<Uint8Array>;
  any(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("any", axis, options);
  }

  /** Whether all elements are true (not 0), over all axes or some. */
  all(): ChunkedArray<Uint8Array, boolean>;
  /** The same over some. */
  all(axis: number | readonly number[] | undefined, options?: ReduceOptions): ChunkedArray<Uint8Array>;
  all(axis?: number | readonly number[], options?: ReduceOptions): never {
    return this.#reduce("all", axis, options);
  }

  /** The 2-norm of all elements together (of a table: Frobenius'), or along axes; with `ord` 1 the sum of absolute values, with Infinity the largest. */
  norm(): ChunkedArray<Float64Array, number>;
  /**
   * The same along axes.
   *
   * @throws {RangeError} when `ord` is not 1, 2 or Infinity
   */
  norm(
    axis: number | readonly number[] | undefined,
    options?: ReduceOptions & { ord?: number },
  ): ChunkedArray<Float64Array>;
  norm(axis?: number | readonly number[], options: ReduceOptions & { ord?: number } = {}): never {
    const { ord = 2, ...rest } = options;
    if (ord !== 1 && ord !== 2 && ord !== Infinity) {
      throw new RangeError(`ChunkedArray.norm(): ord must be 1, 2 or Infinity, got ${ord}`);
    }
    const x = this.astype("float64");
    if (ord === 2) return this.of(reduce("norm", x.mul(x).grid, axis, rest)) as never;
    return this.of(reduce(ord === 1 ? "sum" : "max", x.abs().grid, axis, rest)) as never;
  }
}
