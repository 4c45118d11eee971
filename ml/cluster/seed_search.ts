import type { Team } from "../kernels/mod.ts";
import type { RandomState } from "../random/mod.ts";
import type { KMeansKernels } from "./kmeans_session.ts";
import { squaredDistance } from "./lloyd.ts";
import { type ChosenCenters, distributionOf, drawSamples, firstAtLeast } from "./plus_plus.ts";
import type { Rooms } from "./rooms.ts";
import type { Rows } from "./rows.ts";

/** Stands for the squared length of a centre that is not there. */
export const HUGE = 3e38;
/** Centres that are measured together. */
export const FOUR = 4;

/** Half a unit in the last place of a float32, with room to spare. */
const ROUNDING = 6.1e-8;

/** Rows that follow each other. */
export interface Part {
  /** Its number. */
  readonly number: number;
  /** The first row. */
  readonly first: number;
  /** How many. */
  readonly count: number;
}

/** Where samples lie in a memory. */
export interface Samples {
  /** float64. */
  readonly data: number;
  /** The same, float32. */
  readonly small: number;
  /** Squared lengths, float64. */
  readonly norms: number;
  /** The same, float32. */
  readonly norms32: number;
  /** float64; 0 where all weigh 1. */
  readonly weight: number;
}

/** Where things are while centres are chosen. */
type Places = Readonly<
  Record<
    "closest" | "closest32" | "owner" | "list" | "reach" | "cumulative" | "packed" | "packedNorms" | "masks" | "gains",
    number
  >
>;

/** The choice of k-means++ centres, by the kernels. What is chosen is what `choosePlusPlus` chooses. */
export class SeedSearch {
  readonly #team: Team<KMeansKernels>;
  readonly #rooms: Rooms;
  readonly #rows: Rows;
  readonly #at: Samples;
  readonly #parts: readonly Part[];
  readonly #k: number;
  readonly #trials: number;
  readonly #fours: number;
  readonly #to: Places;

