import assert from "node:assert/strict";
import { NDArray, ShapeError } from "../../../ml/array/mod.ts";
import {
  cholesky,
  choleskySolve,
  eigh,
  lstsq,
  NotPositiveDefiniteError,
  qr,
  SingularMatrixError,
  solve,
  svd,
} from "../../../ml/linalg/mod.ts";
import { testOnTiers } from "../kernels/tiers.ts";
import { assertClose, golden } from "../golden.ts";
import { RandomState } from "../../../ml/random/mod.ts";
import { InvalidInputError } from "../../../ml/utils/mod.ts";

type Table = NDArray<Float64Array>;

function times(A: Table, B: Table): Table {
  const [n, k] = A.shape, m = B.shape[1];
  const C = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) for (let j = 0; j < m; j++) C[i * m + j] += A.data[i * k + p] * B.data[p * m + j];
  }
  return new NDArray(C, [n, m]);
}

function diagonal(d: ArrayLike<number>): Table {
  const n = d.length, D = new Float64Array(n * n);
  for (let i = 0; i < n; i++) D[i * n + i] = d[i];
  return new NDArray(D, [n, n]);
}

function assertNear(actual: Table, expected: Table, tol: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const size = Math.max(1, ...expected.data.map(Math.abs));
  actual.data.forEach((v, i) => {
    assert.ok(Math.abs(v - expected.data[i]) <= tol * size, `${what}: [${i}] is ${v}, expected ${expected.data[i]}`);
  });
}

function assertOrthonormal(Q: Table, what: string): void {
  assertNear(times(Q.transpose(), Q), diagonal(new Array(Q.shape[1]).fill(1)), 1e-13, what);
}

/** Tables of many shapes, among them of low rank, with equal rows, of zeros, and of far apart sizes. */
function* tables(seed: number): Generator<[string, Table]> {
  const rng = new RandomState(seed);
  for (const [n, m] of [[1, 1], [2, 1], [1, 3], [5, 5], [30, 7], [7, 30], [70, 70], [400, 12]]) {
    yield [`seed ${seed}: normal ${n} × ${m}`, rng.standardNormal([n, m])];
  }
  yield ["rank 2", times(rng.standardNormal([20, 2]), rng.standardNormal([2, 9]))];
  yield ["zeros", new NDArray(new Float64Array(12), [4, 3])];
  yield ["a column of zeros", new NDArray(Float64Array.from({ length: 30 }, (_, i) => i % 3 === 1 ? 0 : i), [10, 3])];
  yield ["equal rows", new NDArray(Float64Array.from({ length: 24 }, (_, i) => i % 4 + 1), [6, 4])];
  yield ["tiny", rng.standardNormal([8, 4]).map((v) => v * 1e-200)];
  yield ["huge", rng.standardNormal([8, 4]).map((v) => v * 1e200)];
}

function positive(rng: RandomState, n: number): Table {
  const A = rng.standardNormal([n, n + 3]);
  return times(A, A.transpose());
}

testOnTiers("qr() gives orthonormal columns, a triangle, and the table as their product", () => {
  for (const [what, A] of tables(1)) {
    const { Q, R } = qr(A);
    const unit = Math.max(...A.data.map(Math.abs)) || 1;
    assertOrthonormal(Q, what);
    assertNear(times(Q, R).map((v) => v / unit), A.map((v) => v / unit), 1e-13, what);
    for (let i = 0; i < R.shape[0]; i++) for (let j = 0; j < i && j < R.shape[1]; j++) assert.equal(R.get(i, j), 0);
  }
});

testOnTiers("svd() gives orthonormal vectors, values in order, and the table as their product", () => {
  for (const [what, A] of tables(2)) {
    const { U, s, Vt } = svd(A);
    const k = Math.min(...A.shape);
    assert.deepEqual([U.shape, s.shape, Vt.shape], [[A.shape[0], k], [k], [k, A.shape[1]]]);
    assertOrthonormal(U, `${what}: U`);
    assertOrthonormal(Vt.transpose(), `${what}: V`);
    const unit = s.data[0] || 1;
    assertNear(times(times(U, diagonal(s.data.map((v) => v / unit))), Vt), A.map((v) => v / unit), 1e-13, what);
    for (let i = 1; i < k; i++) assert.ok(s.data[i] >= 0 && s.data[i] <= s.data[i - 1]);
  }
});

