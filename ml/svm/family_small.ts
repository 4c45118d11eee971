import type { NDArray } from "../array/mod.ts";
import { KernelFrame } from "../kernels/mod.ts";
import * as svm from "../kernels/wasm/svm.ts";
import { type FamilyData, type FamilyEntry, type FamilyGroup, kernelOf, upperOn } from "./family.ts";

// deno-lint-ignore no-explicit-any -- functions of numbers
type Exports = Record<string, (...args: any[]) => number>;

const KERNELS = { linear: 0, rbf: 1, poly: 2, sigmoid: 3, precomputed: 0 } as const;

/** Kernel values of a gaussian kernel are kept this many times larger as floats; see `setScale` in svm.as. */
const FACTOR = 2 ** 64;

/** Decision values of one fit: for the tested samples, and the training ones where wanted. */
export interface SmallFit {
  readonly group: number;
  readonly entry: FamilyEntry;
  readonly split: number;
  readonly seconds: number;
  readonly scoreSeconds: number;
  readonly test: Float64Array;
  readonly train?: Float64Array;
}

/** And this many times larger as doubles; see `shapeProducts`. */
const WIDE = 2 ** 500;

const round8 = (n: number): number => (n + 7) & ~7;

/**
 * Fits of many small problems: products of all samples once, kernel values once for each kernel, then each pair of classes of each
 * split step by step, as LIBSVM does it.
 */
export function* smallFits(
  data: FamilyData,
  groups: readonly FamilyGroup[],
  splits: readonly number[],
  onTrain: boolean,
): Generator<SmallFit> {
  const started = performance.now();
  using bench = new SmallBench(data);
  let shared = (performance.now() - started) / 1000;
  const total = groups.reduce((t, g) => t + g.entries.length, 0) * splits.length;
  shared /= total;
  for (const [g, group] of groups.entries()) {
    for (const s of splits) {
      const began = performance.now();
      const [train] = data.splits[s];
      bench.setKernel(group, group.gamma === "scale" ? data.table.take(train) : data.table);
      const pairs = bench.pairsOf(train);
      const fits = group.entries.map((entry) => ({
        entry,
        coefs: new Float64Array(0),
        seconds: 0,
        rho: new Float64Array(0),
      }));
      const uppers = group.entries.map((entry) => upperOn(data, train, entry));
      const k = data.encoded.classes.size;
      for (const fit of fits) {
        fit.coefs = new Float64Array((k - 1) * pairs.rows.length);
        fit.rho = new Float64Array(k * (k - 1) / 2);
      }
      const common = shared + (performance.now() - began) / 1000 / fits.length;
      for (let a = 0, pair = 0; a < k; a++) {
        for (let b = a + 1; b < k; b++, pair++) {
          const gathering = performance.now();
          bench.gather(pairs, a, b);
          const each = (performance.now() - gathering) / fits.length;
          for (const [e, fit] of fits.entries()) {
            const t = performance.now();
            fit.rho[pair] = bench.solve(pairs, a, b, uppers[e], fit.entry.tol, fit.coefs);
            fit.seconds += (performance.now() - t + each) / 1000;
          }
        }
      }
      for (const fit of fits) {
        const t = performance.now();
        const test = bench.decide(pairs, fit.coefs, fit.rho, data.splits[s][1]);
        const scored = performance.now();
        yield {
          group: g,
          entry: fit.entry,
          split: s,
          seconds: common + fit.seconds,
          scoreSeconds: (scored - t) / 1000,
          test,
          train: onTrain ? bench.decide(pairs, fit.coefs, fit.rho, train) : undefined,
        };
      }
    }
  }
}

/** Training samples of a split, class by class. */
interface Grouped {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
}

/** The memory of one part. */
class SmallBench implements Disposable {
  readonly #frame = new KernelFrame<Exports>(svm);
  readonly #data: FamilyData;
  readonly #n: number;
  readonly #ld: number;
  readonly #at: Record<string, number> = {};
  readonly #squares: Float64Array;
  #kernel = "";
  #scale = 1;
  #wide = 1;
  #tested: Int32Array | undefined;

