/**
 * Attempt numbers. Each dispatch of a task has its own, unique in the cluster's life; the low bits say at which slot of its
 * worker's table the task stands, so that a finish finds its task without a search.
 *
 * @module
 */

/** Slots that an attempt number can tell apart. A task at a slot beyond is found by its key. */
export const SLOTS = 65_536;

/** The number of the `serial`-th attempt, of a task at `slot`. */
export function attemptNumber(serial: number, slot: number): number {
  return serial * SLOTS + slot % SLOTS;
}
