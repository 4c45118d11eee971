import { KernelFrame } from "../kernels/mod.ts";
import * as small from "../kernels/wasm/small_svm.ts";
import type { NDArray } from "../array/mod.ts";
import { type FamilyData, type FamilyGroup, kernelOf } from "./family.ts";
import { vote } from "./decision.ts";
import { PairMemo } from "./pair_memo.ts";
import { SmallProducts } from "./small_products.ts";
import type { Grouped, SmallOrder } from "./small_order.ts";

// deno-lint-ignore no-explicit-any -- functions of numbers
type Exports = Record<string, (...args: any[]) => number>;

const KERNELS = { linear: 0, rbf: 1, poly: 2, sigmoid: 3, precomputed: 0 } as const;

/** Gaussian kernel values are kept this many times larger as floats: as denormal numbers they would take a hundred times as long. */
const FACTOR = 2 ** 64;
/** And this many times larger as doubles; see `shapeProducts`. */
const WIDE = 2 ** 500;
/** Below two to minus this all floats of a gaussian kernel are zero; and all doubles. */
const NO_FLOAT = 151;
const NO_DOUBLE = 1075;

/** Samples that are decided together. */
const DECIDED = 48;
/** Bytes for the coefficients of fits that are solved together. */
const ROOM = 2 ** 25;
const MOST_MOVES = 10_000_000;

const round8 = (n: number): number => (n + 7) & ~7;

/** What a fit says of samples. */
export interface Told {
  /** The class of each that wins most of its pairs. */
  readonly winners: Int32Array;
  /** Decision values of all pairs, sample after sample, as `pairDecisions` gives them. */
  readonly decisions?: Float64Array;
}

/** A number for either class of a pair. */
type Ends = readonly [plus: number, minus: number];

/** A pair of classes that was gathered. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly na: number;
  readonly n: number;
  readonly memo: PairMemo;
}

/** Two to minus these are the largest value of a gaussian kernel between two samples, and the smallest. */
interface Exponents {
  readonly largest: number;
  readonly smallest: number;
}

/**
 * What many small problems over the same samples are solved with: the samples stand class by class. Fits that share a kernel and a split are
 * solved together; each has a number of its own, below {@linkcode SmallBench.room}.
 */
export class SmallBench implements Disposable {
  /** How many fits there is room for at a time. */
  readonly room: number;
  readonly #frame = new KernelFrame<Exports>(small);
  readonly #order: SmallOrder;
  readonly #n: number;
  readonly #ld: number;
  readonly #k: number;
  readonly #at: Record<string, number> = {};
  /** A pair's arrays, and the thresholds and coefficients of all fits. */
  readonly #views: Record<"F" | "beta" | "lo" | "hi" | "rho" | "coefs", Float64Array>;
  /** Squared distances of the samples, the smallest and the largest. */
  readonly #distances: { readonly smallest: number; readonly largest: number } = { smallest: Infinity, largest: 0 };
  readonly #products: SmallProducts | undefined;
  #kernel = "";
  #spec = { name: "linear" as keyof typeof KERNELS, gamma: 1, coef0: 0, degree: 3 };
  #isShaped = false;
  #exponents: Exponents = { largest: 0, smallest: 0 };
  #pair: Pair | undefined;
  /** Of each fit, the bound of each class's samples; NaN where they have several. */
  #bounds: readonly Float64Array[] = [];
  /** Problems of an identity matrix hang on nothing but their size. */
  readonly #apart = new Map<string, PairMemo>();

