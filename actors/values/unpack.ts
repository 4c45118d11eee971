/**
 * From a packed value to the value. Nothing in the bytes is believed.
 *
 * @module
 */

import { Decoder } from "@msgpack/msgpack";
import { Scanner } from "../../transport/mod.ts";
import { makeError } from "./error_classes.ts";
import { MalformedValueError } from "./errors.ts";
import { ARRAY_BUFFER, Ext, kinds, MAX_DEPTH, SHARED_ARRAY_BUFFER } from "./format.ts";
import { fromWire } from "./hooks.ts";
import { fromUtf16 } from "./strings.ts";
import type { PackedValue } from "./types.ts";

/** What the unpacker has to be told. */
export interface UnpackOptions {
  /** Gives the value (or the handle) that a reference stands for. */
  readonly resolve?: (key: string) => unknown;
  /** Gives the function or class of a code reference; it must have been loaded before (see `neededCode`). */
  readonly code?: (ref: string) => unknown;
}

const NONE: readonly string[] = [];
const NO_FRAMES: readonly Uint8Array[] = [];
const NO_OPTIONS: UnpackOptions = {};
/** Extensions inside each other: the value's, the table's, and an index as the innermost. */
const MAX_LEVELS = MAX_DEPTH + 4;
/** Bytes of a buffer above which it is let go of at once. */
const LARGE = 1 << 20;
const NIL = Uint8Array.of(0xc0);

/** Looks over bytes before they are decoded: after that, the decoder itself finds nothing wrong with them. */
const scanner = new Scanner(MAX_DEPTH, Infinity, { extensions: true, binary: false });

function bad(why: string, options?: ErrorOptions): never {
  throw new MalformedValueError(`not a packed value: ${why}`, options);
}

/** Unpacks one value after the other; see {@link unpack}. */
class Unpacker {
  private codeRefs: readonly string[] = NONE;
  private refs: readonly string[] = NONE;
  private shared: unknown[] = [];
  private frames: readonly Uint8Array[] = NO_FRAMES;
  private options: UnpackOptions = NO_OPTIONS;
  /** One for each extension inside another: a decoder that is asked again before it is done makes a copy of itself. */
  private readonly decoders: Decoder<undefined>[] = [];
  private readonly codec = {
    tryToEncode: (): null => null,
    decode: (data: Uint8Array, type: number): unknown => this.extension(data, type),
  };
  private level = 0;
  /** Whether what is read may be the table; whether its strings alone are wanted; whether bodies may stand here. */
  private table = false;
  private stringsOnly = false;
  private bodies = false;

  unpack(packed: PackedValue, options: UnpackOptions): unknown {
    const head = unshared(packed.head);
    this.frames = packed.frames;
    this.options = options;
    try {
      this.table = mayBeTable(head);
      return this.read(head);
    } finally {
      this.reset(head);
    }
  }

  /** Code references, and references. */
  strings(shared: Uint8Array): readonly [readonly string[], readonly string[]] {
    const head = unshared(shared);
    try {
      this.table = this.stringsOnly = true;
      this.read(head);
      return [this.codeRefs, this.refs];
    } finally {
      this.reset(head);
    }
  }

  private reset(head: Uint8Array): void {
    this.codeRefs = this.refs = NONE;
    if (this.shared.length > 0) this.shared = [];
    this.frames = NO_FRAMES;
    this.options = NO_OPTIONS;
    this.level = 0;
    this.table = this.stringsOnly = this.bodies = false;
    // A decoder keeps the bytes it was given last.
    if (head.buffer.byteLength > LARGE) { for (const d of this.decoders) d.decode(NIL); }
    if (this.decoders.length > 8) this.decoders.length = 8;
  }

  /** The value of bytes that are all of it. */
  private read(bytes: Uint8Array): unknown {
    if (!scanner.scan(bytes)) bad(scanner.problem);
    const level = this.level++;
    if (level > MAX_LEVELS) bad(`extensions nested deeper than ${MAX_LEVELS} levels`);
    const decoder = this.decoders[level] ??= new Decoder({ extensionCodec: this.codec as never });
    const v = decoder.decode(bytes);
    this.level = level;
    return v;
  }

  /** The array in an extension, of at least `least` elements. */
  private list(data: Uint8Array, least = 0): unknown[] {
    const v = this.read(data);
    return Array.isArray(v) && v.length >= least ? v : bad("an extension without its parts");
  }

