/** A child process for the tests of the nanny: does what its config says. */
import { openLifeline, RENEW_EXIT_CODE } from "../../actors/core/mod.ts";
import { realClock } from "../../transport/mod.ts";

interface Config {
  readonly scratch?: string;
  readonly aliveEvery?: number;
  readonly mode: "good" | "refuse" | "crash" | "dumb" | "hang" | "grow" | "stubborn" | "renew" | "giveUp";
  readonly start: number;
}

const lifeline = openLifeline<Config>(realClock, () => {
  if (config.mode === "stubborn") return new Promise(() => {});
  console.error("leaving");
  return Promise.resolve();
});
const config = lifeline.config;
console.error(`mode ${config.mode} start ${config.start}`);
console.log("a plain line");
if (config.mode === "refuse") lifeline.refuse("port 8786 is taken");
if (config.mode === "crash") Deno.exit(3);
if (config.mode !== "dumb") lifeline.ready({ pid: Deno.pid, start: config.start });
if (config.start === 0) {
  // Long enough to be killed for it; not for ever, should the test itself be killed.
  if (config.mode === "hang") { for (const until = performance.now() + 60_000; performance.now() < until;); }
  if (config.mode === "grow") {
    const hoard: Uint8Array[] = [];
    setInterval(() => hoard.push(new Uint8Array(64 * 2 ** 20).fill(1)), 1);
  }
  if (config.mode === "renew") Deno.exit(RENEW_EXIT_CODE);
  if (config.mode === "giveUp") lifeline.refuse("no scheduler for 60 s");
}
