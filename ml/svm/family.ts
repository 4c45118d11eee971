import type { Labels, MatrixLike, NDArray } from "../array/mod.ts";
import type { FitFamily, FitPlan, KnownOutputs, Params, PlannedPart } from "../base/mod.ts";
import {
  checkArray,
  checkLabels,
  checkSampleWeight,
  type ClassWeight,
  computeClassWeight,
  type Encoded,
  encodeLabels,
} from "../utils/mod.ts";
import { explicitWidth } from "./features.ts";
import { isSymmetric } from "./given_matrix.ts";
import type { KernelSpec } from "./kernel.ts";
import { LARGE_PAIR } from "./one_vs_one.ts";
import { planSteps } from "./step_plan.ts";

/** Hyperparameters that change a machine, beside the kernel: one fit of a group. */
export interface FamilyEntry {
  readonly C: number;
  readonly tol: number;
  readonly classWeight: ClassWeight;
  /** Share of errors, where that is given; then C is 1. */
  readonly nu?: number;
  /** Numbers of the candidates that this fit stands for. */
  readonly candidates: readonly number[];
}

/** Fits that share a kernel. */
export interface FamilyGroup {
  readonly kernel: "rbf" | "linear" | "poly" | "sigmoid" | "precomputed";
  /** Where a function of the user's makes the matrix: a candidate that has it. */
  readonly own?: number;
  readonly gamma: "scale" | "auto" | number;
  readonly coef0: number;
  readonly degree: number;
  readonly cacheSize: number;
  /** Those that differ only in C stand together, the smallest first. */
  readonly entries: readonly FamilyEntry[];
}

/** What a part of the plan does: all entries of groups on some splits. */
export interface FamilyTask {
  /**
   * "small": every fit from nothing, on one stored matrix. "paths": along C for each split apart. "folds": along C for all
   * samples, and from there without each fold; "fold": the latter alone, after a stage "whole". "steps": step by step on a
   * kept matrix, which a stage "gram" has made, or looked at, where it is not the library's own.
   */
  readonly way: "small" | "paths" | "folds" | "fold" | "whole" | "steps" | "gram";
  readonly groups: readonly FamilyGroup[];
  readonly splits: readonly number[];
}

/** Data of a family, checked. */
export interface FamilyData {
  readonly table: NDArray<Float64Array>;
  readonly encoded: Encoded;
  readonly weight: Float64Array;
  readonly splits: FitFamily["splits"];
}

/** Fewest parts that leave room for many workers. */
export const MANY = 6;
/** So many parts of small problems: with fewer a thread waits longer for the last, and each part costs some messages. */
const SMALL_PARTS = 16;

/** Above this, γ times the mean squared distance of samples is taken to leave each by itself: a guess, for costs only. */
const NARROW = 5000;

/** Checks the data; throws where a fit would. */
export function familyData({ X, y, sampleWeight, splits }: FitFamily): FamilyData {
  const table = checkArray(X as MatrixLike);
  const encoded = encodeLabels(checkLabels(y as Labels));
  return { table, encoded, weight: checkSampleWeight(sampleWeight ?? undefined, table.shape[0]), splits };
}

/** The number that a group's `gamma` comes to for some samples. */
export function kernelOf({ kernel, gamma, coef0, degree }: FamilyGroup, X: NDArray<Float64Array>): KernelSpec {
  let value: number;
  if (typeof gamma === "number") value = gamma;
  else if (gamma === "auto") value = 1 / X.shape[1];
  else {
    const variance = X.var();
    value = variance === 0 ? 1 : 1 / (X.shape[1] * variance);
  }
  return { name: kernel, gamma: value, coef0, degree };
}

