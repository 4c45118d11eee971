/**
 * The supervisor's machine: what happened to children in, what shall be done out.
 *
 * @module
 */

import type { ChildSpec, SupervisorSpec } from "./child_spec.ts";
import type { StartFailure } from "./errors.ts";

/** What a supervisor is told. `now` is the time in ms. */
export type SupervisorEvent =
  /** Begin. Once. */
  | { readonly type: "start"; readonly now: number }
  /** The child is ready. */
  | { readonly type: "ready"; readonly id: string; readonly now: number }
  /** The child said that it cannot start, or once it runs that it gives up for good, and will end (an "ended" follows). */
  | { readonly type: "refused"; readonly id: string; readonly reason: string; readonly now: number }
  /** The child is no more: as it should (`"clean"`), by a failure, or because it was told to come back anew (not counted as a restart). */
  | {
    readonly type: "ended";
    readonly id: string;
    readonly how: "clean" | "failed" | "renew";
    readonly reason: string;
    readonly now: number;
  }
  /** The child must go and come back (it hangs, it takes too much). */
  | { readonly type: "recycle"; readonly id: string; readonly reason: string; readonly now: number }
  /** End all. */
  | { readonly type: "stop"; readonly now: number }
  /** The time asked for by `wakeAt` has come. */
  | { readonly type: "tick"; readonly now: number };

/** What a supervisor says shall be done. */
export type SupervisorInstruction =
  /** Start the child. */
  | { readonly do: "start"; readonly id: string }
  /** Ask the child to leave. */
  | { readonly do: "ask"; readonly id: string }
  /** End the child without asking. */
  | { readonly do: "kill"; readonly id: string; readonly reason: string }
  /** Send a "tick" then (replaces the former wish; Infinity for none). */
  | { readonly do: "wakeAt"; readonly at: number }
  /** All children are ready for the first time. */
  | { readonly do: "up" }
  /** All is over: no child is left. `failure` says whose fault it was, when it was not asked for. */
  | { readonly do: "over"; readonly failure: SupervisorFailure | undefined };

/** Why a supervisor gave up. */
export type SupervisorFailure =
  /** A child failed at its first start, or gave up later. */
  | { readonly kind: "start" | "gaveUp"; readonly id: string; readonly how: StartFailure; readonly reason: string }
  /** Too many restarts. */
  | { readonly kind: "restarts"; readonly id: string; readonly reason: string };

/** Where a child is. */
export type ChildState = "down" | "starting" | "running" | "leaving";

const ALLOWED: Readonly<Record<ChildState, readonly ChildState[]>> = {
  down: ["starting"],
  starting: ["running", "leaving", "down"],
  running: ["leaving", "down"],
  leaving: ["down"],
};

interface Child {
  readonly spec: Required<ChildSpec>;
  state: ChildState;
  /** "up": shall run. "cycle": shall go down, then up. "down": shall go, and stay. */
  goal: "up" | "cycle" | "down";
  /** When a start or a leave has taken too long. */
  deadline: number;
  /** Not started again before. */
  notBefore: number;
  /** What it said when it could not start, or what it was killed for. */
  complaint: string;
  how: StartFailure;
}

/** A group of children, as a plain machine. No clock, no processes. */
export class Supervisor {
  readonly #spec: Required<SupervisorSpec>;
  readonly #children: Child[];
  readonly #byId = new Map<string, Child>();
  #restarts: number[] = [];
  #phase: "new" | "starting" | "up" | "stopping" | "over" = "new";
  #failure: SupervisorFailure | undefined;
  #wakeAt = Infinity;
  #out: SupervisorInstruction[] = [];

