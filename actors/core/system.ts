/**
 * Identity and chance from the system: what a program's entry hands to its actors. No actor and no machine calls these by itself.
 *
 * @module
 */

import type { Ids, Random } from "./ids.ts";

/** Ids that begin with random bytes of the system's generator, drawn once, and then count. */
export function systemIds(): Ids {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  const base = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  // Tens of thousands a second: all but the last two digits is written once for 1,296 of them.
  const last = Array.from({ length: 1296 }, (_, i) => i.toString(36).padStart(2, "0"));
  let n = 0, high = "", before = "", start = "";
  return {
    next(prefix) {
      const low = n % 1296;
      if (low === 0) high = n === 0 ? "" : (n / 1296).toString(36);
      if (low === 0 || prefix !== before) {
        before = prefix;
        start = `${prefix}-${base}-${high}`;
      }
      n++;
      return start + last[low];
    },
  };
}

/** Random numbers of the runtime's own generator. */
export const systemRandom: Random = { next: () => Math.random() };
