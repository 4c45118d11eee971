import { strictEqual } from "node:assert/strict";
import { ClientTask } from "../../../actors/client/client_task.ts";
import { type Random, seededRandom } from "../../../actors/core/ids.ts";
import { Bench, card, done, error, NO_FRAMES, task } from "./machine_bench.ts";

function step(b: Bench, random: Random, made: ClientTask[], pending: ClientTask[]): void {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random.next() * list.length)];
  const some = <T>(list: readonly T[]): T[] => list.filter(() => random.next() < 0.3);
  const known = made.filter((t) => b.machine.tasks.get(t.key) === t);
  const keys = some(known).map((t) => t.key);
  switch (Math.floor(random.next() * 13)) {
    case 0:
    case 1:
    case 2: {
      const fresh = Array.from({ length: 1 + Math.floor(random.next() * 4) }, () => {
        const deps = new Set(some(made.slice(-6)).map((t) => t.key));
        const t = task(`t${made.length}`, [...deps]);
        made.push(t);
        return t;
      });
      return void b.submit(...fresh);
    }
    case 3: {
      const x = new ClientTask(`x${made.length}`, "data", undefined);
      x.auto = random.next() < 0.5;
      made.push(x);
      pending.push(x);
      return void b.do({ type: "scatter", tasks: [x] });
    }
    case 4: {
      const x = pending.pop();
      if (x === undefined) return;
      return void b.do(
        random.next() < 0.8 ? { type: "stored", task: x, card: card(x.key) } : { type: "notStored", task: x, error },
      );
    }
    case 5:
      return void b.do({ type: "release", tasks: some(known) });
    case 6:
      return void b.do({ type: "cancel", tasks: some(known), force: random.next() < 0.5 });
    case 7:
    case 8:
      return void b.hear(done(keys, random.next() < 0.5));
    case 9:
      return void b.hear({ type: "failed", keys, blamed: keys, heard: 1e9, frames: keys.map(() => error) });
    case 10:
      return void b.hear({ type: "undone", keys, frames: NO_FRAMES });
    case 11:
      return void b.hear({
        type: "gone",
        keys,
        cause: pick(["lost", "cancelled"] as const)!,
        reason: "r",
        heard: 1e9,
        frames: NO_FRAMES,
      });
    case 12:
      b.do({ type: "down", reason: "cut" });
      return void b.do({ type: "up" });
  }
}

Deno.test("ClientMachine keeps its invariants in random lives", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed);
    const b = new Bench();
    b.do({ type: "up" });
    const made: ClientTask[] = [], pending: ClientTask[] = [];
    try {
      for (let i = 0; i < 120; i++) step(b, random, made, pending);
      for (const x of pending) b.do({ type: "stored", task: x, card: card(x.key) });
      b.do({ type: "release", tasks: made });
      strictEqual(b.machine.tasks.size, 0, "something is remembered that nobody needs");
    } catch (e) {
      throw new Error(`seed ${seed}: ${(e as Error).message}`, { cause: e });
    }
  }
});