  /** Throws RangeError when two children have one id, or a number is out of range. */
  constructor(spec: SupervisorSpec) {
    this.#spec = {
      children: spec.children,
      strategy: spec.strategy ?? "one-for-one",
      intensity: spec.intensity ?? 5,
      period: spec.period ?? 60_000,
      together: spec.together ?? false,
      pause: spec.pause ?? 100,
      longestPause: spec.longestPause ?? 10_000,
    };
    this.#children = spec.children.map((c) => ({
      spec: {
        id: c.id,
        restart: c.restart ?? "permanent",
        readyWithin: c.readyWithin ?? 30_000,
        shutdown: c.shutdown ?? 5_000,
      },
      state: "down",
      goal: "up",
      deadline: Infinity,
      notBefore: 0,
      complaint: "",
      how: "exited",
    }));
    for (const child of this.#children) {
      if (this.#byId.has(child.spec.id)) throw new RangeError(`two children are called ${child.spec.id}`);
      this.#byId.set(child.spec.id, child);
    }
    for (const name of ["intensity", "period", "pause", "longestPause"] as const) {
      if (!(this.#spec[name] >= 0)) {
        throw new RangeError(`${name}: expected a number of at least 0, got ${this.#spec[name]}`);
      }
    }
  }

  /** Where a child is; throws RangeError for an unknown one. */
  stateOf(id: string): ChildState {
    return this.#child(id).state;
  }

  /** Restarts within the period before `now`. */
  recentRestarts(now: number): number {
    return this.#restarts.filter((t) => t > now - this.#spec.period).length;
  }

  /** One event in, what shall be done out. */
  handle(event: SupervisorEvent): SupervisorInstruction[] {
    this.#out = [];
    switch (event.type) {
      case "start":
        if (this.#phase !== "new") throw new Error(`a supervisor starts once; it is ${this.#phase}`);
        this.#phase = "starting";
        break;
      case "ready":
        this.#ready(this.#child(event.id));
        break;
      case "refused":
        this.#refused(this.#child(event.id), event.reason);
        break;
      case "ended":
        this.#ended(this.#child(event.id), event.how, event.reason, event.now);
        break;
      case "recycle":
        this.#kill(this.#child(event.id), event.reason);
        break;
      case "stop":
        this.#stopAll();
        break;
      case "tick":
        // The wish is used up, and may have been granted a little early.
        this.#wakeAt = Infinity;
        this.#overdue(event.now);
        break;
    }
    this.#reconcile(event.now);
    return this.#out;
  }

  /** Throws when an invariant does not hold. */
  validate(): void {
    for (const c of this.#children) {
      const timed = c.state === "starting" || c.state === "leaving";
      if (!timed && c.deadline !== Infinity) throw new Error(`${c.spec.id} is ${c.state} and has a deadline`);
      if (this.#phase === "over" && c.state !== "down") throw new Error(`all is over, but ${c.spec.id} is ${c.state}`);
    }
  }

  #child(id: string): Child {
    const child = this.#byId.get(id);
    if (child === undefined) {
      throw new RangeError(`no child is called ${id}; there are ${[...this.#byId.keys()].join(", ")}`);
    }
    return child;
  }

  #move(child: Child, to: ChildState, deadline = Infinity): void {
    if (!ALLOWED[child.state].includes(to)) throw new Error(`${child.spec.id} cannot go from ${child.state} to ${to}`);
    child.state = to;
    child.deadline = deadline;
  }

  #ready(child: Child): void {
    // It may have become ready while it was asked to leave.
    if (child.state === "starting") this.#move(child, "running");
  }

  #refused(child: Child, reason: string): void {
    if (child.state === "down") return;
    child.how = "refused";
    child.complaint = reason;
  }

  #kill(child: Child, reason: string): void {
    if (child.state !== "running" && child.state !== "starting") return;
    child.complaint = reason;
    this.#out.push({ do: "kill", id: child.spec.id, reason });
  }

  #overdue(now: number): void {
    for (const child of this.#children) {
      if (child.deadline > now) continue;
      child.deadline = Infinity;
      if (child.state === "starting") {
        child.how = "timeout";
        this.#kill(child, `not ready within ${child.spec.readyWithin} ms`);
      } else {
        this.#out.push({ do: "kill", id: child.spec.id, reason: `did not leave within ${child.spec.shutdown} ms` });
      }
    }
  }

  #ended(child: Child, end: "clean" | "failed" | "renew", reason: string, now: number): void {
    if (child.state === "down") return;
    const from = child.state;
    const why = child.complaint === "" ? reason : child.complaint;
    const how = child.how;
    child.complaint = "";
    child.how = "exited";
    this.#move(child, "down");
    if (child.goal === "cycle") child.goal = "up";
    if (child.goal !== "up" || from === "leaving") return;
    if (from === "starting" && this.#phase === "starting" || from === "running" && how === "refused") {
      this.#failure = { kind: from === "starting" ? "start" : "gaveUp", id: child.spec.id, how, reason: why };
      this.#stopAll();
    } else if (end !== "renew" || from === "starting") {
      this.#lost(child, end === "clean" && from === "running", why, now);
    }
  }

  /** A child is gone that should be there. */
  #lost(child: Child, clean: boolean, reason: string, now: number): void {
    const { id, restart } = child.spec;
    if (restart === "temporary" || (restart === "transient" && clean)) {
      child.goal = "down";
      return;
    }
    this.#restarts = this.#restarts.filter((t) => t > now - this.#spec.period);
    this.#restarts.push(now);
    const n = this.#restarts.length;
    if (n > this.#spec.intensity) {
      this.#failure = { kind: "restarts", id, reason };
      return this.#stopAll();
    }
    child.notBefore = n === 1 ? now : now + Math.min(this.#spec.pause * 2 ** (n - 2), this.#spec.longestPause);
    if (this.#spec.strategy === "one-for-one") return;
    const first = this.#spec.strategy === "all-for-one" ? 0 : this.#children.indexOf(child) + 1;
    for (let i = first; i < this.#children.length; i++) {
      const sibling = this.#children[i];
      if (sibling === child || sibling.goal === "down") continue;
      sibling.goal = sibling.spec.restart === "temporary" ? "down" : sibling.state === "down" ? "up" : "cycle";
    }
  }

  #stopAll(): void {
    if (this.#phase === "over") return;
    this.#phase = "stopping";
    for (const child of this.#children) child.goal = "down";
  }

  /** Brings the children nearer to their goals: first down, last to first, then up, first to last. */
  #reconcile(now: number): void {
    if (this.#phase === "new" || this.#phase === "over") return;
    if (!this.#bringDown(now)) this.#bringUp(now);
    if (this.#phase === "starting" && this.#children.every((c) => c.state === "running" || c.goal === "down")) {
      this.#phase = "up";
      this.#out.push({ do: "up" });
    }
    let at = Infinity;
    for (const c of this.#children) {
      if (c.deadline < at) at = c.deadline;
      if (c.state === "down" && c.goal === "up" && c.notBefore > now && c.notBefore < at) at = c.notBefore;
    }
    if (at !== this.#wakeAt) {
      this.#wakeAt = at;
      this.#out.push({ do: "wakeAt", at });
    }
    if (this.#children.every((c) => c.state === "down" && c.goal === "down")) {
      this.#phase = "over";
      this.#out.push({ do: "over", failure: this.#failure });
    }
  }

  /** Whether some are still on their way down. */
  #bringDown(now: number): boolean {
    let pending = false;
    for (let i = this.#children.length - 1; i >= 0; i--) {
      const child = this.#children[i];
      if (child.goal === "up" || child.state === "down") continue;
      if (pending && !this.#spec.together) break;
      pending = true;
      if (child.state === "leaving") continue;
      if (child.spec.shutdown === 0) {
        this.#move(child, "leaving");
        this.#out.push({ do: "kill", id: child.spec.id, reason: "it is time to end" });
      } else {
        this.#move(child, "leaving", now + child.spec.shutdown);
        this.#out.push({ do: "ask", id: child.spec.id });
      }
    }
    return pending;
  }

  #bringUp(now: number): void {
    for (const child of this.#children) {
      if (child.goal !== "up" || child.state === "running") continue;
      if (child.state === "down" && child.notBefore <= now) {
        this.#move(child, "starting", now + child.spec.readyWithin);
        this.#out.push({ do: "start", id: child.spec.id });
      }
      if (!this.#spec.together) return;
    }
  }
}
