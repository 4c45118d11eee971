import { combineInTree } from "../../by_block/mod.ts";
import { NDArray } from "../../array/mod.ts";
import type { RandomState } from "../../random/mod.ts";
import { InvalidInputError } from "../../utils/mod.ts";
import { squaredDistance } from "../lloyd.ts";
import { KMeansSession } from "../kmeans_session.ts";
import { choosePlusPlus } from "../plus_plus.ts";
import { rowsOf } from "../rows.ts";
import { runOnce, type RunResult } from "../single_run.ts";
import { allBlocks, type BlockRunner, offsetsOf, rowsIn } from "./runner.ts";
import { rowAtCost, rowsOfBlock, seedBlock, type SeedPartial, type SeedStep } from "./seed_block.ts";

/** Rows that are looked at here, drawn evenly from all blocks: for the weights of candidates, and where centres will go. */
const SAMPLE = 16_384;
/** Iterations on these rows at most. */
const SAMPLE_ITERATIONS = 20;
/** Beginnings that are tried on these rows. */
const MOST_TRIES = 4;
/** Beyond this, squares of distances have no float32. */
const LARGEST = 1e36;
/** Candidates are numbered by uint16. */
const MOST_CANDIDATES = 65_536;

/** How centres are chosen. */
export interface SeedingOptions {
  /** How many. */
  readonly k: number;
  /** Expected number of rows drawn in a round: the oversampling factor. */
  readonly many: number;
  /** Rounds at most; null for the logarithm of the first cost. */
  readonly rounds: number | null;
  /** Times that k-means begins on the candidates. */
  readonly restarts: number;
}

/** Centres to begin with. */
export interface Seeding {
  /** Shape [k, m]. */
  readonly centers: Float64Array;
  /** Near the mean of all rows. */
  readonly origin: Float64Array;
  /** For each candidate that rows may be nearest to, the nearest centre; null where rows were not measured. */
  readonly guess: Uint16Array | null;
}

/** Throws for the first row that holds no finite number. */
export function refuseBad(
  partials: readonly { readonly bad: number }[],
  which: readonly number[],
  offsets: readonly number[],
): void {
  for (const [e, { bad }] of partials.entries()) {
    if (bad < 0) continue;
    const b = which[e];
    throw new InvalidInputError(
      `KMeans.fit: X holds NaN or infinities, first in row ${
        offsets[b] + bad
      } (block ${b}, row ${bad} of it); fill or drop such values first`,
    );
  }
}

/** Distinct whole numbers below `n`, in order. */
export function distinctBelow(n: number, count: number, rng: RandomState): number[] {
  if (2 * count >= n) {
    return Array.from(rng.permutation(n).data.slice(0, count) as ArrayLike<number>).sort((a, b) => a - b);
  }
  const out = new Set<number>();
  while (out.size < count) out.add(Math.min(n - 1, Math.floor(rng.randomSample(1).data[0] * n)));
  return [...out].sort((a, b) => a - b);
}

/** Rows by their numbers in the whole. */
export async function rowsByNumber(runner: BlockRunner, numbers: readonly number[]): Promise<Float64Array> {
  const offsets = offsetsOf(runner);
  const inBlock = (b: number): Int32Array =>
    Int32Array.from(
      numbers.filter((i) => i >= offsets[b] && i < offsets[b] + runner.lengths[b]),
      (i) => i - offsets[b],
    );
  const which = allBlocks(runner).filter((b) => inBlock(b).length > 0);
  const parts = await runner.ask(rowsOfBlock, which, (b) => [inBlock(b)]);
  return joined(parts);
}