  private extension(data: Uint8Array, type: number): unknown {
    if (this.table) {
      this.table = false;
      if (type === Ext.table) return this.tabled(data);
      if (this.stringsOnly) return undefined;
    }
    switch (type) {
      case Ext.undefined:
        return undefined;
      case Ext.minusZero:
        return -0;
      case Ext.bigint:
        return bigint(this.read(data));
      case Ext.utf16:
        return data.length % 2 === 0 ? fromUtf16(data) : bad("odd UTF-16");
      case Ext.date:
        return new Date(number(this.read(data)));
      case Ext.regexp:
        return regexp(this.list(data, 2));
      case Ext.map: {
        const list = even(this.list(data), 0);
        const m = new Map<unknown, unknown>();
        for (let i = 0; i < list.length; i += 2) m.set(list[i], list[i + 1]);
        return m;
      }
      case Ext.set:
        return new Set(this.list(data));
      case Ext.error:
        return error(this.list(data, 3));
      case Ext.small:
        return this.view(kind(data[0]), data.slice(1), true);
      case Ext.frame: {
        const list = this.list(data, 2);
        return this.view(kind(list[0]), this.frames[index(list[1], this.frames)], false);
      }
      case Ext.same:
        return this.shared[index(this.read(data), this.shared)];
      case Ext.code:
        return this.code(this.codeRefs[index(this.read(data), this.codeRefs)]);
      case Ext.ref: {
        const key = this.refs[index(this.read(data), this.refs)];
        if (this.options.resolve === undefined) bad(`a reference to ${key}, where none is expected`);
        return this.options.resolve(key);
      }
      case Ext.instance:
        return this.instance(this.list(data, 1));
      case Ext.wire:
        return this.wire(this.list(data, 2));
      case Ext.list:
        return this.list(data);
      case Ext.sparse:
        return sparse(this.list(data, 1));
      case Ext.entries:
        return entries(this.list(data));
      case Ext.body:
        if (this.bodies) return data;
    }
    bad(`extension type ${type}, which has no meaning here`);
  }

  private tabled(data: Uint8Array): unknown {
    this.bodies = true;
    const list = this.list(data, 3);
    this.bodies = false;
    this.codeRefs = strings(list[0]);
    this.refs = strings(list[1]);
    if (this.stringsOnly) return undefined;
    for (let i = 2; i < list.length - 1; i++) this.shared.push(this.read(body(list[i])));
    return this.read(body(list[list.length - 1]));
  }

