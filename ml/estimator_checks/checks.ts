import assert from "node:assert/strict";
import { NDArray, Table } from "../array/mod.ts";
import { clone, type EstimatorClass, isEstimator, isFitted, NotFittedError, type Params } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { dumpBytes, type KnownNames, loadBytes } from "../persistence/mod.ts";
import {
  type AnyEstimator,
  assertRefused,
  assertSame,
  errorOf,
  METHODS,
  outputsOf,
  plain,
  Subject,
} from "./subject.ts";

/** One check: what it looks at, and whether it concerns an estimator. */
export interface EstimatorCheck {
  /** Its name. */
  readonly name: string;
  /** Whether it concerns an estimator; all if left out. */
  readonly concerns?: (subject: Subject) => boolean;
  /** Looks; throws when something is wrong. */
  readonly run: (subject: Subject, known: KnownNames) => unknown;
}

const learnsFromX = ({ tags }: Subject): boolean => tags.input !== "labels";
const looksAtX = (s: Subject): boolean => learnsFromX(s) && !s.tags.unchecked;
const numeric = (s: Subject): boolean => looksAtX(s) && s.tags.input === "numbers";
const ordinary = (s: Subject): boolean => numeric(s) && !s.tags.pairwise;
const isKind = (kind: string) => (s: Subject): boolean => s.tags.kind === kind && ordinary(s);

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

