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

/** The machine's own monotonic clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const id = setTimeout(run, ms);
    Deno.unrefTimer(id as unknown as number);
    return { cancel: () => clearTimeout(id) };
  },
  soon: (run) => queueMicrotask(run),
};
