import assert from "node:assert/strict";
import { descendants, lives, until } from "../../helpers/processes.ts";

const program = import.meta.resolve("../../helpers/local_client.ts");

/** Runs the program in a folder for temporary files of its own, until it ends or `meanwhile` has killed it; nothing may be left. */
async function run(way: string, options: Record<string, unknown>, meanwhile?: (pid: number) => void) {
  const temporary = Deno.makeTempDirSync({ prefix: "ends-" });
  const shared = (): string[] => [...Deno.readDirSync("/dev/shm")].map((e) => e.name).sort();
  const before = Deno.build.os === "linux" ? shared() : [];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", program, way, JSON.stringify(options)],
    env: { TMPDIR: temporary, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let seen: number[] = [];
  try {
    const errors = new Response(child.stderr).text();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader.read();
    assert.ok(first.value?.startsWith('{"value":49}'), `${first.value} ${first.done ? await errors : ""}`);
    seen = await descendants(child.pid);
    meanwhile?.(child.pid);
    await reader.cancel();
    const status = await child.status;
    for (const pid of seen) await until(`process ${pid} to end`, async () => !await lives(pid));
    await until("all temporary files to go", () => [...Deno.readDirSync(temporary)].length === 0);
    if (Deno.build.os === "linux") {
      assert.deepEqual(shared().filter((name) => !before.includes(name) && name.includes("troupe")), []);
    }
    return { status, seen, errors: await errors };
  } finally {
    for (const pid of [child.pid, ...seen]) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended, as it should.
      }
    }
    Deno.removeSync(temporary, { recursive: true });
  }
}

for (const [name, options] of [["processes", { workers: 2 }], ["threads", { processes: false }]] as const) {
  Deno.test(`Client.local() of ${name} leaves nothing when it is closed`, async () => {
    const { status, errors } = await run("close", options);
    assert.equal(status.code, 0, errors);
  });

  Deno.test(`Client.local() of ${name} leaves nothing when its scope ends`, async () => {
    const { status, errors } = await run("using", options);
    assert.equal(status.code, 0, errors);
  });

  Deno.test(`Client.local() of ${name} leaves nothing when the program throws`, async () => {
    const { status, errors } = await run("throw", options);
    assert.equal(status.code, 1);
    assert.match(errors, /a mistake in the user's program/);
  });

  Deno.test(`Client.local() of ${name} leaves nothing when the program exits`, async () => {
    const { status } = await run("exit", options);
    assert.equal(status.code, 7);
  });

  Deno.test(`Client.local() of ${name} leaves nothing when the program forgets it`, async () => {
    const { status, errors } = await run("forget", options);
    assert.equal(status.code, 0, errors);
  });

  Deno.test(`Client.local() of ${name} leaves nothing when the program is killed`, async () => {
    const { status } = await run("stay", options, (pid) => Deno.kill(pid, "SIGKILL"));
    assert.equal(status.signal, "SIGKILL");
  });
}
