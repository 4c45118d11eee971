/**
 * Heads, written by `@msgpack/msgpack`: it asks for each object what stands in its place.
 *
 * @module
 */

import { Encoder, ExtData } from "@msgpack/msgpack";
import { Ext, MAX_DEPTH, MAX_HEAD } from "./format.ts";

/** Bytes of a buffer that is kept for the next head. */
const KEPT = 1 << 20;

/** What stands for a value in a head: an extension whose content is MessagePack again. */
export class Form {
  /** Extension type and content. */
  constructor(readonly type: number, readonly content: unknown) {}
}

/** Stands for an object that is being looked at. */
export const OPEN = new Form(-1, undefined);
/** Stands for an array or a plain object that is written as it is. */
export const PLAIN = new Form(-2, undefined);

/** Writes heads. */
export class HeadEncoder {
  /** What stands for an object that was met. */
  readonly forms = new Map<unknown, Form | ExtData>();
  /** Indices of the objects that stand in the table. */
  shared: ReadonlyMap<unknown, number> | undefined;
  /** One for each extension inside another: what an encoder has written lies in its buffer until it is asked again. */
  readonly #encoders: Encoder<undefined>[] = [];
  readonly #codec = {
    tryToEncode: (object: unknown): ExtData | null => this.#extension(object),
    decode: (): never => {
      throw new TypeError("this only encodes");
    },
  };
  #level = 0;
  #top: unknown;

  /** `meet` looks at an object that nobody has looked at: a getter gave another one than before. */
  constructor(readonly meet: (object: object) => void) {}

  /** The bytes of a value, until the next call. */
  encode(value: unknown): Uint8Array<ArrayBuffer> {
    const level = this.#level++;
    // What an extension holds may stand one level deeper than what it stands for.
    const encoder = this.#encoders[level] ??= new Encoder({
      extensionCodec: this.#codec as never,
      maxDepth: MAX_DEPTH + 2,
      initialBufferSize: level === 0 ? 2048 : 256,
    });
    this.#top = value;
    const bytes = encoder.encodeSharedRef(value);
    if (bytes.length > MAX_HEAD) {
      throw new RangeError(
        `the value is larger than ${MAX_HEAD} bytes without its typed arrays; put the numbers into typed arrays`,
      );
    }
    // One huge head must not hold its memory for ever.
    if (bytes.buffer.byteLength > KEPT) this.#encoders.length = level;
    this.#level = level;
    return bytes;
  }

  /** Forgets all objects. */
  reset(): void {
    if (this.forms.size > 0) this.forms.clear();
    this.shared = undefined;
    this.#top = undefined;
    this.#level = 0;
    if (this.#encoders.length > 8) this.#encoders.length = 8;
  }

  #extension(object: unknown): ExtData | null {
    if (typeof object === "bigint") return this.#write(Ext.bigint, object.toString(16));
    const top = object === this.#top;
    if (!top && this.shared !== undefined) {
      const index = this.shared.get(object);
      if (index !== undefined) return this.#write(Ext.same, index);
    }
    let form = this.forms.get(object);
    if (form === undefined) {
      if (object instanceof ExtData) return object;
      if (object instanceof Form) return this.#write(object.type, object.content);
      if (top) return null;
      this.meet(object as object);
      form = this.forms.get(object)!;
    }
    if (form === PLAIN) return null;
    return form instanceof ExtData ? form : this.#write(form.type, form.content);
  }

  #write(type: number, content: unknown): ExtData {
    return new ExtData(type, this.encode(content));
  }
}
