/**
 * Tasks that wait for each other.
 *
 * @module
 */

import type { SchedulerTask } from "./tasks.ts";
import { MEMORY } from "./transitions.ts";

/** A cycle among what can be reached from `starts` over dependencies, each task depending on the next; or null. */
export function findCycle(starts: readonly SchedulerTask[]): SchedulerTask[] | null {
  const done = new Set<SchedulerTask>();
  const onPath = new Set<SchedulerTask>();
  for (const start of starts) {
    if (done.has(start)) continue;
    const path: SchedulerTask[] = [start];
    const next: number[] = [0];
    onPath.add(start);
    while (path.length > 0) {
      const t = path[path.length - 1];
      const i = next[next.length - 1]++;
      if (i >= t.deps.length || t.state === MEMORY) {
        onPath.delete(t);
        done.add(t);
        path.pop();
        next.pop();
        continue;
      }
      const dep = t.deps[i];
      if (onPath.has(dep)) return path.slice(path.indexOf(dep));
      if (!done.has(dep)) {
        path.push(dep);
        next.push(0);
        onPath.add(dep);
      }
    }
  }
  return null;
}
