/**
 * Room for large values that arrive. It is the user's from then on, so its pages are always fresh, and to have these from the system in pieces
 * of 4 KiB takes three times as long as to fill them. So large ones are asked for, and had by another thread ahead of what fills them.
 *
 * @module
 */

import type { Reserve } from "../../transport/mod.ts";

/** Linux's numbers (linux/mman.h). The second is known from 5.14 on. */
const MADV_HUGEPAGE = 14, MADV_POPULATE_WRITE = 23;
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
      populate: { name: "madvise", parameters: ["pointer", "usize", "i32"], result: "i32", nonblocking: true },
    });
    return (room) => {
      const first = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(room)));
      const start = Math.ceil(first / PAGE) * PAGE;
      const length = Math.floor((first + room.byteLength) / PAGE) * PAGE - start;
      const pages = Deno.UnsafePointer.create(BigInt(start));
      // Advice only: where the system does not take it, all is as without.
      symbols.madvise(pages, BigInt(length), MADV_HUGEPAGE);
      // The room is kept until that has been done.
      void symbols.populate(pages, BigInt(length), MADV_POPULATE_WRITE).then(() => room);
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
