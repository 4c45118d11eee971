/** A model's worker: it obeys, is slow, dies and comes back. */

import assert from "node:assert/strict";
import type { SchedulerToWorker, WorkerToScheduler } from "../../../actors/protocol/mod.ts";
import type { Card } from "./harness.ts";
import type { Model, Session } from "./model.ts";
import { none } from "./model_parts.ts";

interface ModelTask {
  readonly key: string;
  readonly attempt: number;
  readonly deps: Map<string, string[]>;
  readonly actor: boolean;
  begun: boolean;
  suspended: boolean;
  told: boolean;
}

export class ModelWorker {
  session: Session | null = null;
  life = 0;
  alive = true;
  leaving = false;
  paused = false;
  store = new Map<string, number>();
  pinned = new Map<string, Card>();
  actors = new Set<string>();
  tasks = new Map<string, ModelTask>();
  fetches: { key: string; from: string; card: Card | null }[] = [];
  constructor(readonly model: Model, readonly name: string, readonly threads: number) {}

  get address(): string {
    return `tcp://${this.name}/${this.life}`;
  }

  say(message: WorkerToScheduler): void {
    this.session?.toScheduler.push({ type: "workerMessage", now: 0, peer: this.session.peer, message });
  }

  /** All it has to say at the beginning of a session. */
  introduce(): void {
    this.say(this.joinMessage());
    for (const t of this.tasks.values()) {
      t.told = false;
      if (!t.suspended) continue;
      this.say({
        type: "suspended",
        keys: [t.key],
        attempts: Float64Array.of(t.attempt),
        resumed: false,
        frames: none,
      });
    }
  }

  joinMessage(): WorkerToScheduler {
    const held = [...this.store.keys()].filter((k) => !this.pinned.has(k));
    return {
      type: "join",
      address: this.address,
      threads: this.threads,
      memoryLimit: 1e9,
      process: null,
      resources: this.name === "w0" ? { GPU: 1 } : {},
      host: "h",
      pid: 1,
      before: "",
      held,
      heldBytes: Float64Array.from(held, (k) => this.store.get(k)!),
      pinned: [...this.pinned.values()],
      tasks: [...this.tasks.keys()],
      attempts: Float64Array.from(this.tasks.values(), (t) => t.attempt),
      actors: [...this.actors],
      codes: [],
      frames: none,
    };
  }

  hear(m: SchedulerToWorker): void {
    switch (m.type) {
      case "welcome":
        for (const k of m.drop) this.drop(k);
        for (const k of m.cancel) this.tasks.delete(k);
        break;
      case "run": {
        let depAt = 0, at = 0;
        m.keys.forEach((key, i) => {
          const deps = new Map<string, string[]>();
          for (let d = 0; d < m.depCounts[i]; d++, depAt++) {
            const n = m.holderCounts[depAt];
            deps.set(m.deps[depAt], Array.from(m.holders.subarray(at, at + n), (h) => m.workers[h]));
            at += n;
          }
          assert.ok(!this.tasks.has(key), `${this.name} runs ${key} already`);
          const actor = m.options[m.option[i]].kind === "actor";
          const told = false, begun = false, suspended = false;
          this.tasks.set(key, { key, attempt: m.attempts[i], deps, actor, begun, suspended, told });
          this.model.note(`${this.name} gets ${key}`);
        });
        break;
      }
      case "drop":
        for (const k of m.keys) this.drop(k);
        break;
      case "cancel":
        m.keys.forEach((k, i) => {
          if (this.tasks.get(k)?.attempt === m.attempts[i]) this.tasks.delete(k);
        });
        break;
      case "steal": {
        const given = m.keys.filter((k, i) => {
          const t = this.tasks.get(k);
          return t !== undefined && t.attempt === m.attempts[i] && !t.begun && this.tasks.delete(k);
        });
        const attempts = Float64Array.from(given, (k) => m.attempts[m.keys.indexOf(k)]);
        this.say({ type: "given", keys: given, attempts, frames: none });
        break;
      }
      case "fetch":
        m.keys.forEach((key, i) => {
          let at = 0;
          for (let j = 0; j < i; j++) at += m.holderCounts[j];
          const from = m.holderCounts[i] === 0 ? "" : m.workers[m.holders[at]];
          this.fetches.push({ key, from, card: m.about[i] as Card | null });
        });
        break;
      case "holders": {
        let at = 0;
        m.keys.forEach((key, i) => {
          this.model.note(`${this.name} hears holders of ${key}`);
          const who = Array.from(m.holders.subarray(at, at + m.holderCounts[i]), (h) => m.workers[h]);
          at += m.holderCounts[i];
          for (const t of this.tasks.values()) {
            if (!t.deps.has(key)) continue;
            t.deps.set(key, who);
            t.told = false;
          }
        });
        break;
      }
      case "stopActor":
        this.actors.delete(m.key);
        this.tasks.delete(m.key);
        break;
      case "retire":
        this.model.kill(this, true);
        break;
      case "restart":
        this.model.kill(this, false);
        break;
    }
  }

