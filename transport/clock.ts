/**
 * Time as an argument. Everything below and above this folder that waits or looks at the time does it through a
 * {@link Clock} it was given, so that a whole cluster can be run in virtual time.
 *
 * @module
 */

/** What {@link Clock.after} hands back: the way to call it off. Calling it off twice, or too late, does nothing. */
export interface Timer {
  /** Calls the timer off. */
  cancel(): void;
}

/** A source of time: real, or simulated. All times are in milliseconds, from an arbitrary origin, and never go back. */
export interface Clock {
  /** Milliseconds since the clock's origin. */
  now(): number;
  /** Runs `run` once, no sooner than `ms` milliseconds from now. A pending timer does not keep a process alive. */
  after(ms: number, run: () => void): Timer;
  /** Runs `run` at the end of this turn, before any timer and any arrival. */
  soon(run: () => void): void;
}

/** What Deno has inside and does not show: its timers without Node's around them, which take 12 ms to load in each process and thread. */
interface CoreTimers {
  createTimer(run: () => void, ms: number, args: undefined, again: boolean, alive: boolean, system: boolean): object;
  cancelTimer(timer: object): void;
}

const timers: CoreTimers | undefined = (() => {
  // deno-lint-ignore no-explicit-any -- there is no public way
  const inside = Deno as any;
  const core = inside[inside.internal]?.core;
  return typeof core?.createTimer === "function" && typeof core.cancelTimer === "function" ? core : undefined;
})();

function start(run: () => void, ms: number, again: boolean, alive: boolean): Timer {
  if (timers !== undefined) {
    const timer = timers.createTimer(run, ms, undefined, again, alive, true);
    return { cancel: () => timers.cancelTimer(timer) };
  }
  const id = again ? setInterval(run, ms) : setTimeout(run, ms);
  if (!alive) Deno.unrefTimer(id as unknown as number);
  return { cancel: () => clearTimeout(id) };
}

/**
 * Keeps the process alive until it is cancelled.
 *
 * @example
 * ```ts
 * import { stayAlive } from "@troupe/troupe/transport";
 * const awake = stayAlive();
 * awake.cancel(); // now the process may end
 * ```
 */
export function stayAlive(): Timer {
  return start(() => {}, 2 ** 30, true, true);
}

/**
 * The machine's own monotonic clock.
 *
 * @example
 * ```ts
 * import { realClock } from "@troupe/troupe/transport";
 * const started = realClock.now();
 * realClock.after(5, () => console.log(realClock.now() - started >= 5)); // true
 * ```
 */
export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => start(run, ms, false, false),
  soon: (run) => queueMicrotask(run),
};
