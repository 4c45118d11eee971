/**
 * The scheduler's machine: events in, instructions out. It has no clock, no sockets and no chance of its own.
 *
 * @module
 */

import type { ClientToScheduler, WorkerToScheduler } from "../protocol/mod.ts";
import { actorDown, actorUp } from "./actors.ts";
import { Books, type SchedulerSession } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import {
  clientAway,
  clientAwayTooLong,
  clientGone,
  letGoOn,
  retire,
  workerAway,
  workerAwayTooLong,
  workerLeaving,
} from "./departures.ts";
import { dispatch } from "./dispatch.ts";
import type { SchedulerEvent, SchedulerInstruction } from "./events.ts";
import { deadOf, unsure, workerOf } from "./head_start.ts";
import { settle } from "./release.ts";
import type { SchedulerLogEntry } from "./log.ts";
import type { SchedulerOptions } from "./options.ts";
import { orphanTooLong } from "./orphans.ts";
import { clientResumes, recovered, welcomeSession, workerJoins } from "./recovery.ts";
import { absentTooLong, dataScattered, notSupplier } from "./references.ts";
import { fetchFailed, replicate } from "./replication.ts";
import { answerOf, cancelKeys, releaseKeys, restartAll, restartsTooLong } from "./requests.ts";
import { failed, finished, given, has, missing, suspended } from "./results.ts";
import { spare } from "./sparing.ts";
import { submit, wishKey } from "./submit.ts";
import { heard, listen } from "./silence.ts";
import { validateBooks } from "./validate.ts";
import type { SchedulerWorker } from "./workers.ts";

/**
 * All that the scheduler knows and decides.
 *
 * `handle` takes an event in and collects what is to be said; `flush` hands that over as few messages. Call `flush` at the end of a
 * turn: a burst of events then gives one message to each peer.
 *
 * @example
 * ```ts
 * import { SchedulerState } from "./state.ts";
 * const state = new SchedulerState({ incarnation: "s1", now: 0, packError: (e) => new TextEncoder().encode(e.message) });
 * state.handle({ type: "clientUp", now: 0, peer: "p1", name: "c1", incarnation: "i1" });
 * console.log(state.flush()); // []: the client has yet to say what it wants
 * ```
 */
export class SchedulerState {
  readonly #books: Books;

  /** Empty books. */
  constructor(options: SchedulerOptions) {
    this.#books = new Books(options);
  }

  /** The books, to look at: for tests and for the shell's own log. */
  get books(): Books {
    return this.#books;
  }

  /** Takes one event in. */
  handle(event: SchedulerEvent): void {
    const b = this.#books;
    // Control overtakes data on its way here.
    b.now = Math.max(b.now, event.now);
    switch (event.type) {
      case "clientUp":
        this.#up(event.peer, "client", event.name, event.incarnation);
        break;
      case "workerUp":
        this.#up(event.peer, "worker", event.name, event.incarnation);
        break;
      case "clientMessage":
        this.#fromClient(event.peer, event.message);
        break;
      case "workerMessage":
        this.#fromWorker(event.peer, event.message);
        break;
      case "clientDown":
      case "workerDown":
        this.#down(event.peer, event.reason);
        break;
      case "tick":
        this.#tick();
        break;
      case "close":
        this.#close(event.reason, event.final);
        break;
    }
    settle(b);
    dispatch(b);
    if (b.leaving.size > 0) {
      retire(b);
      settle(b);
      dispatch(b);
    }
    spare(b);
    b.who = "scheduler";
  }

  /** What is to be done about the events since the last call. */
  flush(): SchedulerInstruction[] {
    const b = this.#books;
    const out: SchedulerInstruction[] = b.closes.splice(0);
    for (const w of b.dirtyWorkers) {
      w.out.dirty = false;
      const peer = w.peer;
      if (peer === null) w.out.clear();
      else w.out.write(w, b.codes, (message) => out.push({ type: "toWorker", peer, message }));
    }
    b.dirtyWorkers.length = 0;
    for (const c of b.dirtyClients) {
      c.out.dirty = false;
      const peer = c.peer;
      if (peer === null) c.out.clear();
      else c.out.write(c, (message) => out.push({ type: "toClient", peer, message }));
    }
    b.dirtyClients.length = 0;
    const at = b.timers.next;
    if (at !== b.wokenAt && at !== Infinity) out.push({ type: "wakeAt", at });
    b.wokenAt = at;
    return out;
  }

  /** Entries of the event log from number `since` on, at most the last `limit`; those about `what` alone if it is given. */
  events(since?: number, limit?: number, what?: string): SchedulerLogEntry[] {
    return this.#books.log.read(since, limit, what);
  }

  /** Checks that everything agrees with everything. Throws {@link InvalidSchedulerState} where it does not. For tests: it looks at all there is. */
  validate(): void {
    validateBooks(this.#books);
  }

  #up(peer: string, role: "client" | "worker", name: string, incarnation: string): void {
    const session: SchedulerSession = { peer, role, name, incarnation, begun: false };
    if (welcomeSession(this.#books, session)) this.#books.sessions.set(peer, session);
  }

  #down(peer: string, reason: string): void {
    const b = this.#books;
    const s = b.sessions.get(peer);
    if (s === undefined) return;
    b.sessions.delete(peer);
    b.who = s.name;
    if (s.role === "client") {
      const c = b.clients.get(s.name);
      if (c?.peer === peer) clientAway(b, c, reason);
    } else {
      const w = b.workers.get(s.name);
      if (w?.peer === peer) workerAway(b, w, reason);
    }
  }

  /** A session's peer said what it may not say. */
  #refuse(s: SchedulerSession, reason: string): void {
    this.#books.close(s.peer, reason);
    this.#down(s.peer, reason);
  }

