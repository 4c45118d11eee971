import type { MatrixLike, NDArray } from "../array/mod.ts";
import { checkFeatures, checkIsFitted, rememberFeatures, type SeenFeatures } from "../base/mod.ts";
import { checkArray, type CheckArrayOptions } from "../utils/mod.ts";

type Finite = CheckArrayOptions["forceAllFinite"];

function nameOf(estimator: object): string {
  return estimator.constructor.name;
}

/** X as a table of numbers for `fit`, its columns remembered. */
export function fitInput(
  estimator: SeenFeatures,
  X: MatrixLike,
  forceAllFinite: Finite = "allow-nan",
  method = "fit",
): NDArray<Float64Array> {
  const table = checkArray(X, { caller: `${nameOf(estimator)}.${method}`, forceAllFinite });
  rememberFeatures(estimator, X, table.shape[1]);
  return table;
}

/** X as a table of numbers for a method of a fitted estimator, its columns those that `fit` saw. */
export function fittedInput(
  estimator: SeenFeatures,
  X: MatrixLike,
  method: string,
  forceAllFinite: Finite = "allow-nan",
): NDArray<Float64Array> {
  checkIsFitted(estimator, method);
  const table = checkArray(X, { caller: `${nameOf(estimator)}.${method}`, forceAllFinite });
  checkFeatures(estimator, X, table.shape[1], method);
  return table;
}

/** Why `copy` is left out everywhere. */
export const noCopy = "the input is never changed, so there is nothing to choose";
