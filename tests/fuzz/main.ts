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

import { checkAddress, commandLine } from "../../actors/cli/mod.ts";
import { decodeEnvelope } from "../../transport/mod.ts";
import { fuzzCluster } from "./cluster.ts";
import { askProperly, fuzz } from "./engine.ts";

const args = commandLine({
  name: "fuzz",
  about:
    "Attacks a cluster of its own, or whatever listens at an address, and says whether it still works, and how much\n" +
    "memory it has come to use. Ends with code 1 if anything crashed or hung.",
  positionals: ["[ADDRESS]"],
  checks: [checkAddress],
  options: {
    count: { value: "N", integer: [1, 1e12], help: "Messages. Default: 1000000." },
    seed: { value: "N", integer: [0, 2 ** 32 - 1], help: "From which they are drawn. Default: 1." },
  },
});
const count = args.number("count") ?? 1_000_000, seed = args.number("seed") ?? 1;
const [address] = args.positionals;
if (address === undefined) {
  const result = await fuzzCluster(count, seed, console.log);
  console.log(JSON.stringify({ ...result, seed }));
  Deno.exit(result.deaths === 0 && result.answer === 42 ? 0 : 1);
}
const result = await fuzz({ address, count, seed });
const { kind } = decodeEnvelope(await askProperly(address));
console.log(JSON.stringify({ ...result, seed, answers: kind }));