  #fromClient(peer: string, m: ClientToScheduler): void {
    const b = this.#books;
    const s = b.sessions.get(peer);
    if (s === undefined || s.role !== "client") return;
    b.who = s.name;
    if (s.begun === (m.type === "resume")) {
      this.#refuse(s, s.begun ? "expected resume only at the beginning" : `expected resume first, got ${m.type}`);
      return;
    }
    if (m.type === "resume") {
      s.begun = true;
      clientResumes(b, s, m);
      return;
    }
    const c = b.clients.get(s.name);
    if (c !== undefined && c.peer === peer) clientMessage(b, c, m);
  }

  #fromWorker(peer: string, m: WorkerToScheduler): void {
    const b = this.#books;
    const s = b.sessions.get(peer);
    if (s === undefined || s.role !== "worker") return;
    b.who = s.name;
    if (s.begun === (m.type === "join")) {
      this.#refuse(s, s.begun ? "expected join only at the beginning" : `expected join first, got ${m.type}`);
      return;
    }
    if (m.type === "join") {
      s.begun = true;
      workerJoins(b, s, m);
      return;
    }
    const w = b.workers.get(s.name);
    if (w === undefined || w.peer !== peer) return;
    heard(b, w);
    workerMessage(b, w, m);
  }

  #tick(): void {
    const b = this.#books;
    b.wokenAt = Infinity;
    for (let t = b.timers.take(b.now); t !== null; t = b.timers.take(b.now)) {
      switch (t.kind) {
        case "workerAway":
          workerAwayTooLong(b, t.what);
          break;
        case "clientAway":
          clientAwayTooLong(b, t.what);
          break;
        case "absent":
          absentTooLong(b, t.what);
          break;
        case "orphans":
          orphanTooLong(b, t.what);
          break;
        case "recovered":
          recovered(b, "waited long enough");
          break;
        case "restarted":
          restartsTooLong(b);
          break;
        case "silent":
          listen(b, t.what);
          break;
        case "departing":
          letGoOn(b);
          break;
      }
    }
  }

  #close(reason: string, final: boolean): void {
    const b = this.#books;
    for (const w of b.workers.values()) {
      if (w.peer !== null) b.tellWorker(w).last.push({ type: "closing", reason, final, frames: [] });
    }
    for (const c of b.clients.values()) {
      if (c.peer !== null) b.tellClient(c).last.push({ type: "closing", reason, final, frames: [] });
    }
  }
}

function clientMessage(b: Books, c: SchedulerClient, m: ClientToScheduler): void {
  switch (m.type) {
    case "submit":
    case "more":
      c.submits++;
      c.out.renewed(m.keys);
      submit(b, c, m, true);
      break;
    case "begun":
      c.submits++;
      c.out.renewed(m.keys);
      submit(b, c, m, true, workerOf(b, m.worker, m.incarnation) ?? deadOf(b, m.worker, m.incarnation));
      break;
    case "unsure":
      unsure(b, c, m.keys, m.declined);
      break;
    case "want":
      for (const key of m.keys) wishKey(b, c, key);
      break;
    case "release":
      releaseKeys(b, c, m.keys);
      break;
    case "cancel":
      cancelKeys(b, c, m.keys, m.force);
      break;
    case "scattered":
      for (const card of m.items) dataScattered(b, c, card);
      break;
    case "cannotSupply":
      for (const id of m.ids) {
        const t = b.tasks.get(id);
        if (t !== undefined) notSupplier(b, c, t, "the client that scattered it no longer has it");
      }
      break;
    case "forgetCodes":
      b.codes.letGo(c, m.hashes);
      break;
    case "replicate":
      replicate(b, c, m.n, m.ids, m.copies, m.workers);
      break;
    case "ask": {
      const { ok, value } = answerOf(b, m.what, m.args);
      b.answer(c, m.n, ok, value);
      break;
    }
    case "restart":
      restartAll(b, c, m.n);
      break;
    case "bye":
      clientGone(b, c, "it said bye");
      break;
  }
}

function workerMessage(b: Books, w: SchedulerWorker, m: WorkerToScheduler): void {
  switch (m.type) {
    case "finished":
      finished(b, w, m);
      break;
    case "failed":
      failed(b, w, m);
      break;
    case "missing":
      missing(b, w, m);
      break;
    case "given":
      given(b, w, m);
      break;
    case "has":
      has(b, w, m);
      break;
    case "fetchFailed":
      for (const key of m.keys) {
        const t = b.tasks.get(key);
        if (t !== undefined) fetchFailed(b, w, t, m.reason);
      }
      break;
    case "suspended":
      suspended(b, w, m);
      break;
    case "beat": {
      const { cpu, rss, managed, spilled, ready, executing } = m;
      const before = w.beat?.managed;
      w.beat = { cpu, rss, managed, spilled, ready, executing };
      w.bytesAtBeat = w.bytes;
      w.paused = m.paused;
      const status = m.paused ? "paused" : "running";
      if ((w.status === "running" || w.status === "paused") && w.status !== status) {
        b.become(w, status, m.paused ? "its memory is short" : "it has memory again");
      } else {
        b.touch(w);
        if (managed !== before) b.announce(w);
      }
      break;
    }
    case "actorUp":
      actorUp(b, w, m.key, m.attempt);
      break;
    case "actorDown":
      actorDown(b, w, m.key, m.attempt, m.reason, m.frames.length > 0 ? m.frames[0].slice() : null);
      break;
    case "leaving":
      workerLeaving(b, w, m.reason);
      break;
  }
}
