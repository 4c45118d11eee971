import { assert } from "./assert.ts";
import { NDArray, Table } from "../array/mod.ts";
import type { Params } from "../base/mod.ts";
import { type EstimatorCheck, isUnavailableText, learnsFromX, looksAtX, numeric, ordinary } from "./check.ts";
import { assertRefused, assertSame, errorOf, outputsOf } from "./subject.ts";

/** What concerns what is taken and what is refused. */
export const inputChecks: readonly EstimatorCheck[] = [
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
    name: "hyperparameters of a wrong kind are refused by name",
    concerns: looksAtX,
    async run(subject) {
      class Wrong {}
      const { X, y } = subject.data();
      for (const name of Object.keys(subject.fresh().getParams(false))) {
        // How much is said changes nothing.
        if (name === "verbose") continue;
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
];
