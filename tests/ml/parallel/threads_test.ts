import assert from "node:assert/strict";
import { delayed, endThreads, Parallel } from "../../../ml/parallel/mod.ts";

/** A name of the thread that it runs on. */
function thread(): string {
  const slot = globalThis as { troupeTestName?: string };
  return slot.troupeTestName ??= crypto.randomUUID();
}

const names = (): Promise<string[]> =>
  new Parallel({ nJobs: 2, backend: "threads" }).run(Array.from({ length: 8 }, () => delayed(thread)()));

Deno.test("ThreadsBackend keeps its threads for the next runs, until endThreads()", async () => {
  const seen = new Set<string>();
  for (let i = 0; i < 4; i++) for (const name of await names()) seen.add(name);
  assert.ok(seen.size <= 2, `${seen.size} threads`);
  await endThreads();
  for (const name of await names()) assert.ok(!seen.has(name));
  await endThreads();
});

Deno.test("endThreads() does nothing while calls are under way", async () => {
  const run = names();
  await endThreads();
  assert.equal((await run).length, 8);
  await endThreads();
});

// After the others, for a process opens the system's library once and keeps it.
Deno.test({
  name: "endThreads() leaves nothing of the threads behind",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    await names();
    await endThreads();
  },
});

Deno.test("ThreadsBackend does not keep the process alive", async () => {
  const root = new URL("../../../mod.ts", import.meta.url).href;
  const code = `import { delayed, Parallel } from ${JSON.stringify(root)};
console.log((await new Parallel({ nJobs: 2 }).run([4, 9].map((x) => delayed(Math.sqrt)(x)))).join());`;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { code: exit, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--config", config, code],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    // Long enough for any machine, and shorter than the threads' own patience.
    signal: AbortSignal.timeout(40_000),
  }).output();
  assert.deepEqual([exit, new TextDecoder().decode(stdout).trim()], [0, "2,3"]);
});
