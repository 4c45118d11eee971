import type { RandomState } from "../../random/mod.ts";
import { allBlocks, type BlockRunner, rowsByBlock, rowsIn } from "./runner.ts";
import { rowsOfBlock } from "./seed_block.ts";

/** Rows that are looked at by the driver, drawn evenly from all blocks: for the weights of candidates, and where centres will go. */
export const SAMPLE = 16_384;

/** Distinct whole numbers below `n`, in order. */
export function distinctBelow(n: number, count: number, rng: RandomState): number[] {
  if (2 * count >= n) {
    return Array.from(rng.permutation(n).data.slice(0, count) as ArrayLike<number>).sort((a, b) => a - b);
  }
  const out = new Set<number>();
  while (out.size < count) out.add(Math.min(n - 1, Math.floor(rng.randomSample(1).data[0] * n)));
  return [...out].sort((a, b) => a - b);
}

/** Rows by their numbers in the whole, which are in order. */
export async function rowsByNumber(
  runner: BlockRunner,
  numbers: ArrayLike<number>,
): Promise<Float64Array<ArrayBuffer>> {
  const inBlock = rowsByBlock(runner, numbers);
  const which = allBlocks(runner).filter((b) => inBlock[b].length > 0);
  return joined(await runner.ask(rowsOfBlock, which, (b) => [inBlock[b]]));
}

/** For each block the rows that belong to an even sample of the whole. */
export function evenRows(runner: BlockRunner, rng: RandomState): Int32Array[] {
  const n = rowsIn(runner);
  if (n <= SAMPLE) return runner.lengths.map((length) => Int32Array.from({ length }, (_, i) => i));
  return rowsByBlock(runner, rng.randomSample(SAMPLE).data.map((u) => Math.floor(u * n)).sort());
}

/** One after the other. */
export function joined(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Seeds of a round's draws. */
export function seedsFrom(rng: RandomState): [number, number] {
  return [0, 0].map(() => Math.floor(rng.randomSample(1).data[0] * 2 ** 32) | 0) as [number, number];
}
