/**
 * A nanny: starts one child process, watches over it, and starts it again when it dies, hangs or takes too much.
 *
 * @module
 */

import { type ChildSpec, RENEW_EXIT_CODE, RestartLimitError, StartError, Supervisor } from "../core/mod.ts";
import type { SupervisorEvent, SupervisorFailure, SupervisorInstruction, SupervisorSpec } from "../core/mod.ts";
import { type Clock, stayAlive, type Timer } from "../../transport/mod.ts";
import { ChildProcess, type ProcessCommand } from "./child_process.ts";
import { residentMemory } from "./resident_memory.ts";
import { Watch } from "./watch.ts";

/** What a child said of itself when it was ready. */
export type ReadyInfo = Readonly<Record<string, unknown>>;

/** What a nanny is to do. */
export interface NannyOptions {
  /** The child's name, for logs and errors. */
  readonly name: string;
  /** What to run; asked at each start. */
  readonly command: () => ProcessCommand;
  /** The child's config; asked at each start, with what the child said when it was ready last, and how it ended then. */
  readonly config: (last: ReadyInfo | undefined, before: string | undefined) => unknown;
  /** Time. */
  readonly clock: Clock;
  /** Where lines of the child's log, and the nanny's own, go. */
  readonly log: (line: string) => void;
  /** How the child is told to leave: `"ask"` it (SIGTERM: it hands over what it has), or `"cut"` its lifeline (it ends at once). */
  readonly leave: "ask" | "cut";
  /** Told each time the child is ready, first or again. */
  readonly ready?: (info: ReadyInfo, pid: number) => void;
  /** Told what the child lacks. The nanny's stop waits for what is promised. */
  readonly wants?: (what: string) => Promise<void>;
  /** Restart, times allowed for start and end. */
  readonly child?: Omit<ChildSpec, "id">;
  /** How often, and how quickly, it is started again. Default: 10 times in 60 s, pauses from 100 ms. */
  readonly limits?: Pick<SupervisorSpec, "intensity" | "period" | "pause" | "longestPause">;
  /** Bytes of resident memory it may take. Default: no limit. */
  readonly memoryLimit?: number;
  /** Milliseconds without a sign of life after which it hangs. Default 30,000. */
  readonly hangAfter?: number;
  /** Milliseconds between looks at it. Default 500. */
  readonly lookEvery?: number;
  /** Whether this process goes on for as long as there is a child to watch. Default false: only while a start or stop is awaited. */
  readonly keepAlive?: boolean;
}

/** Watches over one child process. */
export class Nanny {
  /** The child's name. */
  readonly name: string;
  /** Settled when all is over: undefined when it was asked for, else the error that ended it. Never rejects. */
  readonly over: Promise<Error | undefined>;
  readonly #options: NannyOptions;
  readonly #machine: Supervisor;
  readonly #up = Promise.withResolvers<ReadyInfo>();
  readonly #over = Promise.withResolvers<Error | undefined>();
  #process: ChildProcess | undefined;
  #watch: Watch | undefined;
  #info: ReadyInfo | undefined;
  #wake: Timer | undefined;
  #look: Timer | undefined;
  #told = "";
  #before: string | undefined;
  #muted = false;
  #alive: Timer | undefined;
  readonly #provided = new Set<Promise<void>>();

