import { assert } from "./assert.ts";
import type { NDArray } from "../array/mod.ts";
import { type EstimatorCheck, isKind, learnsFromX, ordinary } from "./check.ts";
import { assertRefused, assertSame, errorOf, type Outputs, outputsOf, plain } from "./subject.ts";

/** What concerns results. */
export const learningChecks: readonly EstimatorCheck[] = [
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
        const there = await outputsOf(estimator, X);
        if (there[method] === undefined) continue;
        const expected = { [method]: there[method] };
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
        const rows = (list: readonly number[]): Outputs => ({
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
    name: "weights of one change nothing; weights of another length, negative ones and NaN are refused",
    concerns: (s) => ordinary(s) && s.takesWeights,
    async run(subject) {
      const { estimator, X, y } = await subject.fitted();
      if (!subject.tags.nonDeterministic) {
        const weighted = subject.fresh();
        await subject.fit(weighted, X, y, new Float64Array(X.length).fill(1));
        assertSame(await outputsOf(weighted, X), await outputsOf(estimator, X), 1e-8, "weights of one");
      }
      await assertRefused(() => subject.fit(subject.fresh(), X, y, [1, 2]), /weight/i, "fit() with two weights");
      for (const value of [NaN, -1]) {
        const bad = new Float64Array(X.length).fill(1);
        bad[3] = value;
        await assertRefused(
          () => subject.fit(subject.fresh(), X, y, bad),
          /weight/i,
          `fit() with a weight of ${value}`,
        );
      }
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
      if (Object.keys(a).length > 1 && subject.tags.kind === "classifier") {
        delete a.predict;
        delete b.predict;
      }
      assertSame(a, b, 3e-2, "weighted, against left out and repeated");
    },
  },
];
