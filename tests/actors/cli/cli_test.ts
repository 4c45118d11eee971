import assert from "node:assert/strict";

const cli = import.meta.resolve("../../../actors/cli.ts");

/** Runs a command line that ends by itself. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", cli, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("info shows versions, the driver and why, the kernels' tier, cores and memory", async () => {
  const { code, out, err } = await run("info");
  assert.equal(code, 0, err);
  assert.match(out, new RegExp(`^deno +${Deno.version.deno} `, "m"));
  assert.match(out, /^zeromq +libzmq 4\.3\.\d+, with CURVE$/m);
  assert.match(out, /^driver +(ffi|napi): ./m);
  assert.match(out, /^kernels +(BLAS|WebAssembly) .+ \(.+\)$/m);
  assert.match(out, new RegExp(`^cores +${navigator.hardwareConcurrency}$`, "m"));
});

Deno.test("keys makes a folder of keys that others may not read, and never writes over one", async () => {
  const parent = Deno.makeTempDirSync();
  try {
    const first = await run("keys", `${parent}/keys`);
    assert.equal(first.code, 0, first.err);
    const names = [...Deno.readDirSync(`${parent}/keys`)].map((e) => e.name).sort();
    assert.deepEqual(names, ["authorized", "client.json", "server.json"]);
    for (const name of names) assert.equal(Deno.statSync(`${parent}/keys/${name}`).mode! & 0o777, 0o600);
    const before = Deno.readTextFileSync(`${parent}/keys/server.json`);
    const second = await run("keys", `${parent}/keys`);
    assert.equal(second.code, 1);
    assert.match(second.err, /^error: .*never written over/);
    assert.equal(Deno.readTextFileSync(`${parent}/keys/server.json`), before);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
});

Deno.test("a command line that cannot be understood ends with code 2 and says what was meant", async () => {
  const lines: [string[], RegExp][] = [
    [["sheduler"], /^error: unknown command sheduler; did you mean scheduler\?$/m],
    [["scheduler", "--prot", "1"], /^error: scheduler: unknown option --prot; did you mean --port\?$/m],
    [["scheduler", "--port", "70000"], /^error: --port: expected an integer from 0 to 65535, got "70000"$/m],
    [
      ["worker", "tcp://127.0.0.1:1", "--memory-limit", "much"],
      /^error: --memory-limit: expected an amount of memory/m,
    ],
    [
      ["worker", "tcp://127.0.0.1:1", "--resources", "GPU"],
      /^error: --resources: expected NAME=AMOUNT, such as GPU=1, got "GPU"$/m,
    ],
    [["worker", "127.0.0.1:8786"], /^error: SCHEDULER: address .* expected tcp:\/\/host:port/m],
    [["worker", "memory://x"], /^error: SCHEDULER: address .* it is within one process/m],
    [["worker"], /^error: worker: expected SCHEDULER, got nothing$/m],
  ];
  for (const [line, message] of lines) {
    const { code, err } = await run(...line);
    assert.equal(code, 2, line.join(" "));
    assert.match(err, message);
  }
});

Deno.test("--help shows each command's options", async () => {
  for (const [name, option] of [["scheduler", "--port PORT"], ["worker", "--memory-limit AMOUNT"], ["keys", "DIR"]]) {
    const { code, out } = await run(name, "--help");
    assert.equal(code, 0);
    assert.ok(out.includes(option), out);
  }
});
