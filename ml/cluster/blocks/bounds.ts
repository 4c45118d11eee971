import { NDArray } from "../../array/mod.ts";
import { combineInTree } from "../../by_block/mod.ts";
import type { RandomState } from "../../random/mod.ts";
import { squaredDistance } from "../lloyd.ts";
import {
  beginBlock,
  type BeginPartial,
  type BeginPlace,
  type BoundedDraws,
  type BoundedStep,
  drawByBounds,
} from "./begin_block.ts";
import { Distances } from "./distances.ts";
import type { BlockPartial, LloydStep } from "./lloyd_blocks.ts";
import { combinePartials, refuseBad } from "./partials.ts";
import { bestOnSample, nearestOf, recluster } from "./recluster.ts";
import { evenRows, joined, rowsByNumber, SAMPLE, seedsFrom } from "./rows_of.ts";
import { allBlocks, type BlockRunner, offsetsOf, rowsIn } from "./runner.ts";
import type { Seeding, SeedingOptions } from "./seeding.ts";

/** Runs of rows that the first centres are found on: few, for each is a block to be read. */
const RUNS = 8;
/** Times that k-means++ begins on them. */
const BEGINNINGS = 3;
/** Centres at most: beyond, such a sample says little of where they will be. */
const MOST_CENTERS = 512;
/** Rows for each centre at least. */
const LEAST_ROWS = 4;
/** The sum of squared distances in any round is no less than this part of what it is to the first centres; or there is no looking ahead. */
const LEAST_COST = 0.5;
/** Rows that come along for a round, for looking ahead, at most. */
const AHEAD = 5000;
/** Distances beyond this are refused, or measured elsewhere: their squares have no float32. */
const FARTHEST = 1e17;

/** Numbers of rows in a few runs, evenly over the whole. */
function runsOf(n: number): number[] {
  if (n <= SAMPLE) return Array.from({ length: n }, (_, i) => i);
  const length = SAMPLE / RUNS;
  return Array.from({ length: SAMPLE }, (_, e) => {
    const run = Math.floor(e / length);
    return Math.floor((run + 0.5) * n / RUNS - length / 2) + e % length;
  });
}

/** Those rows that hold numbers only. */
function finiteRows(rows: Float64Array<ArrayBuffer>, m: number): Float64Array<ArrayBuffer> {
  if (rows.every(Number.isFinite)) return rows;
  const good: Float64Array[] = [];
  for (let at = 0; at < rows.length; at += m) {
    const row = rows.subarray(at, at + m);
    if (row.every(Number.isFinite)) good.push(row);
  }
  return joined(good);
}

/** The points in another order: each where the reference lies that it is nearest to, the nearest pairs first. */
function inOrderOf(refs: Float64Array, points: Float64Array, k: number): Float64Array {
  const m = refs.length / k;
  const pairs = Array.from({ length: k * k }, (_, e) => {
    const ref = Math.floor(e / k);
    return { ref, point: e % k, d: squaredDistance(refs, ref * m, points, (e % k) * m, m) };
  }).sort((a, b) => a.d - b.d);
  const out = new Float64Array(k * m);
  const refTaken = new Uint8Array(k);
  const pointTaken = new Uint8Array(k);
  for (const { ref, point } of pairs) {
    if (refTaken[ref] || pointTaken[point]) continue;
    refTaken[ref] = pointTaken[point] = 1;
    out.set(points.subarray(point * m, point * m + m), ref * m);
  }
  return out;
}

/** How rows are drawn: by the same numbers in the pass that looks ahead as afterwards. */
interface Draws {
  /** How many are wanted in a round. */
  readonly many: number;
  /** The sum of squared distances is taken to be no less than this, where the pass looks ahead. */
  readonly least: number;
  /** Seeds of each round. */
  readonly seeds: readonly [number, number][];
  /** The rounds as they are at the most. */
  readonly rounds: readonly BoundedStep[];
}

/** How to look ahead: what rounds can draw at the most, by rows that are known and centres that were found on them. */
function lookAhead(
  rows: Float64Array,
  refs: Float64Array,
  first: Float64Array,
  { n, k, many, seeds }: { n: number; k: number; many: number; seeds: [number, number][] },
): Draws {
  const m = first.length;
  const count = rows.length / m;
  const labels = nearestOf(rows, refs, m);
  const reach = Float64Array.from(
    { length: k },
    (_, c) => Math.sqrt(squaredDistance(refs, c * m, first, 0, m)) * (1 + 1e-9),
  );
  let least = 0;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const d = squaredDistance(rows, i * m, refs, labels[i] * m, m);
    least += d;
    most += (Math.sqrt(d) + reach[labels[i]]) ** 2;
  }
  least *= LEAST_COST * n / count;
  const expected = many * (most * n / count) / least;
  const draws = { many, least, seeds };
  if (!(least > 0) || expected > AHEAD + 100 * many) return { ...draws, rounds: [] };
  const room = Math.ceil(2 * expected) + 1000;
  return { ...draws, rounds: seeds.map((seeds) => ({ reach, share: many / least, seeds, most: room })) };
}

