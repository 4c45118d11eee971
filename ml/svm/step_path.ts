import { thresholdOf } from "./cold_start.ts";
import { DualMachine, type MachineOptions } from "./dual_machine.ts";
import { SVMError } from "./errors.ts";
import type { DualSolution } from "./solver.ts";

/** One problem of a {@linkcode StepPath}. */
export interface StepProblem {
  /** Upper bound of α of each sample; zero leaves it out. */
  readonly upper: Float64Array;
  /** How far from the optimum to stop. */
  readonly tol: number;
  /** Share of the bounds' sum that α takes; where it is given, bounds are weights. */
  readonly nu?: number;
}

/**
 * Solutions of one pair of classes step by step as LIBSVM goes, each from nothing: for kernels that may not be positive,
 * of whose optima the path decides, and for problems in which the share of errors is given. All problems share the rows
 * of the kernel, which are computed as they are wanted.
 */
export class StepPath implements Disposable {
  readonly #machine: DualMachine;
  readonly #signs: Int8Array;
  #nu: number | undefined;
  #threshold = 0;
  /** What decision values are divided by. */
  #size = 1;

  /**
   * @param options samples of both classes, and what is to be expected of the problems
   * @param signs 1 or −1 for each sample
   */
  constructor(options: Omit<MachineOptions, "steps" | "groups">, signs: Int8Array) {
    this.#machine = new DualMachine({ ...options, steps: true });
    this.#signs = signs;
  }

  /**
   * Solves a problem.
   *
   * @returns whether the tolerance was reached
   * @throws {SVMError} when ν asks for more than the bounds of a class allow
   */
  solve({ upper, tol, nu }: StepProblem): boolean {
    const machine = this.#machine;
    const signs = this.#signs;
    const { beta, F, lo, hi } = machine;
    this.#nu = nu;
    for (let i = 0; i < signs.length; i++) {
      hi[i] = signs[i] > 0 ? upper[i] : 0;
      lo[i] = signs[i] < 0 ? -upper[i] : 0;
    }
    beta.fill(0);
    if (nu !== undefined) {
      this.#share(upper, nu);
      const converged = machine.solveNu(tol, -1);
      const [plus, minus] = [this.#level(1), this.#level(-1)];
      this.#threshold = (plus + minus) / 2;
      this.#size = (plus - minus) / 2;
      return converged;
    }
    F.fill(0);
    for (let i = 0; i < signs.length; i++) F[i] = -signs[i];
    const converged = machine.solve(tol, -1);
    this.#threshold = thresholdOf(machine);
    return converged;
  }

  /** The first α that are feasible: each class takes half, its first samples as much as they can. */
  #share(upper: Float64Array, nu: number): void {
    const { beta } = this.#machine;
    const half = upper.reduce((t, c) => t + nu * c, 0) / 2;
    for (const sign of [1, -1]) {
      let left = half;
      for (let i = 0; i < upper.length && left > 0; i++) {
        if (this.#signs[i] !== sign) continue;
        const own = Math.min(upper[i], left);
        beta[i] = sign * own;
        left -= own;
      }
      if (left > 1e-12 * half) throw infeasible(nu);
    }
  }

  /** Where F of a class's free samples stands; between its bounds' where none is free. */
  #level(sign: number): number {
    const { F, beta, lo, hi } = this.#machine;
    let above = Infinity, below = -Infinity, sum = 0, free = 0;
    for (let i = 0; i < this.#signs.length; i++) {
      if (this.#signs[i] !== sign || hi[i] === lo[i]) continue;
      const up = beta[i] < hi[i];
      if (up && beta[i] > lo[i]) {
        sum += F[i];
        free++;
      } else if (up) above = Math.min(above, F[i]);
      else below = Math.max(below, F[i]);
    }
    return free > 0 ? sum / free : (above + below) / 2;
  }

  /** The solution as the two classes' machine has it: α and threshold. */
  solution(converged: boolean): DualSolution {
    const machine = this.#machine;
    const size = this.#size;
    return {
      alpha: Float64Array.from(machine.beta.subarray(0, machine.rows), (b) => Math.abs(b) / size),
      rho: (this.#threshold + machine.offset) / size,
      iterations: machine.takeMoves(),
      converged,
    };
  }

  /** Decision values of some of its own samples, whether they take part or not. */
  decisions(of: ArrayLike<number>): Float64Array {
    const { F } = this.#machine;
    const own = this.#nu === undefined ? 1 : 0;
    const out = new Float64Array(of.length);
    for (let t = 0; t < of.length; t++) {
      out[t] = (F[of[t]] + own * this.#signs[of[t]] - this.#threshold) / this.#size;
    }
    return out;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }
}

/** What is wrong with a share of errors that is too large. */
export function infeasible(nu: number): SVMError {
  return new SVMError(
    `specified nu is infeasible: nu=${nu} asks for more errors than the smaller class has samples`,
  );
}
