import { DTypeError, ShapeError } from "../array/mod.ts";
import type { DType } from "../array/mod.ts";
import { blockIndex, blockNumber, type Chunks, countBlocks, isKnown, sameChunks } from "./chunks.ts";
import { UnknownChunksError } from "./errors.ts";
import { Grid, type Leaf } from "./grid.ts";
import type { Program, ProgramStep } from "./program.ts";
import { fractional, promote, promoteNumber } from "./promote.ts";
import { rechunk, refine } from "./rechunk.ts";

/** What an operation is done to. */
export type Operand = Grid | number;

/** Steps and inputs that one program may have; beyond that, what was there becomes an input. */
const MOST_STEPS = 64;
const MOST_INPUTS = 12;

function lengthOf(axis: readonly number[]): number {
  return axis.reduce((a, b) => a + b, 0);
}

/** How the result of several grids is cut. */
function commonChunks(grids: readonly Grid[], what: string): number[][] {
  const ndim = Math.max(...grids.map((g) => g.chunks.length));
  return Array.from({ length: ndim }, (_, axis) => {
    const lists = grids.map((g) => g.chunks[axis - ndim + g.chunks.length]).filter((c) => c !== undefined);
    const long = lists.filter((c) => lengthOf(c) !== 1);
    if (long.length === 0) return [1];
    if (long.every((c) => sameChunks(c, long[0]))) return [...long[0]];
    if (!long.every(isKnown)) {
      throw new UnknownChunksError(
        `${what}: along axis ${axis}, blocks of lengths that are not known do not fit to others; await computeChunkSizes() first`,
      );
    }
    const lengths = long.map(lengthOf);
    if (lengths.some((n) => n !== lengths[0])) {
      const shapes = grids.map((g) => `[${g.chunks.map(lengthOf).join(", ")}]`).join(" and ");
      const odd = lengths.find((n) => n !== lengths[0]);
      throw new ShapeError(`${what}: shapes ${shapes} do not fit together (axis ${axis}: ${lengths[0]} and ${odd})`);
    }
    return refine(long);
  });
}

/** The inputs of a grid, by block of a larger one. */
function spread(grid: Grid, chunks: Chunks): readonly (readonly Leaf[])[] {
  const skip = chunks.length - grid.chunks.length;
  const wanted = grid.chunks.map((axis, i) => lengthOf(axis) === 1 ? axis : chunks[skip + i]);
  const cut = rechunk(grid, wanted);
  if (skip === 0 && cut.chunks.every((axis, i) => axis.length === chunks[i].length)) return cut.inputs;
  const numbers = Array.from({ length: countBlocks(chunks) }, (_, b) => {
    const at = blockIndex(chunks, b).slice(skip);
    return blockNumber(cut.chunks, at.map((i, axis) => cut.chunks[axis].length === 1 ? 0 : i));
  });
  // A program over what is broadcast is done again for each block: it is small.
  return cut.inputs.map((leaves) => numbers.map((b) => leaves[b]));
}

/** The grid of what an operation makes of each element of the operands, broadcast. Nothing is computed, and what was to be done goes into one program. */
export function elementwise(op: string, dtype: DType, operands: readonly Operand[], what: string): Grid {
  let grids = operands.filter((o) => o instanceof Grid);
  const steps = grids.reduce((n, g) => n + (g.program?.steps.length ?? 0), 0);
  const count = grids.reduce((n, g) => n + g.inputs.length, 0);
  let list = operands;
  if (steps >= MOST_STEPS || count > MOST_INPUTS) {
    list = operands.map((o) => o instanceof Grid ? o.settled() : o);
    grids = list.filter((o) => o instanceof Grid);
  }
  const text = grids.find((g) => g.dtype === "string");
  if (text !== undefined) throw new DTypeError(`${what}: elements are text`);
  const chunks = commonChunks(grids, what);
  const inputs: (readonly Leaf[])[] = [], types: DType[] = [];
  const places = list.map((operand) => {
    if (typeof operand === "number") return [];
    const cut = spread(operand, chunks);
    // Cut otherwise, it is a leaf.
    const given = programAfter(operand, chunks)?.types ?? [operand.dtype];
    return cut.map((leaves, k) => {
      const known = inputs.findIndex((l, i) => types[i] === given[k] && sameLeaves(l, leaves));
      if (known >= 0) return known;
      types.push(given[k]);
      return inputs.push(leaves) - 1;
    });
  });
  const merged = mergePrograms(list, places, inputs.length, (operand) => programAfter(operand, chunks));
  const program: Program = {
    types,
    constants: merged.constants,
    steps: [...merged.steps, { op, dtype, args: merged.results }],
  };
  return new Grid(grids[0].client, chunks, dtype, inputs, program);
}

