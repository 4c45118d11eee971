/**
 * Chance as an argument, as time is: what a program's entry hands to its actors. No actor and no machine draws by itself.
 *
 * @module
 */

/**
 * Random numbers of the runtime's own generator, uniform in [0, 1).
 *
 * @example
 * ```ts
 * import { realRandom } from "@troupe/troupe/transport";
 * const x = realRandom.next(); // 0 ≤ x < 1
 * ```
 */
export const realRandom: { next(): number } = { next: () => Math.random() };

/**
 * Twelve hexadecimal digits of the system's generator: the like does not come twice.
 *
 * @example
 * ```ts
 * import { randomToken } from "@troupe/troupe/transport";
 * /^[0-9a-f]{12}$/.test(randomToken()); // true
 * ```
 */
export function randomToken(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");
}
