/** The bytes of a packed data set. */
export function unpack(packed: string): Uint8Array {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  // Not imported: that would cost every program some 10 ms at its start, data sets or not.
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: string): unknown } };
  const zlib = process.getBuiltinModule("node:zlib") as { inflateSync(bytes: Uint8Array): Uint8Array };
  return new Uint8Array(zlib.inflateSync(bytes));
}
