import { InvalidParameterError } from "./errors.ts";

/** What a hyperparameter may be: a test, and the words for it. */
export interface ParameterRule {
  /** What is expected, to stand after "must be". */
  readonly expected: string;
  /** Whether a value is that. */
  readonly test: (value: unknown) => boolean;
}

/** Bounds of a number. */
export interface Bounds {
  /** Smallest value allowed. */
  min?: number;
  /** The value must be larger than this. */
  above?: number;
  /** Largest value allowed. */
  max?: number;
  /** The value must be smaller than this. */
  below?: number;
}

function inBounds(v: number, { min = -Infinity, above = -Infinity, max = Infinity, below }: Bounds): boolean {
  return v >= min && (above === -Infinity || v > above) && v <= max && (below === undefined || v < below);
}

function boundsText({ min, above, max, below }: Bounds): string {
  const parts: string[] = [];
  if (min !== undefined) parts.push(`at least ${min}`);
  if (above !== undefined) parts.push(`larger than ${above}`);
  if (max !== undefined) parts.push(`at most ${max}`);
  if (below !== undefined) parts.push(`smaller than ${below}`);
  return parts.length === 0 ? "" : ` ${parts.join(" and ")}`;
}

/**
 * A finite number within bounds.
 *
 * @example
 * ```ts
 * import { checkParameters, real } from "@troupe/troupe";
 * checkParameters("SVC", { C: 1 }, { C: real({ above: 0 }) }); // with C: 0 it would throw an InvalidParameterError
 * real({ min: 0, max: 1 }).test(0.5); // true
 * ```
 */
export function real(bounds: Bounds = {}): ParameterRule {
  return {
    expected: `a number${boundsText(bounds)}`,
    test: (v) => typeof v === "number" && Number.isFinite(v) && inBounds(v, bounds),
  };
}

/**
 * A whole number within bounds.
 *
 * @example
 * ```ts
 * import { integer } from "@troupe/troupe";
 * integer({ min: 1 }).test(2.5); // false
 * integer({ min: 1 }).expected; // "a whole number at least 1"
 * ```
 */
export function integer(bounds: Bounds = {}): ParameterRule {
  return {
    expected: `a whole number${boundsText(bounds)}`,
    test: (v) => Number.isSafeInteger(v) && inBounds(v as number, bounds),
  };
}

/**
 * true or false.
 *
 * @example
 * ```ts
 * import { bool } from "@troupe/troupe";
 * bool.test(1); // false
 * ```
 */
export const bool: ParameterRule = { expected: "true or false", test: (v) => typeof v === "boolean" };

/**
 * One of some values.
 *
 * @example
 * ```ts
 * import { oneOf } from "@troupe/troupe";
 * oneOf("rbf", "linear").expected; // '"rbf" or "linear"'
 * ```
 */
export function oneOf(...values: readonly (string | number | boolean | null)[]): ParameterRule {
  return { expected: values.map((v) => JSON.stringify(v)).join(" or "), test: (v) => values.includes(v as null) };
}

/**
 * A function.
 *
 * @example
 * ```ts
 * import { callable } from "@troupe/troupe";
 * callable.test(Math.sqrt); // true
 * ```
 */
export const callable: ParameterRule = { expected: "a function", test: (v) => typeof v === "function" };

/**
 * A plain object or a Map.
 *
 * @example
 * ```ts
 * import { mapping } from "@troupe/troupe";
 * [{ a: 1 }, new Map([["a", 1]]), [1]].map(mapping.test); // [true, true, false]
 * ```
 */
export const mapping: ParameterRule = {
  expected: "an object with a value for each name",
  test: (v) => {
    if (typeof v !== "object" || v === null) return false;
    return v instanceof Map || [Object.prototype, null].includes(Object.getPrototypeOf(v));
  },
};

/**
 * Something to draw from: null, a seed, or a RandomState.
 *
 * @example
 * ```ts
 * import { randomSource, RandomState } from "@troupe/troupe";
 * [null, 42, new RandomState(0), -1].map(randomSource.test); // [true, true, true, false]
 * ```
 */
export const randomSource: ParameterRule = {
  expected: "null, a seed from 0 to 2**32 - 1, or a RandomState",
  test: (v) =>
    v === null || v === undefined || (typeof v === "object" && "randomSample" in v) ||
    (Number.isInteger(v) && inBounds(v as number, { min: 0, max: 2 ** 32 - 1 })),
};

/**
 * Whatever one of some rules allows.
 *
 * @example
 * ```ts
 * import { either, integer, oneOf } from "@troupe/troupe";
 * const maxFeatures = either(integer({ min: 1 }), oneOf("sqrt", null));
 * ["sqrt", 3, null, 0].map(maxFeatures.test); // [true, true, true, false]
 * ```
 */
export function either(...rules: readonly ParameterRule[]): ParameterRule {
  return { expected: rules.map((r) => r.expected).join(", or "), test: (v) => rules.some((r) => r.test(v)) };
}

/**
 * Checks hyperparameters when they are about to be used (constructors only store them).
 *
 * @throws {InvalidParameterError} at the first that is not what it may be, with its name, value and rule
 *
 * @example
 * ```ts
 * import { checkParameters, integer } from "@troupe/troupe";
 * checkParameters("MyEstimator", { depth: 3 }, { depth: integer({ min: 1 }) }); // throws where depth is not from 1 up
 * ```
 */
export function checkParameters(
  owner: string,
  params: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, ParameterRule>>,
): void {
  if (typeof params !== "object" || params === null || typeof rules !== "object" || rules === null) {
    throw new InvalidParameterError(`${owner}: expected the parameters by name, and a rule for each`);
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (!rule.test(params[name])) {
      throw new InvalidParameterError(`${owner}: ${name} must be ${rule.expected}, got ${show(params[name])}`);
    }
  }
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value === "function") return `function ${value.name}`;
  try {
    return JSON.stringify(value)?.slice(0, 80) ?? String(value);
  } catch {
    return String(value);
  }
}
