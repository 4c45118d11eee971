/**
 * A model of a cluster around the scheduler's machine alone: workers that obey, are slow, die and come back, clients that
 * submit, scatter, cancel and let go, sessions that are cut, a scheduler that is started anew. All drawn from one seed.
 */
import assert from "node:assert/strict";
import type { SchedulerToClient, SchedulerToWorker } from "../../../actors/protocol/mod.ts";
import { seededRandom } from "../../../actors/core/ids.ts";
import { type SchedulerEvent, type SchedulerInstruction, SchedulerState } from "../../../actors/scheduler/mod.ts";
import { type Card, columns, type Row } from "./harness.ts";
import { ModelClient } from "./model_client.ts";
import { Dice, none } from "./model_parts.ts";
import { ModelWorker } from "./model_worker.ts";

/** A session between an end and the scheduler: what is under way, in order. */
export interface Session {
  readonly peer: string;
  readonly end: ModelClient | ModelWorker;
  readonly toScheduler: SchedulerEvent[];
  readonly fromScheduler: (SchedulerToWorker | SchedulerToClient)[];
}

export class Model {
  readonly dice: Dice;
  now = 0;
  wakeAt = Infinity;
  state!: SchedulerState;
  lives = 0;
  peers = 0;
  names = 0;
  submitted: string[] = [];
  readonly sessions = new Map<string, Session>();
  readonly workers = new Map<string, ModelWorker>();
  readonly clients: ModelClient[] = [];
  readonly cards = new Map<string, Card>();
  readonly bad = new Set<string>();
  readonly executions = new Map<string, number>();
  later: (() => void)[] = [];
  faults = 0;
  readonly log: string[] = [];

  constructor(readonly seed: number) {
    this.dice = new Dice(seededRandom(seed));
    this.start();
    const n = 1 + this.dice.int(4);
    for (let i = 0; i < n; i++) {
      const w = new ModelWorker(this, `w${i}`, 1 + this.dice.int(3));
      this.workers.set(w.name, w);
    }
    for (let i = 1 + this.dice.int(2); i > 0; i--) this.clients.push(new ModelClient(this, `c${i}`));
  }

  note(line: string): void {
    this.log.push(`${this.now.toFixed(1)} ${line}`);
    if (this.log.length > 400) this.log.shift();
  }

  start(): void {
    this.lives++;
    this.state = new SchedulerState({
      incarnation: `s${this.lives}`,
      now: this.now,
      packError: (e) => new TextEncoder().encode(`${e.name}: ${e.message}`),
      firstAttempt: this.lives * 1_000_000,
      deathsAllowed: 3,
      // These workers say nothing unless there is something to say.
      silentAfter: Infinity,
    });
    this.wakeAt = Infinity;
  }

  /** What a worker at an address would give. */
  read(address: string, key: string): number | null {
    for (const w of this.workers.values()) if (w.alive && w.address === address) return w.store.get(key) ?? null;
    return null;
  }

  began(key: string): void {
    this.executions.set(key, (this.executions.get(key) ?? 0) + 1);
  }

  throws(key: string): boolean {
    return this.bad.has(key);
  }

  open(end: ModelClient | ModelWorker): void {
    const peer = `p${this.peers++}`;
    const session: Session = { peer, end, toScheduler: [], fromScheduler: [] };
    const worker = end instanceof ModelWorker;
    const incarnation = worker ? `${end.name}#${end.life}` : end.name;
    session.toScheduler.push({ type: worker ? "workerUp" : "clientUp", now: 0, peer, name: end.name, incarnation });
    end.session = session;
    this.sessions.set(peer, session);
    if (worker) end.introduce();
    else end.say(end.resumeMessage());
  }

  /** A session ends: what was under way to the end is lost, what was under way to the scheduler perhaps. */
  cut(session: Session): void {
    if (!this.sessions.delete(session.peer)) return;
    if (session.end.session === session) session.end.session = null;
    const { toScheduler } = session;
    const lost = this.dice.int(toScheduler.length + 1);
    // The scheduler knows of the session only if it heard its beginning.
    for (const e of toScheduler.slice(0, lost)) this.handle(e);
    const worker = session.end instanceof ModelWorker;
    this.handle({ type: worker ? "workerDown" : "clientDown", now: 0, peer: session.peer, reason: "cut" });
    this.note(`${session.end.name} is cut`);
  }

  kill(w: ModelWorker, forGood: boolean): void {
    this.note(`${w.name} dies${forGood ? " for good" : ""}`);
    if (w.session !== null) this.cut(w.session);
    w.alive = false;
    w.life++;
    w.store.clear();
    w.pinned.clear();
    w.actors.clear();
    w.tasks.clear();
    w.fetches = [];
    w.paused = false;
    if (forGood) this.workers.delete(w.name);
  }

  handle(e: SchedulerEvent): void {
    this.state.handle({ ...e, now: this.now } as SchedulerEvent);
    this.state.validate();
    if (this.dice.chance(0.7)) this.flush();
  }

  flush(): void {
    for (const i of this.state.flush()) this.carry(i);
    this.state.validate();
  }

