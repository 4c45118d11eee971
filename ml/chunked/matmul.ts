import { type Delayed, registerInternals } from "../../actors/mod.ts";
import { DTypeError, NDArray, type NumericData, ShapeError } from "../array/mod.ts";
import type { DType } from "../array/mod.ts";
import { kernels } from "../kernels/mod.ts";
import type { AnyArray } from "./block.ts";
import { isKnown, sameChunks, shapeOf } from "./chunks.ts";
import { cast } from "./elementwise.ts";
import { treeOf } from "./drivers.ts";
import { UnknownChunksError } from "./errors.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { rechunk, refine } from "./rechunk.ts";

/** Rows that are multiplied at a time: with a few dozen columns they stay in the cache. */
const ROWS = 1024;
/** Columns up to which a whole product is faster than half of one. */
const NARROW = 32;

type Floats = Float64Array | Float32Array;

function zeros(like: Floats, n: number): Floats {
  return like instanceof Float64Array ? new Float64Array(n) : new Float32Array(n);
}

/** op(A) op(B) of two blocks, where op transposes what is stored transposed. Vectors are tables of one row or column; the result is a table. */
export function multiplyBlocks(a: AnyArray, b: AnyArray, transA: boolean, transB: boolean): AnyArray {
  const A = a.data as Floats, B = b.data as Floats;
  const [ar, ac] = a.shape, [br, bc] = b.shape;
  const m = transA ? ac : ar, k = transA ? ar : ac, n = transB ? br : bc;
  if (k !== (transB ? bc : br)) throw new ShapeError(`dot: blocks of shapes [${a.shape}] and [${b.shape}] do not fit`);
  const C = zeros(A, m * n);
  const dense = kernels();
  // The same block twice comes as two views of one memory.
  const same = A.buffer === B.buffer && A.byteOffset === B.byteOffset && A.length === B.length;
  if (transA && same && !transB && k > 0) {
    // XᵀX: in pieces that the cache holds; half of it, where that is worth more than it costs.
    for (let at = 0; at < k; at += ROWS) {
      const rows = Math.min(ROWS, k - at), beta = at === 0 ? 0 : 1;
      const part = A.subarray(at * m, (at + rows) * m);
      if (m > NARROW) dense.syrk(true, m, rows, 1, part, m, beta, C, m);
      else dense.gemm(true, false, m, m, rows, 1, part, m, part, m, beta, C, m);
    }
  } else if (m > 0 && n > 0 && k > 0) dense.gemm(transA, transB, m, n, k, 1, A, ac, B, bc, 0, C, n);
  return new NDArray(C, [m, n]);
}

/** The sum of blocks of one shape, in their order. */
export function addBlocks(blocks: readonly AnyArray[]): AnyArray {
  const [first, ...rest] = blocks as NDArray<NumericData>[];
  const sum = first.data.slice() as Floats;
  for (const { data } of rest) for (let i = 0; i < sum.length; i++) sum[i] += data[i];
  return new NDArray(sum, first.shape);
}

registerInternals({ multiplyBlocks, addBlocks });

/** A table as it is multiplied: its grid, and whether that is stored transposed. */
interface Factor {
  readonly grid: Grid;
  readonly transposed: boolean;
}

function factor(grid: Grid, dtype: DType, what: string): Factor {
  const { transposeOf } = grid;
  if (transposeOf !== undefined && transposeOf.dtype === dtype) return { grid: transposeOf, transposed: true };
  return { grid: cast(grid, dtype, what), transposed: false };
}

/** The product of two tables. Partial products of one block of the result are summed in a tree. */
export function matmulGrids(a: Grid, b: Grid, what: string): Grid {
  for (const g of [a, b]) if (g.dtype === "string") throw new DTypeError(`${what}: elements are text`);
  const dtype: DType = a.dtype === "float32" && b.dtype === "float32" ? "float32" : "float64";
  const inner = [a.chunks[1], b.chunks[0]];
  if (!sameChunks(inner[0], inner[1])) {
    if (!inner.every(isKnown)) {
      throw new UnknownChunksError(
        `${what}: lengths along the axis that is summed over are not known; await computeChunkSizes() first`,
      );
    }
    const [n, m] = inner.map((c) => shapeOf([c])[0]);
    if (n !== m) {
      throw new ShapeError(
        `${what}: shapes [${shapeOf(a.chunks).join(", ")}] and [${
          shapeOf(b.chunks).join(", ")
        }] do not fit: ${n} columns, ${m} rows`,
      );
    }
    const cut = refine(inner);
    return matmulGrids(rechunk(a, [a.chunks[0], cut]), rechunk(b, [cut, b.chunks[1]]), what);
  }
  const left = factor(a, dtype, what), right = factor(b, dtype, what);
  const [rows, terms] = a.chunks, columns = b.chunks[1];
  const block = ({ grid, transposed }: Factor, i: number, j: number): Delayed<AnyArray> => {
    const width = grid.chunks[1].length;
    return grid.node(transposed ? j * width + i : i * width + j);
  };
  const { client } = a;
  const nodes = rows.flatMap((_, i) =>
    columns.map((_, j) => {
      const parts = terms.map((_, k) =>
        call(client, multiplyBlocks, block(left, i, k), block(right, k, j), left.transposed, right.transposed)
      );
      return treeOf(parts, (list) => call(client, addBlocks, list));
    })
  );
  return gridOf(client, [rows, columns], dtype, nodes);
}
