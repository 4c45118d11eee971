// Fresh memory is handed out in pages of 4 KiB, each of which stops the program for a moment when it is first written:
// 160 MB take 55 ms so, and 20 ms in pages of 2 MiB, which also spare the reader of scattered rows many misses. Linux gives
// those to who asks (`madvise`), which NumPy does as well. Nothing depends on it: where it may not ask, pages stay small.

/** Bytes from which it is worth the call. */
const WORTH = 4 << 20;
const PAGE = 4096n;
const MADV_HUGEPAGE = 14;

type Advise = (start: Deno.PointerValue, bytes: bigint, advice: number) => number;
let advise: Advise | null | undefined;

function open(): Advise | null {
  // Asking for the permission would stop a program at a prompt.
  if (Deno.build.os !== "linux" || Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return null;
  try {
    const { symbols } = Deno.dlopen("libc.so.6", {
      madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
    });
    return symbols.madvise;
  } catch {
    return null;
  }
}

/** The same array; when it is large, and not written yet, it will lie in large pages where the system has them. */
export function onHugePages<A extends ArrayBufferView>(array: A): A {
  if (array.byteLength < WORTH) return array;
  if (advise === undefined) advise = open();
  if (advise === null) return array;
  const pointer = Deno.UnsafePointer.of(array as unknown as Uint8Array<ArrayBuffer>);
  const begin = Deno.UnsafePointer.value(pointer);
  const start = (begin + PAGE - 1n) / PAGE * PAGE;
  const end = (begin + BigInt(array.byteLength)) / PAGE * PAGE;
  advise(Deno.UnsafePointer.create(start), end - start, MADV_HUGEPAGE);
  return array;
}
