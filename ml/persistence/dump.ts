import { checkOptionNames, InvalidInputError } from "../utils/mod.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { MalformedFileError } from "./errors.ts";
import { ALIGN, aligned, checkGap, type Description, readHead, writeHead } from "./format.ts";
import { type KnownNames, knownNames } from "./known.ts";

/** How {@linkcode dump} and {@linkcode load} treat classes and functions. */
export interface PersistenceOptions {
  /** Classes and functions of your own that may stand in the file, by the names that stand for them there. */
  known?: KnownNames;
}

/** Version of the library, as it stands in files. */
const LIBRARY = "0.1.0";

type Checksum = (bytes: Uint8Array) => number;

/** node:zlib's, loaded when it is needed: it costs every thread 15 ms. */
async function crc32(): Promise<Checksum> {
  return (await import("node:zlib")).crc32 as unknown as Checksum;
}

/** The parts of a file, in order. */
async function partsOf(value: unknown, options: PersistenceOptions): Promise<Uint8Array[]> {
  const crc = await crc32();
  const { root, objects, arrays, dataBytes } = encode(value, await knownNames(options.known), crc);
  const description: Description = { library: LIBRARY, root, objects };
  const text = new TextEncoder().encode(JSON.stringify(description));
  const parts = [writeHead(text, dataBytes, crc), text, new Uint8Array(aligned(text.length) - text.length)];
  for (const bytes of arrays) parts.push(bytes, new Uint8Array(aligned(bytes.length) - bytes.length));
  return parts.filter((part) => part.length > 0);
}

/**
 * Writes an estimator (or any data: arrays, tables, lists, plain objects) to a file, with what it learned and all
 * estimators within it. Only data is written: classes and functions of the library stand there by name, your own only
 * where `known` names them. The file appears as a whole, or not at all.
 *
 * @param value what to write
 * @param path where to
 * @param options what else may stand in it
 * @throws {NotDumpableError} at a function, or an instance of a class, that is not known, saying where it stands
 *
 * @example
 * ```ts
 * import { dump, load, loadIris, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const path = `${await Deno.makeTempDir()}/iris.trp`;
 * await dump(await new SVC().fit(X, y), path);
 * const svc = await load<SVC>(path);
 * await svc.predict(X);
 * ```
 */
export async function dump(value: unknown, path: string | URL, options: PersistenceOptions = {}): Promise<void> {
  checkOptionNames("dump", options, ["known"]);
  if (typeof path !== "string" && !(path instanceof URL) || path === "") {
    const got = path === null ? "null" : path === "" ? "an empty one" : typeof path;
    throw new InvalidInputError(`dump: path must be the path or the URL of a file, got ${got}`);
  }
  const parts = await partsOf(value, options);
  const target = path;
  const passing = target instanceof URL
    ? new URL(`${target.href}.${crypto.randomUUID()}.part`)
    : `${target}.${crypto.randomUUID()}.part`;
  try {
    using file = await Deno.open(passing, { write: true, createNew: true });
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
    }
    await file.syncData();
  } catch (error) {
    await Deno.remove(passing).catch(() => {});
    throw error;
  }
  await Deno.rename(passing, target);
}

/**
 * Reads what {@linkcode dump} wrote. No code of the file's runs, for there is none in it: fields are stored as they are,
 * and given to classes of the library, or those in `known`.
 *
 * @param path where from
 * @param options what else may stand in it
 * @throws {MalformedFileError} when the file was not written by `dump`, is damaged, of a newer version, or names what is
 * not known
 *
 * @example
 * ```ts
 * import { dump, load, StandardScaler } from "@troupe/troupe";
 * const path = await Deno.makeTempFile();
 * await dump(await new StandardScaler().fit([[0], [2]]), path);
 * (await load(path) as StandardScaler).mean_!.toArray(); // [1]
 * ```
 */
export async function load<T = unknown>(path: string | URL, options: PersistenceOptions = {}): Promise<T> {
  checkOptionNames("load", options, ["known"]);
  const [known, crc] = await Promise.all([knownNames(options.known), crc32()]);
  using file = await Deno.open(path, { read: true });
  const { size } = await file.stat();
  const readAt = (place: number, into: Uint8Array): void => {
    file.seekSync(place, Deno.SeekMode.Start);
    for (let at = 0; at < into.length;) {
      const n = file.readSync(into.subarray(at));
      if (n === null) throw new MalformedFileError("the file ends before it should");
      at += n;
    }
  };
  try {
    return parse(size, readAt, known, crc) as T;
  } catch (error) {
    if (!(error instanceof MalformedFileError)) throw error;
    throw new MalformedFileError(`load(${JSON.stringify(String(path))}): ${error.message}`, { cause: error });
  }
}

/**
 * {@linkcode dump} to bytes in memory.
 *
 * @throws {NotDumpableError} as `dump` does
 *
 * @example
 * ```ts
 * import { dumpBytes, loadBytes, SVC } from "@troupe/troupe";
 * const model = await new SVC().fit([[0], [1]], [0, 1]);
 * const again = await loadBytes(await dumpBytes(model)) as SVC;
 * (await again.predict([[2]])).toArray(); // [1]
 * ```
 */
export async function dumpBytes(value: unknown, options: PersistenceOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  checkOptionNames("dumpBytes", options, ["known"]);
  const parts = await partsOf(value, options);
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * {@linkcode load} from bytes in memory.
 *
 * @throws {MalformedFileError} as `load` does
 *
 * @example
 * ```ts
 * import { dumpBytes, loadBytes, StandardScaler } from "@troupe/troupe";
 * const scaler = await loadBytes(await dumpBytes(await new StandardScaler().fit([[0], [2]]))) as StandardScaler;
 * scaler.mean_!.toArray(); // [1]
 * ```
 */
export async function loadBytes<T = unknown>(bytes: Uint8Array, options: PersistenceOptions = {}): Promise<T> {
  checkOptionNames("loadBytes", options, ["known"]);
  if (!(bytes instanceof Uint8Array)) {
    throw new InvalidInputError(`loadBytes: bytes must be a Uint8Array, got ${bytes === null ? "null" : typeof bytes}`);
  }
  const [known, crc] = await Promise.all([knownNames(options.known), crc32()]);
  return parse(bytes.length, (place, into) => into.set(bytes.subarray(place, place + into.length)), known, crc) as T;
}

/** What a file says, read part by part. */
function parse(
  size: number,
  readAt: (place: number, into: Uint8Array) => void,
  known: Awaited<ReturnType<typeof knownNames>>,
  crc: Checksum,
): unknown {
  const head = new Uint8Array(Math.min(ALIGN, size));
  readAt(0, head);
  const { crc: sum, descriptionBytes, dataBytes } = readHead(head, size, crc);
  const text = new Uint8Array(descriptionBytes);
  readAt(ALIGN, text);
  if (crc(text) !== sum) throw new MalformedFileError("the file is damaged: its description does not fit its checksum");
  const gap = new Uint8Array(aligned(descriptionBytes) - descriptionBytes);
  readAt(ALIGN + descriptionBytes, gap);
  checkGap(gap);
  let description: unknown;
  try {
    description = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (error) {
    throw new MalformedFileError("the file is damaged: its description cannot be read", { cause: error });
  }
  const start = ALIGN + aligned(descriptionBytes);
  return decode(description, known, dataBytes, (place, into) => readAt(start + place, into), crc);
}
