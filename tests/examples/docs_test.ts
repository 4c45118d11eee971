import assert from "node:assert/strict";

Deno.test("Every example in the docs runs", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    // Types are checked by `deno check --doc`.
    args: [
      ...["test", "-A", "--no-prompt", "--no-check", "--doc", "--parallel", "--ignore=**/*.md"],
      ...["mod.ts", "transport", "ml", "actors"],
    ],
    cwd: new URL("../../", import.meta.url).pathname,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  // Set in: its counts are not this run's.
  const failures = `${text.slice(Math.max(0, text.indexOf(" ERRORS ")))}\n${new TextDecoder().decode(stderr)}`;
  assert(success, `some example failed:\n${failures.replace(/^/gm, "  ")}`);
  const count = Number(/(\d+) passed/.exec(text)?.[1]);
  assert(count > 300, `${count} examples ran; there are more`);
});
