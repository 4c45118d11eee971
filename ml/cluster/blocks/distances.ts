import { squaredDistance } from "../lloyd.ts";
import type { BlockPartial } from "./lloyd_blocks.ts";
import { nearestOf } from "./recluster.ts";
import { joined } from "./rows_of.ts";

/** Rows times new candidates of a round, when the share of their distances is estimated. */
const ESTIMATED = 40_000;
/** Rows for that at least, if there are as many. */
const LEAST = 512;

/** What is known of the distances of all rows to candidates: bounds, and their sum as it is estimated. */
export class Distances {
  /** For each centre the distance to the nearest candidate. */
  readonly reach: Float64Array;
  /** All candidates, shape [count, m]. */
  points: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Sum of the squared distances of each cluster to the one candidate that is best for all of it: no less than to the nearest of each. */
  readonly #costs: Float64Array;
  /** That candidate. */
  readonly #best: Int32Array;
  /** Some rows, their clusters, and squared distances to the nearest candidates. */
  readonly #rows: Float64Array;
  readonly #labels: Uint32Array;
  readonly #nearest: Float64Array;

  /**
   * No candidate yet.
   *
   * @param refs the centres that rows were labelled by
   * @param total sums around these
   * @param sample some rows, drawn evenly
   * @param many candidates that a round brings
   */
  constructor(
    private readonly refs: Float64Array,
    private readonly total: BlockPartial,
    sample: Float64Array,
    private readonly m: number,
    many: number,
  ) {
    const k = total.mass.length;
    const count = sample.length / m;
    const stride = Math.max(1, Math.min(Math.ceil(count * many / ESTIMATED), Math.floor(count / LEAST)));
    this.#rows = new Float64Array(Math.ceil(count / stride) * m);
    for (let i = 0; i * m < this.#rows.length; i++) {
      this.#rows.set(sample.subarray(i * stride * m, (i * stride + 1) * m), i * m);
    }
    this.#labels = nearestOf(this.#rows, refs, m);
    this.#nearest = new Float64Array(this.#labels.length).fill(Infinity);
    this.reach = new Float64Array(k).fill(Infinity);
    this.#costs = new Float64Array(k).fill(Infinity);
    this.#best = new Int32Array(k);
  }

  /** Takes new candidates into account. */
  add(points: Float64Array): void {
    const { m, refs, total: { sums, squares, mass } } = this;
    const base = this.points.length / m;
    for (let p = 0; p * m < points.length; p++) {
      for (let c = 0; c < mass.length; c++) {
        let distance = 0;
        let sum = squares[c];
        for (let j = 0; j < m; j++) {
          const d = points[p * m + j] - refs[c * m + j];
          distance += d * d;
          sum += d * (mass[c] * d - 2 * sums[c * m + j]);
        }
        this.reach[c] = Math.min(this.reach[c], Math.sqrt(distance) * (1 + 1e-9));
        if (!(sum < this.#costs[c])) continue;
        this.#costs[c] = Math.max(0, sum);
        this.#best[c] = base + p;
      }
      for (let i = 0; i < this.#nearest.length; i++) {
        const d = squaredDistance(this.#rows, i * m, points, p * m, m);
        if (d < this.#nearest[i]) this.#nearest[i] = d;
      }
    }
    this.points = joined([this.points, points]);
  }

  /** The sum over all rows: as clusters have it, times what the nearest candidates are of that on some rows. */
  cost(): number {
    const { m } = this;
    let nearest = 0;
    let best = 0;
    for (let i = 0; i < this.#nearest.length; i++) {
      nearest += this.#nearest[i];
      best += squaredDistance(this.#rows, i * m, this.points, this.#best[this.#labels[i]] * m, m);
    }
    const sum = this.#costs.reduce((a, b) => a + b, 0);
    return best > 0 ? sum * nearest / best : sum;
  }

  /** The squared distance of a row to the nearest candidate. */
  of(row: Float64Array): number {
    let least = Infinity;
    for (let at = 0; at < this.points.length; at += this.m) {
      least = Math.min(least, squaredDistance(row, 0, this.points, at, this.m));
    }
    return least;
  }
}