/** Upper bounds of α on a split's training samples, zero elsewhere; on all samples where no split is given. */
export function upperOn({ encoded, weight }: FamilyData, train: Int32Array | null, entry: FamilyEntry): Float64Array {
  const { codes } = encoded;
  const factors = factorsOn(encoded, train, entry.classWeight);
  for (let c = 0; c < factors.length; c++) factors[c] *= entry.C;
  const upper = new Float64Array(weight.length);
  if (train === null) { for (let i = 0; i < upper.length; i++) upper[i] = factors[codes[i]] * weight[i]; }
  else for (let t = 0; t < train.length; t++) upper[train[t]] = factors[codes[train[t]]] * weight[train[t]];
  return upper;
}

/** The largest of those bounds that any entry has on a split's training samples. */
export function largestUpper(
  { encoded, weight }: FamilyData,
  train: Int32Array,
  entries: readonly FamilyEntry[],
): number {
  const heaviest = new Float64Array(encoded.classes.size);
  for (let t = 0; t < train.length; t++) {
    const i = train[t], c = encoded.codes[i];
    if (weight[i] > heaviest[c]) heaviest[c] = weight[i];
  }
  let largest = 0;
  for (const entry of entries) {
    const factors = factorsOn(encoded, train, entry.classWeight);
    for (let c = 0; c < factors.length; c++) largest = Math.max(largest, factors[c] * entry.C * heaviest[c]);
  }
  return largest;
}

/** What C is multiplied by for each class. */
function factorsOn(encoded: Encoded, train: Int32Array | null, classWeight: ClassWeight): Float64Array {
  if (classWeight === null || train === null) return computeClassWeight(classWeight, encoded);
  const codes = Int32Array.from(train, (i) => encoded.codes[i]);
  const counts = new Int32Array(encoded.classes.size);
  for (const c of codes) counts[c]++;
  return computeClassWeight(classWeight, { ...encoded, codes, counts });
}

/** What a kernel's values hang on. */
const SHAPES: Readonly<Record<FamilyGroup["kernel"], readonly string[]>> = {
  linear: [],
  precomputed: [],
  rbf: ["gamma"],
  sigmoid: ["gamma", "coef0"],
  poly: ["gamma", "coef0", "degree"],
};

/** Groups of the candidates that can be planned. */
function groupsOf(candidates: readonly (Params | undefined)[]): FamilyGroup[] {
  const groups = new Map<string, { head: Params; entries: Map<string, { head: Params; candidates: number[] }> }>();
  const functions: unknown[] = [];
  for (const [c, p] of candidates.entries()) {
    if (p === undefined) continue;
    const { kernel } = p;
    if (typeof kernel === "function" && !functions.includes(kernel)) functions.push(kernel);
    const shape = typeof kernel === "function"
      ? [functions.indexOf(kernel)]
      : [kernel, ...SHAPES[kernel as FamilyGroup["kernel"]].map((name) => p[name])];
    const key = JSON.stringify(shape);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = { head: p, entries: new Map() });
    const { classWeight } = p;
    const weightKey = classWeight instanceof Map ? [...classWeight] : classWeight;
    const entryKey = JSON.stringify(p.nu === undefined ? [p.C, p.tol, weightKey] : [p.nu, p.tol]);
    const entry = group.entries.get(entryKey);
    if (entry === undefined) group.entries.set(entryKey, { head: p, candidates: [c] });
    else entry.candidates.push(c);
  }
  return [...groups.values()].map(({ head, entries }) => ({
    kernel: typeof head.kernel === "function" ? "precomputed" : head.kernel as "rbf",
    own: typeof head.kernel === "function" ? [...entries.values()][0].candidates[0] : undefined,
    gamma: (SHAPES[head.kernel as FamilyGroup["kernel"]] ?? []).length === 0 ? 1 : head.gamma as number,
    coef0: head.coef0 as number,
    degree: head.degree as number,
    cacheSize: head.cacheSize as number,
    entries: [...entries.values()].map(({ head, candidates }) => ({
      C: head.nu === undefined ? head.C as number : 1,
      tol: head.tol as number,
      classWeight: head.nu === undefined ? head.classWeight as ClassWeight : null,
      nu: head.nu as number | undefined,
      candidates,
    })).sort((a, b) => compare(weightOf(a), weightOf(b)) || a.C - b.C || b.tol - a.tol),
  }));
}