  drop(key: string): void {
    this.store.delete(key);
    this.pinned.delete(key);
  }

  /** Does one thing, if there is one to do. */
  act(): boolean {
    const { dice } = this.model;
    const fetch = this.fetches.shift();
    if (fetch !== undefined) {
      const nbytes = this.model.read(fetch.from, fetch.key);
      if (nbytes === null && !this.store.has(fetch.key)) {
        this.say({ type: "fetchFailed", keys: [fetch.key], reason: "the holder has it not", frames: none });
      } else {
        this.keep(fetch.key, nbytes ?? this.store.get(fetch.key)!, fetch.card);
      }
      return true;
    }
    const tasks = [...this.tasks.values()];
    const running = tasks.filter((t) => t.begun && !t.suspended);
    const startable = tasks.filter((t) => !t.begun && !t.told);
    if (running.length > 0 && (dice.chance(0.6) || startable.length === 0)) {
      this.end(dice.pick(running));
      return true;
    }
    const resumable = tasks.filter((t) => t.suspended);
    if (resumable.length > 0 && dice.chance(0.5)) {
      const t = dice.pick(resumable);
      t.suspended = false;
      this.say({ type: "suspended", keys: [t.key], attempts: Float64Array.of(t.attempt), resumed: true, frames: none });
      return true;
    }
    if (startable.length > 0 && running.length < this.threads) {
      this.begin(startable[0]);
      return true;
    }
    return false;
  }

  begin(t: ModelTask): void {
    for (const [key, holders] of t.deps) {
      if (this.store.has(key) || this.actors.has(key)) continue;
      const found = holders.map((h) => this.model.read(h, key)).find((n) => n !== null);
      if (found !== undefined) {
        this.keep(key, found!, null);
        continue;
      }
      t.told = true;
      this.model.note(`${this.name} misses ${key} for ${t.key}, asked ${holders}`);
      const tried = holders.length === 0 ? [""] : holders;
      const deps = tried.map(() => key);
      this.say({ type: "missing", key: t.key, attempt: t.attempt, deps, tried, frames: none });
      return;
    }
    t.begun = true;
    this.model.began(t.key);
    if (!t.actor && this.model.dice.chance(0.1)) {
      t.suspended = true;
      this.say({
        type: "suspended",
        keys: [t.key],
        attempts: Float64Array.of(t.attempt),
        resumed: false,
        frames: none,
      });
    }
  }

  keep(key: string, nbytes: number, about: Card | null): void {
    this.store.set(key, nbytes);
    const pinned = about ?? this.model.cards.get(key);
    if (pinned !== undefined && pinned !== null) this.pinned.set(key, { ...pinned });
    this.say({ type: "has", keys: [key], nbytes: Float64Array.of(nbytes), frames: none });
  }

  end(t: ModelTask): void {
    this.tasks.delete(t.key);
    const attempts = Float64Array.of(t.attempt);
    if (this.model.throws(t.key)) {
      const frames = [new TextEncoder().encode(`${t.key} threw`)];
      if (t.actor) this.say({ type: "actorDown", key: t.key, attempt: t.attempt, reason: "threw", frames });
      else this.say({ type: "failed", keys: [t.key], attempts, frames });
    } else if (t.actor) {
      this.actors.add(t.key);
      this.say({ type: "actorUp", key: t.key, attempt: t.attempt, frames: none });
    } else {
      const nbytes = 1 + t.key.length;
      this.store.set(t.key, nbytes);
      const inline = this.model.dice.chance(0.5);
      this.say({
        type: "finished",
        keys: [t.key],
        attempts,
        nbytes: Float64Array.of(nbytes),
        spent: Float64Array.of(this.model.dice.random.next() * 20),
        inline: Uint32Array.of(inline ? nbytes + 1 : 0),
        frames: [new Uint8Array(inline ? nbytes : 0)],
      });
    }
  }
}
