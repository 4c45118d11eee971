import { combineInTree } from "../../by_block/mod.ts";
import type { RandomState } from "../../random/mod.ts";
import { InvalidInputError } from "../../utils/mod.ts";
import { seedByBounds } from "./bounds.ts";
import type { BlockPartial } from "./lloyd_blocks.ts";
import { refuseBad } from "./partials.ts";
import { nearestOf, recluster } from "./recluster.ts";
import { distinctBelow, evenRows, joined, rowsByNumber, seedsFrom } from "./rows_of.ts";
import { allBlocks, type BlockRunner, offsetsOf, rowsIn } from "./runner.ts";
import { rowAtCost, seedBlock, type SeedPartial, type SeedStep } from "./seed_block.ts";

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
  /** Where the rows were labelled on the way: by which centres (in the order of `centers`), and to what that came. */
  readonly labelled?: { readonly refs: Float64Array; readonly partials: readonly BlockPartial[] };
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
    const step: SeedStep = {
      points,
      base: this.points.length / m,
      origin: this.origin,
      many,
      seeds: seedsFrom(this.rng),
    };
    if ((this.points.length + points.length) / m > MOST_CANDIDATES) {
      throw new InvalidInputError(
        `KMeans.fit: more than ${MOST_CANDIDATES} candidates for centres; lower oversamplingFactor or initMaxIter`,
      );
    }
    this.points = joined([this.points, points]);
    const wanted = begins ? evenRows(this.runner, this.rng) : [];
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
}

/**
 * k-means||: in each round rows are drawn by their squared distance to the candidates so far, many at once; then k-means++ and Lloyd's method on the
 * candidates, each weighed by the rows nearest to it. Where bounds of the distances tell enough, one pass is all; else each round is one.
 *
 * Source: B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii, "Scalable k-means++", VLDB (2012).
 */
export async function seedScalable(runner: BlockRunner, options: SeedingOptions, rng: RandomState): Promise<Seeding> {
  return await seedByBounds(runner, options, rng) ?? await seedByPasses(runner, options, rng);
}

/** k-means|| with a pass for each round. */
export async function seedByPasses(runner: BlockRunner, options: SeedingOptions, rng: RandomState): Promise<Seeding> {
  const { k, many, rounds, restarts } = options;
  const m = runner.nFeatures;
  const passes = new Passes(runner, rng);
  let drawn: Float64Array = await rowsByNumber(runner, distinctBelow(rowsIn(runner), 1, rng));
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