const known = golden("ml_linalg");
const A12 = new NDArray(
  Float64Array.from({ length: 60 }, (_, i) => Math.sin(1 + i) + (Math.floor(i / 5) === i % 5 ? 1 : 0)),
  [12, 5],
);

testOnTiers("Linear algebra gives numpy.linalg's numbers", () => {
  const H = Float64Array.from({ length: 64 }, (_, i) => 1 / (Math.floor(i / 8) + i % 8 + 1));
  assertClose(svd(new NDArray(H, [8, 8])).s, known.hilbert, 1e-15, "Hilbert's table");
  const G = times(A12.transpose(), A12);
  assertClose(eigh(G).values, known.eigenvalues, 1e-13, "eigenvalues");
  assertClose(cholesky(G), known.cholesky, 1e-13, "cholesky");
  assertClose(qr(A12).R, known.R, 1e-13, "R");
  const b = Float64Array.from({ length: 12 }, (_, i) => Math.cos(i));
  assertClose(solve(A12.slice(0, 5), b.subarray(0, 5)), known.solve, 1e-12, "solve");
  const fit = lstsq(A12, b);
  assertClose(fit.x, known.x, 1e-13, "x");
  assertClose(fit.residuals, known.residuals, 1e-13, "residuals");
  assertClose(fit.singularValues, known.s, 1e-13, "s");
  const low = A12.map((v, i) => i % 5 === 4 ? A12.data[i - 4] - 2 * A12.data[i - 2] : v);
  assertClose(lstsq(low, b).x, known.x_low, 1e-12, "low rank");
  assert.equal(lstsq(low, b).rank, known.rank_low);
  assertClose(lstsq(A12.transpose(), b.subarray(0, 5)).x, known.x_wide, 1e-13, "wide");
});

testOnTiers("eigh() gives orthonormal vectors, values in order, and the table as their product", () => {
  const rng = new RandomState(3);
  for (const n of [1, 2, 3, 4, 10, 33, 120]) {
    const A = rng.standardNormal([n, n]);
    const S = A.map((v, i) => v + A.data[(i % n) * n + Math.floor(i / n)]);
    const { values, vectors } = eigh(S);
    assertOrthonormal(vectors, `${n}`);
    assertNear(times(times(vectors, diagonal(values.data)), vectors.transpose()), S, 1e-13, `${n}`);
    for (let i = 1; i < n; i++) assert.ok(values.data[i] >= values.data[i - 1]);
  }
});

testOnTiers("eigh() takes diagonal, constant and zero tables, and tables with many equal values", () => {
  assert.deepEqual(eigh([[2, 0, 0], [0, -1, 0], [0, 0, 5]]).values.toArray(), [-1, 2, 5]);
  assert.deepEqual(eigh([[0, 0], [0, 0]]).values.toArray(), [0, 0]);
  const ones = new NDArray(new Float64Array(36).fill(1), [6, 6]);
  const { values, vectors } = eigh(ones);
  assertNear(values.reshape(1, 6), new NDArray(new Float64Array([0, 0, 0, 0, 0, 6]), [1, 6]), 1e-15, "ones");
  assertOrthonormal(vectors, "ones");
});

testOnTiers("cholesky() and choleskySolve() solve positive definite systems across panels", () => {
  const rng = new RandomState(4);
  for (const n of [1, 2, 5, 63, 64, 65, 200]) {
    const A = positive(rng, n), X = rng.standardNormal([n, 3]);
    const L = cholesky(A);
    assertNear(times(L, L.transpose()), A, 1e-13, `${n}`);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) assert.equal(L.get(i, j), 0);
    assertNear(times(A, choleskySolve(L, times(A, X))), times(A, X), 1e-11, `${n}: solved`);
  }
});