/**
 * k-means|| in one pass. Centres that are found on a few runs of rows come first; the pass labels and sums all rows by them, as an iteration does, and keeps
 * how far each is from its centre. That bounds its distance to any candidate: in each round rows are drawn by these bounds, which
 * are small and lie beside the blocks, and only those that were drawn are read, and kept as their true distance has it. Most often the
 * pass can look ahead, and brings along what rounds will draw. Where the first centres were near the last, bounds prove the labels
 * too, and no other pass is needed.
 *
 * @param ahead whether to look ahead; what is drawn is the same
 * @returns null where that cannot be, or bounds tell too little
 */
export async function seedByBounds(
  runner: BlockRunner,
  options: SeedingOptions,
  rng: RandomState,
  ahead = true,
): Promise<Seeding | null> {
  const { k, many, rounds, restarts } = options;
  const m = runner.nFeatures;
  const n = rowsIn(runner);
  if (k > MOST_CENTERS || n < LEAST_ROWS * k) return null;
  const some = finiteRows(await rowsByNumber(runner, runsOf(n)), m);
  const count = some.length / m;
  if (count < LEAST_ROWS * k || some.some((v) => Math.abs(v) > FARTHEST)) return null;
  const refs = bestOnSample(new NDArray(some, [count, m]), [], k, rng, BEGINNINGS);
  const origin = new Float64Array(m);
  for (let at = 0; at < some.length; at++) origin[at % m] += some[at] / count;
  const one = Math.min(count - 1, Math.floor(rng.randomSample(1).data[0] * count));
  const first = some.slice(one * m, one * m + m);
  let cost = 0;
  for (let at = 0; at < some.length; at += m) cost += squaredDistance(some, at, first, 0, m) * n / count;
  const most = rounds ?? Math.round(Math.log(Math.max(cost, 1)));
  const seeds = Array.from({ length: most }, () => seedsFrom(rng));
  const draws = lookAhead(some, refs, first, { n, k, many, seeds });

  const blocks = allBlocks(runner);
  const offsets = offsetsOf(runner);
  const wanted = evenRows(runner, rng);
  const none = new Float64Array(k);
  const step: LloydStep = { centers: refs, k, refs, origin, half: none, drift: none, guess: null };
  const partials = await runner.step<BeginPartial>(beginBlock, blocks, (b) => {
    const place: BeginPlace = { first: offsets[b], wanted: wanted[b] };
    return [step, ahead ? draws.rounds : [], place];
  });
  refuseBad(partials, blocks, offsets);
  if (partials.some(({ farthest }) => !(farthest < FARTHEST))) return null;

  const sample = joined(partials.map(({ even }) => even));
  const distances = new Distances(refs, combineInTree<BlockPartial>(partials, combinePartials), sample, m, many);
  distances.add(first);
  for (let round = 0; round < most; round++) {
    const cost = distances.cost();
    if (!(cost > 0)) break;
    const drawn = rowsAhead(partials, distances, { round, cost, draws }) ??
      await drawRound(runner, distances, { share: many / cost, many, seeds: seeds[round] });
    if (drawn === null) return null;
    distances.add(drawn);
  }
  const found = recluster(distances.points, sample, { k, m, n, restarts }, rng, [refs]);
  return { centers: inOrderOf(refs, found, k), origin, guess: null, labelled: { refs, partials: partials.map(plain) } };
}

/** Only what iterations need. */
function plain({ sums, squares, mass, changed, gaps, bad }: BeginPartial): BlockPartial {
  return { sums, squares, mass, changed, gaps, bad };
}

/** Of rows that may be drawn, those that are. */
function drawnOf(rows: Float64Array, chances: Float64Array, distances: Distances, share: number): Float64Array[] {
  const m = rows.length / chances.length;
  const drawn: Float64Array[] = [];
  for (const [e, chance] of chances.entries()) {
    const row = rows.subarray(e * m, e * m + m);
    if (chance < share * distances.of(row)) drawn.push(row);
  }
  return drawn;
}

/** The rows of a round, of what came along with the pass; null where that need not be all. */
function rowsAhead(
  partials: readonly BeginPartial[],
  distances: Distances,
  { round, cost, draws: { many, least, rounds } }: { round: number; cost: number; draws: Draws },
): Float64Array | null {
  if (cost < least) return null;
  const parts: Float64Array[] = [];
  for (const { ahead } of partials) {
    if (ahead[round] === undefined || ahead[round].chances.length >= rounds[round].most) return null;
    const { rows, chances } = ahead[round];
    parts.push(...drawnOf(rows, chances, distances, many / cost));
  }
  return joined(parts);
}

/** Draws the rows of a round; null where bounds tell too little. */
async function drawRound(
  runner: BlockRunner,
  distances: Distances,
  { share, many, seeds }: { share: number; many: number; seeds: readonly [number, number] },
): Promise<Float64Array | null> {
  const blocks = allBlocks(runner);
  const offsets = offsetsOf(runner);
  const most = Math.ceil(20 * many) + 1000;
  const step: BoundedStep = { reach: distances.reach, share, seeds, most };
  const perhaps = await runner.askState<BoundedDraws>(drawByBounds, blocks, (b) => [step, offsets[b]]);
  if (perhaps.reduce((sum, { rows }) => sum + rows.length, 0) >= most) return null;
  const rows = await rowsByNumber(runner, perhaps.flatMap(({ rows }, b) => Array.from(rows, (i) => offsets[b] + i)));
  const chances = Float64Array.from(perhaps.flatMap(({ chances }) => [...chances]));
  return joined(drawnOf(rows, chances, distances, share));
}
