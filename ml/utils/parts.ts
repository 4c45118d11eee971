/**
 * What estimators share that are made of others with names.
 *
 * @module
 */

import type { ArrayData, NDArray, Table } from "../array/mod.ts";
import { InvalidParameterError } from "./errors.ts";

/** Estimators with names made of their classes', in small letters; several of one class are numbered. */
export function nameParts<T>(estimators: readonly T[]): [name: string, estimator: T][] {
  const names = estimators.map((e) =>
    typeof e === "object" && e !== null ? e.constructor.name.toLowerCase() : String(e)
  );
  return estimators.map((e, i) => {
    const same = names.filter((n) => n === names[i]).length;
    const before = names.slice(0, i + 1).filter((n) => n === names[i]).length;
    return [same > 1 ? `${names[i]}-${before}` : names[i], e];
  });
}

/**
 * Names of features with those of their transformers before them, or without.
 *
 * @param prefix whether they get them; text with `{transformer_name}` and `{feature_name}` in it, or a function of both,
 * says how
 * @throws {InvalidParameterError} when two are the same
 */
export function joinNames(
  parts: readonly (readonly [name: string, features: readonly string[]])[],
  prefix: boolean | string | ((transformer: string, feature: string) => string),
  owner: string,
): string[] {
  const out = parts.flatMap(([name, features]) =>
    features.map((feature) => {
      if (prefix === true) return `${name}__${feature}`;
      if (prefix === false) return feature;
      if (typeof prefix === "function") return prefix(name, feature);
      return prefix.replaceAll("{transformer_name}", name).replaceAll("{feature_name}", feature);
    })
  );
  const twice = out.find((name, k) => out.indexOf(name) !== k);
  if (twice !== undefined) {
    throw new InvalidParameterError(
      `${owner}.getFeatureNamesOut: ${twice} stands there twice; set verboseFeatureNamesOut to true`,
    );
  }
  return out;
}

/** Every value of an output times a weight. */
export function weighted(output: NDArray<ArrayData> | Table, weight: number | undefined): NDArray<ArrayData> | Table {
  if (weight === undefined) return output;
  return ("toNDArray" in output ? output.toNDArray() : output).map((v) => Number(v) * weight);
}
