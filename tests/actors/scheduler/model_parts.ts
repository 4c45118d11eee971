/** What the parts of the model share. */

import type { Random } from "../../../actors/core/ids.ts";

/** For messages without frames. */
export const none: Uint8Array[] = [];
/** Reads texts. */
export const text: TextDecoder = new TextDecoder();

/** Draws. */
export class Dice {
  constructor(readonly random: Random) {}
  chance(p: number): boolean {
    return this.random.next() < p;
  }
  int(n: number): number {
    return Math.floor(this.random.next() * n);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)];
  }
}
