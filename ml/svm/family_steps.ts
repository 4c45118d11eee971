import type { NDArray } from "../array/mod.ts";
import { pairDecisions } from "./decision.ts";
import type { MachineOptions } from "./dual_machine.ts";
import { SVMError } from "./errors.ts";
import { type FamilyData, type FamilyEntry, type FamilyGroup, kernelOf, upperOn } from "./family.ts";
import type { KernelSpec } from "./kernel.ts";
import { assemble, groupByClass, pairOf } from "./one_vs_one.ts";
import { PairPath } from "./pair_path.ts";
import type { DualSolution } from "./solver.ts";
import { StepPath } from "./step_path.ts";

/** Decision values of one fit, and what it took. */
export interface StepFit {
  readonly entry: FamilyEntry;
  readonly split: number;
  readonly seconds: number;
  readonly scoreSeconds: number;
  readonly test: Float64Array;
  readonly train?: Float64Array;
}

/** The kernel's matrix between all samples, where it is given. */
export interface GivenMatrix {
  readonly matrix: NDArray<Float64Array>;
  /** Whether it has one optimum: then solutions may begin at others. */
  readonly isPositive: boolean;
}

/** From so many splits on, which leave so much of the samples on average, their fits begin at the whole's solution. */
const MANY_SPLITS = 3, MOST_OF_THEM = 0.6;

/** What fits of one kernel come to, pair by pair. */
interface Collected {
  readonly solutions: DualSolution[];
  seconds: number;
  /** Whether it cannot be: its own fit will say why. */
  isImpossible?: boolean;
  test?: Float64Array;
  train?: Float64Array;
}

type Path = Pick<StepPath, "solution" | "decisions">;

/**
 * Fits of one kernel step by step on a matrix of each pair of classes, which all splits and entries share: every one from
 * nothing, as LIBSVM goes; or, where a matrix is given that has one optimum, from the one before it along the entries for
 * all samples, and from there for each split.
 */
export function* stepFits(
  data: FamilyData,
  group: FamilyGroup,
  splits: readonly number[],
  onTrain: boolean,
  given?: GivenMatrix,
): Generator<StepFit> {
  if (group.gamma !== "scale") {
    yield* fitsWith(kernelOf(group, data.table), data, group, splits, onTrain, given);
    return;
  }
  for (const s of splits) {
    yield* fitsWith(kernelOf(group, data.table.take(data.splits[s][0])), data, group, [s], onTrain, given);
  }
}

function* fitsWith(
  kernel: KernelSpec,
  data: FamilyData,
  group: FamilyGroup,
  splits: readonly number[],
  onTrain: boolean,
  given: GivenMatrix | undefined,
): Generator<StepFit> {
  const { entries } = group;
  const { codes, classes } = data.encoded;
  const k = classes.size;
  // All samples: those that a fit leaves out have bounds of zero.
  const weight = new Float64Array(codes.length).fill(1);
  const { order, starts } = groupByClass({ codes, nClasses: k, weight });
  const collected = entries.map(() => splits.map((): Collected => ({ solutions: [], seconds: 0 })));
  const uppers = entries.map((entry) => splits.map((s) => upperOn(data, data.splits[s][0], entry)));
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const { samples, signs } = pairOf(starts, a, b);
      const own = samples.map((p) => order[p]);
      const place = new Int32Array(k === 2 ? order.length : 0);
      if (k === 2) { for (let t = 0; t < own.length; t++) place[own[t]] = t; }
      const keep = (e: number, s: number, path: Path, seconds: number): void => {
        const fit = collected[e][s];
        fit.seconds += seconds;
        if (k > 2) fit.solutions.push(path.solution(true));
        else {
          const [train, test] = data.splits[splits[s]];
          fit.test = path.decisions(test.map((i) => place[i]));
          if (onTrain) fit.train = path.decisions(train.map((i) => place[i]));
        }
      };
      const options: MachineOptions = {
        kernel: given === undefined ? kernel : { ...kernel, name: "precomputed" },
        X: given === undefined ? data.table.take(own).data : given.matrix.data,
        width: (given?.matrix ?? data.table).shape[1],
        at: own,
        rows: own.length,
        bound: uppers.reduce((m, u) => u.reduce((t, v) => v.reduce((x, y) => Math.max(x, y), t), m), 0),
        tol: entries.reduce((t, e) => Math.min(t, e.tol), Infinity),
        cacheSize: group.cacheSize,
      };
      const of = (upper: Float64Array): Float64Array => Float64Array.from(own, (i) => upper[i]);
      const bounds = uppers.map((u) => u.map(of));
      if (given?.isPositive === true && entries[0].nu === undefined) {
        const wholes = fromWhole(data, splits) ? entries.map((e) => of(upperOn(data, null, e))) : undefined;
        warmFits(options, signs, entries, bounds, wholes, keep);
      } else coldFits(options, signs, entries, bounds, collected, keep);
    }
  }
  for (const [e, entry] of entries.entries()) {
    for (const [at, split] of splits.entries()) {
      const { solutions, seconds, test, train, isImpossible } = collected[e][at];
      if (isImpossible === true) continue;
      const began = performance.now();
      const decided = test === undefined
        ? decisionsOf(solutions, order, starts, kernel, data, split, onTrain, given)
        : { test, train };
      yield { entry, split, seconds, scoreSeconds: (performance.now() - began) / 1000, ...decided };
    }
  }
}

