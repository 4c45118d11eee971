/**
 * Between the store and the disk: carries out what the machine decides.
 *
 * @module
 */

import { pack, toBlob } from "../values/mod.ts";
import type { Disk, DiskCopy } from "./disk.ts";
import { MemoryError } from "./errors.ts";
import type { WorkerEvent } from "./events.ts";
import type { Store } from "./store.ts";
import type { BatchPart, StoredValue } from "./stored_value.ts";

type Types = "spilled" | "spillFailed" | "batchSpilled" | "batchFailed" | "loaded" | "loadFailed";
type Told<E = WorkerEvent> = E extends { readonly type: Types } ? Omit<E, "now"> : never;

/** What a spiller needs of its worker. */
export interface SpillerOptions {
  readonly store: Store;
  readonly disk: Disk | undefined;
  readonly log: (line: string) => void;
  /** Tells the machine what came of it. */
  readonly tell: (event: Told) => void;
}

/** Writes values, frees them, reads them again. */
export class Spiller {
  readonly #options: SpillerOptions;
  /** The batch that the machine is being told of. */
  #written: { readonly keys: readonly string[]; readonly copy: DiskCopy } | undefined;

  /** Between these. */
  constructor(options: SpillerOptions) {
    this.#options = options;
  }

  /** Writes a copy of a value to disk. */
  spill(key: string): void {
    const { store, disk, tell, log } = this.#options;
    const value = store.get(key)!.value.retain();
    const { head, frames } = value.packed;
    disk!.write([head, ...frames], (copy) => {
      const wanted = store.get(key)?.value === value;
      if (copy instanceof Error) {
        log(`${key} stays in memory: ${copy.message}`);
        value.release();
        if (wanted) tell({ type: "spillFailed", key });
        return;
      }
      if (wanted) value.copied(copy);
      else copy.free();
      value.release();
      if (wanted) tell({ type: "spilled", key });
    });
  }

  /** Writes small values to disk, together. */
  spillBatch(batch: number, keys: readonly string[]): void {
    const { store, disk, tell, log } = this.#options;
    const values = keys.map((key) => store.get(key)!.value.retain());
    disk!.write(values.map((value) => value.blob?.bytes ?? toBlob(value.packed)), (copy) => {
      for (const value of values) value.release();
      if (copy instanceof Error) {
        log(`${keys.length} small values stay in memory: ${copy.message}`);
        return tell({ type: "batchFailed", batch });
      }
      this.#written = { keys, copy };
      tell({ type: "batchSpilled", batch });
    });
  }

  /** Of the batch that is on disk now, those that go. */
  unloadBatch(slots: readonly number[]): void {
    const { keys, copy } = this.#written!;
    this.#written = undefined;
    this.#options.store.movedToDisk(keys, slots, copy);
  }

  /** Frees the memory of a value that has a copy. */
  unload(key: string): void {
    this.#options.store.get(key)!.value.unload();
  }

  /** Reads a value again. */
  load(key: string): void {
    const { store, disk, tell } = this.#options;
    const { value } = store.get(key)!;
    if (value.batchPart !== undefined) return this.#loadPart(key, value, value.batchPart);
    // Somebody was reading it all the while.
    if (value.stay()) return tell({ type: "loaded", key });
    const copy = value.copy!;
    const room = store.reserve(copy.sizes);
    if (room === undefined) return this.#noRoom(key, value);
    value.retain();
    disk!.read(copy, room.blocks.map((b) => b.bytes), (error) => {
      const wanted = store.get(key)?.value === value;
      if (wanted && error === undefined) value.load(room.blocks.map((b) => b.retain()));
      room.release();
      value.release();
      if (!wanted) return;
      if (error === undefined) tell({ type: "loaded", key });
      else tell({ type: "loadFailed", key, room: false, error: toBlob(pack(error)) });
    });
  }

  #loadPart(key: string, value: StoredValue, part: BatchPart): void {
    const { store, disk, tell } = this.#options;
    const block = store.heap.allocate(value.nbytes);
    if (block === undefined) return this.#noRoom(key, value);
    value.retain();
    part.batch.read(disk!, part.slot, (bytes) => {
      const wanted = store.isPart(key, part), error = bytes instanceof Error ? bytes : undefined;
      if (wanted && !(bytes instanceof Error)) {
        block.bytes.set(bytes);
        store.broughtBack(key, block);
      } else block.release();
      value.release();
      if (!wanted) return;
      if (error === undefined) tell({ type: "loaded", key });
      else tell({ type: "loadFailed", key, room: false, error: toBlob(pack(error)) });
    });
  }

  #noRoom(key: string, value: StoredValue): void {
    const { store, tell } = this.#options;
    const error = new MemoryError(key, value.nbytes, store.managed, store.limit);
    tell({ type: "loadFailed", key, room: true, error: toBlob(pack(error)) });
  }
}
