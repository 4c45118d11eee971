import assert from "node:assert/strict";
import {
  InvalidParameterError,
  LinearSVC,
  loadDigits,
  type NDArray,
  NotFittedError,
  NuSVC,
  OneClassSVM,
  RandomState,
  SVMError,
  SVR,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";
import { observeObjective, observePredictions } from "../../parity/observe.ts";
import { data, type Table } from "./data.ts";

const values = golden("ml_svm_more");
const title = (c: { data: string; params: unknown; weighted?: boolean }): string =>
  `${c.data}, ${JSON.stringify(c.params)}${c.weighted ? ", weighted" : ""}`;

const weights = (n: number): NDArray<Float64Array> => new RandomState(3).uniform(0, 2, n);

Deno.test("NuSVC learns what scikit-learn learns", async () => {
  for (const c of values.nu_svc) {
    const { X, y, T } = data(c.data);
    const svc = new NuSVC(camelCase(c.params));
    if (c.infeasible) {
      await assert.rejects(svc.fit(X, y), /specified nu is infeasible/, title(c));
      continue;
    }
    await svc.fit(X, y);
    observePredictions((await svc.predict(T)).toArray(), c.predict, title(c));
    assert.deepEqual((await svc.predict(T)).toArray(), c.predict, title(c));
    assertDigest(await svc.decisionFunction(T), c.decision, 2e-3, title(c));
    assertClose(svc.intercept_, c.intercept, 2e-3, title(c));
  }
});

function targets(X: Table): Float64Array {
  const last = X.shape[1] - 1;
  return Float64Array.from(
    { length: X.length },
    (_, i) => Math.sin(2 * X.get(i, 0)) + 0.3 * X.get(i, last) + 0.1 * i % 0.7,
  );
}

Deno.test("SVR learns what scikit-learn learns", async () => {
  for (const c of values.svr) {
    const { X, T } = data(c.data);
    const t = targets(X);
    const svr = await new SVR(camelCase(c.params)).fit(X, t, c.weighted ? weights(X.length) : undefined);
    // With a tolerance of 1e-3 two paths end that far apart; with a small one, at one optimum.
    const far = c.params.tol === undefined ? 3e-3 : 2e-5;
    assertDigest(await svr.predict(T), c.predict, far, title(c));
    assertClose(svr.intercept_, c.intercept, far, title(c));
    assertClose(await svr.score(X, t), c.score, far, title(c));
    const coefs = new Float64Array(X.length);
    svr.support_.data.forEach((i, s) => coefs[i] = svr.dualCoef_.data[s]);
    const values = (await svr.predict(X)).data.map((v) => v - svr.intercept_.get(0));
    const dual = coefs.reduce((s, b, i) => s + 0.5 * b * values[i] - b * t[i] + svr.epsilon * Math.abs(b), 0);
    observeObjective(dual, c.dual, title(c));
    assert.ok(dual <= c.dual + 1e-4 * Math.abs(c.dual), `${title(c)}: ${dual} against ${c.dual}`);
    if (c.params.kernel === "linear") {
      const w = svr.coef_;
      assert.deepEqual(w.shape, [1, T.shape[1]]);
      const first = T.row(0).data.reduce((s, v, j) => s + v * w.get(0, j), svr.intercept_.get(0));
      assertClose((await svr.predict(T)).get(0), first, 1e-9);
    }
  }
});

Deno.test("OneClassSVM learns what scikit-learn learns", async () => {
  for (const c of values.one_class) {
    const { X, T } = data(c.data);
    const svm = await new OneClassSVM(camelCase(c.params)).fit(
      X,
      undefined,
      c.weighted ? weights(X.length) : undefined,
    );
    assertDigest(await svm.decisionFunction(T), c.decision, 1e-6, title(c));
    assertDigest(await svm.scoreSamples(T), c.scores, 1e-6, title(c));
    const decision = (await svm.decisionFunction(T)).data;
    // A sample on the border is decided by rounding.
    observePredictions((await svm.predict(T)).data, c.predict, title(c));
    (await svm.predict(T)).data.forEach((v, i) =>
      assert.ok(v === c.predict[i] || Math.abs(decision[i]) < 1e-9, title(c))
    );
    assert.equal(svm.nSupport_.get(0), c.n_support, title(c));
    assertClose(svm.offset_, c.offset, 1e-6, title(c));
  }
});

/** What LinearSVC minimises, for each plane. */
function objectives(m: LinearSVC, X: Table, y: NDArray<Int32Array>, w: Float64Array | undefined): number[] {
  const k = m.classes_.size;
  const planes = k === 2 ? [m.classes_.get(1)] : m.classes_.toArray();
  return planes.map((c: unknown, p: number) => {
    let total = 0;
    const constant = m.fitIntercept ? m.intercept_.get(p) / m.interceptScaling : 0;
    for (const v of [...m.coef_.row(p).data, constant]) total += m.penalty === "l1" ? Math.abs(v) : v * v / 2;
    for (let i = 0; i < X.length; i++) {
      const s = y.get(i) === c ? 1 : -1;
      const value = X.row(i).data.reduce((t, v, j) => t + v * m.coef_.get(p, j), m.intercept_.get(p));
      const short = Math.max(0, 1 - s * value);
      const label = y.get(i);
      const factor = (m.classWeight as Record<number, number> | null)?.[label] ?? 1;
      total += m.C * (k === 2 || label === c ? factor : 1) * (w?.[i] ?? 1) *
        (m.loss === "hinge" ? short : short * short);
    }
    return total;
  });
}

Deno.test("LinearSVC comes as low as scikit-learn, and predicts the same", async () => {
  let different = 0, all = 0;
  for (const c of values.linear_svc) {
    let { X, y, T } = data(c.data);
    if (c.data === "digits") [X, T] = [X.map((v) => v / 16), T.map((v) => v / 16)];
    const w = c.weighted ? weights(X.length).data : undefined;
    const svc = await new LinearSVC({ randomState: 0, tol: 1e-6, ...camelCase(c.params) }).fit(X, y, w);
    objectives(svc, X, y, w).forEach((v, p) => {
      observeObjective(v, c.objective[p], title(c));
      assert.ok(v <= c.objective[p] * (1 + 1e-4) + 1e-9, `${title(c)}: ${v} against ${c.objective[p]}`);
    });
    const predicted = (await svc.predict(T)).toArray();
    observePredictions(predicted, c.predict, title(c));
    all += predicted.length;
    predicted.forEach((v: number, i: number) => different += v === c.predict[i] ? 0 : 1);
  }
  assert.ok(different <= 0.002 * all, `${different} of ${all} predictions differ`);
});

Deno.test("LinearSVC refuses what has no solver, and warns when it stops early", async () => {
  const { X, y } = data("binary");
  await assert.rejects(new LinearSVC({ penalty: "l1", loss: "hinge" }).fit(X, y), InvalidParameterError);
  await assert.rejects(new LinearSVC({ penalty: "l1", dual: true }).fit(X, y), /dual=false/);
  await assert.rejects(new LinearSVC({ loss: "hinge", dual: false }).fit(X, y), /dual=true/);
  await assert.rejects(new LinearSVC({ multiClass: "crammer_singer" as "ovr" }).fit(X, y), /multiClass must be "ovr"/);
  const { warn } = await captured(() => new LinearSVC({ loss: "hinge", maxIter: 2, randomState: 0 }).fit(X, y));
  assert.match(warn.join(), /maxIter=2/);
  assert.equal(warn.length, 1);
});

Deno.test("NuSVC, SVR and OneClassSVM say what is wrong", async () => {
  const { X, y } = data("binary");
  await assert.rejects(new NuSVC({ nu: 0 }).fit(X, y), InvalidParameterError);
  await assert.rejects(new OneClassSVM({ nu: 1.5 }).fit(X), InvalidParameterError);
  await assert.rejects(new SVR({ epsilon: -1 }).fit(X, y), InvalidParameterError);
  await assert.rejects(new SVR({ kernel: "precomputed" }).fit(X, y), /must be square/);
  await assert.rejects(new SVR().fit(X, y.slice(1)), /inconsistent/);
  await assert.rejects(new SVR().predict(X), NotFittedError);
  await assert.rejects(new OneClassSVM().decisionFunction(X), NotFittedError);
  assert.throws(() => new NuSVC({ C: 1 } as object), UnknownNameError);
  const svr = await new SVR().fit(X, y);
  assert.throws(() => svr.coef_, SVMError);
  const { warn } = await captured(() => new SVR({ maxIter: 3 }).fit(X, targets(X)));
  assert.match(warn.join(), /maxIter=3/);
});

Deno.test("NuSVC learns probabilities", async () => {
  const { X, y, T } = data("unbalanced");
  const svc = await new NuSVC({ nu: 0.05, probability: true, randomState: 0 }).fit(X, y);
  const proba = await svc.predictProba(T);
  assertClose(proba.sum(1), new Array(T.length).fill(1), 1e-12);
});

Deno.test("SVR and OneClassSVM on many samples come to the optimum that small steps come to", async () => {
  const { X } = loadDigits();
  const T = X.slice(1700);
  const t = targets(X).map((v) => v / 3);
  const params = { gamma: 1e-3, C: 1, epsilon: 0.05, tol: 1e-5 };
  const [fast, slow] = await Promise.all([
    new SVR(params).fit(X, t),
    // A limit of iterations that is not reached asks for the other solver.
    new SVR({ ...params, maxIter: 1_000_000 }).fit(X, t),
  ]);
  assertClose(await fast.predict(T), await slow.predict(T), 1e-3);
  const plane = { kernel: "linear", C: 0.01, tol: 1e-5 } as const;
  const scaled = X.map((v) => v / 16 + 1);
  const flat = await new SVR(plane).fit(scaled, t);
  const steps = await new SVR({ ...plane, maxIter: 1_000_000 }).fit(scaled, t);
  assertClose(await flat.predict(scaled), await steps.predict(scaled), 1e-3);
  const half = { kernel: "linear", nu: 0.3, tol: 1e-6 } as const;
  const near = await (await new OneClassSVM(half).fit(scaled)).decisionFunction(scaled);
  const far = await (await new OneClassSVM({ ...half, maxIter: 1_000_000 }).fit(scaled)).decisionFunction(scaled);
  assertClose(near.map((v) => v / far.max()), far.map((v) => v / far.max()), 1e-3);
  const nu = { gamma: 1e-3, nu: 0.2, tol: 1e-6 };
  const inner = await new OneClassSVM(nu).fit(X);
  const outer = await new OneClassSVM({ ...nu, maxIter: 1_000_000 }).fit(X);
  assertClose(await inner.decisionFunction(T), await outer.decisionFunction(T), 1e-3);
});

Deno.test("LinearSVC balances classes by the weights of their samples", async () => {
  const X = [[0, 1], [1, 0], [2, 1], [3, 3], [4, 2], [5, 1], [6, 4]];
  const y = [0, 0, 1, 0, 1, 1, 1];
  const svc = await new LinearSVC({ classWeight: "balanced", tol: 1e-10, maxIter: 1_000_000, randomState: 0 })
    .fit(X, y, [1, 2, 0.5, 3, 1, 0, 2]);
  // As scikit-learn 1.9.1 has them.
  assertClose(svc.coef_, [[0.7605188, -0.62850339]], 1e-6, "coef_");
  assertClose(svc.intercept_, [-1.07980232], 1e-6, "intercept_");
});

Deno.test("NuSVC.fit() says what made coefficients infinite: gamma near 0, or large values", async () => {
  const X = [[1, 2], [2, 1], [-3, 4], [4, -3], [5, 6], [6, 6]], y = [0, 1, 0, 1, 0, 1];
  for (const kernel of ["rbf", "poly", "sigmoid"] as const) {
    await assert.rejects(new NuSVC({ gamma: 0, kernel }).fit(X, y), (error: Error) => {
      assert.ok(error instanceof SVMError);
      assert.match(error.message, /^NuSVC\.fit: .*gamma=0 is so small that the \w+ kernel is the same for all pairs/);
      return true;
    });
  }
  const large = X.map((row) => row.map((v) => v * 1e200));
  await assert.rejects(new NuSVC({ kernel: "linear" }).fit(large, y), /X may hold very large values/);
});
