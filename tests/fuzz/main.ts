/**
 * Attacks a running endpoint:
 *
 *     deno run -A tests/fuzz/main.ts ADDRESS [--count 1000000] [--seed 1] [--pid PID]
 *
 * and says whether it still answers, and (with `--pid`, on Linux) how much memory it has come to use.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { decodeEnvelope } from "../../transport/mod.ts";
import { askProperly, fuzz } from "./engine.ts";

/** Megabytes of a process, by the system's own count. */
function memory(pid: string | undefined): number | undefined {
  if (pid === undefined) return undefined;
  const found = /VmRSS:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
  return found === null ? undefined : Math.round(Number(found[1]) / 1024);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    pid: { type: "string" },
  },
});
const [address] = positionals;
if (address === undefined) {
  console.error("expected the address to attack, such as tcp://127.0.0.1:8786");
  Deno.exit(2);
}
const count = Number(values.count);
const seed = Number(values.seed);
let told = 0;
const before = memory(values.pid);
const result = await fuzz({
  address,
  count,
  seed,
  progress(sent) {
    if (sent - told < count / 10) return;
    told = sent;
    const now = memory(values.pid);
    console.log(`${sent} sent${now === undefined ? "" : `, ${now} MB`}`);
  },
});
const { kind } = decodeEnvelope(await askProperly(address));
console.log(
  JSON.stringify({ ...result, seed, answers: kind, megabytesBefore: before, megabytesAfter: memory(values.pid) }),
);
