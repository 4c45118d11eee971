import { computeClassWeight, type Encoded } from "../utils/mod.ts";
import type { FamilyData, FamilyEntry } from "./family.ts";

/** Training samples of a split of nonzero weight, class by class: positions on the bench. */
export interface Grouped {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  /** Each class's rows that stand together: first ones and lengths. */
  readonly runs: readonly Int32Array[];
  /** The same where what lies between two of them is passed over only when it is wide. */
  readonly spans: readonly Int32Array[];
  /** Whether a sample is one of them. */
  readonly has: Uint8Array;
}

/** Fewer positions than this between two runs are not passed over. */
const NARROW = 16;

/** Samples class by class. */
export class SmallOrder {
  /** Sample at each position. */
  readonly samples: Int32Array;
  /** Position of each sample. */
  readonly positions: Int32Array;
  /** First position of each class, and their number at the end. */
  readonly starts: Int32Array;
  readonly #weight: Float64Array;

  constructor({ encoded: { codes, classes }, weight }: FamilyData) {
    this.#weight = weight;
    const starts = this.starts = new Int32Array(classes.size + 1);
    for (const c of codes) starts[c + 1]++;
    for (let c = 0; c < classes.size; c++) starts[c + 1] += starts[c];
    const next = starts.slice();
    this.samples = new Int32Array(codes.length);
    this.positions = Int32Array.from(codes, (c) => next[c]++);
    this.positions.forEach((p, i) => this.samples[p] = i);
  }

  /** Training samples of a split. */
  group(train: Int32Array): Grouped {
    const used = train.filter((i) => this.#weight[i] > 0);
    const has = new Uint8Array(this.samples.length);
    for (const i of used) has[i] = 1;
    // A split may name a sample twice.
    const rows = used.map((i) => this.positions[i]).sort();
    const k = this.starts.length - 1;
    const starts = new Int32Array(k + 1);
    const runs: Int32Array[] = [];
    const spans: Int32Array[] = [];
    for (let c = 0, t = 0; c < k; c++) {
      const own: number[] = [];
      const wide: number[] = [];
      for (; t < rows.length && rows[t] < this.starts[c + 1]; t++) {
        const p = rows[t];
        const end = t > starts[c] ? rows[t - 1] + 1 : -Infinity;
        if (p === end) own[own.length - 1]++;
        else own.push(p, 1);
        if (p < end + NARROW) wide[wide.length - 1] = p + 1 - wide[wide.length - 2];
        else wide.push(p, 1);
      }
      starts[c + 1] = t;
      runs.push(Int32Array.from(own));
      spans.push(Int32Array.from(wide));
    }
    return { rows, starts, runs, spans, has };
  }
}

/** Samples of the two largest classes together. */
export function largestPairOf({ starts }: Grouped): number {
  const counts = starts.subarray(1).map((end, c) => end - starts[c]).sort();
  return counts[counts.length - 1] + counts[counts.length - 2];
}

/** Upper bounds of α on a split's training samples, zero elsewhere: what they hang on is computed once. */
export class UpperBounds {
  readonly #data: FamilyData;
  readonly #train: Int32Array;
  readonly #encoded: Encoded;
  readonly #factors = new Map<string, Float64Array>();

  constructor(data: FamilyData, train: Int32Array) {
    this.#data = data;
    this.#train = train;
    const codes = Int32Array.from(train, (i) => data.encoded.codes[i]);
    const counts = new Int32Array(data.encoded.classes.size);
    for (const c of codes) counts[c]++;
    this.#encoded = { ...data.encoded, codes, counts };
  }

  /** Those of a fit. */
  of({ C, classWeight }: FamilyEntry): Float64Array {
    const key = JSON.stringify(classWeight instanceof Map ? [...classWeight] : classWeight);
    let factors = this.#factors.get(key);
    if (factors === undefined) this.#factors.set(key, factors = computeClassWeight(classWeight, this.#encoded));
    const { encoded: { codes }, weight } = this.#data;
    const bounds = factors.map((f) => f * C);
    const upper = new Float64Array(weight.length);
    for (const i of this.#train) upper[i] = bounds[codes[i]] * weight[i];
    return upper;
  }
}
