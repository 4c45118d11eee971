/**
 * Many seeds, on several threads.
 *
 * @module
 */

import { drawPlan } from "./draw_plan.ts";
import { play } from "./play.ts";

/** What came of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly profile: string;
  readonly failure: string | undefined;
  readonly hash: string;
  readonly events: number;
}

/** Plays one seed. */
export async function playSeed(seed: number): Promise<SeedResult> {
  const plan = drawPlan(seed);
  const { failure, hash, events } = await play(plan);
  return { seed, profile: plan.profile, failure, hash, events };
}

/** Plays seeds `from` to `to`, both included, on so many threads, and tells of each as it ends. */
export async function playSeeds(
  from: number,
  to: number,
  threads: number,
  tell: (result: SeedResult) => void,
): Promise<void> {
  let next = from;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./seed_thread.ts", import.meta.url), { type: "module" });
      const step = (): void => {
        if (next <= to) worker.postMessage(next++);
        else {
          worker.terminate();
          resolve();
        }
      };
      worker.onerror = (e) => {
        e.preventDefault();
        worker.terminate();
        reject(new Error(`a thread of the simulation failed, about seed ${next - 1}: ${e.message}`));
      };
      worker.onmessage = (e: MessageEvent<SeedResult | "ready">) => {
        if (e.data !== "ready") tell(e.data);
        step();
      };
    });
  await Promise.all(Array.from({ length: Math.max(1, Math.min(threads, to - from + 1)) }, one));
}
