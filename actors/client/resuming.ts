/**
 * A new session begins with all that the scheduler has to know.
 *
 * @module
 */

import type { ClientBooks } from "./books.ts";
import type { ClientTask, DataCard } from "./client_task.ts";
import { taskColumnsOf } from "./columns.ts";
import { inherit } from "./giving_up.ts";
import { resumed } from "./head_start.ts";

/** Tells a scheduler all that it may not know. */
export function resume(b: ClientBooks): void {
  b.told.clear();
  b.submits = 0;
  const rows: ClientTask[] = [], wants: string[] = [], cards: DataCard[] = [];
  const codes = new Set<string>();
  for (const t of b.tasks.values()) {
    t.renewedIn = 0;
    if (t.sent && (t.state === "pending" || t.state === "released") && inherit(b, t)) continue;
    // What was cancelled when it was done already, and others were made from it, is needed to make those again.
    const known = t.state === "pending" || t.state === "done" || t.state === "released" ||
      (t.state === "cancelled" && t.dependents > 0);
    if (!t.sent || !known) continue;
    if (t.state === "pending" || t.state === "done" || t.owed) wants.push(t.key);
    if (t.card !== undefined) {
      cards.push(t.card);
      // What was scattered counts as wanted, unless it is said that it is not.
      if (t.state === "released" && !t.owed) b.freed.push(t.key);
    }
    if (t.call === undefined) continue;
    rows.push(t);
    for (const hash of t.call.codes) codes.add(hash);
  }
  for (const hash of codes) b.told.add(hash);
  b.send({
    type: "resume",
    ...taskColumnsOf(rows, [...codes], (hash) => b.codes.get(hash)!),
    wants,
    scattered: cards,
    workers: [...b.workers.keys()],
  });
  resumed(b);
}
