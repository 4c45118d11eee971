import { didYouMean, InvalidInputError, UnknownNameError } from "../utils/mod.ts";
import { estimatorToHTML, formatEstimator } from "./inspect.ts";

/** Hyperparameters by name. */
export type Params = Record<string, unknown>;

/** A class as a mixin takes it. */
// deno-lint-ignore no-explicit-any -- TypeScript asks for exactly this form of a class that is mixed into
export type Constructor<T = object> = new (...args: any[]) => T;

/** What every estimator's class has. */
export interface EstimatorClass {
  /** Its name. */
  readonly name: string;
  /** The hyperparameters and what they are when not given. */
  readonly defaults: Readonly<Params>;
  /** Hyperparameters of scikit-learn's that it does not have, and why. */
  readonly leftOut?: Readonly<Record<string, string>>;
}

/**
 * What every estimator is: hyperparameters that are stored and nothing else by the constructor, and read and changed
 * by name.
 *
 * An estimator of your own names its hyperparameters and their defaults in `static defaults`, and declares them with
 * `declare`, so that the declaration does not overwrite what the constructor stored. With `static module` it can
 * travel to other threads and machines by reference.
 *
 * @example
 * ```ts
 * import { BaseEstimator, type MatrixLike, NDArray, toNDArray, TransformerMixin } from "@troupe/troupe";
 *
 * export class Shrink extends TransformerMixin(BaseEstimator) {
 *   static readonly module = import.meta.url;
 *   static override readonly defaults = { factor: 0.5 };
 *   declare factor: number;
 *
 *   constructor(options: { factor?: number } = {}) {
 *     super(options);
 *   }
 *   fit(_X: MatrixLike): Promise<this> {
 *     return Promise.resolve(this);
 *   }
 *   transform(X: MatrixLike): Promise<NDArray> {
 *     return Promise.resolve(toNDArray(X).map((v) => Number(v) * this.factor));
 *   }
 * }
 * ```
 */
export class BaseEstimator {
  /** The hyperparameters and what they are when not given. */
  static readonly defaults: Readonly<Params> = {};

  /** Hyperparameters that scikit-learn's estimator of this name has and this one has not, each with the reason. */
  static readonly leftOut: Readonly<Record<string, string>> = {};

  /**
   * Stores hyperparameters.
   *
   * @param options hyperparameters by name
   * @throws {UnknownNameError} at a name that is no hyperparameter of this class, with the nearest one that is
   * @throws {InvalidInputError} when `options` is no object
   */
  constructor(options: object = {}) {
    const { defaults, leftOut = {}, name } = new.target as unknown as EstimatorClass;
    if (typeof options !== "object" || options === null) {
      const got = typeof options === "function"
        ? `the class or function ${(options as { name: string }).name}`
        : options;
      throw new InvalidInputError(`${name}: options must be an object of options by name, got ${got}`);
    }
    for (const key of Object.keys(options)) {
      if (Object.hasOwn(defaults, key)) continue;
      throw new UnknownNameError(
        Object.hasOwn(leftOut, key)
          ? `${name}: the option ${key} of scikit-learn is left out here: ${leftOut[key]}`
          : `${name}: no option ${JSON.stringify(key)}; ${didYouMean(key, Object.keys(defaults))}`,
      );
    }
    Object.assign(this, defaults);
    for (const [key, value] of Object.entries(options)) {
      // An option of undefined is one that was not given.
      if (value !== undefined) (this as unknown as Params)[key] = value;
    }
  }

  /**
   * The hyperparameters by name; with `deep`, also those of the estimators among them, as `name__theirs`.
   *
   * @throws {TypeError} when one is undefined, which is what a field without `declare` does to it
   */
  getParams(deep = true): Params {
    const out: Params = {};
    for (const [name, value] of this.ownParams()) {
      if (deep && isEstimator(value)) {
        for (const [inner, v] of Object.entries(value.getParams())) out[`${name}__${inner}`] = v;
      }
      out[name] = value;
    }
    return out;
  }

  /** The hyperparameters of this estimator itself, in the order of their declaration. */
  private ownParams(): [string, unknown][] {
    const { defaults, name } = this.constructor as unknown as EstimatorClass;
    return Object.keys(defaults).map((key) => {
      const value = (this as unknown as Params)[key];
      if (value === undefined && defaults[key] !== undefined) {
        throw new TypeError(`${name}: hyperparameter ${key} is undefined; declare it with "declare ${key}: …"`);
      }
      return [key, value];
    });
  }

