/**
 * Room for large values that arrive. It is the user's from then on, so its pages are always fresh, and to have these from the system in pieces
 * of 4 KiB takes three times as long as to fill them. So large ones are asked for.
 *
 * @module
 */

import type { Reserve } from "../../transport/mod.ts";

/** Linux's number (linux/mman.h). */
const MADV_HUGEPAGE = 14;
/** Below this there is nothing to gain. */
const LARGE = 8 << 20;
const PAGE = 4096;

type Advise = (room: Uint8Array<ArrayBuffer>) => void;

let advise: Advise | undefined;

function open(): Advise {
  if (Deno.build.os !== "linux") return () => {};
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

/** Makes room for the frames of a large message, each in memory of its own. */
export const roomForValues: Reserve = (_peer, _header, sizes) =>
  sizes.map((size) => {
    const room = new Uint8Array(size);
    if (size >= LARGE) (advise ??= open())(room);
    return room;
  });
