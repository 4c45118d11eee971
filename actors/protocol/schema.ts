/**
 * A vocabulary: message types by code, each with its fields. Writes a message into a header, and reads one back from a
 * header that anybody may have sent.
 *
 * @module
 */

import type { Header, Message } from "../../transport/mod.ts";
import { type Kind, MalformedField, type Of } from "./kinds.ts";

/** Fields by name. */
// deno-lint-ignore no-explicit-any
export type Fields = Record<string, Kind<any>>;

/** A message type: its code on the wire, its fields in order, and a check across fields (column lengths). */
export interface MessageType<F extends Fields = Fields> {
  /** Unique in the vocabulary; never used again for another type. */
  readonly code: number;
  /** Fields, in wire order. */
  readonly fields: F;
  /** Gives what is wrong across fields and frames, or nothing. */
  // A method, not a property: so that a type with particular fields still is a message type.
  check?(m: { readonly [K in keyof F]: Of<F[K]> }, frames: readonly Uint8Array[]): string | undefined;
}

/** The object a message of the vocabulary `V` is handled as: `type`, its fields, its `frames`. */
export type MessageOf<V extends Record<string, MessageType>, T extends keyof V = keyof V> = {
  [N in T]:
    & { readonly type: N; readonly frames: readonly Uint8Array[] }
    & {
      readonly [K in keyof V[N]["fields"]]: Of<V[N]["fields"][K]>;
    };
}[T];

/** Thrown when a header is no message of the vocabulary. */
export class MalformedMessage extends TypeError {
  override readonly name = "MalformedMessage";
}

/** Defines a message type (only for its type to be inferred well). */
export function message<F extends Fields>(
  code: number,
  fields: F,
  check?: MessageType<F>["check"],
): MessageType<F> {
  return { code, fields, check };
}

/** Both directions of a vocabulary. */
export interface Codec<V extends Record<string, MessageType>> {
  /** To the port's message. `released` as in the port. */
  write<T extends keyof V & string>(m: MessageOf<V, T>, released?: () => void): Message;
  /** From the port's message; throws {@link MalformedMessage} with the field and what was expected. */
  read(m: Message): MessageOf<V>;
}

/** Makes the codec of a vocabulary; throws when two types share a code. */
export function codec<V extends Record<string, MessageType>>(vocabulary: V): Codec<V> {
  const byCode = new Map<number, { name: string; type: MessageType; names: string[]; kinds: Kind<unknown>[] }>();
  const byName = new Map<string, { code: number; names: string[]; kinds: Kind<unknown>[] }>();
  for (const [name, type] of Object.entries(vocabulary)) {
    if (byCode.has(type.code)) {
      throw new RangeError(`message types ${byCode.get(type.code)!.name} and ${name} share code ${type.code}`);
    }
    const names = Object.keys(type.fields);
    const kinds = names.map((n) => type.fields[n] as Kind<unknown>);
    byCode.set(type.code, { name, type, names, kinds });
    byName.set(name, { code: type.code, names, kinds });
  }
  return {
    write(m, released) {
      const entry = byName.get(m.type as string)!;
      const header: Header[] = [entry.code];
      const fields = m as unknown as Record<string, unknown>;
      for (let i = 0; i < entry.names.length; i++) header.push(entry.kinds[i].write(fields[entry.names[i]]));
      return { header, frames: m.frames, released };
    },
    read(m) {
      const h = m.header;
      if (!Array.isArray(h) || typeof h[0] !== "number") throw new MalformedMessage("expected a header [code, …]");
      const entry = byCode.get(h[0]);
      if (entry === undefined) throw new MalformedMessage(`unknown message code ${h[0]}`);
      if (h.length !== entry.names.length + 1) {
        throw new MalformedMessage(`${entry.name}: expected ${entry.names.length} fields, got ${h.length - 1}`);
      }
      const out: Record<string, unknown> = { type: entry.name, frames: m.frames };
      for (let i = 0; i < entry.names.length; i++) {
        try {
          out[entry.names[i]] = entry.kinds[i].read(h[i + 1]);
        } catch (e) {
          if (e instanceof MalformedField) {
            throw new MalformedMessage(`${entry.name}.${entry.names[i]}: ${e.message}`, { cause: e });
          }
          throw e;
        }
      }
      const wrong = entry.type.check?.(out as never, m.frames);
      if (wrong !== undefined) throw new MalformedMessage(`${entry.name}: ${wrong}`);
      return out as never;
    },
  };
}
