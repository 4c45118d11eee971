/**
 * `deno task simulate`: clusters in virtual time, from seeds.
 *
 * @module
 */

import { commandLine } from "../../actors/cli/mod.ts";
import { drawPlan } from "./draw_plan.ts";
import { playSeeds } from "./many.ts";
import { sizeOf } from "./plan.ts";
import { play } from "./play.ts";
import { kindOf, shrink } from "./shrink.ts";

async function one(seed: number, quiet: boolean, smaller: boolean): Promise<boolean> {
  let plan = drawPlan(seed);
  let played = await play(plan, { log: true });
  if (played.failure !== undefined && smaller) {
    const before = sizeOf(plan);
    plan = await shrink(plan, played.failure);
    console.log(`made smaller: from ${before} parts to ${sizeOf(plan)}`);
    played = await play(plan, { log: true });
    console.log(JSON.stringify(plan, undefined, 1));
  }
  if (!quiet) console.log(played.log.join("\n"));
  const { failure, hash } = played;
  console.log(
    `seed ${seed} (${plan.profile}), log ${hash}, ${played.took.toFixed(0)} virtual ms: ${failure ?? "all is well"}`,
  );
  return failure === undefined;
}

async function many(from: number, count: number, threads: number): Promise<boolean> {
  const began = performance.now();
  const kinds = new Map<string, number[]>();
  let done = 0, failed = 0, events = 0;
  await playSeeds(from, from + count - 1, threads, (r) => {
    done++;
    events += r.events;
    if (r.failure !== undefined) {
      failed++;
      const kind = kindOf(r.failure);
      const seeds = kinds.get(kind);
      if (seeds === undefined) {
        kinds.set(kind, [r.seed]);
        console.log(
          `seed ${r.seed} (${r.profile}) failed: ${r.failure}\n  replay: deno task simulate --seed ${r.seed}`,
        );
      } else seeds.push(r.seed);
    }
    if (done % 1000 === 0) console.log(`${done} seeds, ${failed} failed`);
  });
  const ms = performance.now() - began;
  for (const [kind, seeds] of kinds) console.log(`${seeds.length} × ${kind} (${seeds.slice(0, 8).join(", ")})`);
  console.log(
    `${done} seeds, ${failed} failed; ${(ms / done).toFixed(1)} ms and ${Math.round(events / done)} events a seed`,
  );
  return failed === 0;
}

const COUNT = [0, Number.MAX_SAFE_INTEGER] as const;
const args = commandLine({
  name: "simulate",
  about:
    "Simulates clusters in virtual time, each from one seed, and checks all that must hold. Ends with code 1 when a seed failed.",
  positionals: [],
  options: {
    seeds: { value: "N", integer: COUNT, help: "Play N seeds. Default: 1000." },
    from: { value: "N", integer: COUNT, help: "Begin with this one. Default: 1." },
    threads: { value: "N", integer: [1, 1024], help: "On so many threads. Default: one for each core." },
    seed: { value: "N", integer: COUNT, help: "Play one seed, and print its event log." },
    quiet: { help: "With --seed: no log." },
    shrink: { help: "With --seed: when it fails, look for a smaller plan that fails alike, and print that one's log." },
  },
});
const seed = args.number("seed");
const good = seed !== undefined ? await one(seed, args.is("quiet"), args.is("shrink")) : await many(
  args.number("from") ?? 1,
  args.number("seeds") ?? 1000,
  args.number("threads") ?? navigator.hardwareConcurrency,
);
Deno.exit(good ? 0 : 1);
