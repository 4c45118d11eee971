/**
 * A thousand lives of a cluster, and that each can be lived again.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { drawPlan } from "./draw_plan.ts";
import { playSeeds, type SeedResult } from "./many.ts";
import { play } from "./play.ts";

/** Seeds played by the tests; `deno task simulate` plays others. */
const SEEDS = 1000;

Deno.test("World comes to rest with the right values, and then to nothing, from each of 1,000 seeds", async () => {
  const failures: SeedResult[] = [];
  let played = 0;
  await playSeeds(1, SEEDS, 2, (r) => {
    played++;
    if (r.failure !== undefined) failures.push(r);
  });
  strictEqual(played, SEEDS);
  const report = failures.slice(0, 5).map((f) =>
    `seed ${f.seed} (${f.profile}): ${f.failure}\n  replay: deno task simulate --seed ${f.seed}`
  );
  strictEqual(failures.length, 0, `${failures.length} seeds failed\n${report.join("\n")}`);
});

Deno.test("World lives the same life again from the same seed", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const once = await play(drawPlan(seed), { log: true });
    const again = await play(drawPlan(seed), { log: true });
    strictEqual(again.hash, once.hash, `seed ${seed}`);
    deepStrictEqual(again.log, once.log, `seed ${seed}`);
  }
});

Deno.test("World lives the same life in another process", async () => {
  const main = fileURLToPath(import.meta.resolve("./main.ts"));
  for (const seed of [3, 14]) {
    const here = await play(drawPlan(seed));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", main, "--seed", String(seed), "--quiet"],
    }).output();
    const text = new TextDecoder().decode(stdout);
    strictEqual(code, 0, new TextDecoder().decode(stderr) + text);
    strictEqual(/log ([0-9a-f]+-\d+)/.exec(text)?.[1], here.hash, `seed ${seed}`);
  }
});
