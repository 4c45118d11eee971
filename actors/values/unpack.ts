/**
 * From a packed value to the value. Nothing in the bytes is believed.
 *
 * @module
 */

import { makeError } from "./error_classes.ts";
import { MalformedValueError } from "./errors.ts";
import { ARRAY_BUFFER, Ext, kinds, MAX_DEPTH, SHARED_ARRAY_BUFFER } from "./format.ts";
import { fromWire } from "./hooks.ts";
import { Reader } from "./reader.ts";
import type { PackedValue } from "./types.ts";

/** What the unpacker has to be told. */
export interface UnpackOptions {
  /** Gives the value (or the handle) that a reference stands for. */
  readonly resolve?: (key: string) => unknown;
  /** Gives the function or class of a code reference; it must have been loaded before (see `neededCode`). */
  readonly code?: (ref: string) => unknown;
}

const NONE: readonly string[] = [];
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const HOLE = Symbol("hole");

class Unpacker extends Reader {
  codeRefs: readonly string[] = NONE;
  refs: readonly string[] = NONE;
  seen: unknown[] | undefined;

  constructor(bytes: Uint8Array, readonly frames: readonly Uint8Array[], readonly options: UnpackOptions) {
    super(bytes);
  }

  unpack(): unknown {
    if (isTable(this.bytes)) {
      this.at = 6;
      this.codeRefs = this.strings();
      this.refs = this.strings();
      if (this.byte() === 0xc3) this.seen = [];
    }
    const v = this.value(0);
    if (this.at !== this.bytes.length) this.bad("something follows the value");
    return v;
  }

  value(depth: number): unknown {
    const v = this.any(depth);
    if (v === HOLE) this.bad("a hole outside an array");
    return v;
  }

