/**
 * What the scheduler is to be told, collected until the end of a turn and then written as few messages.
 *
 * @module
 */

import type { WorkerToScheduler } from "../protocol/mod.ts";
import { blobSize, writeBlob } from "../values/mod.ts";
import type { Attempt, WorkerInstruction } from "./events.ts";
import { copyBytes } from "./heap.ts";
import type { StoredValue } from "./store.ts";
import { INLINE_BYTES } from "./thread_results.ts";

const NONE: readonly Uint8Array[] = [];

/** What {@link Reports.take} takes. */
export type ReportInstruction = Extract<
  WorkerInstruction,
  { do: "has" | "suspended" | "given" | "missing" | "fetchFailed" | "actorUp" | "actorDown" | "leaving" }
>;

interface Suspension {
  readonly resumed: boolean;
  readonly keys: string[];
  readonly attempts: number[];
}

/** Collects reports. */
export class Reports {
  readonly #keys: string[] = [];
  readonly #attempts: number[] = [];
  readonly #nbytes: number[] = [];
  readonly #spent: number[] = [];
  readonly #inline: number[] = [];
  #blobs: Uint8Array = new Uint8Array(4096);
  #blobBytes = 0;
  #failed: { key: string; attempt: number; error: Uint8Array }[] = [];
  #has: { key: string; nbytes: number }[] = [];
  #suspensions: Suspension[] = [];
  #given: Attempt[] | undefined;
  #last: WorkerToScheduler[] = [];
  #first: WorkerToScheduler[] = [];
  #urgent = false;

  /** Whether there is anything that somebody waits for. */
  get urgent(): boolean {
    return this.#urgent;
  }

  /** Whether there is anything else: results that the one who waits for them has been told of. */
  get some(): boolean {
    return this.#keys.length > 0;
  }

  /** A result of which its client knows. Nobody waits for word of it, unless it takes room. */
  known(key: string, attempt: number, nbytes: number, spent: number): void {
    const urgent = this.#urgent;
    this.finished(key, attempt, nbytes, spent, undefined);
    if (nbytes <= INLINE_BYTES) this.#urgent = urgent;
  }

  /** A result; `value` if it is still there, and somebody wants it. */
  finished(key: string, attempt: number, nbytes: number, spent: number, value: StoredValue | undefined): void {
    this.#urgent = true;
    this.#keys.push(key);
    this.#attempts.push(attempt);
    this.#nbytes.push(nbytes);
    this.#spent.push(spent);
    if (value === undefined || nbytes > INLINE_BYTES) {
      this.#inline.push(0);
      return;
    }
    const { blob } = value;
    if (blob !== undefined) {
      const at = this.#room(blob.length);
      copyBytes(value.heap.whole(blob), blob.offset, blob.length, this.#blobs, at);
      this.#inline.push(1 + blob.length);
      return;
    }
    const { packed } = value;
    const size = blobSize(packed);
    writeBlob(packed, this.#blobs, this.#room(size));
    this.#inline.push(1 + size);
  }

  #room(size: number): number {
    const at = this.#blobBytes;
    if (at + size > this.#blobs.byteLength) {
      const larger = new Uint8Array(2 * (at + size));
      larger.set(this.#blobs.subarray(0, at));
      this.#blobs = larger;
    }
    this.#blobBytes = at + size;
    return at;
  }

  /** What the machine has to tell beside results and failures. */
  take(i: ReportInstruction): void {
    this.#urgent = true;
    switch (i.do) {
      case "has":
        this.#has.push(i);
        return;
      case "suspended":
        return this.#suspended(i.key, i.attempt, i.resumed);
      case "given":
        (this.#given ??= []).push(...i.tasks);
        return;
      case "missing": {
        const { key, attempt, deps, tried } = i;
        this.#last.push({ type: "missing", key, attempt, deps, tried, frames: NONE });
        return;
      }
      case "fetchFailed":
        this.#last.push({ type: "fetchFailed", keys: [i.key], reason: i.reason, frames: NONE });
        return;
      case "actorUp":
        this.#first.push({ type: "actorUp", key: i.key, attempt: i.attempt, frames: NONE });
        return;
      case "actorDown": {
        const { key, attempt, reason } = i;
        const frames = i.error === undefined ? NONE : [i.error];
        this.#last.push({ type: "actorDown", key, attempt, reason, frames });
        return;
      }
      case "leaving":
        this.#last.push({ type: "leaving", reason: i.reason, frames: NONE });
    }
  }

  /** A failure. */
  failed(key: string, attempt: number, error: Uint8Array): void {
    this.#urgent = true;
    this.#failed.push({ key, attempt, error });
  }

  #suspended(key: string, attempt: number, resumed: boolean): void {
    let last = this.#suspensions[this.#suspensions.length - 1];
    if (last?.resumed !== resumed) this.#suspensions.push(last = { resumed, keys: [], attempts: [] });
    last.keys.push(key);
    last.attempts.push(attempt);
  }

  /** Gives all as messages to `send`, or drops it where there is nobody to tell. */
  write(send: ((message: WorkerToScheduler) => void) | undefined): void {
    if (send !== undefined) this.#write(send);
    this.#keys.length =
      this.#attempts.length =
      this.#nbytes.length =
      this.#spent.length =
      this.#inline.length =
        0;
    this.#urgent = false;
    // What was sent belongs to the transport now.
    if (this.#blobBytes > 0) this.#blobs = new Uint8Array(4096);
    this.#blobBytes = 0;
    if (this.#failed.length > 0) this.#failed = [];
    if (this.#has.length > 0) this.#has = [];
    if (this.#suspensions.length > 0) this.#suspensions = [];
    this.#given = undefined;
    if (this.#first.length > 0) this.#first = [];
    if (this.#last.length > 0) this.#last = [];
  }

  #write(send: (message: WorkerToScheduler) => void): void {
    for (const m of this.#first) send(m);
    for (const s of this.#suspensions) {
      send({
        type: "suspended",
        keys: s.keys,
        attempts: Float64Array.from(s.attempts),
        resumed: s.resumed,
        frames: NONE,
      });
    }
    if (this.#has.length > 0) {
      const keys = this.#has.map((h) => h.key);
      send({ type: "has", keys, nbytes: Float64Array.from(this.#has, (h) => h.nbytes), frames: NONE });
    }
    if (this.#keys.length > 0) {
      send({
        type: "finished",
        keys: this.#keys.slice(),
        attempts: Float64Array.from(this.#attempts),
        nbytes: Float64Array.from(this.#nbytes),
        spent: Float64Array.from(this.#spent),
        inline: Uint32Array.from(this.#inline),
        frames: [this.#blobs.subarray(0, this.#blobBytes)],
      });
    }
    if (this.#failed.length > 0) {
      send({
        type: "failed",
        keys: this.#failed.map((f) => f.key),
        attempts: Float64Array.from(this.#failed, (f) => f.attempt),
        frames: this.#failed.map((f) => f.error),
      });
    }
    if (this.#given !== undefined) {
      const keys = this.#given.map((t) => t.key);
      send({ type: "given", keys, attempts: Float64Array.from(this.#given, (t) => t.attempt), frames: NONE });
    }
    for (const m of this.#last) send(m);
  }
}
