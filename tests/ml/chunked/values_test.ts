import assert from "node:assert/strict";
import {
  type ArrayData,
  chunked,
  type ChunkedArray,
  type ChunksLike,
  Client,
  type DType,
  NDArray,
  toNDArray,
} from "../../../mod.ts";
import { assertClose, golden } from "../golden.ts";

const fixture = golden("ml_chunked");

/** NaN and infinities stand as text. */
function array(values: unknown, dtype: DType = "float64"): NDArray<ArrayData> {
  const real = (v: unknown): unknown => Array.isArray(v) ? v.map(real) : typeof v === "string" ? Number(v) : v;
  return toNDArray(real(values) as number[][]).astype(dtype);
}

const arrays = {
  X: array(fixture.X),
  Y: array(fixture.Y),
  v: array(fixture.v),
  N: array(fixture.N),
  I: array(fixture.I, "int32"),
  F: array(fixture.X, "float32"),
  C: array(fixture.C),
};

// deno-lint-ignore no-explicit-any -- of every kind
type Any = ChunkedArray<any, any>;
type Case = (get: (name: keyof typeof arrays) => Any) => Any;

const axes: [string, number | number[] | undefined][] = [["None", undefined], ["0", 0], ["1", 1], ["(0, 1)", [0, 1]]];
const cases: Record<string, Case> = {
  "keepdims": (g) => g("X").mean(1, { keepdims: true }),
  "standard": (g) => g("X").sub(g("X").mean(0)).div(g("X").std(0)),
  "row": (g) => g("X").mul(g("v")).sub(g("v").mul(2)),
  "column": (g) => g("X").sub(g("X").max(1, { keepdims: true })),
  "outer": (g) => g("X").at(":", 0).reshape(-1, 1).mul(g("v")),
  "chain": (g) => g("X").abs().neg().exp().add(g("Y").maximum(0).sqrt().mul(3)).pow(2),
  "compare": (g) => g("X").lt(g("Y")).and(g("X").mul(g("Y")).gt(0).not()).or(g("X").ge(1)),
  "where": (g) => g("X").gt(g("Y")).where(g("X"), g("Y").mul(2)),
  "clip": (g) => g("X").clip(-0.5, 1),
  "round": (g) => g("X").mul(2).round().div(2),
  "isnan": (g) => g("N").isnan(),
  "square": (g) => g("X").abs().pow(2),
  "int add": (g) => g("I").add(g("I").mul(3)),
  "int float": (g) => g("I").add(0.5),
  "int div": (g) => g("I").div(4),
  "int floor": (g) => g("I").floorDivide(4),
  "int mod": (g) => g("I").mod(5),
  "int wrap": (g) => g("I").mul(1000003).mul(1000003),
  "float32": (g) => g("F").mul(3).add(g("F")),
  "float32 div": (g) => g("F").div(3),
  "int sum": (g) => g("I").sum(0),
  "int mean": (g) => g("I").mean(),
  "slice": (g) => g("X").at("2:20:3", { start: 1, stop: 4 }),
  "reverse": (g) => g("X").at("::-1", "::-2"),
  "backwards": (g) => g("X").slice(-2, 3, -4),
  "nothing": (g) => g("X").slice(5, 5),
  "number": (g) => g("X").at(-3),
  "both": (g) => g("X").at("3:9", -1),
  "list": (g) => g("X").at([5, 0, 22, -1, 5, 13]),
  "list 1": (g) => g("X").take([4, 1, 1], 1),
  "sorted list": (g) => g("X").at([1, 2, 9, 9, 20], "1:"),
  "mask": (g) => g("X").at(g("X").at(":", 0).gt(0)),
  "elements": (g) => g("X").at(g("X").gt(0.5)),
  "reshape": (g) => g("X").reshape(5, 23),
  "ravel": (g) => g("X").ravel(),
  "merge": (g) => g("C").reshape(24, -1),
  "split": (g) => g("C").reshape(2, 2, 18),
  "transpose": (g) => g("C").transpose(2, 0, 1),
  "xtx": (g) => g("X").T.dot(g("X")),
  "xyt": (g) => g("X").dot(g("Y").T),
  "xv": (g) => g("X").dot(arrays.v),
  "vv": (g) => g("v").dot(g("v")),
  "norm": (g) => g("X").norm(),
  "norm 0": (g) => g("X").norm(0),
  "norm 1": (g) => g("X").norm(1, { ord: 1 }),
  "norm inf": (g) => g("X").norm(1, { ord: Infinity }),
  "unique": (g) => g("I").unique(),
  "counts": (g) => g("I").uniqueCounts().counts,
  "histogram": (g) => g("X").histogram(7, [-2, 2]).counts,
  "edges": (g) => g("X").histogram([-3, -1, 0, 0.5, 3]).counts,
  "concatenate": (g) => chunked.concatenate([g("X"), g("Y"), g("X")]),
  "concatenate 1": (g) => chunked.concatenate([g("X"), g("Y")], 1),
  "stack": (g) => chunked.stack([g("X"), g("Y")], 1),
  "topk": (g) => g("X").topk(3, 0),
  "bottomk": (g) => g("X").topk(-2),
};
for (const name of ["log1p", "expm1", "sin", "cos", "tan", "tanh", "floor", "ceil", "sign"] as const) {
  cases[name] = (g) => g("X").abs()[name]();
}
for (const name of ["log", "log2", "log10"] as const) cases[name] = (g) => g("X").abs().add(1)[name]();
for (const [text, axis] of axes) {
  for (const name of ["sum", "mean", "var", "std", "min", "max", "prod"] as const) {
    cases[`${name} ${text}`] = (g) => g("X")[name](axis);
  }
  cases[`var ddof ${text}`] = (g) => g("X").var(axis, { ddof: 1 });
  cases[`any ${text}`] = (g) => g("X").gt(1.9).any(axis);
  cases[`all ${text}`] = (g) => g("X").gt(-1.9).all(axis);
}
for (const [text, axis] of axes.slice(0, 3)) {
  for (const name of ["argmin", "argmax", "min", "max", "sum"] as const) {
    cases[`nan ${name} ${text}`] = (g) => g("N")[name](axis as number);
  }
  cases[`argmin ${text}`] = (g) => g("X").argmin(axis as number);
  cases[`int argmax ${text}`] = (g) => g("I").argmax(axis as number);
}
for (const axis of [0, 1, 2, [0, 2], [1, 2], [0, 1]]) {
  const text = typeof axis === "number" ? String(axis) : `(${axis.join(", ")})`;
  for (const name of ["sum", "std", "max"] as const) cases[`cube ${name} ${text}`] = (g) => g("C")[name](axis);
}

