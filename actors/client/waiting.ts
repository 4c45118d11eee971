/**
 * Waiting for several futures.
 *
 * @module
 */

import type { ClientTask } from "./client_task.ts";
import { WaitTimeoutError } from "./errors.ts";
import { type Future, hostOfFuture, taskOfFuture } from "./future.ts";
import { whileWaiting } from "./task_context.ts";

/** When {@link wait} ends: with all, with the first that is settled, or with the first that failed (or all). */
export type WaitFor = "all" | "first" | "firstError";

/** What {@link wait} gives. */
export interface Waited<T> {
  /** Those that are settled: done, failed, cancelled or lost. */
  readonly done: Future<T>[];
  /** Those that are not. */
  readonly pending: Future<T>[];
}

/**
 * Waits for futures without getting their values.
 *
 * @param futures What to wait for.
 * @param options `until`: when it ends (default `"all"`); `timeout`: milliseconds after which it rejects.
 * @throws {WaitTimeoutError} when it takes longer than `timeout`.
 * @example
 * ```ts
 * import { Client, wait } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const { done } = await wait(client.map(Math.sqrt, [1, 4, 9]), { until: "first" });
 * console.log(done.length > 0); // true
 * ```
 */
export function wait<T>(
  futures: Iterable<Future<T>>,
  options: { readonly until?: WaitFor; readonly timeout?: number } = {},
): Promise<Waited<T>> {
  const all = [...futures];
  const { until = "all", timeout } = options;
  if (until !== "all" && until !== "first" && until !== "firstError") {
    throw new TypeError(`until: expected "all", "first" or "firstError", got ${JSON.stringify(until)}`);
  }
  const sorted = (): Waited<T> => ({
    done: all.filter((f) => f.status !== "pending"),
    pending: all.filter((f) => f.status === "pending"),
  });
  if (all.length === 0) return Promise.resolve(sorted());
  const { core } = hostOfFuture(all[0]);
  return whileWaiting(
    new Promise<Waited<T>>((resolve, reject) => {
      let left = all.length;
      let over = false;
      const finish = (run: () => void): void => {
        if (over) return;
        over = true;
        timer?.cancel();
        for (const f of all) hostOfFuture(f).core.unwatch(taskOfFuture(f), settled);
        run();
      };
      const settled = (task: ClientTask): void => {
        left--;
        if (left === 0 || until === "first" || (until === "firstError" && task.state !== "done")) {
          // At the end of the turn, with all that settle in it.
          core.clock.soon(() =>
            finish(() => core.machine.ended === undefined ? resolve(sorted()) : reject(core.endedError()))
          );
        }
      };
      const timer = timeout === undefined
        ? undefined
        : core.clock.after(timeout, () =>
          finish(() =>
            reject(new WaitTimeoutError(`${left} of ${all.length} futures are still pending after ${timeout} ms`))
          ));
      for (const f of all) hostOfFuture(f).core.watch(taskOfFuture(f), settled);
    }),
  );
}

/**
 * Futures in the order in which they are settled, each with its place in what was given.
 *
 * @example
 * ```ts
 * import { asCompleted, Client } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * for await (const [future, index] of asCompleted(client.map(Math.sqrt, [1, 4, 9]))) console.log(index, await future);
 * ```
 */
export async function* asCompleted<T>(
  futures: Iterable<Future<T>>,
): AsyncGenerator<[future: Future<T>, index: number], void, undefined> {
  // In pairs: a generator awaits what it yields, and a future alone would become its value.
  const ready: [Future<T>, number][] = [];
  let wake = (): void => {};
  const watching = [...futures].map((f, index) => {
    const watcher = (): void => {
      ready.push([f, index]);
      wake();
    };
    return [f, watcher] as const;
  });
  for (const [f, watcher] of watching) hostOfFuture(f).core.watch(taskOfFuture(f), watcher);
  try {
    for (let at = 0; at < watching.length; at++) {
      if (at === ready.length) await whileWaiting(new Promise<void>((resolve) => wake = resolve));
      yield ready[at];
    }
  } finally {
    for (const [f, watcher] of watching) hostOfFuture(f).core.unwatch(taskOfFuture(f), watcher);
  }
}