  /**
   * @param data the samples
   * @param order how they stand
   * @param fits how many share a kernel, at most
   * @param largest how many samples a pair has, at most
   * @param isMatrix whether they are the kernel's own symmetric matrix
   */
  constructor(data: FamilyData, order: SmallOrder, fits: number, largest: number, isMatrix = false) {
    this.#order = order;
    const { table } = data;
    const [n] = table.shape;
    const k = this.#k = data.encoded.classes.size;
    const ld = this.#ld = round8(n);
    this.#n = n;
    const [coefs, out] = [(k - 1) * n * 8, DECIDED * k * (k - 1) * 8];
    const room = this.room = Math.max(1, Math.min(fits, Math.floor(ROOM / (coefs + out))));
    const pair = round8(Math.max(n, largest));
    const at = this.#at;
    const frame = this.#frame;
    if (!isMatrix) {
      // Before all else: what rests is given up where there is no room.
      const products = this.#products = SmallProducts.of(frame, table.take(order.samples).data, n, ld);
      at.products = products.at;
      at.squares = products.squares;
      this.#distances = products.distances;
    }
    // Matrices have rows beyond the last, which are read and written, and never looked at.
    const sizes: Record<string, number> = {
      ...(isMatrix ? { products: ld * ld * 8, squares: ld * 8 } : {}),
      ...{
        floats: ld * ld * 4 + 64,
        shaped: DECIDED * ld * 8,
        part: largest * round8(largest) * 8 + 64,
      },
      ...{ list: pair * 4, runs: pair * 8, has: pair, coefs: room * coefs, out: room * out, uppers: room * n * 8 },
      ...{ rho: room * k * (k - 1) * 4, decided: DECIDED * k * (k - 1) * 4, bounds: pair + 128 },
      ...{ winners: DECIDED * 4, votes: k * 4, counted: DECIDED * 4, own: ld * 8 },
    };
    for (const name of ["diag", "F", "beta", "lo", "hi", "up", "down"]) sizes[name] = pair * 8;
    for (const [name, bytes] of Object.entries(sizes)) at[name] = frame.temp(bytes);
    const view = (name: string): Float64Array => frame.f64(at[name], sizes[name] / 8);
    const [F, beta, lo, hi, rho, allCoefs] = ["F", "beta", "lo", "hi", "rho", "coefs"].map(view);
    this.#views = { F, beta, lo, hi, rho, coefs: allCoefs };
    frame.i32(at.counted, DECIDED).forEach((_, i, all) => all[i] = i);
    if (isMatrix) {
      const products = frame.f64(at.products, ld * ld);
      const squares = frame.f64(at.squares, ld).fill(0);
      const { samples } = this.#order;
      for (let i = 0; i < n; i++) {
        const from = samples[i] * n;
        for (let j = 0; j < n; j++) products[i * ld + j] = table.data[from + samples[j]];
        squares[i] = products[i * ld + i];
      }
    }
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
    const { smallest, largest } = this.#distances;
    this.#exponents = rbf
      ? { largest: gamma * smallest, smallest: gamma * largest }
      : { largest: 0, smallest: Infinity };
  }

