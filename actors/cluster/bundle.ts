/**
 * Entries of child processes as single files, so that they start in a third of the time: made once by `deno bundle`, kept beside
 * Deno's own cache.
 *
 * A bundle is found by a hash of the contents of every file it was made from, which are read again unless none of them was changed
 * since: one that does not stand for the sources as they are is never used. Whatever goes wrong here, the source itself is run.
 *
 * @module
 */

import { libraryFile } from "../core/mod.ts";
import { pathOf, SourceFiles } from "./source_files.ts";

/** Packages that every process and thread needs, and so are in its bundle. The others it imports when it needs them. */
const INSIDE: ReadonlySet<string> = new Set(["@msgpack/msgpack"]);

/** What a bundle was made from. */
interface Manifest {
  /** Files whose contents are in the key, as URLs. */
  readonly files: readonly string[];
  /** The key that they came to when their stamps were these, and {@link SALT} this. */
  readonly known?: { readonly salt: string; readonly key: string; readonly stamps: readonly string[] };
}

/** What a key depends on beside the files. */
const SALT = `5 ${Deno.version.deno} ${Deno.build.target}\n`;

/** Where bundles are kept: a folder in Deno's own cache, which only its owner may write to. */
export function bundleFolder(): string | undefined {
  const env = (name: string): string | undefined => Deno.env.get(name) || undefined;
  const home = env("HOME");
  const base = env("DENO_DIR") ??
    (Deno.build.os === "darwin"
      ? home && `${home}/Library/Caches/deno`
      : env("XDG_CACHE_HOME") !== undefined
      ? `${env("XDG_CACHE_HOME")}/deno`
      : home && `${home}/.cache/deno`);
  return base && `${base}/troupe`;
}

/**
 * The file to run for an entry: a bundle of it, made now if there is none, or undefined when there can be none.
 *
 * @param entry URL of the entry.
 * @param folder Where bundles are kept.
 * @param files The sources, where several bundles are looked for at once.
 */
export async function bundled(
  entry: string,
  folder: string | undefined = safely(bundleFolder),
  files: SourceFiles = new SourceFiles(),
): Promise<string | undefined> {
  if (folder === undefined || !entry.startsWith("file:")) return undefined;
  try {
    const name = await nameOf(entry);
    const found = await find(name, folder, files);
    if (found === undefined) return await make(entry, folder, name);
    const { path, key, manifest } = found;
    // The next one to look needs not read them all.
    if (key !== manifest.known?.key) safely(() => remember(manifest, key, `${folder}/${name}.json`));
    return path;
  } catch {
    return undefined;
  }
}

/**
 * The bundle of an entry as it is now, or undefined when there is none. Needs no more than to read.
 *
 * @param entry URL of the entry.
 * @param folder Where bundles are kept.
 * @param unknown Called when all files had to be read: {@link bundled} would write down what they came to.
 */
export async function findBundle(entry: string, folder: string, unknown?: () => void): Promise<string | undefined> {
  try {
    const found = await find(await nameOf(entry), folder, new SourceFiles());
    if (found !== undefined && found.key !== found.manifest.known?.key) unknown?.();
    return found?.path;
  } catch {
    return undefined;
  }
}

async function find(
  name: string,
  folder: string,
  files: SourceFiles,
): Promise<{ path: string; key: string; manifest: Manifest } | undefined> {
  const manifest = readManifest(`${folder}/${name}.json`);
  if (manifest === undefined) return undefined;
  const key = safely(() => knownKey(manifest, files)) ?? await keyOf(manifest, files);
  const path = `${folder}/${name}-${key}.js`;
  return exists(path) ? { path, key, manifest } : undefined;
}

/** The key that was found for the files when they were as they are now. */
function knownKey({ files, known }: Manifest, now: SourceFiles): string | undefined {
  if (known?.salt !== SALT || known.stamps.length !== files.length) return undefined;
  return files.every((file, i) => now.stamp(file) === known.stamps[i]) ? known.key : undefined;
}

/** Writes down which key these files come to, if they would show it when they change. */
function remember({ files }: Manifest, key: string, path: string): void {
  const now = new SourceFiles();
  const stamps = files.map((file) => now.stamp(file));
  if (now.settled) write(path, JSON.stringify({ files, known: { salt: SALT, key, stamps } } satisfies Manifest));
}

async function nameOf(entry: string): Promise<string> {
  return (await digest([new TextEncoder().encode(entry)])).slice(0, 16);
}