  carry(i: SchedulerInstruction): void {
    if (i.type === "wakeAt") this.wakeAt = i.at;
    else if (i.type === "closePeer") {
      const s = this.sessions.get(i.peer);
      if (s !== undefined) {
        s.toScheduler.length = 0;
        this.later.push(() => this.cut(s));
      }
    } else this.sessions.get(i.peer)?.fromScheduler.push(i.message);
  }

  submitSomething(c: ModelClient): void {
    const { dice } = this;
    const rows: Row[] = [];
    const known = [...c.wants.keys()];
    for (let i = 1 + dice.int(6); i > 0; i--) {
      const key = dice.chance(0.1) && this.submitted.length > 0 ? dice.pick(this.submitted) : `t${this.names++}`;
      const from = [...known, ...rows.map((r) => r.key)].filter((k) => k !== key && !this.isActor(k));
      const deps = from.length === 0 ? [] : [...new Set(Array.from({ length: dice.int(3) }, () => dice.pick(from)))];
      const old = this.rowOf(key);
      const row: Row = old ?? {
        key,
        deps,
        fn: `lib:f${dice.int(3)}`,
        args: new Uint8Array(dice.int(4)),
        priority: dice.chance(0.2) ? dice.int(3) : 0,
        retries: dice.chance(0.2) ? 1 : 0,
        ...(dice.chance(0.1) ? { workers: [`w${dice.int(3)}`], allowOthers: true } : {}),
        ...(dice.chance(0.05) ? { kind: "actor", restart: dice.chance(0.5) ? "always" : "never", deps: [] } : {}),
      };
      if (rows.some((r) => r.key === key)) continue;
      if (dice.chance(0.04)) this.bad.add(key);
      rows.push(row);
      this.submitted.push(key);
      c.rows.set(key, row);
      if (!c.wants.has(key)) c.wants.set(key, "pending");
    }
    c.say({ type: "submit", ...columns(rows) });
  }

  rowOf(key: string): Row | undefined {
    for (const c of this.clients) if (c.rows.has(key)) return c.rows.get(key);
  }

  isActor(key: string): boolean {
    return this.rowOf(key)?.kind === "actor";
  }

  release(c: ModelClient): void {
    const keys = [...c.wants.keys()].filter(() => this.dice.chance(0.2));
    for (const k of keys) {
      c.wants.delete(k);
      c.cards.delete(k);
    }
    if (keys.length > 0) c.say({ type: "release", keys, frames: none });
  }

  /** One random step. `calm`: nothing new, no faults. */
  step(calm: boolean): boolean {
    const { dice } = this;
    for (const run of this.later.splice(0)) run();
    if (!calm && dice.chance(0.04)) {
      const c = dice.pick(this.clients);
      const what = dice.int(10);
      if (what < 5) this.submitSomething(c);
      else if (what < 7) c.put(`x${this.names++}`, dice.pick([1, 1, 2, 0]));
      else if (what < 9) this.release(c);
      else {
        const keys = [...c.wants].filter(([, s]) => s === "pending" && dice.chance(0.1)).map(([k]) => k);
        // Who cancels knows it, and is not told.
        for (const k of keys) {
          c.wants.set(k, "gone");
          c.errors.set(k, "cancelled");
        }
        if (keys.length > 0) c.say({ type: "cancel", keys, force: dice.chance(0.5), frames: none });
      }
      return true;
    }
    if (!calm && dice.chance(0.006)) {
      this.fault();
      return true;
    }
    const moves: (() => void)[] = [];
    for (const s of this.sessions.values()) {
      if (s.toScheduler.length > 0) {
        moves.push(() => {
          // Several arrive in one turn.
          for (let n = 1 + dice.int(4); n > 0 && s.toScheduler.length > 0; n--) this.handle(s.toScheduler.shift()!);
        });
      }
      if (s.fromScheduler.length > 0) {
        moves.push(() => {
          const m = s.fromScheduler.shift()!;
          if (s.end instanceof ModelWorker) s.end.hear(m as SchedulerToWorker);
          else s.end.hear(m as SchedulerToClient);
        });
      }
    }
    for (const w of this.workers.values()) {
      if (!w.alive) moves.push(() => void (w.alive = true));
      else if (w.session === null) moves.push(() => this.open(w));
      else moves.push(() => void w.act());
    }
    for (const c of this.clients) if (c.session === null && !c.gone) moves.push(() => this.open(c));
    if (moves.length > 0 && dice.chance(0.97)) {
      dice.pick(moves)();
      if (dice.chance(0.3)) this.flush();
      return true;
    }
    this.pass(dice.random.next() * 100);
    return false;
  }

  pass(ms: number): void {
    this.flush();
    this.now += ms;
    if (this.wakeAt <= this.now) {
      this.wakeAt = Infinity;
      this.handle({ type: "tick", now: this.now });
      this.flush();
    }
  }