/** Whether there are so many splits of so many samples that a solution for all is worth its while. */
function fromWhole({ splits, weight }: FamilyData, own: readonly number[]): boolean {
  const trained = own.reduce((t, s) => t + splits[s][0].length, 0);
  return own.length >= MANY_SPLITS && trained >= MOST_OF_THEM * own.length * weight.length;
}

type Keep = (entry: number, split: number, path: Path, seconds: number) => void;

/** Every fit from nothing. */
function coldFits(
  options: MachineOptions,
  signs: Int8Array,
  entries: readonly FamilyEntry[],
  bounds: readonly (readonly Float64Array[])[],
  collected: readonly (readonly Collected[])[],
  keep: Keep,
): void {
  using path = new StepPath(options, signs);
  for (const [e, { tol, nu }] of entries.entries()) {
    for (const [s, upper] of bounds[e].entries()) {
      const began = performance.now();
      if (collected[e][s].isImpossible === true) continue;
      try {
        path.solve({ upper, tol, nu });
      } catch (error) {
        // More errors than a class has samples.
        if (!(error instanceof SVMError)) throw error;
        collected[e][s].isImpossible = true;
        continue;
      }
      keep(e, s, path, (performance.now() - began) / 1000);
    }
  }
}

/** Along the entries for all samples, and each split from there; or along the entries for each split. */
function warmFits(
  options: MachineOptions,
  signs: Int8Array,
  entries: readonly FamilyEntry[],
  bounds: readonly (readonly Float64Array[])[],
  wholes: readonly Float64Array[] | undefined,
  keep: Keep,
): void {
  using path = new PairPath({ ...options, steps: true }, signs);
  let began = performance.now();
  const spent = (): number => {
    const seconds = (performance.now() - began) / 1000;
    began = performance.now();
    return seconds;
  };
  if (wholes === undefined) {
    for (let s = 0; s < bounds[0].length; s++) {
      for (const [e, { tol }] of entries.entries()) {
        path.solve(bounds[e][s], tol);
        keep(e, s, path, spent());
      }
    }
    return;
  }
  for (const [e, { tol }] of entries.entries()) {
    path.solve(wholes[e], tol);
    const state = path.save();
    const share = spent() / bounds[e].length;
    for (const [s, upper] of bounds[e].entries()) {
      path.solveNear(state.beta, upper, tol);
      keep(e, s, path, spent() + share);
    }
    path.restore(state, wholes[e]);
  }
}

/** Decision values of several classes' fits: what the machines of all pairs say of samples. */
function decisionsOf(
  solutions: readonly DualSolution[],
  order: Int32Array,
  starts: Int32Array,
  kernel: KernelSpec,
  data: FamilyData,
  split: number,
  onTrain: boolean,
  given: GivenMatrix | undefined,
): { test: Float64Array; train?: Float64Array } {
  const model = assemble(solutions, order, starts, starts.length - 1);
  const table = given?.matrix ?? data.table;
  const decide = (rows: Int32Array): Float64Array =>
    pairDecisions({
      ...model,
      kernel: given === undefined ? kernel : { ...kernel, name: "precomputed" },
      supportVectors: given === undefined ? table.take(model.support) : table,
    }, table.take(rows) as NDArray<Float64Array>);
  const [train, test] = data.splits[split];
  return { test: decide(test), train: onTrain ? decide(train) : undefined };
}
