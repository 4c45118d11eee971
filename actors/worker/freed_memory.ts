/**
 * Memory that nobody needs, and that the process has all the same. The C library keeps what was freed: buffers of messages, and arrays of tasks; where
 * megabytes come and go on several threads that comes to tens of megabytes. And this thread's collector, which knows of no limit, lets garbage lie
 * until there is about as much as all that lives: with a million small values 350 MB beside 100.
 *
 * @module
 */

let trim: ((pad: bigint) => number) | null | undefined;

/** glibc's `malloc_trim`, where it may be had; other C libraries give back by themselves. */
function found(): ((pad: bigint) => number) | null {
  if (trim !== undefined) return trim;
  trim = null;
  if (Deno.build.os !== "linux") return trim;
  try {
    const { symbols } = Deno.dlopen("libc.so.6", {
      malloc_trim: { parameters: ["usize"], result: "i32", optional: true },
    });
    trim = symbols.malloc_trim;
  } catch {
    // Without the permission, or with another C library.
  }
  return trim;
}

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

/** There where the process was started with it. */
const { gc } = globalThis as { gc?: Collect };

/** Bytes by which this thread's heap has to have grown since it was last collected, and what part of what was left then. */
const GROWN = 32 << 20, GROWN_PART = 1 / 4;

let left = 0;

/** Collects, if the heap has grown: a tenth of a second for 30 MB that live. */
function collect(): void {
  if (gc === undefined || Deno.memoryUsage().heapTotal < left + Math.max(GROWN, GROWN_PART * left)) return;
  gc({ type: "major", execution: "sync", flavor: "last-resort" });
  left = Deno.memoryUsage().heapTotal;
}

/** Gives it back to the system. Mostly takes a millisecond or a few; what comes next is a little slower to be had. */
export function returnFreed(): void {
  collect();
  found()?.(0n);
}
