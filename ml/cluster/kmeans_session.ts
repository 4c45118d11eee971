import type { NDArray } from "../array/mod.ts";
import { instantiate, type KernelExports, type KernelMemory, privateMemory, type Room } from "../kernels/mod.ts";
import * as module from "../kernels/wasm/kmeans.ts";
import type { RandomState } from "../random/mod.ts";
import { type LloydCenters, type LloydPartial, squaredDistance, squaredNorms } from "./lloyd.ts";
import { type ChosenCenters, distributionOf, drawSamples, firstAtLeast } from "./plus_plus.ts";
import type { Rows } from "./rows.ts";

/** Squared lengths beyond this have no float32. */
const LARGEST = 1e36;
/** Stands for the squared length of a centre that is not there. */
const HUGE = 3e38;
/** Candidates that are measured together. */
const FOUR = 4;

/** Half a unit in the last place of a float32, with room to spare. */
const ROUNDING = 6.1e-8;

type F = (...args: number[]) => number;

/** Where things are while centres are chosen. */
type Seeding = Readonly<
  Record<
    "closest" | "closest32" | "owner" | "list" | "reach" | "cumulative" | "packed" | "packedNorms" | "masks" | "gains",
    number
  >
>;

interface KMeansKernels extends KernelExports {
  columnSums: F;
  center: F;
  pendingRows: F;
  assign: F;
  sumAll: F;
  moveRows: F;
  inertia: F;
  measure: F;
  accumulate: F;
  reachable: F;
  tryCandidates: F;
  exactGain: F;
  keepCloser: F;
}

/**
 * Samples that stay in a memory where kernels compute, with what is remembered of each from one iteration to the next:
 * its label, and bounds of the distances to its own centre and to all others. Distances are measured in float32 first,
 * and again in float64 where float32 cannot tell which centre is nearer: labels are those of float64.
 *
 * Source of the bounds: G. Hamerly, "Making k-means even faster", SIAM Data Mining (2010).
 */
export class KMeansSession implements Disposable {
  /** The samples without their mean. */
  readonly rows: Rows;
  /** The mean. */
  readonly mean: Float64Array;
  readonly #kernels: KMeansKernels;
  readonly #memory: KernelMemory;
  readonly #rooms: Room[] = [];
  readonly #data: number;
  readonly #small: number;
  readonly #norms: number;
  readonly #norms32: number;
  readonly #weight: number;
  readonly #labels: number;
  readonly #upper: number;
  readonly #lower: number;
  readonly #pending: number;
  readonly #changed: number;
  readonly #scratch: number;
  /** Sums of the clusters by the labels as they are; none before the first iteration. */
  #running: { sums: number; mass: number; k: number } | undefined;

  /** Brings samples into the memory. Fails where there is no room. */
  private constructor(memory: KernelMemory, X: NDArray<Float64Array>, weight: Float64Array | undefined) {
    const [n, m] = X.shape;
    this.#memory = memory;
    this.#kernels = instantiate<KMeansKernels>(module, memory.memory);
    this.#data = this.#allocate(8 * n * m);
    this.#small = this.#allocate(4 * n * m);
    this.#norms = this.#allocate(8 * n);
    this.#norms32 = this.#allocate(4 * n);
    this.#weight = weight === undefined ? 0 : this.#allocate(8 * n);
    this.#labels = this.#allocate(4 * n);
    this.#upper = this.#allocate(4 * n);
    this.#lower = this.#allocate(4 * n);
    this.#pending = this.#allocate(4 * n);
    this.#changed = this.#allocate(8 * n);
    this.#scratch = this.#allocate(Math.max(256, 32 * m));
    const mean = this.#allocate(8 * m);
    const data = this.#f64(this.#data, n * m);
    data.set(X.data);
    if (weight !== undefined) this.#f64(this.#weight, n).set(weight);
    const sums = this.#f64(mean, m).fill(0);
    this.#kernels.columnSums(this.#data, n, m, mean);
    for (let j = 0; j < m; j++) sums[j] /= n;
    this.mean = sums.slice();
    const largestNorm = this.#kernels.center(this.#data, n, m, mean, this.#small, this.#norms, this.#norms32);
    this.rows = { n, m, data, weight, norms: this.#f64(this.#norms, n), largestNorm };
  }

  /** Brings samples into the memory; undefined where there is no room, or where float32 cannot hold their squares. */
  static open(X: NDArray<Float64Array>, weight: Float64Array | undefined): KMeansSession | undefined {
    const [n, m] = X.shape;
    const memory = privateMemory();
    const probe = memory.allocate(12 * n * m + 64 * n + 64 * m + 65_536);
    if (probe === undefined) return undefined;
    probe.free();
    const session = new KMeansSession(memory, X, weight);
    if (session.rows.largestNorm < LARGEST) return session;
    session[Symbol.dispose]();
    return undefined;
  }

  #allocate(bytes: number): number {
    const room = this.#memory.allocate(bytes);
    if (room === undefined) throw new RangeError(`KMeans: there is no room for ${bytes} bytes to compute in`);
    this.#rooms.push(room);
    return room.pointer;
  }

