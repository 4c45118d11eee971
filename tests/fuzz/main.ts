/**
 * Attacks a cluster of its own, or whatever listens at an address:
 *
 *     deno task fuzz [--count 1000000] [--seed 1]
 *     deno task fuzz ADDRESS [--count …] [--seed …]
 *
 * and says whether it still works, and how much memory it has come to use. Ends with code 1 if anything crashed or hung.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { decodeEnvelope } from "../../transport/mod.ts";
import { fuzzCluster } from "./cluster.ts";
import { askProperly, fuzz } from "./engine.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});
const count = Number(values.count), seed = Number(values.seed);
const [address] = positionals;
if (address === undefined) {
  const result = await fuzzCluster(count, seed, console.log);
  console.log(JSON.stringify({ ...result, seed }));
  Deno.exit(result.deaths === 0 && result.answer === 42 ? 0 : 1);
}
const result = await fuzz({ address, count, seed });
const { kind } = decodeEnvelope(await askProperly(address));
console.log(JSON.stringify({ ...result, seed, answers: kind }));
