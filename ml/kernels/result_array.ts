import { inTask, MemoryError } from "../../actors/mod.ts";

/** Bytes of the smallest array that is made where results lie. */
const LARGE = 65_536;

/**
 * Numbers to be filled whole and returned: in a task, made in the worker's shared memory at once, so that they need not be copied there. Their
 * content is anything.
 */
export function resultArray(length: number): Float64Array<ArrayBuffer> {
  const task = inTask();
  if (task === undefined || task.isActor || 8 * length < LARGE) return new Float64Array(length);
  try {
    const room = task.allocate(8 * length);
    return new Float64Array(room.buffer as ArrayBuffer, room.byteOffset, length);
  } catch (e) {
    // The worker is full; what is not returned may be made yet.
    if (e instanceof MemoryError) return new Float64Array(length);
    throw e;
  }
}