testOnTiers("cholesky() says from where on a table is not positive definite", () => {
  assert.throws(() => cholesky([[1, 2], [2, 1]]), NotPositiveDefiniteError);
  assert.throws(() => cholesky([[1, 0, 0], [0, 1, 0], [0, 0, 0]]), /leading \[3, 3\] part/);
  const n = 100, A = diagonal(new Array(n).fill(1));
  A.set(-1, 80, 80);
  assert.throws(() => cholesky(A), /leading \[81, 81\] part/);
});

testOnTiers("solve() solves general systems, and refuses singular ones", () => {
  const rng = new RandomState(5);
  for (const n of [1, 2, 7, 90]) {
    const A = rng.standardNormal([n, n]), X = rng.standardNormal([n, 2]);
    assertNear(solve(A, times(A, X)), X, 1e-10, `${n}`);
  }
  assert.deepEqual(solve([[0, 1], [1, 0]], [3, 4]).toArray(), [4, 3]);
  assert.throws(() => solve([[1, 2], [2, 4]], [1, 2]), SingularMatrixError);
  assert.throws(() => solve([[0, 0], [0, 0]], [1, 2]), SingularMatrixError);
  assert.throws(() => solve([[1, 2], [2, 1]], [1, 2], { assume: "positive" }), NotPositiveDefiniteError);
});

testOnTiers("lstsq() fits tall systems over blocks of rows, and says rank and residuals", () => {
  const rng = new RandomState(6);
  const n = 20_000, m = 9;
  const A = rng.standardNormal([n, m]), w = rng.standardNormal([m, 2]);
  const B = times(A, w).map((v, i) => v + (i % 2 === 0 ? 0.5 : -0.5) * (i % 3));
  const { x, residuals, rank, singularValues } = lstsq(A, B);
  assert.equal(rank, m);
  const fitted = times(A, x);
  const left = B.map((v, i) => v - fitted.data[i]);
  // What is left is orthogonal to all columns.
  assertNear(times(A.transpose(), left), new NDArray(new Float64Array(m * 2), [m, 2]), 1e-9, "normal equations");
  for (const j of [0, 1]) {
    const sum = left.data.reduce((s, v, i) => i % 2 === j ? s + v * v : s, 0);
    assert.ok(Math.abs(residuals.data[j] - sum) < 1e-9 * sum);
  }
  assert.equal(singularValues.size, m);
});

testOnTiers("lstsq() gives the shortest of many solutions, by the rank that rcond says", () => {
  const rng = new RandomState(7);
  const A = times(rng.standardNormal([30, 3]), rng.standardNormal([3, 6])), b = rng.standardNormal(30);
  const { x, rank, residuals } = lstsq(A, b);
  assert.equal(rank, 3);
  assert.equal(residuals.size, 0);
  // The shortest lies in the span of the rows.
  const { Vt } = svd(A);
  for (let r = 3; r < 6; r++) assert.ok(Math.abs(Vt.row(r).data.reduce((s, v, i) => s + v * x.data[i], 0)) < 1e-12);
  const wide = lstsq([[1, 1, 1]], [3]);
  assertNear(wide.x.reshape(1, 3), new NDArray(new Float64Array([1, 1, 1]), [1, 3]), 1e-15, "wide");
  assert.equal(lstsq([[1, 0], [0, 1e-9], [0, 0]], [1, 1, 0], { rcond: 1e-6 }).rank, 1);
  assert.deepEqual(lstsq([[0, 0], [0, 0], [0, 0]], [1, 2, 3]).x.toArray(), [0, 0]);
});

Deno.test("Linear algebra refuses wrong shapes and numbers that are not finite", () => {
  assert.throws(() => cholesky([[1, 2, 3], [4, 5, 6]]), ShapeError);
  assert.throws(() => eigh([[NaN, 1], [1, 1]]), InvalidInputError);
  assert.throws(() => svd([[Infinity, 1]]), InvalidInputError);
  assert.throws(() => solve([[1, 2], [3, 4]], [1, 2, 3]), ShapeError);
  assert.throws(() => lstsq([[1], [2]], [1]), ShapeError);
});