  private any(depth: number): unknown {
    const c = this.byte();
    if (c < 0x80) return c;
    if (c >= 0xe0) return c - 0x100;
    if (c >= 0xa0 && c < 0xc0) return this.text(c & 31);
    if (c < 0x90) return this.map(c & 15, depth);
    if (c < 0xa0) return this.list(c & 15, depth);
    switch (c) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcb:
        return this.f64();
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.u16();
      case 0xce:
        return this.u32();
      case 0xd2:
        return this.u32() | 0;
      case 0xdb:
        return this.text(this.u32());
      case 0xdc:
        return this.list(this.u16(), depth);
      case 0xdd:
        return this.list(this.u32(), depth);
      case 0xdf:
        return this.map(this.u32(), depth);
      case 0xd4:
        return this.mark();
      case 0xc9:
        return this.extension(depth);
    }
    this.at--;
    this.bad(`byte 0x${c.toString(16)} begins nothing`);
  }

  private deeper(depth: number): void {
    if (depth >= MAX_DEPTH) this.bad(`nested deeper than ${MAX_DEPTH} levels`);
  }

  private done<T>(v: T): T {
    this.seen?.push(v);
    return v;
  }

  private list(n: number, depth: number): unknown[] {
    this.need(n);
    this.deeper(depth);
    const out: unknown[] = [];
    let holes = false;
    for (let i = 0; i < n; i++) {
      const e = this.any(depth + 1);
      if (e === HOLE) holes = true;
      else if (holes) out[i] = e;
      else out.push(e);
    }
    if (holes) out.length = n;
    return this.done(out);
  }

  private fields(n: number, depth: number, into: Record<string, unknown>): void {
    this.need(2 * n);
    for (let i = 0; i < n; i++) {
      const name = this.key();
      const v = this.value(depth + 1);
      // Assigning to __proto__ would change the object's class.
      if (name === "__proto__") define(into, name, v);
      else into[name] = v;
    }
  }

  private key(): string {
    if (this.bytes[this.at] !== 0xc9) return this.string();
    const v = this.any(MAX_DEPTH);
    return typeof v === "string" ? v : this.bad("expected a field's name");
  }

  private map(n: number, depth: number): Record<string, unknown> {
    this.deeper(depth);
    const out: Record<string, unknown> = {};
    this.fields(n, depth, out);
    return this.done(out);
  }

  private mark(): unknown {
    const type = this.byte();
    this.byte();
    if (type === Ext.undefined) return undefined;
    if (type === Ext.hole) return HOLE;
    this.bad(`unknown mark ${type}`);
  }

  private extension(depth: number): unknown {
    const n = this.u32();
    const type = this.byte();
    this.need(n);
    const end = this.at + n;
    const v = this.content(type, end, depth);
    if (this.at !== end) this.bad(`an extension of type ${type} ends in the wrong place`);
    return v;
  }

  private content(type: number, end: number, depth: number): unknown {
    switch (type) {
      case Ext.bigint: {
        const negative = this.byte() === 1;
        let hex = "";
        for (let i = end - 1; i >= this.at; i--) hex += this.bytes[i].toString(16).padStart(2, "0");
        this.at = end;
        const n = BigInt(hex === "" ? "0" : `0x${hex}`);
        return negative ? -n : n;
      }
      case Ext.utf16: {
        let s = "";
        if ((end - this.at) % 2 === 1) this.bad("odd UTF-16");
        for (let i = this.at; i < end; i += 2) s += String.fromCharCode(this.bytes[i] | (this.bytes[i + 1] << 8));
        this.at = end;
        return s;
      }
      case Ext.same:
        return this.seen === undefined ? this.bad("a repetition of nothing") : this.seen[this.index(this.seen.length)];
      case Ext.code:
        return this.code(this.codeRefs[this.index(this.codeRefs.length)]);
      case Ext.ref: {
        const key = this.refs[this.index(this.refs.length)];
        if (this.options.resolve === undefined) this.bad(`a reference to ${key}, where none is expected`);
        return this.options.resolve(key);
      }
    }
    this.deeper(depth);
    return this.done(this.composite(type, end, depth));
  }

  private composite(type: number, end: number, depth: number): unknown {
    switch (type) {
      case Ext.date: {
        if (end - this.at !== 8) this.bad("a date of the wrong length");
        for (let i = 0; i < 8; i++) floatBytes[i] = this.bytes[this.at++];
        return new Date(float[0]);
      }
      case Ext.regexp: {
        const source = this.text16();
        const flags = this.string();
        try {
          return new RegExp(source, flags);
        } catch {
          return this.bad("a regular expression that does not parse");
        }
      }
      case Ext.map: {
        const m = new Map<unknown, unknown>();
        while (this.at < end) m.set(this.value(depth + 1), this.value(depth + 1));
        return m;
      }
      case Ext.set: {
        const s = new Set<unknown>();
        while (this.at < end) s.add(this.value(depth + 1));
        return s;
      }
      case Ext.error:
        return this.error(end, depth);
      case Ext.small: {
        const kind = this.byte();
        if (kind >= kinds.length) this.bad(`unknown kind of array ${kind}`);
        const bytes = this.bytes.slice(this.at, end);
        this.at = end;
        return this.view(kind, bytes, true);
      }
      case Ext.frame: {
        const kind = this.byte();
        if (kind >= kinds.length) this.bad(`unknown kind of array ${kind}`);
        return this.view(kind, this.frames[this.index(this.frames.length)], false);
      }
      case Ext.instance:
      case Ext.wire:
        return this.instance(type, depth);
    }
    this.bad(`unknown extension type ${type}`);
  }

  /** A string in either form. */
  private text16(): string {
    const v = this.any(MAX_DEPTH - 1);
    return typeof v === "string" ? v : this.bad("expected a string");
  }

  private view(kind: number, bytes: Uint8Array, own: boolean): unknown {
    const { name, size } = kinds[kind];
    if (bytes.byteLength % size !== 0) this.bad(`${bytes.byteLength} bytes for a ${name}`);
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
    if (this.options.code === undefined) this.bad(`a reference to code (${ref}), where none is expected`);
    return this.options.code(ref);
  }

  private instance(type: number, depth: number): unknown {
    const ref = this.codeRefs[this.index(this.codeRefs.length)];
    const cls = this.code(ref);
    if (typeof cls !== "function" || typeof cls.prototype !== "object" || cls.prototype === null) {
      throw new MalformedValueError(`${ref} is no class, and cannot have instances`);
    }
    if (type === Ext.wire) {
      const make = (cls as { [fromWire]?: unknown })[fromWire];
      const data = this.value(depth + 1);
      if (typeof make !== "function") {
        throw new MalformedValueError(`${ref} has a method [toWire] but no static method [fromWire]`);
      }
      return make.call(cls, data);
    }
    const c = this.byte();
    const n = c >= 0x80 && c < 0x90 ? c & 15 : c === 0xdf ? this.u32() : this.bad("expected fields");
    const out = Object.create(cls.prototype) as Record<string, unknown>;
    this.need(2 * n);
    for (let i = 0; i < n; i++) {
      // Defined, not assigned: a setter or a read-only property of the class must not stand in the way.
      define(out, this.key(), this.value(depth + 1));
    }
    return out;
  }

  private error(end: number, depth: number): Error {
    const name = this.text16(), message = this.text16(), stack = this.text16();
    const cause = this.any(depth + 1);
    const errors = this.any(depth + 1);
    const e = makeError(name, message, stack);
    if (cause !== HOLE) hide(e, "cause", cause);
    if (errors !== HOLE) hide(e, "errors", errors);
    while (this.at < end) {
      const field = this.key();
      const v = this.any(depth + 1);
      if (v !== HOLE) define(e, field, v);
    }
    return e;
  }
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

function isTable(head: Uint8Array): boolean {
  return head.length > 6 && head[0] === 0xc9 && head[5] === Ext.table;
}

function unshared(head: Uint8Array): Uint8Array {
  return head.buffer instanceof SharedArrayBuffer ? head.slice() : head;
}

/**
 * Unpacks a value. Arrays that were frames are views on these frames (in shared memory, if they lie there), but those that are not aligned
 * are copied.
 *
 * @param packed Head and frames.
 * @param options What references and code references stand for.
 * @throws {MalformedValueError} for bytes that `pack` cannot have made.
 */
export function unpack(packed: PackedValue, options: UnpackOptions = {}): unknown {
  return new Unpacker(unshared(packed.head), packed.frames, options).unpack();
}

/** Code references inside a packed value, from its head: what must be loaded before it is unpacked. */
export function neededCode(head: Uint8Array): readonly string[] {
  if (!isTable(head)) return NONE;
  const reader = new Reader(unshared(head));
  reader.at = 6;
  return reader.strings();
}

/** Keys of the references inside a packed value, from its head. */
export function neededRefs(head: Uint8Array): readonly string[] {
  if (!isTable(head)) return NONE;
  const reader = new Reader(unshared(head));
  reader.at = 6;
  reader.strings();
  return reader.strings();
}
