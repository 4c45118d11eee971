import { takeOff } from "./balance.ts";
import { startCold, thresholdOf } from "./cold_start.ts";
import { DualMachine, type MachineOptions } from "./dual_machine.ts";
import {
  bringBetween,
  clearGroup,
  haveGrownBy,
  multiply,
  negated,
  setBounds,
  shareBound,
  stretch,
  subtract,
} from "./loops.ts";
import type { DualSolution } from "./solver.ts";

/** C may grow this much at a time, and the solution still is a start for the next. */
const STRETCH = 25;

/** Where a path stands: what is needed to go on from there. */
export interface PathState {
  readonly beta: Float64Array;
  readonly F: Float64Array;
  readonly parts: Float64Array;
}

/**
 * Solutions of one pair of classes along growing bounds: each begins where the one before ended, scaled; and, for folds,
 * each without the samples of a fold.
 */
export class PairPath implements Disposable {
  readonly machine: DualMachine;
  readonly #options: MachineOptions;
  readonly #signs: Int8Array;
  readonly #base: Float64Array;
  readonly #isOwn: boolean;
  #upper: Float64Array | undefined;
  #precise: DualMachine | undefined;

  /**
   * @param options samples of both classes, and what is to be expected of the problems
   * @param signs 1 or −1 for each sample; 0 for those of other classes
   * @param machine one made of the same options, which others use too; one of its own if left out
   */
  constructor(options: MachineOptions, signs: Int8Array, machine?: DualMachine) {
    this.machine = machine ?? new DualMachine(options);
    this.#isOwn = machine === undefined;
    this.#options = options;
    this.#signs = signs;
    this.#base = negated(signs);
  }

  #bound(upper: ArrayLike<number>): void {
    const { lo, hi, rows } = this.machine;
    setBounds(lo, hi, this.#signs, upper, rows);
  }

  /**
   * Solves with these upper bounds of α; zero leaves a sample out.
   *
   * @returns whether the tolerance was reached
   */
  solve(upper: Float64Array, tol: number, most = -1): boolean {
    const ratio = this.#ratioTo(upper);
    this.#bound(upper);
    if (ratio === undefined) startCold(this.machine, this.#options, this.#signs, tol);
    else if (ratio !== 1 && this.#manyBound(ratio)) this.#scale(ratio);
    this.#upper = upper.slice();
    return this.#finish(tol, most);
  }

  /** Solves from β that are near the solution. */
  solveNear(near: Float64Array, upper: Float64Array, tol: number): boolean {
    this.#bound(upper);
    const { machine } = this;
    bringBetween(machine.beta, near, machine.lo, machine.hi);
    machine.refresh(this.#base);
    this.#balance();
    this.#upper = upper.slice();
    return this.#finish(tol, -1);
  }

  /** What all bounds have grown by; undefined where they have not, or by too much. */
  #ratioTo(upper: Float64Array): number | undefined {
    const old = this.#upper;
    if (old === undefined) return undefined;
    const first = old.findIndex((v) => v > 0);
    if (first < 0) return undefined;
    const ratio = upper[first] / old[first];
    if (!(ratio >= 1 && ratio <= STRETCH)) return undefined;
    return haveGrownBy(ratio, upper, old) ? ratio : undefined;
  }

  /** Whether bounds hold the solution where it stands. */
  get isHeld(): boolean {
    return this.#manyBound(1);
  }

  /** Whether it is the bounds that hold the solution: then it grows with them. Bounds are set already, from `ratio` smaller ones. */
  #manyBound(ratio: number): boolean {
    const { beta, lo, hi, rows } = this.machine;
    const { support, bound } = shareBound(beta, lo, hi, rows, ratio);
    return bound > 0.1 * support;
  }

  #scale(ratio: number): void {
    const { beta, F, lo, hi, parts, rows } = this.machine;
    stretch(beta, F, lo, hi, this.#signs, rows, ratio);
    multiply(parts, ratio);
  }

  #finish(tol: number, most: number): boolean {
    const { machine } = this;
    if (machine.solve(tol, most)) return true;
    if (most >= 0 || !machine.isSingle || this.#options.kernel.name === "precomputed") return false;
    // Single precision did not suffice.
    const precise = this.#precise ??= new DualMachine({ ...this.#options, precise: true, cacheSize: 0 });
    for (const name of ["beta", "lo", "hi"] as const) precise[name].set(machine[name]);
    precise.refresh(this.#base);
    const done = precise.solve(tol, most);
    for (const name of ["beta", "F", "parts"] as const) machine[name].set(precise[name]);
    return done;
  }

  /** Where it stands. */
  save(): PathState {
    const { beta, F, parts } = this.machine;
    return { beta: beta.slice(), F: F.slice(), parts: parts.slice() };
  }

  /** Goes back to where it stood, with those bounds. */
  restore({ beta, F, parts }: PathState, upper: Float64Array): void {
    this.machine.beta.set(beta);
    this.machine.F.set(F);
    this.machine.parts.set(parts);
    this.#upper = upper.slice();
  }

  /**
   * Solves without the samples of a group, from the solution with them, which `restore` has put here.
   *
   * @param upper upper bounds of α of all samples
   */
  solveWithout(group: number, groups: Uint8Array, upper: Float64Array, tol: number): boolean {
    const { beta, F, parts, padded, rows } = this.machine;
    subtract(F, parts, group * padded);
    return this.#leaveOut(group, groups, upper, tol, rows, beta);
  }

  /**
   * The same from β of all samples.
   *
   * @param F their gradient without the part of those left out; worked out if not given
   */
  solveFrom(
    beta: Float64Array,
    F: Float64Array | undefined,
    group: number,
    groups: Uint8Array,
    upper: Float64Array,
    tol: number,
  ): boolean {
    const { machine } = this;
    machine.beta.set(beta);
    if (F !== undefined) machine.F.set(F);
    else {
      clearGroup(machine.beta, groups, group, machine.rows);
      machine.refresh(this.#base);
    }
    return this.#leaveOut(group, groups, upper, tol, machine.rows, machine.beta);
  }

  #leaveOut(
    group: number,
    groups: Uint8Array,
    upper: Float64Array,
    tol: number,
    rows: number,
    beta: Float64Array,
  ): boolean {
    const own = upper.slice();
    clearGroup(own, groups, group, rows);
    clearGroup(beta, groups, group, rows);
    this.#bound(own);
    this.#balance();
    this.#upper = undefined;
    return this.#finish(tol, -1);
  }

  #balance(): void {
    const { changed, by } = takeOff(this.machine);
    this.machine.addRows(changed, by);
  }

  /** The solution as the two classes' machine has it: α and threshold. */
  solution(converged: boolean): DualSolution {
    const { machine } = this;
    const alpha = Float64Array.from(machine.beta.subarray(0, machine.rows), Math.abs);
    return { alpha, rho: thresholdOf(machine) + machine.offset, iterations: Math.max(1, machine.moves), converged };
  }

  /** Decision values of some of its own samples, whether they take part or not. */
  decisions(of: ArrayLike<number>): Float64Array {
    const { F } = this.machine;
    const rho = thresholdOf(this.machine);
    const out = new Float64Array(of.length);
    for (let t = 0; t < of.length; t++) out[t] = F[of[t]] + this.#signs[of[t]] - rho;
    return out;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#precise?.[Symbol.dispose]();
    if (this.#isOwn) this.machine[Symbol.dispose]();
  }
}