function joined(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Passes over all blocks that keep each row's nearest candidate up to date. */
class Passes {
  readonly #offsets: number[];
  readonly #blocks: number[];
  /** The mean; known after the first pass. */
  origin: Float64Array | null = null;
  /** All candidates that rows were measured against, shape [count, m]. */
  points: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Rows drawn evenly. */
  sample: Float64Array<ArrayBuffer> = new Float64Array(0);

  constructor(private readonly runner: BlockRunner, private readonly rng: RandomState) {
    this.#offsets = offsetsOf(runner);
    this.#blocks = allBlocks(runner);
  }

  /** Measures new candidates; gives the cost, and the rows that were drawn. */
  async pass(points: Float64Array, many: number): Promise<{ cost: number; costs: number[]; drawn: Float64Array }> {
    const m = this.runner.nFeatures;
    const begins = this.origin === null;
    const step: SeedStep = { points, base: this.points.length / m, origin: this.origin, many, seeds: this.#seeds() };
    if ((this.points.length + points.length) / m > MOST_CANDIDATES) {
      throw new InvalidInputError(
        `KMeans.fit: more than ${MOST_CANDIDATES} candidates for centres; lower oversamplingFactor or initMaxIter`,
      );
    }
    this.points = joined([this.points, points]);
    const wanted = begins ? this.#evenly() : [];
    const blocks = this.#blocks;
    const partials = await this.runner.step<SeedPartial>(
      seedBlock,
      blocks,
      (b) => [step, { first: this.#offsets[b], wanted: wanted[b] ?? new Int32Array(0) }],
    );
    refuseBad(partials, blocks, this.#offsets);
    const costs = partials.map((p) => p.cost);
    const cost = combineInTree(costs, (a, b) => a + b);
    if (begins) {
      const n = rowsIn(this.runner);
      const sums = combineInTree(partials.map((p) => p.sums), (a, b) => a.map((v, j) => v + b[j]));
      this.origin = points.map((v, j) => v + sums[j] / n);
      this.sample = joined(partials.map((p) => p.even));
      if (!(Math.max(...partials.map((p) => p.largest)) < LARGEST)) {
        throw new InvalidInputError(
          `KMeans.fit: samples of X are more than ${Math.sqrt(LARGEST)} apart; scale X first (StandardScaler)`,
        );
      }
    }
    const drawn: Float64Array[] = [];
    for (const { keys, drawn: rows } of partials) {
      for (let e = 0; e < keys.length; e++) if (keys[e] * cost < many) drawn.push(rows.subarray(e * m, e * m + m));
    }
    return { cost, costs, drawn: joined(drawn) };
  }

  #seeds(): [number, number] {
    return [0, 0].map(() => Math.floor(this.rng.randomSample(1).data[0] * 2 ** 32) | 0) as [number, number];
  }

  /** For each block the rows that belong to an even sample of the whole. */
  #evenly(): Int32Array[] {
    const n = rowsIn(this.runner);
    const lengths = this.runner.lengths;
    if (n <= SAMPLE) return lengths.map((length) => Int32Array.from({ length }, (_, i) => i));
    const numbers = this.rng.randomSample(SAMPLE).data.map((u) => Math.floor(u * n)).sort();
    let at = 0;
    return lengths.map((length, b) => {
      const end = this.#offsets[b] + length;
      const from = at;
      while (at < SAMPLE && numbers[at] < end) at++;
      return Int32Array.from(numbers.subarray(from, at), (i) => i - this.#offsets[b]);
    });
  }
}

/** For each row the nearest point. */
function nearestOf(rows: Float64Array, points: Float64Array, m: number): Uint32Array {
  const out = new Uint32Array(rows.length / m);
  for (let i = 0; i < out.length; i++) {
    let best = Infinity;
    for (let c = 0; c * m < points.length; c++) {
      const d = squaredDistance(rows, i * m, points, c * m, m);
      if (!(d < best)) continue;
      best = d;
      out[i] = c;
    }
  }
  return out;
}

/**
 * k-means||: in each round rows are drawn by their squared distance to the candidates so far, many at once; then k-means++ and Lloyd's method on the
 * candidates, each weighed by the rows nearest to it. A round is one pass. Where centres go is tried on an even sample of the
 * rows, which no pass is needed for: so the iterations begin near their end.
 *
 * Source: B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii, "Scalable k-means++", VLDB (2012).
 */
export async function seedScalable(runner: BlockRunner, options: SeedingOptions, rng: RandomState): Promise<Seeding> {
  const { k, many, rounds, restarts } = options;
  const m = runner.nFeatures;
  const passes = new Passes(runner, rng);
  let drawn = await rowsByNumber(runner, distinctBelow(rowsIn(runner), 1, rng));
  let most = rounds ?? 1;
  for (let round = 0; round < most || round === 0; round++) {
    const next = await passes.pass(drawn, most > 0 ? many : 0);
    if (round === 0 && rounds === null) most = Math.round(Math.log(Math.max(next.cost, 1)));
    drawn = next.drawn;
    if (next.cost === 0) break;
  }
  const candidates = joined([passes.points, drawn]);
  const centers = recluster(candidates, passes.sample, { k, m, n: rowsIn(runner), restarts }, rng);
  return { centers, origin: passes.origin as Float64Array, guess: guesses(passes.points, centers, m) };
}

function guesses(points: Float64Array, centers: Float64Array, m: number): Uint16Array {
  return Uint16Array.from(nearestOf(points, centers, m));
}

/** Centres from weighed candidates: of several beginnings the one that is best on the sample, and brought on by it. */
function recluster(
  candidates: Float64Array<ArrayBuffer>,
  sample: Float64Array<ArrayBuffer>,
  { k, m, n, restarts }: { k: number; m: number; n: number; restarts: number },
  rng: RandomState,
): Float64Array {
  const count = sample.length / m;
  let points = candidates;
  if (points.length / m < k) {
    const more = distinctBelow(count, Math.min(count, k - points.length / m), rng);
    points = joined([points, ...more.map((i) => sample.subarray(i * m, i * m + m))]);
  }
  const total = points.length / m;
  const tries: Float64Array[] = [points];
  if (total > k) {
    const weight = new Float64Array(total).fill(1);
    for (const c of nearestOf(sample, points, m)) weight[c] += n / count;
    const rows = rowsOf(new NDArray(points, [total, m]), weight);
    const found: RunResult[] = [];
    for (let run = 0; run < restarts; run++) {
      const result = runOnce(rows, choosePlusPlus(rows, k, rng).centers, k, { maxIter: 300, tol: 0, verbose: false });
      // The same clusters again would come to the same again.
      if (found.every(({ inertia }) => Math.abs(result.inertia / inertia - 1) > 1e-9)) found.push(result);
    }
    tries.splice(0, 1, ...found.sort((a, b) => a.inertia - b.inertia).slice(0, MOST_TRIES).map((r) => r.centers));
  }
  if (count < k) return tries[0];
  return bestOnSample(new NDArray(sample, [count, m]), tries, k, rng);
}

/** The centres that iterations on a sample bring farthest; k-means++ on the sample is a beginning too. */
function bestOnSample(
  sample: NDArray<Float64Array>,
  tries: readonly Float64Array[],
  k: number,
  rng: RandomState,
): Float64Array {
  const m = sample.shape[1];
  using session = KMeansSession.open(sample, undefined);
  const rows = session?.rows ?? rowsOf(sample);
  const mean = session?.mean ?? new Float64Array(m);
  let best: RunResult | undefined;
  const starts: Float64Array[] = tries.map((centers) => centers.map((v, at) => v - mean[at % m]));
  // Three rounds miss a cluster now and then.
  starts.push(session?.plusPlus(k, rng).centers ?? choosePlusPlus(rows, k, rng).centers);
  for (const start of starts) {
    const result = runOnce(rows, start, k, { maxIter: SAMPLE_ITERATIONS, tol: 0, verbose: false }, session);
    if (best === undefined || result.inertia < best.inertia) best = result;
  }
  return (best as RunResult).centers.map((v, at) => v + mean[at % m]);
}

/**
 * k-means++: one centre after the other, each in one pass.
 *
 * Source: D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA (2007).
 */
export async function seedPlusPlus(runner: BlockRunner, k: number, rng: RandomState): Promise<Seeding> {
  const m = runner.nFeatures;
  const passes = new Passes(runner, rng);
  let next: Float64Array = await rowsByNumber(runner, distinctBelow(rowsIn(runner), 1, rng));
  for (let c = 1; c < k; c++) {
    const { cost, costs } = await passes.pass(next, 0);
    let target = rng.randomSample(1).data[0] * cost;
    let b = 0;
    while (b + 1 < costs.length && target >= costs[b]) target -= costs[b++];
    while (b > 0 && costs[b] === 0) b--;
    [next] = await runner.ask(rowAtCost, [b], () => [target]);
  }
  if (k === 1) await passes.pass(next, 0);
  const centers = k === 1 ? next : joined([passes.points, next]);
  return { centers, origin: passes.origin as Float64Array, guess: guesses(passes.points, centers, m) };
}

/** Rows drawn evenly. */
export async function seedRandom(runner: BlockRunner, k: number, rng: RandomState): Promise<Seeding> {
  const centers = await rowsByNumber(runner, distinctBelow(rowsIn(runner), k, rng));
  return seedGiven(centers, runner.nFeatures);
}

/** Centres that were given. */
export function seedGiven(centers: Float64Array, m: number): Seeding {
  const origin = new Float64Array(m);
  for (let at = 0; at < centers.length; at++) origin[at % m] += centers[at] * m / centers.length;
  return { centers, origin, guess: null };
}
