import { registerInternals } from "../../actors/mod.ts";
import { type ArrayData, type DType, ShapeError, sizeOf } from "../array/mod.ts";
import { type AnyArray, newArray } from "./block.ts";
import { lieOf, type Loop, loopOf, type Program, type Walk } from "./program.ts";

/** Elements that are computed at a time where they are used at once: they stay in the first cache. */
const TILE = 2048;

/** The shape that arrays have together. */
export function broadcastShapes(shapes: readonly (readonly number[])[], what: string): number[] {
  const ndim = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: ndim }, (_, axis) => {
    let length = 1;
    for (const shape of shapes) {
      const n = shape[axis - ndim + shape.length] ?? 1;
      if (n === 1 || Object.is(n, length)) continue;
      if (length !== 1) {
        const all = shapes.map((s) => `[${s.map((v) => v === v ? v : "?").join(", ")}]`).join(" and ");
        throw new ShapeError(`${what}: shapes ${all} do not fit together (axis ${axis}: ${length} and ${n})`);
      }
      length = n;
    }
    return length;
  });
}

/** The kind of a program's result. */
export function resultType(program: Program): DType {
  return program.steps.at(-1)?.dtype ?? program.types[0];
}

/** Axes with the inputs' steps along them, as few as there can be. */
interface Axes {
  readonly lengths: number[];
  /** By axis, by input. */
  readonly steps: number[][];
}

function axesOfInputs(shape: readonly number[], inputs: readonly AnyArray[]): Axes {
  const lengths: number[] = [], steps: number[][] = [];
  const strides = inputs.map((input) => {
    let step = 1;
    const out = new Array<number>(shape.length).fill(0);
    for (let axis = shape.length - 1, i = input.ndim - 1; i >= 0; axis--, i--) {
      if (input.shape[i] !== 1) out[axis] = step;
      step *= input.shape[i];
    }
    return out;
  });
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    const own = strides.map((s) => s[axis]);
    // An axis that goes on where the one inside of it ends is one with it.
    if (lengths.length > 0 && own.every((s, k) => s === steps[0][k] * lengths[0])) lengths[0] *= shape[axis];
    else {
      lengths.unshift(shape[axis]);
      steps.unshift(own);
    }
  }
  while (lengths.length < 2) {
    lengths.unshift(1);
    steps.unshift(inputs.map(() => 0));
  }
  return { lengths, steps };
}

/** Runs a loop over the last two axes, for all places of those before. */
function runAll(loop: Loop, { lengths, steps }: Axes, inputs: readonly AnyArray[], out: ArrayData): void {
  const n = lengths.length;
  const outer = lengths[n - 2], inner = lengths[n - 1];
  const at = new Array<number>(n - 2).fill(0);
  for (let done = 0; done < out.length; done += outer * inner) {
    const walks = inputs.map(({ data }, k): Walk => ({
      data,
      start: at.reduce((s, i, axis) => s + i * steps[axis][k], 0),
      outer: steps[n - 2][k],
      inner: steps[n - 1][k],
    }));
    loop(outer, inner, out, done, walks);
    for (let axis = n - 3; axis >= 0 && ++at[axis] === lengths[axis]; axis--) at[axis] = 0;
  }
}

/** What a program makes of blocks. */
export function evaluateBlock(program: Program, inputs: readonly AnyArray[]): AnyArray {
  const shape = broadcastShapes(inputs.map((i) => i.shape), "blocks");
  const dtype = resultType(program);
  const out = newArray(dtype, shape);
  if (out.size > 0) {
    const axes = axesOfInputs(shape, inputs);
    runAll(loopOf(program, dtype, axes.steps.at(-1)!.map(lieOf)), axes, inputs, out.data);
  }
  return out;
}

/** The shape of what a program would make. */
export function evaluatedShape(inputs: readonly AnyArray[]): number[] {
  return broadcastShapes(inputs.map((i) => i.shape), "blocks");
}

/**
 * Calls back with the elements that a program makes, piece by piece and in order, as float64; they are never all there at once.
 *
 * @param multiple pieces are of this many elements, or a multiple of it
 * @param room gives memory to compute them in
 * @param visit is given where elements lie, the first of them there, its number in the whole, and how many they are
 */
export function eachTile(
  program: Program | undefined,
  inputs: readonly AnyArray[],
  multiple: number,
  visit: (data: Float64Array, at: number, start: number, n: number) => void,
  room: (n: number) => Float64Array = (n) => new Float64Array(n),
): void {
  const shape = evaluatedShape(inputs);
  const size = sizeOf(shape);
  if (size === 0) return;
  if (program === undefined && inputs[0].data instanceof Float64Array) {
    const { data } = inputs[0] as unknown as { data: Float64Array };
    const tile = Math.max(1, Math.floor(4 * TILE / multiple)) * multiple;
    for (let at = 0; at < size; at += tile) visit(data, at, at, Math.min(tile, size - at));
    return;
  }
  const used = program ?? { types: [inputs[0].dtype], constants: [], steps: [] };
  const axes = axesOfInputs(shape, inputs);
  const loop = loopOf(used, "float64", axes.steps.at(-1)!.map(lieOf));
  const [outer, inner] = axes.lengths;
  if (axes.lengths.length === 2 && (outer === 1 || inner % multiple === 0 || multiple % inner === 0)) {
    const [far, near] = axes.steps;
    // Along the inner axis alone, or whole runs of it.
    const along = outer === 1;
    const unit = along ? multiple : inner % multiple === 0 ? inner : multiple;
    const count = Math.max(1, Math.floor(TILE / unit)) * unit;
    const tile = room(Math.min(count, size));
    for (let at = 0; at < size; at += count) {
      const n = Math.min(count, size - at);
      const walks = inputs.map(({ data }, k): Walk => ({
        data,
        start: along ? at * near[k] : at / inner * far[k],
        outer: far[k],
        inner: near[k],
      }));
      loop(along ? 1 : n / inner, along ? n : inner, tile, 0, walks);
      visit(tile, 0, at, n);
    }
    return;
  }
  const all = room(size);
  runAll(loop, axes, inputs, all);
  visit(all, 0, 0, size);
}

registerInternals({ evaluateBlock });