  /** Whether the floats of the kernel are an identity matrix. */
  get #isIdentity(): boolean {
    return this.#exponents.largest > NO_FLOAT;
  }

  /** What floats of the kernel are multiplied by. */
  get #factor(): number {
    return this.#spec.name === "rbf" ? FACTOR : 1;
  }

  #shape(): void {
    if (this.#isShaped) return;
    this.#isShaped = true;
    const { exports } = this.#frame;
    const { name } = this.#spec;
    const { products, squares, floats, own } = this.#at;
    this.#turn();
    exports.shapeProducts(products, squares, this.#n, this.#ld, floats, this.#factor);
    if (name !== "rbf") exports.shapeDiagonal(products, this.#n, this.#ld, own);
  }

  /** Turns to the kernel. */
  #turn(): void {
    const { name, gamma, coef0, degree } = this.#spec;
    this.#frame.exports.setKernel(KERNELS[name], gamma, coef0, degree, 0);
  }

  /** Begins fits on the same training samples: upper bounds of α of each, by sample. */
  begin({ rows, starts }: Grouped, uppers: readonly Float64Array[]): void {
    const { samples } = this.#order;
    const [n, k] = [this.#n, this.#k];
    const to = this.#frame.f64(this.#at.uppers, uppers.length * n);
    this.#bounds = uppers.map((upper, e) => {
      for (let p = 0; p < n; p++) to[e * n + p] = upper[samples[p]];
      return Float64Array.from({ length: k }, (_, c) => {
        const own = to[e * n + rows[starts[c]]];
        for (let t = starts[c]; t < starts[c + 1]; t++) if (to[e * n + rows[t]] !== own) return NaN;
        return own;
      });
    });
    this.#views.coefs.fill(0, 0, uppers.length * (k - 1) * n);
  }

  /** Turns to a pair of classes. */
  gather({ rows, starts, runs }: Grouped, a: number, b: number): void {
    const na = starts[a + 1] - starts[a];
    const n = na + starts[b + 1] - starts[b];
    const frame = this.#frame;
    const at = this.#at;
    const list = frame.i32(at.list, n);
    list.set(rows.subarray(starts[a], starts[a + 1]));
    list.set(rows.subarray(starts[b], starts[b + 1]), na);
    if (this.#isIdentity) {
      const key = `${na},${n}`;
      let memo = this.#apart.get(key);
      if (memo === undefined) this.#apart.set(key, memo = new PairMemo());
      this.#pair = { a, b, na, n, memo };
      return;
    }
    this.#pair = { a, b, na, n, memo: new PairMemo() };
    this.#shape();
    const ld = round8(n);
    const both = frame.i32(at.runs, runs[a].length + runs[b].length);
    both.set(runs[a]);
    both.set(runs[b], runs[a].length);
    frame.exports.gatherRuns(at.floats, this.#ld, at.list, n, at.runs, both.length / 2, at.has, at.part, ld);
    const diag = frame.f64(at.diag, ld).fill(1);
    if (this.#spec.name === "rbf") return;
    const own = frame.f64(at.own, this.#n);
    for (let t = 0; t < n; t++) diag[t] = own[list[t]];
  }

  /**
   * Solves the pair that was gathered, step by step as LIBSVM does.
   *
   * @param fit the fit's number
   * @param pair the pair's number
   * @returns how many moves lead to the optimum; negative where it was given up
   */
  solve(fit: number, pair: number, tol: number): number {
    const { a, b, na, n, memo } = this.#pair as Pair;
    const { exports } = this.#frame;
    const { list, F, beta, lo, hi, uppers, coefs } = this.#at;
    const views = this.#views;
    const k = this.#k;
    const rowA = coefs + (fit * (k - 1) + b - 1) * this.#n * 8;
    const rowB = coefs + (fit * (k - 1) + a) * this.#n * 8;
    const bounds = [this.#bounds[fit][a], this.#bounds[fit][b]] as const;
    const isEven = bounds[0] > 0 && bounds[1] > 0;
    const known = isEven ? memo.find(bounds, tol) : undefined;
    if (known?.tol === tol) {
      views.beta.set(known.beta);
      exports.spread(n, na, list, beta, rowA, rowB);
      views.rho[fit * k * (k - 1) / 2 + pair] = known.rho;
      return known.moves;
    }
    exports.prepare(n, na, list, uppers + fit * this.#n * 8, F, beta, lo, hi);
    if (known !== undefined) {
      views.F.set(known.F);
      views.beta.set(known.beta);
    }
    const own = this.#smo(n, tol);
    const moves = own < 0 ? own : own + (known?.moves ?? 0);
    exports.spread(n, na, list, beta, rowA, rowB);
    const rho = views.rho[fit * k * (k - 1) / 2 + pair] = exports.threshold(n, F, beta, lo, hi);
    if (!isEven) return moves;
    const [plus, minus] = known?.most ?? [0, 0];
    const most = [Math.max(plus, exports.mostPlus()), Math.max(minus, exports.mostMinus())] as const;
    if (!this.#isWanted(fit, a, b, bounds, most)) return moves;
    memo.add({ bounds, tol, most, moves, rho, beta: views.beta.slice(0, n), F: views.F.slice(0, n) });
    return moves;
  }

  /** Whether where a pair came to may be on the way of another fit: of any where it touched no bound, else of those with the same bounds. */
  #isWanted(fit: number, a: number, b: number, bounds: Ends, most: Ends): boolean {
    if (this.#isIdentity) return true;
    const touched = most[0] >= bounds[0] || most[1] >= bounds[1];
    return this.#bounds.some((own, f) => f > fit && (!touched || (own[a] === bounds[0] && own[b] === bounds[1])));
  }

  #smo(n: number, tol: number): number {
    const { exports } = this.#frame;
    const { diag, F, beta, lo, hi, up, down, bounds } = this.#at;
    const padded = round8(n);
    if (this.#isIdentity) {
      return exports.smoApart(padded, F, beta, lo, hi, up, down, bounds, tol, MOST_MOVES);
    }
    const rbf = this.#spec.name === "rbf";
    // Limits of curvatures and of differences of kernel values, with what rounding may add to them.
    const { largest, smallest } = this.#exponents;
    const least = rbf ? 2 - 2 * Math.fround(2 ** -(largest * (1 - 1e-6))) : 0;
    const range = rbf ? 1 - 2 ** -smallest + 1e-6 : Infinity;
    return exports.smo(
      ...[padded, diag, F, beta, lo, hi, up, down, bounds],
      ...[tol, MOST_MOVES, 1 / this.#factor, least, range, rbf ? 1 : 0],
    );
  }

  /** What a fit came to: coefficients of all samples in their order here, a row for each class but one, and thresholds of the pairs. */
  solution(fit: number): { coefs: Float64Array; rho: Float64Array } {
    const size = (this.#k - 1) * this.#n;
    return { coefs: this.#views.coefs.slice(fit * size, (fit + 1) * size), rho: this.#rho(fit).slice() };
  }

  /** Thresholds of a fit's pairs. */
  #rho(fit: number): Float64Array {
    const pairs = this.#k * (this.#k - 1) / 2;
    return this.#views.rho.subarray(fit * pairs, (fit + 1) * pairs);
  }

  /** Whether decision values are more than their threshold in any pair: where samples are far apart, nothing is heard of the support vectors. */
  #isHeard({ rows, starts, has }: Grouped, fit: number, samples: Int32Array): boolean {
    const { largest } = this.#exponents;
    if (largest < 40 || samples.some((i) => has[i] !== 0)) return true;
    if (largest > NO_DOUBLE) return false;
    const k = this.#k;
    const n = this.#n;
    const rho = this.#rho(fit);
    const coefs = this.#views.coefs.subarray(fit * (k - 1) * n, (fit + 1) * (k - 1) * n);
    const total = (c: number, r: number): number => {
      let sum = 0;
      for (let t = starts[c]; t < starts[c + 1]; t++) sum += Math.abs(coefs[r * n + rows[t]]);
      return sum;
    };
    for (let a = 0, p = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++, p++) {
        if ((total(a, b - 1) + total(b, a)) * 2 ** -largest > 2 ** -55 * Math.abs(rho[p])) return true;
      }
    }
    return false;
  }

  /**
   * What each of the fits that were begun says of some samples.
   *
   * @param fits how many they are
   * @param values whether decision values are wanted beside the classes that win
   */
  decide(grouped: Grouped, fits: number, samples: Int32Array, values: boolean): Told[] {
    const k = this.#k;
    const pairs = k * (k - 1) / 2;
    const m = samples.length;
    const all = Array.from({ length: fits }, (): Told => ({
      winners: new Int32Array(m),
      decisions: values ? new Float64Array(m * pairs) : undefined,
    }));
    const heard: number[] = [];
    for (const [e, { winners, decisions }] of all.entries()) {
      if (this.#isHeard(grouped, e, samples)) {
        heard.push(e);
        continue;
      }
      // The same for all samples.
      const own = this.#rho(e).map((v) => 0 - v);
      winners.fill(vote(own, k)[0]);
      for (let at = 0; decisions !== undefined && at < decisions.length; at += pairs) decisions.set(own, at);
    }
    if (heard.length === 0) return all;
    this.#turn();
    const frame = this.#frame;
    const { products, squares, shaped, counted, list, runs, out, decided, winners, votes, coefs, rho } = this.#at;
    const { positions } = this.#order;
    const first = heard[0];
    const width = ((heard.at(-1) as number) - first + 1) * (k - 1);
    const once = this.#spec.name === "rbf" ? 1 / WIDE : 1;
    frame.i32(list, m).set(Int32Array.from(samples, (i) => positions[i]));
    const train = grouped.spans.flatMap((spans) => [...spans]);
    for (let from = 0; from < m; from += DECIDED) {
      const count = Math.min(DECIDED, m - from);
      frame.i32(runs, train.length).set(train);
      const rows = [list + from * 4, count, this.#ld];
      frame.exports.shapeListed(products, squares, ...rows, runs, train.length / 2, shaped);
      for (const [c, spans] of grouped.spans.entries()) {
        frame.i32(runs, spans.length).set(spans);
        frame.exports.multiplyRows(
          ...[shaped, this.#ld, counted, count, runs, spans.length / 2],
          ...[coefs + first * (k - 1) * this.#n * 8, this.#n, width, out + c * width * 8, k * width],
        );
      }
      for (const e of heard) {
        const sums = out + (e - first) * (k - 1) * 8;
        frame.exports.combine(sums, k * width, width, count, k, once, rho + e * pairs * 8, decided);
        frame.exports.vote(decided, count, k, votes, winners);
        all[e].winners.set(frame.i32(winners, count), from);
        all[e].decisions?.set(frame.f64(decided, count * pairs), from * pairs);
      }
    }
    return all;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#products?.[Symbol.dispose]();
    this.#frame[Symbol.dispose]();
  }
}