  fault(): void {
    this.faults++;
    const { dice } = this;
    const what = dice.int(8);
    const alive = [...this.workers.values()].filter((w) => w.alive);
    if (what < 3 && alive.length > 0) this.kill(dice.pick(alive), false);
    else if (what < 5 && this.sessions.size > 0) this.cut(dice.pick([...this.sessions.values()]));
    else if (what === 5 && alive.length > 0) {
      const w = dice.pick(alive);
      w.paused = !w.paused;
      w.say({
        type: "beat",
        cpu: 0,
        rss: 0,
        managed: 0,
        spilled: 0,
        ready: 0,
        executing: 0,
        paused: w.paused,
        frames: none,
      });
    } else if (what === 6 && this.workers.size > 1 && alive.length > 0) {
      dice.pick(alive).say({ type: "leaving", reason: "asked", frames: none });
    } else if (what === 7) {
      this.note("the scheduler dies");
      for (const s of [...this.sessions.values()]) s.end.session = null;
      this.sessions.clear();
      this.start();
    }
  }

  /** Lets everything come to rest, then checks that it is as it should be. */
  rest(): void {
    this.workers.set("w9", new ModelWorker(this, "w9", 2));
    for (const w of this.workers.values()) {
      if (!w.paused) continue;
      w.paused = false;
      w.say({
        type: "beat",
        cpu: 0,
        rss: 0,
        managed: 0,
        spilled: 0,
        ready: 0,
        executing: 0,
        paused: false,
        frames: none,
      });
    }
    let quiet = 0;
    for (let i = 0; quiet < 60; i++) {
      assert.ok(i < 60_000, `no rest: ${this.pending()}\n${this.picture()}`);
      this.step(true);
      const busy = this.later.length > 0 ||
        [...this.sessions.values()].some((s) => s.toScheduler.length + s.fromScheduler.length > 0) ||
        [...this.workers.values()].some((w) => w.fetches.length > 0 || w.tasks.size > 0 || w.session === null) ||
        this.clients.some((c) => c.session === null);
      quiet = busy ? 0 : quiet + 1;
      if (!busy) this.pass(1000);
    }
    this.judge();
    for (const c of this.clients) {
      c.say({ type: "bye", frames: none });
      c.gone = true;
    }
    for (let i = 0; i < 400; i++) this.step(true);
    assert.equal(this.state.books.tasks.size, 0, `left: ${[...this.state.books.tasks.keys()]}`);
    for (const w of this.workers.values()) {
      assert.deepEqual([...w.store.keys()], [], `${w.name} still holds`);
      assert.deepEqual([...w.actors], [], `${w.name} still has actors`);
    }
  }

  picture(): string {
    const lines: string[] = [];
    for (const w of this.workers.values()) {
      const tasks = [...w.tasks.values()].map((t) => `${t.key}${t.begun ? "+" : ""}${t.told ? "?" : ""}`);
      lines.push(
        `${w.name} session ${w.session?.peer} status ${this.state.books.workers.get(w.name)?.status} runs ${tasks}`,
      );
    }
    const names = ["released", "waiting", "queued", "processing", "memory", "failed", "absent"];
    for (const t of this.state.books.tasks.values()) {
      if (t.state === 4 || t.state === 0) continue;
      lines.push(
        `${t.key} ${names[t.state]} on ${t.worker?.name} deps ${t.deps.map((d) => `${d.key} ${names[d.state]}`)}`,
      );
    }
    return lines.join("\n");
  }

  pending(): string {
    return this.clients.flatMap((c) => [...c.wants].filter(([, s]) => s === "pending").map(([k]) => k)).join(", ");
  }

  judge(): void {
    const { books } = this.state;
    for (const c of this.clients) {
      for (const [key, state] of c.wants) {
        if (state === "done") {
          const t = books.tasks.get(key)!;
          assert.ok(t !== undefined && t.holders !== null, `${key} is done for ${c.name}, and nowhere`);
        } else if (state === "failed" || state === "gone") {
          const error = c.errors.get(key)!;
          assert.match(
            error,
            /threw$|^LostDataError|^KilledWorkerError|^ActorGoneError|^cancelled$|^lost$/,
            `${key}: ${error}`,
          );
          const blamed = error.replace(/ threw$/, "");
          if (blamed !== error) assert.ok(this.bad.has(blamed), `${key} failed by ${blamed}, which does not throw`);
        } else assert.fail(`${key} is pending for ${c.name} at rest; the scheduler: ${books.tasks.get(key)?.state}`);
      }
    }
    for (const w of this.workers.values()) {
      const known = books.workers.get(w.name)!;
      const believed = known.held.list().map((t) => t.key).sort();
      const real = [...w.store.keys(), ...w.actors].sort();
      assert.deepEqual(believed, real, `what ${w.name} holds`);
    }
  }
}

/** Plays one seed; throws with the seed and the last of what happened. */
export function play(seed: number, steps: number): Model {
  const model = new Model(seed);
  try {
    for (let i = 0; i < steps; i++) model.step(false);
    model.rest();
  } catch (error) {
    const e = error instanceof Error ? error : new Error(String(error));
    const trace = Deno.env.has("SEED") ? model.log.slice(-80).join("\n") : "";
    throw new Error(`seed ${seed}: ${e.message}\n${trace}`, { cause: e });
  }
  return model;
}