  /** A nanny whose child is not started yet. */
  constructor(options: NannyOptions) {
    this.name = options.name;
    this.#options = options;
    this.#machine = new Supervisor({
      children: [{ ...options.child, id: options.name }],
      intensity: 10,
      ...options.limits,
    });
    this.over = this.#over.promise;
    this.#up.promise.catch(() => {}); // It may be that only `over` is awaited.
  }

  /** The process id of the child; undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Settled when the child that was started last has its config, if there is one. Never rejects. */
  get told(): Promise<void> {
    return this.#process?.told ?? Promise.resolve();
  }

  /** What the child said when it was ready last. */
  get info(): ReadyInfo | undefined {
    return this.#info;
  }

  /** Starts the child; the promise is settled when it is ready. Rejects with {@link StartError}. */
  start(): Promise<ReadyInfo> {
    this.#keepAlive(true);
    this.#handle({ type: "start", now: this.#now() });
    return this.#up.promise;
  }

  /** Ends the child, and does not start it again. The promise is settled when it is gone. */
  async stop(): Promise<void> {
    this.#keepAlive(this.#process !== undefined);
    this.#handle({ type: "stop", now: this.#now() });
    await this.over;
    await Promise.all(this.#provided);
  }

  /** Kills the child with the reason told, and starts it again. */
  recycle(reason: string): void {
    this.#handle({ type: "recycle", id: this.name, reason, now: this.#now() });
  }

  /** Neither pipes nor timers keep a process alive here; this does. */
  #keepAlive(on: boolean): void {
    if (on) this.#alive ??= stayAlive();
    else {
      this.#alive?.cancel();
      this.#alive = undefined;
    }
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #handle(event: SupervisorEvent): void {
    for (const instruction of this.#machine.handle(event)) this.#do(instruction);
  }

  #do(instruction: SupervisorInstruction): void {
    const { log, leave } = this.#options;
    switch (instruction.do) {
      case "start":
        this.#start();
        break;
      case "ask":
        if (leave === "ask") this.#process?.ask();
        else {
          // What it says of its sudden end is of no use to anybody.
          this.#muted = true;
          this.#process?.cut();
        }
        break;
      case "kill":
        this.#told = instruction.reason;
        log(`${this.name} is killed: ${instruction.reason}`);
        this.#process?.kill();
        break;
      case "wakeAt":
        this.#wake?.cancel();
        this.#wake = instruction.at === Infinity ? undefined : this.#options.clock.after(
          Math.max(0, instruction.at - this.#now()),
          () => this.#handle({ type: "tick", now: this.#now() }),
        );
        break;
      case "up":
        this.#keepAlive(this.#options.keepAlive ?? false);
        this.#up.resolve(this.#info!);
        break;
      case "over":
        this.#end(instruction.failure);
        break;
    }
  }

  #start(): void {
    const id = this.name;
    let process: ChildProcess;
    try {
      process = new ChildProcess(this.#options.command(), this.#options.config(this.#info, this.#before), {
        said: (line) => {
          if ("alive" in line) this.#watch?.alive();
          else if ("wants" in line) this.#provide(line.wants);
          else if ("refused" in line) {
            this.#handle({ type: "refused", id, reason: String(line.refused), now: this.#now() });
          } else this.#ready(line.ready, process.pid);
        },
        logged: (text) => this.#muted || this.#options.log(text),
        ended: (status) => this.#ended(status),
      });
    } catch (error) {
      // No process at all: as one that ended at once, but not from within the instruction.
      this.#options.clock.soon(() =>
        this.#handle({ type: "ended", id, how: "failed", reason: String(error), now: this.#now() })
      );
      return;
    }
    this.#process = process;
  }

  #provide(what: string): void {
    const provided = this.#options.wants?.(what).catch((error) => this.#options.log(`${this.name}: ${error}`));
    if (provided === undefined) return;
    this.#provided.add(provided);
    void provided.then(() => this.#provided.delete(provided));
  }

  #ready(info: ReadyInfo, pid: number): void {
    const { lookEvery = 500, hangAfter = 30_000, memoryLimit = Infinity } = this.#options;
    const again = this.#info !== undefined;
    this.#info = info;
    this.#watch = new Watch({ lookEvery, hangAfter, memoryLimit }, this.#now());
    this.#lookLater(this.#watch, pid, lookEvery);
    this.#handle({ type: "ready", id: this.name, now: this.#now() });
    if (again) this.#options.log(`${this.name} is back`);
    this.#options.ready?.(info, pid);
  }

  #lookLater(watch: Watch, pid: number, every: number): void {
    this.#look = this.#options.clock.after(every, () => {
      void residentMemory(pid).then((rss) => {
        if (this.#watch !== watch) return; // Another child by now, or none.
        const verdict = watch.look(this.#now(), rss);
        if (verdict === undefined) this.#lookLater(watch, pid, every);
        else this.recycle(verdict);
      });
    });
  }

  #ended(status: Deno.CommandStatus): void {
    this.#process = undefined;
    this.#watch = undefined;
    this.#look?.cancel();
    const reason = status.signal !== null ? `it was ended by ${status.signal}` : `it ended with code ${status.code}`;
    const how = status.code === RENEW_EXIT_CODE && status.signal === null
      ? "renew"
      : status.success
      ? "clean"
      : "failed";
    if (this.#machine.stateOf(this.name) === "running" && how !== "clean" && this.#told === "") {
      this.#options.log(how === "renew" ? `${this.name} starts anew` : `${this.name} died: ${reason}`);
    }
    this.#before = this.#told === "" ? reason : this.#told;
    this.#told = "";
    this.#handle({ type: "ended", id: this.name, how, reason, now: this.#now() });
  }

  #end(failure: SupervisorFailure | undefined): void {
    this.#wake?.cancel();
    this.#keepAlive(false);
    const error = failure === undefined ? undefined : failure.kind === "restarts"
      ? new RestartLimitError(
        this.name,
        this.#options.limits?.intensity ?? 10,
        this.#options.limits?.period ?? 60_000,
        failure.reason,
      )
      : failure.kind === "start"
      ? new StartError(this.name, failure.how, failure.reason)
      : new Error(`${this.name} gave up: ${failure.reason}`);
    this.#up.reject(error ?? new StartError(this.name, "exited", "it was stopped before it was ready"));
    this.#over.resolve(error);
  }
}
