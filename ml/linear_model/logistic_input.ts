import type { LabelsLike, MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import {
  assertFinite,
  checkArray,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkSampleWeight,
  type ClassWeight,
  computeClassWeight,
  type Encoded,
  encodeLabels,
  InvalidInputError,
} from "../utils/mod.ts";
import { LARGE } from "./linear_regressor.ts";

/**
 * Samples and classes as a linear classifier's `fit` takes them, checked.
 *
 * @param seen whether the caller finds NaN and infinities in a large X by itself, and calls `look` where it may have
 */
export function checkClassification(
  owner: string,
  X: MatrixLike,
  y: LabelsLike,
  seen = false,
): { table: NDArray<Float64Array>; encoded: Encoded; look: () => void } {
  const table = checkArray(X, { caller: `${owner}.fit`, forceAllFinite: false });
  const look = (): void => assertFinite(table, `${owner}.fit: X`);
  if (!seen || table.size < LARGE) look();
  const labels = checkLabels(y, `${owner}.fit: y`);
  checkConsistentLength({ X: table, y: labels });
  checkClassificationTargets(labels, `${owner}.fit`);
  const encoded = encodeLabels(labels);
  if (encoded.classes.size < 2) {
    throw new InvalidInputError(
      `${owner}.fit: y has ${encoded.classes.size} class (${encoded.classes.data[0]}); at least two are needed`,
    );
  }
  return { table, encoded, look };
}

/** Weights of the samples times those of their classes; undefined where all are one. */
export function logisticWeights(
  encoded: Encoded,
  classWeight: ClassWeight,
  sampleWeight: VectorLike | null | undefined,
): Float64Array | undefined {
  const given = sampleWeight ?? undefined;
  if (given === undefined && (classWeight ?? null) === null) return undefined;
  const own = checkSampleWeight(given, encoded.codes.length);
  const byClass = computeClassWeight(classWeight, encoded, given === undefined ? undefined : own);
  return own.map((w, i) => w * byClass[encoded.codes[i]]);
}
