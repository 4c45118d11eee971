/**
 * What packing has to be told.
 *
 * @module
 */

/** A function or class as it travels. */
export interface Described {
  /** The code reference's text: `lib:Name`, `mod:<hash>#Export`, `src:<hash>`, `global:Math.sqrt`. */
  readonly ref: string;
  /** Code the receiver must have, by hash. */
  readonly codes: ReadonlyMap<string, Uint8Array>;
}

/** What a function is needed for: to be called or passed on, or to make an instance again. */
export type Purpose = "value" | "instance";

/** How a value is packed. */
export interface PackOptions {
  /** What the value is called in errors. Default `"value"`; `"args"` for arguments. */
  readonly root?: string;
  /**
   * Makes references of functions and classes. `undefined` for an instance's class means that it is not known. Without this, no
   * function and no instance can be sent.
   */
  // deno-lint-ignore ban-types
  readonly describe?: (fn: Function, purpose: Purpose, path: string) => Described | undefined;
  /** Says of a future, a reference or an instance that gives itself what is sent why it cannot be sent, if so: what it is, and what to do. */
  readonly refuses?: (value: object) => readonly [what: string, why: string] | undefined;
  /** Whether futures and references may stand inside. Default true. */
  readonly references?: boolean;
}
