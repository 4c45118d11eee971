import { combineInTree } from "../../by_block/mod.ts";
import { finishLloyd, type LloydPartial, squaredDistance } from "../lloyd.ts";
import { type BlockPartial, farthestRows, lloydBlock, type LloydStep } from "./lloyd_blocks.ts";
import { allBlocks, type BlockRunner, offsetsOf, rowsIn } from "./runner.ts";
import { combinePartials, refuseBad } from "./partials.ts";
import type { Seeding } from "./seeding.ts";

/** A little less, for the rounding of distances between centres. */
const NARROWER = 1 - 1e-9;

/** How iterations go on. */
export interface IterateOptions {
  /** Iterations at most. */
  readonly maxIter: number;
  /** The end, when the centres together move by no more than the root of this times the mean variance of the features. */
  readonly tol: number;
  /** Whether to tell of every iteration. */
  readonly verbose: boolean;
}

/** What they came to. The labels lie beside the blocks. */
export interface IterateResult {
  /** Shape [k, m]. */
  readonly centers: Float64Array;
  /** Sum of squared distances. */
  readonly inertia: number;
  /** Iterations. */
  readonly nIter: number;
  /** Clusters that have rows. */
  readonly distinct: number;
  /** Blocks that were read, all iterations together. */
  readonly visited: number;
}

/** Sum of squared distances to centres, from sums around references. */
function inertiaOf({ sums, squares, mass }: BlockPartial, refs: Float64Array, centers: Float64Array): number {
  const k = mass.length;
  const m = refs.length / k;
  let total = 0;
  for (let c = 0; c < k; c++) {
    let sum = squares[c];
    for (let j = c * m; j < c * m + m; j++) {
      const d = centers[j] - refs[j];
      sum += d * (mass[c] * d - 2 * sums[j]);
    }
    total += Math.max(0, sum);
  }
  return total;
}

/** Mean variance of the columns: what `tol` is relative to. */
function meanVariance(total: BlockPartial, refs: Float64Array): number {
  const k = total.mass.length;
  const m = refs.length / k;
  const n = total.mass.reduce((a, b) => a + b, 0);
  const mean = new Float64Array(m);
  for (let at = 0; at < refs.length; at++) {
    mean[at % m] += (total.sums[at] + total.mass[Math.floor(at / m)] * refs[at]) / n;
  }
  return inertiaOf(total, refs, refs.map((_, at) => mean[at % m])) / (n * m);
}

/** How far each centre went. */
function shiftOf(from: Float64Array, to: Float64Array, k: number): Float64Array {
  const m = from.length / k;
  return Float64Array.from({ length: k }, (_, c) => Math.sqrt(squaredDistance(from, c * m, to, c * m, m)));
}

/** Half the distance from each centre to the nearest other. */
function halves(centers: Float64Array, k: number): Float64Array {
  const m = centers.length / k;
  const out = new Float64Array(k).fill(Infinity);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < a; b++) {
      const d = Math.sqrt(squaredDistance(centers, a * m, centers, b * m, m)) / 2 * NARROWER;
      out[a] = Math.min(out[a], d);
      out[b] = Math.min(out[b], d);
    }
  }
  // A centre alone is the nearest to all.
  return out.map((h) => h === Infinity ? 1e150 : h);
}

/**
 * Lloyd's method over blocks. An iteration reads the blocks in which a label may change: what is kept of each tells how far centres may go
 * before that.
 */
export class LloydDriver {
  readonly #runner: BlockRunner;
  readonly #blocks: number[];
  readonly #partials: BlockPartial[];
  readonly #seeding: Seeding;
  /** What is taken off a cluster's rows before they are summed. */
  readonly #refs: Float64Array;
  readonly #k: number;
  #drift: Float64Array;
  #visited = 0;

  /** Begins with the seeding's centres. */
  constructor(runner: BlockRunner, seeding: Seeding, k: number) {
    this.#runner = runner;
    this.#blocks = allBlocks(runner);
    this.#seeding = seeding;
    this.#k = k;
    this.#drift = new Float64Array(k);
    const { centers, labelled } = seeding;
    this.#refs = labelled?.refs ?? centers;
    this.#partials = [...labelled?.partials ?? []];
    if (labelled !== undefined) this.#moved(shiftOf(labelled.refs, centers, k));
  }

