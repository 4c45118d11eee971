/** A model's client: it submits, scatters, cancels and lets go. */

import type { ClientToScheduler, SchedulerToClient } from "../../../actors/protocol/mod.ts";
import { type Card, card, columns, type Row } from "./harness.ts";
import type { Model, Session } from "./model.ts";
import { none, text } from "./model_parts.ts";

export class ModelClient {
  session: Session | null = null;
  gone = false;
  readonly rows = new Map<string, Row>();
  readonly wants = new Map<string, "pending" | "done" | "failed" | "gone">();
  readonly cards = new Map<string, Card>();
  readonly errors = new Map<string, string>();
  constructor(readonly model: Model, readonly name: string) {}

  say(message: ClientToScheduler): void {
    this.session?.toScheduler.push({ type: "clientMessage", now: 0, peer: this.session.peer, message });
  }

  /** Rows of what it waits for, and of what that needs. */
  needed(): Row[] {
    const out = new Map<string, Row>();
    const visit = (key: string): void => {
      const row = this.rows.get(key);
      if (row === undefined || out.has(key)) return;
      for (const d of row.deps ?? []) visit(d);
      out.set(key, row);
    };
    for (const [key, state] of this.wants) if (state === "pending" || state === "done") visit(key);
    return [...out.values()];
  }

  resumeMessage(): ClientToScheduler {
    const live = [...this.wants].filter(([, s]) => s === "pending" || s === "done").map(([k]) => k);
    return {
      type: "resume",
      ...columns(this.needed()),
      wants: live,
      scattered: [...this.cards.values()],
      workers: [...this.model.workers.values()].map((w) => w.name),
    };
  }

  hear(m: SchedulerToClient): void {
    const set = (key: string, state: "pending" | "done" | "failed" | "gone"): void => {
      if (this.wants.has(key)) this.wants.set(key, state);
    };
    switch (m.type) {
      case "done":
        for (const k of m.keys) if (this.wants.get(k) === "pending") set(k, "done");
        break;
      case "undone":
        for (const k of m.keys) if (this.wants.get(k) === "done") set(k, "pending");
        break;
      case "failed":
        m.keys.forEach((k, i) => {
          set(k, "failed");
          this.errors.set(k, text.decode(m.frames[i]));
        });
        break;
      case "gone":
        for (const k of m.keys) {
          set(k, "gone");
          this.errors.set(k, m.cause);
        }
        break;
      case "actorAt":
        if (m.worker !== null) set(m.key, "done");
        break;
      case "resupply":
        for (const id of m.ids) {
          if (this.cards.has(id) && this.model.dice.chance(0.9)) this.put(id);
          else {
            this.cards.delete(id);
            this.say({ type: "cannotSupply", ids: [id], frames: none });
          }
        }
        break;
    }
  }

  /** Puts a value on a worker; tells the scheduler later, as a client does. */
  put(id: string, copies = 1): void {
    const up = [...this.model.workers.values()].filter((w) => w.alive);
    if (up.length === 0) {
      this.model.later.push(() => this.put(id, copies));
      return;
    }
    const w = this.model.dice.pick(up);
    const known = this.cards.get(id);
    const c = { ...card(id, [w.name], known?.copies ?? copies, 100) };
    w.store.set(id, 100);
    w.pinned.set(id, c);
    w.say({ type: "has", keys: [id], nbytes: Float64Array.of(100), frames: none });
    this.cards.set(id, c);
    this.model.cards.set(id, c);
    if (!this.wants.has(id)) this.wants.set(id, "pending");
    this.say({ type: "scattered", items: [c], frames: none });
  }
}