  #f64(pointer: number, length: number): Float64Array {
    return new Float64Array(this.#memory.memory.buffer, pointer, length);
  }
  #f32(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#memory.memory.buffer, pointer, length);
  }
  #i32(pointer: number, length: number): Int32Array {
    return new Int32Array(this.#memory.memory.buffer, pointer, length);
  }

  /** Cluster of each sample: changed by every iteration. */
  get labels(): Int32Array {
    return this.#i32(this.#labels, this.rows.n);
  }

  /** Forgets labels and bounds. */
  restart(): void {
    this.labels.fill(-1);
    this.#running = undefined;
  }

  /** Labels all samples; where the bounds prove that a label stays, no distance is computed. Gives the number that changed. */
  assign({ k, centers, shift }: LloydCenters): number {
    const { n, m } = this.rows;
    const fours = Math.ceil(k / FOUR);
    const rooms = this.#rooms.length;
    const at = {
      packed: this.#allocate(16 * fours * m),
      packedNorms: this.#allocate(16 * fours),
      centers: this.#allocate(8 * k * m),
      norms: this.#allocate(8 * k),
      own: this.#allocate(4 * k),
      others: this.#allocate(4 * k),
    };
    const norms = squaredNorms(centers, k);
    this.#f64(at.centers, k * m).set(centers);
    this.#f64(at.norms, k).set(norms);
    const packed = this.#f32(at.packed, FOUR * fours * m).fill(0);
    for (let c = 0; c < k; c++) {
      const to = (c >> 2) * FOUR * m + (c & 3);
      for (let j = 0; j < m; j++) packed[to + FOUR * j] = -2 * centers[c * m + j];
    }
    this.#f32(at.packedNorms, FOUR * fours).fill(HUGE).set(norms);
    let count = n;
    if (shift !== undefined) {
      const { own, others } = movements(shift);
      this.#f32(at.own, k).set(own);
      this.#f32(at.others, k).set(others);
      count = this.#kernels.pendingRows(n, this.#labels, this.#upper, this.#lower, at.own, at.others, this.#pending);
    }
    const changed = this.#kernels.assign(
      count,
      shift === undefined ? 1 : 0,
      this.#pending,
      this.#small,
      this.#data,
      m,
      this.#norms,
      this.#norms32,
      k,
      at.packed,
      at.packedNorms,
      fours,
      at.centers,
      at.norms,
      norms.reduce((a, b) => Math.max(a, b), 0),
      this.#labels,
      this.#upper,
      this.#lower,
      this.#scratch,
      this.#changed,
    );
    this.#freeSince(rooms);
    return changed;
  }

  #freeSince(count: number): void {
    while (this.#rooms.length > count) (this.#rooms.pop() as Room).free();
  }

  /** One iteration: labels all samples, and sums the clusters. Few changes are moved from sum to sum. */
  partial(state: LloydCenters): LloydPartial {
    const { n, m, weight } = this.rows;
    const { k } = state;
    const changed = this.assign(state);
    const before = this.#running;
    // Weights are no whole numbers: taking them off again would leave rounding where a cluster is empty.
    if (before !== undefined && before.k === k && weight === undefined && changed < n / 8) {
      this.#kernels.moveRows(changed, this.#changed, this.#data, m, this.#labels, before.sums, before.mass);
    } else {
      const running = before?.k === k ? before : { sums: this.#allocate(8 * k * m), mass: this.#allocate(8 * k), k };
      this.#f64(running.sums, k * m).fill(0);
      this.#f64(running.mass, k).fill(0);
      this.#kernels.sumAll(this.#data, n, m, this.#labels, this.#weight, running.sums, running.mass);
      this.#running = running;
    }
    const { sums, mass } = this.#running as { sums: number; mass: number };
    return { sums: this.#f64(sums, k * m).slice(), weight: this.#f64(mass, k).slice(), changed };
  }

  /** Weighted sum of the squared distances of the samples to their centres. */
  inertia(centers: Float64Array): number {
    const rooms = this.#rooms.length;
    const at = this.#allocate(8 * centers.length);
    this.#f64(at, centers.length).set(centers);
    const { n, m } = this.rows;
    const sum = this.#kernels.inertia(this.#data, n, m, this.#labels, at, this.#weight, 0);
    this.#freeSince(rooms);
    return sum;
  }

  /** Chooses centres among the samples, as `choosePlusPlus` does. */
  plusPlus(k: number, rng: RandomState, trials = 2 + Math.floor(Math.log(k))): ChosenCenters {
    const { n, m, data, norms } = this.rows;
    const rooms = this.#rooms.length;
    const fours = Math.ceil(trials / FOUR);
    const at: Seeding = {
      closest: this.#allocate(8 * n),
      closest32: this.#allocate(4 * n),
      owner: this.#allocate(4 * n),
      list: this.#allocate(4 * n),
      reach: this.#allocate(4 * k),
      cumulative: this.#allocate(8 * n),
      packed: this.#allocate(16 * m),
      packedNorms: this.#allocate(16),
      masks: this.#allocate((n + 16) * fours),
      gains: this.#allocate(32 * fours),
    };
    const centers = new Float64Array(k * m);
    const indices = new Int32Array(k).fill(-1);
    const keep = (c: number, i: number): void => {
      indices[c] = i;
      centers.set(data.subarray(i * m, (i + 1) * m), c * m);
    };
    const [first] = drawSamples(distributionOf(this.rows), rng, 1);
    keep(0, first);
    const start = [n, m, this.#norms, first, this.#weight, at.closest, at.closest32];
    let potential = this.#kernels.measure(this.#data, ...start);
    this.#i32(at.owner, n).fill(0);
    const cumulative = this.#f64(at.cumulative, n);
    let whole = 0;
    for (let i = 0; i < n; i++) whole += norms[i];
    for (let c = 1; c < k; c++) {
      const values = rng.randomSample(trials).data;
      this.#kernels.accumulate(n, at.closest, this.#weight, at.cumulative);
      if (c > 1) potential = cumulative[n - 1];
      const tried = Array.from(values, (v) => Math.min(firstAtLeast(cumulative, v * potential), n - 1));
      this.#f32(at.reach, k).set(reaches(tried, centers.subarray(0, c * m), this.rows));
      const count = this.#kernels.reachable(n, at.closest32, at.owner, at.reach, at.list);
      for (let f = 0; f < fours; f++) this.#try(tried.slice(FOUR * f, FOUR * (f + 1)), f, count, at);
      const best = this.#bestOf(tried, whole, at);
      const { list, closest, closest32, owner, masks } = at;
      const chosen = [tried[best], c, masks + (n + 16) * (best >> 2), best & 3];
      this.#kernels.keepCloser(this.#data, count, list, m, this.#norms, closest, closest32, owner, ...chosen);
      keep(c, tried[best]);
    }
    this.#freeSince(rooms);
    return { centers, indices };
  }

  /** Measures up to four candidates against the listed rows. */
  #try(some: readonly number[], f: number, count: number, at: Seeding): void {
    const { n, m, data, norms } = this.rows;
    const packed = this.#f32(at.packed, FOUR * m).fill(0);
    const packedNorms = this.#f32(at.packedNorms, FOUR).fill(HUGE);
    for (const [t, i] of some.entries()) {
      for (let j = 0; j < m; j++) packed[FOUR * j + t] = -2 * data[i * m + j];
      packedNorms[t] = norms[i];
    }
    const largest = some.reduce((a, i) => Math.max(a, norms[i]), 0);
    const into = [at.packed, at.packedNorms, largest, at.masks + (n + 16) * f, at.gains + 32 * f];
    const { list, closest32 } = at;
    this.#kernels.tryCandidates(this.#small, count, list, m, this.#norms32, closest32, this.#weight, ...into);
  }

  /** The candidate that leaves the smallest sum; where float32 cannot tell, those in question are measured in float64. */
  #bestOf(tried: readonly number[], whole: number, at: Seeding): number {
    const { n, m, norms, weight } = this.rows;
    const gains = this.#f64(at.gains, tried.length);
    let best = 0;
    for (let t = 1; t < tried.length; t++) if (gains[t] > gains[best]) best = t;
    const heaviest = weight === undefined ? 1 : weight.reduce((a, b) => Math.max(a, b), 0);
    const largest = tried.reduce((a, i) => Math.max(a, norms[i]), 0);
    // Far more than roundings that go up and down leave of a sum.
    const error = 8 * ROUNDING * heaviest * (whole + n * largest);
    const close = Array.from(tried.keys()).filter((t) => tried[t] !== tried[best] && gains[best] - gains[t] <= error);
    if (close.length === 0) return tried.indexOf(tried[best]);
    let most = -Infinity;
    for (const t of [...close, best].sort((a, b) => a - b)) {
      const gain = this.#kernels.exactGain(this.#data, n, m, this.#norms, at.closest, this.#weight, tried[t]);
      if (!(gain > most)) continue;
      most = gain;
      best = t;
    }
    return best;
  }

  [Symbol.dispose](): void {
    this.#freeSince(0);
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

/** How far each centre went, and how far the farthest of the others; a little more, for float32 rounds. */
function movements(shift: Float64Array): { own: Float64Array; others: Float64Array } {
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
  const wider = 1 + 1e-6;
  return {
    own: shift.map((s) => s * wider),
    others: shift.map((_, c) => (c === mover ? second : first) * wider),
  };
}
