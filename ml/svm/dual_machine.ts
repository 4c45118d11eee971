import { KernelFrame } from "../kernels/mod.ts";
import * as svm from "../kernels/wasm/svm.ts";
import { type Features, prepareFeatures } from "./features.ts";
import { copyTimes, pickGroup, placesNotZero, valuesAt } from "./loops.ts";
import type { KernelSpec } from "./kernel.ts";

/** The functions of `assembly/svm.as`. */
// deno-lint-ignore no-explicit-any -- functions of numbers
type Exports = Record<string, (...args: any[]) => number>;

/** Where kernel values come from, as the module numbers it. */
const FEATURES = 0, SINGLE = 1, DOUBLE = 2, MATRIX = 3;
const KERNELS = { linear: 0, rbf: 1, poly: 2, sigmoid: 3, precomputed: 0 } as const;

/** Most samples that the inner solver works on at a time; it takes as many only where very many are free. */
const BLOCK = 2048;

/**
 * From this many free samples on, pairs are moved over all samples of a kept matrix. Its rows have to be there: that pays
 * at once where many problems share them, and otherwise where blocks do not suffice.
 */
const MANY_FREE = 300, MOST_FREE = 1400;

/** Steps at most where none are given: LIBSVM's own limit. */
const MOST_STEPS = 10_000_000;

/** From this many features on, a kernel value is worth keeping where memory allows. */
const KEEP_WIDTH = 12;

/** What a {@linkcode DualMachine} works on. */
export interface MachineOptions {
  readonly kernel: KernelSpec;
  /** Samples, row after row; for "precomputed" a matrix between these and others, `width` to a row. */
  readonly X: Float64Array;
  readonly rows: number;
  readonly width: number;
  /** For "precomputed", rows and columns of the samples in the matrix; those from 0 on if left out. */
  readonly at?: Int32Array;
  /** Whether to go step by step over the whole matrix, as LIBSVM does: where there may be many optima, or class sums are given. */
  readonly steps?: boolean;
  /** Largest bound of any β that will be asked for. */
  readonly bound: number;
  /** Smallest tolerance that will be asked for. */
  readonly tol: number;
  /** Memory for kernel values, in MiB. */
  readonly cacheSize: number;
  /** Groups of samples whose contributions to the gradient are kept apart, up to 255; null for none. */
  readonly groups?: Uint8Array | null;
  /** Number of groups. */
  readonly nGroups?: number;
  /** Whether Σβ is zero; true if left out. */
  readonly balanced?: boolean;
  /** Whether many problems will be solved. */
  readonly isShared?: boolean;
  /** Whether to compute in double precision in any case. */
  readonly precise?: boolean;
}

/**
 * Solves dual problems over one set of samples: minimise ½ βᵀKβ + baseᵀβ where lo ≤ β ≤ hi and Σβ stays as it is. β and
 * its gradient F = Kβ + base lie in WebAssembly memory, and go from one problem to the next: the next value of C, or
 * without the samples of a fold.
 */
export class DualMachine implements Disposable {
  /** Number of samples. */
  readonly rows: number;
  /** The same, up to a multiple of 8: length of all arrays here. Those beyond have bounds of zero. */
  readonly padded: number;
  readonly beta: Float64Array;
  readonly F: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** Kernel of each sample with itself. */
  readonly diagonal: Float64Array;
  /** What each group contributes to F, one after the other. */
  readonly parts: Float64Array;
  readonly #frame = new KernelFrame<Exports>(svm);
  readonly #options: MachineOptions;
  readonly #kind: number;
  readonly #nGroups: number;
  readonly #at: Record<string, number> = {};
  readonly #shift: Float64Array | undefined;
  readonly #set: () => void;
  /** Rows of kernel values that were added to F so far. */
  added = 0;
  /** Pairs that were moved so far. */
  moves = 0;
  /** Outer steps so far. */
  steps = 0;

