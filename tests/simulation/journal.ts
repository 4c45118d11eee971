/**
 * What happened, in order: readable, and as one number, so that two runs can be compared.
 *
 * @module
 */

import { fold } from "./language.ts";

interface Entry {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly detail: unknown;
}

const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/** The event log of one simulated life. */
export class Journal {
  #hash = 0x811c9dc5;
  #count = 0;
  readonly #entries: Entry[] | undefined;

  /** @param keep Whether entries can be read afterwards, not only their hash. */
  constructor(keep: boolean) {
    this.#entries = keep ? [] : undefined;
  }

  /** How many entries there were. */
  get count(): number {
    return this.#count;
  }

  /** A number that stands for all that happened. */
  get hash(): string {
    return `${this.#hash.toString(16).padStart(8, "0")}-${this.#count}`;
  }

  /** Enters one. `detail` is for readers only. */
  add(at: number, who: string, what: string, detail?: unknown): void {
    float[0] = at;
    let h = fold(fold(this.#hash, halves[0]), halves[1]);
    for (let i = 0; i < who.length; i++) h = Math.imul(h, 31) + who.charCodeAt(i) | 0;
    for (let i = 0; i < what.length; i++) h = Math.imul(h, 31) + what.charCodeAt(i) | 0;
    this.#hash = h >>> 0;
    this.#count++;
    this.#entries?.push({ at, who, what, detail });
  }

  /** The entries as lines. */
  lines(): string[] {
    return (this.#entries ?? []).map((e) => {
      const detail = e.detail === undefined ? "" : ` ${show(e.detail).slice(0, 600)}`;
      return `${e.at.toFixed(3).padStart(10)} ${e.who.padEnd(10)} ${e.what}${detail}`;
    });
  }
}

function show(v: unknown): string {
  if (typeof v === "string") return v.replaceAll("\n", " ");
  return Deno.inspect(v, { depth: 6, breakLength: Infinity, compact: true, iterableLimit: 60, strAbbreviateSize: 1000 })
    .replaceAll("\n", " ");
}
