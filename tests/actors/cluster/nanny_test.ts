import assert from "node:assert/strict";
import { realClock } from "../../../transport/mod.ts";
import { RestartLimitError, StartError } from "../../../actors/core/mod.ts";
import { Nanny, type NannyOptions } from "../../../actors/cluster/mod.ts";
import { lives, until } from "../../helpers/processes.ts";

const entry = import.meta.resolve("../../helpers/nanny_child.ts");

/** A nanny whose child does as `mode` says, with its log. */
function make(mode: string, options: Partial<NannyOptions> = {}) {
  const log: string[] = [];
  const pids: number[] = [];
  let start = 0;
  const nanny = new Nanny({
    name: "kid",
    command: () => ({ entry, flags: ["-A", "--no-prompt"] }),
    config: () => ({ mode, start: start++, aliveEvery: 50 }),
    clock: realClock,
    log: (line) => log.push(line),
    leave: "ask",
    ready: (_info, pid) => pids.push(pid),
    limits: { pause: 1 },
    lookEvery: 20,
    keepAlive: true,
    ...options,
  });
  return {
    nanny,
    log,
    pids,
    async [Symbol.asyncDispose]() {
      await nanny.stop();
      for (const pid of pids) assert.equal(await lives(pid), false, `process ${pid} is left`);
    },
  };
}

Deno.test("Nanny.start() starts a process, tells what it said, and passes its log on", async () => {
  await using kid = make("good");
  const info = await kid.nanny.start();
  assert.deepEqual(info, { pid: kid.nanny.pid, start: 0 });
  await until("its log", () => kid.log.includes("mode good start 0") && kid.log.includes("a plain line"));
});

Deno.test("Nanny.stop() asks the child to leave, or cuts its lifeline", async () => {
  const asked = make("good");
  await asked.nanny.start();
  await asked[Symbol.asyncDispose]();
  assert.ok(asked.log.includes("leaving"));
  assert.equal(await asked.nanny.over, undefined);

  const cut = make("good", { leave: "cut" });
  await cut.nanny.start();
  await cut[Symbol.asyncDispose]();
  assert.equal(cut.log.includes("leaving"), false);
});

Deno.test("Nanny.stop() kills a child that does not leave in time", async () => {
  const kid = make("stubborn", { child: { shutdown: 50 } });
  await kid.nanny.start();
  await kid[Symbol.asyncDispose]();
  assert.ok(kid.log.includes("kid is killed: did not leave within 50 ms"));
});

Deno.test("Nanny.start() fails in three ways", async () => {
  await using refuses = make("refuse");
  await assert.rejects(
    refuses.nanny.start(),
    (e: Error) =>
      e instanceof StartError && e.how === "refused" && e.message === "kid could not start: port 8786 is taken",
  );
  await using ends = make("crash");
  await assert.rejects(
    ends.nanny.start(),
    (e: Error) =>
      e instanceof StartError && e.how === "exited" && e.message === "kid ended while it started: it ended with code 3",
  );
  await using late = make("dumb", { child: { readyWithin: 300 } });
  await assert.rejects(late.nanny.start(), (e: Error) => e instanceof StartError && e.how === "timeout");
});

Deno.test("Nanny.start() starts the child again when it is killed", async () => {
  await using kid = make("good");
  await kid.nanny.start();
  for (const n of [1, 2, 3]) {
    Deno.kill(kid.pids[n - 1], "SIGKILL");
    await until("the next child", () => kid.pids.length === n + 1);
  }
  assert.equal(new Set(kid.pids).size, 4);
  assert.ok(kid.log.includes("kid died: it was ended by SIGKILL"));
});

Deno.test("Nanny.start() kills a child that hangs, and starts another", async () => {
  await using kid = make("hang", { hangAfter: 400 });
  await kid.nanny.start();
  await until("the next child", () => kid.pids.length === 2);
  assert.ok(kid.log.some((l) => /kid is killed: it hangs: no sign of life for/.test(l)), kid.log.join("\n"));
});

Deno.test("Nanny.start() kills a child that passes its memory limit, and starts another", async () => {
  await using kid = make("grow", { memoryLimit: 512 * 2 ** 20 });
  await kid.nanny.start();
  await until("the next child", () => kid.pids.length === 2);
  assert.ok(kid.log.some((l) => /kid is killed: it takes .* and its limit is 512 MiB/.test(l)), kid.log.join("\n"));
});

Deno.test("Nanny.start() starts a child anew that was told to, at no cost", async () => {
  await using kid = make("renew", { limits: { intensity: 0 } });
  await kid.nanny.start();
  await until("the next child", () => kid.pids.length === 2);
});

Deno.test("Nanny.over tells why it ended: too many restarts, or a child that gave up", async () => {
  await using kid = make("good", { limits: { intensity: 1, pause: 1 } });
  await kid.nanny.start();
  Deno.kill(kid.pids[0], "SIGKILL");
  await until("the next child", () => kid.pids.length === 2);
  Deno.kill(kid.pids[1], "SIGKILL");
  const error = await kid.nanny.over;
  assert.ok(error instanceof RestartLimitError);
  assert.match(
    error.message,
    /kid had to be started again more than 1 times in 60 s; at last: it was ended by SIGKILL/,
  );

  await using tired = make("giveUp");
  await tired.nanny.start();
  assert.match((await tired.nanny.over)!.message, /kid gave up: no scheduler for 60 s/);
});
