import type { NDArray } from "../array/mod.ts";
import type { MachineOptions } from "./dual_machine.ts";
import type { KernelSpec } from "./kernel.ts";
import { KernelStore } from "./kernel_store.ts";
import { PairPath } from "./pair_path.ts";
import { crossValidatedSigmoid, drawFolds, fitSigmoid, type Sigmoid } from "./platt.ts";
import type { DualOptions, DualSolution, DualSolver } from "./solver.ts";
import { StepPath } from "./step_path.ts";

/** What a support vector classifier learns from. */
export interface TrainingSet {
  /** Samples, shape [nSamples, nFeatures]; for a precomputed kernel the matrix, shape [nSamples, nSamples]. */
  readonly X: NDArray<Float64Array>;
  /** Class of each sample, from 0. */
  readonly codes: Int32Array;
  /** Number of classes. */
  readonly nClasses: number;
  /** Upper bound of α of each sample. */
  readonly upper: Float64Array;
  /** Weight of each sample; those of weight zero are left out. */
  readonly weight: Float64Array;
}

/** How it learns. */
export interface TrainingOptions extends DualOptions {
  readonly kernel: KernelSpec;
  /** Memory for kernel values in MiB. */
  readonly cacheSize: number;
  readonly solver: DualSolver;
  /** Where the share of errors is given, and not their cost: that share. */
  readonly nu?: number;
  /** Seed of the folds that probabilities are learned from; undefined when none are wanted. */
  readonly plattSeed?: number;
  /** β of all samples near the solution, for each pair; where it is known. Small pairs make no use of it. */
  readonly starts?: readonly Float64Array[];
}

/** What was learned: a machine for each pair of classes, on support vectors they share. */
export interface OneVsOneModel {
  /** Numbers of the support vectors, class by class. */
  readonly support: Int32Array;
  /** How many each class has. */
  readonly nSupport: Int32Array;
  /** Row c holds, for the support vectors of class i, y·α of the pair of i with the c-th other class. */
  readonly dualCoef: Float64Array;
  /** Constant of each pair: (0, 1), (0, 2), …, (1, 2), … */
  readonly intercept: Float64Array;
  /** Iterations of each pair. */
  readonly iterations: Int32Array;
  readonly converged: boolean;
  /** Sigmoid of each pair, when asked for. */
  readonly sigmoids: Sigmoid[];
}

/**
 * From this many samples in a pair on, it is solved on two levels, which takes a path of its own to the optimum; below,
 * step by step as LIBSVM does.
 */
export const LARGE_PAIR = 1000;

/** Samples grouped by class, in their order within each; those of weight zero left out. */
export function groupByClass(
  { codes, nClasses, weight }: Pick<TrainingSet, "codes" | "nClasses" | "weight">,
): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(nClasses + 1);
  for (let i = 0; i < codes.length; i++) if (weight[i] > 0) starts[codes[i] + 1]++;
  for (let c = 0; c < nClasses; c++) starts[c + 1] += starts[c];
  const next = starts.slice();
  const order = new Int32Array(starts[nClasses]);
  for (let i = 0; i < codes.length; i++) if (weight[i] > 0) order[next[codes[i]]++] = i;
  return { order, starts };
}

/** Positions of the samples of two classes, the first before the second. */
export function pairOf(starts: Int32Array, a: number, b: number): { samples: Int32Array; signs: Int8Array } {
  const na = starts[a + 1] - starts[a];
  const n = na + starts[b + 1] - starts[b];
  const samples = new Int32Array(n);
  for (let t = 0; t < n; t++) samples[t] = t < na ? starts[a] + t : starts[b] + t - na;
  const signs = new Int8Array(n).fill(1, 0, na).fill(-1, na);
  return { samples, signs };
}

/**
 * Learns one machine for each pair of classes.
 *
 * Source: U. Kreßel, "Pairwise classification and support vector machines" (1999).
 */
