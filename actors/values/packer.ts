/**
 * What packs a value: one at a time, with what it has met.
 *
 * @module
 */

import type { Arena } from "./arena.ts";
import { NotSendableError } from "./errors.ts";
import { ARRAY_BUFFER, Ext, kindOf, MAX_DEPTH, SHARED_ARRAY_BUFFER, SMALL_ARRAY } from "./format.ts";
import { reference, toWire } from "./hooks.ts";
import type { PackOptions, Purpose } from "./pack_options.ts";
import { wellFormed, wellFormedPart } from "./strings.ts";
import type { Packing } from "./types.ts";
import { Writer } from "./writer.ts";

const NONE: readonly string[] = [];
const NO_FRAMES: readonly Uint8Array[] = [];
const NOTHING = new Uint8Array(0);
const NO_CODES: ReadonlyMap<string, Uint8Array> = new Map();
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

/** Packs one value after the other; see `pack`. */
export class Packer {
  readonly out = new Writer();
  options: PackOptions = {};
  frames: Uint8Array[] = [];
  frameBytes = 0;
  refs: string[] = [];
  refIndex = new Map<string, number>();
  codeRefs: string[] = [];
  codeIndex = new Map<string, number>();
  codes: Map<string, Uint8Array> | undefined;
  /** Objects met: -1 while inside, then the order in which they were completed. */
  met = new Map<object, number>();
  order: object[] = [];
  /** Those met and not completed, outermost first. */
  open: object[] = [];
  repeated = false;
  trail: (string | number)[] = [];

  /** `arena` takes the head in, unless there are frames: then the packing's own head is empty. */
  pack(value: unknown, options: PackOptions, arena?: Arena): Packing {
    this.options = options;
    this.out.length = 0;
    try {
      // Arguments are mostly a few primitives, which need no memory of what was met.
      if (Array.isArray(value) && value.every(isPrimitive)) this.array(value, 0);
      else this.write(value, 0);
      const plain = this.refs.length === 0 && this.codeRefs.length === 0 && !this.repeated;
      if (!plain) this.table();
      const inArena = arena !== undefined && this.frames.length === 0;
      if (inArena) arena.put(this.out.bytes, this.out.length);
      const head = inArena ? NOTHING : this.out.take();
      return {
        head,
        frames: this.frames.length === 0 ? NO_FRAMES : this.frames,
        nbytes: head.length + this.frameBytes,
        refs: this.refs.length === 0 ? NONE : this.refs,
        codes: this.codes ?? NO_CODES,
      };
    } finally {
      this.reset();
    }
  }

  private reset(): void {
    if (this.order.length > 0 || this.met.size > 0) {
      this.met.clear();
      this.order = [];
      this.open = [];
    }
    if (this.frames.length > 0) this.frames = [];
    if (this.refs.length > 0) {
      this.refs = [];
      this.refIndex.clear();
    }
    if (this.codeRefs.length > 0) {
      this.codeRefs = [];
      this.codeIndex.clear();
      this.codes = undefined;
    }
    this.frameBytes = 0;
    this.repeated = false;
    this.trail.length = 0;
    // One huge head must not hold its memory for ever.
    if (this.out.bytes.length > 1 << 20) this.out.bytes = new Uint8Array(1024);
  }

  /** Puts the table of what is referred to before what is written. */
  private table(): void {
    const body = this.out.bytes.slice(0, this.out.length);
    const out = this.out;
    out.length = 0;
    const start = out.begin(Ext.table);
    out.array(this.codeRefs.length);
    for (const c of this.codeRefs) out.string(c);
    out.array(this.refs.length);
    for (const r of this.refs) out.string(r);
    out.byte(this.repeated ? 0xc3 : 0xc2);
    out.raw(body);
    out.end(start);
  }

  path(depth: number): string {
    let s = this.options.root ?? "value";
    for (let i = 0; i < depth; i++) {
      const part = this.trail[i];
      if (typeof part === "number") s += `[${part}]`;
      else if (part.startsWith("\0")) s += part.slice(1);
      else s += /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
    }
    return s;
  }

  private refuse(depth: number, what: string, why = "", cause?: unknown): never {
    throw new NotSendableError(this.path(depth), what, why, cause === undefined ? undefined : { cause });
  }

  write(v: unknown, depth: number): void {
    const out = this.out;
    switch (typeof v) {
      case "number":
        return out.number(v);
      case "string":
        return this.string(v);
      case "boolean":
        return out.byte(v ? 0xc3 : 0xc2);
      case "undefined":
        return out.mark(Ext.undefined);
      case "bigint":
        return this.bigint(v);
      case "function":
        return this.code(v, depth);
      case "symbol":
        return this.refuse(depth, "a symbol", "symbols have no meaning in another process");
    }
    if (v === null) return out.byte(0xc0);
    if (depth >= MAX_DEPTH) this.refuse(depth, `nested deeper than ${MAX_DEPTH} levels`, "flatten it");
    this.object(v as object, depth);
  }

