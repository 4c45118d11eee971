/**
 * What has to hold between events.
 *
 * @module
 */

import { type ClientBooks, NO_TASKS } from "./books.ts";
import type { ClientTask } from "./client_task.ts";

/**
 * Checks everything that has to hold between events.
 *
 * @throws {Error} naming what does not.
 */
export function validate(b: ClientBooks): void {
  const bad = (t: ClientTask, what: string): never => {
    throw new Error(`client task ${t.key} (${t.state}): ${what}`);
  };
  const dependents = new Map<ClientTask, number>();
  const blocking = new Map<ClientTask, number>();
  const unsent = new Map<ClientTask, number>();
  for (const [key, t] of b.tasks) {
    if (key !== t.key || !t.entered) bad(t, `it is entered as ${key}`);
    for (const d of t.inputs) {
      dependents.set(d, (dependents.get(d) ?? 0) + 1);
      if (t.counts) unsent.set(d, (unsent.get(d) ?? 0) + 1);
      if (b.tasks.get(d.key) !== d) bad(t, `its input ${d.key} is forgotten`);
    }
    for (const w of t.blocks ?? NO_TASKS) blocking.set(w, (blocking.get(w) ?? 0) + 1);
    if (t.sent && (t.blocks?.length ?? 0) > 0) bad(t, "it was sent, and others wait for that");
  }
  for (const t of b.tasks.values()) {
    if (t.dependents !== (dependents.get(t) ?? 0)) bad(t, `it counts ${t.dependents} dependents`);
    if (t.blockedBy !== (blocking.get(t) ?? 0)) {
      bad(t, `it is blocked by ${t.blockedBy}, and waits in ${blocking.get(t) ?? 0}`);
    }
    if (t.state === "released" && t.dependents === 0) bad(t, "nobody needs it");
    if (t.unsent !== (unsent.get(t) ?? 0)) bad(t, `it counts ${t.unsent} dependents that are not sent`);
    if (t.owed && (t.unsent === 0 || t.state !== "released")) bad(t, "it is kept for nobody");
    if (t.sent && t.blockedBy > 0) bad(t, "it was sent before what it needs");
    if (t.due && t.state !== "pending") bad(t, "it is to be done, and has come to an end");
    if (t.state === "done" && t.inline === undefined && t.worker === undefined) bad(t, "its value is nowhere");
    if (t.state === "failed" && t.error === undefined && t.because === undefined) {
      bad(t, "it failed without an error");
    }
    if (t.begunAt !== "" && !t.sent) bad(t, "it was begun, and the scheduler not told");
  }
}
