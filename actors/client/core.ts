/**
 * The client's shell: tells the machine what this process asks for and what arrives, and does what it says. Promises begin above it.
 *
 * @module
 */

import type { Arrival, Clock, Endpoint, Header, Peer } from "../../transport/mod.ts";
import { type ClientToScheduler, clientToScheduler, codec, notScheduler, schedulerToClient } from "../protocol/mod.ts";
import type { Ids } from "../core/ids.ts";
import { Awaited } from "./awaited.ts";
import { ClientTask, tellWatchers, type Watcher } from "./client_task.ts";
import { ClientClosedError, ConnectionError, refusalBy } from "./errors.ts";
import type { ClientEvent, ClientInstruction, WorkerCard } from "./events.ts";
import { Questions } from "./questions.ts";
import { ClientMachine } from "./state.ts";
import { WorkerLinks } from "./worker_links.ts";

const toCodec = codec(clientToScheduler);
const fromCodec = codec(schedulerToClient);

/** What the shell is made of. */
export interface ClientCoreOptions {
  /** Its place in the network, of role "client". */
  readonly endpoint: Endpoint;
  /** The scheduler's address. */
  readonly scheduler: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Milliseconds without the scheduler after which it gives up. */
  readonly giveUpAfter: number;
  /** Lets the wait for messages hold this thread for so many ms at a time (0: not at all), where that is of use. */
  readonly hold?: (ms: number) => void;
}

type Wish = { [K in ClientEvent["type"]]: Omit<Extract<ClientEvent, { type: K }>, "now"> }[ClientEvent["type"]];

/** So many tasks are sent before the end of their turn. */
const MANY = 2048;

