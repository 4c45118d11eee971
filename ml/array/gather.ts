import type { ArrayData, NumericData } from "./dtype.ts";

// V8 makes a loop fast for the kinds of arrays that it has met. So the usual kinds have loops of their own: numbers of
// eight bytes, and all kinds of four, which are copied as they are.

function gather8(from: Float64Array, indices: ArrayLike<number>, stride: number, to: Float64Array): void {
  for (let k = 0, at = 0; k < indices.length; k++) {
    let i = indices[k] * stride;
    const end = i + stride;
    while (i < end) to[at++] = from[i++];
  }
}

function gather4(from: Int32Array, indices: ArrayLike<number>, stride: number, to: Int32Array): void {
  for (let k = 0, at = 0; k < indices.length; k++) {
    let i = indices[k] * stride;
    const end = i + stride;
    while (i < end) to[at++] = from[i++];
  }
}

function gatherAny(from: NumericData, indices: ArrayLike<number>, stride: number, to: NumericData): void {
  for (let k = 0, at = 0; k < indices.length; k++) {
    const i = indices[k] * stride;
    for (let j = 0; j < stride; j++) to[at++] = from[i + j];
  }
}

const words = (x: NumericData): Int32Array => new Int32Array(x.buffer, x.byteOffset, x.length);

/** Rows of larger data stand in memory that no cache holds. */
const CACHED = 1 << 19;
/** Rows that are on their way from memory at a time. */
const ROWS = 64;
/** Elements of eight bytes in a line of a cache. */
const LINE = 8;
/** Keeps what was read from being optimized away. */
const sink = new Float64Array(1);

/**
 * The same from large data: first a value of each line of some rows is read, one after the other without waiting, then
 * the rows are copied. Copied row by row, each would be waited for: a third slower. The fewer instructions between two
 * reads, the more of them are on their way at once: so three lines are read without a loop.
 */
function gatherFar(from: Float64Array, indices: ArrayLike<number>, stride: number, to: Float64Array): void {
  const n = indices.length, last = stride - 1;
  const second = Math.min(LINE, last), third = Math.min(2 * LINE, last);
  let read = 0;
  for (let start = 0, at = 0; start < n; start += ROWS) {
    const end = Math.min(n, start + ROWS);
    for (let k = start; k < end; k++) {
      const i = indices[k] * stride;
      read += from[i];
      read += from[i + second];
      read += from[i + third];
      read += from[i + last];
    }
    for (let j = 3 * LINE; j < last; j += LINE) {
      for (let k = start; k < end; k++) read += from[indices[k] * stride + j];
    }
    for (let k = start; k < end; k++) {
      let i = indices[k] * stride;
      const stop = i + stride;
      while (i < stop) to[at++] = from[i++];
    }
  }
  sink[0] = read;
}

function gatherOnes8(from: Float64Array, indices: ArrayLike<number>, to: Float64Array): void {
  for (let k = 0; k < indices.length; k++) to[k] = from[indices[k]];
}

function gatherOnes4(from: Int32Array, indices: ArrayLike<number>, to: Int32Array): void {
  for (let k = 0; k < indices.length; k++) to[k] = from[indices[k]];
}

/** Copies runs of `stride` elements, each from the place that an index names, one after the other. */
export function gather(from: ArrayData, indices: ArrayLike<number>, stride: number, to: ArrayData): void {
  if (stride === 1 && from instanceof Int32Array) gatherOnes4(from, indices, to as Int32Array);
  else if (stride === 1 && from instanceof Float64Array) gatherOnes8(from, indices, to as Float64Array);
  else if (stride >= 64 && !Array.isArray(from)) {
    const source = from as NumericData;
    for (let k = 0; k < indices.length; k++) {
      (to as NumericData).set(source.subarray(indices[k] * stride, (indices[k] + 1) * stride), k * stride);
    }
  } else if (from instanceof Float64Array) {
    const copy = from.length > CACHED && stride > 1 ? gatherFar : gather8;
    copy(from, indices, stride, to as Float64Array);
  } else if (from instanceof Int32Array || from instanceof Float32Array || from instanceof Uint32Array) {
    gather4(words(from), indices, stride, words(to as NumericData));
  } else gatherAny(from as NumericData, indices, stride, to as NumericData);
}
