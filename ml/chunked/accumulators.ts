import { pairwiseSum } from "../array/mod.ts";

/** What reductions there are. */
export type ReductionKind = "sum" | "prod" | "moments" | "min" | "max" | "argmin" | "argmax" | "any" | "all";

/**
 * What has come together of a reduction: for each place that stays, some numbers. For "moments" these are mean and sum of squared distances from it;
 * for "argmin" and "argmax" value and number.
 */
export interface Partial {
  /** Of which reduction. */
  readonly kind: ReductionKind;
  /** Elements that went into each place. */
  readonly n: number;
  /** The lengths of axes, those that are gone with 1. */
  readonly shape: readonly number[];
  /** The numbers, by place. */
  readonly parts: readonly Float64Array[];
}

/** Takes elements in, and keeps what has come of them, place by place. */
export interface Accumulator {
  /** The numbers, by place. */
  readonly parts: readonly Float64Array[];
  /** `n` elements that all go to place `to`; the first is number `index` of its line. */
  line(to: number, data: Float64Array, at: number, n: number, index: number): void;
  /** `rows` rows of `width` elements that go to the places from `to` on; the first is number `index` of its lines. */
  rows(to: number, data: Float64Array, at: number, rows: number, width: number, index: number): void;
}

function filled(n: number, value: number): Float64Array {
  return new Float64Array(n).fill(value);
}

class Sum implements Accumulator {
  readonly parts: readonly [Float64Array];
  #tile = new Float64Array(0);

  constructor(places: number) {
    this.parts = [new Float64Array(places)];
  }

  line(to: number, data: Float64Array, at: number, n: number): void {
    this.parts[0][to] += pairwiseSum(data, at, n);
  }

  rows(to: number, data: Float64Array, at: number, rows: number, width: number): void {
    if (this.#tile.length !== width) this.#tile = new Float64Array(width);
    // Tile by tile: the error grows with the number of tiles, not of rows.
    const tile = this.#tile.fill(0), sums = this.parts[0];
    for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) tile[j] += data[at++];
    for (let j = 0; j < width; j++) sums[to + j] += tile[j];
  }
}

/** For `any`, `all` and products: an operation that does not mind the order. */
class Fold implements Accumulator {
  readonly parts: readonly [Float64Array];

  constructor(places: number, readonly kind: "prod" | "any" | "all" | "min" | "max") {
    this.parts = [filled(places, IDENTITY[kind])];
  }

  line(to: number, data: Float64Array, at: number, n: number): void {
    const out = this.parts[0];
    let v = out[to];
    const end = at + n;
    switch (this.kind) {
      case "prod":
        for (; at < end; at++) v *= data[at];
        break;
      case "any":
        for (; at < end; at++) if (data[at] !== 0) v = 1;
        break;
      case "all":
        for (; at < end; at++) if (data[at] === 0) v = 0;
        break;
      // A comparison with NaN is false: it is let in, and then stays.
      case "min":
        for (; at < end; at++) if (!(data[at] >= v) && v === v) v = data[at];
        break;
      case "max":
        for (; at < end; at++) if (!(data[at] <= v) && v === v) v = data[at];
    }
    out[to] = v;
  }

  rows(to: number, data: Float64Array, at: number, rows: number, width: number): void {
    const out = this.parts[0];
    for (let i = 0; i < rows; i++) {
      switch (this.kind) {
        case "prod":
          for (let j = 0; j < width; j++, at++) out[to + j] *= data[at];
          break;
        case "any":
          for (let j = 0; j < width; j++, at++) if (data[at] !== 0) out[to + j] = 1;
          break;
        case "all":
          for (let j = 0; j < width; j++, at++) if (data[at] === 0) out[to + j] = 0;
          break;
        case "min":
          for (let j = 0; j < width; j++, at++) {
            const v = out[to + j];
            if (!(data[at] >= v) && v === v) out[to + j] = data[at];
          }
          break;
        case "max":
          for (let j = 0; j < width; j++, at++) {
            const v = out[to + j];
            if (!(data[at] <= v) && v === v) out[to + j] = data[at];
          }
      }
    }
  }
}

const IDENTITY = { prod: 1, any: 0, all: 1, min: Infinity, max: -Infinity };

/** Which value comes first in the sense of argmin or argmax; NaN before all, and the first of equals. */
class Extreme implements Accumulator {
  readonly parts: readonly [Float64Array, Float64Array];
  readonly #sign: number;

