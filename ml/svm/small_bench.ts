import { KernelFrame, kernels } from "../kernels/mod.ts";
import * as svm from "../kernels/wasm/svm.ts";
import type { NDArray } from "../array/mod.ts";
import { type FamilyData, type FamilyGroup, kernelOf } from "./family.ts";
import { PairMemo } from "./pair_memo.ts";

// deno-lint-ignore no-explicit-any -- functions of numbers
type Exports = Record<string, (...args: any[]) => number>;

const KERNELS = { linear: 0, rbf: 1, poly: 2, sigmoid: 3, precomputed: 0 } as const;

/** Gaussian kernel values are kept this many times larger as floats; see `setScale` in svm.as. */
const FACTOR = 2 ** 64;
/** And this many times larger as doubles; see `shapeProducts`. */
const WIDE = 2 ** 500;
/** Below two to minus this all floats of a gaussian kernel are zero; and all doubles. */
const NO_FLOAT = 151;
const NO_DOUBLE = 1075;

/** Rows of products that are computed together. */
const PANEL = 256;

const round8 = (n: number): number => (n + 7) & ~7;

/** Training samples of a split of nonzero weight, class by class: positions on the bench. */
export interface Grouped {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  /** Each class's rows that stand together: first ones and lengths. */
  readonly runs: readonly Int32Array[];
}

/** A pair of classes that was gathered. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly na: number;
  readonly n: number;
  memo: PairMemo;
}

/** What many small problems over the same samples are solved with: the samples stand class by class. */
export class SmallBench implements Disposable {
  readonly #frame = new KernelFrame<Exports>(svm);
  readonly #data: FamilyData;
  readonly #n: number;
  readonly #ld: number;
  readonly #at: Record<string, number> = {};
  /** Sample at each position, position of each sample, first position of each class. */
  readonly #order: Int32Array;
  readonly #position: Int32Array;
  readonly #starts: Int32Array;
  /** Smallest squared distance of two samples. */
  readonly #nearest: number;
  #kernel = "";
  #spec = { name: "linear" as keyof typeof KERNELS, gamma: 1, coef0: 0, degree: 3 };
  #isShaped = false;
  /** Two to minus this is the largest value of a gaussian kernel between two samples. */
  #exponent = 0;
  #pair: Pair | undefined;
  #isFilled = false;
  /** Problems of an identity matrix hang on nothing but their size. */
  readonly #apart = new Map<string, PairMemo>();

