import { InvalidParameterError } from "../utils/mod.ts";
import { BaseEstimator, isEstimator, type Params } from "./estimator.ts";

/** A part of a composed estimator: its name, what it is, and what else belongs to it. */
export type NamedPart = readonly [name: string, part: unknown, ...rest: unknown[]];

/**
 * An estimator made of others that have names: the parts are hyperparameters by their names, and theirs are
 * `name__theirs`. Classes that extend it say in `static parts` which hyperparameter is the list of the parts.
 *
 * @example
 * ```ts
 * import { BaseComposition, isEstimator, MinMaxScaler, StandardScaler } from "@troupe/troupe";
 *
 * class Best extends BaseComposition {
 *   static override readonly parts = "candidates";
 *   static override readonly defaults = { candidates: [] };
 *   declare candidates: readonly (readonly [string, unknown])[];
 *   constructor(options: { candidates?: readonly (readonly [string, unknown])[] } = {}) {
 *     super(options);
 *   }
 * }
 * const best = new Best({ candidates: [["standard", new StandardScaler()], ["range", new MinMaxScaler()]] });
 * best.setParams({ standard__withMean: false, range: new StandardScaler() });
 * best.getParams().standard__withMean; // false
 * isEstimator(best.getParams().range); // true
 * ```
 */
export abstract class BaseComposition extends BaseEstimator {
  /** Which hyperparameter is the list of the parts. */
  static readonly parts: string = "steps";

  /** Which hyperparameter is the list of the parts. */
  private get partsName(): string {
    return (this.constructor as typeof BaseComposition).parts;
  }

  /** The parts, whatever they are called. */
  protected get namedParts(): readonly NamedPart[] {
    const list = (this as unknown as Params)[this.partsName];
    return Array.isArray(list) ? list : [];
  }

  /** Its own hyperparameters; with `deep`, also the parts and theirs. */
  override getParams(deep = true): Params {
    const out = super.getParams(false);
    if (!deep) return out;
    for (const [name, value] of Object.entries(out)) {
      if (!isEstimator(value)) continue;
      for (const [inner, v] of Object.entries(value.getParams())) out[`${name}__${inner}`] = v;
    }
    for (const part of this.namedParts) {
      if (!Array.isArray(part)) continue;
      const [name, estimator] = part as unknown as NamedPart;
      out[name] = estimator;
      if (!isEstimator(estimator)) continue;
      for (const [inner, value] of Object.entries(estimator.getParams())) out[`${name}__${inner}`] = value;
    }
    return out;
  }

  /**
   * Changes hyperparameters, parts by their name, and hyperparameters of parts as `name__theirs`.
   *
   * @throws {UnknownNameError} at a name that is not one, with the nearest one that is; then nothing was changed
   */
  override setParams(params: Params): this {
    const { [this.partsName]: parts, ...rest } = params;
    if (parts === undefined) return super.setParams(rest);
    const before = this.namedParts;
    (this as unknown as Params)[this.partsName] = parts;
    try {
      return super.setParams(rest);
    } catch (error) {
      (this as unknown as Params)[this.partsName] = before;
      throw error;
    }
  }

  /** Stores a hyperparameter, or exchanges a part. */
  protected override setParam(name: string, value: unknown): void {
    if (!this.namedParts.some(([part]) => part === name)) super.setParam(name, value);
    else {
      (this as unknown as Params)[this.partsName] = this.namedParts.map((part) =>
        part[0] === name ? [name, value, ...part.slice(2)] : part
      );
    }
  }

  /**
   * Checks that names are text, distinct and fit for parameters.
   *
   * @throws {InvalidParameterError} at the first that is not
   */
  protected checkNames(): void {
    const own = this.constructor as typeof BaseComposition;
    const list = (this as unknown as Params)[own.parts];
    if (!Array.isArray(list)) {
      throw new InvalidParameterError(`${own.name}: ${own.parts} must be a list of names and estimators`);
    }
    for (const [i, part] of list.entries()) {
      if (!Array.isArray(part) || typeof part[0] !== "string") {
        throw new InvalidParameterError(`${own.name}: ${own.parts}[${i}] must be a list that begins with a name`);
      }
      const [name] = part;
      const fault = list.findIndex((other) => other[0] === name) !== i
        ? "stands there twice"
        : name.includes("__")
        ? 'must not have "__" in it'
        : Object.hasOwn(own.defaults, name)
        ? `is a parameter of ${own.name} itself`
        : undefined;
      if (fault !== undefined) throw new InvalidParameterError(`${own.name}: the name ${name} ${fault}`);
    }
  }
}
