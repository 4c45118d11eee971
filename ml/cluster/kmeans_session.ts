import type { NDArray } from "../array/mod.ts";
import { type KernelExports, MOST_PARTS, Team } from "../kernels/mod.ts";
import * as module from "../kernels/wasm/kmeans.ts";
import type { RandomState } from "../random/mod.ts";
import { type LloydCenters, type LloydPartial, squaredNorms } from "./lloyd.ts";
import type { ChosenCenters } from "./plus_plus.ts";
import { Rooms } from "./rooms.ts";
import type { Rows } from "./rows.ts";
import { FOUR, HUGE, type Part, type Samples, SeedSearch } from "./seed_search.ts";

/** Squared lengths beyond this have no float32. */
const LARGEST = 1e36;
/** Products of a part at least, of each of its rows with each centre: fewer are not worth another thread's while. */
const LEAST_PRODUCTS = 1e6;
/** Rows of a part at least. */
const LEAST_ROWS = 64;
/** And for each centre, whose sums each part has. */
const ROWS_PER_CENTER = 8;
/** Milliseconds that a distance of one feature takes, with what else is done for it. */
const DISTANCE = 1e-7;
/** Distances of each sample to each centre that are measured until the end, about. */
const TIMES = 20;

type F = (...args: number[]) => number;

/** Functions of the module. */
export interface KMeansKernels extends KernelExports {
  columnSums: F;
  center: F;
  iterate: F;
  inertia: F;
  beginSeeds: F;
  trySeeds: F;
  exactGain: F;
  keepSeed: F;
}

/**
 * Samples that stay in a memory where kernels compute, with what is remembered of each from one iteration to the next:
 * its label, and by how much the other centres were farther than its own. Distances are measured in float32 first,
 * and again in float64 where float32 cannot tell which centre is nearer: labels are those of float64.
 *
 * The samples are in parts, which threads share. Sums are made by part and added up in the parts' order, so that they do not depend on the threads.
 *
 * Source of the margins: the bounds of G. Hamerly, "Making k-means even faster", SIAM Data Mining (2010).
 */
export class KMeansSession implements Disposable {
  /** The samples without their mean. */
  readonly rows: Rows;
  /** The mean. */
  readonly mean: Float64Array;
  readonly #team: Team<KMeansKernels>;
  readonly #rooms: Rooms;
  readonly #at: Samples;
  readonly #parts: readonly Part[];
  readonly #labels: number;
  readonly #margins: number;
  readonly #pending: number;
  readonly #changed: number;
  readonly #scratch: number;
  /** For each centre, how far it and the farthest of the others have gone since the labels began. */
  #moved = new Float64Array(0);
  /** By part, sums of the clusters by the labels as they are; none before the first iteration. */
  #running: { sums: number; mass: number; k: number } | undefined;

