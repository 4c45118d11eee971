/**
 * From a code reference to the function or class.
 *
 * @module
 */

import { libraryFile } from "../core/mod.ts";
import { hashOf } from "../values/mod.ts";
import { ModuleLoadError, UnknownCodeError } from "./errors.ts";
import { fromGlobals } from "./globals.ts";
import { fromLibrary, libraryIsLoaded } from "./library.ts";
import { follow, parseReference } from "./reference.ts";

interface Loaded {
  /** Code by its hash, as it came. */
  readonly known: Map<string, Uint8Array>;
  readonly modules: Map<string, Promise<object>>;
  readonly namespaces: Map<string, object>;
  /** What was loaded, by reference, and references by what was loaded. */
  readonly loaded: Map<string, unknown>;
  readonly references: WeakMap<WeakKey, { readonly ref: string; readonly hash: string }>;
  /** Where modules came from that were bundled here. */
  readonly sources: Map<string, string>;
}

// On the global object: a thread's program may be a bundle with a copy of this file, and the library it loads for the
// user's code brings another. What one has loaded the other must know.
const slot: unique symbol = Symbol.for("troupe.loaded") as never;
const { known, modules, namespaces, loaded, references, sources } = (globalThis as { [slot]?: Loaded })[slot] ??= {
  known: new Map(),
  modules: new Map(),
  namespaces: new Map(),
  loaded: new Map(),
  references: new WeakMap(),
  sources: new Map(),
};
let library: Promise<unknown> | undefined;
let root = libraryFile("mod.ts").href;
let findBundle: () => Promise<string | undefined> = () => Promise.resolve(undefined);

/**
 * Says where the library's root module is, for `lib:` references in a thread that has not loaded it.
 *
 * @param url The source.
 * @param bundle Finds a bundle of it, if there is one.
 */
export function setLibrary(url: string, bundle: () => Promise<string | undefined>): void {
  root = url;
  findBundle = bundle;
}

/**
 * Keeps code that came, for references to it.
 *
 * @throws {UnknownCodeError} when the bytes are not those of the hash.
 */
export function addCode(hash: string, bytes: Uint8Array): void {
  if (known.has(hash)) return;
  const own = bytes.slice();
  if (hashOf(own) !== hash) {
    throw new UnknownCodeError(`the code that came as ${hash} has another hash: ${hashOf(own)}`);
  }
  known.set(hash, own);
}

/** Says that a module was bundled here from `url`: its references mean the program's own module, so that classes are the same. */
export function addSource(hash: string, url: string): void {
  sources.set(hash, url);
}

/** From where the module of this hash was bundled, if it was so here. */
export function sourceOf(hash: string): string | undefined {
  return sources.get(hash);
}

/** Whether the code of this hash is here. */
export function hasCode(hash: string): boolean {
  return known.has(hash);
}

/** The code of this hash, to pass on, or `undefined`. */
export function codeOf(hash: string): Uint8Array | undefined {
  return known.get(hash);
}

/** The hash of the code that a reference needs, or `undefined` for the library's and the standard ones. */
export function hashNeeded(ref: string): string | undefined {
  const { hash } = parseReference(ref);
  return hash === "" ? undefined : hash;
}

/** Of something that was loaded here: its reference and the hash of its code. */
export function referenceOfLoaded(fn: object): { readonly ref: string; readonly hash: string } | undefined {
  return references.get(fn);
}

function text(hash: string): string {
  const bytes = known.get(hash);
  if (bytes === undefined) throw new UnknownCodeError(`the code ${hash} was not sent`);
  return new TextDecoder().decode(bytes);
}

function remember(ref: string, hash: string, v: unknown): unknown {
  loaded.set(ref, v);
  if ((typeof v === "function" || typeof v === "object") && v !== null && hash !== "" && !references.has(v)) {
    references.set(v, { ref, hash });
  }
  return v;
}

async function loadModule(hash: string): Promise<object> {
  const source = sources.get(hash);
  if (source !== undefined) return await importModule(hash, source, source);
  if (!libraryIsLoaded() && text(hash).includes(`"troupe.library"`)) await loadLibrary();
  const url = `data:text/javascript;base64,${new TextEncoder().encode(text(hash)).toBase64()}`;
  return await importModule(hash, url, `mod:${hash}`);
}

async function importModule(hash: string, url: string, name: string): Promise<object> {
  let ns: Record<string, unknown>;
  try {
    ns = await import(url);
  } catch (cause) {
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    // The loader names the module by its whole text.
    throw new ModuleLoadError(`the module ${name} does not load: ${message.replaceAll(url, name)}`, { cause });
  }
  for (const name of Object.keys(ns)) {
    const v = ns[name];
    remember(`mod:${hash}#${name}`, hash, v);
    // The bundler may rename a class that speaks of itself.
    if (typeof v === "function" && v.name === `_${name}`) {
      Object.defineProperty(v, "name", { value: name, configurable: true });
    }
  }
  namespaces.set(hash, ns);
  return ns;
}

async function importLibrary(): Promise<unknown> {
  const bundle = await findBundle();
  if (bundle !== undefined) {
    try {
      return await import(bundle);
    } catch (error) {
      // It was removed in this moment, or cannot be read; the source can.
      if (libraryIsLoaded()) throw error;
    }
  }
  return await import(root);
}

function loadLibrary(): Promise<unknown> {
  return library ??= importLibrary().catch((cause) => {
    library = undefined;
    throw new ModuleLoadError(`the library does not load from ${root}: ${(cause as Error).message}`, { cause });
  });
}

/**
 * What a code reference stands for, when it can be had without waiting: all but modules (and the library) that were not loaded yet.
 *
 * @throws {UnknownCodeError} when it was not sent or not loaded, or names nothing.
 */
export function codeNow(ref: string): unknown {
  const before = loaded.get(ref);
  if (before !== undefined) return before;
  const { kind, hash, path } = parseReference(ref);
  switch (kind) {
    case "lib":
      return remember(ref, "", fromLibrary(path));
    case "global":
      return remember(ref, "", fromGlobals(path));
    case "src":
      // Indirect: it sees the globals and nothing of this module.
      return remember(ref, hash, (0, eval)(text(hash)));
    case "mod": {
      const ns = namespaces.get(hash);
      if (ns === undefined) throw new UnknownCodeError(`the module of ${ref} has not been loaded yet`);
      return remember(ref, hash, follow(ns, path, `the module ${hash}`));
    }
  }
}

/**
 * Loads what a code reference stands for; once, then it is kept.
 *
 * @param ref The code reference's text.
 * @param codes Code by hash, if some came with it.
 * @throws {UnknownCodeError} when its code was not sent, or it names nothing.
 * @throws {ModuleLoadError} when its module does not load, with the loader's own message.
 */
export async function loadCode(ref: string, codes?: ReadonlyMap<string, Uint8Array>): Promise<unknown> {
  const before = loaded.get(ref);
  if (before !== undefined) return before;
  if (codes !== undefined) { for (const [hash, bytes] of codes) addCode(hash, bytes); }
  const { kind, hash } = parseReference(ref);
  if (kind === "lib" && !libraryIsLoaded()) await loadLibrary();
  if (kind === "src" && !libraryIsLoaded() && text(hash).includes(`"troupe.library"`)) await loadLibrary();
  if (kind === "mod") {
    let module = modules.get(hash);
    if (module === undefined) {
      modules.set(hash, module = loadModule(hash));
      module.catch(() => modules.delete(hash));
    }
    await module;
  }
  return codeNow(ref);
}