/** The checks, in the order in which they are made. */
export const checks: readonly EstimatorCheck[] = [
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
        if (["predict", "transform"].includes(method)) {
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
    name: "results have the shapes that belong to the samples",
    concerns: learnsFromX,
    async run(subject) {
      const { estimator, X } = await subject.fitted();
      const n = X.shape[0];
      const outputs = await outputsOf(estimator, X);
      for (const [method, { shape, values }] of Object.entries(outputs)) {
        assert.equal(shape[0], n, `${method}() gives ${shape[0]} rows for ${n} samples`);
        if (method === "transform") assert.equal(shape.length, 2, "transform() gives no table");
        if (method === "predictProba") {
          for (let i = 0; i < n; i++) {
            const row = values.slice(i * shape[1], (i + 1) * shape[1]) as number[];
            assert.ok(row.every((p) => p >= 0 && p <= 1 + 1e-12), `probabilities of sample ${i}: ${row}`);
            assert.ok(
              Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-9,
              `probabilities of sample ${i} sum to another`,
            );
          }
        }
      }
      if (outputs.transform !== undefined && typeof estimator.getFeatureNamesOut === "function") {
        const names = await errorOf(() => estimator.getFeatureNamesOut()) ?? estimator.getFeatureNamesOut();
        if (!(names instanceof Error)) assert.equal(names.length, outputs.transform.shape[1], "getFeatureNamesOut()");
      }
      if (outputs.predict !== undefined && outputs.predictProba !== undefined && estimator.classes_ !== undefined) {
        assert.equal(
          outputs.predictProba.shape[1],
          estimator.classes_.size,
          "predictProba() has another number of classes",
        );
      }
    },
  },
  {
    name: "fit() twice gives the same as once",
    concerns: (s) => learnsFromX(s) && !s.tags.nonDeterministic,
    async run(subject) {
      const { estimator, X, y } = await subject.fitted();
      const once = await outputsOf(estimator, X);
      await subject.fit(estimator, X, y);
      assertSame(await outputsOf(estimator, X), once, 1e-10, "the second fit()");
      const other = subject.fresh();
      const else_ = subject.data(30, 5);
      await subject.fit(other, else_.X, else_.y);
      await subject.fit(other, X, y);
      assertSame(await outputsOf(other, X), once, 1e-10, "fit() after fit() to other data");
    },
  },
  {
    name: "fitTransform() and fitPredict() are fit() and the rest",
    concerns: (s) => learnsFromX(s) && !s.tags.nonDeterministic,
    async run(subject) {
      const { estimator, X, y } = await subject.fitted();
      for (const [both, method] of [["fitTransform", "transform"], ["fitPredict", "predict"]]) {
        if (typeof estimator[both] !== "function" || typeof estimator[method] !== "function") continue;
        const expected = { [method]: plain(await estimator[method](X)) };
        const actual = { [method]: plain(await subject.fresh()[both](X, y)) };
        assertSame(actual, expected, 1e-8, `${both}()`);
      }
    },
  },
  {
    name: "what is said of a sample does not depend on the others",
    concerns: (s) => learnsFromX(s) && !s.tags.dependsOnOthers && !s.tags.nonDeterministic,
    async run(subject) {
      const { estimator, X } = await subject.fitted();
      const whole = await outputsOf(estimator, X);
      const order = Int32Array.from({ length: X.length }, (_, i) => (i * 5 + 3) % X.length);
      const shuffled = await outputsOf(estimator, X.take(order));
      const single = await outputsOf(estimator, X.slice(4, 5));
      for (const [method, { shape, values }] of Object.entries(whole)) {
        const width = values.length / shape[0];
        const rows = (list: readonly number[]): Outputs1 => ({
          [method]: {
            shape: [list.length, ...shape.slice(1)],
            values: list.flatMap((i) => values.slice(i * width, (i + 1) * width)),
          },
        });
        assertSame({ [method]: shuffled[method] }, rows([...order]), 1e-8, "in another order");
        assertSame({ [method]: single[method] }, rows([4]), 1e-8, "a sample alone");
      }
    },
  },
  {
    name: "all forms of X are taken, and mean the same",
    concerns: numeric,
    async run(subject) {
      const { X, y } = subject.data();
      // Whole numbers are the same in every form.
      const whole = X.map((v) => Math.round(4 * v));
      const expected = await (async () => {
        const estimator = subject.fresh();
        await subject.fit(estimator, whole, y);
        return await outputsOf(estimator, whole);
      })();
      const forms: Record<string, unknown> = {
        "nested lists": whole.toArray(),
        "lists of typed arrays": Array.from({ length: whole.length }, (_, i) => whole.row(i).data),
        "data and shape": { data: whole.data, shape: whole.shape },
        "float32": whole.astype("float32"),
        "int32": whole.astype("int32"),
        "int64": whole.astype("int64"),
        "a Table": new Table(Array.from({ length: whole.shape[1] }, (_, j) => [`c${j}`, whole.col(j)] as const)),
      };
      if (subject.tags.nonDeterministic) return;
      for (const [form, input] of Object.entries(forms)) {
        const estimator = subject.fresh();
        await subject.fit(estimator, input, y?.toArray());
        assertSame(await outputsOf(estimator, input), expected, 1e-5, form);
      }
    },
  },
  {
    name: "X of a wrong form is refused",
    concerns: looksAtX,
    async run(subject) {
      const { X, y } = subject.data();
      const refuse = (input: unknown, expected: RegExp, what: string): Promise<Error> =>
        assertRefused(() => subject.fit(subject.fresh(), input, y), expected, `fit() to ${what}`);
      await refuse(X.col(0), /2D|two axes|shape|rows/i, "a list of numbers");
      await refuse(new NDArray(new Float64Array(0), [0, 3]), /sample|empty/i, "no samples");
      if (!subject.tags.pairwise) {
        await refuse(new NDArray(new Float64Array(0), [X.length, 0]), /feature|column/i, "no features");
      }
      await refuse([...X.slice(1).toArray(), [1]], /element|length|row/i, "rows of different lengths");
      await refuse(null, /./, "null");
      await refuse([[{}, 1], [2, 3]], /./, "objects");
    },
  },
  {
    name: "infinities are refused, and NaN where it means nothing",
    concerns: numeric,
    async run(subject) {
      const { estimator, X, y } = await subject.fitted();
      const bad = [Infinity, -Infinity, ...subject.tags.allowNaN ? [] : [NaN]];
      for (const value of bad) {
        const broken = X.copy();
        broken.set(value, 3, 1);
        const what = value !== value ? /NaN/ : /infinit/i;
        await assertRefused(() => subject.fit(subject.fresh(), broken, y), what, `fit() to ${value}`);
        for (const method of ["predict", "transform"]) {
          if (typeof estimator[method] !== "function") continue;
          const error = await assertRefused(() => estimator[method](broken), /./, `${method}() of ${value}`);
          if (!isUnavailableText(error.message)) assert.match(error.message, what, `${method}() of ${value}`);
        }
      }
      if (subject.tags.allowNaN) {
        const missing = X.copy();
        missing.set(NaN, 3, 1);
        const other = subject.fresh();
        await subject.fit(other, missing, y);
        await outputsOf(other, missing);
      }
    },
  },
  {
    name: "another number of features than in fit() is refused",
    concerns: (s) => looksAtX(s) && !s.tags.stateless,
    async run(subject) {
      const { estimator, X } = await subject.fitted();
      const n = X.length;
      const fewer = new NDArray(X.data.slice(0, n * (X.shape[1] - 1)), [n, X.shape[1] - 1]);
      for (const method of ["predict", "transform", "decisionFunction", "predictProba"]) {
        if (typeof estimator[method] !== "function") continue;
        const error = await assertRefused(() => estimator[method](fewer), /./, `${method}() of fewer features`);
        if (isUnavailableText(error.message)) continue;
        assert.match(error.message, /feature|column/i, `${method}() of fewer features`);
      }
    },
  },
  {
    name: "y of another length, or missing where it is needed, is refused",
    concerns: (s) => learnsFromX(s) && s.tags.requiresY,
    async run(subject) {
      const { X, y } = subject.data();
      await assertRefused(
        () => subject.fit(subject.fresh(), X, y?.slice(0, 5)),
        /sample|length/i,
        "fit() to a short y",
      );
      await assertRefused(() => subject.fit(subject.fresh(), X), /./, "fit() without y");
      if (subject.tags.kind === "classifier") return;
      const broken = y?.map(Number) as NDArray<Float64Array>;
      broken.data[2] = NaN;
      await assertRefused(() => subject.fit(subject.fresh(), X, broken), /NaN/, "fit() to a y with NaN");
    },
  },
  {
    name: "one sample is fitted, or refused in words",
    concerns: ordinary,
    async run(subject) {
      const { X, y } = subject.data();
      const error = await errorOf(() => subject.fit(subject.fresh(), X.slice(0, 1), y?.slice(0, 1)));
      if (error !== undefined) {
        assert.match(error.message, /sample|class|fold|member|split|feature|vari/i, "fit() to one sample");
      }
    },
  },
  {
    name: "one feature is fitted, or refused in words",
    concerns: ordinary,
    async run(subject) {
      const { X, y } = subject.data();
      const column = X.col(0).reshape(-1, 1);
      const estimator = subject.fresh();
      const error = await errorOf(async () => {
        await subject.fit(estimator, column, y);
        await outputsOf(estimator, column);
      });
      if (error !== undefined) assert.match(error.message, /feature|component|column/i, "fit() to one feature");
    },
  },
  {
    name: "a constant feature is fitted",
    concerns: ordinary,
    async run(subject) {
      const { X, y } = subject.data();
      const constant = X.map((v, at) => at % 3 === 1 ? 7 : v);
      const estimator = subject.fresh();
      await subject.fit(estimator, constant, y);
      for (const [method, { values }] of Object.entries(await outputsOf(estimator, constant))) {
        if (method === "predictLogProba") continue;
        assert.ok(!values.some((v) => v !== v), `${method}() gives NaN`);
      }
    },
  },
  {
    name: "classes are learned in order, and predicted as they were given",
    concerns: isKind("classifier"),
    async run(subject) {
      const { X, y } = subject.data();
      const names = ["pear", "apple", "plum"];
      const codes = (y as NDArray).data as ArrayLike<number>;
      const text = Array.from(codes, (c) => names[c]);
      const estimator = subject.fresh();
      await subject.fit(estimator, X, text);
      const used = [...new Set(text)].sort();
      assert.deepEqual(estimator.classes_.toArray(), used, "classes_");
      const predicted = await estimator.predict(X);
      assert.ok(predicted.data.every((v: unknown) => used.includes(v as string)), "predict() gives what is no class");
      const right = predicted.data.filter((v: unknown, i: number) => v === text[i]).length;
      const score = await estimator.score(X, text);
      assert.ok(Math.abs(score - right / text.length) < 1e-12, "score() is not the share of right predictions");
      // Labels by other names, in the same order, change nothing else.
      if (subject.tags.nonDeterministic) return;
      const numbered = subject.fresh();
      await subject.fit(numbered, X, text.map((t) => used.indexOf(t) * 10 - 5));
      const again = await numbered.predict(X);
      assert.deepEqual(Array.from(again.data, (v) => used[((v as number) + 5) / 10]), Array.from(predicted.data));
    },
  },
  {
    name: "one class is learned, or refused in words; fractions are no classes",
    concerns: isKind("classifier"),
    async run(subject) {
      const { X, y } = subject.data();
      const estimator = subject.fresh();
      const error = await errorOf(() => subject.fit(estimator, X, new Int32Array(X.length).fill(4)));
      if (error !== undefined) assert.match(error.message, /class/i, "fit() to one class");
      else assert.ok((await estimator.predict(X)).data.every((v: unknown) => v === 4), "another class is predicted");
      const fractions = Array.from((y as NDArray).data as ArrayLike<number>, (v) => v + 0.5);
      fractions[0] = 0.1;
      await assertRefused(
        () => subject.fit(subject.fresh(), X, fractions),
        /fraction|continuous|class/i,
        "fit() to fractions",
      );
    },
  },
  {
    name: "weights of one change nothing; weights of another length, and negative ones, are refused",
    concerns: (s) => ordinary(s) && s.takesWeights,
    async run(subject) {
      const { estimator, X, y } = await subject.fitted();
      if (!subject.tags.nonDeterministic) {
        const weighted = subject.fresh();
        await subject.fit(weighted, X, y, new Float64Array(X.length).fill(1));
        assertSame(await outputsOf(weighted, X), await outputsOf(estimator, X), 1e-8, "weights of one");
      }
      await assertRefused(() => subject.fit(subject.fresh(), X, y, [1, 2]), /weight/i, "fit() with two weights");
      const bad = new Float64Array(X.length).fill(1);
      bad[3] = NaN;
      await assertRefused(() => subject.fit(subject.fresh(), X, y, bad), /weight/i, "fit() with a weight of NaN");
    },
  },
  {
    name: "a weight of zero is a sample that is not there, and one of two is one that is there twice",
    concerns: (s) => ordinary(s) && s.takesWeights && !s.tags.nonDeterministic,
    async run(subject) {
      const { X, y } = subject.data();
      const weight = Float64Array.from({ length: X.length }, (_, i) => i % 3 === 0 ? (i % 2 === 0 ? 2 : 0) : 1);
      const rows = Array.from(weight).flatMap((w, i) => new Array(w).fill(i));
      const weighted = subject.fresh();
      await subject.fit(weighted, X, y, weight);
      const repeated = subject.fresh();
      await subject.fit(repeated, X.take(rows), y?.take(rows));
      const there = X.take([...new Set(rows)]);
      const a = await outputsOf(weighted, there);
      const b = await outputsOf(repeated, there);
      // Labels may go either way where two are as likely.
      if (Object.keys(a).length > 1 && typeof estimatorType(subject) === "string") {
        delete a.predict;
        delete b.predict;
      }
      assertSame(a, b, 1e-2, "weighted, against left out and repeated");
    },
  },
  {
    name: "hyperparameters of a wrong kind are refused by name",
    concerns: looksAtX,
    async run(subject) {
      class Wrong {}
      const { X, y } = subject.data();
      for (const name of Object.keys(subject.fresh().getParams(false))) {
        const estimator = subject.fresh();
        const error = await errorOf(() => {
          estimator.setParams({ [name]: new Wrong() } as Params);
          return subject.fit(estimator, X, y);
        });
        assert.ok(error !== undefined, `${name} may be anything`);
        assert.ok(
          error.message.includes(name) || error.message.includes("Wrong"),
          `${name} of a wrong kind is refused with: ${error.message}`,
        );
      }
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

type Outputs1 = Awaited<ReturnType<typeof outputsOf>>;

function estimatorType(subject: Subject): unknown {
  return subject.tags.kind;
}

function isUnavailableText(text: string): boolean {
  return /needs \{|has no \w+\(\)|probability/i.test(text);
}

/** Fits an estimator where this runs, and gives it back. */
export async function fitElsewhere(estimator: object, X: unknown, y: unknown): Promise<AnyEstimator> {
  await (estimator as AnyEstimator).fit(X, y ?? undefined);
  return estimator as AnyEstimator;
}