  constructor(options: MachineOptions) {
    const { kernel, rows, width, groups = null } = options;
    this.#options = options;
    this.rows = rows;
    const n = this.padded = (rows + 7) & ~7;
    this.#nGroups = groups === null ? 0 : options.nGroups ?? 0;
    const precomputed = kernel.name === "precomputed";
    const steps = options.steps === true;
    // Steps follow LIBSVM's to the last digit: of products, as it has them.
    const features: Features = precomputed
      ? { data: options.X, width: 0, linear: false }
      : steps && kernel.name !== "rbf"
      ? { data: options.X, width, linear: false }
      : prepareFeatures(kernel, options.X, rows, width, options.balanced !== false);
    this.#shift = features.shift;
    const dim = features.width;
    const norms = squares(features, rows);
    const gamma = kernel.name === "rbf" ? kernel.gamma * Math.LOG2E : kernel.gamma;
    const largest = norms.reduce((a, b) => Math.max(a, b), 0);
    // Steps follow LIBSVM's values, too, where none of them is too small for a float: as a denormal number it would take long.
    const precise = options.precise === true || (steps && 4 * gamma * largest <= 120);
    const single = kernel.name === "rbf" && !precise &&
      options.bound * Math.sqrt(rows) * 6e-8 <= options.tol;
    const filler = single ? SINGLE : DOUBLE;
    const keeps = precomputed || steps ||
      !features.linear && dim >= KEEP_WIDTH && n * n * 4 <= options.cacheSize * 2 ** 20;
    this.#kind = features.linear ? FEATURES : keeps ? MATRIX : filler;
    const name = features.linear ? "linear" : kernel.name;
    const frame = this.#frame;
    const { exports } = frame;
    const apart = single && gamma * largest > 12 ? 1 : 0;
    const size = single ? 4 : 8;
    const q = steps ? 8 : Math.min(BLOCK, n);
    const at = this.#at;
    at.tiles = frame.temp(n * dim * size + 64);
    at.norms = frame.temp(n * size);
    for (const array of ["diagonal", "beta", "F", "lo", "hi"]) at[array] = frame.temp(n * 8);
    at.parts = frame.temp(Math.max(8, this.#nGroups * n * 8));
    at.groups = frame.temp(n);
    at.matrix = keeps ? frame.temp(n * n * 4) : 0;
    at.filled = keeps && !precomputed ? frame.temp((n + 1) * 4) : 0;
    at.room = frame.temp(exports.roomBytes(q, dim));
    at.scratch = frame.temp(exports.scratchBytes(n, dim));
    at.newton = frame.temp(exports.newtonBytes());
    at.spare = keeps ? frame.temp(exports.spareBytes(n)) : 0;
    at.list = frame.temp(n * 4);
    at.coefs = frame.temp(n * 8);
    this.diagonal = frame.f64(at.diagonal, n);
    this.beta = frame.f64(at.beta, n).fill(0);
    this.F = frame.f64(at.F, n).fill(0);
    this.lo = frame.f64(at.lo, n).fill(0);
    this.hi = frame.f64(at.hi, n).fill(0);
    this.parts = frame.f64(at.parts, this.#nGroups * n).fill(0);
    frame.u8(at.groups, n).fill(0).set(groups ?? []);
    if (at.filled !== 0) frame.i32(at.filled, n + 1).fill(0);
    const factor = kernel.name === "rbf" ? -gamma : 1;
    if (precomputed) this.#takeMatrix(options, n);
    else {
      tile(features, rows, single ? frame.f32(at.tiles, n * dim) : frame.f64(at.tiles, n * dim));
      const to = single ? frame.f32(at.norms, n) : frame.f64(at.norms, n);
      to.fill(0);
      copyTimes(norms, factor, to);
      this.diagonal.fill(1);
      fillDiagonal(name, kernel, norms, this.diagonal);
    }
    this.#set = () => {
      exports.setKernel(KERNELS[name], gamma, kernel.coef0, kernel.degree, apart);
      exports.setScratch(at.scratch);
      exports.setNewton(at.newton);
      exports.setSpare(at.spare, options.isShared === true ? MANY_FREE : MOST_FREE);
      const { tiles, norms, diagonal, matrix, filled, room } = at;
      exports.setSamples(this.#kind, n, dim, tiles, norms, diagonal, matrix, filled, filler, q, room);
    };
  }

  /** Whether kernel values are computed in single precision, or kept so. */
  get isSingle(): boolean {
    return this.#kind === SINGLE || this.#kind === MATRIX;
  }

  /** What a threshold in F has to be enlarged by, for kernel values of the samples as they were given. */
  get offset(): number {
    const shift = this.#shift;
    if (shift === undefined) return 0;
    let sum = 0;
    for (let i = 0; i < this.rows; i++) if (this.beta[i] !== 0) sum += this.beta[i] * shift[i];
    return sum;
  }

  /** Whether F is made from β in no time: the kernel is a product of few features. */
  get isQuick(): boolean {
    return this.#kind === FEATURES;
  }

  #takeMatrix(
    { X, rows, width, at = Int32Array.from({ length: rows }, (_, i) => i) }: MachineOptions,
    n: number,
  ): void {
    const matrix = this.#frame.f32(this.#at.matrix, n * n);
    matrix.fill(0, rows * n);
    this.diagonal.fill(1);
    for (let i = 0; i < rows; i++) {
      const from = at[i] * width;
      for (let j = 0, to = i * n; j < rows; j++) matrix[to + j] = X[from + at[j]];
      matrix.fill(0, i * n + rows, (i + 1) * n);
      this.diagonal[i] = X[from + at[i]];
    }
  }

  /** F += Σ coefs[t] · kernel row of rows[t], and to the groups' parts where there are any. */
  addRows(rows: ArrayLike<number>, coefs: ArrayLike<number>): void {
    this.#set();
    const groups = this.#options.groups;
    const list = this.#frame.i32(this.#at.list, this.padded);
    const values = this.#frame.f64(this.#at.coefs, this.padded);
    for (let g = 0; g < Math.max(1, this.#nGroups); g++) {
      const k = pickGroup(rows, coefs, this.#nGroups > 0 ? groups as Uint8Array : null, g, list, values);
      if (k === 0) continue;
      if (this.#options.steps === true) {
        this.#frame.exports.addExactly(this.#at.list, this.#at.coefs, k, this.#at.F);
        continue;
      }
      const also = this.#nGroups > 0 ? this.#at.parts + g * this.padded * 8 : 0;
      this.#frame.exports.addRows(this.#at.list, this.#at.coefs, k, this.#at.F, also);
      this.added += k;
    }
  }

  /** F from β and the linear term, from nothing. */
  refresh(base: ArrayLike<number>): void {
    this.F.fill(0);
    this.F.set(base);
    this.parts.fill(0);
    const rows = placesNotZero(this.beta, this.rows);
    this.addRows(rows, valuesAt(this.beta, rows));
  }

  /** Moves β to the optimum; true when it was reached. With `apart`, the groups' parts are kept up. */
  solve(tol: number, most: number, apart = this.#nGroups > 0): boolean {
    this.#set();
    const { exports } = this.#frame;
    const { F, beta, lo, hi, groups, parts } = this.#at;
    if (this.#options.steps === true) {
      return this.#count(exports.stepAll(F, beta, lo, hi, tol, most < 0 ? MOST_STEPS : most));
    }
    const done = exports.solve(F, beta, lo, hi, tol, most, apart ? groups : 0, parts, this.#nGroups);
    this.added += exports.added();
    this.moves += exports.moves();
    this.steps += exports.steps();
    return done === 1;
  }

  /**
   * The same where each class's sum of β stays as it is, and F is Kβ, which is made anew: each of them is a problem of its own.
   */
  solveNu(tol: number, most: number): boolean {
    this.#set();
    const { exports } = this.#frame;
    const { F, beta, lo, hi } = this.#at;
    this.refresh([]);
    return this.#count(exports.stepNu(F, beta, lo, hi, tol, most < 0 ? MOST_STEPS : most));
  }

  /** Pairs that were moved since it was asked last. */
  takeMoves(): number {
    const { moves } = this;
    this.moves = 0;
    return moves;
  }

  /** Counts moves, of which a negative number says that they were not enough. */
  #count(moves: number): boolean {
    this.moves += moves < 0 ? -moves - 1 : moves;
    return moves >= 0;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#frame[Symbol.dispose]();
  }
}

function fillDiagonal(name: string, kernel: KernelSpec, norms: Float64Array, to: Float64Array): void {
  for (let i = 0; i < norms.length; i++) to[i] = selfKernel(name, kernel, norms[i]);
}

function squares({ data, width }: Features, rows: number): Float64Array {
  const out = new Float64Array(rows);
  if (width === 0) return out;
  for (let i = 0, at = 0; i < rows; i++) {
    let sum = 0;
    for (const end = at + width; at < end; at++) sum += data[at] * data[at];
    out[i] = sum;
  }
  return out;
}

/** Lays samples out in tiles of eight, feature by feature. */
function tile({ data, width }: Features, rows: number, to: Float32Array | Float64Array): void {
  to.fill(0);
  for (let i = 0; i < rows; i++) {
    const at = (i >> 3) * 8 * width + (i & 7);
    for (let k = 0; k < width; k++) to[at + 8 * k] = data[i * width + k];
  }
}

/** Kernel of a sample with itself. */
function selfKernel(name: string, { gamma, coef0, degree }: KernelSpec, square: number): number {
  if (name === "rbf") return 1;
  if (name === "linear") return square;
  const value = gamma * square + coef0;
  return name === "poly" ? value ** degree : Math.tanh(value);
}