  /** Brings samples into the memory. Fails where there is no room. */
  private constructor(
    team: Team<KMeansKernels>,
    X: NDArray<Float64Array>,
    weight: Float64Array | undefined,
    k: number,
  ) {
    const [n, m] = X.shape;
    this.#team = team;
    const rooms = this.#rooms = new Rooms(team.memory);
    const at = this.#at = {
      data: rooms.allocate(8 * n * m),
      small: rooms.allocate(4 * n * m),
      norms: rooms.allocate(8 * n),
      norms32: rooms.allocate(4 * n),
      weight: weight === undefined ? 0 : rooms.allocate(8 * n),
    };
    const parts = this.#parts = partsOf(n, m, k);
    this.#labels = rooms.allocate(4 * n);
    this.#margins = rooms.allocate(4 * n);
    this.#pending = rooms.allocate(4 * n);
    this.#changed = rooms.allocate(8 * n);
    this.#scratch = rooms.allocate(Math.max(256, 32 * m) * parts.length);
    const data = rooms.f64(at.data, n * m);
    if (weight !== undefined) rooms.f64(at.weight, n).set(weight);
    // While this thread brings the next part, others add up the columns of those that are there.
    const columns = rooms.allocate(8 * m * parts.length);
    rooms.f64(columns, m * parts.length).fill(0);
    for (const { number, first, count } of parts) {
      data.set(X.data.subarray(first * m, (first + count) * m), first * m);
      team.add("columnSums", at.data + 8 * first * m, count, m, columns + 8 * m * number);
    }
    team.finish();
    const mean = rooms.allocate(8 * m);
    const sums = addUp(rooms.f64(columns, m * parts.length), m);
    for (let j = 0; j < m; j++) sums[j] /= n;
    rooms.f64(mean, m).set(sums);
    this.mean = sums;
    for (const { first, count } of parts) {
      const to = [at.small + 4 * first * m, at.norms + 8 * first, at.norms32 + 4 * first];
      team.add("center", at.data + 8 * first * m, count, m, mean, ...to);
    }
    const largestNorm = team.finish().reduce((a, b) => b <= a ? a : b, 0);
    const norms = rooms.f64(at.norms, n);
    let spread = 0;
    for (let i = 0; i < n; i++) spread += norms[i];
    this.rows = { n, m, data, weight, norms, largestNorm, spread };
  }

  /**
   * Brings samples into the memory; undefined where there is no room, or where float32 cannot hold their squares.
   *
   * @param k about how many centres there will be, and
   * @param runs how many runs: what another thread is worth depends on them
   */
  static open(
    X: NDArray<Float64Array>,
    weight: Float64Array | undefined,
    k: number,
    runs: number,
  ): KMeansSession | undefined {
    const [n, m] = X.shape;
    const team = Team.open<KMeansKernels>(module, DISTANCE * n * m * k * TIMES * runs);
    const probe = team.memory.allocate(12 * n * m + 64 * n + (64 + 40 * MOST_PARTS) * m + 65_536);
    probe?.free();
    let session: KMeansSession | undefined;
    try {
      if (probe !== undefined) session = new KMeansSession(team, X, weight, k);
    } finally {
      if (session === undefined) team[Symbol.dispose]();
    }
    if (session === undefined || session.rows.largestNorm < LARGEST) return session;
    session[Symbol.dispose]();
    return undefined;
  }

  /** Cluster of each sample: changed by every iteration. */
  get labels(): Int32Array {
    return this.#rooms.i32(this.#labels, this.rows.n);
  }

  /** Forgets labels and bounds. */
  restart(): void {
    this.labels.fill(-1);
    this.#running = undefined;
    this.#moved = new Float64Array(0);
  }

  /** Labels all samples; where the bounds prove that a label stays, no distance is computed. Gives the number that changed. */
  assign(state: LloydCenters): number {
    return this.#iterate(state, undefined);
  }

  /** One iteration: labels all samples, and sums the clusters. */
  partial(state: LloydCenters): LloydPartial {
    const { m } = this.rows, { k } = state;
    const parts = this.#parts.length;
    let running = this.#running;
    const summed = running?.k === k;
    if (running === undefined || !summed) {
      running = { sums: this.#rooms.allocate(8 * k * m * parts), mass: this.#rooms.allocate(8 * k * parts), k };
    }
    const changed = this.#iterate(state, { ...running, summed });
    this.#running = running;
    return {
      sums: addUp(this.#rooms.f64(running.sums, k * m * parts), k * m),
      weight: addUp(this.#rooms.f64(running.mass, k * parts), k),
      changed,
    };
  }

  #iterate(
    { k, centers, shift }: LloydCenters,
    into: { sums: number; mass: number; summed: boolean } | undefined,
  ): number {
    const { m } = this.rows;
    const rooms = this.#rooms;
    const before = rooms.count;
    const fours = Math.ceil(k / FOUR);
    const to = {
      packed: rooms.allocate(16 * fours * m),
      packedNorms: rooms.allocate(16 * fours),
      centers: rooms.allocate(8 * k * m),
      norms: rooms.allocate(8 * k),
      moved: rooms.allocate(4 * k),
    };
    const norms = squaredNorms(centers, k);
    rooms.f64(to.centers, k * m).set(centers);
    rooms.f64(to.norms, k).set(norms);
    const packed = rooms.f32(to.packed, FOUR * fours * m).fill(0);
    for (let c = 0; c < k; c++) {
      const place = (c >> 2) * FOUR * m + (c & 3);
      for (let j = 0; j < m; j++) packed[place + FOUR * j] = -2 * centers[c * m + j];
    }
    rooms.f32(to.packedNorms, FOUR * fours).fill(HUGE).set(norms);
    if (this.#moved.length !== k) this.#moved = new Float64Array(k);
    if (shift !== undefined) addMovements(this.#moved, shift);
    // A little more: margins are float32, and this is.
    rooms.f32(to.moved, k).set(this.#moved.map((far) => far * (1 + 1e-6)));
    const largest = norms.reduce((a, b) => Math.max(a, b), 0);
    const { data, small, norms: lengths, norms32, weight } = this.#at;
    for (const { number, first, count } of this.#parts) {
      this.#team.add(
        "iterate",
        ...[count, m, k, shift === undefined ? 0 : 1, into?.summed ? 1 : 0],
        ...[data + 8 * first * m, small + 4 * first * m, lengths + 8 * first, norms32 + 4 * first],
        weight === 0 ? 0 : weight + 8 * first,
        ...[this.#labels + 4 * first, this.#margins + 4 * first, to.moved, this.#pending + 4 * first],
        ...[this.#changed + 8 * first, this.#scratch + Math.max(256, 32 * m) * number],
        ...[to.packed, to.packedNorms, fours, to.centers, to.norms, largest],
        ...(into === undefined ? [0, 0] : [into.sums + 8 * k * m * number, into.mass + 8 * k * number]),
      );
    }
    const changed = this.#team.finish();
    rooms.free(before);
    return changed.reduce((a, b) => a + b, 0);
  }

  /** Weighted sum of the squared distances of the samples to their centres. */
  inertia(centers: Float64Array): number {
    const { m } = this.rows;
    const before = this.#rooms.count;
    const to = this.#rooms.allocate(8 * centers.length);
    this.#rooms.f64(to, centers.length).set(centers);
    const { data, weight } = this.#at;
    for (const { first, count } of this.#parts) {
      const of = [data + 8 * first * m, count, m, this.#labels + 4 * first, to];
      this.#team.add("inertia", ...of, weight === 0 ? 0 : weight + 8 * first, 0);
    }
    const sums = this.#team.finish();
    this.#rooms.free(before);
    return sums.reduce((a, b) => a + b, 0);
  }

  /** Chooses centres among the samples, as `choosePlusPlus` does. */
  plusPlus(k: number, rng: RandomState, trials = 2 + Math.floor(Math.log(k))): ChosenCenters {
    const before = this.#rooms.count;
    const search = new SeedSearch(this.#team, this.#rooms, this.rows, this.#at, this.#parts, k, trials);
    const chosen = search.choose(rng);
    this.#rooms.free(before);
    return chosen;
  }

  [Symbol.dispose](): void {
    this.#rooms.free();
    this.#team[Symbol.dispose]();
  }
}

/** How the samples are cut: by their shape and the number of centres alone. */
function partsOf(n: number, m: number, k: number): Part[] {
  const least = Math.max(LEAST_ROWS, ROWS_PER_CENTER * k, LEAST_PRODUCTS / (m * k));
  const wanted = Math.min(MOST_PARTS, Math.max(1, Math.floor(n / least)));
  // Whole groups of eight rows.
  const rows = Math.ceil(n / wanted / 8) * 8;
  const parts: Part[] = [];
  for (let first = 0; first < n; first += rows) {
    parts.push({ number: parts.length, first, count: Math.min(rows, n - first) });
  }
  return parts;
}

/** Sums over parts, in their order. */
function addUp(parts: Float64Array, length: number): Float64Array {
  const out = parts.slice(0, length);
  for (let at = length; at < parts.length; at += length) for (let j = 0; j < length; j++) out[j] += parts[at + j];
  return out;
}

/** Adds to each centre's movements how far it went, and how far the farthest of the others did. */
function addMovements(moved: Float64Array, shift: Float64Array): void {
  let first = 0;
  let second = 0;
  let mover = -1;
  for (let c = 0; c < shift.length; c++) {
    if (shift[c] >= first) {
      second = first;
      first = shift[c];
      mover = c;
    } else second = Math.max(second, shift[c]);
  }
  for (let c = 0; c < shift.length; c++) moved[c] += shift[c] + (c === mover ? second : first);
}
