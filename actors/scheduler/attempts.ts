/**
 * Attempt numbers. Each dispatch of a task has its own, unique in the cluster's life; the low bits say at which slot of its
 * worker's table the task stands, so that a finish finds its task without a search.
 *
 * @module
 */

import type { SchedulerTask } from "./tasks.ts";

/** Slots that an attempt number can tell apart. A task at a slot beyond is found by its key. */
export const SLOTS = 65_536;

/** Gives a task that has got its slot the number of the `serial`-th attempt. */
export function beginAttempt(task: SchedulerTask, serial: number): void {
  task.serial = serial;
  task.low = task.slot % SLOTS;
}

/** Gives a task the number of an attempt that was begun in an earlier life. */
export function adoptAttempt(task: SchedulerTask, attempt: number): void {
  task.serial = Math.floor(attempt / SLOTS);
  task.low = attempt % SLOTS;
}

/** The number of the task's present attempt. */
export function attemptOf(task: SchedulerTask): number {
  return task.serial * SLOTS + task.low;
}