  private string(s: string): void {
    if (s.length < 32 || s.isWellFormed()) {
      if (s.length >= 32 || wellFormed(s)) return this.out.string(s);
    }
    const start = this.out.begin(Ext.utf16);
    this.out.room(s.length * 2);
    for (let i = 0; i < s.length; i++) {
      const c = s.charCodeAt(i);
      this.out.bytes[this.out.length++] = c;
      this.out.bytes[this.out.length++] = c >>> 8;
    }
    this.out.end(start);
  }

  private bigint(n: bigint): void {
    const start = this.out.begin(Ext.bigint);
    this.out.byte(n < 0n ? 1 : 0);
    let hex = (n < 0n ? -n : n).toString(16);
    if (hex.length % 2 === 1) hex = "0" + hex;
    for (let i = hex.length - 2; i >= 0; i -= 2) this.out.byte(parseInt(hex.slice(i, i + 2), 16));
    this.out.end(start);
  }

  // deno-lint-ignore ban-types
  private describe(fn: Function, purpose: Purpose, depth: number): number | undefined {
    const described = this.options.describe?.(fn, purpose, this.path(depth));
    if (described === undefined) return undefined;
    let index = this.codeIndex.get(described.ref);
    if (index === undefined) {
      this.codeIndex.set(described.ref, index = this.codeRefs.length);
      this.codeRefs.push(described.ref);
      if (described.codes.size > 0) {
        this.codes ??= new Map();
        for (const [hash, bytes] of described.codes) this.codes.set(hash, bytes);
      }
    }
    return index;
  }

  private indexed(type: number, index: number): void {
    const start = this.out.begin(type);
    this.out.number(index);
    this.out.end(start);
  }

  // deno-lint-ignore ban-types
  private code(fn: Function, depth: number): void {
    // Futures and references may be functions too: the handles of modules and actors are.
    const key = (fn as { [reference]?: unknown })[reference];
    if (typeof key === "string") return this.ref(key, depth);
    const index = this.describe(fn, "value", depth);
    if (index === undefined) this.refuse(depth, `the function ${fn.name || "(anonymous)"}`, "no functions here");
    this.indexed(Ext.code, index);
  }

  private ref(key: string, depth: number): void {
    if (this.options.references === false) {
      this.refuse(depth, "a future or a reference", "here only values can be sent: await it first");
    }
    let index = this.refIndex.get(key);
    if (index === undefined) {
      this.refIndex.set(key, index = this.refs.length);
      this.refs.push(key);
    }
    this.indexed(Ext.ref, index);
  }

  private object(v: object, depth: number): void {
    const key = (v as { [reference]?: unknown })[reference];
    if (key !== undefined && typeof key === "string") return this.ref(key, depth);
    const before = this.met.get(v);
    if (before !== undefined) {
      if (before < 0) this.refuse(depth, "part of a cycle", "a value that contains itself cannot be sent");
      this.repeated = true;
      return this.indexed(Ext.same, before);
    }
    this.met.set(v, -1);
    this.open.push(v);
    if (Array.isArray(v)) this.array(v, depth);
    else {
      const proto = Object.getPrototypeOf(v);
      if ((proto === Object.prototype || proto === null) && !(toWire in v)) this.fields(v, depth);
      else this.special(v, depth);
    }
    this.open.pop();
    this.met.set(v, this.order.length);
    this.order.push(v);
  }

  private array(v: readonly unknown[], depth: number): void {
    const n = v.length;
    this.out.array(n);
    for (let i = 0; i < n; i++) {
      this.trail[depth] = i;
      const e = v[i];
      if (e === undefined && !(i in v)) this.out.mark(Ext.hole);
      else this.write(e, depth + 1);
    }
  }

  private fields(v: object, depth: number): void {
    const names = Object.keys(v);
    this.out.map(names.length);
    for (let i = 0; i < names.length; i++) {
      const name = this.trail[depth] = names[i];
      this.string(name);
      this.write((v as Record<string, unknown>)[name], depth + 1);
    }
  }

  private special(v: object, depth: number): void {
    if (ArrayBuffer.isView(v)) {
      const name = v instanceof DataView ? "DataView" : typedArrayName.call(v);
      return this.binary(kindOf(name)!, v.buffer, v.byteOffset, v.byteLength);
    }
    const wire = (v as { [toWire]?: unknown })[toWire];
    if (typeof wire === "function") return this.wire(v, wire as () => unknown, depth);
    if (v instanceof Error) return this.error(v, depth);
    if (v instanceof Map) {
      const start = this.out.begin(Ext.map);
      for (const [key, value] of v) {
        this.trail[depth] = "\0<key>";
        this.write(key, depth + 1);
        this.trail[depth] = `\0.get(${typeof key === "string" ? JSON.stringify(key) : "…"})`;
        this.write(value, depth + 1);
      }
      return this.out.end(start);
    }
    if (v instanceof Set) {
      const start = this.out.begin(Ext.set);
      let i = 0;
      for (const e of v) {
        this.trail[depth] = `\0{${i++}}`;
        this.write(e, depth + 1);
      }
      return this.out.end(start);
    }
    if (v instanceof Date) {
      const start = this.out.begin(Ext.date);
      float[0] = v.getTime();
      this.out.raw(floatBytes);
      return this.out.end(start);
    }
    if (v instanceof RegExp) {
      const start = this.out.begin(Ext.regexp);
      this.string(v.source);
      this.string(v.flags);
      return this.out.end(start);
    }
    if (v instanceof ArrayBuffer) return this.binary(ARRAY_BUFFER, v, 0, v.byteLength);
    if (v instanceof SharedArrayBuffer) return this.binary(SHARED_ARRAY_BUFFER, v, 0, v.byteLength);
    this.instance(v, depth);
  }

