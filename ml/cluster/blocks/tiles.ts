import type { KernelExports, KernelFrame } from "../../kernels/mod.ts";
import { squaredNorms } from "../lloyd.ts";

// deno-lint-ignore no-explicit-any -- numbers in, a number or nothing out
type F = (...args: any[]) => number;

/** What assembly/kmeans_blocks.as exports. */
export interface BlockKernels extends KernelExports {
  measureOne: F;
  measureNew: F;
  proveGuesses: F;
  proveAgain: F;
  label: F;
  settle: F;
  smallestGaps: F;
  drawBounded: F;
  largest16: F;
  distances: F;
  inertia32: F;
}

/** Rows that are labelled at a time: what is found of them stays in the first cache. */
export const TILE = 256;
/** Stands for the squared length of a centre that is not there. */
const HUGE = 3e38;

/** Centres as the kernels read them: relative to an origin, in float32, by fours. */
export interface PackedCenters {
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
  return 16 * Math.ceil(k / 4) * (m + 1) + 256;
}

/** Brings centres into a frame. */
export function packCenters(frame: KernelFrame, centers: Float64Array, origin: Float64Array, k: number): PackedCenters {
  const m = origin.length;
  const fours = Math.ceil(k / 4);
  const at = {
    packed: frame.temp(16 * fours * m),
    packedNorms: frame.temp(16 * fours),
  };
  const moved = centers.map((v, i) => v - origin[i % m]);
  const norms = k === 0 ? new Float64Array(0) : squaredNorms(moved, k);
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
  return packedBytes(k, m) + 8 * k * m + 12 * TILE + 40 * m + 1024;
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
  readonly #centers: number;
  readonly #origin: number;
  readonly #scratch: number;

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
    this.#centers = frame.temp(8 * k * m);
    this.#origin = frame.temp(8 * m);
    this.labels = frame.temp(4 * TILE);
    this.upper = frame.temp(4 * TILE);
    this.lower = frame.temp(4 * TILE);
    this.#scratch = frame.temp(32 * m + 96);
    frame.f64(this.#centers, k * m).set(centers);
    frame.f64(this.#origin, m).set(origin);
  }

  /**
   * Labels up to TILE rows.
   *
   * @param list where the numbers of the rows lie; 0 for those from `start` on
   */
  run(data: number, m: number, list: number, start: number, count: number): void {
    const { packed, packedNorms, fours, largest } = this.#packed;
    const rows = [data, list, start, count, m, this.#origin];
    const points = [this.k, this.#centers, packed, packedNorms, fours, largest];
    this.frame.exports.label(...rows, ...points, this.#scratch, this.labels, this.upper, this.lower);
  }
}
