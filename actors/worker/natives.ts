/**
 * Native libraries that a thread opens before its sandbox closes: who needs one registers how it is found, as data; each cluster that starts
 * hands what was found to its threads, and these open it before they give FFI up.
 *
 * @module
 */

/** A native library as data: sent to worker processes and threads. */
export interface NativeLibrary {
  /** By which {@link native} gives it. */
  readonly name: string;
  /** A file, or a name that the system's loader knows. */
  readonly path: string;
  /** As `Deno.dlopen` takes them. */
  readonly symbols: Readonly<Record<string, Deno.ForeignFunction & { readonly optional?: boolean }>>;
  /** Functions that each thread calls at once with these numbers, where the library has them. */
  readonly setup?: readonly (readonly [symbol: string, ...numbers: number[]])[];
}

/** A kind of library that somebody would use. */
export interface NativeKind {
  /** Its name. */
  readonly name: string;
  /** The library on this machine, if there is one. Asked when a cluster starts; shall take well under a millisecond. */
  readonly find: () => NativeLibrary | undefined;
  /** A line for `deno task info`. */
  readonly describe: () => string;
}

/** The functions of an opened library; one that is optional and missing is null. */
// deno-lint-ignore no-explicit-any -- as the symbols say
export type NativeFunctions = Readonly<Record<string, any>>;

/** A library that was opened in this thread. */
export interface OpenedNative {
  /** As it was named. */
  readonly library: NativeLibrary;
  /** Its functions. */
  readonly functions: NativeFunctions;
}

// On the global object, because a bundle of users' code and the library may each have a copy of this file.
const slot: unique symbol = Symbol.for("troupe.natives") as never;
const state =
  ((globalThis as { [slot]?: { kinds: Map<string, NativeKind>; opened: Map<string, OpenedNative> } })[slot] ??= {
    kinds: new Map(),
    opened: new Map(),
  });

/**
 * Makes a kind of library known, to be opened in all threads that start from now on.
 *
 * @example
 * ```ts
 * import { registerNative } from "@troupe/troupe";
 * const symbols = { getpid: { parameters: [], result: "i32" } } as const;
 * registerNative({
 *   name: "c",
 *   find: () => Deno.build.os === "linux" ? { name: "c", path: "libc.so.6", symbols } : undefined,
 *   describe: () => "the C library",
 * });
 * ```
 */
export function registerNative(kind: NativeKind): void {
  state.kinds.set(kind.name, kind);
}

/** All kinds that are known. */
export function nativeKinds(): NativeKind[] {
  return [...state.kinds.values()];
}

/** What was found of all kinds that are known. */
export function nativeLibraries(): NativeLibrary[] {
  return nativeKinds().map((kind) => kind.find()).filter((found) => found !== undefined);
}

/**
 * Opens a library in this thread.
 *
 * @throws {Error} when the system cannot, or the library lacks a symbol
 *
 * @example
 * ```ts
 * import { native, openNative } from "@troupe/troupe";
 * const path = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
 * const { functions } = openNative({ name: "c", path, symbols: { getpid: { parameters: [], result: "i32" } } });
 * functions.getpid() === Deno.pid; // true
 * native("c")?.functions === functions; // true
 * ```
 */
export function openNative(library: NativeLibrary): OpenedNative {
  const functions: NativeFunctions = Deno.dlopen(library.path, library.symbols).symbols;
  for (const [name, ...numbers] of library.setup ?? []) functions[name]?.(...numbers);
  const opened = { library, functions };
  state.opened.set(library.name, opened);
  return opened;
}

/**
 * The library of a name that was opened in this thread.
 *
 * @example
 * ```ts
 * import { native } from "@troupe/troupe";
 * native("nobody opened it"); // undefined
 * ```
 */
export function native(name: string): OpenedNative | undefined {
  return state.opened.get(name);
}
