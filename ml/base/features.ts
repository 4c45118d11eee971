import { type MatrixLike, Table } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { checkIsFitted, estimatorGiven } from "./fitted.ts";

/** What an estimator keeps of the columns it was fitted with. */
export interface SeenFeatures {
  /** How many there were. */
  nFeaturesIn_: number;
  /** Their names, where X had names. */
  featureNamesIn_?: string[];
}

/**
 * The names of X's columns; undefined where it has none.
 *
 * @example
 * ```ts
 * import { namesOf, Table } from "@troupe/troupe";
 * namesOf(new Table({ age: [31, 45], city: ["Bonn", "Oslo"] })); // ["age", "city"]
 * namesOf([[1, 2]]); // undefined
 * ```
 */
export function namesOf(X: unknown): string[] | undefined {
  return X instanceof Table && X.named ? X.names : undefined;
}

/**
 * Keeps number and names of the columns that `fit` saw.
 *
 * @param estimator who was fitted
 * @param X what it was fitted with, as it was given
 * @param count how many columns that has
 * @throws {InvalidInputError} when the estimator is no object
 *
 * @example
 * ```ts
 * import { rememberFeatures, Table } from "@troupe/troupe";
 * const fitted: { nFeaturesIn_: number; featureNamesIn_?: string[] } = { nFeaturesIn_: 0 };
 * rememberFeatures(fitted, new Table({ age: [31, 45], size: [1.7, 1.8] }), 2);
 * fitted.featureNamesIn_; // ["age", "size"]
 * ```
 */
export function rememberFeatures(estimator: SeenFeatures, X: unknown, count: number): void {
  estimatorGiven(estimator, "rememberFeatures").nFeaturesIn_ = count;
  const names = namesOf(X);
  if (names === undefined) delete estimator.featureNamesIn_;
  else estimator.featureNamesIn_ = [...names];
}

/**
 * Checks number and, where both have them, names of columns against what `fit` saw.
 *
 * @throws {InvalidInputError} when there are more or fewer, or other names, or the same in another order
 *
 * @example
 * ```ts
 * import { checkFeatures, StandardScaler } from "@troupe/troupe";
 * const scaler = await new StandardScaler().fit([[1, 2], [3, 4]]);
 * checkFeatures(scaler, [[5, 6]], 2, "transform");
 * try {
 *   checkFeatures(scaler, [[5]], 1, "transform");
 * } catch (e) {
 *   console.log((e as Error).message); // "StandardScaler.transform: X has 1 features, but it was fitted with 2"
 * }
 * ```
 */
export function checkFeatures(estimator: SeenFeatures, X: MatrixLike | unknown, count: number, method: string): void {
  const who = `${(estimatorGiven(estimator, "checkFeatures") as object).constructor.name}.${method}`;
  if (count !== estimator.nFeaturesIn_) {
    throw new InvalidInputError(`${who}: X has ${count} features, but it was fitted with ${estimator.nFeaturesIn_}`);
  }
  const names = namesOf(X);
  const seen = estimator.featureNamesIn_;
  if (names === undefined || seen === undefined) return;
  const at = names.findIndex((name, j) => name !== seen[j]);
  if (at >= 0) {
    throw new InvalidInputError(
      `${who}: column ${at} is called ${JSON.stringify(names[at])}, but it was ${JSON.stringify(seen[at])} in fit; ` +
        "names must be the same and in the same order",
    );
  }
}

/**
 * The names of the columns that a fitted estimator takes: those it saw, those given, or x0, x1, ….
 *
 * @throws {NotFittedError} before `fit`
 * @throws {InvalidInputError} when the names given are not as many as there are columns, or not those that `fit` saw
 *
 * @example
 * ```ts
 * import { featureNamesOf, MinMaxScaler } from "@troupe/troupe";
 * const scaler = await new MinMaxScaler().fit([[1, 2], [3, 4]]);
 * featureNamesOf(scaler); // ["x0", "x1"]
 * featureNamesOf(scaler, ["age", "size"]); // ["age", "size"]
 * ```
 */
export function featureNamesOf(estimator: object, given?: readonly string[] | null): string[] {
  checkIsFitted(estimator, "getFeatureNamesOut");
  const { nFeaturesIn_: count, featureNamesIn_: seen } = estimator as SeenFeatures;
  const who = `${estimator.constructor.name}.getFeatureNamesOut`;
  if (given === undefined || given === null) return seen?.slice() ?? Array.from({ length: count }, (_, j) => `x${j}`);
  if (count !== undefined && given.length !== count) {
    throw new InvalidInputError(`${who}: ${given.length} names for ${count} features`);
  }
  if (seen !== undefined && seen.some((name, j) => name !== given[j])) {
    throw new InvalidInputError(`${who}: the names given are not those seen in fit: ${seen.join(", ")}`);
  }
  return [...given];
}

/**
 * The names of columns that are called after the class that made them: pca0, pca1, ….
 *
 * @throws {InvalidInputError} when the estimator is no object
 *
 * @example
 * ```ts
 * import { PCA, prefixedNames } from "@troupe/troupe";
 * prefixedNames(new PCA(), 2); // ["pca0", "pca1"]
 * ```
 */
export function prefixedNames(estimator: object, count: number): string[] {
  const prefix = estimatorGiven(estimator, "prefixedNames").constructor.name.toLowerCase();
  return Array.from({ length: count }, (_, j) => `${prefix}${j}`);
}
