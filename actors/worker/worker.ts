/**
 * The worker: its machine between an endpoint, a store and an executor.
 *
 * @module
 */

import type { Arrival, Message, Peer, Timer } from "../../transport/mod.ts";
import { MalformedMessage, type SchedulerToWorker, workerHears } from "../protocol/mod.ts";
import { DataPlane } from "./data_plane.ts";
import { SchedulerLostError, ThreadLostError } from "./errors.ts";
import type { WorkerEvent, WorkerInstruction } from "./events.ts";
import type { ExecutorEvent, ExecutorTask } from "./executor.ts";
import { Fetches } from "./fetches.ts";
import { HeadStarts } from "./head_starts.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { Reports } from "./reports.ts";
import { Spiller } from "./spiller.ts";
import { errorOf, ResultsIn } from "./results_in.ts";
import { RoomWanted } from "./room_wanted.ts";
import { eventOf } from "./scheduler_message.ts";
import { SchedulerSession } from "./scheduler_session.ts";
import { WorkerMachine } from "./state.ts";
import type { WorkerEnd, WorkerOptions } from "./worker_options.ts";

/** Milliseconds for which the scheduler need not hear of a small result that its client knows. Longer than the client takes to tell of its task. */
const LATE = 24;

const NO_DEPS: ExecutorTask["deps"] = [];

/** A worker. */
export class Worker {
  /** Its machine, for those who look. */
  readonly machine: WorkerMachine;
  /** Resolved when the worker is done; then it is to be closed. Never rejects. */
  readonly ended: Promise<WorkerEnd>;
  readonly #options: WorkerOptions;
  readonly #reports = new Reports();
  readonly #fetches: Fetches;
  readonly #headStarts: HeadStarts;
  readonly #plane: DataPlane;
  readonly #spiller: Spiller;
  readonly #memory: MemoryWatch;
  readonly #rooms: RoomWanted;
  readonly #results: ResultsIn;
  readonly #codes = new Set<string>();
  readonly #end = Promise.withResolvers<WorkerEnd>();
  readonly #session: SchedulerSession;
  #wake: Timer | undefined;
  #late: Timer | undefined;
  #wakeAt = Infinity;
  #stuck = 0;
  #managed = 0;
  #flushing = false;
  #closed = false;
  #over = false;

