/**
 * `deno task simulate`: clusters in virtual time, from seeds.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { drawPlan } from "./draw_plan.ts";
import { playSeeds } from "./many.ts";
import { sizeOf } from "./plan.ts";
import { play } from "./play.ts";
import { kindOf, shrink } from "./shrink.ts";

const HELP = `Simulates clusters in virtual time, each from one seed, and checks all that must hold.

  --seeds N     plays N seeds (default 1000)
  --from N      begins with this one (default 1)
  --threads N   on so many threads (default: one a core)
  --seed N      plays one seed, and prints its event log
  --quiet       with --seed: no log
  --shrink      with --seed: when it fails, looks for a smaller plan that fails alike, and prints that one's log
  --help        prints this

Exits with 1 when a seed failed.`;

function whole(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback;
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`--${name}: expected a whole number, got ${text}`);
  return n;
}

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

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string" },
    threads: { type: "string" },
    seed: { type: "string" },
    quiet: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else {
  const good = values.seed !== undefined
    ? await one(whole(values.seed, "seed", 0), values.quiet, values.shrink)
    : await many(
      whole(values.from, "from", 1),
      whole(values.seeds, "seeds", 1000),
      whole(values.threads, "threads", navigator.hardwareConcurrency),
    );
  Deno.exit(good ? 0 : 1);
}
