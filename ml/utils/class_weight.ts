import { type Labels, NDArray } from "../array/mod.ts";
import { InvalidInputError, InvalidParameterError } from "./errors.ts";
import type { Encoded } from "./unique.ts";

/** Weights of classes: one for each label, "balanced", or null for all the same. Labels not named weigh 1. */
export type ClassWeight =
  | "balanced"
  | Readonly<Record<string, number>>
  | ReadonlyMap<number | string | boolean, number>
  | null;

/**
 * One weight for each class. "balanced" weighs a class by nSamples / (nClasses × its samples), counting samples by
 * their weights when there are any.
 *
 * Source: for "balanced" G. King, L. Zeng, "Logistic regression in rare events data", Political Analysis 9 (2001).
 *
 * @throws {InvalidParameterError} when it is neither "balanced", a weight for each label, nor null
 * @throws {InvalidInputError} when a weight is given for a label that y does not have
 *
 * @example
 * ```ts
 * import { checkLabels, computeClassWeight, encodeLabels } from "@troupe/troupe";
 * computeClassWeight("balanced", encodeLabels(checkLabels([0, 0, 0, 1]))); // Float64Array(2) [0.6666…, 2]
 * ```
 */
export function computeClassWeight(
  classWeight: ClassWeight | undefined,
  encoded: Encoded,
  sampleWeight?: Float64Array,
): Float64Array {
  const { classes, codes } = encoded ?? {};
  if (!(classes instanceof NDArray)) {
    throw new InvalidInputError("computeClassWeight: the second argument must be what encodeLabels() gives");
  }
  const k = classes.size;
  const out = new Float64Array(k).fill(1);
  if (classWeight === null || classWeight === undefined) return out;
  if (classWeight === "balanced") {
    const mass = new Float64Array(k);
    let total = 0;
    for (let i = 0; i < codes.length; i++) {
      const w = sampleWeight === undefined ? 1 : sampleWeight[i];
      mass[codes[i]] += w;
      total += w;
    }
    // A class whose samples all weigh nothing weighs nothing whatever its factor: that stays 1, and finite.
    for (let c = 0; c < k; c++) if (mass[c] > 0) out[c] = total / (k * mass[c]);
    return out;
  }
  if (typeof classWeight !== "object") {
    throw new InvalidParameterError(
      `classWeight must be "balanced", null or a weight for each label, got ${JSON.stringify(classWeight)}`,
    );
  }
  const entries = [
    ...(classWeight instanceof Map ? classWeight : Object.entries(classWeight as Record<string, number>)),
  ] as [number | string | boolean, number][];
  const unknown: string[] = [];
  const known = new Set<number>();
  for (const [label, weight] of entries) {
    const at = indexOfLabel(classes, label);
    if (at < 0) unknown.push(String(label));
    else if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new InvalidParameterError(`classWeight of ${label} must be a number from 0 up, got ${weight}`);
    } else {
      known.add(at);
      out[at] = weight;
    }
  }
  // Where every class has its weight, more labels do no harm: a fold may miss a class. Otherwise they look misspelt.
  if (unknown.length > 0 && known.size < k) {
    throw new InvalidInputError(
      `classWeight names ${unknown.join(", ")}, which y does not have; its classes are ${[...classes.data].join(", ")}`,
    );
  }
  return out;
}

function indexOfLabel(classes: Labels, label: number | string | boolean): number {
  let text = String(label);
  if (classes.dtype === "bool" && (text === "true" || text === "false")) text = text === "true" ? "1" : "0";
  for (let c = 0; c < classes.size; c++) if (String(classes.data[c]) === text) return c;
  return -1;
}