const cuts: Record<string, (shape: readonly number[]) => ChunksLike> = {
  "one block": () => -1,
  "thirds": (shape) => shape.map((n) => Math.max(1, Math.floor(n / 3))),
  "rows of odd lengths": (shape) => [[1, shape[0] - 4, 3], ...shape.slice(1).map((n) => [n])],
};

/** Kinds that differ from NumPy's on purpose: what is reduced is float64, and places along an axis are int32. */
function sameKind(name: string, ours: DType, theirs: string): void {
  if (/argm/.test(name)) assert.ok(ours === "int32" || ours === "float64", `${name}: ${ours}`);
  else if (/counts|histogram|edges|int sum/.test(name)) assert.equal(ours, "float64", name);
  else assert.equal(ours, theirs, `${name}: dtype`);
}

Deno.test("ChunkedArray computes what NumPy and dask.array do", async (t) => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 2, memoryLimit: "512MiB" });
  const left = Object.keys(fixture.cases).filter((name) => !(name in cases) && name !== "random" && name !== "normal");
  assert.deepEqual(left, []);
  for (const [how, cut] of Object.entries(cuts)) {
    await t.step(`in ${how}`, async () => {
      const made = Object.fromEntries(
        Object.entries(arrays).map(([name, a]) => [name, chunked.fromArray(a, { chunks: cut(a.shape), client })]),
      ) as unknown as Record<keyof typeof arrays, Any>;
      const names = Object.keys(cases);
      const results = names.map((name) => cases[name]((n) => made[n]));
      const values = await Promise.all(results.map((r) => r.compute()));
      for (const [i, name] of names.entries()) {
        const result = results[i], expected = fixture.cases[name];
        const value = values[i];
        const what = `${name}, ${how}`;
        if (result.ndim === 0) {
          assert.equal(typeof value, typeof expected === "boolean" ? "boolean" : "number", what);
          assertClose(Number(value), Number(expected === "nan" ? NaN : expected), 1e-12, what);
        } else {
          const wanted = array(expected);
          assert.ok(value instanceof NDArray, what);
          assert.equal(value.dtype, result.dtype, what);
          sameKind(name, value.dtype, fixture.dtypes[name] ?? "float64");
          assert.deepEqual(value.shape, wanted.size === 0 ? [0, 5] : wanted.shape, `${what}: shape`);
          result.shape.forEach((n, axis) => n === n && assert.equal(n, value.shape[axis], `${what}: declared shape`));
          const tolerance = value.dtype === "float32" ? 1e-7 : 1e-12;
          assertClose(value.astype("float64"), wanted, tolerance, what);
        }
      }
    });
  }
});

Deno.test("chunked.random() depends on seed and chunks alone, and is NumPy's", async () => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 2, memoryLimit: "256MiB" });
  const table = chunked.random([7, 3], { chunks: [3, 2], randomState: 7, client });
  assertClose(await table.compute(), array(fixture.cases.random), 1e-15);
  assertClose(await table.compute(), array(fixture.cases.random), 1e-15);
  const line = chunked.random(7, { chunks: 3, randomState: 7, distribution: "normal", loc: 2, scale: 3 });
  assertClose(await line.compute(), array(fixture.cases.normal), 1e-14);
});