  private binary(kind: number, buffer: ArrayBufferLike, offset: number, length: number): void {
    const bytes = new Uint8Array(buffer, offset, length);
    if (length <= SMALL_ARRAY) {
      const start = this.out.begin(Ext.small);
      this.out.byte(kind);
      this.out.raw(bytes);
      return this.out.end(start);
    }
    const start = this.out.begin(Ext.frame);
    this.out.byte(kind);
    this.out.number(this.frames.length);
    this.out.end(start);
    this.frames.push(bytes);
    this.frameBytes += length;
  }

  private className(v: object): string {
    const name = (v as { constructor?: { name?: unknown } }).constructor?.name;
    return typeof name === "string" && name !== "" ? name : "an unnamed class";
  }

  private wire(v: object, wire: () => unknown, depth: number): void {
    const cls = (v as { constructor: unknown }).constructor;
    const index = typeof cls === "function" ? this.describe(cls, "instance", depth) : undefined;
    if (index === undefined) this.unknown(v, depth);
    const start = this.out.begin(Ext.wire);
    this.out.number(index);
    let data: unknown;
    try {
      data = wire.call(v);
    } catch (e) {
      this.refuse(depth, `an instance of ${this.className(v)}`, "its toWire method threw", e);
    }
    this.trail[depth] = "\0 (what its toWire gave)";
    this.write(data, depth + 1);
    this.out.end(start);
  }

  private unknown(v: object, depth: number): never {
    const name = this.className(v);
    if (v instanceof Promise) {
      this.refuse(depth, "a promise", "await it first, or send the future of a task");
    }
    if (v instanceof WeakMap || v instanceof WeakSet || v instanceof WeakRef) {
      this.refuse(depth, `a ${name}`, "what it holds cannot be listed");
    }
    this.refuse(
      depth,
      `an instance of ${name}, a class that is not known on the other side`,
      `if it is yours, export it from a module and give it \`static readonly module = import.meta.url\``,
    );
  }

  private instance(v: object, depth: number): void {
    const cls = (v as { constructor?: unknown }).constructor;
    const index = typeof cls === "function" && cls !== Object ? this.describe(cls, "instance", depth) : undefined;
    if (index === undefined) this.unknown(v, depth);
    const start = this.out.begin(Ext.instance);
    this.out.number(index);
    this.fields(v, depth);
    this.out.end(start);
  }

  private error(e: Error, depth: number): void {
    const start = this.out.begin(Ext.error);
    this.string(String(e.name));
    this.string(String(e.message));
    this.string(wellFormedPart(typeof e.stack === "string" ? e.stack : ""));
    if ("cause" in e && e.cause !== undefined) this.attempt(e.cause, "cause", depth);
    else this.out.mark(Ext.hole);
    if (e instanceof AggregateError) this.attempt(e.errors, "errors", depth);
    else this.out.mark(Ext.hole);
    for (const name of Object.keys(e)) {
      if (name === "name" || name === "message" || name === "stack" || name === "cause" || name === "errors") continue;
      this.string(name);
      this.attempt((e as unknown as Record<string, unknown>)[name], name, depth);
    }
    this.out.end(start);
  }

  /** Writes a part of an error, or a hole where that part cannot be sent: the error itself must come through. */
  private attempt(v: unknown, name: string, depth: number): void {
    const { length } = this.out;
    const { frameBytes } = this;
    const frames = this.frames.length, done = this.order.length, open = this.open.length;
    const refs = this.refs.length, codes = this.codeRefs.length;
    this.trail[depth] = name;
    try {
      this.write(v, depth + 1);
    } catch (e) {
      if (!(e instanceof NotSendableError)) throw e;
      this.out.length = length;
      this.frames.length = frames;
      this.frameBytes = frameBytes;
      for (const r of this.refs.splice(refs)) this.refIndex.delete(r);
      for (const c of this.codeRefs.splice(codes)) this.codeIndex.delete(c);
      for (const o of this.order.splice(done)) this.met.delete(o);
      for (const o of this.open.splice(open)) this.met.delete(o);
      this.out.mark(Ext.hole);
    }
  }
}

function isPrimitive(v: unknown): boolean {
  return (typeof v !== "object" || v === null) && typeof v !== "function";
}