/** What tells entries' class weights apart. */
export function weightOf({ classWeight }: FamilyEntry): string {
  return JSON.stringify(classWeight instanceof Map ? [...classWeight] : classWeight);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when each sample is tested once and trains in all other splits: then folds are the whole without their tests. */
function areFolds(splits: FitFamily["splits"], n: number): boolean {
  if (splits.length < 2 || splits.length > 250) return false;
  const seen = new Uint8Array(n);
  return splits.every(([train, test]) => train.length + test.length === n && areNew(test, seen));
}

/** Marks samples; false where one was marked before. */
function areNew(samples: Int32Array, seen: Uint8Array): boolean {
  for (let t = 0; t < samples.length; t++) if (seen[samples[t]]++ > 0) return false;
  return true;
}

/** Splits whose training samples hold every class; of the others, the estimator itself says what is wrong. */
function soundSplits({ encoded, weight, splits }: FamilyData): number[] {
  return [...splits.keys()].filter((s) => {
    const counts = countClasses(encoded, splits[s][0], weight);
    return counts.every((count) => count > 0);
  });
}

/** Size of the largest pair of classes in any training set. */
function largestPair({ encoded, splits }: FamilyData): number {
  let largest = 0;
  for (const [train] of splits) {
    const [a, b = 0] = countClasses(encoded, train).sort().reverse();
    largest = Math.max(largest, a + b);
  }
  return largest;
}

/** How many samples each class has among some; where weights are given, without those of weight zero. */
function countClasses({ codes, classes }: Encoded, samples: Int32Array, weight?: Float64Array): Int32Array {
  const counts = new Int32Array(classes.size);
  for (let t = 0; t < samples.length; t++) {
    const i = samples[t];
    if (weight === undefined || weight[i] > 0) counts[codes[i]]++;
  }
  return counts;
}

/**
 * Plans a family of fits.
 *
 * @param candidates parameters of each candidate in full; undefined for those that cannot be planned
 */
export function planFamily(family: FitFamily, candidates: readonly (Params | undefined)[]): FitPlan | null {
  let data: FamilyData;
  try {
    data = familyData(family);
  } catch {
    // The fits will say what is wrong.
    return null;
  }
  const splits = soundSplits(data);
  const [n, width] = data.table.shape;
  let groups = groupsOf(candidates);
  if (splits.length === 0 || groups.length === 0 || data.encoded.classes.size < 2) return null;
  const small = largestPair(data) < LARGE_PAIR && n * n * 8 <= groups[0].cacheSize * 2 ** 20;
  const isStepped = ({ kernel, own, entries }: FamilyGroup): boolean =>
    own !== undefined || entries[0].nu !== undefined || (!small && (kernel === "sigmoid" || kernel === "precomputed"));
  const stepped = planSteps(groups.filter(isStepped), data, splits);
  groups = groups.filter((g) => !isStepped(g));
  // A matrix is no samples for other kernels.
  const isMatrix = groups.every((g) => g.kernel === "precomputed") && small && isSymmetric(data.table, 0);
  groups = groups.filter((g) => g.kernel !== "precomputed" || isMatrix);
  if (groups.length === 0) return stepped.parts.length === 0 ? null : stepped;
  if (small) return { ...stepped, parts: [...stepped.parts, ...smallParts(groups, splits, data.table)] };
  const whole = splits.length === family.splits.length && areFolds(family.splits, n);
  const parts = [...stepped.parts];
  const stages = [...stepped.stages ?? []];
  // A group for each class weight: where one ends, the next begins from nothing anyway.
  const paths = groups.flatMap((g) => {
    const keys = [...new Set(g.entries.map(weightOf))];
    return keys.map((key) => ({ ...g, entries: g.entries.filter((e) => weightOf(e) === key) }));
  });
  const kept = n * n * 4 <= groups[0].cacheSize * 2 ** 20 && width >= 12;
  for (const group of paths) {
    const { kernel, gamma, entries } = group;
    const unit = entries.length * rowCost(group, width);
    const shares = whole && (kernel === "linear" || gamma !== "scale") && entries[0].classWeight !== "balanced";
    if (shares && kept && kernel !== "linear" && paths.length >= MANY) {
      parts.push(partOf("folds", [group], splits, unit * 3));
    } else if (shares && !(kept && kernel !== "linear")) {
      stages.push({ cost: unit * 2, task: { way: "whole", groups: [group], splits } });
      const at = stages.length - 1;
      for (const s of splits) parts.push({ ...partOf("fold", [group], [s], unit / 2), stages: [at] });
    } else for (const s of splits) parts.push(partOf("paths", [group], [s], unit));
  }
  return { stages, parts };
}

/** What a kernel row costs, in those of a product of few features; gaussian kernels want more of them, too. */
function rowCost(group: FamilyGroup, width: number): number {
  const { kernel, gamma, coef0, degree } = group;
  const factor = typeof gamma === "number" ? gamma : 1;
  const wide = explicitWidth({ name: kernel, gamma: factor, coef0, degree }, width);
  return wide < Infinity ? 1 + wide / 12 : kernel === "rbf" ? 4 + width / 10 : 6 + width / 7;
}

/** A part: all entries of groups on some splits. */
export function partOf(
  way: FamilyTask["way"],
  groups: readonly FamilyGroup[],
  splits: readonly number[],
  cost: number,
): PlannedPart {
  const fits = groups.flatMap((g) =>
    g.entries.flatMap((e) => e.candidates.flatMap((candidate) => splits.map((split) => ({ candidate, split }))))
  );
  const task: FamilyTask = { way, groups, splits };
  return { cost, task, fits };
}

/**
 * Many groups in few parts; few groups, split by split. Gaussian kernels so narrow that no sample hears of another stand in one part: they are one
 * problem.
 */
function smallParts(
  groups: readonly FamilyGroup[],
  splits: readonly number[],
  X: NDArray<Float64Array>,
): PlannedPart[] {
  const far = NARROW / (2 * X.shape[1] * X.var());
  const isNarrow = ({ kernel, gamma }: FamilyGroup): boolean =>
    kernel === "rbf" && typeof gamma === "number" && gamma > far;
  // As measured: a kernel's matrix costs what two of the fits on it do, and a fit of samples that hear nothing of each other an eighth of one.
  const cost = (g: FamilyGroup): number => isNarrow(g) ? g.entries.length / 8 : 2 + g.entries.length;
  if (groups.length < MANY) {
    return groups.flatMap((g) => splits.map((s) => partOf("small", [g], [s], cost(g))));
  }
  const narrow = groups.filter(isNarrow);
  const wide = groups.filter((g) => !isNarrow(g));
  const bins = Array.from(
    { length: Math.min(SMALL_PARTS, wide.length) },
    () => ({ cost: 0, groups: [] as FamilyGroup[] }),
  );
  for (const group of wide.sort((a, b) => cost(b) - cost(a))) {
    const bin = bins.reduce((a, b) => b.cost < a.cost ? b : a);
    bin.groups.push(group);
    bin.cost += cost(group);
  }
  if (narrow.length > 0) bins.push({ cost: narrow.reduce((t, g) => t + cost(g), 0), groups: narrow });
  return bins.map((bin) => partOf("small", bin.groups, splits, bin.cost * splits.length));
}

/** Outputs of a fit for samples, from the decision values of all pairs. */
export type OutputsOf = (candidate: number, decisions: Float64Array) => KnownOutputs;