  constructor(places: number, kind: "argmin" | "argmax") {
    this.#sign = kind === "argmin" ? -1 : 1;
    this.parts = [filled(places, -this.#sign * Infinity), filled(places, -1)];
  }

  line(to: number, data: Float64Array, at: number, n: number, index: number): void {
    for (let i = 0; i < n; i++) this.#take(to, data[at + i], index + i);
  }

  rows(to: number, data: Float64Array, at: number, rows: number, width: number, index: number): void {
    for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) this.#take(to + j, data[at++], index + i);
  }

  #take(to: number, value: number, index: number): void {
    const [values, indices] = this.parts;
    const best = values[to];
    if (indices[to] < 0 || value * this.#sign > best * this.#sign || (value !== value && best === best)) {
      values[to] = value;
      indices[to] = index;
    }
  }
}

/**
 * Means and sums of squared distances from them, put together tile by tile.
 *
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
 */
class Moments implements Accumulator {
  readonly parts: readonly [Float64Array, Float64Array];
  readonly #counts: Float64Array;
  #mean = new Float64Array(0);
  #square = new Float64Array(0);

  constructor(places: number) {
    this.parts = [new Float64Array(places), new Float64Array(places)];
    this.#counts = new Float64Array(places);
  }

  line(to: number, data: Float64Array, at: number, n: number): void {
    const mean = pairwiseSum(data, at, n) / n;
    let square = 0, rest = 0;
    for (let i = at; i < at + n; i++) {
      const d = data[i] - mean;
      square += d * d;
      rest += d;
    }
    this.#merge(to, n, mean, square - rest * rest / n);
  }

  rows(to: number, data: Float64Array, at: number, rows: number, width: number): void {
    if (this.#mean.length !== width) [this.#mean, this.#square] = [new Float64Array(width), new Float64Array(width)];
    const mean = this.#mean.fill(0), square = this.#square.fill(0);
    for (let i = 0, a = at; i < rows; i++) for (let j = 0; j < width; j++) mean[j] += data[a++];
    for (let j = 0; j < width; j++) mean[j] /= rows;
    for (let i = 0, a = at; i < rows; i++) {
      for (let j = 0; j < width; j++) {
        const d = data[a++] - mean[j];
        square[j] += d * d;
      }
    }
    for (let j = 0; j < width; j++) this.#merge(to + j, rows, mean[j], square[j]);
  }

  #merge(to: number, n: number, mean: number, square: number): void {
    const before = this.#counts[to];
    mergeMoments(this.parts, to, before, n, mean, square);
    this.#counts[to] = before + n;
  }
}

/** Takes mean and squares of `n` more elements into a place in which there were `before`. */
export function mergeMoments(
  [means, squares]: readonly Float64Array[],
  to: number,
  before: number,
  n: number,
  mean: number,
  square: number,
): void {
  if (before === 0) {
    means[to] = mean;
    squares[to] = square;
    return;
  }
  const d = mean - means[to], all = before + n;
  means[to] += d * (n / all);
  squares[to] += square + d * d * (before * n / all);
}

/** An accumulator of so many places. */
export function accumulator(kind: ReductionKind, places: number): Accumulator {
  switch (kind) {
    case "sum":
      return new Sum(places);
    case "moments":
      return new Moments(places);
    case "argmin":
    case "argmax":
      return new Extreme(places, kind);
    default:
      return new Fold(places, kind);
  }
}

/** Partial results of blocks, one after the other, as one. */
export function mergePartials(list: readonly Partial[]): Partial {
  const [{ kind, shape, parts: first }] = list;
  const out = first.map((p) => p.slice());
  let { n } = list[0];
  for (const { n: more, parts } of list.slice(1)) {
    const [a] = out, [b] = parts;
    if (more === 0) continue;
    for (let i = 0; i < a.length; i++) {
      switch (kind) {
        case "sum":
          a[i] += b[i];
          break;
        case "prod":
          a[i] *= b[i];
          break;
        case "any":
        case "max":
          a[i] = Math.max(a[i], b[i]);
          break;
        case "all":
        case "min":
          a[i] = Math.min(a[i], b[i]);
          break;
        case "moments":
          mergeMoments(out, i, n, more, b[i], parts[1][i]);
          break;
        default: {
          const sign = kind === "argmin" ? -1 : 1;
          const better = b[i] * sign > a[i] * sign || (b[i] !== b[i] && a[i] === a[i]);
          const first = (Object.is(b[i], a[i]) || b[i] === a[i]) && parts[1][i] < out[1][i];
          if (n === 0 || better || first) {
            a[i] = b[i];
            out[1][i] = parts[1][i];
          }
        }
      }
    }
    n += more;
  }
  return { kind, n, shape, parts: out };
}