export function trainOneVsOne(set: TrainingSet, options: TrainingOptions): OneVsOneModel {
  const { nClasses } = set;
  const { order, starts } = groupByClass(set);
  // A matrix is read where it lies.
  const grouped = options.kernel.name === "precomputed" ? set.X : set.X.take(order);
  const upper = pick(set.upper, order);
  let kept: KernelStore | undefined;
  const solutions: DualSolution[] = [];
  const sigmoids: Sigmoid[] = [];
  for (let a = 0; a < nClasses; a++) {
    for (let b = a + 1; b < nClasses; b++) {
      const { samples, signs } = pairOf(starts, a, b);
      const way = samples.length < LARGE_PAIR || options.maxIter !== -1 ? "store" : wayOf(options, samples.length);
      if (way !== "store") {
        const start = options.starts?.[solutions.length];
        const solve = way === "steps" ? solveInSteps : solveLarge;
        const { solution, sigmoid } = solve(grouped, samples, signs, upper, { ...options, start, order });
        solutions.push(solution);
        if (sigmoid !== undefined) sigmoids.push(sigmoid);
        continue;
      }
      const store = kept ??= new KernelStore(options.kernel, grouped, starts, order, options.cacheSize);
      if (options.plattSeed !== undefined) {
        sigmoids.push(crossValidatedSigmoid(store, samples, signs, upper, options, options.plattSeed));
      }
      solutions.push(options.solver({
        kernel: store.view(samples),
        y: signs,
        p: new Float64Array(samples.length).fill(-1),
        upper: pick(upper, samples),
      }, options));
    }
  }
  return { ...assemble(solutions, order, starts, nClasses), sigmoids };
}

function pick<A extends Float64Array | Int32Array>(values: A, at: Int32Array): A {
  const out = new (values.constructor as new (n: number) => A)(at.length);
  for (let k = 0; k < at.length; k++) out[k] = values[at[k]];
  return out;
}

/**
 * How a large pair is solved. Kernels that may not be positive have many optima: there, and for a given share of errors,
 * the path is LIBSVM's, on a matrix of the whole pair where memory allows.
 */
function wayOf({ kernel, nu, cacheSize }: TrainingOptions, samples: number): "blocks" | "steps" | "store" {
  if (nu === undefined && kernel.name !== "sigmoid" && kernel.name !== "precomputed") return "blocks";
  return samples * samples * 4 <= cacheSize * 2 ** 20 ? "steps" : "store";
}

/** What a pair's machine is made of. */
function pairOptions(
  grouped: NDArray<Float64Array>,
  samples: Int32Array,
  order: Int32Array,
  kernel: KernelSpec,
): Pick<MachineOptions, "X" | "rows" | "width" | "at" | "kernel"> {
  const rows = samples.length;
  const width = grouped.shape[1];
  return kernel.name === "precomputed"
    ? { X: grouped.data, rows, width, at: pick(order, samples), kernel }
    : { X: grouped.take(samples).data, rows, width, kernel };
}

/** A pair of many samples step by step; its sigmoid is learned from folds that are fitted from nothing. */
function solveInSteps(
  grouped: NDArray<Float64Array>,
  samples: Int32Array,
  signs: Int8Array,
  upper: Float64Array,
  { kernel, cacheSize, tol, nu, plattSeed, order }: TrainingOptions & { order: Int32Array },
): { solution: DualSolution; sigmoid?: Sigmoid } {
  const own = pick(upper, samples);
  const bound = own.reduce((m, v) => Math.max(m, v), 0);
  using path = new StepPath({ ...pairOptions(grouped, samples, order, kernel), bound, tol, cacheSize }, signs);
  const solution = path.solution(path.solve({ upper: own, tol, nu }));
  if (plattSeed === undefined) return { solution };
  const decisions = new Float64Array(samples.length);
  for (const held of drawFolds(samples.length, plattSeed).held) {
    const rest = own.slice();
    for (const t of held) rest[t] = 0;
    const sides = [1, -1].map((s) => signs.some((v, t) => v === s && rest[t] > 0));
    if (sides[0] && sides[1]) path.solve({ upper: rest, tol, nu });
    const decided = path.decisions(held);
    held.forEach((t, k) => decisions[t] = sides[0] && sides[1] ? decided[k] : sides[0] ? 1 : -1);
  }
  return { solution, sigmoid: fitSigmoid(decisions, signs) };
}

