/**
 * A client's machine with its clock and its books, for tests.
 *
 * @module
 */

import { ClientTask, type DataCard, type TaskOptions } from "../../../actors/client/client_task.ts";
import type { ClientEvent, ClientInstruction } from "../../../actors/client/events.ts";
import { Options } from "../../../actors/client/options.ts";
import { ClientMachine } from "../../../actors/client/state.ts";
import {
  type ClientToScheduler,
  clientToScheduler,
  codec,
  type SchedulerToClient,
} from "../../../actors/protocol/mod.ts";
import { pack } from "../../../actors/values/mod.ts";

/** Options of a plain task. */
export const plain: TaskOptions = new Options().task;
const wire = codec(clientToScheduler);
/** No frames. */
export const NO_FRAMES: readonly Uint8Array[] = [];

type Event = { [K in ClientEvent["type"]]: Omit<Extract<ClientEvent, { type: K }>, "now"> }[ClientEvent["type"]];

/** A machine with its clock and its books. */
export class Bench {
  readonly machine = new ClientMachine({ giveUpAfter: 60_000 });
  now = 0;
  settled: ClientTask[] = [];

  /** Gives an event, validates, and gives what was sent; all of it must be what the protocol allows. */
  do(event: Event): ClientToScheduler[] {
    return this.all(event).flatMap((i) => i.type === "send" ? [i.message] : []);
  }

  all(event: Event): ClientInstruction[] {
    const out = this.machine.handle({ ...event, now: ++this.now } as ClientEvent);
    this.machine.validate();
    for (const i of out) {
      if (i.type === "send") wire.read(wire.write(i.message as never));
      if (i.type === "settled") this.settled.push(...i.tasks);
    }
    return out;
  }

  hear(message: SchedulerToClient): ClientToScheduler[] {
    return this.do({ type: "message", message });
  }

  submit(...tasks: ClientTask[]): ClientToScheduler[] {
    return this.do({ type: "submit", tasks });
  }

  done(...keys: string[]): ClientToScheduler[] {
    return this.hear(done(keys));
  }
}

/** A task of a key. */
export function task(
  key: string,
  deps: readonly string[] = [],
  codes: readonly string[] = [],
  options = plain,
): ClientTask {
  const args = pack([key]).head;
  return new ClientTask(key, "task", { fn: "global:Math.sqrt", options, codes }, args, 0, args.length, deps);
}

/** What the scheduler says of tasks that are done. */
export function done(keys: readonly string[], inline = true): SchedulerToClient {
  const value = pack(1).head;
  const frame = new Uint8Array(inline ? keys.length * value.length : 0);
  if (inline) keys.forEach((_, i) => frame.set(value, i * value.length));
  return {
    type: "done",
    keys,
    nbytes: Float64Array.from(keys, () => value.length),
    workers: ["w"],
    where: new Uint32Array(keys.length),
    inline: Uint32Array.from(keys, () => inline ? value.length + 1 : 0),
    frames: [frame],
  };
}

/** What is known of scattered data. */
export function card(id: string): DataCard {
  return { id, nbytes: 8, about: null, workers: ["w"], copies: 1 };
}

/** An error, packed. */
export const error = pack(new Error("x")).head;