function sameLeaves(a: readonly Leaf[], b: readonly Leaf[]): boolean {
  return a === b || (a.length === b.length && a.every((leaf, i) => leaf === b[i]));
}

/** The program of an operand, as it is spread: one that had to be cut otherwise has none any more. */
function programAfter(grid: Grid, chunks: Chunks): Program | undefined {
  const skip = chunks.length - grid.chunks.length;
  const stays = grid.chunks.every((axis, i) => lengthOf(axis) === 1 || sameChunks(axis, chunks[skip + i]));
  return stays ? grid.program : undefined;
}

function mergePrograms(
  operands: readonly Operand[],
  places: readonly (readonly number[])[],
  inputs: number,
  programOf: (grid: Grid) => Program | undefined,
): { constants: number[]; steps: ProgramStep[]; results: number[] } {
  const constants: number[] = [], steps: ProgramStep[] = [];
  const seen = new Map<string, number>();
  const constant = (value: number): number => {
    const at = constants.findIndex((c) => Object.is(c, value));
    return -1 - (at >= 0 ? at : constants.push(value) - 1);
  };
  const results = operands.map((operand, i) => {
    if (typeof operand === "number") return constant(operand);
    const program = programOf(operand);
    const registers = [...places[i]];
    for (const step of program?.steps ?? []) {
      const args = step.args.map((a) => a < 0 ? constant(program!.constants[-1 - a]) : registers[a]);
      const key = `${step.op} ${step.dtype} ${args}`;
      let at = seen.get(key);
      if (at === undefined) {
        seen.set(key, at = inputs + steps.length);
        steps.push({ ...step, args });
      }
      registers.push(at);
    }
    return registers[registers.length - 1];
  });
  return { constants, steps, results };
}

const FRACTIONAL = new Set(["div"]);
const COMPARING = new Set(["eq", "ne", "lt", "le", "gt", "ge", "and", "or"]);

function common(operands: readonly Operand[]): DType {
  let dtype: DType | undefined;
  for (const o of operands) if (typeof o !== "number") dtype = dtype === undefined ? o.dtype : promote(dtype, o.dtype);
  for (const o of operands) if (typeof o === "number") dtype = promoteNumber(dtype!, o);
  return dtype!;
}

/** An operation of two. */
export function binary(op: string, a: Operand, b: Operand, what: string): Grid {
  for (const o of [a, b]) {
    if (typeof o !== "number" && o.dtype === "string") throw new DTypeError(`${what}: elements are text`);
  }
  const kind = common([a, b]);
  if (COMPARING.has(op)) return elementwise(op, "bool", [a, b], what);
  if (FRACTIONAL.has(op)) return elementwise(op, fractional(kind), [a, b], what);
  return elementwise(op, kind === "bool" ? boolResult(op, what) : kind, [a, b], what);
}

/** Arithmetic of booleans: sums are "or", products "and", as in NumPy. */
function boolResult(op: string, what: string): DType {
  if (op === "sub") throw new DTypeError(`${what}: booleans cannot be subtracted; astype("int32") first`);
  return op === "add" || op === "mul" || op === "minimum" || op === "maximum" ? "bool" : "int8";
}

/** Operations whose result is of their operand's kind. */
const KEEPING = new Set(["neg", "abs", "floor", "ceil", "round", "sign"]);
const TESTING = new Set(["isnan", "isfinite", "not"]);

/** An operation of one. */
export function unary(op: string, a: Grid, what: string): Grid {
  if (a.dtype === "string") throw new DTypeError(`${what}: elements are text`);
  if (TESTING.has(op)) return elementwise(op, "bool", [a], what);
  if (!KEEPING.has(op)) return elementwise(op, fractional(a.dtype), [a], what);
  if (op === "neg" && a.dtype === "bool") throw new DTypeError(`${what}: booleans have no negative; use not()`);
  return elementwise(op, a.dtype, [a], what);
}

/** `condition ? a : b`. */
export function where(condition: Grid, a: Operand, b: Operand, what: string): Grid {
  const dtype = typeof a === "number" && typeof b === "number"
    ? Number.isInteger(a) && Number.isInteger(b) ? "int64" : "float64"
    : common([a, b]);
  return elementwise("where", dtype, [condition, a, b], what);
}

/** The same elements as another kind. */
export function cast(grid: Grid, dtype: DType, what: string): Grid {
  return grid.dtype === dtype ? grid : elementwise("cast", dtype, [grid], what);
}