async function make(entry: string, folder: string, name: string): Promise<string | undefined> {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const config = nearest(pathOf(entry), "deno.json");
  const configFlags = config === undefined ? ["--no-config"] : ["--config", config];
  const temporary = `${folder}/.${name}-${Deno.pid}-${performance.now()}.js`;
  try {
    const before = await sources(entry, config, configFlags);
    if (before === undefined) return undefined;
    const key = await keyOf(before);
    const path = `${folder}/${name}-${key}.js`;
    const packages = packagesOf(config);
    const external = packages.flatMap(([name]) => ["--external", name]);
    const flags = ["bundle", "--quiet", "--platform", "deno", ...external, ...configFlags];
    if (!await deno([...flags, "-o", temporary, entry])) return undefined;
    // Was a source changed meanwhile? Then nobody knows which one is in the bundle.
    if (await keyOf(before) !== key) return undefined;
    Deno.writeTextFileSync(
      temporary,
      `globalThis[Symbol.for("troupe.root")] ??= ${JSON.stringify(libraryFile(".").href)};\n${
        inAscii(withFullNames(Deno.readTextFileSync(temporary), packages))
      }`,
    );
    Deno.renameSync(temporary, path);
    write(`${folder}/${name}.json`, JSON.stringify(before));
    tidy(folder, name, path);
    return path;
  } finally {
    safely(() => Deno.removeSync(temporary));
  }
}

/** The packages that stay outside of bundles: their names in the configuration, and in full. */
function packagesOf(config: string | undefined): [string, string][] {
  if (config === undefined) return [];
  const { imports = {} } = JSON.parse(Deno.readTextFileSync(config)) as { imports?: Record<string, string> };
  return Object.entries(imports).filter(([name, full]) => full.startsWith("npm:") && !INSIDE.has(name));
}

/**
 * A bundle may be run under another configuration, or none: what it imports it names in full. Packages that it may want later stand where Deno does
 * not look for them: it would find out about them, and all that they need, before the bundle runs, which takes each thread 50 ms for the library's.
 */
function withFullNames(text: string, packages: readonly [string, string][]): string {
  for (const [name, full] of packages) {
    text = text.replaceAll(`import("${name}")`, `import((0, "${full}"))`)
      .replaceAll(`from "${name}";`, `from "${full}";`);
  }
  return text;
}

/** One character outside of ASCII, were it in a comment, makes all of the text twice as long in memory, and a tenth slower to load. */
function inAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** All local files that the entry is made from, and the configuration that says what bare names mean. */
async function sources(entry: string, config: string | undefined, flags: string[]): Promise<Manifest | undefined> {
  const out = await deno(["info", "--json", ...flags, entry]);
  if (out === undefined) return undefined;
  const { modules } = JSON.parse(out) as { modules: { specifier: string; local?: string; error?: string }[] };
  if (modules.some((m) => m.error !== undefined)) return undefined;
  const files = modules.map((m) => m.specifier).filter((s) => s.startsWith("file:"));
  if (config !== undefined) {
    files.push(`file://${config}`);
    const lock = config.replace(/deno\.json$/, "deno.lock");
    if (exists(lock)) files.push(`file://${lock}`);
  }
  return { files: files.sort() };
}

async function deno(args: string[]): Promise<string | undefined> {
  const env = { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, env, stdin: "null", stderr: "null" })
    .output();
  return success ? new TextDecoder().decode(stdout) || " " : undefined;
}

/** A hash of Deno's version and of all contents, as they are now. */
function keyOf(manifest: Manifest, files: SourceFiles = new SourceFiles()): Promise<string> {
  const utf8 = new TextEncoder();
  const parts = [utf8.encode(SALT)];
  for (const file of manifest.files) {
    const content = files.content(file);
    parts.push(utf8.encode(`${file} ${content.byteLength}\n`), content);
  }
  return digest(parts);
}

async function digest(parts: readonly Uint8Array[]): Promise<string> {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(hash, (b) => b.toString(16).padStart(2, "0")).join("");
}

function readManifest(path: string): Manifest | undefined {
  return safely(() => {
    const manifest = JSON.parse(Deno.readTextFileSync(path)) as Manifest;
    return Array.isArray(manifest.files) ? manifest : undefined;
  });
}

function write(path: string, text: string): void {
  const temporary = `${path}.${Deno.pid}`;
  Deno.writeTextFileSync(temporary, text, { mode: 0o600 });
  Deno.renameSync(temporary, path);
}

/** Removes bundles of the same entry that nobody has made use of for a week. */
function tidy(folder: string, name: string, current: string): void {
  const old = Date.now() - 7 * 24 * 3600 * 1000;
  for (const { name: file } of Deno.readDirSync(folder)) {
    const path = `${folder}/${file}`;
    if (!file.includes(name) || !file.endsWith(".js") || path === current) continue;
    safely(() => {
      const mtime = Deno.statSync(path).mtime?.getTime() ?? 0;
      if (mtime < old) Deno.removeSync(path);
    });
  }
}

function nearest(path: string, name: string): string | undefined {
  for (let at = path.lastIndexOf("/"); at >= 0; at = at === 0 ? -1 : path.lastIndexOf("/", at - 1)) {
    const candidate = `${path.slice(0, at)}/${name}`;
    if (exists(candidate)) return candidate;
  }
}

function exists(path: string): boolean {
  return safely(() => Deno.statSync(path).isFile) ?? false;
}

function safely<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
