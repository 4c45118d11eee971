import { assert } from "./assert.ts";
import { NDArray } from "../array/mod.ts";
import { clone, type EstimatorClass, isEstimator, isFitted, NotFittedError } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { dumpBytes, loadBytes } from "../persistence/mod.ts";
import { type EstimatorCheck, isUnavailableText, learnsFromX } from "./check.ts";
import { type AnyEstimator, assertSame, errorOf, METHODS, outputsOf, plain } from "./subject.ts";

/** Hyperparameters as text, and what they are by identity. */
function paramsOf(estimator: AnyEstimator): Map<string, unknown> {
  return new Map(
    Object.entries(estimator.getParams(false)).map(([name, value]) =>
      typeof value === "object" && value !== null ? [name, describe(value)] : [name, value]
    ),
  );
}

function describe(value: unknown): string {
  if (isEstimator(value)) return `${value.constructor.name}${describe(value.getParams(false))}`;
  if (Array.isArray(value)) return `[${value.map(describe).join()}]`;
  if (value instanceof NDArray) return value.toString();
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value).map(([k, v]) => `${k}:${describe(v)}`).join()}}`;
  }
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}

/** What concerns hyperparameters, cloning, fitting at all, files and travel. */
export const contractChecks: readonly EstimatorCheck[] = [
  {
    name: "constructor stores hyperparameters and does nothing else",
    run({ given, name }) {
      const { defaults } = given.constructor as unknown as EstimatorClass;
      assert.ok(defaults !== undefined, `${name} has no static defaults`);
      const copy = clone(given) as AnyEstimator;
      const params = copy.getParams(false);
      assert.deepEqual(Object.keys(params), Object.keys(defaults), "getParams() and static defaults differ");
      const extra = Object.keys(copy).filter((key) => !Object.hasOwn(defaults, key));
      assert.deepEqual(extra, [], "the constructor sets fields that are no hyperparameters");
      for (const key of Object.keys(params)) assert.equal(copy[key], params[key], `${key} is not as it was given`);
    },
  },
  {
    name: "constructor refuses names that it does not know",
    run({ given }) {
      const make = given.constructor as new (options: object) => object;
      const params = clone(given as AnyEstimator).getParams(false);
      assert.throws(() => new make({ ...params, noSuchOption: 1 }), /noSuchOption/);
    },
  },
  {
    name: "setParams() changes what getParams() gives, or nothing",
    run({ given }) {
      const copy = clone(given);
      const before = paramsOf(copy);
      assert.equal(copy.setParams(copy.getParams(false)), copy, "setParams() does not return the estimator");
      assert.deepEqual(paramsOf(copy), before);
      assert.throws(() => copy.setParams({ noSuchParameter: 1 }), /noSuchParameter/);
      assert.deepEqual(paramsOf(copy), before, "a call of setParams() that failed changed something");
      for (const [name, value] of Object.entries(copy.getParams(false))) {
        if (typeof value !== "number" && typeof value !== "boolean") continue;
        const other = typeof value === "number" ? value + 1 : !value;
        assert.equal((copy.setParams({ [name]: other }) as AnyEstimator).getParams()[name], other, name);
      }
    },
  },
  {
    name: "clone() gives another one, not fitted, with the same hyperparameters",
    async run(subject) {
      const { estimator } = await subject.fitted();
      if (typeof estimator.cloned === "function") return;
      const twin = clone(estimator);
      assert.notEqual(twin, estimator);
      assert.equal(twin.constructor, estimator.constructor);
      assert.deepEqual([...paramsOf(twin).keys()], [...paramsOf(estimator).keys()]);
      assert.ok(!isFitted(twin), "a clone is fitted");
      for (const [name, value] of Object.entries(twin.getParams(false))) {
        if (isEstimator(value)) assert.notEqual(value, estimator.getParams(false)[name], `${name} was not cloned`);
      }
    },
  },
  {
    name: "methods throw NotFittedError before fit()",
    concerns: (s) => !s.tags.stateless && learnsFromX(s),
    async run(subject) {
      const { X } = subject.data();
      const estimator = subject.fresh();
      if (typeof estimator.cloned === "function") return;
      for (const method of [...METHODS, "inverseTransform", "getFeatureNamesOut"]) {
        if (typeof estimator[method] !== "function") continue;
        const error = await errorOf(() => estimator[method](X));
        assert.ok(error !== undefined, `${method}() before fit() gave something`);
        // What cannot be had as the estimator is set up may be said first.
        if (["predict", "transform"].includes(method) && !isUnavailableText(error.message)) {
          assert.ok(error instanceof NotFittedError, `${method}() before fit() threw ${error.name}: ${error.message}`);
        }
      }
    },
  },
  {
    name: "fit() returns the estimator, and leaves hyperparameters and data as they were",
    async run(subject) {
      const { X, y } = subject.data();
      const estimator = subject.fresh();
      const before = paramsOf(estimator);
      const data = X.copy();
      const labels = y?.copy();
      assert.equal(await subject.fit(estimator, X, y), estimator, "fit() does not return the estimator");
      assert.deepEqual(paramsOf(estimator), before, "fit() changed hyperparameters");
      assert.ok(X.equals(data), "fit() changed X");
      assert.ok(y === undefined || y.equals(labels as NDArray), "fit() changed y");
      if (learnsFromX(subject)) await outputsOf(estimator, X);
      assert.ok(X.equals(data), "a method changed X");
      assert.deepEqual(paramsOf(estimator), before, "a method changed hyperparameters");
    },
  },
  {
    name: "what is learned ends in _, and counts the features",
    concerns: learnsFromX,
    async run(subject) {
      const { estimator, X } = await subject.fitted();
      const defaults = (estimator.constructor as unknown as EstimatorClass).defaults;
      const odd = Object.keys(estimator).filter((key) => !key.endsWith("_") && !Object.hasOwn(defaults, key));
      assert.deepEqual(odd, [], "fit() sets fields that do not end in _");
      if (!subject.tags.unchecked) assert.equal(estimator.nFeaturesIn_, X.shape[1], "nFeaturesIn_");
    },
  },
  {
    name: "dump() and load() give back what was learned",
    async run(subject, known) {
      const { estimator, X, y } = await subject.fitted();
      const twin = await loadBytes<AnyEstimator>(await dumpBytes(estimator, { known }), { known });
      assert.equal(twin.constructor, estimator.constructor);
      assert.deepEqual(paramsOf(twin), paramsOf(estimator));
      if (subject.tags.input === "labels") {
        assert.deepEqual(plain(await twin.transform(y)), plain(await estimator.transform(y)));
      } else assertSame(await outputsOf(twin, X), await outputsOf(estimator, X), 0, "after load()");
    },
  },
  {
    name: "it travels on the parallel backend in force, fitted and not",
    concerns: (s) => learnsFromX(s),
    async run(subject) {
      const { estimator, X, y } = await subject.fitted();
      const parallel = new Parallel({ nJobs: 2 });
      const [there] = await parallel.run([delayed(outputsOf)(estimator, X)]);
      assertSame(there, await outputsOf(estimator, X), 1e-12, "elsewhere");
      const [back] = await parallel.run([delayed(fitElsewhere)(subject.fresh(), X, y ?? null)]);
      assert.equal(back.constructor, estimator.constructor);
      if (!subject.tags.nonDeterministic) {
        assertSame(await outputsOf(back, X), await outputsOf(estimator, X), 1e-10, "fitted elsewhere");
      }
    },
  },
  {
    name: "it is shown with its name, in text and in HTML",
    async run(subject) {
      const { estimator } = await subject.fitted();
      for (const shown of [estimator, subject.given]) {
        assert.ok(Deno.inspect(shown).startsWith(`${subject.name}(`), Deno.inspect(shown));
        assert.ok(shown.toHTML().includes(subject.name));
      }
    },
  },
];

/** Fits an estimator where this runs, and gives it back. */
export async function fitElsewhere(estimator: object, X: unknown, y: unknown): Promise<AnyEstimator> {
  await (estimator as AnyEstimator).fit(X, y ?? undefined);
  return estimator as AnyEstimator;
}