  private view(kind: number, bytes: Uint8Array, own: boolean): unknown {
    const { name, size } = kinds[kind];
    if (bytes.byteLength % size !== 0) bad(`${bytes.byteLength} bytes for a ${name}`);
    if (kind === ARRAY_BUFFER) return own || isWhole(bytes) ? bytes.buffer : bytes.slice().buffer;
    if (kind === SHARED_ARRAY_BUFFER) {
      const shared = new SharedArrayBuffer(bytes.byteLength);
      new Uint8Array(shared).set(bytes);
      return shared;
    }
    if (kind === 0 && bytes.constructor === Uint8Array) return bytes;
    if (bytes.byteOffset % size !== 0) bytes = bytes.slice();
    const View =
      (globalThis as unknown as Record<string, new (b: ArrayBufferLike, o: number, n: number) => unknown>)[name];
    return new View(bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
  }

  private code(ref: string): unknown {
    if (this.options.code === undefined) bad(`a reference to code (${ref}), where none is expected`);
    return this.options.code(ref);
  }

  private class(i: unknown): { readonly ref: string; readonly cls: Class } {
    const ref = this.codeRefs[index(i, this.codeRefs)];
    const cls = this.code(ref);
    if (typeof cls !== "function" || typeof cls.prototype !== "object" || cls.prototype === null) {
      throw new MalformedValueError(`${ref} is no class, and cannot have instances`);
    }
    return { ref, cls: cls as unknown as Class };
  }

  private wire([i, data]: unknown[]): unknown {
    const { ref, cls } = this.class(i);
    const make = cls[fromWire];
    if (typeof make !== "function") {
      throw new MalformedValueError(`${ref} has a method [toWire] but no static method [fromWire]`);
    }
    return make.call(cls, data);
  }

  private instance(list: unknown[]): object {
    const out = Object.create(this.class(list[0]).cls.prototype) as object;
    even(list, 1);
    // Defined, not assigned: a setter or a read-only property of the class must not stand in the way.
    for (let i = 1; i < list.length; i += 2) define(out, name(list[i]), list[i + 1]);
    return out;
  }
}

interface Class {
  readonly prototype: object;
  readonly [fromWire]?: unknown;
}

function index(v: unknown, of: readonly unknown[]): number {
  return typeof v === "number" && Number.isInteger(v) && v >= 0 && v < of.length
    ? v
    : bad(`expected an index below ${of.length}`);
}

function kind(v: unknown): number {
  return index(v, kinds);
}

function number(v: unknown): number {
  return typeof v === "number" ? v : bad("expected a number");
}

function name(v: unknown): string {
  return typeof v === "string" ? v : bad("expected a string");
}

function strings(v: unknown): readonly string[] {
  return Array.isArray(v) && v.every((s) => typeof s === "string") ? v : bad("expected strings");
}

function body(v: unknown): Uint8Array {
  return v instanceof Uint8Array ? v : bad("expected a body");
}

/** Checks that what begins at `from` are pairs. */
function even(list: unknown[], from: number): unknown[] {
  return (list.length - from) % 2 === 0 ? list : bad("half a pair");
}

function bigint(v: unknown): bigint {
  const digits = name(v);
  if (!/^-?[0-9a-f]+$/.test(digits)) bad("a bigint with other digits than hexadecimal ones");
  return digits[0] === "-" ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

function regexp([source, flags]: unknown[]): RegExp {
  const pattern = name(source), letters = name(flags);
  try {
    return new RegExp(pattern, letters);
  } catch (cause) {
    bad("a regular expression that does not parse", { cause });
  }
}

function error(list: unknown[]): Error {
  const e = makeError(name(list[0]), name(list[1]), name(list[2]));
  even(list, 3);
  for (let i = 3; i < list.length; i += 2) {
    const field = name(list[i]);
    if (field === "cause" || field === "errors") hide(e, field, list[i + 1]);
    else define(e, field, list[i + 1]);
  }
  return e;
}

function entries(list: unknown[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  even(list, 0);
  for (let i = 0; i < list.length; i += 2) {
    const field = name(list[i]);
    // Assigning to __proto__ would change the object's class.
    if (field === "__proto__") define(out, field, list[i + 1]);
    else out[field] = list[i + 1];
  }
  return out;
}

function sparse(list: unknown[]): unknown[] {
  const n = number(list[0]);
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 32) bad("an array of an impossible length");
  even(list, 1);
  const out: unknown[] = [];
  // An element far away makes an array that takes memory only for what it holds.
  if (n > 1024 + 8 * list.length) {
    out[n - 1] = undefined;
    delete out[n - 1];
  } else out.length = n;
  for (let i = 1; i < list.length; i += 2) {
    const at = number(list[i]);
    if (!Number.isInteger(at) || at < 0 || at >= n) bad(`expected an index below ${n}`);
    out[at] = list[i + 1];
  }
  return out;
}

function define(o: object, name: string, value: unknown): void {
  Object.defineProperty(o, name, { value, writable: true, enumerable: true, configurable: true });
}

function hide(o: object, name: string, value: unknown): void {
  Object.defineProperty(o, name, { value, writable: true, enumerable: false, configurable: true });
}

/** Whether the bytes are all of a buffer that is this thread's alone: then it need not be copied to be handed on. */
function isWhole(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
}

/** Whether a head begins with an extension. */
function mayBeTable(head: Uint8Array): boolean {
  const type = head[0];
  return (type >= 0xc7 && type <= 0xc9) || (type >= 0xd4 && type <= 0xd8);
}

function unshared(head: Uint8Array): Uint8Array {
  return head.buffer instanceof SharedArrayBuffer ? head.slice() : head;
}

const pool: Unpacker[] = [];

/**
 * Unpacks a value. Arrays that were frames are views on these frames (in shared memory, if they lie there), but those that are not aligned
 * are copied.
 *
 * @param packed Head and frames.
 * @param options What references and code references stand for.
 * @throws {MalformedValueError} for bytes that `pack` cannot have made.
 */
export function unpack(packed: PackedValue, options: UnpackOptions = NO_OPTIONS): unknown {
  // A hook may unpack in its turn, hence a pool and not one unpacker.
  const unpacker = pool.pop() ?? new Unpacker();
  try {
    return unpacker.unpack(packed, options);
  } finally {
    if (pool.length < 4) pool.push(unpacker);
  }
}

function needed(head: Uint8Array, which: 0 | 1): readonly string[] {
  if (!mayBeTable(head)) return NONE;
  const unpacker = pool.pop() ?? new Unpacker();
  try {
    return unpacker.strings(head)[which];
  } finally {
    if (pool.length < 4) pool.push(unpacker);
  }
}

/** Code references inside a packed value, from its head: what must be loaded before it is unpacked. */
export function neededCode(head: Uint8Array): readonly string[] {
  return needed(head, 0);
}

/** Keys of the references inside a packed value, from its head. */
export function neededRefs(head: Uint8Array): readonly string[] {
  return needed(head, 1);
}
