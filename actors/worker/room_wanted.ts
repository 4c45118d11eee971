/**
 * Who waits for room in a worker's memory: values that came and have none, and threads that want blocks.
 *
 * @module
 */

import type { PackedValue } from "../values/mod.ts";
import { MemoryError } from "./errors.ts";
import type { WorkerEvent } from "./events.ts";
import { collectGarbage, leftBehind } from "./garbage.ts";
import { errorOf } from "./results_in.ts";
import type { WorkerMachine } from "./state.ts";
import { bytesOf } from "./store.ts";
import { WaitingRoom } from "./waiting_room.ts";
import type { WorkerOptions } from "./worker_options.ts";

/** What it stands between. */
export interface RoomWantedOptions {
  readonly worker: Pick<WorkerOptions, "clock" | "store" | "executor" | "disk">;
  readonly machine: WorkerMachine;
  /** Values that are being sent from where they lie. */
  readonly sending: () => number;
  readonly tell: (event: WorkerEvent) => void;
}

/** Values and threads that wait for room. */
export class RoomWanted {
  readonly #o: RoomWantedOptions;
  readonly #waiting = new WaitingRoom();
  #threads = { bytes: 0, tasks: 0 };
  /** There was to be no room, while sends were under way. */
  #denied = false;

  /** Nobody waits. */
  constructor(options: RoomWantedOptions) {
    this.#o = options;
  }

  /** So much the threads wait for. */
  threadsNeed(need: { readonly bytes: number; readonly tasks: number }): void {
    this.#threads = need;
    this.#need();
  }

  /** A value came that was asked for. */
  received(key: string, from: string, value: PackedValue): void {
    const now = this.#o.worker.clock.now();
    const known = this.#o.machine.value(key);
    if (known?.state !== "fetching") return;
    try {
      const pinned = known.order?.card != null;
      const { nbytes } = this.#o.worker.store.put(key, value, { pinned }).value;
      this.#o.tell({ type: "received", now, key, from, nbytes });
    } catch (e) {
      if (!(e instanceof MemoryError)) throw e;
      if (this.#o.worker.disk === undefined || bytesOf(value) > this.#o.worker.store.limit) {
        return this.#o.tell({ type: "noRoom", now, key, from, error: errorOf(e) });
      }
      this.#waiting.add(key, from, value);
      this.#need();
    }
  }

  /** Says how much room is waited for. */
  #need(): void {
    const { bytes, tasks } = this.#threads;
    this.#o.tell({ type: "need", now: this.#o.worker.clock.now(), bytes: bytes + this.#waiting.bytes, tasks });
  }

  /** Memory was freed: who waits for room tries again. */
  made(): void {
    this.#o.worker.executor.roomMade();
    const waiting = this.#waiting.leave();
    if (waiting.length === 0) return;
    for (const { key, from, value, bytes } of waiting) {
      this.received(key, from, value);
      leftBehind(bytes);
    }
    this.#need();
    collectGarbage();
  }

  /** What was sent from where it lay is gone: its memory may be free now. */
  sent(): void {
    if (!this.#denied || this.#o.sending() > 0) return;
    this.#denied = false;
    this.#need();
  }

  /** None will be made, but for what is being sent. */
  none(): void {
    const { store, clock, executor } = this.#o.worker;
    this.#denied = this.#o.sending() > 0;
    if (this.#denied) return;
    // Threads first: what they let go of then may be room enough for the others.
    if (this.#threads.bytes > 0) return executor.noRoom();
    for (const { key, from, bytes } of this.#waiting.leave()) {
      const error = errorOf(new MemoryError(key, bytes, store.managed, store.limit));
      this.#o.tell({ type: "noRoom", now: clock.now(), key, from, error });
    }
  }
}
