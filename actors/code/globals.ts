/**
 * What every JavaScript process has.
 *
 * @module
 */

import { follow } from "./reference.ts";

/** Standard names that every client and worker has: ECMAScript's, the web's that Deno has in its threads, and Deno's. */
const NAMES =
  "globalThis self undefined NaN Infinity Object Function Array Number parseFloat parseInt Boolean String Symbol Date Promise RegExp " +
  "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError JSON Math Intl ArrayBuffer " +
  "SharedArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array " +
  "Uint8ClampedArray BigUint64Array BigInt64Array BigInt DataView Map Set WeakMap WeakSet WeakRef FinalizationRegistry Iterator Proxy " +
  "Reflect DisposableStack AsyncDisposableStack decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite " +
  "isNaN console WebAssembly AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto " +
  "CryptoKey CustomEvent DecompressionStream DOMException ErrorEvent Event EventTarget File FileReader FormData Headers MessageChannel " +
  "MessageEvent MessagePort Performance ReadableStream Request Response SubtleCrypto TextDecoder TextDecoderStream TextEncoder " +
  "TextEncoderStream TransformStream URL URLPattern URLSearchParams WebSocket Worker WritableStream atob btoa clearInterval clearTimeout " +
  "crypto fetch navigator performance queueMicrotask reportError setInterval setTimeout structuredClone Deno Temporal";

const standard: ReadonlySet<string> = new Set(NAMES.split(" "));

/** Names that programs ask for with `typeof` to see where they run. */
const elsewhere: ReadonlySet<string> = new Set([
  "window",
  "document",
  "process",
  "Buffer",
  "require",
  "module",
  "exports",
  "global",
]);

/** Whether a name means the same in every process. */
export function isStandardGlobal(name: string): boolean {
  return standard.has(name);
}

/** Whether a name may be asked for with `typeof`, though it is no standard global. */
export function isProbed(name: string): boolean {
  return elsewhere.has(name);
}

const root = globalThis as unknown as Record<string, unknown>;

/** Functions by path that belong to the standard globals of these names. */
function membersOf(globals: Iterable<string>): Map<unknown, string> {
  const found = new Map<unknown, string>();
  for (const name of globals) {
    const v = root[name];
    if ((typeof v !== "function" && typeof v !== "object") || v === null || v === globalThis) continue;
    if (name === "Deno" || name === "navigator" || name === "performance") continue;
    for (const [key, d] of Object.entries(Object.getOwnPropertyDescriptors(v))) {
      if (typeof d.value === "function" && key !== "constructor" && key !== "prototype" && !found.has(d.value)) {
        found.set(d.value, `${name}.${key}`);
      }
    }
  }
  return found;
}

/** Deno loads some globals when they are first asked for, the timers in 12 ms: only functions of these names belong to one. */
const BELONG_TO_LAZY: ReadonlySet<string> = new Set(["error", "json", "redirect", "from"]);

function isLazy(name: string): boolean {
  return Object.getOwnPropertyDescriptor(globalThis, name)?.get !== undefined;
}

let atHand: Map<unknown, string> | undefined;
let lazy: Map<unknown, string> | undefined;

/** Path of a standard function such as `Math.sqrt`, or `undefined`. */
// deno-lint-ignore ban-types
export function nameOfGlobal(fn: Function): string | undefined {
  const { name } = fn;
  if (isStandardGlobal(name) && root[name] === fn) return name;
  atHand ??= membersOf([...standard].filter((global) => !isLazy(global)));
  const found = atHand.get(fn);
  if (found !== undefined || !BELONG_TO_LAZY.has(name)) return found;
  return (lazy ??= membersOf([...standard].filter(isLazy))).get(fn);
}

/** The standard function of a path; those of `Promise` are bound to it, for they need it. */
export function fromGlobals(path: readonly string[]): unknown {
  const v = isStandardGlobal(path[0])
    ? follow(globalThis, path, "the global object")
    : follow({}, path, "the standard globals");
  return path.length === 2 && path[0] === "Promise" && typeof v === "function" ? v.bind(Promise) : v;
}
