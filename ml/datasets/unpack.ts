import { inflateSync } from "node:zlib";

/** The bytes of a packed data set. */
export function unpack(packed: string): Uint8Array {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  return new Uint8Array(inflateSync(bytes));
}
