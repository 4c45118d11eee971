import type { NDArray } from "../array/mod.ts";
import { type DecisionModel, pairDecisions } from "./decision.ts";
import { DualMachine, type MachineOptions } from "./dual_machine.ts";
import {
  type FamilyData,
  type FamilyEntry,
  type FamilyGroup,
  type FamilyTask,
  kernelOf,
  largestUpper,
  upperOn,
} from "./family.ts";
import type { KernelSpec } from "./kernel.ts";
import { assemble } from "./one_vs_one.ts";
import { PairPath, type PathState } from "./pair_path.ts";
import type { DualSolution } from "./solver.ts";

/** Up to this many classes, all samples stand in every pair's machine: then decision values of all come with the fit. */
const FEW_CLASSES = 4;

/** Decision values of one fit, and what it took. */
export interface LargeFit {
  readonly entry: FamilyEntry;
  readonly split: number;
  readonly seconds: number;
  readonly scoreSeconds: number;
  readonly test: Float64Array;
  readonly train?: Float64Array;
}

/** Solutions for all samples: for each entry and pair, where each fold begins. */
export interface WholePaths {
  readonly states: readonly (readonly StoredState[])[];
  /** Numbers of the samples in each pair's machine. */
  readonly samples: readonly Int32Array[];
}

/** β of all samples, and their gradient without each fold's part; without the gradient where it is made anew as quickly. */
export interface StoredState {
  readonly beta: Float64Array;
  readonly F?: readonly Float64Array[];
}

/** A pair of classes: its samples, in order of classes, and their signs. */
interface Pair {
  readonly a: number;
  readonly b: number;
  /** Numbers of the samples in the machine. */
  readonly samples: Int32Array;
  readonly signs: Int8Array;
  /** Number of the fold that tests each; empty where folds do not matter. */
  readonly folds: Uint8Array;
  /** Place of each sample in the machine, where all have one. */
  readonly places: Int32Array | undefined;
}

/** A part at work: one group on some splits. */
export class LargeFamily implements Disposable {
  readonly #data: FamilyData;
  readonly #group: FamilyGroup;
  readonly #pairs: readonly Pair[];
  readonly #order: Int32Array;
  readonly #starts: Int32Array;
  readonly #nFolds: number;
  readonly #wide: boolean;
  #shared: { key: string; machine: DualMachine; options: MachineOptions } | undefined;