  /**
   * Changes hyperparameters. `step__name` changes those of the estimator at `step`.
   *
   * @throws {UnknownNameError} at a name that is not one, with the nearest one that is; then nothing was changed
   *
   * @example
   * ```ts
   * import { makePipeline, StandardScaler, SVC } from "@troupe/troupe";
   * const pipeline = makePipeline(new StandardScaler(), new SVC()).setParams({ svc__C: 10 });
   * pipeline.getParams().svc__C; // 10
   * ```
   */
  setParams(params: Params): this {
    checkParamNames(this, Object.keys(params));
    const nested = new Map<string, Params>();
    for (const [key, value] of Object.entries(params)) {
      const cut = key.indexOf("__");
      if (cut < 0) this.setParam(key, value);
      else {
        const owner = key.slice(0, cut);
        if (!nested.has(owner)) nested.set(owner, {});
        (nested.get(owner) as Params)[key.slice(cut + 2)] = value;
      }
    }
    for (const [owner, inner] of nested) {
      const target = this.getParams(false)[owner] ?? this.getParams(true)[owner];
      (target as BaseEstimator).setParams(inner);
    }
    return this;
  }

  /** Stores one hyperparameter; estimators made of named parts store the parts here. */
  protected setParam(name: string, value: unknown): void {
    (this as unknown as Params)[name] = value;
  }

  /** The class and the hyperparameters that are not at their defaults. */
  toString(): string {
    return formatEstimator(this);
  }

  /** How the console shows it. */
  [Symbol.for("Deno.customInspect")](): string {
    return formatEstimator(this);
  }

  /** A box with all hyperparameters, for notebooks. */
  toHTML(): string {
    return estimatorToHTML(this);
  }

  /** How a notebook shows it. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": this.toHTML() };
  }
}

/** What can be cloned and searched: something with hyperparameters. */
export interface HasParams {
  /** The hyperparameters by name. */
  getParams(deep?: boolean): Params;
  /** Changes hyperparameters. */
  setParams(params: Params): unknown;
}

/**
 * True for an estimator, not for its class.
 *
 * @example
 * ```ts
 * import { isEstimator, SVC } from "@troupe/troupe";
 * isEstimator(new SVC()); // true
 * isEstimator(SVC); // false
 * ```
 */
export function isEstimator(value: unknown): value is HasParams {
  return typeof value === "object" && value !== null && "getParams" in value &&
    typeof value.getParams === "function";
}

/**
 * Checks names as `setParams` takes them, before anything is changed.
 *
 * @throws {UnknownNameError} at the first that the estimator does not have, with the nearest one that it has
 *
 * @example
 * ```ts
 * import { checkParamNames, SVC } from "@troupe/troupe";
 * checkParamNames(new SVC(), ["C", "gamma"]);
 * try {
 *   checkParamNames(new SVC(), ["gama"]);
 * } catch (e) {
 *   console.log((e as Error).message); // 'SVC: no parameter "gama"; did you mean "gamma"? …'
 * }
 * ```
 */
export function checkParamNames(estimator: HasParams, names: readonly string[]): void {
  if (!isEstimator(estimator) || !Array.isArray(names)) {
    throw new InvalidInputError("checkParamNames: expected an estimator and a list of names");
  }
  const valid = estimator.getParams(true);
  for (const name of names) {
    if (Object.hasOwn(valid, name)) continue;
    // A nested name is also right when its owner is set by the same call; then its owner must know it.
    const owner = name.slice(0, Math.max(0, name.indexOf("__")));
    if (owner !== "" && names.includes(owner)) continue;
    const { leftOut = {} } = estimator.constructor as unknown as EstimatorClass;
    if (Object.hasOwn(leftOut, name)) {
      throw new UnknownNameError(
        `${estimator.constructor.name}: the parameter ${name} of scikit-learn is left out here: ${leftOut[name]}`,
      );
    }
    throw new UnknownNameError(
      `${estimator.constructor.name}: no parameter ${JSON.stringify(name)}; ${didYouMean(name, Object.keys(valid))}`,
    );
  }
}