  /** Of `k` centres among the rows, with so many tries for each. */
  constructor(
    team: Team<KMeansKernels>,
    rooms: Rooms,
    rows: Rows,
    at: Samples,
    parts: readonly Part[],
    k: number,
    trials: number,
  ) {
    this.#team = team;
    this.#rooms = rooms;
    this.#rows = rows;
    this.#at = at;
    this.#parts = parts;
    this.#k = k;
    this.#trials = trials;
    const { n, m } = rows;
    const fours = this.#fours = Math.ceil(trials / FOUR);
    this.#to = {
      closest: rooms.allocate(8 * n),
      closest32: rooms.allocate(4 * n),
      owner: rooms.allocate(4 * n),
      list: rooms.allocate(4 * n),
      reach: rooms.allocate(4 * k),
      cumulative: rooms.allocate(8 * n),
      packed: rooms.allocate(16 * m * fours),
      packedNorms: rooms.allocate(16 * fours),
      masks: rooms.allocate((n + 16 * parts.length) * fours),
      gains: rooms.allocate(32 * fours * parts.length),
    };
  }

  /** Chooses. */
  choose(rng: RandomState): ChosenCenters {
    const { m, data } = this.#rows;
    const k = this.#k;
    const centers = new Float64Array(k * m);
    const indices = new Int32Array(k).fill(-1);
    const keep = (c: number, i: number): void => {
      indices[c] = i;
      centers.set(data.subarray(i * m, (i + 1) * m), c * m);
    };
    const [first] = drawSamples(distributionOf(this.#rows), rng, 1);
    keep(0, first);
    let left = this.#begin(first);
    for (let c = 1; c < k; c++) {
      const values = rng.randomSample(this.#trials).data;
      const potential = left.reduce((a, b) => a + b, 0);
      const tried = Array.from(values, (v) => this.#rowAt(v * potential, left));
      this.#rooms.f32(this.#to.reach, k).set(reaches(tried, centers.subarray(0, c * m), this.#rows));
      const listed = this.#try(tried);
      const best = this.#bestOf(tried);
      left = this.#keep(tried[best], c, best, listed);
      keep(c, tried[best]);
    }
    return { centers, indices };
  }

  /** Where the rows of a part, and what is known of them, lie. */
  #places({ number, first, count }: Part) {
    const { m } = this.#rows, at = this.#at, to = this.#to, fours = this.#fours;
    return {
      data: at.data + 8 * first * m,
      small: at.small + 4 * first * m,
      norms: at.norms + 8 * first,
      norms32: at.norms32 + 4 * first,
      weight: at.weight === 0 ? 0 : at.weight + 8 * first,
      closest: to.closest + 8 * first,
      closest32: to.closest32 + 4 * first,
      owner: to.owner + 4 * first,
      list: to.list + 4 * first,
      cumulative: to.cumulative + 8 * first,
      masks: to.masks + (first + 16 * number) * fours,
      gains: to.gains + 32 * fours * number,
      count,
    };
  }

  /** Measures all rows against the first centre; gives the sums of squared distances by part. */
  #begin(center: number): Float64Array {
    const { m } = this.#rows;
    for (const part of this.#parts) {
      const p = this.#places(part);
      const to = [p.closest, p.closest32, p.owner, p.cumulative];
      this.#team.add("beginSeeds", p.data, p.count, m, p.norms, center - part.first, p.weight, ...to);
    }
    return this.#team.finish();
  }

  /** The row where the cumulative sum of squared distances comes to a value. */
  #rowAt(value: number, sums: Float64Array): number {
    let before = 0;
    let p = 0;
    while (p + 1 < sums.length && before + sums[p] < value) before += sums[p++];
    const { first, count } = this.#parts[p];
    const cumulative = this.#rooms.f64(this.#to.cumulative + 8 * first, count);
    return first + Math.min(firstAtLeast(cumulative, value - before), count - 1);
  }

  /** Measures candidates; gives how many rows of each part they may be nearer to than the closest centre. */
  #try(tried: readonly number[]): Float64Array {
    const { m, data, norms } = this.#rows;
    const fours = this.#fours;
    const packed = this.#rooms.f32(this.#to.packed, FOUR * fours * m).fill(0);
    const packedNorms = this.#rooms.f32(this.#to.packedNorms, FOUR * fours).fill(HUGE);
    for (const [t, i] of tried.entries()) {
      const place = (t >> 2) * FOUR * m + (t & 3);
      for (let j = 0; j < m; j++) packed[place + FOUR * j] = -2 * data[i * m + j];
      packedNorms[t] = norms[i];
    }
    const largest = tried.reduce((a, i) => Math.max(a, norms[i]), 0);
    for (const part of this.#parts) {
      const p = this.#places(part);
      this.#team.add(
        "trySeeds",
        ...[p.small, p.count, m, p.norms32, p.weight, p.closest32, p.owner, this.#to.reach, p.list],
        ...[fours, this.#to.packed, this.#to.packedNorms, largest, p.masks, p.gains],
      );
    }
    return this.#team.finish();
  }

  /** Takes a candidate as centre number `center`; gives the sums of squared distances that are left, by part. */
  #keep(candidate: number, center: number, t: number, listed: Float64Array): Float64Array {
    const { m } = this.#rows;
    for (const part of this.#parts) {
      const p = this.#places(part);
      const masks = p.masks + (p.count + 16) * (t >> 2);
      this.#team.add(
        "keepSeed",
        ...[p.data, p.count, m, p.norms, p.weight, p.closest, p.closest32, p.owner, listed[part.number], p.list],
        ...[candidate - part.first, center, masks, t & 3, p.cumulative],
      );
    }
    return this.#team.finish();
  }

  /** The candidate that leaves the smallest sum; where float32 cannot tell, those in question are measured in float64. */
  #bestOf(tried: readonly number[]): number {
    const { n, norms, weight, spread } = this.#rows;
    const gains = new Float64Array(tried.length);
    for (const part of this.#parts) {
      const own = this.#rooms.f64(this.#places(part).gains, tried.length);
      for (let t = 0; t < gains.length; t++) gains[t] += own[t];
    }
    let best = 0;
    for (let t = 1; t < tried.length; t++) if (gains[t] > gains[best]) best = t;
    const heaviest = weight === undefined ? 1 : weight.reduce((a, b) => Math.max(a, b), 0);
    const largest = tried.reduce((a, i) => Math.max(a, norms[i]), 0);
    // Far more than roundings that go up and down leave of a sum.
    const error = 8 * ROUNDING * heaviest * (spread + n * largest);
    const close = Array.from(tried.keys()).filter((t) => tried[t] !== tried[best] && gains[best] - gains[t] <= error);
    if (close.length === 0) return tried.indexOf(tried[best]);
    let most = -Infinity;
    for (const t of [...close, best].sort((a, b) => a - b)) {
      const gain = this.#exactGain(tried[t]);
      if (!(gain > most)) continue;
      most = gain;
      best = t;
    }
    return best;
  }

  #exactGain(candidate: number): number {
    const { m } = this.#rows;
    for (const part of this.#parts) {
      const p = this.#places(part);
      this.#team.add("exactGain", p.data, p.count, m, p.norms, p.closest, p.weight, candidate - part.first);
    }
    return this.#team.finish().reduce((a, b) => a + b, 0);
  }
}

/** For each centre a quarter of the squared distance to the nearest candidate, a little less for rounding. */
function reaches(tried: readonly number[], centers: Float64Array, { data, m }: Rows): Float64Array {
  const out = new Float64Array(centers.length / m).fill(Infinity);
  for (const i of tried) {
    for (let c = 0; c < out.length; c++) out[c] = Math.min(out[c], squaredDistance(data, i * m, centers, c * m, m));
  }
  return out.map((d) => d / 4 * (1 - 1e-5));
}