  /** Begins at once: dials the scheduler and serves whoever dials it. */
  constructor(options: WorkerOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    const { endpoint, clock, store, executor, name } = options;
    const spillAt = options.disk === undefined ? undefined : options.spillAt ?? 0.75 * store.limit;
    const { leastSpilled, leastTogether } = options, { threads } = executor;
    this.machine = new WorkerMachine({ name, threads, memoryLimit: store.limit, spillAt, leastSpilled, leastTogether });
    this.#spiller = new Spiller({
      store,
      disk: options.disk,
      log: (line) => this.#log(line),
      tell: (event) => this.#tell({ ...event, now: clock.now() }),
    });
    this.#memory = new MemoryWatch({
      store,
      clock,
      usage: options.usage,
      returnFreed: options.returnFreed,
      often: options.disk !== undefined,
      residentAt: options.residentAt ?? Infinity,
      pauseAt: options.pauseAt ?? Infinity,
      tell: (excess, short) => this.#tell({ type: "memory", now: clock.now(), managed: store.managed, excess, short }),
    });
    this.#fetches = new Fetches({
      endpoint,
      clock,
      own: options.address,
      unavailable: (key, from, reason) => this.#tell({ type: "unavailable", now: clock.now(), key, from, reason }),
    });
    this.#headStarts = new HeadStarts({
      endpoint,
      clock,
      tell: (event) => this.#tell(event),
      code: (hash, bytes) => this.#code(hash, bytes),
    });
    this.#plane = new DataPlane({
      endpoint,
      clock,
      store,
      executor,
      name,
      disk: options.disk,
      pinned: (card) => this.#tell({ type: "pinned", now: clock.now(), card }),
      occupied: (places) => this.#tell({ type: "occupied", now: clock.now(), places }),
      code: (hash, bytes) => this.#code(hash, bytes),
      sent: () => {
        this.#flushSoon();
        this.#rooms.sent();
      },
    });
    this.#rooms = new RoomWanted({
      worker: options,
      machine: this.machine,
      sending: () => this.#plane.sending,
      tell: (event) => this.#tell(event),
    });
    this.#results = new ResultsIn({
      machine: this.machine,
      store,
      clock,
      stopActor: (key) => executor.stopActor(key),
      tell: (event) => this.#tell(event),
      unknown: (event) => this.#executed(event),
    });
    this.#session = new SchedulerSession({
      worker: options,
      machine: this.machine,
      memory: this.#memory,
      codes: this.#codes,
      up: () => this.#tell({ type: "connected", now: clock.now() }),
      down: () => {
        this.#tell({ type: "disconnected", now: clock.now() });
        if (this.machine.leaving) this.#finish({ reason: "left", renew: false });
      },
      gaveUp: (reason) => this.#finish({ reason, renew: false, error: new SchedulerLostError(reason) }),
      log: (line) => this.#log(line),
    });
    executor.receive((e) => this.#executed(e));
    endpoint.receive((a) => this.#arrived(a));
    this.#session.begin();
  }

  /** Has it leave in good order within `within` ms: it finishes or hands over what it does and holds. Then {@link Worker.ended} is settled. */
  leave(reason: string, within = 10_000): void {
    this.#tell({ type: "leave", now: this.#options.clock.now(), reason, within, renew: false });
    // With nobody to hand over to there is nothing to wait for.
    if (!this.#session.isUp) this.#finish({ reason, renew: false });
  }

  /** Ends it at once: sessions and threads. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#flush();
    this.#report();
    this.#closed = true;
    this.#finish({ reason: "closed", renew: false });
    this.#session.close();
    this.#wake?.cancel();
    this.#memory.close();
    await this.#options.endpoint.end(200);
    await this.#options.executor.close();
  }

  /** Checks all invariants of machine and store. */
  validate(): void {
    this.machine.validate();
    this.#options.store.validate();
  }

  // --- arrivals

  #arrived(a: Arrival): void {
    if (this.#closed) return;
    const { scheduler, endpoint } = this.#options;
    switch (a.kind) {
      case "up":
        if (a.peer.address === scheduler) return this.#session.up(a.peer);
        if (this.#fetches.has(a.peer)) this.#fetches.up(a.peer);
        return;
      case "down":
        this.#options.rooms?.down(a.peer);
        if (this.#session.isWith(a.peer)) return this.#session.down(a.reason);
        if (a.peer.address !== "") return this.#fetches.down(a.peer, a.reason);
        this.#headStarts.down(a.peer);
        return this.#plane.down(a.peer);
      case "refused":
        if (this.#fetches.refused(a.address, a.reason) || a.address !== scheduler) return;
        return this.#session.refused(a.cause, a.reason);
      case "message":
        try {
          this.#message(a.peer, a.message);
        } catch (e) {
          if (!(e instanceof MalformedMessage)) throw e;
          this.#log(`${a.peer.role} ${a.peer.name} sent no valid message: ${e.message}`);
          endpoint.close(a.peer, e.message);
        } finally {
          this.#options.rooms?.done(a.peer, a.message.frames);
        }
    }
  }

  #message(peer: Peer, message: Message): void {
    if (this.#session.isWith(peer)) return this.#fromScheduler(workerHears.fromScheduler.read(message));
    if (peer.address === "") {
      const m = workerHears.fromAnyone.read(message);
      if (m.type === "start") return this.#headStarts.begin(peer, m);
      this.#plane.handle(peer, m);
      return this.#flushSoon();
    }
    const m = workerHears.fromWorker.read(message);
    if (m.type !== "data") return;
    this.#fetches.answered(peer, m.key);
    const now = this.#options.clock.now();
    const from = peer.address;
    if (m.status === "missing") {
      return this.#tell({ type: "unavailable", now, key: m.key, from, reason: m.reason });
    }
    this.#rooms.received(m.key, from, { head: m.frames[0], frames: m.frames.slice(1) });
  }

  #fromScheduler(m: SchedulerToWorker): void {
    if (m.type === "forgetCodes") {
      for (const hash of m.hashes) this.#codes.delete(hash);
      return this.#options.executor.forgetCode(m.hashes);
    }
    if (m.type === "cancel") { for (const key of m.keys) this.#headStarts.over(key); }
    if (m.type === "run") m.codes.forEach((hash, i) => this.#code(hash, m.frames[1 + i]));
    this.#tell(eventOf(m, this.#options.clock.now()));
  }

  #code(hash: string, bytes: Uint8Array): void {
    if (this.#codes.has(hash)) return;
    this.#codes.add(hash);
    this.#options.executor.code(hash, bytes.slice());
  }

  // --- the executor

  #executed(e: ExecutorEvent): void {
    if (this.#closed) return;
    if (e.kind === "returned") return this.#results.returned(e);
    if (this.#plane.executed(e)) return;
    const now = this.#options.clock.now();
    switch (e.kind) {
      case "finished":
        return this.#results.finished(e.ticket, e.value, e.spent);
      case "failed":
        return this.#tell({ type: "threw", now, ticket: e.ticket, error: e.error.slice(), spent: e.spent });
      case "suspended":
      case "resumed":
      case "ended":
        return this.#tell({ type: e.kind, now, ticket: e.ticket });
      case "actorDown":
        return this.#tell({ type: "actorDown", now, key: e.key, reason: e.reason, error: e.error });
      case "log":
        return this.#log(e.key === "" ? e.text : `[${e.key}] ${e.text}`);
      case "need":
        return this.#rooms.threadsNeed(e);
      case "cameBack":
        this.#stuck--;
        return;
      case "broken":
        this.#log(e.reason);
        return this.#finish({ reason: e.reason, renew: false, error: new ThreadLostError(e.reason) });
      case "writtenOff":
        this.#stuck++;
        return this.#leaveIfStuck(e.key);
    }
  }

  /** A thread that is stuck cannot be ended: only the process can. */
  #leaveIfStuck(key: string): void {
    const { clock, stuckAfter = 5000, handOver = 30_000 } = this.#options;
    this.#log(`[${key}] does not come back from its cancellation; its thread is replaced`);
    clock.after(stuckAfter, () => {
      if (this.#stuck === 0 || this.#closed) return;
      const reason = `a thread is stuck in ${key}`;
      this.#tell({ type: "leave", now: clock.now(), reason, within: handOver, renew: true });
    });
  }

  // --- the machine

  #tell(event: WorkerEvent): void {
    if (this.#closed) return;
    for (const instruction of this.machine.handle(event)) this.#do(instruction);
    this.#flushSoon();
  }

  #do(i: WorkerInstruction): void {
    const { store, executor, clock } = this.#options;
    switch (i.do) {
      case "start":
        return executor.start({
          ticket: i.ticket,
          key: i.key,
          attempt: i.attempt,
          kind: i.kind,
          fn: i.fn,
          args: i.args,
          deps: i.deps.length === 0 ? NO_DEPS : i.deps.map((key) => ({ key, value: store.get(key)!.value.retain() })),
        });
      case "finished": {
        const value = i.quiet === undefined ? store.resident(i.key) : undefined;
        if (this.#headStarts.finished(i.key, i.nbytes, value)) {
          return this.#reports.known(i.key, i.attempt, i.nbytes, i.spent);
        }
        return this.#reports.finished(i.key, i.attempt, i.nbytes, i.spent, value);
      }
      case "decline":
        return this.#headStarts.declined(i.key);
      case "given":
        for (const { key } of i.tasks) this.#headStarts.over(key);
        return this.#reports.take(i);
      case "failed":
        this.#headStarts.failed(i.key, errorOf(i.error));
        return this.#reports.failed(i.key, i.attempt, errorOf(i.error));
      case "spill":
        return this.#spiller.spill(i.key);
      case "unload":
        return this.#spiller.unload(i.key);
      case "spillBatch":
        return this.#spiller.spillBatch(i.batch, i.keys);
      case "unloadBatch":
        return this.#spiller.unloadBatch(i.slots);
      case "load":
        return this.#spiller.load(i.key);
      case "noRoom":
        return this.#rooms.none();
      case "forget":
        store.drop(i.key);
        return this.#plane.forgotten(i.key);
      case "wakeAt":
        return this.#wakeLater(i.at);
      case "stop":
        return executor.cancel(i.ticket);
      case "recall":
        return this.#tell({ type: "recalled", now: clock.now(), tickets: this.#plane.recalled(executor.recall()) });
      case "get":
        return this.#fetches.get(i.key, i.from);
      case "stopActor":
        return executor.stopActor(i.key);
      case "join":
        // What was collected for an earlier session is in this one's whole state.
        this.#reports.write(undefined);
        return this.#session.join(i);
      case "beat":
        return this.#session.beat();
      case "end":
        return this.#finish({ reason: i.reason, renew: i.renew });
      default:
        return this.#reports.take(i);
    }
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#options.clock.soon(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#closed) return;
    const { store, clock } = this.#options;
    if (store.managed !== this.#managed) {
      this.#managed = store.managed;
      for (const i of this.machine.handle({ type: "memory", now: clock.now(), managed: this.#managed })) this.#do(i);
      this.#rooms.made();
    }
    this.#fetches.flush();
    if (this.#reports.urgent || this.#over) this.#report();
    else if (this.#reports.some) this.#late ??= clock.after(LATE, () => this.#report());
  }

  #report(): void {
    this.#late?.cancel();
    this.#late = undefined;
    if (!this.#closed) this.#reports.write(this.#session.isUp ? this.#session.send : undefined);
  }

  #wakeLater(at: number): void {
    const { clock } = this.#options;
    if (at >= this.#wakeAt) return;
    this.#wake?.cancel();
    this.#wakeAt = at;
    this.#wake = clock.after(Math.max(0, at - clock.now()), () => {
      this.#wakeAt = Infinity;
      this.#tell({ type: "wake", now: clock.now() });
    });
  }

  #finish(end: WorkerEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#flush();
    this.#end.resolve(end);
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}
