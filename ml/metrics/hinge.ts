import { type LabelsLike, type MatrixLike, toNDArray, type VectorLike } from "../array/mod.ts";
import {
  assertFinite,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkSampleWeight,
  encodeLabels,
  toFloat64,
} from "../utils/mod.ts";
import { MetricError } from "./errors.ts";
import type { ProbaOptions } from "./probability.ts";

/**
 * Mean hinge loss of decision values: how far samples are from being on the right side by a margin of 1.
 *
 * Source: for several classes K. Crammer, Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector
 * machines", JMLR 2 (2001).
 *
 * @param decision decision values: for two classes shape [nSamples], otherwise [nSamples, nClasses]
 * @param options `labels`: the classes, where yTrue does not have them all
 * @throws {MetricError} when columns and classes do not fit together
 *
 * @example
 * ```ts
 * import { hingeLoss } from "@troupe/troupe";
 * hingeLoss([-1, 1, 1], [-2, 0.5, 2]); // 0.1666…
 * ```
 */
export function hingeLoss(
  yTrue: LabelsLike,
  decision: VectorLike | MatrixLike,
  options: ProbaOptions = {},
): number {
  checkOptionNames("hingeLoss", options, ["labels", "sampleWeight"]);
  checkConsistentLength({ yTrue, decision, sampleWeight: options.sampleWeight });
  const { codes, classes } = encodeLabels(checkLabels(yTrue, "yTrue"));
  const given = options.labels ? encodeLabels(checkLabels(options.labels, "labels")).classes : classes;
  const array = toFloat64(toNDArray(decision, "decision"), "decision");
  assertFinite(array, "decision");
  const weight = checkSampleWeight(options.sampleWeight, codes.length);
  const k = array.ndim === 2 ? array.shape[1] : 1;
  if (given.size > 2 ? k !== given.size : k !== 1) {
    throw new MetricError(
      `hingeLoss: ${k} column(s) of decision values for ${given.size} classes; say by labels which classes there are`,
    );
  }
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...given.data as Iterable<unknown>].indexOf(v));
  if (places.includes(-1)) throw new MetricError("hingeLoss: yTrue has labels that are not in labels");
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < codes.length; i++) {
    let margin: number;
    if (k === 1) margin = (codes[i] === 1 ? 1 : -1) * array.data[i];
    else {
      const own = places[codes[i]];
      let other = -Infinity;
      for (let c = 0; c < k; c++) if (c !== own) other = Math.max(other, array.data[i * k + c]);
      margin = array.data[i * k + own] - other;
    }
    sum += weight[i] * Math.max(0, 1 - margin);
    mass += weight[i];
  }
  return sum / mass;
}