/** The client's shell. */
export class ClientCore {
  readonly machine: ClientMachine;
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly scheduler: string;
  readonly links: WorkerLinks;
  readonly awaited: Awaited;
  /** Told where actors are. */
  onActor: (key: string, worker: string | null, reason: string) => void = () => {};
  /** Asked to put values on workers again. */
  onResupply: (ids: readonly string[]) => void = () => {};
  /** Told that nothing more will come. */
  onEnded: (reason: string) => void = () => {};
  /** Told that workers came, changed or went. */
  readonly onWorkers: Set<() => void> = new Set();
  /** The session with the scheduler. */
  peer: Peer | undefined;
  #wishes: Wish[] = [];
  #batch: ClientTask[] | undefined;
  readonly #named = new Map<string, ClientTask>();
  #flushing = false;
  /** Whether tasks of this turn have been sent. */
  #more = false;
  readonly #questions = new Questions();
  #welcomed: { resolve(): void; reject(e: unknown): void } | undefined;
  readonly #handles = new FinalizationRegistry<ClientTask | readonly ClientTask[]>((held) => {
    if (held instanceof ClientTask) this.#collected(held);
    else for (const task of held) this.#collected(task);
  });

  /** Dials at once. */
  constructor(options: ClientCoreOptions) {
    this.endpoint = options.endpoint;
    this.clock = options.clock;
    this.ids = options.ids;
    this.scheduler = options.scheduler;
    this.awaited = new Awaited(this.endpoint, options.hold);
    this.machine = new ClientMachine({ giveUpAfter: options.giveUpAfter });
    this.links = new WorkerLinks(this.endpoint, (run) => this.clock.soon(run));
    this.links.starts = {
      up: (address, { name, incarnation }) => this.#tellNow({ type: "linkUp", address, name, incarnation }),
      down: (address) => this.#tellNow({ type: "linkDown", address }),
      told: (address, message) => this.#tellNow({ type: "fromWorker", address, message }),
    };
    this.endpoint.receive((a) => this.#arrival(a));
    this.endpoint.dial(this.scheduler);
  }

  /** Ends with the first welcome of a scheduler; rejects when it refuses, or nobody answers within `ms`. */
  welcomed(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(ms, () => {
        reject(
          new ConnectionError(
            this.scheduler,
            `nobody answered within ${
              ms / 1000
            } s; is a scheduler running there, can the port be reached, and does it want keys?`,
          ),
        );
      });
      this.#welcomed = {
        resolve: () => {
          timer.cancel();
          resolve();
        },
        reject: (e) => {
          timer.cancel();
          reject(e);
        },
      };
    });
  }

  // ---- what this process asks for; done at the end of the turn, in order

  /** Submits a task; `named` when it may be asked for by its key before the turn ends. */
  submit(task: ClientTask, named = false): void {
    if (named) this.#named.set(task.key, task);
    if (this.#batch === undefined) {
      this.#batch = [];
      this.#wish({ type: "submit", tasks: this.#batch, more: this.#more });
    }
    if (this.#batch.push(task) >= MANY) {
      // The scheduler begins while this process makes more.
      this.flush();
      this.endpoint.flush?.();
      this.#more = true;
    }
    // One that had ended and is asked for again: whoever looks at it now must not see its former end.
    if (task.state !== "pending") this.flush();
  }

  /** Tells the machine something else. */
  tell(wish: Exclude<Wish, { type: "submit" }>): void {
    this.#batch = undefined;
    this.#wish(wish);
  }

  #wish(wish: Wish): void {
    this.mustBeOpen();
    this.#wishes.push(wish);
    if (this.#flushing) return;
    this.#flushing = true;
    this.clock.soon(() => {
      this.flush();
      this.#more = false;
    });
  }

  /** Tells the machine now what was to be told at the end of the turn. */
  flush(): void {
    this.#flushing = false;
    this.#batch = undefined;
    const wishes = this.#wishes;
    this.#wishes = [];
    const now = this.clock.now();
    for (const wish of wishes) {
      (wish as { now?: number }).now = now;
      // Whom somebody has got hold of again in the same turn stays.
      if (wish.type === "release") {
        (wish as { tasks: readonly ClientTask[] }).tasks = wish.tasks.filter((t) => t.handles <= 0);
      }
      this.#apply(this.machine.handle(wish as ClientEvent));
    }
    if (this.#named.size > 0) this.#named.clear();
  }

  /** The task of this key that is known, or `undefined`. */
  known(key: string): ClientTask | undefined {
    return this.machine.tasks.get(key) ?? this.#named.get(key);
  }

  /** A task for a key that somebody else has made, or that was let go here. */
  adopt(key: string): ClientTask {
    let task = this.known(key);
    if (task === undefined) {
      task = new ClientTask(key, "foreign", undefined);
      this.#named.set(key, task);
      this.tell({ type: "want", tasks: [task] });
    } else if (task.state === "released") {
      if (task.call !== undefined) this.submit(task, true);
      else {
        this.tell({ type: "want", tasks: [task] });
        this.flush();
      }
    }
    return task;
  }

  /** A future or reference came into being. */
  hold(handle: object, task: ClientTask): void {
    task.handles++;
    this.#handles.register(handle, task);
  }

  /** As {@link ClientCore.hold}, for handles that all refer to `group`: they count as collected when all of them are. */
  holdGroup(group: object, tasks: readonly ClientTask[]): void {
    for (const task of tasks) task.handles++;
    this.#handles.register(group, tasks);
  }

  /** A future or reference was released by hand. It is still to be collected: to call that off would cost more than to count it. */
  unhold(task: ClientTask): void {
    task.early++;
    this.letGo(task);
  }

  #collected(task: ClientTask): void {
    if (task.early > 0) task.early--;
    else this.letGo(task);
  }

  /** A future or reference is gone. */
  letGo(task: ClientTask): void {
    if (--task.handles > 0 || this.machine.ended !== undefined) return;
    const last = this.#wishes.at(-1);
    if (last?.type === "release") (last.tasks as ClientTask[]).push(task);
    else this.tell({ type: "release", tasks: [task] });
  }

  /** Has `watcher` told, once, when the task is no longer pending. */
  watch(task: ClientTask, watcher: Watcher): void {
    if (this.#isSettled(task)) {
      watcher(task);
      return;
    }
    this.awaited.busy();
    if (task.watchers === undefined) task.watchers = watcher;
    else if (Array.isArray(task.watchers)) task.watchers.push(watcher);
    else task.watchers = [task.watchers, watcher];
  }

  #isSettled(task: ClientTask): boolean {
    return task.state !== "pending" || this.machine.ended !== undefined;
  }

  /** No longer tells a watcher. */
  unwatch(task: ClientTask, watcher: Watcher): void {
    const { watchers } = task;
    if (watchers === watcher) task.watchers = undefined;
    else if (Array.isArray(watchers) && watchers.includes(watcher)) {
      task.watchers = watchers.filter((w) => w !== watcher);
    } else return;
    this.awaited.idle();
  }

  /** Asks the scheduler, again after each loss of the session until there is an answer. */
  question(make: (n: number) => ClientToScheduler): Promise<Header> {
    this.mustBeOpen();
    this.flush();
    this.#tellNow({ type: "speak" });
    const { message, answer } = this.#questions.ask(make);
    if (this.machine.connected) this.#send(message);
    return answer.finally(this.awaited.busy());
  }

  /** Asks the scheduler one of its questions. */
  ask(what: string, args: Header): Promise<Header> {
    return this.question((n) => ({ type: "ask", n, what, args, frames: [] }));
  }

  /** @throws {ClientClosedError} after its end. */
  mustBeOpen(): void {
    if (this.machine.ended !== undefined) throw this.endedError();
  }

  /** The error of everything after the end. */
  endedError(): ClientClosedError {
    return new ClientClosedError(`${this.machine.ended} (scheduler ${this.scheduler})`);
  }

  /** The cluster is over: whatever is awaited fails with the reason. */
  over(reason: string): void {
    this.#apply(this.machine.handle({ type: "over", now: this.clock.now(), reason }));
  }

  /** Leaves: says so if it is to `tell`, fails what is awaited, and closes the endpoint. */
  async close(tell: boolean): Promise<void> {
    if (this.machine.ended === undefined) {
      this.flush();
      this.#apply(this.machine.handle({ type: "close", now: this.clock.now(), tell }));
    }
    this.awaited.ending();
    await this.endpoint.end();
  }

  /** The worker of a name. */
  worker(name: string): WorkerCard | undefined {
    return this.machine.workers.get(name);
  }

  // ---- what arrives

  #arrival(a: Arrival): void {
    const address = a.kind === "refused" ? a.address : a.peer.address;
    if (address !== this.scheduler) {
      this.links.arrival(a);
      return;
    }
    const now = this.clock.now();
    switch (a.kind) {
      case "up":
        if (a.peer.role !== "scheduler") return this.over(notScheduler(a.peer));
        this.flush();
        this.peer = a.peer;
        return this.#apply(this.machine.handle({ type: "up", now }));
      case "down":
        this.peer = undefined;
        return this.#apply(this.machine.handle({ type: "down", now, reason: a.reason }));
      case "refused":
        // Whoever is only late is waited for, as long as the caller wants.
        if (a.cause !== "unanswered") this.#welcomed?.reject(refusalBy(this.scheduler, a.cause, a.reason));
        return;
      case "message": {
        let message;
        try {
          message = fromCodec.read(a.message);
        } catch (e) {
          // What cannot be understood may be the answer that somebody waits for: a new session tells everything again.
          this.endpoint.close(a.peer, `malformed message: ${(e as Error).message}`);
          return;
        }
        this.#apply(this.machine.handle({ type: "message", now, message }));
      }
    }
  }

  #tellNow(event: Wish): void {
    if (this.machine.ended === undefined) {
      this.#apply(this.machine.handle({ ...event, now: this.clock.now() } as ClientEvent));
    }
  }

  #send(message: ClientToScheduler): void {
    if (this.peer !== undefined) this.endpoint.send(this.peer, toCodec.write(message as never));
  }

  #apply(instructions: readonly ClientInstruction[]): void {
    for (const i of instructions) {
      switch (i.type) {
        case "send":
          this.#send(i.message);
          break;
        case "dial":
          this.links.dial(i.address);
          break;
        case "start":
          this.links.send(i.address, i.message);
          this.awaited.soonBack();
          break;
        case "settled":
          for (const t of i.tasks) if (t.watchers !== undefined) tellWatchers(t, () => this.awaited.idle());
          break;
        case "resupply":
          this.onResupply(i.ids);
          break;
        case "actorAt":
          this.onActor(i.key, i.worker, i.reason);
          break;
        case "workers":
          for (const w of i.gone) this.links.forget(w.address, "it has left the cluster");
          for (const run of [...this.onWorkers]) run();
          break;
        case "answer":
          this.#questions.answered(i.n, i.ok, i.value);
          break;
        case "welcome":
          this.#welcomed?.resolve();
          this.#welcomed = undefined;
          for (const message of this.#questions.unanswered()) this.#send(message);
          break;
        case "wakeAt":
          this.clock.after(
            Math.max(0, i.at - this.clock.now()),
            () => this.#apply(this.machine.handle({ type: "tick", now: this.clock.now() })),
          );
          break;
        case "ended":
          this.#end(i.reason);
      }
    }
  }

  #end(reason: string): void {
    const error = this.endedError();
    this.#welcomed?.reject(new ConnectionError(this.scheduler, reason));
    this.#questions.fail(error);
    for (const t of this.machine.tasks.values()) {
      if (t.watchers !== undefined) {
        tellWatchers(t, () => this.awaited.idle());
      }
    }
    this.links.close(reason);
    for (const run of [...this.onWorkers]) run();
    this.onEnded(reason);
    this.endpoint.hangUp(this.scheduler);
  }
}