  /**
   * @param data the samples
   * @param isMatrix whether they are the kernel's own symmetric matrix
   */
  constructor(data: FamilyData, isMatrix = false) {
    this.#data = data;
    const { table, encoded } = data;
    const [n, dim] = table.shape;
    const k = encoded.classes.size;
    const ld = this.#ld = round8(n);
    this.#n = n;
    this.#starts = new Int32Array(k + 1);
    for (const c of encoded.codes) this.#starts[c + 1]++;
    for (let c = 0; c < k; c++) this.#starts[c + 1] += this.#starts[c];
    const next = this.#starts.slice();
    this.#order = new Int32Array(n);
    this.#position = Int32Array.from(encoded.codes, (c) => next[c]++);
    this.#position.forEach((p, i) => this.#order[p] = i);
    const at = this.#at;
    const frame = this.#frame;
    // Matrices have rows beyond the last, which are read and written, and never looked at.
    const sizes: Record<string, number> = {
      ...{ products: ld * ld * 8, wide: ld * ld * 8, floats: ld * ld * 4 + 64, part: n * ld * 4 + 64, squares: ld * 8 },
      ...{ list: n * 4, runs: n * 8, coefs: k * ld * 8, out: k * (k - 1) * n * 8 },
    };
    for (const name of ["diag", "F", "beta", "lo", "hi", "up", "down"]) sizes[name] = (ld + 8) * 8;
    for (const [name, bytes] of Object.entries(sizes)) at[name] = frame.temp(bytes);
    const products = frame.f64(at.products, ld * ld);
    if (isMatrix) {
      for (let i = 0; i < n; i++) {
        const from = this.#order[i] * n;
        for (let j = 0; j < n; j++) products[i * ld + j] = table.data[from + this.#order[j]];
      }
    } else {
      const X = table.take(this.#order).data;
      // Nothing looks below the diagonal.
      for (let i = 0; i < n; i += PANEL) {
        const rows = Math.min(PANEL, n - i);
        const [A, to] = [X.subarray(i * dim), products.subarray(i * ld + i)];
        kernels().gemm(false, true, rows, n - i, dim, 1, A, dim, A, dim, 0, to, ld);
      }
    }
    const squares = frame.f64(at.squares, ld).fill(0);
    for (let i = 0; i < n; i++) squares[i] = products[i * ld + i];
    this.#nearest = frame.exports.nearest(at.products, at.squares, n, ld);
  }

  /** Sets the kernel; values that are there stay. */
  setKernel(group: FamilyGroup, X: NDArray<Float64Array>): void {
    const spec = kernelOf(group, X);
    const rbf = spec.name === "rbf";
    const gamma = rbf ? spec.gamma * Math.LOG2E : spec.gamma;
    const key = `${spec.name},${gamma},${spec.coef0},${spec.degree}`;
    if (key === this.#kernel) return;
    this.#kernel = key;
    this.#spec = { ...spec, gamma };
    this.#isShaped = false;
    this.#exponent = rbf ? gamma * this.#nearest : 0;
  }

  /** Whether the floats of the kernel are an identity matrix. */
  get #isIdentity(): boolean {
    return this.#exponent > NO_FLOAT;
  }

  #shape(): void {
    if (this.#isShaped) return;
    this.#isShaped = true;
    const { exports } = this.#frame;
    const { name, gamma, coef0, degree } = this.#spec;
    exports.setKernel(KERNELS[name], gamma, coef0, degree, 0);
    const { products, squares, wide, floats } = this.#at;
    exports.shapeProducts(products, squares, this.#n, this.#ld, wide, floats, name === "rbf" ? FACTOR : 1);
  }

  /** Training samples of a split. */
  group(train: Int32Array): Grouped {
    const { weight } = this.#data;
    const rows = Int32Array.from(train.filter((i) => weight[i] > 0), (i) => this.#position[i]).sort();
    const k = this.#starts.length - 1;
    const starts = new Int32Array(k + 1);
    const runs: Int32Array[] = [];
    for (let c = 0, t = 0; c < k; c++) {
      const own: number[] = [];
      for (; t < rows.length && rows[t] < this.#starts[c + 1]; t++) {
        if (t > starts[c] && rows[t] === rows[t - 1] + 1) own[own.length - 1]++;
        else own.push(rows[t], 1);
      }
      starts[c + 1] = t;
      runs.push(Int32Array.from(own));
    }
    return { rows, starts, runs };
  }

  /** Bounds by position. */
  byPosition(upper: Float64Array): Float64Array {
    const own = new Float64Array(upper.length);
    this.#order.forEach((i, p) => own[p] = upper[i]);
    return own;
  }

  /** Turns to a pair of classes. */
  gather({ rows, starts, runs }: Grouped, a: number, b: number): void {
    const na = starts[a + 1] - starts[a];
    const n = na + starts[b + 1] - starts[b];
    this.#isFilled = false;
    const key = `${na},${n}`;
    let memo = this.#isIdentity ? this.#apart.get(key) : undefined;
    if (memo === undefined) {
      memo = new PairMemo();
      if (this.#isIdentity) this.#apart.set(key, memo);
    }
    this.#pair = { a, b, na, n, memo };
    const ld = round8(n);
    const frame = this.#frame;
    const at = this.#at;
    const own = frame.f64(at.diag, ld).fill(1);
    if (this.#isIdentity) return;
    this.#shape();
    const list = frame.i32(at.list, n);
    list.set(rows.subarray(starts[a], starts[a + 1]));
    list.set(rows.subarray(starts[b], starts[b + 1]), na);
    const both = frame.i32(at.runs, runs[a].length + runs[b].length);
    both.set(runs[a]);
    both.set(runs[b], runs[a].length);
    frame.exports.gatherRuns(at.floats, this.#ld, at.list, n, at.runs, both.length / 2, at.part, ld);
    this.#isFilled = true;
    if (this.#spec.name === "rbf") return;
    const matrix = frame.f64(at.wide, this.#n * this.#ld);
    for (let t = 0; t < n; t++) own[t] = matrix[list[t] * (this.#ld + 1)];
  }

  /** The matrix of a pair where it is the identity: no float beside it, and none is looked at there. */
  #fillIdentity(n: number): void {
    if (this.#isFilled) return;
    this.#isFilled = true;
    const ld = round8(n);
    const part = this.#frame.f32(this.#at.part, n * ld).fill(0);
    for (let t = 0; t < n; t++) part[t * (ld + 1)] = FACTOR;
  }

  /**
   * Solves the pair that was gathered, step by step as LIBSVM does.
   *
   * @param upper upper bound of α by position
   * @param coefs gets y·α: a row of all positions for each pair with the c-th other class
   * @returns the threshold
   */
  solve({ rows, starts }: Grouped, upper: Float64Array, tol: number, coefs: Float64Array): number {
    const { a, b, na, n, memo } = this.#pair as Pair;
    const ld = round8(n);
    const { exports } = this.#frame;
    const at = this.#at;
    const [F, beta, lo, hi] = [at.F, at.beta, at.lo, at.hi].map((p) => this.#frame.f64(p, ld).fill(0));
    let isEven = true;
    for (let t = 0, s = starts[a]; t < na; t++, s++) {
      hi[t] = upper[rows[s]];
      isEven &&= hi[t] === hi[0];
    }
    for (let t = na, s = starts[b]; t < n; t++, s++) {
      lo[t] = -upper[rows[s]];
      isEven &&= lo[t] === lo[na];
    }
    const bounds = [hi[0], -lo[na]] as const;
    const known = isEven ? memo.find(bounds, tol) : undefined;
    if (known === undefined) F.fill(-1, 0, na).fill(1, na, n);
    else {
      F.set(known.F);
      beta.set(known.beta);
    }
    if (known?.tol !== tol) {
      if (this.#isIdentity) this.#fillIdentity(n);
      exports.setScale(this.#spec.name === "rbf" ? 1 / FACTOR : 1);
      exports.setNewton(0);
      const { part, diag, up, down } = at;
      exports.smo((n + 3) & ~3, part, ld, diag, at.F, at.beta, at.lo, at.hi, up, down, tol, 10_000_000);
      if (isEven) {
        const [plus, minus] = known?.most ?? [0, 0];
        const most = [Math.max(plus, exports.mostPlus()), Math.max(minus, exports.mostMinus())] as const;
        memo.add({ bounds, tol, most, beta: beta.slice(0, n), F: F.slice(0, n) });
      }
    }
    const rowA = (b - 1) * this.#n, rowB = a * this.#n;
    let sum = 0, free = 0, above = Infinity, below = -Infinity;
    for (let t = 0, s = starts[a]; t < n; t++, s++) {
      if (t === na) s = starts[b];
      const v = beta[t];
      coefs[(t < na ? rowA : rowB) + rows[s]] = v;
      if (lo[t] === hi[t]) continue;
      const up = v < hi[t];
      if (up && v > lo[t]) {
        sum += F[t];
        free++;
      } else if (up) above = Math.min(above, F[t]);
      else below = Math.max(below, F[t]);
    }
    return free > 0 ? sum / free : (above + below) / 2;
  }

  /** Pairs whose decision values are more than their threshold: where samples are far apart, nothing is heard of the support vectors. */
  #heard(
    { rows, starts }: Pick<Grouped, "rows" | "starts">,
    coefs: Float64Array,
    rho: Float64Array,
    samples: Int32Array,
  ): Uint8Array {
    const heard = new Uint8Array(rho.length);
    const own = new Set(rows);
    if (this.#exponent < 40 || samples.some((i) => own.has(this.#position[i]))) return heard.fill(1);
    if (this.#exponent > NO_DOUBLE) return heard;
    const k = starts.length - 1;
    const largest = 2 ** -this.#exponent;
    const total = (c: number, r: number): number => {
      let sum = 0;
      for (let t = starts[c]; t < starts[c + 1]; t++) sum += Math.abs(coefs[r * this.#n + rows[t]]);
      return sum;
    };
    for (let a = 0, p = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++, p++) {
        heard[p] = (total(a, b - 1) + total(b, a)) * largest > 2 ** -55 * Math.abs(rho[p]) ? 1 : 0;
      }
    }
    return heard;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#frame[Symbol.dispose]();
  }

  /** Decision values of all pairs, sample after sample, as `pairDecisions` gives them. */
  decide({ rows, starts }: Grouped, coefs: Float64Array, rho: Float64Array, samples: Int32Array): Float64Array {
    const k = starts.length - 1;
    const pairs = rho.length;
    const m = samples.length;
    const all = new Float64Array(m * pairs);
    for (let i = 0; i < m; i++) for (let p = 0; p < pairs; p++) all[i * pairs + p] = 0 - rho[p];
    const heard = this.#heard({ rows, starts }, coefs, rho, samples);
    if (!heard.includes(1)) return all;
    this.#shape();
    const frame = this.#frame;
    const at = this.#at;
    const N = this.#n;
    frame.i32(at.list, m).set(Int32Array.from(samples, (i) => this.#position[i]));
    frame.f64(at.coefs, (k - 1) * N).set(coefs);
    const once = this.#spec.name === "rbf" ? 1 / WIDE : 1;
    const width = k * (k - 1);
    for (let c = 0; c < k; c++) {
      const first = this.#starts[c];
      const count = this.#starts[c + 1] - first;
      const { wide, list, out } = at;
      frame.exports.multiplyRows(
        ...[wide, this.#ld, list, m, first, count, at.coefs + first * 8, N, k - 1, out + c * (k - 1) * 8, width],
      );
    }
    const values = frame.f64(at.out, m * width);
    for (let i = 0, at = 0; i < m; i++) {
      const row = i * width;
      for (let a = 0; a < k; a++) {
        for (let b = a + 1; b < k; b++, at++) {
          all[at] += (values[row + a * (k - 1) + b - 1] + values[row + b * (k - 1) + a]) * once;
        }
      }
    }
    return all;
  }
}
