/**
 * Between the store and the disk: carries out what the machine decides.
 *
 * @module
 */

import { pack, toBlob } from "../values/mod.ts";
import type { Disk } from "./disk.ts";
import { MemoryError } from "./errors.ts";
import type { WorkerEvent } from "./events.ts";
import type { Store } from "./store.ts";

type Told<E = WorkerEvent> = E extends { readonly type: "spilled" | "spillFailed" | "loaded" | "loadFailed" }
  ? Omit<E, "now">
  : never;

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

  /** Frees the memory of a value that has a copy. */
  unload(key: string): void {
    this.#options.store.get(key)!.value.unload();
  }

  /** Reads a value again. */
  load(key: string): void {
    const { store, disk, tell } = this.#options;
    const { value } = store.get(key)!;
    // Somebody was reading it all the while.
    if (value.stay()) return tell({ type: "loaded", key });
    const copy = value.copy!;
    const room = store.reserve(copy.sizes);
    if (room === undefined) {
      const error = new MemoryError(key, value.nbytes, store.managed, store.limit);
      return tell({ type: "loadFailed", key, room: true, error: toBlob(pack(error)) });
    }
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
}