/** A pair of many samples, with its sigmoid where it is wanted: the folds begin from the solution of all. */
function solveLarge(
  grouped: NDArray<Float64Array>,
  samples: Int32Array,
  signs: Int8Array,
  upper: Float64Array,
  { kernel, cacheSize, tol, plattSeed, start, order }: TrainingOptions & { start?: Float64Array; order: Int32Array },
): { solution: DualSolution; sigmoid?: Sigmoid } {
  const own = pick(upper, samples);
  const folds = plattSeed === undefined ? undefined : drawFolds(samples.length, plattSeed);
  using path = new PairPath({
    ...pairOptions(grouped, samples, order, kernel),
    bound: own.reduce((m, v) => Math.max(m, v), 0),
    tol,
    cacheSize,
    groups: folds?.of,
    nGroups: folds?.held.length,
  }, signs);
  const near = start && Float64Array.from(samples, (i) => start[order[i]]);
  const solution = path.solution(near === undefined ? path.solve(own, tol) : path.solveNear(near, own, tol));
  if (folds === undefined) return { solution };
  const state = path.save();
  const decisions = new Float64Array(samples.length);
  for (const [fold, held] of folds.held.entries()) {
    path.restore(state, own);
    path.solveWithout(fold, folds.of, own, tol);
    path.decisions(held).forEach((d, k) => decisions[held[k]] = d);
  }
  return { solution, sigmoid: fitSigmoid(decisions, signs) };
}

/** The machines of all pairs as one model. */
export function assemble(
  solutions: readonly DualSolution[],
  order: Int32Array,
  starts: Int32Array,
  nClasses: number,
): Omit<OneVsOneModel, "sigmoids"> {
  const coefs = new Float64Array((nClasses - 1) * order.length);
  let k = 0;
  for (let a = 0; a < nClasses; a++) {
    for (let b = a + 1; b < nClasses; b++, k++) {
      const { alpha } = solutions[k];
      const na = starts[a + 1] - starts[a];
      for (let t = 0; t < alpha.length; t++) {
        if (alpha[t] === 0) continue;
        const i = t < na ? starts[a] + t : starts[b] + t - na;
        coefs[(t < na ? b - 1 : a) * order.length + i] = t < na ? alpha[t] : -alpha[t];
      }
    }
  }
  return {
    ...supportOf(coefs, order, starts, nClasses),
    intercept: Float64Array.from(solutions, (s) => -s.rho),
    iterations: Int32Array.from(solutions, (s) => s.iterations),
    converged: solutions.every((s) => s.converged),
  };
}

/**
 * Support vectors and what is said of them.
 *
 * @param coefs a row for each class but one: y·α of all samples, class by class
 * @param order number of each of those samples
 * @param starts where each class begins
 */
export function supportOf(
  coefs: Float64Array,
  order: Int32Array,
  starts: Int32Array,
  nClasses: number,
): Pick<OneVsOneModel, "support" | "nSupport" | "dualCoef"> {
  const n = order.length;
  const places: number[] = [];
  const nSupport = new Int32Array(nClasses);
  for (let c = 0; c < nClasses; c++) {
    for (let i = starts[c]; i < starts[c + 1]; i++) {
      for (let r = i; r < coefs.length; r += n) {
        if (coefs[r] === 0) continue;
        places.push(i);
        nSupport[c]++;
        break;
      }
    }
  }
  const kept = Int32Array.from(places);
  const dualCoef = new Float64Array((nClasses - 1) * kept.length);
  for (let r = 0; r < nClasses - 1; r++) {
    for (let s = 0; s < kept.length; s++) dualCoef[r * kept.length + s] = coefs[r * n + kept[s]];
  }
  return { support: kept.map((i) => order[i]), nSupport, dualCoef };
}
