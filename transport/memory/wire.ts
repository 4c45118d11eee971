/**
 * Two directions between two endpoints in one process.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { Parts } from "../driver.ts";

/** Without delays, messages are handed over at the end of the turn; after so many in a row, timers get a turn. */
const BURST = 256;

/** One side of a connection, as its driver sees it. */
export interface WireEnd {
  readonly otherName: string;
  readonly dialled: boolean;
  received(head: Uint8Array, parts: Parts): void;
  closed(reason: string): void;
}

/** What a network gives its wires. */
export interface WireContext {
  readonly clock: Clock;
  /** Milliseconds for the next message. */
  draw(): number;
}

type Item = { readonly head: Uint8Array; readonly parts: Parts } | "end";

/** One side of a connection. What is sent here arrives over there, in order, each after its own delay. */
export class Wire {
  readonly #context: WireContext;
  readonly #end: WireEnd;
  #other: Wire | undefined;
  #queue: Item[] = [];
  #lastAt = 0;
  #open = true;
  #handing = false;
  #burst = 0;
  /** While nothing gets through from this side: how many would have arrived. */
  #held: number | undefined;

  constructor(context: WireContext, end: WireEnd) {
    this.#context = context;
    this.#end = end;
  }

  /** Two wires that are each other's far side. */
  static pair(context: WireContext, a: WireEnd, b: WireEnd): [Wire, Wire] {
    const near = new Wire(context, a);
    const far = new Wire(context, b);
    near.#other = far;
    far.#other = near;
    return [near, far];
  }

  /** The name at the far side. */
  get otherName(): string {
    return this.#end.otherName;
  }

  /** The far side. */
  get far(): Wire {
    return this.#other!;
  }

  /** Whether this side asked for the connection. */
  get dialled(): boolean {
    return this.#end.dialled;
  }

  /** Sends; lent parts are read when they arrive, others now. */
  send(head: Uint8Array, parts: readonly Uint8Array[], lent: boolean): void {
    if (!this.#open) return;
    this.#put({
      head: head.slice(),
      parts: new MemoryParts(lent ? parts.slice() : parts.map((part) => new Uint8Array(part)), lent),
    });
  }

  /** Closes this side; the other hears of it after all that was sent. */
  finish(): void {
    if (!this.#open) return;
    this.#put("end");
    this.#open = false;
  }

  /** Breaks both directions at once: what is under way is lost, and both sides hear of it, each after its own delay. */
  break(): void {
    const other = this.#other!;
    for (const side of [this, other]) {
      if (!side.#open) continue;
      side.#open = false;
      side.#queue = [];
      this.#context.clock.after(this.#context.draw(), () => side.#end.closed("the connection was lost"));
    }
    other.#queue = [];
  }

  /** What this side sends arrives no more, but is not lost. */
  hold(): void {
    this.#held ??= 0;
  }

  /** It arrives again, and first what was held. */
  flow(): void {
    const n = this.#held ?? 0;
    this.#held = undefined;
    for (let i = 0; i < n; i++) this.#hand();
  }

  #put(item: Item): void {
    this.#queue.push(item);
    const { clock } = this.#context;
    const at = Math.max(this.#lastAt, clock.now() + this.#context.draw());
    this.#lastAt = at;
    const wait = at - clock.now();
    if (wait > 0) clock.after(wait, () => this.#hand());
    else this.#handSoon();
  }

  /** Without a delay: all there is, at the end of the turn. */
  #handSoon(): void {
    if (this.#handing) return;
    this.#handing = true;
    const all = () => {
      this.#handing = false;
      for (let n = this.#queue.length; n > 0; n--) this.#hand();
    };
    if (++this.#burst % BURST === 0) this.#context.clock.after(0, all);
    else this.#context.clock.soon(all);
  }

  #hand(): void {
    if (this.#held !== undefined) {
      this.#held++;
      return;
    }
    const item = this.#queue.shift();
    if (item === undefined) return;
    const other = this.#other!;
    if (item !== "end") {
      if (other.#open) other.#end.received(item.head, item.parts);
      return;
    }
    if (!other.#open) return;
    other.#open = false;
    other.#end.closed("the other side closed the connection");
  }
}

class MemoryParts implements Parts {
  readonly #parts: readonly Uint8Array[];
  readonly #lent: boolean;

  constructor(parts: readonly Uint8Array[], lent: boolean) {
    this.#parts = parts;
    this.#lent = lent;
  }

  get count(): number {
    return this.#parts.length;
  }

  size(i: number): number {
    return this.#parts[i].byteLength;
  }

  take(i: number): Uint8Array {
    return this.#lent ? new Uint8Array(this.#parts[i]) : this.#parts[i];
  }

  copy(i: number, into: Uint8Array): void {
    into.set(this.#parts[i]);
  }
}
