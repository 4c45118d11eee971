/**
 * Memory that was freed, and that the C library keeps for the process: buffers of messages, and arrays of tasks. Where megabytes come and go on
 * several threads that comes to tens of megabytes, which nobody counts.
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

/** Gives it back to the system. Takes a millisecond or a few; what comes next is a little slower to be had. */
export function returnFreed(): void {
  found()?.(0n);
}
