/**
 * What must always be true of the worker's books.
 *
 * @module
 */

import type { WorkerBooks } from "./books.ts";
import type { WorkerTask } from "./states.ts";
import { isComing, isHere } from "./worker_data.ts";

/** Checks all invariants; throws an error that says what is broken. */
export function validateBooks(b: WorkerBooks): void {
  b.data.validate();
  b.ready.validate();
  b.spilling.validate();
  const ready = new Set(b.ready);
  const users = new Map<string, number>();
  const use = (deps: readonly string[]): void => {
    for (const d of deps) users.set(d, (users.get(d) ?? 0) + 1);
  };
  const placed = new Set<WorkerTask>();
  for (const [key, t] of b.tasks) {
    const says = `${key} is ${t.state}`;
    if (t.key !== key) throw new Error(`${t.key} stands under ${key}`);
    if (ready.has(t) !== (t.state === "ready")) {
      throw new Error(`${says} and ${ready.has(t) ? "in" : "not in"} the heap`);
    }
    const running = t.state === "executing" || t.state === "suspended";
    if ((b.runs.get(t.ticket) === t) !== running) throw new Error(`${says}, its run is wrong`);
    const has = t.state === "executing" && t.kind === "task";
    if ((t.placed >= 0) !== has) throw new Error(`${says}, and its place ${t.placed}`);
    if (has) placed.add(t);
    const missing = [...new Set(t.deps)].filter((d) => b.data.get(d)?.state !== "held");
    if (missing.length !== (t.lacks?.size ?? 0) || missing.some((d) => !t.lacks!.has(d))) {
      throw new Error(`${says}, wrong lacks`);
    }
    for (const d of missing) if (!b.data.get(d)?.wants?.has(t)) throw new Error(`${says}, ${d} does not know`);
    if ((missing.length > 0) !== (t.state === "waiting" || t.state === "fetching")) {
      throw new Error(`${says}, wrongly`);
    }
    if (missing.length > 0) {
      const fetching = missing.some((d) => isComing(b.data.get(d)!));
      if (fetching !== (t.state === "fetching")) throw new Error(`${says}, fetching ${fetching}`);
    }
    use(t.deps.filter((d) => !missing.includes(d)));
  }
  for (const t of b.runs.values()) if (b.tasks.get(t.key) !== t) throw new Error(`a run of ${t.key} is loose`);
  for (const { deps } of b.ending.values()) use(deps);
  for (const { deps } of b.actors.values()) use(deps);
  for (const d of b.data.values()) {
    if (d.users !== (users.get(d.key) ?? 0)) {
      throw new Error(`${d.key} has ${d.users} users, expected ${users.get(d.key)}`);
    }
    for (const t of d.wants ?? []) if (b.tasks.get(t.key) !== t) throw new Error(`${d.key} is wanted by nobody`);
    if (isHere(d) && !d.keep && d.users === 0 && (d.wants?.size ?? 0) === 0) {
      throw new Error(`${d.key} is held for nobody`);
    }
  }
  for (const t of b.ending.values()) if (t.placed >= 0) placed.add(t);
  b.places.validate(placed);
}
