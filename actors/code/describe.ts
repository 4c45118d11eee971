/**
 * From a function or class to its code reference.
 *
 * @module
 */

import { type Described, NotSendableError, type Purpose, toWire } from "../values/mod.ts";
import { bundleModule } from "./bundle.ts";
import { describeClosed } from "./closed.ts";
import { ClosureError, UnknownCodeError } from "./errors.ts";
import { nameOfGlobal } from "./globals.ts";
import { nameInLibrary } from "./library.ts";
import { codeOf, referenceOfLoaded } from "./load.ts";
import { loadParser } from "./parser.ts";

/** Property of stand-ins for functions of other places (a module's, say): what they are described as. */
export const codeReference: unique symbol = Symbol.for("troupe.code") as never;

/** A function or class, or a stand-in for one of another place. */
// deno-lint-ignore ban-types
export type AnyFunction = Function & { readonly [codeReference]?: () => Described };

const NO_CODES: ReadonlyMap<string, Uint8Array> = new Map();
const described = new WeakMap<WeakKey, Described>();
const sound = new WeakSet<WeakKey>();

/**
 * Describes a function or class so that it can be found or made again elsewhere.
 *
 * In this order: a stand-in says what it stands for; what was loaded here is named as it was; what the library exports is `lib:`; standard
 * functions are `global:`; a class with `static readonly module = import.meta.url` is `mod:`; everything else must be closed, and is `src:`.
 *
 * @param fn The function or class.
 * @param purpose `"instance"` when its instances are to be made again: `undefined` is given for classes that are not known.
 * @param path Where it stands, for errors.
 * @throws {ClosureError} when it takes variables from outside.
 */
export function describeCode(fn: AnyFunction, purpose: "value"): Described;
export function describeCode(fn: AnyFunction, purpose: Purpose, path: string): Described | undefined;
export function describeCode(fn: AnyFunction, purpose: Purpose = "value", path = "value"): Described | undefined {
  let d = described.get(fn);
  if (d === undefined) {
    d = describeKnown(fn);
    if (d === undefined) {
      if (purpose === "instance") return undefined;
      d = describeClosed(fn);
    }
    described.set(fn, d);
  }
  if (purpose === "instance") {
    if (d.ref.startsWith("global:") || d.ref.startsWith("src:")) return undefined;
    checkFields(fn, path);
  }
  return d;
}

/** Has all ready that describes functions, for who has nothing else to do: the first one takes some 20 ms, mostly to be compiled. */
export async function prepareToDescribe(): Promise<void> {
  await loadParser();
  describeCode(() => 0, "value");
}

function describeKnown(fn: AnyFunction): Described | undefined {
  const standIn = fn[codeReference];
  if (typeof standIn === "function") return standIn();
  const loaded = referenceOfLoaded(fn);
  if (loaded !== undefined) {
    const bytes = codeOf(loaded.hash);
    return { ref: loaded.ref, codes: bytes === undefined ? NO_CODES : new Map([[loaded.hash, bytes]]) };
  }
  const inLibrary = nameInLibrary(fn);
  if (inLibrary !== undefined) return { ref: `lib:${inLibrary}`, codes: NO_CODES };
  const global = nameOfGlobal(fn);
  if (global !== undefined) return { ref: `global:${global}`, codes: NO_CODES };
  if (Object.hasOwn(fn, "module")) {
    const { module } = fn as unknown as { module: unknown };
    if (typeof module === "string") return describeExport(module, fn.name);
  } else if (isClass(fn) && typeof (fn as unknown as { module?: unknown }).module === "string") {
    throw new ClosureError(
      `the class ${fn.name} inherits \`module\` from another class; give it its own \`static readonly module = import.meta.url\``,
      fn.name,
    );
  }
  return undefined;
}

// deno-lint-ignore ban-types
function isClass(fn: Function): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}

/**
 * Describes an export of a user's module, which is bundled for it.
 *
 * @throws {UnknownCodeError} when the module does not export the name.
 */
export function describeExport(url: string, name: string): Described {
  const bundle = bundleModule(url);
  const first = name.split(".")[0];
  if (!bundle.exports.has(first)) {
    throw new UnknownCodeError(
      `the module ${url} exports no ${JSON.stringify(first)}; it exports ${
        [...bundle.exports].join(", ") || "nothing"
      }`,
    );
  }
  return { ref: `mod:${bundle.hash}#${name}`, codes: new Map([[bundle.hash, bundle.bytes]]) };
}

/** Fields with # cannot be seen from outside: such a class has to say itself what is sent. */
// deno-lint-ignore ban-types
function checkFields(cls: Function, path: string): void {
  if (sound.has(cls)) return;
  for (let c: unknown = cls; typeof c === "function" && c !== Function.prototype; c = Object.getPrototypeOf(c)) {
    if (toWire in (c as { prototype: object }).prototype) break;
    const source = Function.prototype.toString.call(c);
    if (/[\s;{]#[\w$]+\s*[=;]/.test(source)) {
      throw new NotSendableError(
        path,
        `an instance of ${cls.name}, which has private fields (#…)`,
        "give the class the methods [toWire]() and static [fromWire](data)",
      );
    }
  }
  sound.add(cls);
}
