import assert from "node:assert/strict";
import { linksAbove, type SeenProcess } from "../../../actors/cli/end_with_task.ts";
import { RunningCommand } from "../../helpers/command_line.ts";
import { descendants, lives, until } from "../../helpers/processes.ts";

/** Processes from the lowest to the uppermost, numbered from 10 on, as `program: words`. */
function links(...lines: string[]): (readonly [number, number])[] {
  const all = new Map<number, SeenProcess>();
  lines.forEach((line, i) => {
    const [program, words] = line.split(": ");
    all.set(10 + i, { program, words, parent: i === lines.length - 1 ? 1 : 11 + i });
  });
  return linksAbove(10, (pid) => all.get(pid));
}

Deno.test("linksAbove() goes up through npm's processes, and not to who started them", () => {
  const task = "deno: deno task demo ";
  assert.deepEqual(links(task, "bash: -bash "), []);
  assert.deepEqual(links(task, "nohup: nohup deno task demo ", "bash: bash -c nohup deno task demo "), []);
  assert.deepEqual(links(task, "dash: sh -c deno task demo & "), [], "the user's shell may go");
  assert.deepEqual(links(task, "deno: deno run -A task/serve.ts ", "bash: bash "), [], "a program that starts a task");
  const npx = ["dash: sh -c deno task demo ", "node: npm exec deno@2.9.6 task demo "];
  assert.deepEqual(links(task, ...npx, "bash: bash -c npx -y deno task demo & "), [[10, 11], [11, 12]]);
  const shim = "node: node /home/me/.npm/_npx/1/node_modules/.bin/deno task demo ";
  assert.deepEqual(links(task, shim, ...npx, "bash: bash "), [[10, 11], [11, 12], [12, 13]]);
  assert.deepEqual(links(task, npx[0], "bash: bash -c deno task demo ", npx[1]), [], "npm puts one shell between");
});

Deno.test("kill -9 of `deno task demo` ends the demo and its cluster", async () => {
  await using demo = new RunningCommand("task", "demo", "--candidates", "1700");
  await demo.address(); // It prints a line when the cluster is up.
  const all = await demo.children();
  assert.equal(all.length, 3, "the demo, a scheduler and a worker");
  demo.signal("SIGKILL");
  for (const pid of all) await until(`process ${pid} to end`, async () => !await lives(pid));
});

Deno.test({
  name: "kill -9 of what runs `deno task demo`, as npx does, ends the demo and its cluster",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // A program of Deno's in the place of npm, with npm's shell below it.
    const command = `'${Deno.execPath()}' task --quiet demo --candidates 1700; exit`;
    const code = `await new Deno.Command("sh", { args: ["-c", ${JSON.stringify(command)}] }).spawn().status;`;
    const above = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", code, "task", "demo"],
      cwd: new URL("../../../", import.meta.url),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let all: number[] = [];
    try {
      const reader = above.stdout.pipeThrough(new TextDecoderStream()).getReader();
      assert.match((await reader.read()).value ?? "", /^1700 candidates/);
      all = await descendants(above.pid);
      assert.equal(all.length, 5, "a shell, the task, the demo, a scheduler and a worker");
      above.kill("SIGKILL");
      // The shell and the task go with what they wait for.
      for (const pid of all) await until(`process ${pid} to end`, async () => !await lives(pid));
      await reader.cancel();
    } finally {
      for (const pid of [above.pid, ...all]) {
        try {
          if (await lives(pid)) Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
      await above.status;
    }
  },
});

Deno.test("a demo in the background outlives the shell that started it", async () => {
  const file = await Deno.makeTempFile();
  let all: number[] = [];
  try {
    const shell = new Deno.Command("sh", {
      args: [
        "-c",
        `'${Deno.execPath()}' task --quiet demo --candidates 100 > '${file}' 2>&1 & until grep -q candidates '${file}'; do sleep 0.1; done; echo $!`,
      ],
      cwd: new URL("../../../", import.meta.url),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
    });
    const { stdout } = await shell.output();
    const task = Number(new TextDecoder().decode(stdout));
    all = [task, ...await descendants(task)];
    await until("the demo's result", () => /^best score: [\d.]+$/m.test(Deno.readTextFileSync(file)));
    for (const pid of all) await until(`process ${pid} to end`, async () => !await lives(pid));
  } finally {
    for (const pid of all) if (await lives(pid)) Deno.kill(pid, "SIGKILL");
    await Deno.remove(file);
  }
});
