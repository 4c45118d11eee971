import { strictEqual } from "node:assert/strict";
import { Client, type Future, type Ref, type Remote } from "../../../actors/client/mod.ts";
import type * as Jobs from "./modules/jobs.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
/** Compiles when the types are the same, and only then. */
function same<_T extends true>(): void {}

const url = import.meta.resolve("./modules/jobs.ts");

/** What the compiler says of it is the test: it is not run. */
async function typed(client: Client): Promise<void> {
  const jobs = client.module<typeof Jobs>(url);

  const sum = jobs.add(jobs.inc(1), 2);
  same<Equal<typeof sum, Future<number>>>();
  const nested = jobs.nested(jobs.inc(1));
  same<Equal<typeof nested, Future<number>>>();
  // @ts-expect-error: a string is no number
  jobs.add("1", 2);
  // @ts-expect-error: nor is the future of a tally
  jobs.add(jobs.tally([]), 2);
  // @ts-expect-error: one is missing
  jobs.add(1);
  // @ts-expect-error: one is too many
  jobs.inc(1, 2);
  // @ts-expect-error: there is no such function
  jobs.increment(1);

  const submitted = client.submit((x: number, y?: string) => y ?? x, sum);
  same<Equal<typeof submitted, Future<string | number>>>();
  const lengths = client.submit((...xs: string[]) => xs.length, "a", "b");
  same<Equal<typeof lengths, Future<number>>>();
  // @ts-expect-error: a number is no string
  client.submit((x: string) => x, 1);

  const inside = client.submit(
    (o: { xs: number[]; byName: Map<string, number>; all: Set<number> }) => o.xs.length + o.byName.size,
    { xs: [sum, 1], byName: new Map([["a", sum]]), all: new Set([sum]) },
  );
  same<Equal<typeof inside, Future<number>>>();
  // @ts-expect-error: deep inside stands the future of another type
  client.submit((o: { xs: { x: string }[] }) => o.xs, { xs: [{ x: sum }] });
  // @ts-expect-error: in a map as well
  client.submit((m: Map<string, string>) => m, new Map([["a", sum]]));

  const mapped = client.map((x: number, s: string) => s + x, [1, sum], ["a", "b"]);
  same<Equal<typeof mapped, Future<string>[]>>();
  // @ts-expect-error: the second column is missing
  client.map((x: number, s: string) => s + x, [1]);

  const gathered = await client.gather([sum, jobs.tally(["a"])]);
  same<Equal<typeof gathered, [number, Jobs.Tally]>>();
  const withErrors = await client.gather([sum], { errors: "return" });
  same<Equal<typeof withErrors, [number | Error]>>();

  const ref = await client.scatter(new Float64Array(3));
  same<Equal<typeof ref, Ref<Float64Array<ArrayBuffer>>>>();
  const length = await client.submit((x: Float64Array) => x.length, ref);
  same<Equal<typeof length, number>>();
  // @ts-expect-error: a reference to something else
  client.submit((x: number) => x, ref);

  const counter = await client.spawn(jobs.Counter, 0);
  same<Equal<typeof counter, Remote<Jobs.Counter>>>();
  const n = await counter.slowly(sum);
  same<Equal<typeof n, number>>();
  // @ts-expect-error: a method's argument
  counter.increment("1");
  // @ts-expect-error: a method that there is not
  counter.decrement();
  // @ts-expect-error: a constructor's argument
  client.spawn(jobs.Counter, "0");

  const everywhere = await client.run((x: number) => x > 1, 2);
  same<Equal<typeof everywhere, Record<string, boolean>>>();
}

Deno.test("Client's types hold from arguments over futures to results", async () => {
  strictEqual(typeof typed, "function");
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const jobs = client.module<typeof Jobs>(url);
  const three = jobs.add(jobs.inc(1), 1);
  const found: number = await client.submit((m: Map<string, number[]>) => m.get("a")![0], new Map([["a", [three]]]));
  strictEqual(found, 3);
});
