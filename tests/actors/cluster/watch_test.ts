import assert from "node:assert/strict";
import { Watch } from "../../../actors/cluster/watch.ts";
import { formatBytes, parseBytes } from "../../../actors/cluster/mod.ts";

const options = { hangAfter: 3000, lookEvery: 500, memoryLimit: 1000 * 2 ** 20 };

Deno.test("Watch.look() says that a process hangs when it has been silent for too long", () => {
  const watch = new Watch(options, 0);
  let now = 0;
  const silent = (ms: number): string | undefined => {
    for (const end = now + ms; now < end;) {
      const verdict = watch.look(now += 500, 1);
      if (verdict !== undefined) return verdict;
    }
  };
  assert.equal(silent(2500), undefined);
  watch.alive();
  assert.equal(silent(2500), undefined);
  assert.equal(silent(500), "it hangs: no sign of life for 3 s");
});

Deno.test("Watch.look() does not blame a process for the time in which nobody looked", () => {
  const watch = new Watch(options, 0);
  watch.look(500, 1);
  assert.equal(watch.look(600_000, 1), undefined, "the watcher was busy, or the machine asleep");
  for (let now = 600_500; now < 603_000; now += 500) assert.equal(watch.look(now, 1), undefined);
  assert.match(watch.look(603_000, 1)!, /hangs/);
});

Deno.test("Watch.look() says that a process takes too much memory", () => {
  const watch = new Watch(options, 0);
  assert.equal(watch.look(500, 1000 * 2 ** 20), undefined);
  assert.equal(watch.look(1000, undefined), undefined);
  assert.equal(watch.look(1500, 1536 * 2 ** 20), "it takes 1.5 GiB of memory, and its limit is 1000 MiB");
});

Deno.test("parseBytes() reads amounts of memory", () => {
  for (
    const [text, bytes] of [["4GiB", 4 * 2 ** 30], ["500 MB", 5e8], ["1.5g", 1.5e9], ["1e9", 1e9], ["64kib", 65536], [
      12,
      12,
    ]] as const
  ) assert.equal(parseBytes(text), bytes);
  for (const bad of ["", "GiB", "4 gigs", "-1", "4GiB!", 0, NaN]) {
    assert.throws(() => parseBytes(bad), /expected an amount of memory such as "4GiB"/, String(bad));
  }
});

Deno.test("formatBytes() writes amounts of memory for people", () => {
  assert.deepEqual([512, 1536, 4 * 2 ** 30].map(formatBytes), ["512 B", "1.5 KiB", "4 GiB"]);
});
