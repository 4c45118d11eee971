/**
 * Keys: who may talk to whom beyond one machine. CurveZMQ (https://rfc.zeromq.org/spec/26/) with one key pair for all that listen
 * in a cluster, and one for all that dial; more clients may be let in by their public keys.
 *
 * A directory of keys holds `server.json` (the pair of those that listen: schedulers and workers), `client.json` (the pair of
 * those that dial, and the server's public key) and `authorized` (public keys of clients that are let in, one a line, `#` starts a
 * comment). A client's machine needs `client.json` alone.
 *
 * @module
 */

import { KeysError } from "./errors.ts";
import { createKeyPair } from "./zmq/key_pair.ts";

/** Two keys that belong together, as text in Z85 (https://rfc.zeromq.org/spec/32/), 40 characters each. */
export interface KeyPair {
  /** May be known to anyone. */
  readonly publicKey: string;
  /** Must be known to nobody else. */
  readonly secretKey: string;
}

/** What an endpoint needs to talk with keys. */
export interface Keys {
  /** The pair of those that listen; missing where one only dials. */
  readonly server?: KeyPair;
  /** The public key that whoever is dialled must prove to have. */
  readonly serverKey: string;
  /** The pair of those that dial. */
  readonly client: KeyPair;
  /** Public keys of the clients that are let in. */
  readonly authorized: readonly string[];
  /** Where they were loaded from: its file `authorized` is read again when it has changed. */
  readonly directory?: string;
}

/**
 * Makes new keys for a cluster.
 *
 * @returns A pair for those that listen, one for those that dial, which is let in.
 * @throws {DriverError} libzmq cannot be had.
 *
 * @example
 * ```ts
 * import { makeKeys, saveKeys } from "@troupe/troupe/transport";
 * await saveKeys(`${await Deno.makeTempDir()}/keys`, await makeKeys());
 * ```
 */
export async function makeKeys(): Promise<Keys> {
  const [server, client] = [await createKeyPair(), await createKeyPair()];
  return { server, serverKey: server.publicKey, client, authorized: [client.publicKey] };
}

/**
 * Writes keys to a directory, which is made if it is missing (mode 700, its files 600).
 *
 * @param directory Path of the directory.
 * @param keys What to write.
 * @throws {KeysError} There are keys in it already: they are never written over.
 *
 * @example
 * ```ts
 * import { makeKeys, saveKeys } from "@troupe/troupe/transport";
 * const directory = await Deno.makeTempDir();
 * await saveKeys(`${directory}/keys`, await makeKeys());
 * [...Deno.readDirSync(`${directory}/keys`)].map((e) => e.name).sort(); // ["authorized", "client.json", "server.json"]
 * ```
 */
export async function saveKeys(directory: string, keys: Keys): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const files: [string, string][] = [
    ["client.json", JSON.stringify({ ...keys.client, serverKey: keys.serverKey }, null, 2) + "\n"],
    ["authorized", `# Public keys of the clients that are let in, one a line.\n${keys.authorized.join("\n")}\n`],
  ];
  if (keys.server !== undefined) files.unshift(["server.json", JSON.stringify(keys.server, null, 2) + "\n"]);
  for (const [name] of files) {
    if (await exists(`${directory}/${name}`)) {
      throw new KeysError(
        `${directory} has a file ${name} already: keys are never written over; give another directory`,
      );
    }
  }
  for (const [name, text] of files) {
    await Deno.writeTextFile(`${directory}/${name}`, text, { mode: 0o600, createNew: true });
  }
}

/**
 * Reads keys from a directory.
 *
 * @param directory Path of the directory.
 * @returns The keys; without `server` where there is no `server.json`.
 * @throws {KeysError} Files are missing, or do not hold keys; says which.
 *
 * @example
 * ```ts
 * import { loadKeys, makeKeys, openEndpoint, saveKeys } from "@troupe/troupe/transport";
 * const directory = `${await Deno.makeTempDir()}/keys`;
 * await saveKeys(directory, await makeKeys());
 * const self = { role: "scheduler", name: "encrypted", incarnation: crypto.randomUUID() } as const;
 * await using endpoint = await openEndpoint({ self, keys: await loadKeys(directory) });
 * ```
 */
export async function loadKeys(directory: string): Promise<Keys> {
  const client = await readJson(`${directory}/client.json`);
  if (client === undefined) {
    throw new KeysError(`${directory} has no client.json; expected a directory that \`keys DIR\` has made`);
  }
  const server = await readJson(`${directory}/server.json`);
  const keys: Keys = {
    ...(server === undefined ? {} : { server: pairOf(server, `${directory}/server.json`) }),
    serverKey: keyOf(client.serverKey, "serverKey", `${directory}/client.json`),
    client: pairOf(client, `${directory}/client.json`),
    authorized: [],
    directory,
  };
  return { ...keys, authorized: [...authorizedKeys(keys)] };
}

const cache = new WeakMap<Keys, { stamp: string; keys: ReadonlySet<string> }>();

/**
 * Who is let in now: the keys' own list, or the file's, read again when it has changed.
 *
 * @param keys The keys of the endpoint that listens.
 * @internal
 */
export function authorizedKeys(keys: Keys): ReadonlySet<string> {
  const known = cache.get(keys);
  if (keys.directory === undefined) {
    if (known !== undefined) return known.keys;
    const own = new Set(keys.authorized);
    cache.set(keys, { stamp: "", keys: own });
    return own;
  }
  const path = `${keys.directory}/authorized`;
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    const stamp = `${mtime?.getTime()} ${size} ${ino}`;
    if (known?.stamp === stamp) return known.keys;
    const lines = Deno.readTextFileSync(path).split("\n").map((line) => line.replace(/#.*/, "").trim()).filter((line) =>
      line !== ""
    );
    // A line that is no key lets nobody in; a `#` may be part of a key, so whole lines that are keys are taken first.
    const raw = Deno.readTextFileSync(path).split("\n").map((line) => line.trim()).filter(isKey);
    const read = new Set([...raw, ...lines.filter(isKey)]);
    cache.set(keys, { stamp, keys: read });
    return read;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Set();
    return known?.keys ?? new Set();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new KeysError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KeysError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function pairOf(value: Record<string, unknown>, path: string): KeyPair {
  return { publicKey: keyOf(value.publicKey, "publicKey", path), secretKey: keyOf(value.secretKey, "secretKey", path) };
}

function keyOf(value: unknown, name: string, path: string): string {
  if (typeof value === "string" && isKey(value)) return value;
  throw new KeysError(`${path}: ${name} is no key; expected 40 characters of Z85`);
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

function isKey(text: string): boolean {
  return text.length === 40 && [...text].every((character) => ALPHABET.includes(character));
}

/**
 * Bytes as Z85 text.
 *
 * @param bytes Their number must be a multiple of 4.
 * @internal
 */
export function z85Encode(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    let value = ((bytes[i] * 256 + bytes[i + 1]) * 256 + bytes[i + 2]) * 256 + bytes[i + 3];
    let group = "";
    for (let j = 0; j < 5; j++) {
      group = ALPHABET[value % 85] + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}
