import { KernelFrame, memoryOf } from "../kernels/mod.ts";
import * as built from "../kernels/wasm/chunked.ts";
import { type Accumulator, mergeMoments, type ReductionKind } from "./accumulators.ts";
import type { AnyArray } from "./block.ts";

/** What assembly/chunked.as exports. */
type ChunkedExports = {
  sumLine(p: number, n: number): number;
  sumRows(p: number, rows: number, width: number, out: number, tile: number): void;
  momentsRows(p: number, rows: number, width: number, mean: number, square: number, tile: number): void;
  momentsLine(p: number, n: number, out: number): void;
  extremeRows(p: number, rows: number, width: number, largest: boolean, out: number): void;
  extremeLine(p: number, n: number, largest: boolean): number;
};

/** Lines of fewer elements are not worth a call. */
const SHORT = 256;

/**
 * Reductions that a kernel does on a block as it lies, of [outer, n, inner] over the middle; `undefined` where there is none.
 *
 * @returns the parts of a {@linkcode Partial}
 */
export function reduceFast(
  kind: ReductionKind,
  block: AnyArray,
  outer: number,
  n: number,
  inner: number,
): readonly Float64Array[] | undefined {
  if (kind !== "sum" && kind !== "moments" && kind !== "min" && kind !== "max") return undefined;
  const data: unknown = block.data;
  // What lies elsewhere would have to be brought first: then a loop here is as good.
  if (!(data instanceof Float64Array) || memoryOf(data) === undefined || n * inner < SHORT || inner === 0) {
    return undefined;
  }
  using frame = new KernelFrame<ChunkedExports>(built, [data], 40 * inner + 256);
  if (memoryOf(data) !== frame.home) return undefined;
  const { exports } = frame;
  const start = frame.in(data);
  const count = outer * inner;
  const parts = kind === "moments" ? [new Float64Array(count), new Float64Array(count)] : [new Float64Array(count)];
  const at = (o: number): number => start + 8 * o * n * inner;
  const [first, second] = parts;
  if (inner === 1) {
    const pair = frame.temp(16);
    for (let o = 0; o < outer; o++) {
      if (kind === "sum") first[o] = exports.sumLine(at(o), n);
      else if (kind === "moments") {
        exports.momentsLine(at(o), n, pair);
        [first[o], second[o]] = frame.f64(pair, 2);
      } else first[o] = exports.extremeLine(at(o), n, kind === "max");
    }
    return parts;
  }
  const room = [frame.temp(8 * inner), frame.temp(8 * inner)], tile = frame.temp(16 * inner);
  for (let o = 0; o < outer; o++) {
    if (kind === "sum") exports.sumRows(at(o), n, inner, room[0], tile);
    else if (kind === "moments") exports.momentsRows(at(o), n, inner, room[0], room[1], tile);
    else exports.extremeRows(at(o), n, inner, kind === "max", room[0]);
    parts.forEach((part, i) => part.set(frame.f64(room[i], inner), o * inner));
  }
  return parts;
}

/** Reductions of tiles by the same kernels: the tiles are computed in the thread's own memory. */
export class TileReducer implements Accumulator, Disposable {
  readonly parts: readonly Float64Array[];
  readonly #kind: ReductionKind;
  readonly #frame = new KernelFrame<ChunkedExports>(built);
  readonly #rooms: readonly [number, number, number];
  readonly #counts: Float64Array;
  readonly #width: number;

  /** Of so many places, side by side `width` of them. */
  constructor(kind: ReductionKind, places: number, width: number) {
    this.#kind = kind;
    this.#width = width;
    const first = kind === "min" ? Infinity : kind === "max" ? -Infinity : 0;
    this.parts = Array.from({ length: kind === "moments" ? 2 : 1 }, () => new Float64Array(places).fill(first));
    this.#counts = new Float64Array(kind === "moments" ? places : 0);
    this.#rooms = [this.#frame.temp(8 * width + 16), this.#frame.temp(8 * width), this.#frame.temp(16 * width)];
  }

  /** Whether there are kernels for it. */
  static has(kind: ReductionKind): boolean {
    return kind === "sum" || kind === "moments" || kind === "min" || kind === "max";
  }

  /** Memory that its kernels compute on. */
  room(n: number): Float64Array {
    return this.#frame.f64(this.#frame.temp(8 * n), n);
  }

  line(to: number, data: Float64Array, at: number, n: number): void {
    const { exports } = this.#frame;
    const p = data.byteOffset + 8 * at;
    if (this.#kind === "moments") {
      exports.momentsLine(p, n, this.#rooms[0]);
      const [mean, square] = this.#frame.f64(this.#rooms[0], 2);
      this.#merge(to, n, mean, square);
    } else if (this.#kind === "sum") this.parts[0][to] += exports.sumLine(p, n);
    else this.#extreme(to, exports.extremeLine(p, n, this.#kind === "max"));
  }

  rows(to: number, data: Float64Array, at: number, rows: number, width: number): void {
    const { exports } = this.#frame;
    const p = data.byteOffset + 8 * at;
    const [a, b, tile] = this.#rooms;
    if (this.#kind === "moments") exports.momentsRows(p, rows, width, a, b, tile);
    else if (this.#kind === "sum") exports.sumRows(p, rows, width, a, tile);
    else exports.extremeRows(p, rows, width, this.#kind === "max", a);
    const first = this.#frame.f64(a, this.#width);
    if (this.#kind === "moments") {
      const second = this.#frame.f64(b, this.#width);
      for (let j = 0; j < width; j++) this.#merge(to + j, rows, first[j], second[j]);
    } else if (this.#kind === "sum") { for (let j = 0; j < width; j++) this.parts[0][to + j] += first[j]; }
    else for (let j = 0; j < width; j++) this.#extreme(to + j, first[j]);
  }

  #extreme(to: number, value: number): void {
    const [out] = this.parts;
    out[to] = this.#kind === "max" ? Math.max(out[to], value) : Math.min(out[to], value);
  }

  #merge(to: number, n: number, mean: number, square: number): void {
    mergeMoments(this.parts, to, this.#counts[to], n, mean, square);
    this.#counts[to] += n;
  }

  [Symbol.dispose](): void {
    this.#frame[Symbol.dispose]();
  }
}
