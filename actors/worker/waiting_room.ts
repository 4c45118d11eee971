/**
 * Values that came from other workers and find no room: they wait until some is made.
 *
 * @module
 */

import type { PackedValue } from "../values/mod.ts";
import { bytesOf } from "./store.ts";

interface Waiting {
  readonly from: string;
  readonly value: PackedValue;
  readonly bytes: number;
}

/** Values by key. */
export class WaitingRoom {
  #waiting = new Map<string, Waiting>();

  /** Bytes of all of them. */
  get bytes(): number {
    let n = 0;
    for (const { bytes } of this.#waiting.values()) n += bytes;
    return n;
  }

  /** One more. */
  add(key: string, from: string, value: PackedValue): void {
    this.#waiting.set(key, { from, value, bytes: bytesOf(value) });
  }

  /** All of them, which wait no longer. */
  leave(): (Waiting & { readonly key: string })[] {
    if (this.#waiting.size === 0) return [];
    const all = Array.from(this.#waiting, ([key, waiting]) => ({ key, ...waiting }));
    this.#waiting = new Map();
    return all;
  }
}
