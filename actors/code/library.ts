/**
 * What the library itself exports is never shipped: it is named, and the other side takes its own.
 *
 * @module
 */

import { UnknownCodeError } from "./errors.ts";
import { follow } from "./reference.ts";

interface Library {
  url: string | undefined;
  exports: Record<string, unknown>;
  readonly internals: Record<string, unknown>;
  /** Paths by function, made when first needed. */
  names: Map<unknown, string> | undefined;
}

// On the global object, because bundled modules of users find the library there, and two copies of this file must agree.
const slot: unique symbol = Symbol.for("troupe.registry") as never;
const namespace: unique symbol = Symbol.for("troupe.library") as never;
const holder = globalThis as { [slot]?: Library; [namespace]?: Record<string, unknown> };

function library(): Library {
  return holder[slot] ??= {
    url: undefined,
    exports: Object.create(null) as Record<string, unknown>,
    internals: Object.create(null) as Record<string, unknown>,
    names: undefined,
  };
}

/**
 * Makes a library's exports known by name. Called by the library's root module with its own URL and namespace; the receiving side imports the
 * same root module.
 *
 * @example
 * ```ts
 * import * as mine from "@troupe/troupe";
 * import { registerLibrary } from "@troupe/troupe";
 * registerLibrary(import.meta.resolve("@troupe/troupe"), mine); // at the end of a library's own mod.ts
 * ```
 */
export function registerLibrary(url: string, exports: object): void {
  const lib = library();
  lib.url = url;
  lib.exports = exports as Record<string, unknown>;
  lib.names = undefined;
  for (const [name, value] of Object.entries(lib.exports)) {
    // A bundler may rename a class that speaks of itself, or one of two with the same name.
    if (typeof value === "function" && value.name !== name && value.name.replace(/^_|\d+$/g, "") === name) {
      Object.defineProperty(value, "name", { value: name, configurable: true });
    }
  }
  holder[namespace] = lib.exports;
}

/**
 * Makes functions and classes known by name that the library does not export, but runs on workers: by the modules that define them, as
 * they are loaded on both sides.
 *
 * @throws {RangeError} when another function has the name.
 */
export function registerInternals(exports: Readonly<Record<string, unknown>>): void {
  const lib = library();
  for (const [name, fn] of Object.entries(exports)) {
    const before = lib.internals[name];
    if (before !== undefined && before !== fn) throw new RangeError(`two internal functions are called ${name}`);
    lib.internals[name] = fn;
  }
  lib.names = undefined;
}

/** URL of the library's root module, when it was loaded. */
export function libraryUrl(): string | undefined {
  return library().url;
}

/** Whether the library has been loaded in this thread. */
export function libraryIsLoaded(): boolean {
  return library().url !== undefined;
}

function functionsOf(root: Record<string, unknown>, names: Map<unknown, string>): void {
  for (const name of Object.keys(root)) {
    const value = root[name];
    if (typeof value !== "function" || names.has(value)) continue;
    names.set(value, name);
    for (const [key, d] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (typeof d.value === "function" && key !== "prototype" && !names.has(d.value)) {
        names.set(d.value, `${name}.${key}`);
      }
    }
  }
}

/** Path of a function or class among what the library exports or has registered, or `undefined`. */
export function nameInLibrary(fn: unknown): string | undefined {
  const lib = library();
  if (lib.names === undefined) {
    lib.names = new Map();
    functionsOf(lib.exports, lib.names);
    functionsOf(lib.internals, lib.names);
  }
  return lib.names.get(fn);
}

/**
 * What the library calls by this path.
 *
 * @throws {UnknownCodeError}
 */
export function fromLibrary(path: readonly string[]): unknown {
  const lib = library();
  if (lib.url === undefined && !(path[0] in lib.internals)) {
    throw new UnknownCodeError(`lib:${path.join(".")} is asked for before the library was loaded here`);
  }
  const root = path[0] in lib.exports ? lib.exports : lib.internals;
  return follow(root, path, "the library (is it the same version on both sides?)");
}
