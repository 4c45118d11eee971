/**
 * Memory in large pages. To have fresh memory from the system in pieces of 4 KiB takes longer than to fill it, and what is read here and there
 * in it needs its place looked up again and again.
 *
 * @module
 */

/** Linux's number (linux/mman.h). */
const MADV_HUGEPAGE = 14;
/** Bytes below which there is nothing to gain. */
const LARGE = 4 << 20;
const PAGE = 4096;

type Advise = (room: Uint8Array<ArrayBuffer>) => void;

let advise: Advise | undefined;

function open(): Advise {
  // Never worth a question to the user.
  if (Deno.build.os !== "linux" || Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return () => {};
  try {
    const { symbols } = Deno.dlopen("libc.so.6", {
      madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
    });
    return (room) => {
      const first = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(room)));
      const start = Math.ceil(first / PAGE) * PAGE;
      const length = Math.floor((first + room.byteLength) / PAGE) * PAGE - start;
      // Advice only: where the system does not take it, all is as without.
      symbols.madvise(Deno.UnsafePointer.create(BigInt(start)), BigInt(length), MADV_HUGEPAGE);
    };
  } catch {
    return () => {};
  }
}

/**
 * Asks the system for large pages under an array, if it is large and nothing was written to it yet. Where that cannot be had, nothing happens.
 *
 * @param array Just made.
 * @returns The array.
 */
export function inLargePages<A extends ArrayBufferView<ArrayBufferLike>>(array: A): A {
  if (array.byteLength >= LARGE) {
    (advise ??= open())(new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength));
  }
  return array;
}
