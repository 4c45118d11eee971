/**
 * What packs a value: one at a time, with what it has met.
 *
 * @module
 */

import { ExtData } from "@msgpack/msgpack";
import { Arena } from "./arena.ts";
import { Form, HeadEncoder, OPEN, PLAIN } from "./encoding.ts";
import { NotSendableError } from "./errors.ts";
import { ARRAY_BUFFER, Ext, kindOf, MAX_DEPTH, SHARED_ARRAY_BUFFER, SMALL_ARRAY } from "./format.ts";
import { reference, toWire } from "./hooks.ts";
import type { PackOptions, Purpose } from "./pack_options.ts";
import { isSimple, primitive } from "./primitives.ts";
import { carried, wellFormedPart } from "./strings.ts";
import type { Packing } from "./types.ts";

const NONE: readonly string[] = [];
const NO_FRAMES: readonly Uint8Array[] = [];
const NOTHING = new Uint8Array(0);
const NO_CODES: ReadonlyMap<string, Uint8Array> = new Map();
const LARGEST_IN_ARENA = 512;
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;
/** Small heads share a buffer with their neighbours: allocating each would be much of the cost. */
const heads = new Arena(1 << 14);

/** Packs one value after the other; see `pack`. */
export class Packer {
  readonly out: HeadEncoder = new HeadEncoder((object) => this.walk(object, 0));
  options: PackOptions = {};
  frames: Uint8Array[] = [];
  frameBytes = 0;
  refs: string[] = [];
  refIndex = new Map<string, number>();
  codeRefs: string[] = [];
  codeIndex = new Map<string, number>();
  codes: Map<string, Uint8Array> | undefined;
  /** Objects met and completed: what is inside before what it is inside of. */
  order: object[] = [];
  /** Those met and not completed, outermost first. */
  open: object[] = [];
  /** Those met again. */
  repeated = new Set<object>();
  trail: (string | number)[] = [];

