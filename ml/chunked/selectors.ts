import { type ArrayData, NDArray, ShapeError } from "../array/mod.ts";
import { mustBeKnown, shapeOf } from "./chunks.ts";
import { Grid } from "./grid.ts";
import { indicesOfMask, maskGrid, parseRange, type Range, sliceGrid, takeGrid } from "./select.ts";

/** What is picked along an axis. */
export type GridSelector = number | string | Range | readonly number[] | readonly boolean[] | NDArray<ArrayData> | Grid;

function numbersOf(selector: readonly unknown[] | NDArray<ArrayData>, n: number, what: string): number[] {
  const isMask = selector instanceof NDArray ? selector.dtype === "bool" : typeof selector[0] === "boolean";
  if (isMask) return indicesOfMask(selector as readonly boolean[], n, what);
  return Array.from(selector instanceof NDArray ? selector.data as ArrayLike<unknown> : selector, Number);
}

/** A part of an array: a selector for each axis, those left out whole. At most one is a list or a mask. */
export function pick(grid: Grid, selectors: readonly GridSelector[], what: string): Grid {
  const shape = shapeOf(grid.chunks);
  const [first] = selectors;
  if (first instanceof Grid && first.chunks.length > 1) {
    if (selectors.length > 1 || first.chunks.length !== shape.length) {
      throw new ShapeError(
        `${what}: a mask of ${first.chunks.length} axes must be the only selector, for an array of as many`,
      );
    }
    return maskGrid(grid, first, 0, what);
  }
  if (selectors.length > shape.length) {
    throw new ShapeError(`${what}: ${selectors.length} selectors for ${shape.length} axes`);
  }
  const dropped: number[] = [];
  let list: { axis: number; selector: Grid | number[] } | undefined;
  const ranges = selectors.map((selector, axis): Range => {
    const n = shape[axis];
    if (typeof selector === "number") {
      mustBeKnown([grid.chunks[axis]], what);
      const i = selector < 0 ? selector + n : selector;
      if (!(Number.isInteger(i) && i >= 0 && i < n)) {
        throw new RangeError(`${what}: index ${selector} is out of bounds for axis ${axis} of length ${n}`);
      }
      dropped.push(axis);
      return { start: i, stop: i + 1 };
    }
    if (typeof selector === "string") return parseRange(selector, what);
    if (selector instanceof Grid || selector instanceof NDArray || Array.isArray(selector)) {
      if (list !== undefined) throw new ShapeError(`${what}: only one selector may be a list or a mask`);
      list = { axis, selector: selector instanceof Grid ? selector : numbersOf(selector, n, what) };
      return {};
    }
    return selector as Range;
  });
  let part = grid;
  if (list !== undefined) {
    const { axis, selector } = list;
    part = selector instanceof Grid ? maskGrid(grid, selector, axis, what) : takeGrid(grid, selector, axis, what);
  }
  const whole = ranges.every(({ start, stop, step }) =>
    start === undefined && stop === undefined && step === undefined
  );
  return dropped.length === 0 && whole ? part : sliceGrid(part, ranges, dropped, what);
}
