import { registerInternals } from "../../actors/mod.ts";
import type { Labels, NDArray } from "../array/mod.ts";
import {
  type ChunkedInput,
  classesOf,
  codesOfBlock,
  combineInTree,
  cutAlike,
  partialsOf,
  wholeRows,
} from "../by_block/mod.ts";
import { checkArray, checkClassificationTargets, InvalidInputError } from "../utils/mod.ts";
import { type ClassMoments, combineMoments, momentsByClass, noClassMoments } from "./moments.ts";

/** Moments of a block's classes. */
export function classMomentsOfBlock(X: NDArray, y: NDArray, classes: Labels): ClassMoments {
  if (X.length === 0) return noClassMoments(classes.size, X.shape[1]);
  const table = checkArray(X, { forceAllFinite: false });
  return momentsByClass(table, codesOfBlock(y, classes), classes.size);
}

/**
 * Moments of the classes of samples in blocks, and the variance of all columns.
 *
 * @throws {InvalidInputError} when X holds NaN or infinities, y is not chunked or of another length, or with weights
 */
export async function chunkedClassMoments(
  X: ChunkedInput,
  y: unknown,
  sampleWeight: unknown,
): Promise<{ classes: Labels; moments: ClassMoments; variance: Float64Array; m: number }> {
  const caller = "GaussianNB.fit";
  if (sampleWeight !== undefined && sampleWeight !== null) {
    throw new InvalidInputError(`${caller}: sampleWeight is for X in memory`);
  }
  const samples = wholeRows(X, caller);
  const [labels] = cutAlike(samples, { y }, caller);
  const { classes } = await classesOf(labels, caller);
  checkClassificationTargets(classes, caller);
  const m = samples.shape[1];
  const parts = await partialsOf([samples, labels], classMomentsOfBlock, classes);
  const bad = parts.findIndex((p) => !p.variance.every(Number.isFinite));
  if (bad >= 0) throw new InvalidInputError(`${caller}: X holds NaN or infinities, first in block ${bad}`);
  const moments = combineInTree(parts, (a, b) => combineMoments(a, b, m));
  const { weight, mean, variance } = moments;
  // All classes are one, put together one by one.
  let all = noClassMoments(1, m);
  for (let c = 0; c < classes.size; c++) {
    const one = {
      weight: weight.slice(c, c + 1),
      mean: mean.slice(c * m, c * m + m),
      variance: variance.slice(c * m, c * m + m),
    };
    all = combineMoments(all, one, m);
  }
  return { classes, moments, variance: all.variance, m };
}

registerInternals({ classMomentsOfBlock });
