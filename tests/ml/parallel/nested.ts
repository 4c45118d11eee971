/** Calls that make calls themselves. */

import { delayed, Parallel, parallelBackend } from "../../../mod.ts";

/** The squares of 0 … n - 1, by calls from inside of a call. */
export async function squares(n: number, nJobs: number | null): Promise<number[]> {
  const calls = Array.from({ length: n }, (_, i) => delayed((x: number) => x * x)(i));
  return await new Parallel({ nJobs }).run(calls);
}
squares.module = import.meta.url;

/** Calls inside of calls inside of calls, with a backend put in force by name. */
export async function tree(depth: number, backend: "cluster" | "threads"): Promise<number> {
  if (depth === 0) return 1;
  const calls = [delayed(tree)(depth - 1, backend), delayed(tree)(depth - 1, backend)];
  const [a, b] = await parallelBackend(backend, {}, () => new Parallel().run(calls));
  return a + b;
}
tree.module = import.meta.url;
