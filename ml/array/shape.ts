import { ShapeError } from "./errors.ts";

/**
 * How many elements an array of a shape has.
 *
 * @example
 * ```ts
 * import { sizeOf } from "@troupe/troupe";
 * sizeOf([2, 3, 4]); // 24
 * sizeOf([]); // 1
 * ```
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/**
 * Where an element stands; negative indices count from the end.
 *
 * @throws {ShapeError} when there is not one index for each axis, or one is out of bounds
 */
export function offsetOf(shape: readonly number[], indices: readonly number[]): number {
  if (indices.length !== shape.length) {
    throw new ShapeError(`NDArray: ${indices.length} indices for an array of shape [${shape.join(", ")}]`);
  }
  let at = 0;
  for (let axis = 0; axis < indices.length; axis++) {
    const n = shape[axis];
    const i = indices[axis] < 0 ? indices[axis] + n : indices[axis];
    if (!(i >= 0 && i < n)) {
      throw new ShapeError(`NDArray: index ${indices[axis]} is out of bounds for axis ${axis} of length ${n}`);
    }
    at = at * n + i;
  }
  return at;
}
