import type { ArrayData } from "../array/mod.ts";

/** Runs of so many elements are copied at once. */
const RUN = 16;
/** Side of the tiles in which a table is transposed. */
const SIDE = 32;

/** How elements lie in data: the place of the first, and the distance of neighbours along each axis. */
export interface Layout {
  /** The elements. */
  readonly data: ArrayData;
  /** Where the first one is. */
  readonly start: number;
  /** From one to the next, by axis. */
  readonly steps: readonly number[];
}

/** The distances of neighbours in a row-major array. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis];
  }
  return steps;
}

type Words = Float64Array | Int32Array | Int16Array | Uint8Array | string[];

/** The same memory as words that are copied as they are: floats of eight bytes, integers of eight as two of four. */
function words(data: ArrayData): { data: Words; each: number } {
  if (Array.isArray(data)) return { data, each: 1 };
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = data;
  if (data instanceof Float64Array) return { data, each: 1 };
  if (size >= 4) return { data: new Int32Array(buffer, byteOffset, byteLength / 4), each: size / 4 };
  if (size === 2) return { data: new Int16Array(buffer, byteOffset, byteLength / 2), each: 1 };
  return { data: new Uint8Array(buffer, byteOffset, byteLength), each: 1 };
}

function copyTable(
  from: Words,
  at: number,
  fi: number,
  fj: number,
  to: Words,
  put: number,
  ti: number,
  tj: number,
  n: number,
  m: number,
): void {
  const source = from as Float64Array, target = to as Float64Array;
  if (fj === 1 && tj === 1) {
    for (let i = 0; i < n; i++) {
      for (let j = 0, a = at + i * fi, b = put + i * ti; j < m; j++) target[b++] = source[a++];
    }
    return;
  }
  // In tiles, so that neither side misses the cache with each element.
  for (let i0 = 0; i0 < n; i0 += SIDE) {
    const i1 = Math.min(n, i0 + SIDE);
    for (let j0 = 0; j0 < m; j0 += SIDE) {
      const j1 = Math.min(m, j0 + SIDE);
      for (let i = i0; i < i1; i++) {
        for (let j = j0; j < j1; j++) target[put + i * ti + j * tj] = source[at + i * fi + j * fj];
      }
    }
  }
}

/** Copies a block of `counts` elements from one layout to another of the same kind of elements. */
export function copyStrided(from: Layout, to: Layout, counts: readonly number[]): void {
  if (counts.some((n) => n === 0)) return;
  const a = words(from.data), b = words(to.data);
  const { each } = a;
  let lengths = [...counts], fs = from.steps.map((s) => s * each), ts = to.steps.map((s) => s * each);
  if (each > 1) {
    lengths.push(each);
    fs.push(1);
    ts.push(1);
  }
  // Axes of one element are no axes, and those that go on where the next one ends are one with it.
  const keep = lengths.map((n, i) => n > 1 ? i : -1).filter((i) => i >= 0);
  [lengths, fs, ts] = [lengths, fs, ts].map((list) => keep.map((i) => list[i]));
  for (let i = lengths.length - 2; i >= 0; i--) {
    if (fs[i] === fs[i + 1] * lengths[i + 1] && ts[i] === ts[i + 1] * lengths[i + 1]) {
      lengths.splice(i, 2, lengths[i] * lengths[i + 1]);
      fs.splice(i, 1);
      ts.splice(i, 1);
    }
  }
  while (lengths.length < 2) {
    lengths.unshift(1);
    fs.unshift(0);
    ts.unshift(0);
  }
  const last = lengths.length - 1;
  const n = lengths[last - 1], m = lengths[last];
  const runs = fs[last] === 1 && ts[last] === 1 && m >= RUN && !Array.isArray(a.data);
  const walk = (axis: number, at: number, put: number): void => {
    if (axis < last - 1) {
      for (let i = 0; i < lengths[axis]; i++) walk(axis + 1, at + i * fs[axis], put + i * ts[axis]);
    } else if (runs) {
      const source = a.data as Float64Array, target = b.data as Float64Array;
      for (let i = 0; i < n; i++) {
        const start = at + i * fs[axis];
        target.set(source.subarray(start, start + m), put + i * ts[axis]);
      }
    } else copyTable(a.data, at, fs[axis], fs[last], b.data, put, ts[axis], ts[last], n, m);
  };
  walk(0, from.start * each, to.start * each);
}
