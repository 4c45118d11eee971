import type { ArrayData, LabelsLike, MatrixLike, NDArray } from "../array/mod.ts";
import type { StepWeights } from "./fit_params.ts";

/** What a pipeline asks of its steps. */
export interface Step {
  fit(X: MatrixLike, y?: LabelsLike | null, sampleWeight?: StepWeights): Promise<unknown>;
  fitTransform?(X: MatrixLike, y?: LabelsLike | null): Promise<NDArray<ArrayData>>;
  transform?(X: MatrixLike): Promise<NDArray<ArrayData>>;
  [member: string]: unknown;
}

/** Fits a step. */
export function fitStep(step: Step, X: MatrixLike, y?: LabelsLike | null, weight?: StepWeights): Promise<unknown> {
  return weight === undefined ? step.fit(X, y) : step.fit(X, y, weight);
}

/** Fits a step, and gives the samples as it changes them. */
export async function fitTransformStep(
  step: Step,
  X: MatrixLike,
  y?: LabelsLike | null,
  weight?: StepWeights,
): Promise<NDArray<ArrayData>> {
  if (weight === undefined && typeof step.fitTransform === "function") return await step.fitTransform(X, y);
  await fitStep(step, X, y, weight);
  return await (step.transform as NonNullable<Step["transform"]>)(X);
}
