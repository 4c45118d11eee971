import { instantiate, type KernelExports, type KernelFrame } from "../../kernels/mod.ts";
import * as kmeans from "../../kernels/wasm/kmeans.ts";
import { squaredNorms } from "../lloyd.ts";

// deno-lint-ignore no-explicit-any -- numbers in, a number or nothing out
type F = (...args: any[]) => number;

/** What assembly/kmeans_blocks.as exports. */
export interface BlockKernels extends KernelExports {
  measureOne: F;
  measureNew: F;
  proveGuesses: F;
  proveAgain: F;
  bring: F;
  settle: F;
  smallestGaps: F;
  distances: F;
  inertia32: F;
}

/** Rows that are brought together at a time: they stay in the first caches. */
export const TILE = 256;
/** Stands for the squared length of a centre that is not there. */
const HUGE = 3e38;

/** Centres as the kernels read them: relative to an origin, in float64, and in float32 by fours. */
export interface PackedCenters {
  /** Float64. */
  readonly centers: number;
  /** Their squared lengths, float64. */
  readonly norms: number;
  /** Times −2, for each feature those of four together; float32. */
  readonly packed: number;
  /** Their squared lengths in fours; float32. */
  readonly packedNorms: number;
  /** How many fours. */
  readonly fours: number;
  /** The largest squared length. */
  readonly largest: number;
}

/** Bytes that {@linkcode packCenters} takes. */
export function packedBytes(k: number, m: number): number {
  return 8 * k * m + 8 * k + 16 * Math.ceil(k / 4) * (m + 1) + 512;
}

/** Brings centres into a frame. */
export function packCenters(frame: KernelFrame, centers: Float64Array, origin: Float64Array, k: number): PackedCenters {
  const m = origin.length;
  const fours = Math.ceil(k / 4);
  const at = {
    centers: frame.temp(8 * k * m),
    norms: frame.temp(8 * k),
    packed: frame.temp(16 * fours * m),
    packedNorms: frame.temp(16 * fours),
  };
  const moved = centers.map((v, i) => v - origin[i % m]);
  const norms = k === 0 ? new Float64Array(0) : squaredNorms(moved, k);
  frame.f64(at.centers, k * m).set(moved);
  frame.f64(at.norms, k).set(norms);
  const packed = frame.f32(at.packed, 4 * fours * m).fill(0);
  for (let c = 0; c < k; c++) {
    const to = (c >> 2) * 4 * m + (c & 3);
    for (let j = 0; j < m; j++) packed[to + 4 * j] = -2 * moved[c * m + j];
  }
  frame.f32(at.packedNorms, 4 * fours).fill(HUGE).set(norms);
  return { ...at, fours, largest: norms.reduce((a, b) => Math.max(a, b), 0) };
}

/** Bytes that {@linkcode Tiles} takes. */
export function tileBytes(k: number, m: number): number {
  return packedBytes(k, m) + TILE * (12 * m + 32) + 40 * m + 2048;
}

/** Labels rows by the nearest of some centres, a tile of rows at a time: by float32, and by float64 where that cannot tell. */
export class Tiles {
  /** Labels of the last tile; int32. */
  readonly labels: number;
  /** Their distances are no larger than this; float32. */
  readonly upper: number;
  /** The distances to all other centres are no smaller than this; float32. */
  readonly lower: number;
  readonly #packed: PackedCenters;
  readonly #origin: number;
  readonly #tile: number;
  readonly #small: number;
  readonly #norms: number;
  readonly #norms32: number;
  readonly #scratch: number;
  readonly #changed: number;
  readonly #assign: (...args: number[]) => number;

  /**
   * Brings the centres.
   *
   * @param frame in which the rows lie
   * @param centers shape [k, m]
   * @param origin taken off before numbers are rounded: the mean, or near it
   */
  constructor(
    private readonly frame: KernelFrame<BlockKernels>,
    centers: Float64Array,
    origin: Float64Array,
    private readonly k: number,
  ) {
    const m = origin.length;
    this.#packed = packCenters(frame, centers, origin, k);
    this.#origin = frame.temp(8 * m);
    this.#tile = frame.temp(8 * m * TILE);
    this.#small = frame.temp(4 * m * TILE);
    this.#norms = frame.temp(8 * TILE);
    this.#norms32 = frame.temp(4 * TILE);
    this.labels = frame.temp(4 * TILE);
    this.upper = frame.temp(4 * TILE);
    this.lower = frame.temp(4 * TILE);
    this.#changed = frame.temp(8 * TILE);
    this.#scratch = frame.temp(Math.max(256, 32 * m));
    frame.f64(this.#origin, m).set(origin);
    frame.i32(this.labels, TILE).fill(-1);
    this.#assign = instantiate(kmeans, frame.home.memory).assign;
  }

  /**
   * Labels up to TILE rows.
   *
   * @param list where the numbers of the rows lie; 0 for those from `start` on
   */
  run(data: number, m: number, list: number, start: number, count: number): void {
    const { centers, norms, packed, packedNorms, fours, largest } = this.#packed;
    const tile = this.#tile, small = this.#small;
    this.frame.exports.bring(data, list, start, count, m, this.#origin, tile, small, this.#norms, this.#norms32);
    this.#assign(
      count,
      1,
      0,
      small,
      tile,
      m,
      this.#norms,
      this.#norms32,
      this.k,
      packed,
      packedNorms,
      fours,
      centers,
      norms,
      largest,
      this.labels,
      this.upper,
      this.lower,
      this.#scratch,
      this.#changed,
    );
  }
}
