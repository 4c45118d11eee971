/**
 * What a thread's large results leave behind: their arrays were copied to the store, and would lie about until the collector comes, a hundred
 * megabytes a thread. A collection of what is young lets them go at once, and takes less time than copying them did.
 *
 * @module
 */

/** Bytes after which what is young is collected, and after which all is: what a task made on its way has often grown old. */
const YOUNG = 16 << 20, ALL = 48 << 20;

type Collect = (options: { type: "minor" | "major" }) => void;

/** There where the process was started with it. */
const { gc } = globalThis as { gc?: Collect };

let left = 0, since = 0;

/** So many bytes were copied to the store, and their arrays are garbage when the task is over. */
export function leftBehind(bytes: number): void {
  left += bytes;
  since += bytes;
}

/** Collects, between two tasks, if there is much. */
export function collectGarbage(): void {
  if (left < YOUNG) return;
  left = 0;
  if (since < ALL) return gc?.({ type: "minor" });
  since = 0;
  gc?.({ type: "major" });
}
