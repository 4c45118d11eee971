import { type MatrixLike, NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import { InvalidInputError } from "./errors.ts";
import { assertFinite, toFloat64 } from "./validation.ts";

/**
 * Targets of a regressor that can learn several at once, as a table of a column each; `flat` says that y was a list.
 *
 * @throws {InvalidInputError} when there are more than two axes, no samples, or NaN or infinite values
 */
export function checkOutputs(y: VectorLike | MatrixLike | null | undefined, name = "y"): {
  table: NDArray<Float64Array>;
  flat: boolean;
} {
  if (y === undefined || y === null) {
    throw new InvalidInputError(`${name} is needed, but it is ${y}: this estimator learns from targets`);
  }
  const array = toFloat64(toNDArray(y, name), name);
  if (array.ndim > 2 || array.ndim < 1) {
    throw new InvalidInputError(`${name} should have one or two axes, got shape [${array.shape.join(", ")}]`);
  }
  if (array.size === 0) throw new InvalidInputError(`${name} must not be empty, got shape [${array.shape.join(", ")}]`);
  assertFinite(array, name);
  return { table: new NDArray(array.data, [array.length, array.size / array.length]), flat: array.ndim === 1 };
}
