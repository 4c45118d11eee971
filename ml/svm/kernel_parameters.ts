import type { NDArray } from "../array/mod.ts";
import { checkArray, InvalidInputError } from "../utils/mod.ts";
import type { KernelFunction, KernelName, KernelSpec } from "./kernel.ts";

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