  /** Labels all rows by the nearest centres, and sums the clusters. */
  async #pass(centers: Float64Array): Promise<BlockPartial> {
    const k = this.#k;
    const { origin, guess } = this.#seeding;
    const refs = this.#refs;
    const first = this.#partials.length === 0;
    const drift = this.#drift;
    const which = first ? this.#blocks : this.#blocks.filter((b) => {
      const { gaps } = this.#partials[b];
      return gaps.some((g, c) => g < Infinity && !(g > drift[c]));
    });
    const step: LloydStep = { centers, k, refs, origin, half: halves(centers, k), drift, guess: first ? guess : null };
    const partials = await this.#runner.step<BlockPartial>(lloydBlock, which, () => [step]);
    refuseBad(partials, which, offsetsOf(this.#runner));
    this.#visited += which.length;
    which.forEach((b, e) => this.#partials[b] = partials[e]);
    const changed = partials.reduce((a, p) => a + p.changed, 0);
    return { ...combineInTree(this.#partials, combinePartials), changed };
  }

  /** Centres went: what that leaves of all gaps. */
  #moved(shift: Float64Array): void {
    const drift = this.#drift.slice();
    for (let c = 0; c < shift.length; c++) {
      let others = 0;
      for (let o = 0; o < shift.length; o++) if (o !== c) others = Math.max(others, shift[o]);
      drift[c] += (shift[c] + others) * (1 + 1e-9);
    }
    this.#drift = drift;
  }

  /** Gives each empty cluster the row that is farthest from its centre. Changes the sums and weights it is given. */
  async #relocateEmpty(total: LloydPartial, centers: Float64Array): Promise<void> {
    const empty = Array.from(total.weight.keys()).filter((c) => total.weight[c] === 0);
    if (empty.length === 0) return;
    const m = centers.length / this.#k;
    const parts = await this.#runner.ask(farthestRows, this.#blocks, () => [centers, empty.length]);
    const far = parts.flatMap(({ distance, labels, rows }) =>
      Array.from(distance, (d, e) => ({ d, label: labels[e], row: rows.subarray(e * m, e * m + m) }))
    ).sort((a, b) => b.d - a.d);
    if (far.length === 0 || far[0].d === 0) return;
    for (const [e, c] of empty.entries()) {
      const { label, row } = far[e];
      for (let j = 0; j < m; j++) {
        total.sums[label * m + j] -= row[j];
        total.sums[c * m + j] = row[j];
      }
      total.weight[c] = 1;
      total.weight[label] -= 1;
    }
  }

  /** Iterates to the end. */
  async run({ maxIter, tol, verbose }: IterateOptions): Promise<IterateResult> {
    const k = this.#k;
    const refs = this.#refs;
    const m = refs.length / k;
    let centers = this.#seeding.centers;
    let strict = false;
    let nIter = 0;
    let enough = 0;
    let total: BlockPartial | undefined;
    while (nIter < maxIter) {
      total = await this.#pass(centers);
      if (nIter === 0) enough = tol * meanVariance(total, refs);
      const { mass } = total;
      const sums: LloydPartial = {
        sums: total.sums.map((v, at) => v + mass[Math.floor(at / m)] * refs[at]),
        weight: mass.slice(),
        changed: total.changed,
      };
      await this.#relocateEmpty(sums, centers);
      const next = finishLloyd(sums, { k, centers });
      this.#moved(next.shift);
      centers = next.centers;
      if (verbose) console.log(`Iteration ${nIter}, inertia ${inertiaOf(total, refs, centers)}.`);
      nIter++;
      // What labels were before the first iteration was no iteration's.
      if (total.changed === 0 && nIter > 1) {
        strict = true;
        if (verbose) console.log(`Converged at iteration ${nIter - 1}: strict convergence.`);
        break;
      }
      const moved = next.shift.reduce((a, s) => a + s * s, 0);
      if (moved <= enough) {
        if (verbose) {
          console.log(`Converged at iteration ${nIter - 1}: center shift ${moved} within tolerance ${enough}.`);
        }
        break;
      }
    }
    // Labels belong to the centres that are given back.
    const last = strict && total !== undefined ? total : await this.#pass(centers);
    if (rowsIn(this.#runner) === 0) return { centers, inertia: 0, nIter, distinct: 0, visited: this.#visited };
    return {
      centers,
      inertia: inertiaOf(last, refs, centers),
      nIter,
      distinct: last.mass.reduce((a, w) => a + (w > 0 ? 1 : 0), 0),
      visited: this.#visited,
    };
  }
}
