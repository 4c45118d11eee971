/**
 * Processes beside this one, whose memory the system lets it read: on Linux those of the same user, unless the system is set
 * to let parents only (Yama), or nobody.
 *
 * @module
 */

import type { Reach, Whereabouts } from "../reach.ts";
import type { Libc } from "./libc.ts";
import { type Poller, sharedPoller, type Source } from "./poller.ts";

const TOKEN_BYTES = 16;

/** Work that is done a step a turn. */
class Steps implements Source {
  readonly descriptors: readonly number[] = [];
  readonly #poller: Poller;
  readonly #step: () => boolean;

  constructor(poller: Poller, step: () => boolean) {
    this.#poller = poller;
    this.#step = step;
  }

  drain(budget: number): number {
    if (this.#step()) return budget;
    this.#poller.remove(this);
    return 0;
  }
}

class Neighbours implements Reach {
  readonly own: Whereabouts;
  readonly #poller: Poller;
  readonly #readv: NonNullable<Libc["readMemory"]>;
  readonly #here = new BigUint64Array(2);
  readonly #there = new BigUint64Array(2);

  constructor(poller: Poller, readv: NonNullable<Libc["readMemory"]>) {
    this.#poller = poller;
    this.#readv = readv;
    const token = crypto.getRandomValues(new Uint8Array(new ArrayBuffer(128), 0, TOKEN_BYTES));
    this.own = { pid: Deno.pid, at: this.addressOf(token), token };
  }

  finds(other: Whereabouts): boolean {
    if (other.token.length !== TOKEN_BYTES) return false;
    const seen = new Uint8Array(new ArrayBuffer(128), 0, TOKEN_BYTES);
    return this.read(other.pid, other.at, seen) && seen.every((byte, i) => byte === other.token[i]);
  }

  addressOf(bytes: Uint8Array): number {
    // Small arrays lie in the engine's own heap, where they may be moved, until somebody asks for their buffers.
    void bytes.buffer;
    return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>)));
  }

  read(pid: number, address: number, into: Uint8Array): boolean {
    const size = BigInt(into.byteLength);
    this.#here[0] = BigInt(this.addressOf(into));
    this.#here[1] = size;
    this.#there[0] = BigInt(address);
    this.#there[1] = size;
    return BigInt(this.#readv(pid, this.#here, 1n, this.#there, 1n, 0n)) === size;
  }

  eachTurn(step: () => boolean): void {
    this.#poller.add(new Steps(this.#poller, step));
  }
}

let neighbours: Neighbours | undefined;

/** Reads the memory of neighbours; undefined on systems that have nothing for it. */
export function reachOfThisProcess(): Reach | undefined {
  const poller = sharedPoller();
  const { readMemory } = poller.libc;
  return readMemory === undefined ? undefined : neighbours ??= new Neighbours(poller, readMemory);
}
