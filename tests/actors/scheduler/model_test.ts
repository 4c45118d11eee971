import assert from "node:assert/strict";
import { play } from "./model.ts";

// SEED=n replays one; SEEDS=n plays more.
const only = Deno.env.get("SEED");
const seeds = Number(Deno.env.get("SEEDS") ?? 60);

Deno.test("SchedulerState.handle() brings every wish to an end in a random world", () => {
  let faults = 0, executed = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    if (only !== undefined && Number(only) !== seed) continue;
    const model = play(seed, 1500);
    faults += model.faults;
    executed += model.executions.size;
  }
  if (only === undefined) assert.ok(faults > seeds && executed > 10 * seeds, `${faults} faults, ${executed} tasks`);
});
