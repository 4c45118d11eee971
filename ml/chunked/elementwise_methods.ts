import type { ArrayData, DType, DTypeData, NDArray, NumericData } from "../array/mod.ts";
import type { ChunkedArray } from "./chunked_array.ts";
import { binary, cast, type Operand, unary, where } from "./elementwise.ts";
import type { Grid } from "./grid.ts";

/** What stands beside an array in arithmetic: a chunked array, an array that is here, or a number. */
// deno-lint-ignore no-explicit-any -- of whatever kind
export type ChunkedOperand = ChunkedArray<any, any> | NDArray<ArrayData> | number | boolean;

/** The elements of a result of arithmetic. */
export type Arithmetic<D extends ArrayData> = D extends Float64Array ? Float64Array : NumericData;

/** The elements of a result with fractions. */
export type Fractional<D extends ArrayData> = D extends Float64Array ? Float64Array : Float64Array | Float32Array;

/** What a result of an operation of two computes to: a number only where both do. */
export type Together<V, O, T> = [V] extends [never] ? never
  : O extends number | boolean ? T
  // deno-lint-ignore no-explicit-any -- its elements do not matter
  : O extends ChunkedArray<any, infer W> ? ([W] extends [never] ? never : T)
  : never;

/**
 * What is done to each element. Nothing is computed when these are called: operations that follow one another become one loop over each block, and the
 * reduction behind them takes its elements from there. Shapes are broadcast as NumPy does, kinds of elements promoted by its rules; a number that is
 * whole counts as an integer.
 *
 * All of them throw a {@linkcode DTypeError} where elements are text; those that take another operand also a
 * {@linkcode TypeError} where it is no array or number, a {@linkcode ShapeError} where shapes do not fit together, and an
 * {@linkcode UnknownChunksError} where they are cut differently and lengths of blocks are not known.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const x = chunked.arange(0, 6, 1, { chunks: 2 });
 * (await x.mul(2).add(1).compute()).toArray(); // [1, 3, 5, 7, 9, 11]
 * ```
 */
export abstract class ElementwiseMethods<D extends ArrayData, V> {
  /** @internal What the array is made of. */
  abstract get grid(): Grid;

  /** @internal An array of this grid. */
  protected abstract of(grid: Grid): ChunkedArray<ArrayData, unknown>;

  /** @internal An operand as a grid or number. */
  protected abstract operand(value: ChunkedOperand, what: string): Operand;

  #binary(op: string, name: string, other: ChunkedOperand): never {
    const what = `ChunkedArray.${name}()`;
    return this.of(binary(op, this.grid, this.operand(other, what), what)) as never;
  }

  #unary(op: string, name = op): never {
    return this.of(unary(op, this.grid, `ChunkedArray.${name}()`)) as never;
  }

  /** Sum with another. */
  add<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("add", "add", other);
  }

  /**
   * Difference from another.
   *
   * @throws {DTypeError} when both are booleans
   */
  sub<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("sub", "sub", other);
  }

  /** Product with another, element by element. */
  mul<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("mul", "mul", other);
  }

  /** Quotient by another, with fractions. */
  div<O extends ChunkedOperand>(other: O): ChunkedArray<Fractional<D>, Together<V, O, number>> {
    return this.#binary("div", "div", other);
  }

  /** Quotient rounded down. */
  floorDivide<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("floorDivide", "floorDivide", other);
  }

  /** Remainder, with the divisor's sign. */
  mod<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("mod", "mod", other);
  }

  /** Power. */
  pow<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("pow", "pow", other);
  }

  /** The smaller of two, element by element; NaN where one is. */
  minimum<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("minimum", "minimum", other);
  }

  /** The larger of two, element by element; NaN where one is. */
  maximum<O extends ChunkedOperand>(other: O): ChunkedArray<Arithmetic<D>, Together<V, O, number>> {
    return this.#binary("maximum", "maximum", other);
  }

  /** Where it equals another. */
  eq<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("eq", "eq", other);
  }

  /** Where it does not. */
  ne<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("ne", "ne", other);
  }

  /** Where it is less. */
  lt<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("lt", "lt", other);
  }

  /** Where it is less or equal. */
  le<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("le", "le", other);
  }

  /** Where it is greater. */
  gt<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("gt", "gt", other);
  }

  /** Where it is greater or equal. */
  ge<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("ge", "ge", other);
  }

  /** Where both are true. */
  and<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("and", "and", other);
  }

  /** Where one of them is true. */
  or<O extends ChunkedOperand>(other: O): ChunkedArray<Uint8Array, Together<V, O, boolean>> {
    return this.#binary("or", "or", other);
  }

  /** Where it is false. */
  not(): ChunkedArray<Uint8Array, [V] extends [never] ? never : boolean> {
    return this.#unary("not");
  }

  /** Where it is NaN. */
  isnan(): ChunkedArray<Uint8Array, [V] extends [never] ? never : boolean> {
    return this.#unary("isnan");
  }

  /** Where it is finite. */
  isfinite(): ChunkedArray<Uint8Array, [V] extends [never] ? never : boolean> {
    return this.#unary("isfinite");
  }

  /**
   * The negative.
   *
   * @throws {DTypeError} when elements are booleans
   */
  neg(): ChunkedArray<Arithmetic<D>, V> {
    return this.#unary("neg");
  }

  /** The absolute value. */
  abs(): ChunkedArray<Arithmetic<D>, V> {
    return this.#unary("abs");
  }

  /** −1, 0 or 1. */
  sign(): ChunkedArray<Arithmetic<D>, V> {
    return this.#unary("sign");
  }

  /** Rounded down. */
  floor(): ChunkedArray<Arithmetic<D>, V> {
    return this.#unary("floor");
  }

  /** Rounded up. */
  ceil(): ChunkedArray<Arithmetic<D>, V> {
    return this.#unary("ceil");
  }

  /** Rounded to the nearest, to the even of two. */
  round(): ChunkedArray<Arithmetic<D>, V> {
    return this.#unary("round");
  }

  /** Square root. */
  sqrt(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("sqrt");
  }

  /** e to the power of it. */
  exp(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("exp");
  }

  /** e to the power of it, less 1. */
  expm1(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("expm1");
  }

  /** Natural logarithm. */
  log(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("log");
  }

  /** Natural logarithm of 1 more. */
  log1p(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("log1p");
  }

  /** Logarithm to the base 2. */
  log2(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("log2");
  }

  /** Logarithm to the base 10. */
  log10(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("log10");
  }

  /** Sine. */
  sin(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("sin");
  }

  /** Cosine. */
  cos(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("cos");
  }

  /** Tangent. */
  tan(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("tan");
  }

  /** Hyperbolic tangent. */
  tanh(): ChunkedArray<Fractional<D>, V> {
    return this.#unary("tanh");
  }

  /** Not less than `low` and not more than `high`. */
  clip(low: number, high: number): ChunkedArray<Arithmetic<D>, V> {
    return this.maximum(low).minimum(high) as never;
  }

  /** The elements as another kind; not text. */
  astype<K extends Exclude<DType, "string">>(dtype: K): ChunkedArray<DTypeData[K], V> {
    return this.of(cast(this.grid, dtype, "ChunkedArray.astype()")) as never;
  }

  /** The elements of `a` where this is true, of `b` where it is not. */
  where(a: ChunkedOperand, b: ChunkedOperand): ChunkedArray<NumericData> {
    const what = "ChunkedArray.where()";
    return this.of(where(this.grid, this.operand(a, what), this.operand(b, what), what)) as never;
  }
}