  constructor(data: FamilyData, group: FamilyGroup, way: FamilyTask["way"]) {
    this.#data = data;
    this.#group = group;
    const { encoded, weight, splits } = data;
    const k = encoded.classes.size;
    const starts = this.#starts = new Int32Array(k + 1);
    for (let c = 0; c < k; c++) starts[c + 1] = starts[c] + encoded.counts[c];
    this.#wide = k > 2 && k <= FEW_CLASSES;
    const folds = new Uint8Array(weight.length);
    if (way !== "paths") {
      for (const [s, [, test]] of splits.entries()) mark(folds, test, s);
    }
    // By class, then by fold: what a problem leaves out stands together, and whole stretches are passed over.
    const order = this.#order = sortedBy(encoded.codes, folds, k, splits.length);
    const pairs: Pair[] = [];
    const places = this.#wide ? placesOf(order) : undefined;
    for (let a = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++) {
        const samples = this.#wide ? order : joined(
          order.subarray(starts[a], starts[a + 1]),
          order.subarray(starts[b], starts[b + 1]),
        );
        const signs = signsOf(encoded.codes, samples, a, b);
        const own = way === "paths" ? new Uint8Array(0) : foldsAt(folds, samples);
        pairs.push({ a, b, samples, signs, folds: own, places: k === 2 ? placesOf(samples) : places });
      }
    }
    this.#pairs = pairs;
    this.#nFolds = splits.length;
  }

  /** The machine of a pair, begun anew. */
  #pathOf({ samples, signs, folds }: Pair, kernel: KernelSpec, grouped: boolean): PairPath {
    const { table } = this.#data;
    const key = `${kernel.gamma},${grouped}`;
    if (this.#shared?.key === key) return new PairPath(this.#shared.options, signs, this.#shared.machine);
    const { entries, cacheSize } = this.#group;
    const options: MachineOptions = {
      kernel,
      X: table.take(samples).data,
      rows: samples.length,
      width: table.shape[1],
      bound: largestUpper(this.#data, this.#data.splits[0][0], entries),
      tol: entries.reduce((t, e) => Math.min(t, e.tol), Infinity),
      cacheSize,
      isShared: true,
      groups: grouped ? folds : null,
      nGroups: grouped ? this.#nFolds : 0,
    };
    if (!this.#wide) return new PairPath(options, signs);
    this.#shared?.machine[Symbol.dispose]();
    const machine = new DualMachine(options);
    this.#shared = { key, machine, options };
    return new PairPath(options, signs, machine);
  }

  /** Upper bounds of a pair's samples: those of other classes, and those that are left out, have zero. */
  #upper({ samples, signs }: Pair, upper: Float64Array): Float64Array {
    const own = new Float64Array(samples.length);
    for (let t = 0; t < own.length; t++) if (signs[t] !== 0) own[t] = upper[samples[t]];
    return own;
  }

  /** Solves for all samples along all entries. */
  whole(): WholePaths {
    const { entries } = this.#group;
    const kernel = kernelOf(this.#group, this.#data.table);
    const states = entries.map((): StoredState[] => []);
    for (const pair of this.#pairs) {
      using path = this.#pathOf(pair, kernel, true);
      for (const [e, entry] of entries.entries()) {
        path.solve(this.#upper(pair, upperOn(this.#data, null, entry)), entry.tol);
        states[e].push(this.#store(path));
      }
    }
    return { states, samples: this.#pairs.map(({ samples }) => samples) };
  }

  #store(path: PairPath): StoredState {
    const { beta, F, parts } = path.save();
    if (path.machine.isQuick) return { beta };
    const n = path.machine.padded;
    return {
      beta,
      F: Array.from({ length: this.#nFolds }, (_, f) => {
        const own = new Float64Array(n);
        for (let i = 0, at = f * n; i < n; i++) own[i] = F[i] - parts[at + i];
        return own;
      }),
    };
  }

  /** Fits without each of some folds, from solutions for all samples. */
  *withoutFolds(splits: readonly number[], { states }: WholePaths, onTrain: boolean): Generator<LargeFit> {
    const kernel = kernelOf(this.#group, this.#data.table);
    const { entries } = this.#group;
    for (const s of splits) {
      const began = performance.now();
      const paths = this.#pairs.map((pair) => this.#wide ? undefined : this.#pathOf(pair, kernel, false));
      try {
        const common = (performance.now() - began) / 1000 / entries.length;
        for (const [e, entry] of entries.entries()) {
          const started = performance.now();
          const upper = upperOn(this.#data, null, entry);
          const collected = this.#collector(s, onTrain);
          for (const [p, pair] of this.#pairs.entries()) {
            const path = paths[p] ?? this.#pathOf(pair, kernel, false);
            const { beta, F } = states[e][p];
            path.solveFrom(beta, F?.[s], s, pair.folds, this.#upper(pair, upper), entry.tol);
            collected.add(path, p);
          }
          yield this.#fit(entry, s, common, started, collected);
        }
      } finally {
        for (const path of paths) path?.[Symbol.dispose]();
      }
    }
  }

  /** Fits for all samples along the entries, and from there without each fold; all in one memory. */
  *folds(onTrain: boolean): Generator<LargeFit> {
    const { entries } = this.#group;
    const kernel = kernelOf(this.#group, this.#data.table);
    const splits = [...this.#data.splits.keys()];
    const collected = entries.map(() => splits.map((s) => this.#collector(s, onTrain)));
    const seconds = entries.map(() => splits.map(() => 0));
    for (const [p, pair] of this.#pairs.entries()) {
      using path = this.#pathOf(pair, kernel, true);
      const before: { beta: Float64Array; F: Float64Array; loose: boolean }[] = [];
      for (const [e, entry] of entries.entries()) {
        const began = performance.now();
        const upper = this.#upper(pair, upperOn(this.#data, null, entry));
        path.solve(upper, entry.tol);
        const state: PathState = path.save();
        const common = (performance.now() - began) / splits.length;
        for (const s of splits) {
          const started = performance.now();
          // Where hardly anything stood at a bound, the fold's own last solution is the nearer one.
          if (before[s]?.loose) {
            path.solveFrom(before[s].beta, before[s].F, s, pair.folds, upper, entry.tol);
          } else {
            path.restore(state, upper);
            path.solveWithout(s, pair.folds, upper, entry.tol);
          }
          const { beta, F } = path.save();
          before[s] = { beta, F, loose: !path.isHeld };
          collected[e][s].add(path, p);
          seconds[e][s] += (performance.now() - started + common) / 1000;
        }
        path.restore(state, upper);
      }
    }
    for (const [e, entry] of entries.entries()) {
      for (const s of splits) yield this.#fit(entry, s, seconds[e][s], performance.now(), collected[e][s]);
    }
  }

  /** Fits along the entries for each of some splits, apart. */
  *paths(splits: readonly number[], onTrain: boolean): Generator<LargeFit> {
    const { entries } = this.#group;
    for (const s of splits) {
      const [train] = this.#data.splits[s];
      const kernel = kernelOf(
        this.#group,
        this.#group.gamma === "scale" ? this.#data.table.take(train) : this.#data.table,
      );
      const collected = entries.map(() => this.#collector(s, onTrain));
      const seconds = entries.map(() => 0);
      for (const [p, pair] of this.#pairs.entries()) {
        using path = this.#pathOf(pair, kernel, false);
        for (const [e, entry] of entries.entries()) {
          const started = performance.now();
          path.solve(this.#upper(pair, upperOn(this.#data, train, entry)), entry.tol);
          collected[e].add(path, p);
          seconds[e] += (performance.now() - started) / 1000;
        }
      }
      for (const [e, entry] of entries.entries()) {
        yield this.#fit(entry, s, seconds[e], performance.now(), collected[e]);
      }
    }
  }

  #fit(entry: FamilyEntry, split: number, common: number, started: number, collected: Collector): LargeFit {
    const fitted = performance.now();
    const { test, train } = collected.finish();
    return {
      entry,
      split,
      seconds: common + (fitted - started) / 1000,
      scoreSeconds: (performance.now() - fitted) / 1000,
      test,
      train,
    };
  }

  #collector(split: number, onTrain: boolean): Collector {
    return new Collector(this.#data, this.#group, this.#pairs, this.#order, this.#starts, split, onTrain);
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#shared?.machine[Symbol.dispose]();
  }
}

/** Where the fit of an entry to all `n` samples begins: β by the samples' numbers, from those of each pair's machine. */
export function startsOf({ states, samples }: WholePaths, entry: number, n: number): Float64Array[] {
  return states[entry].map(({ beta }, p) => {
    const own = samples[p];
    const start = new Float64Array(n);
    for (let t = 0; t < own.length; t++) start[own[t]] = beta[t];
    return start;
  });
}

/** Numbers of samples by class, then by fold, then as they stand. Counted: to compare them in pairs takes ten times as long. */
function sortedBy(codes: Int32Array, folds: Uint8Array, nClasses: number, nFolds: number): Int32Array {
  const next = new Int32Array(nClasses * nFolds + 1);
  for (let i = 0; i < codes.length; i++) next[codes[i] * nFolds + folds[i] + 1]++;
  for (let b = 1; b < next.length; b++) next[b] += next[b - 1];
  const order = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) order[next[codes[i] * nFolds + folds[i]]++] = i;
  return order;
}

function mark(folds: Uint8Array, samples: Int32Array, fold: number): void {
  for (let t = 0; t < samples.length; t++) folds[samples[t]] = fold;
}

function foldsAt(folds: Uint8Array, samples: Int32Array): Uint8Array {
  const out = new Uint8Array(samples.length);
  for (let t = 0; t < out.length; t++) out[t] = folds[samples[t]];
  return out;
}

function signsOf(codes: Int32Array, samples: Int32Array, a: number, b: number): Int8Array {
  const out = new Int8Array(samples.length);
  for (let t = 0; t < out.length; t++) {
    const code = codes[samples[t]];
    out[t] = code === a ? 1 : code === b ? -1 : 0;
  }
  return out;
}

function placesOf(samples: Int32Array): Int32Array {
  const places = new Int32Array(samples.length);
  for (let t = 0; t < places.length; t++) places[samples[t]] = t;
  return places;
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Gathers the decision values of one fit, pair by pair. */
class Collector {
  readonly #solutions: DualSolution[] = [];
  readonly #test: Float64Array;
  readonly #train: Float64Array | undefined;

  constructor(
    readonly data: FamilyData,
    readonly group: FamilyGroup,
    readonly pairs: readonly Pair[],
    readonly order: Int32Array,
    readonly starts: Int32Array,
    readonly split: number,
    onTrain: boolean,
  ) {
    const [train, test] = data.splits[split];
    this.#test = new Float64Array(test.length * pairs.length);
    this.#train = onTrain ? new Float64Array(train.length * pairs.length) : undefined;
  }

  /** The pair's fit stands in its machine now. */
  add(path: PairPath, p: number): void {
    const { places } = this.pairs[p];
    if (places === undefined) {
      this.#solutions.push(path.solution(true));
      return;
    }
    const [train, test] = this.data.splits[this.split];
    const count = this.pairs.length;
    const put = (rows: Int32Array, to: Float64Array): void => {
      const decided = path.decisions(rows.map((i) => places[i]));
      for (let i = 0; i < decided.length; i++) to[i * count + p] = decided[i];
    };
    put(test, this.#test);
    if (this.#train !== undefined) put(train, this.#train);
  }

  finish(): { test: Float64Array; train?: Float64Array } {
    if (this.pairs[0].places !== undefined) return { test: this.#test, train: this.#train };
    const { table, splits } = this.data;
    const [train, test] = splits[this.split];
    const X = this.group.gamma === "scale" ? table.take(train) : table;
    const { support, nSupport, dualCoef, intercept } = assemble(
      this.#solutions,
      this.order,
      this.starts,
      this.starts.length - 1,
    );
    const model: DecisionModel = {
      kernel: kernelOf(this.group, X),
      supportVectors: table.take(support),
      ...{ support, nSupport, dualCoef, intercept },
    };
    const decide = (rows: Int32Array): Float64Array => pairDecisions(model, table.take(rows) as NDArray<Float64Array>);
    return { test: decide(test), train: this.#train === undefined ? undefined : decide(train) };
  }
}
