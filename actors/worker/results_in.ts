/**
 * From what the executor returns to values in the store, and to what the machine is told of them.
 *
 * @module
 */

import type { Clock } from "../../transport/mod.ts";
import { fromBlob, pack, type PackedValue, toBlob } from "../values/mod.ts";
import { MemoryError, TaskCancelledError, TaskTimeoutError } from "./errors.ts";
import type { PlainError, WorkerEvent } from "./events.ts";
import type { ExecutorEvent } from "./executor.ts";
import { copyBytes } from "./heap.ts";
import type { WorkerMachine } from "./state.ts";
import type { Store, StoredValue } from "./store.ts";

/** What results need of their worker. */
export interface ResultsInOptions {
  readonly machine: WorkerMachine;
  readonly store: Store;
  readonly clock: Clock;
  /** Ends the actor of a key, if there is one. */
  readonly stopActor: (key: string) => void;
  /** Tells the machine. */
  readonly tell: (event: WorkerEvent) => void;
  /** Takes a run that the machine does not know: a call for a client, or a run that was given up. */
  readonly unknown: (event: ExecutorEvent) => void;
}

/** Takes results in. */
export class ResultsIn {
  readonly #o: ResultsInOptions;

  /** Of one worker. */
  constructor(options: ResultsInOptions) {
    this.#o = options;
  }

  /** One run returned. */
  finished(ticket: number, value: PackedValue, spent: number): void {
    const { machine, store, clock, tell, stopActor } = this.#o;
    const now = clock.now(), key = machine.keyOf(ticket);
    if (key === undefined) return tell({ type: "ended", now, ticket });
    try {
      const { nbytes } = store.put(key, value).value;
      tell({ type: "finished", now, ticket, nbytes, spent });
    } catch (e) {
      if (!(e instanceof MemoryError)) throw e;
      // An actor without an address is nobody's.
      stopActor(key);
      tell({ type: "threw", now, ticket, error: errorOf(e), spent });
    }
  }

  /** Runs returned small values. */
  returned(e: Extract<ExecutorEvent, { kind: "returned" }>): void {
    const { machine, store, clock, tell, unknown } = this.#o;
    const tickets: number[] = [], nbytes: number[] = [], spent: number[] = [];
    for (let i = 0; i < e.tickets.length; i++) {
      const ticket = e.tickets[i], at = e.at[i], size = e.sizes[i];
      const key = machine.keyOf(ticket);
      if (key === undefined) {
        unknown({ kind: "finished", ticket, value: fromBlob(e.bytes.subarray(at, at + size)), spent: e.spent[i] });
        continue;
      }
      try {
        nbytes.push(store.putBlob(key, e.bytes, at, size));
        tickets.push(ticket);
        spent.push(e.spent[i]);
      } catch (error) {
        if (!(error instanceof MemoryError)) throw error;
        tell({ type: "threw", now: clock.now(), ticket, error: errorOf(error), spent: e.spent[i] });
      }
    }
    if (tickets.length > 0) tell({ type: "returned", now: clock.now(), tickets, nbytes, spent });
  }
}

/** A small value as a blob of its own. */
export function blobOf({ blob, heap, packed }: StoredValue): Uint8Array {
  if (blob === undefined) return toBlob(packed);
  const bytes = new Uint8Array(blob.length);
  copyBytes(heap.whole(blob), blob.offset, blob.length, bytes, 0);
  return bytes;
}

/** An error of the worker's own, packed; one that is packed already, as it is. */
export function errorOf(e: Error | PlainError | Uint8Array): Uint8Array {
  if (e instanceof Uint8Array) return e;
  if (e instanceof Error) return toBlob(pack(e));
  const made = e.name === "TaskTimeoutError" ? new TaskTimeoutError(e.message) : new TaskCancelledError(e.message);
  return toBlob(pack(made));
}
