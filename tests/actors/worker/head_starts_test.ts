import assert from "node:assert/strict";
import type { ToWorker } from "../../../actors/protocol/mod.ts";
import { fromBlob, pack, toBlob, unpack } from "../../../actors/values/mod.ts";
import { taskOptions } from "../../helpers/task_options.ts";
import { Caller, World } from "./worker_world.ts";

Deno.test("Worker answers what a client has begun to that client at once, and tells the scheduler of several together", async () => {
  await using w = await new World().begin("w1");
  const { store, executor } = w.workers.get("w1")!;
  Object.assign(executor.functions, { quick: { ms: 0.1, run: (x: number) => x + 1 } });
  const c = new Caller(w, "c", "memory://w1");
  const start = (key: string, fn: string, args: unknown[]): ToWorker => {
    const blob = toBlob(pack(args));
    return {
      type: "start",
      keys: [key],
      fns: [`lib:${fn}`],
      fn: Uint32Array.of(0),
      options: [taskOptions],
      option: Uint32Array.of(0),
      argBytes: Uint32Array.of(blob.byteLength),
      depCounts: Uint32Array.of(0),
      deps: [],
      codes: [],
      frames: [blob],
    };
  };
  for (const key of ["a", "b"]) {
    c.say(start(key, "quick", [1]));
    w.clock.advance(1);
    const [m] = c.heard.splice(0);
    assert(m.type === "result");
    assert.deepEqual([m.keys, unpack(fromBlob(m.frames[0]))], [[key], 2]);
    assert.equal(w.take("finished").length, 0);
  }
  w.clock.advance(25);
  const [told] = w.take("finished");
  assert.deepEqual([told.keys, [...told.attempts], [...told.inline]], [["a", "b"], [0, 0], [0, 0]]);
  assert(store.has("a") && store.has("b"));
  // What throws, or is too large to ride along, or is not begun.
  c.say(start("bad", "fail", []));
  w.clock.advance(20);
  assert.deepEqual(w.take("failed")[0].keys, ["bad"]);
  const [threw] = c.heard.splice(0);
  assert(threw.type === "threw" && threw.keys[0] === "bad");
  assert.match(String(unpack(fromBlob(threw.frames[0]))), /Error/);
  c.say(start("large", "zeros", [20_000]));
  w.clock.advance(10);
  assert.deepEqual(w.take("finished").map((m) => m.keys), [["large"]], "what takes room is told at once");
  const [large] = c.heard.splice(0);
  assert(large.type === "result" && large.inline[0] === 0 && large.nbytes[0] > 160_000);
  c.say(start("slow", "slow", []));
  w.clock.advance(1);
  c.say(start("other", "quick", [1]));
  w.clock.advance(1);
  assert.deepEqual(c.heard.splice(0), [{ type: "declined", keys: ["other"], frames: [] }]);
  w.send("w1", { type: "cancel", keys: ["slow"], attempts: Float64Array.of(0), frames: [] });
  w.send("w1", { type: "drop", keys: ["a", "b", "large"], frames: [] });
  w.clock.advance(20);
  assert.equal(store.managed, 0);
  await c.end();
});