  constructor(data: FamilyData) {
    this.#data = data;
    const { table, encoded } = data;
    const [n, dim] = table.shape;
    const k = encoded.classes.size;
    const ld = this.#ld = round8(n);
    this.#n = n;
    const frame = this.#frame;
    const at = this.#at;
    const sizes: Record<string, number> = {
      ...{ products: n * ld * 8, wide: n * ld * 8, floats: n * ld * 4, part: n * ld * 4, columns: n * ld * 8 },
      ...{ tiles: ld * dim * 8, row: 2 * dim * 8, squares: ld * 8, list: n * 4, classes: n * 4 },
      ...{ coefs: k * n * 8, out: k * (k - 1) / 2 * ld * 8 + 64 },
    };
    for (const name of ["diag", "F", "beta", "lo", "hi", "up", "down"]) sizes[name] = (ld + 8) * 8;
    for (const [name, bytes] of Object.entries(sizes)) at[name] = frame.temp(bytes);
    this.#squares = frame.f64(at.squares, ld).fill(0);
    this.#multiply(table, n, dim, ld);
  }

  /** Products of all samples with each other; about their mean, which loses fewer digits where only differences count. */
  #multiply({ data }: NDArray<Float64Array>, n: number, dim: number, ld: number): void {
    const { tiles: to, row, products } = this.#at;
    const tiles = this.#frame.f64(to, ld * dim).fill(0);
    const pair = this.#frame.f64(row, 2 * dim);
    for (let i = 0; i < n; i++) {
      const at = (i >> 3) * 8 * dim + (i & 7);
      let square = 0;
      for (let k = 0; k < dim; k++) {
        const v = data[i * dim + k];
        tiles[at + 8 * k] = v;
        square += v * v;
      }
      this.#squares[i] = square;
    }
    const { exports } = this.#frame;
    exports.setKernel(KERNELS.linear, 0, 0, 0, 0);
    for (let i = 0; i < n; i += 2) {
      pair.set(data.subarray(i * dim, (i + 1) * dim));
      const second = Math.min(i + 1, n - 1);
      pair.set(data.subarray(second * dim, (second + 1) * dim), dim);
      // The last of an odd number is written with the one before it, whose row it repeats.
      const first = second === i ? Math.max(0, i - 1) : i;
      if (first !== i) {
        pair.copyWithin(dim, 0, dim);
        pair.set(data.subarray(first * dim, (first + 1) * dim));
      }
      exports.rows64(to, 0, ld >> 3, dim, row, 0, 0, products + first * ld * 8, ld, 0, 1);
    }
  }

  /** Computes kernel values, unless they are there. */
  setKernel(group: FamilyGroup, X: NDArray<Float64Array>): void {
    const spec = kernelOf(group, X);
    const { exports } = this.#frame;
    const rbf = spec.name === "rbf";
    this.#scale = rbf ? 1 / FACTOR : 1;
    this.#wide = rbf ? 1 / WIDE : 1;
    const gamma = rbf ? spec.gamma * Math.LOG2E : spec.gamma;
    const key = `${spec.name},${gamma},${spec.coef0},${spec.degree}`;
    if (key === this.#kernel) return;
    this.#kernel = key;
    this.#tested = undefined;
    exports.setKernel(KERNELS[spec.name], gamma, spec.coef0, spec.degree, 0);
    const { products, squares, wide, floats } = this.#at;
    exports.shapeProducts(products, squares, this.#n, this.#ld, wide, floats, rbf ? FACTOR : 1);
  }

  /** Training samples of nonzero weight, class by class. */
  pairsOf(train: Int32Array): Grouped {
    const { encoded, weight } = this.#data;
    const k = encoded.classes.size;
    const starts = new Int32Array(k + 1);
    for (const i of train) if (weight[i] > 0) starts[encoded.codes[i] + 1]++;
    for (let c = 0; c < k; c++) starts[c + 1] += starts[c];
    const next = starts.slice();
    const rows = new Int32Array(starts[k]);
    for (const i of train) if (weight[i] > 0) rows[next[encoded.codes[i]]++] = i;
    return { rows, starts };
  }

  /** Brings the kernel values of a pair of classes together. */
  gather({ rows, starts }: Grouped, a: number, b: number): void {
    const list = Int32Array.of(...rows.subarray(starts[a], starts[a + 1]), ...rows.subarray(starts[b], starts[b + 1]));
    const n = list.length;
    const ld = round8(n);
    const { list: at, floats, part, wide, diag } = this.#at;
    this.#frame.i32(at, n).set(list);
    this.#frame.exports.gather32(floats, this.#ld, at, n, part, ld);
    const matrix = this.#frame.f64(wide, this.#n * this.#ld);
    const own = this.#frame.f64(diag, ld).fill(1);
    for (let t = 0; t < n; t++) own[t] = matrix[list[t] * this.#ld + list[t]] * this.#wide;
  }

  /**
   * Solves the pair that was gathered.
   *
   * @param upper upper bound of α by sample
   * @param coefs gets y·α: row c for the pair with the c-th other class
   * @returns the threshold
   */
  solve(
    { rows, starts }: Grouped,
    a: number,
    b: number,
    upper: Float64Array,
    tol: number,
    coefs: Float64Array,
  ): number {
    const na = starts[a + 1] - starts[a];
    const n = na + starts[b + 1] - starts[b];
    const ld = round8(n);
    const { exports } = this.#frame;
    const at = this.#at;
    const [F, beta, lo, hi] = [at.F, at.beta, at.lo, at.hi].map((p) => this.#frame.f64(p, ld).fill(0));
    const position = (t: number): number => t < na ? starts[a] + t : starts[b] + t - na;
    for (let t = 0; t < n; t++) {
      const bound = upper[rows[position(t)]];
      F[t] = t < na ? -1 : 1;
      if (t < na) hi[t] = bound;
      else lo[t] = -bound;
    }
    exports.setScale(this.#scale);
    exports.setNewton(0);
    exports.smo(n + (n & 1), at.part, ld, at.diag, at.F, at.beta, at.lo, at.hi, at.up, at.down, tol, 10_000_000);
    const stride = rows.length;
    let sum = 0, free = 0, above = Infinity, below = -Infinity;
    for (let t = 0; t < n; t++) {
      coefs[(t < na ? b - 1 : a) * stride + position(t)] = beta[t];
      if (lo[t] === hi[t]) continue;
      const up = beta[t] < hi[t];
      if (up && beta[t] > lo[t]) {
        sum += F[t];
        free++;
      } else if (up) above = Math.min(above, F[t]);
      else below = Math.max(below, F[t]);
    }
    return free > 0 ? sum / free : (above + below) / 2;
  }

  /** Decision values of all pairs, sample after sample, as `pairDecisions` gives them. */
  decide({ rows, starts }: Grouped, coefs: Float64Array, rho: Float64Array, samples: Int32Array): Float64Array {
    const k = starts.length - 1;
    const pairs = rho.length;
    const m = samples.length;
    const ld = round8(m);
    const at = this.#at;
    const frame = this.#frame;
    const { exports } = frame;
    if (this.#tested !== samples) {
      this.#tested = samples;
      frame.i32(at.list, m).set(samples);
      exports.gatherColumns(at.wide, this.#n, this.#ld, at.list, m, at.columns, ld);
    }
    const used: number[] = [];
    for (let t = 0; t < rows.length; t++) {
      for (let r = 0; r < k - 1; r++) {
        if (coefs[r * rows.length + t] !== 0) {
          used.push(t);
          break;
        }
      }
    }
    const count = used.length;
    const list = frame.i32(at.list, count);
    const classes = frame.i32(at.classes, count);
    const values = frame.f64(at.coefs, (k - 1) * count);
    for (let s = 0, c = 0; s < count; s++) {
      const t = used[s];
      while (t >= starts[c + 1]) c++;
      list[s] = rows[t];
      classes[s] = c;
      for (let r = 0; r < k - 1; r++) values[r * count + s] = coefs[r * rows.length + t];
    }
    const out = frame.f64(at.out, pairs * ld).fill(0);
    exports.decideStored(at.columns, ld, at.list, at.classes, count, k, at.coefs, at.out, ld);
    const all = new Float64Array(m * pairs);
    const wide = this.#wide;
    for (let p = 0; p < pairs; p++) for (let i = 0; i < m; i++) all[i * pairs + p] = out[p * ld + i] * wide - rho[p];
    return all;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#frame[Symbol.dispose]();
  }
}
