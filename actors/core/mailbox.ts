/**
 * Mailboxes: two lanes, bounded, with a stated policy when full.
 *
 * @module
 */

import { Ring } from "./ring.ts";

/** Control (stop, heartbeat, supervision, cancel) never waits behind data. */
export type Lane = "control" | "data";

/**
 * What a full lane does with one more message:
 *
 * - `"refuse"`: does not take it; {@link Mailbox.post} says `false`.
 * - `"drop-oldest"`: takes it, and lets the oldest of the lane go (`dropped` is told).
 * - `"backpressure"`: takes it, and asks its sources to pause (`pressure(true)`); up to twice the capacity is taken from
 *   those that were on their way, then it refuses. With half the capacity left to do it says `pressure(false)`.
 */
export type WhenFull = "refuse" | "drop-oldest" | "backpressure";

/** The bounds of one lane. */
export interface LaneOptions {
  /** Messages. Default 65,536. */
  readonly capacity?: number;
  /** Default "refuse". */
  readonly whenFull?: WhenFull;
}

/** The bounds of a mailbox, and who is told when they are met. */
export interface MailboxOptions<M> {
  /** Bounds of the control lane. */
  readonly control?: LaneOptions;
  /** Bounds of the data lane. */
  readonly data?: LaneOptions;
  /** Told of each message that `"drop-oldest"` let go. */
  readonly dropped?: (message: M, lane: Lane) => void;
  /** Asked to pause and to resume the sources of a lane with `"backpressure"`. */
  readonly pressure?: (pause: boolean, lane: Lane) => void;
}

interface BoundedLane<M> {
  readonly name: Lane;
  readonly ring: Ring<M>;
  readonly capacity: number;
  readonly whenFull: WhenFull;
  pressing: boolean;
}

/** The capacity of a lane that was not given one. */
export const DEFAULT_LANE_CAPACITY = 65_536;

/**
 * Messages that wait for one actor.
 *
 * @example
 * ```ts
 * import { Mailbox } from "./mailbox.ts";
 * const box = new Mailbox<string>({ data: { capacity: 2 } });
 * box.post("work");
 * box.post("stop", "control");
 * console.log(box.take()); // "stop"
 * ```
 */
export class Mailbox<M> {
  readonly #control: BoundedLane<M>;
  readonly #data: BoundedLane<M>;
  readonly #dropped: MailboxOptions<M>["dropped"];
  readonly #pressure: MailboxOptions<M>["pressure"];

  /** An empty mailbox. Throws RangeError when a capacity is not a positive integer. */
  constructor(options: MailboxOptions<M> = {}) {
    this.#control = lane("control", options.control);
    this.#data = lane("data", options.data);
    this.#dropped = options.dropped;
    this.#pressure = options.pressure;
  }

  /** How many wait, in both lanes. */
  get length(): number {
    return this.#control.ring.length + this.#data.ring.length;
  }

  /** How many wait in one lane. */
  waiting(lane: Lane): number {
    return (lane === "control" ? this.#control : this.#data).ring.length;
  }

  /** Takes a message in; `false` when the lane is full and refuses it. */
  post(message: M, lane: Lane = "data"): boolean {
    const l = lane === "control" ? this.#control : this.#data;
    if (l.ring.length >= l.capacity && !this.#makeRoom(l)) return false;
    l.ring.push(message);
    return true;
  }

  /** The next message: the oldest of control, else the oldest of data, else `undefined`. */
  take(): M | undefined {
    if (this.#control.ring.length > 0) return this.#takeFrom(this.#control);
    return this.#data.ring.length > 0 ? this.#takeFrom(this.#data) : undefined;
  }

  /** Forgets all that waits. */
  clear(): void {
    for (const l of [this.#control, this.#data]) {
      l.ring.clear();
      this.#ease(l);
    }
  }

  #takeFrom(l: BoundedLane<M>): M {
    const message = l.ring.shift() as M;
    if (l.pressing) this.#ease(l);
    return message;
  }

  #ease(l: BoundedLane<M>): void {
    if (l.pressing && l.ring.length * 2 <= l.capacity) {
      l.pressing = false;
      this.#pressure?.(false, l.name);
    }
  }

  #makeRoom(l: BoundedLane<M>): boolean {
    switch (l.whenFull) {
      case "refuse":
        return false;
      case "drop-oldest":
        this.#dropped?.(l.ring.shift() as M, l.name);
        return true;
      case "backpressure":
        if (!l.pressing) {
          l.pressing = true;
          this.#pressure?.(true, l.name);
        }
        return l.ring.length < 2 * l.capacity;
    }
  }
}

function lane<M>(name: Lane, options: LaneOptions = {}): BoundedLane<M> {
  const capacity = options.capacity ?? DEFAULT_LANE_CAPACITY;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`capacity of the ${name} lane: expected a positive integer, got ${capacity}`);
  }
  return { name, ring: new Ring(), capacity, whenFull: options.whenFull ?? "refuse", pressing: false };
}
