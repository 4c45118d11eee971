import { FileFormatError } from "./errors.ts";

/** What files are read from: a path, a file: URL, or the bytes themselves. */
export type FileSource = string | URL | Uint8Array;

/** What errors call a source. */
export function nameOf(source: FileSource): string {
  return source instanceof Uint8Array ? `${source.length} bytes` : String(source);
}

/** Bytes of a whole file, in memory of their own; gzip is unpacked where the name ends in .gz. */
export async function bytesOf(source: FileSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) {
    // Arrays are laid over them, and must not share memory with what the caller may change.
    return source.slice();
  }
  if (/\.gz$/.test(String(source))) {
    const file = await Deno.open(source, { read: true });
    try {
      const stream = file.readable.pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    } catch (error) {
      throw new FileFormatError(`${nameOf(source)}: cannot be unpacked as gzip`, { cause: error });
    }
  }
  using file = await Deno.open(source, { read: true });
  const { size } = await file.stat();
  const out = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const n = await file.read(out.subarray(at));
    if (n === null) return out.slice(0, at);
    at += n;
  }
  return out;
}
