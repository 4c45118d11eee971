import type { NDArray } from "../array/mod.ts";
import {
  bool,
  callable,
  checkArray,
  either,
  integer,
  InvalidInputError,
  oneOf,
  type ParameterRule,
  real,
} from "../utils/mod.ts";
import type { KernelFunction, KernelName, KernelSpec } from "./kernel.ts";

/** Hyperparameters that all machines with kernels share. */
export interface KernelMachineOptions {
  /** "rbf" if left out. A function of your own gets two tables and gives the matrix between their rows. */
  kernel?: KernelName | KernelFunction;
  /** Exponent of the polynomial kernel; 3 if left out. */
  degree?: number;
  /** Factor in rbf, poly and sigmoid: "scale" is 1 / (nFeatures · variance of X), "auto" 1 / nFeatures. "scale" if left out. */
  gamma?: "scale" | "auto" | number;
  /** Constant in poly and sigmoid; 0 if left out. */
  coef0?: number;
  /** How far from the optimum to stop; 1e-3 if left out. */
  tol?: number;
  /** Whether the solver sets aside samples that seem decided; true if left out. Changes time, not results. */
  shrinking?: boolean;
  /** Memory for kernel values in MiB; 200 if left out. */
  cacheSize?: number;
  /** Not used; kept because scikit-learn has it. */
  verbose?: boolean | number;
  /** Iterations at most, for each pair of classes where there are such; −1, no limit, if left out. */
  maxIter?: number;
}

/** Rules for {@linkcode KernelMachineOptions}. */
export const kernelMachineRules: Readonly<Record<string, ParameterRule>> = {
  kernel: either(oneOf("linear", "poly", "rbf", "sigmoid", "precomputed"), callable),
  degree: integer({ min: 0 }),
  gamma: either(oneOf("scale", "auto"), real({ min: 0 })),
  coef0: real(),
  tol: real({ above: 0 }),
  shrinking: bool,
  cacheSize: real({ above: 0 }),
  maxIter: integer({ min: -1 }),
};

/** The hyperparameters that make a kernel. */
export interface KernelParameters {
  readonly kernel: KernelName | KernelFunction;
  readonly degree: number;
  readonly gamma: "scale" | "auto" | number;
  readonly coef0: number;
}

/** Whether the kernel comes as a matrix, made by the user or by a function. */
export function isMatrix({ kernel }: KernelParameters): boolean {
  return typeof kernel === "function" || kernel === "precomputed";
}

/** The kernel as solvers take it. */
export function kernelSpec({ kernel, coef0, degree }: KernelParameters, gamma: number): KernelSpec {
  return { name: typeof kernel === "function" ? "precomputed" : kernel, gamma, coef0, degree };
}

/** The number that `gamma` comes to. */
export function gammaFor(parameters: KernelParameters, X: NDArray<Float64Array>): number {
  const { gamma } = parameters;
  if (typeof gamma === "number") return gamma;
  if (isMatrix(parameters)) return 0;
  if (gamma === "auto") return 1 / X.shape[1];
  const variance = X.var();
  return variance === 0 ? 1 : 1 / (X.shape[1] * variance);
}

/**
 * Why coefficients may have come out not finite: a share of errors at its limit, a kernel that does not tell samples apart,
 * or numbers that overflow.
 *
 * @param nu the share of errors, where one was given and left all α finite, but no sample on the margin
 */
export function whyNotFinite(parameters: KernelParameters, X: NDArray<Float64Array>, nu?: number): string {
  if (nu !== undefined) {
    return `nu=${nu} is the most that there can be: all samples, or all of a class, count as errors, and none is left to ` +
      "say where the margin is: lower nu";
  }
  const start = "coefficients are not finite; ";
  if (parameters.kernel !== "linear" && !isMatrix(parameters)) {
    const gamma = gammaFor(parameters, X);
    const largest = X.data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    if (gamma * X.shape[1] * largest * largest < 1e-9) {
      return `${start}gamma=${gamma} is so small that the ${parameters.kernel} kernel is the same for all pairs of samples: ` +
        "raise gamma";
    }
  }
  return `${start}X may hold very large values: scale the features`;
}

/**
 * The matrix that a function of the user's gives for two tables, checked.
 *
 * @throws {InvalidInputError} when it has another shape, or values that are not finite
 */
export async function ownKernel(
  kernel: KernelFunction,
  A: NDArray<Float64Array>,
  B: NDArray<Float64Array>,
): Promise<NDArray<Float64Array>> {
  const matrix = checkArray(await kernel(A, B), { inputName: "the kernel's matrix" });
  if (matrix.shape[0] !== A.shape[0] || matrix.shape[1] !== B.shape[0]) {
    throw new InvalidInputError(
      `the kernel gave shape [${matrix.shape.join(", ")}] for tables of ${A.shape[0]} and ${B.shape[0]} rows`,
    );
  }
  return matrix;
}

/**
 * What a solver learns from: the samples, or the matrix between them.
 *
 * @throws {InvalidInputError} when that is not square
 */
export async function kernelInput(
  parameters: KernelParameters & object,
  table: NDArray<Float64Array>,
): Promise<NDArray<Float64Array>> {
  const { kernel } = parameters;
  const matrix = typeof kernel === "function" ? await ownKernel(kernel, table, table) : table;
  if (isMatrix(parameters) && matrix.shape[0] !== matrix.shape[1]) {
    throw new InvalidInputError(
      `${parameters.constructor.name}.fit: a precomputed kernel must be square, got shape [${matrix.shape.join(", ")}]`,
    );
  }
  return matrix;
}
