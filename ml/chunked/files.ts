import { FileFormatError } from "../io/mod.ts";

/** The absolute path of a path or file: URL: workers run elsewhere. */
export function pathOf(source: string | URL): string {
  // Not imported: any of Node's modules costs every program and thread some 10 ms at its start.
  const { process } = globalThis as unknown as { process: { getBuiltinModule(name: string): unknown } };
  if (source instanceof URL || source.startsWith("file:")) {
    return (process.getBuiltinModule("node:url") as typeof import("node:url")).fileURLToPath(source);
  }
  return (process.getBuiltinModule("node:path") as typeof import("node:path")).resolve(source);
}

/** Reads a file in a task; where that is not allowed, the error says how it can be. */
export async function mayRead<R>(path: string, read: () => R): Promise<Awaited<R>> {
  try {
    return await read();
  } catch (cause) {
    const denied = cause instanceof Error && (cause.name === "NotCapable" || cause.name === "PermissionDenied");
    if (!denied) throw cause;
    throw new Error(
      `the workers may not read ${path}: start them with { allowRead: [${
        JSON.stringify(path)
      }] } or a directory above it`,
      { cause },
    );
  }
}

/** Fills bytes from a place of a file. */
export function readInto(path: string, offset: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { read: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const n = file.readSync(bytes.subarray(at));
    if (n === null || n === 0) throw new FileFormatError(`${path}: it ends before it should`);
    at += n;
  }
}
