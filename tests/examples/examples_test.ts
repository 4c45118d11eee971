import assert from "node:assert/strict";

/** Runs an example as a user does; gives what it printed, or throws with what it complained of. */
async function run(name: string, ...args: string[]): Promise<string> {
  const file = new URL(`../../examples/${name}`, import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", "--quiet", file, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const { success, code, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `${name} ended with ${code}:\n${text}\n${new TextDecoder().decode(stderr)}`);
  return text;
}

Deno.test("examples/runtime.ts runs a graph, closed functions, an actor and a reference", async () => {
  const lines = (await run("runtime.ts")).trim().split("\n");
  const n = 100_000;
  assert.deepEqual(lines, [
    "add(inc(1), inc(2)) = 5",
    "7 ** 2 = 49",
    "squares: 1 4 9 16 25",
    "counter: 11",
    `sums of powers: ${n} ${n * (n - 1) / 2} ${(n - 1) * n * (2 * n - 1) / 6}`,
  ]);
});

Deno.test("examples/joblib.ts makes calls on threads, on a cluster and on a backend of its own", async () => {
  const lines = (await run("joblib.ts")).trim().split("\n");
  assert.deepEqual(lines, [
    "threads: 1 2 3",
    "streamed: 1",
    "streamed: 2",
    "streamed: 3",
    "first row: 0.5 1 1.5",
    "first row: 2 4 6",
    "first row: 10 20 30",
    "mine: 1 2 3",
  ]);
});

Deno.test("examples/grid_search.ts finds scikit-learn's score and best candidate", async () => {
  const text = await run("grid_search.ts", "--samples", "500");
  assert.match(text, /^support vectors: \[ 175, 4 \]$/m);
  assert.match(text, /^score: 0\.872$/m);
  assert.equal([...text.matchAll(/^\[CV\] END /gm)].length, 180);
  assert.match(text, /^best: \{ C: 10, kernel: "rbf", shrinking: true \} 0\.904\d*$/m);
  assert.match(text, /^candidates: 36$/m);
});

Deno.test("examples/random_search.ts finds scikit-learn's score and best candidate, both times", async () => {
  const text = await run("random_search.ts", "--iterations", "4");
  assert.match(text, /^\[ 1, 2, 3 \]$/m);
  // As scikit-learn writes them, wherever the fits were done.
  assert.equal(
    [...text.matchAll(/^\[CV [123]\/3; [1-4]\/4\] START C=.*, classWeight=.*, gamma=.*, tol=.*$/gm)].length,
    12,
  );
  assert.equal(
    [...text.matchAll(/^\[CV [123]\/3; [1-4]\/4\] END C=.*, score=\d\.\d{3} total time= +[\d.]+s$/gm)].length,
    12,
  );
  const best = [...text.matchAll(/^best: (\{.*\}) (.*)$/gm)].map((m) => [m[1], Number(m[2]).toFixed(12)]);
  const expected = ["{ C: 1000000, classWeight: null, gamma: 0.001, tol: 0.001 }", "0.976071229827"];
  assert.deepEqual(best, [expected, expected], text);
});

Deno.test("examples/larger_than_memory.ts clusters blocks that the workers made", async () => {
  const text = await run("larger_than_memory.ts", "--blocks", "4", "--rows", "1000");
  assert.match(text, /^GB: 0\.00064$/m);
  assert.match(text, /^ChunkedArray float64 \[4000, 20\], 4 blocks of \[1000, 20\], 625\.00 KiB, on the workers$/m);
  assert.match(text, /^centres: \[ 12, 20 \]$/m);
  // scikit-learn's KMeans, begun at the groups' own centres, comes to this; where a beginning missed a group it is more.
  const inertia = Number(/^inertia: ([\d.]+)$/m.exec(text)?.[1]);
  assert(inertia > 79_376.205 && inertia < 1_500_000, text);
  assert.match(text, /^labels: (\d+ ){9}\d+$/m);
});

Deno.test("examples/notebook.ts fits, scores, searches, and clusters in blocks on the cluster", async () => {
  const text = await run("notebook.ts", "--size", "small");
  // Scores and the best candidate are scikit-learn 1.9.1's with the same data.
  assert.deepEqual([...text.matchAll(/^score: ([\d.]+)$/gm)].map((m) => Number(m[1])), [0.905, 0.5007], text);
  assert.equal([...text.matchAll(/^Fitting 2 folds for each of 4 candidates, totalling 8 fits$/gm)].length, 2);
  assert.equal([...text.matchAll(/^\[CV\] END .*C=0\.001, kernel=rbf; total time=/gm)].length, 4);
  assert.match(text, /^Fitting 5 folds for each of 36 candidates, totalling 180 fits$/m);
  assert.equal(
    [...text.matchAll(/^\[CV\] END \.+C=[\d.]+, kernel=\w+, shrinking=(true|false); total time= +[\d.]+s$/gm)].length,
    180,
  );
  assert.match(
    text,
    /^best: \{\n {2}params: \{ C: 10, kernel: "rbf", shrinking: true \},\n {2}score: 0\.9119\d*\n\}$/m,
  );
  assert.match(text, /^ChunkedArray float64 \[16000, 20\], 8 blocks of \[2000, 20\], 2\.44 MiB$/m);
  assert.match(text, /^ {2}0 \[label="makeBlobs"/m);
  assert.match(text, /^nbytes \/ 1e9: 0\.00256$/m);
  assert.match(text, /^ChunkedArray .*, on the workers$/m);
  assert.match(text, /^NDArray float64 \[12, 20\]$/m);
  // scikit-learn's KMeans, begun at the groups' own centres, comes to this; where a beginning missed a group it is more.
  const inertia = Number(/^inertia: ([\d.]+)$/m.exec(text)?.[1]);
  assert(inertia > 318_592.999 && inertia < 5_000_000, text);
  const labels = /^labels: NDArray int32 \[10\] \[([\d, ]+)\]$/m.exec(text)?.[1].split(",").map(Number) ?? [];
  assert(labels.length === 10 && labels.every((label) => label >= 0 && label < 12), text);
});

Deno.test("examples/notebook.ts refuses a size that it does not know", async () => {
  await assert.rejects(
    run("notebook.ts", "--size", "huge"),
    /error: --size: expected one of small, medium, full, got "huge"/,
  );
});

Deno.test("examples/demo.ts finds scikit-learn's parameters and score for the digits", async () => {
  const text = await run("demo.ts");
  assert.match(text, /^50 candidates, 3 folds, 1797 × 64 digits, \d+ threads$/m);
  // scikit-learn 1.9.1's RandomizedSearchCV with the same space and randomState.
  assert.match(text, /best parameters: \{[^}]*C: 1000000,/);
  assert.match(text, /gamma: 0\.0001/);
  assert.match(text, /tol: 0\.001/);
  assert.match(text, /classWeight: null/);
  assert.match(text, /^best score: 0\.955481$/m);
  assert.match(text, /^time: [\d.]+ s/m);
  // Not a terminal: no bar.
  assert.doesNotMatch(text, /█|%/);
});

Deno.test("examples/demo.ts --help says what it can do", async () => {
  const text = await run("demo.ts", "--help");
  assert.match(text, /Usage: deno task demo/);
  assert.match(text, /--scheduler ADDRESS/);
});