  /** `arena` takes the head in, unless there are frames: then the packing's own head is empty. */
  pack(value: unknown, options: PackOptions, arena?: Arena): Packing {
    this.options = options;
    try {
      // Arguments are mostly a few primitives, which need no memory of what was met.
      const top = Array.isArray(value) && isSimple(value) ? value : this.walk(value, 0);
      const plain = this.refs.length === 0 && this.codeRefs.length === 0 && this.repeated.size === 0;
      const bytes = this.out.encode(plain ? top : this.table(top));
      const inArena = arena !== undefined && this.frames.length === 0;
      if (inArena) arena.put(bytes, bytes.length);
      const head = inArena ? NOTHING : taken(bytes);
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
    this.out.reset();
    if (this.order.length > 0) this.order = [];
    if (this.open.length > 0) this.open = [];
    if (this.repeated.size > 0) this.repeated.clear();
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
    this.trail.length = 0;
  }

  /** The table of what is referred to, with the value as its last. */
  private table(value: unknown): Form {
    const content: unknown[] = [this.codeRefs, this.refs];
    this.out.forms.set(this.codeRefs, PLAIN).set(this.refs, PLAIN);
    if (this.repeated.size > 0) {
      const shared = new Map<unknown, number>();
      for (const object of this.order) {
        if (!this.repeated.has(object)) continue;
        shared.set(object, shared.size);
        content.push(new Form(Ext.body, object));
      }
      this.out.shared = shared;
    }
    content.push(new Form(Ext.body, value));
    return new Form(Ext.table, content);
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

  /** Looks at a value and all in it. Gives what is to be encoded: the value itself, or what stands for a primitive. */
  walk(v: unknown, depth: number): unknown {
    switch (typeof v) {
      case "function":
        this.out.forms.set(v, this.code(v, depth));
        return v;
      case "symbol":
        return this.refuse(depth, "a symbol", "symbols have no meaning in another process");
      case "object":
        if (v !== null) this.object(v, depth);
        return v;
    }
    return primitive(v);
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

  // deno-lint-ignore ban-types
  private code(fn: Function, depth: number): Form {
    // Futures and references may be functions too: the handles of modules and actors are.
    const key = (fn as { [reference]?: unknown })[reference];
    if (typeof key === "string") return this.ref(fn, key, depth);
    const index = this.describe(fn, "value", depth);
    if (index === undefined) this.refuse(depth, `the function ${fn.name || "(anonymous)"}`, "no functions here");
    return new Form(Ext.code, index);
  }

  private ref(v: object, key: string, depth: number): Form {
    if (this.options.references === false) {
      this.refuse(depth, "a future or a reference", "here only values can be sent: await it first");
    }
    this.admit(v, depth);
    let index = this.refIndex.get(key);
    if (index === undefined) {
      this.refIndex.set(key, index = this.refs.length);
      this.refs.push(key);
    }
    return new Form(Ext.ref, index);
  }

  private admit(v: object, depth: number): void {
    const refused = this.options.refuses?.(v);
    if (refused !== undefined) this.refuse(depth, ...refused);
  }

  private object(v: object, depth: number): void {
    if (depth >= MAX_DEPTH) this.refuse(depth, `nested deeper than ${MAX_DEPTH} levels`, "flatten it");
    const { forms } = this.out;
    const key = (v as { [reference]?: unknown })[reference];
    if (key !== undefined && typeof key === "string") {
      forms.set(v, this.ref(v, key, depth));
      return;
    }
    const before = forms.get(v);
    if (before !== undefined) {
      if (before === OPEN) this.refuse(depth, "part of a cycle", "a value that contains itself cannot be sent");
      this.repeated.add(v);
      return;
    }
    forms.set(v, OPEN);
    this.open.push(v);
    const form = this.form(v, depth);
    this.open.pop();
    forms.set(v, form);
    this.order.push(v);
  }

  private form(v: object, depth: number): Form | ExtData {
    if (Array.isArray(v)) return this.array(v, depth);
    const proto = Object.getPrototypeOf(v);
    return (proto === Object.prototype || proto === null) && !(toWire in v)
      ? this.plain(v, depth)
      : this.special(v, depth);
  }

  private array(v: readonly unknown[], depth: number): Form {
    let other = Object.getPrototypeOf(v) !== Array.prototype;
    let holes = false;
    for (let i = 0; i < v.length; i++) {
      const e = v[i];
      if (e === undefined && !(i in v)) holes = true;
      else {
        this.trail[depth] = i;
        if (!Object.is(this.walk(e, depth + 1), e)) other = true;
      }
    }
    if (holes) {
      const content: unknown[] = [v.length];
      for (let i = 0; i < v.length; i++) if (i in v) content.push(i, primitive(v[i]));
      return new Form(Ext.sparse, content);
    }
    return other ? new Form(Ext.list, Array.from({ length: v.length }, (_, i) => primitive(v[i]))) : PLAIN;
  }

  private plain(v: object, depth: number): Form {
    const names = Object.keys(v);
    let other = false;
    for (let i = 0; i < names.length; i++) {
      const name = this.trail[depth] = names[i];
      const e = (v as Record<string, unknown>)[name];
      if (!Object.is(this.walk(e, depth + 1), e) || name === "__proto__" || !carried(name)) other = true;
    }
    if (!other) return PLAIN;
    const content: unknown[] = [];
    for (const name of names) content.push(primitive(name), primitive((v as Record<string, unknown>)[name]));
    return new Form(Ext.entries, content);
  }

  private special(v: object, depth: number): Form | ExtData {
    if (ArrayBuffer.isView(v)) {
      const name = v instanceof DataView ? "DataView" : typedArrayName.call(v);
      return this.binary(kindOf(name)!, v.buffer, v.byteOffset, v.byteLength, depth);
    }
    const wire = (v as { [toWire]?: unknown })[toWire];
    if (typeof wire === "function") return this.wire(v, wire as () => unknown, depth);
    if (v instanceof Error) return this.error(v, depth);
    if (v instanceof Map) {
      const content: unknown[] = [];
      for (const [key, value] of v) {
        this.trail[depth] = "\0<key>";
        content.push(this.walk(key, depth + 1));
        this.trail[depth] = `\0.get(${typeof key === "string" ? JSON.stringify(key) : "…"})`;
        content.push(this.walk(value, depth + 1));
      }
      return new Form(Ext.map, content);
    }
    if (v instanceof Set) {
      const content: unknown[] = [];
      for (const e of v) {
        this.trail[depth] = `\0{${content.length}}`;
        content.push(this.walk(e, depth + 1));
      }
      return new Form(Ext.set, content);
    }
    if (v instanceof Date) return new Form(Ext.date, v.getTime());
    if (v instanceof RegExp) return new Form(Ext.regexp, [primitive(v.source), v.flags]);
    if (v instanceof ArrayBuffer) return this.binary(ARRAY_BUFFER, v, 0, v.byteLength, depth);
    if (v instanceof SharedArrayBuffer) return this.binary(SHARED_ARRAY_BUFFER, v, 0, v.byteLength, depth);
    return this.instance(v, depth);
  }

  private binary(kind: number, buffer: ArrayBufferLike, offset: number, length: number, depth: number): Form | ExtData {
    if ((buffer as ArrayBuffer).detached) {
      this.refuse(depth, "an array whose memory was transferred to another thread", "send it before, or a copy");
    }
    const bytes = new Uint8Array(buffer, offset, length);
    if (length <= SMALL_ARRAY) {
      const data = new Uint8Array(1 + length);
      data[0] = kind;
      data.set(bytes, 1);
      return new ExtData(Ext.small, data);
    }
    this.frameBytes += length;
    return new Form(Ext.frame, [kind, this.frames.push(bytes) - 1]);
  }

  private className(v: object): string {
    const name = (v as { constructor?: { name?: unknown } }).constructor?.name;
    return typeof name === "string" && name !== "" ? name : "an unnamed class";
  }

  private wire(v: object, wire: () => unknown, depth: number): Form {
    this.admit(v, depth);
    const cls = (v as { constructor: unknown }).constructor;
    const index = typeof cls === "function" ? this.describe(cls, "instance", depth) : undefined;
    if (index === undefined) this.unknown(v, depth);
    let data: unknown;
    try {
      data = wire.call(v);
    } catch (e) {
      this.refuse(depth, `an instance of ${this.className(v)}`, "its toWire method threw", e);
    }
    this.trail[depth] = "\0 (what its toWire gave)";
    return new Form(Ext.wire, [index, this.walk(data, depth + 1)]);
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

  private instance(v: object, depth: number): Form {
    const cls = (v as { constructor?: unknown }).constructor;
    const index = typeof cls === "function" && cls !== Object ? this.describe(cls, "instance", depth) : undefined;
    if (index === undefined) this.unknown(v, depth);
    const content: unknown[] = [index];
    for (const name of Object.keys(v)) {
      this.trail[depth] = name;
      content.push(primitive(name), this.walk((v as Record<string, unknown>)[name], depth + 1));
    }
    return new Form(Ext.instance, content);
  }

  private error(e: Error, depth: number): Form {
    const content: unknown[] = [
      primitive(String(e.name)),
      primitive(String(e.message)),
      primitive(wellFormedPart(typeof e.stack === "string" ? e.stack : "")),
    ];
    if ("cause" in e && e.cause !== undefined) this.attempt(content, "cause", e.cause, depth);
    if (e instanceof AggregateError) this.attempt(content, "errors", e.errors, depth);
    for (const name of Object.keys(e)) {
      if (name === "name" || name === "message" || name === "stack" || name === "cause" || name === "errors") continue;
      this.attempt(content, name, (e as unknown as Record<string, unknown>)[name], depth);
    }
    return new Form(Ext.error, content);
  }

  /** Adds a part of an error, but not one that cannot be sent: the error itself must come through. */
  private attempt(content: unknown[], name: string, v: unknown, depth: number): void {
    const { frameBytes } = this;
    const frames = this.frames.length, done = this.order.length, open = this.open.length;
    const refs = this.refs.length, codes = this.codeRefs.length;
    this.trail[depth] = name;
    try {
      content.push(primitive(name), this.walk(v, depth + 1));
    } catch (e) {
      if (!(e instanceof NotSendableError)) throw e;
      const { forms } = this.out;
      this.frames.length = frames;
      this.frameBytes = frameBytes;
      for (const r of this.refs.splice(refs)) this.refIndex.delete(r);
      for (const c of this.codeRefs.splice(codes)) this.codeIndex.delete(c);
      for (const o of this.order.splice(done)) forms.delete(o);
      for (const o of this.open.splice(open)) forms.delete(o);
    }
  }
}

/** A copy of a head. */
function taken(bytes: Uint8Array): Uint8Array {
  if (bytes.length > LARGEST_IN_ARENA) return bytes.slice();
  heads.put(bytes, bytes.length);
  return heads.bytes.subarray(heads.start, heads.end);
}
