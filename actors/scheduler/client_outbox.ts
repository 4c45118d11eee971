/**
 * What a client is to be told, collected until the end of a turn, then written as few messages.
 *
 * @module
 */

import type { SchedulerToClient } from "../protocol/mod.ts";
import { ByteColumn } from "./byte_column.ts";
import type { SchedulerClient } from "./clients.ts";
import { fewFirst, fewHas } from "./few.ts";
import type { SchedulerTask } from "./tasks.ts";
import { FAILED, MEMORY } from "./transitions.ts";
import type { WorkerCard } from "./workers.ts";
import { nextMark } from "./worker_outbox.ts";

const NO_FRAMES: readonly Uint8Array[] = [];

/** Failures in one message. */
const FAILURES = 4096;

/** An actor's whereabouts, to be told. */
export interface ActorNews {
  readonly task: SchedulerTask;
  readonly worker: string | null;
  readonly reason: string;
}

/** Collects messages to one client. */
export class ClientOutbox {
  /** Whether it is in the list of outboxes that have something. */
  dirty = false;
  /** What must come first: `welcome`. */
  first: SchedulerToClient[] = [];
  /** What comes last: answers, `closing`. */
  last: SchedulerToClient[] = [];
  changed: Map<string, WorkerCard> = new Map();
  workersGone: Set<string> = new Set();
  cancelled: string[] = [];
  cancelReasons: string[] = [];
  lost: string[] = [];
  lostReasons: string[] = [];
  undone: string[] = [];
  done: SchedulerTask[] = [];
  /** Where the value of `done[i]` stands, if it is small: `inlineLengths[i]` bytes, -1 for not here. */
  inlineFrames: Uint8Array[] = [];
  inlineStarts: number[] = [];
  inlineLengths: number[] = [];
  failed: SchedulerTask[] = [];
  resupply: string[] = [];
  actors: ActorNews[] = [];

  /** Forgets what was collected: there is nobody to tell. */
  clear(): void {
    this.first = [];
    this.last = [];
    this.changed.clear();
    this.workersGone.clear();
    this.cancelled = [];
    this.cancelReasons = [];
    this.lost = [];
    this.lostReasons = [];
    this.undone = [];
    this.done = [];
    this.inlineFrames = [];
    this.inlineStarts = [];
    this.inlineLengths = [];
    this.failed = [];
    this.resupply = [];
    this.actors = [];
  }

  /** Enters a value that is done, small ones with their bytes. */
  addDone(task: SchedulerTask, frame: Uint8Array, start: number, length: number): void {
    this.done.push(task);
    this.inlineFrames.push(frame);
    this.inlineStarts.push(start);
    this.inlineLengths.push(length);
  }

  /** These are submitted once more: that they were cancelled or lost before is no news. */
  renewed(keys: readonly string[]): void {
    if (this.cancelled.length === 0 && this.lost.length === 0) return;
    const again = new Set(keys);
    const kept = (key: string): boolean => !again.has(key);
    this.cancelReasons = this.cancelReasons.filter((_, i) => kept(this.cancelled[i]));
    this.cancelled = this.cancelled.filter(kept);
    this.lostReasons = this.lostReasons.filter((_, i) => kept(this.lost[i]));
    this.lost = this.lost.filter(kept);
  }

  /** Writes everything as messages, in the order in which the client must hear it, and forgets it. */
  write(client: SchedulerClient, emit: (message: SchedulerToClient) => void): void {
    for (const m of this.first) emit(m);
    if (this.changed.size > 0 || this.workersGone.size > 0) {
      emit({
        type: "workers",
        changed: [...this.changed.values()],
        gone: [...this.workersGone],
        frames: NO_FRAMES,
      });
    }
    emitGone("cancelled", this.cancelled, this.cancelReasons, client.submits, emit);
    emitGone("lost", this.lost, this.lostReasons, client.submits, emit);
    if (this.undone.length > 0) emit({ type: "undone", keys: this.undone, frames: NO_FRAMES });
    if (this.done.length > 0) this.#writeDone(client, emit);
    // Of several places within the turn only the last is true, and that only if the actor still lives and is wanted.
    for (const { task, worker, reason } of new Map(this.actors.map((a) => [a.task, a])).values()) {
      if (worker !== null && (task.state !== MEMORY || !fewHas(task.wanters, client))) continue;
      emit({ type: "actorAt", key: task.key, worker, reason, frames: NO_FRAMES });
    }
    // What failed may, within the turn, have been supplied after all, or released.
    const failed = this.failed.filter((t) => t.state === FAILED && fewHas(t.wanters, client));
    // Each has a frame of its own, and a message may not have too many.
    for (let i = 0; i < failed.length; i += FAILURES) {
      const some = failed.slice(i, i + FAILURES);
      emit({
        type: "failed",
        heard: client.submits,
        keys: some.map((t) => t.key),
        blamed: some.map((t) => t.extras!.blamed),
        frames: some.map((t) => t.extras!.error!),
      });
    }
    if (this.resupply.length > 0) emit({ type: "resupply", ids: this.resupply, frames: NO_FRAMES });
    for (const m of this.last) emit(m);
    this.clear();
  }

  #writeDone(client: SchedulerClient, emit: (message: SchedulerToClient) => void): void {
    const mark = nextMark();
    const n = this.done.length;
    const keys: string[] = [];
    const workers: string[] = [];
    const nbytes = new Float64Array(n), where = new Uint32Array(n), inline = new Uint32Array(n);
    const bytes = new ByteColumn();
    for (let i = 0; i < n; i++) {
      const t = this.done[i];
      // Within the turn it may have been lost again, or released.
      if (t.state !== MEMORY || !fewHas(t.wanters, client)) continue;
      const row = keys.length;
      const w = fewFirst(t.holders)!;
      if (w.mark !== mark) {
        w.mark = mark;
        w.markIndex = workers.length;
        workers.push(w.name);
      }
      keys.push(t.key);
      nbytes[row] = t.nbytes;
      where[row] = w.markIndex;
      const length = this.inlineLengths[i];
      if (length >= 0) {
        inline[row] = length + 1;
        bytes.add(this.inlineFrames[i], this.inlineStarts[i], length);
      }
    }
    const rows = keys.length;
    if (rows === 0) return;
    emit({
      type: "done",
      keys,
      nbytes: rows === n ? nbytes : nbytes.slice(0, rows),
      workers,
      where: rows === n ? where : where.slice(0, rows),
      inline: rows === n ? inline : inline.slice(0, rows),
      frames: [bytes.take()],
    });
  }
}

/** One message for each reason. */
function emitGone(
  cause: "cancelled" | "lost",
  keys: readonly string[],
  reasons: readonly string[],
  heard: number,
  emit: (message: SchedulerToClient) => void,
): void {
  if (keys.length === 0) return;
  const byReason = new Map<string, string[]>();
  for (let i = 0; i < keys.length; i++) {
    const same = byReason.get(reasons[i]);
    if (same === undefined) byReason.set(reasons[i], [keys[i]]);
    else same.push(keys[i]);
  }
  for (const [reason, keys] of byReason) emit({ type: "gone", keys, cause, reason, heard, frames: NO_FRAMES });
}
