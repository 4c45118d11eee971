/**
 * The packed arguments of tasks: in frames, as their batches came.
 *
 * @module
 */

import type { SchedulerTask } from "./tasks.ts";

/** The arguments of a batch. */
export class ArgsFrame {
  /** Tasks in the tables that have their arguments here, and the bytes of these. */
  tasks = 0;
  live = 0;

  /** Of these bytes. */
  constructor(readonly bytes: Uint8Array) {}
}

/** Counts the bytes of arguments that are kept, and of these the ones that tasks have. */
export class ArgsBook {
  /** Bytes of all frames. */
  held = 0;
  /** Bytes of all tasks. */
  live = 0;

  /** A task's arguments are `length` bytes of the frame, from `start` on. */
  enter(t: SchedulerTask, frame: ArgsFrame, start: number, length: number): void {
    if (frame.tasks++ === 0) this.held += frame.bytes.length;
    frame.live += length;
    this.live += length;
    t.args = frame;
    t.argStart = start;
    t.argLength = length;
  }

  /** A task needs its arguments no longer. */
  leave(t: SchedulerTask): void {
    const frame = t.args;
    if (frame === null) return;
    frame.live -= t.argLength;
    this.live -= t.argLength;
    if (--frame.tasks === 0) this.held -= frame.bytes.length;
    t.args = null;
  }
}
