/**
 * joblib's way: calls written down with `delayed` and made by `Parallel`, on whatever backend is in force.
 *
 *     deno run -A examples/joblib.ts
 */

import {
  Client,
  delayed,
  type DelayedCall,
  Parallel,
  type ParallelBackend,
  parallelBackend,
  registerParallelBackend,
  toNDArray,
} from "../mod.ts";
import { Shrink, shrinkFirstRow } from "./shrink.ts";

const calls = [1, 4, 9].map((x) => delayed(Math.sqrt)(x));

// With no backend in force: the threads of this process.
const parallel = new Parallel({ nJobs: -1, verbose: 10 });
console.log("threads:", (await parallel.run(calls)).join(" "));
for await (const root of parallel.stream(calls)) console.log("streamed:", root); // as they finish, in order

// On a cluster, with an array that is there before it is asked for, and an estimator of one's own.
await using client = await Client.local();
const X = toNDArray([[1, 2, 3], [4, 5, 6]]);
const rows = await parallelBackend(
  "cluster",
  { client, scatter: [X] },
  () => new Parallel().run([0.5, 2, 10].map((factor) => delayed(shrinkFirstRow)(new Shrink({ factor }), X))),
);
for (const row of rows) console.log("first row:", row.join(" "));

// A backend of one's own.
class MyBackend implements ParallelBackend {
  effectiveNJobs(nJobs: number): number {
    return nJobs < 0 ? 4 : nJobs;
  }
  submit(calls: readonly DelayedCall<unknown>[]) {
    return { results: Promise.all(calls.map((call) => call.run())), cancel() {} };
  }
}
registerParallelBackend("mine", () => new MyBackend());
console.log("mine:", (await parallelBackend("mine", {}, () => new Parallel({ verbose: 1 }).run(calls))).join(" "));
