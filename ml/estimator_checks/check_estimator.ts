import type { KnownNames, Nameable } from "../persistence/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { loadAssert } from "./assert.ts";
import type { EstimatorCheck } from "./check.ts";
import { contractChecks } from "./contract_checks.ts";
import { inputChecks } from "./input_checks.ts";
import { learningChecks } from "./learning_checks.ts";
import { Subject } from "./subject.ts";

/** The checks, in the order in which they are made. */
const checks: readonly EstimatorCheck[] = [...contractChecks, ...inputChecks, ...learningChecks];

/** How {@linkcode checkEstimator} works. */
export interface CheckEstimatorOptions {
  /** Checks that are known to fail, by name, each with the reason. One that passes all the same is an error. */
  expectedFailures?: Readonly<Record<string, string>>;
  /** What happens at the first failure: "raise", if left out, throws; "report" goes on, and says it in the results. */
  onFail?: "raise" | "report";
  /** Only checks whose names have this in them. */
  only?: string | RegExp;
  /** Classes and functions of your own that `dump` needs to know, beside the estimator's class. */
  known?: KnownNames;
}

/** What a check came to. */
export interface CheckResult {
  /** Its name. */
  name: string;
  /** "skipped" where it does not concern the estimator, "expected" where it failed as it was said to. */
  status: "passed" | "failed" | "skipped" | "expected";
  /** What it found. */
  error?: Error;
  /** Why it was expected to fail. */
  reason?: string;
}

/** Thrown when an estimator does not keep what estimators promise. */
export class EstimatorCheckError extends Error {
  /** The class's name. */
  override readonly name: string = "EstimatorCheckError";
}

/**
 * Checks that an estimator keeps what all promise: hyperparameters, cloning, fitting, shapes, what it refuses, weights,
 * files, travel. All estimators of the library pass; run it in the tests of your own. What does not follow from
 * `estimatorType` an estimator says in `static tags` (see {@linkcode EstimatorTags}).
 *
 * @param estimator an instance, set up as it is to be checked; it stays as it is
 * @param options how
 * @returns what each check came to
 * @throws {EstimatorCheckError} at the first that fails, with what it found as the cause
 *
 * @example
 * ```ts
 * import { BaseClassifier, checkEstimator, GaussianNB } from "@troupe/troupe";
 * const results = await checkEstimator(new GaussianNB());
 * results.filter((r) => r.status === "passed").length > 20; // true
 * ```
 */
export async function checkEstimator(
  estimator: object,
  options: CheckEstimatorOptions = {},
): Promise<CheckResult[]> {
  checkOptionNames("checkEstimator", options, ["expectedFailures", "onFail", "only", "known"]);
  const { expectedFailures = {}, onFail = "raise", only } = options;
  if (typeof estimator === "function") {
    throw new TypeError(
      `checkEstimator: expected an instance; make one: new ${(estimator as { name: string }).name}()`,
    );
  }
  await loadAssert();
  const subject = new Subject(estimator);
  const own = estimator.constructor as Nameable;
  const given = options.known ?? {};
  const known = Object.values(given).includes(own) ? given : { [own.name]: own, ...given };
  const names = checks.map((check) => check.name);
  for (const name of Object.keys(expectedFailures)) {
    if (!names.includes(name)) throw new TypeError(`checkEstimator: no check is called ${JSON.stringify(name)}`);
  }
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (only !== undefined && !(typeof only === "string" ? check.name.includes(only) : only.test(check.name))) continue;
    const result: CheckResult = { name: check.name, status: "skipped" };
    results.push(result);
    if (check.concerns !== undefined && !check.concerns(subject)) continue;
    const reason = expectedFailures[check.name];
    try {
      await withoutWarnings(() => check.run(subject, known));
      result.status = "passed";
      if (reason !== undefined) throw new Error("it was expected to fail, and passed: take it off the list");
    } catch (error) {
      result.error = error as Error;
      result.reason = reason;
      result.status = reason !== undefined && result.status !== "passed" ? "expected" : "failed";
    }
    if (result.status === "failed" && onFail === "raise") {
      throw new EstimatorCheckError(`${subject.name}: ${check.name}: ${result.error?.message}`, {
        cause: result.error,
      });
    }
  }
  return results;
}

/** Does something without what it warns of: small data seldom converges. */
async function withoutWarnings(work: () => unknown): Promise<void> {
  const { warn, log } = console;
  console.warn = () => {};
  console.log = () => {};
  try {
    await work();
  } finally {
    console.warn = warn;
    console.log = log;
  }
}
