import assert from "node:assert/strict";
import {
  BackendError,
  countJobs,
  delayed,
  Parallel,
  parallelBackend,
  registerParallelBackend,
} from "../../../ml/parallel/mod.ts";
import { SoonBackend } from "./helpers.ts";

const one = (x: number): number => x + 1;

Deno.test("countJobs() reads -1 as all and -2 as all but one", () => {
  assert.deepEqual([3, 1, -1, -2, -8, -9].map((n) => countJobs(n, 8)), [3, 1, 8, 7, 1, 1]);
});

Deno.test("parallelBackend() puts a backend in force for its body only", async () => {
  const mine = new SoonBackend();
  const results = await parallelBackend(mine, {}, async () => {
    await Promise.resolve();
    return new Parallel().run([delayed(one)(1)]);
  });
  assert.deepEqual(results, [2]);
  assert.equal(mine.handed.length, 1);
  await new Parallel().run([delayed(one)(1)]);
  assert.equal(mine.handed.length, 1);
});

Deno.test("parallelBackend() does not disturb another at the same time, and may stand inside another", async () => {
  const [a, b, c] = [new SoonBackend(), new SoonBackend(), new SoonBackend()];
  const use = async (n: number) => {
    for (let i = 0; i < n; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await new Parallel().run([delayed(one)(i)]);
    }
  };
  await Promise.all([
    parallelBackend(a, {}, async () => {
      await use(3);
      await parallelBackend(c, {}, () => use(2));
      await use(1);
    }),
    parallelBackend(b, {}, () => use(7)),
  ]);
  assert.deepEqual([a, b, c].map((x) => x.handed.length), [4, 7, 2]);
});

Deno.test("parallelBackend() makes a registered backend from its options, and closes it, also after an error", async () => {
  const made: { backend: SoonBackend; options: unknown }[] = [];
  registerParallelBackend("soon", (options) => {
    const backend = new SoonBackend();
    made.push({ backend, options });
    return backend;
  });
  assert.deepEqual(
    await parallelBackend("soon", { nJobs: 2, colour: "red" } as object, () => new Parallel().run([delayed(one)(1)])),
    [2],
  );
  await assert.rejects(parallelBackend("soon", {}, () => Promise.reject(new Error("no"))), /no/);
  assert.deepEqual(made.map((m) => [m.backend.closed, m.options]), [[1, { colour: "red" }], [1, {}]]);
  await new Parallel({ backend: "soon", nJobs: 2 }).run([delayed(one)(1)]);
  assert.equal(made[2].backend.handed.length, 1);
});

Deno.test("parallelBackend() says nJobs and verbose to those who do not say it themselves", async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const backend = new SoonBackend(8);
  await parallelBackend(backend, { verbose: 1 }, async () => {
    await new Parallel({ write }).run([delayed(one)(1)]);
    await new Parallel({ write, nJobs: 3 }).run([delayed(one)(1)]);
    await new Parallel({ write, nJobs: 3, verbose: 0 }).run([delayed(one)(1)]);
    assert.equal(backend.handed.length, 3);
    await new Parallel({ write, nJobs: 1 }).run([delayed(one)(1)]);
    assert.equal(backend.handed.length, 3);
  });
  await parallelBackend(backend, { nJobs: 5 }, () => new Parallel({ write, verbose: 1 }).run([delayed(one)(1)]));
  assert.deepEqual(lines.filter((l) => l.includes("Using")), [
    "[Parallel(n_jobs=-1)]: Using backend SoonBackend with 8 concurrent workers.\n",
    "[Parallel(n_jobs=3)]: Using backend SoonBackend with 3 concurrent workers.\n",
    "[Parallel(n_jobs=5)]: Using backend SoonBackend with 5 concurrent workers.\n",
  ]);
});

Deno.test("parallelBackend() names the nearest backend for one it does not know", async () => {
  await assert.rejects(
    parallelBackend("sequentiel", {}, () => {}),
    (e) => e instanceof BackendError && /"sequentiel": no such backend; did you mean "sequential"\?/.test(e.message),
  );
  await assert.rejects(parallelBackend("sequential", { nJobs: 0 }, () => {}), /nJobs: 0 has no meaning/);
});

Deno.test("parallelBackend() tells of the progress of the runs inside, one job or many", async () => {
  const calls = [1, 2, 3].map((x) => delayed(one)(x));
  for (const nJobs of [1, 2]) {
    const seen: [number, number | undefined][] = [];
    const onProgress = (completed: number, total: number | undefined) => void seen.push([completed, total]);
    await parallelBackend(new SoonBackend(), { nJobs, onProgress }, () => new Parallel().run(calls));
    assert.deepEqual(seen, [[1, 3], [2, 3], [3, 3]]);
  }
});
