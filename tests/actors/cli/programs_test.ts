import assert from "node:assert/strict";

const root = new URL("../../../", import.meta.url);

/** Runs a program of this repository that ends by itself. */
async function run(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", "--quiet", "--no-check", new URL(file, root).pathname, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

const PROGRAMS: Readonly<Record<string, string>> = {
  demo: "examples/demo.ts",
  grid_search: "examples/grid_search.ts",
  larger_than_memory: "examples/larger_than_memory.ts",
  notebook: "examples/notebook.ts",
  random_search: "examples/random_search.ts",
  fuzz: "tests/fuzz/main.ts",
  simulate: "tests/simulation/main.ts",
  parity: "tests/parity/main.ts",
  graph: "tests/bench/graph.ts",
  kmeans: "tests/bench/kmeans.ts",
  memory: "tests/bench/memory.ts",
  ml: "tests/bench/ml.ts",
  runtime: "tests/bench/runtime.ts",
  scheduler_state: "tests/bench/scheduler_state.ts",
  transport: "tests/bench/transport.ts",
};

for (const [name, file] of Object.entries(PROGRAMS)) {
  Deno.test(`${file} refuses an unknown option in one line, and has --help`, async () => {
    const [wrong, help] = await Promise.all([run(file, "--unknown-option"), run(file, "--help")]);
    assert.equal(wrong.code, 2, wrong.err);
    assert.match(wrong.err, new RegExp(`^error: ${name}: unknown option --unknown-option; expected one of --help`));
    assert.equal(wrong.err.split("\n").length, 1, wrong.err);
    assert.equal(help.code, 0, help.err);
    assert.match(help.out, new RegExp(`^Usage: deno (task|run -A) .*${name}`));
    assert.match(help.out, /^ {2}--help +Show this\.$/m);
  });
}

Deno.test("values that cannot be are refused in one line that says what was expected", async () => {
  const lines: [string, string[], RegExp][] = [
    ["demo", ["--schedular", "x"], /^error: demo: unknown option --schedular; did you mean --scheduler\?$/],
    ["demo", ["--scheduler", "localhost"], /^error: --scheduler: address "localhost": .* expected tcp:\/\/host:port/],
    ["demo", ["--scheduler", "tcp://h:x"], /^error: --scheduler: address "tcp:\/\/h:x": /],
    ["demo", ["--candidates", "many"], /^error: --candidates: expected an integer from 1 to 1768, got "many"$/],
    ["demo", ["--keys", "DIR"], /^error: demo: --keys is of use with --scheduler only$/],
    ["demo", ["fast"], /^error: demo: expected no arguments beside options, got fast$/],
    ["notebook", ["--size", "smal"], /^error: --size: expected one of small, medium, full, got "smal"; did you mean/],
    ["larger_than_memory", ["--memory", "much"], /^error: --memory: expected an amount of memory such as "4GiB"/],
    ["fuzz", ["localhost"], /^error: ADDRESS: address "localhost": /],
    ["memory", ["--kind", "chain"], /^error: --kind: .*; did you mean chains\?$/],
    ["ml", ["--only", "gausians"], /^error: --only: no row gausians; /],
    ["runtime", ["--only", "sumbit"], /^error: --only: expected one of .*; did you mean submit\?$/],
  ];
  for (const [name, args, message] of lines) {
    const { code, err } = await run(PROGRAMS[name], ...args);
    assert.match(err, message);
    assert.equal(err.split("\n").length, 1, err);
    assert.equal(code, 2);
  }
});

Deno.test("the demo says in one line that nobody answers, and that there are no keys", async () => {
  const nobody = await run(PROGRAMS.demo, "--scheduler", "tcp://127.0.0.1:9");
  assert.match(nobody.err, /^error: cannot reach a scheduler at tcp:\/\/127\.0\.0\.1:9: [^\n]*$/);
  assert.equal(nobody.code, 1);
  const keys = await run(PROGRAMS.demo, "--scheduler", "tcp://127.0.0.1:9", "--keys", "/no/such/folder");
  assert.match(keys.err, /^error: \/no\/such\/folder has no client\.json; [^\n]*$/);
  assert.equal(keys.code, 1);
});

Deno.test("bench names its benches, and the nearest", async () => {
  const unknown = await run("tests/bench/main.ts", "runtme");
  assert.deepEqual(unknown, { code: 2, out: "", err: "error: bench: no bench runtme; did you mean runtime?" });
  const nothing = await run("tests/bench/main.ts");
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /^error: bench: expected the name of a bench; there are graph, kmeans, /);
  const help = await run("tests/bench/main.ts", "--help");
  assert.equal(help.code, 0);
  assert.match(help.out, /Benches: graph, kmeans, /);
});

Deno.test("kernels names its sources, and the nearest", async () => {
  const unknown = await run("ml/kernels/build.ts", "linlag");
  assert.deepEqual(unknown, { code: 2, out: "", err: "error: kernels: no source linlag; did you mean linalg?" });
  const help = await run("ml/kernels/build.ts", "--help");
  assert.equal(help.code, 0);
  assert.match(help.out, /^Usage: deno task kernels \[NAME …\]/);
});
