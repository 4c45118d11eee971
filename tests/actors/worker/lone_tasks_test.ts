import assert from "node:assert/strict";
import { HEAD_START } from "../../../actors/protocol/mod.ts";
import { type Outcome, ThreadBench } from "./thread_bench.ts";

Deno.test("ThreadExecutor.start() performs lone tasks one after the other, and what comes among them and after", async () => {
  await using b = new ThreadBench({ threads: 2 });
  const lone = (fn: (...args: number[]) => unknown, ...args: number[]): Promise<Outcome> =>
    b.outcome(b.start(fn, args, "task", undefined, HEAD_START));
  const twice = (x: number): number => 2 * x;
  for (let i = 0; i < 300; i++) {
    assert.deepEqual(await lone(twice, i), { value: 2 * i });
    // Code that nobody has seen, several at once, an error, one that waits for its event loop, one that is stuck and is cancelled.
    if (i % 50 === 10) assert.deepEqual(await lone(new Function(`return ${i}`) as () => number), { value: i });
    if (i % 50 === 20) assert.deepEqual(await Promise.all([1, 2, 3, 4].map((x) => b.run(twice, x))), [2, 4, 6, 8]);
    if (i % 50 === 30) {
      const { error } = await lone(() => {
        throw new RangeError("no");
      }) as { error: Error };
      assert(error instanceof RangeError);
    }
    if (i % 50 === 40) {
      assert.deepEqual(await lone(() => new Promise((resolve) => setTimeout(() => resolve(7), 5))), { value: 7 });
      const ticket = b.start(() => new Promise(() => {}), [], "task", undefined, HEAD_START);
      b.executor.cancel(ticket);
      await b.until((e) => e.kind === "ended" && e.ticket === ticket);
    }
  }
});
