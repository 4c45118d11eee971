import assert from "node:assert/strict";
import { type NDArray, NuSVC, OneClassSVM, RandomState, SVC, SVMError, SVR } from "../../../ml/mod.ts";
import { observeObjective, observePredictions } from "../../parity/observe.ts";
import { camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_svm_small");
const kinds = { NuSVC, SVC, SVR, OneClassSVM };

interface Problem {
  X: number[][];
  y: number[];
  w: number[] | undefined;
  T: number[][];
}

/** The problems of ml_svm_small.py. */
function problem(seed: number): Problem {
  const r = new RandomState(seed);
  const n = [20, 40, 90][seed % 3];
  const m = [1, 1, 2][Math.floor(seed / 3) % 3];
  const X: number[][] = r.randint(-20, 21, [n, m]).map((v) => v / 8).toArray();
  const share = [0.5, 0.2][Math.floor(seed / 2) % 2];
  const y: number[] = r.uniform(0, 1, n).map((v) => Number(v < share)).toArray();
  y.splice(0, 4, 0, 0, 1, 1);
  X.forEach((row, i) => row[0] += y[i]);
  const uniform = r.uniform(0, 1, n).data;
  const powers = r.randint(-4, 5, n).data;
  const w = Array.from(uniform, (v, i) => v * 2 ** powers[i]);
  if (seed % 4 === 3) { for (const i of r.randint(0, n, 5).data) w[i % (n - 4) + 4] = 0; }
  const half = Math.floor(n / 2), quarter = Math.floor(n / 4);
  if (seed % 5 === 4) { for (let i = 0; i < quarter; i++) X[half + i] = [...X[i]]; }
  const T: number[][] = r.randint(-24, 25, [60, m]).map((v) => v / 8).toArray();
  return { X, y, w: seed % 4 === 0 ? undefined : w, T };
}

interface Machine {
  kernel: unknown;
  gamma: unknown;
  support_: NDArray<Int32Array>;
  dualCoef_: NDArray<Float64Array>;
}

/** What the machine minimised, at its β. */
function dualOf(model: Machine, { X, w }: Problem, t: readonly number[]): number {
  const S = Array.from(model.support_.data, (i) => X[i]);
  const b = model.dualCoef_.data;
  const all = X.flat();
  const mean = all.reduce((s, v) => s + v, 0) / all.length;
  const variance = all.reduce((s, v) => s + (v - mean) ** 2, 0) / all.length;
  const gamma = typeof model.gamma === "number" ? model.gamma : 1 / (X[0].length * variance);
  const kernel = (p: number[], q: number[]): number => {
    const dot = p.reduce((s, v, j) => s + v * q[j], 0);
    if (model.kernel === "linear") return dot;
    if (model.kernel === "poly") return (gamma * dot + 1) ** 2;
    return Math.exp(-gamma * p.reduce((s, v, j) => s + (v - q[j]) ** 2, 0));
  };
  let half = 0;
  S.forEach((p, i) => S.forEach((q, j) => half += 0.5 * b[i] * b[j] * kernel(p, q)));
  const size = b.reduce((s, v) => s + Math.abs(v), 0);
  const mass = (w ?? X.map(() => 1)).reduce((s, v) => s + v, 0);
  if (model instanceof NuSVC) return half * (model.nu * mass / size) ** 2;
  if (model instanceof SVC) return half - size;
  if (model instanceof SVR) {
    return half - b.reduce((s, v, k) => s + v * t[model.support_.data[k]], 0) + model.epsilon * size;
  }
  return half;
}

Deno.test("Support vector machines learn small awkward problems as scikit-learn does", async () => {
  let all = 0, same = 0;
  for (const c of values.cases) {
    const title = `${c.kind}, seed ${c.seed}, ${JSON.stringify(c.params)}`;
    const p = problem(c.seed);
    const t = c.kind === "SVR" ? p.X.map((row, i) => row[0] ** 2 - p.y[i]) : p.y;
    const model = new kinds[c.kind as keyof typeof kinds](camelCase(c.params));
    const { warn } = await captured(() => model.fit(p.X, t, p.w));
    assert.deepEqual(warn, [], title);
    const dual = dualOf(model, p, t);
    observeObjective(dual, c.dual, title);
    assert.ok(dual <= c.dual + 1e-4 * Math.abs(c.dual) + 1e-9, `${title}: ${dual} against ${c.dual}`);
    const predicted: number[] = (await model.predict(p.T)).toArray();
    if (c.kind === "SVR") continue;
    observePredictions(predicted, c.predict, title);
    all += predicted.length;
    predicted.forEach((v, i) => same += v === c.predict[i] ? 1 : 0);
  }
  assert.ok(same >= 0.998 * all, `${all - same} of ${all} predictions differ`);
});

Deno.test("NuSVC.fit() ends where coefficients stand at bounds that are no round numbers", async () => {
  // (0.1 + 0.2) − 0.2 is not 0.1: a coefficient a unit beside its bound was moved back and forth.
  const { X, y, w } = problem(1);
  const weights = (w as number[]).map((v) => v * 0.1 + 0.2);
  const { warn } = await captured(() => new NuSVC({ nu: 0.3, kernel: "linear", maxIter: 10_000 }).fit(X, y, weights));
  assert.deepEqual(warn, []);
});

Deno.test("NuSVC and OneClassSVM say when nu leaves no sample on the margin", async () => {
  const X = [[0], [1], [2], [3]];
  await assert.rejects(
    new NuSVC({ nu: 1 }).fit(X, [0, 0, 1, 1]),
    (e: Error) => e instanceof SVMError && /nu=1 is the most that there can be.*lower nu/.test(e.message),
  );
  await assert.rejects(new OneClassSVM({ nu: 1 }).fit(X), /OneClassSVM\.fit: nu=1 is the most/);
});
