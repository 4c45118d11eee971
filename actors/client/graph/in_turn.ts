/**
 * Results that are fetched one after the other: more of them than there is room for here.
 *
 * @module
 */

import type { Future } from "../future.ts";
import { type Delayed, hostOf, nodesOf } from "./delayed.ts";
import { type GraphNode, outputsShare } from "./node.ts";

/** How many results are computed before they are wanted. */
const AHEAD = 4;

/** A result on its way here. */
interface Coming<T> {
  readonly node: GraphNode;
  readonly future: Future<unknown>;
  value: Promise<T> | undefined;
}

/**
 * The values of delayed ones in their order, fetched one by one: so that there may be more of them than memory here has room for. At most two are here at
 * a time beside what was taken, and only the next few are computed before they are wanted. But calls that several need are performed once, as by
 * `compute()`: where there are any, all is computed as one graph and waits on the workers.
 *
 * @throws what the first call that failed threw, when its turn comes.
 *
 * @example
 * ```ts
 * import { Client, computeInTurn } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const square = client.delayed((x: number) => x * x);
 * for await (const value of computeInTurn([1, 2, 3].map((x) => square(x)))) console.log(value); // 1, 4, 9
 * ```
 */
export async function* computeInTurn<T>(delayed: readonly Delayed<T>[]): AsyncGenerator<T, void, undefined> {
  if (delayed.length === 0) return;
  const nodes = nodesOf(delayed);
  const host = hostOf(delayed[0]);
  const coming: Coming<T>[] = [];
  let submitted = 0;
  const submit = (count: number): void => {
    const some = nodes.slice(submitted, submitted + count);
    submitted += some.length;
    if (some.length === 0) return;
    host.submit(some).forEach((future, i) => coming.push({ node: some[i], future, value: undefined }));
  };
  const fetch = (one: Coming<T> | undefined): Promise<T> | undefined => {
    if (one === undefined || one.value !== undefined) return one?.value;
    one.value = host.gather([one.future]).then(([value]) => value as T);
    // Whoever takes it is told.
    one.value.catch(() => {});
    return one.value;
  };
  const letGo = ({ node, future }: Coming<T>): void => {
    if (node.future !== future && !coming.some((other) => other.future === future)) future.release();
  };
  submit(outputsShare(nodes) ? nodes.length : AHEAD);
  try {
    while (coming.length > 0) {
      const value = fetch(coming[0])!;
      fetch(coming[1]);
      await value;
      letGo(coming.shift()!);
      submit(1);
      yield await value;
    }
  } finally {
    while (coming.length > 0) letGo(coming.shift()!);
  }
}
