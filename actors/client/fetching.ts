/**
 * Getting the value of a task that is done: it came with the news, or it is fetched from a worker that holds it.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import type { FromWorker } from "../protocol/mod.ts";
import { LostDataError } from "../scheduler/errors.ts";
import type { ClientTask } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import { decode, decodeBlob, type Decoding, failureOf } from "./decoding.ts";
import { whileWaiting } from "./task_context.ts";

/** Pauses between rounds in which no holder could give the value, in ms: the scheduler is about to learn of a death. */
const PAUSES = [20, 50, 100, 200, 400, 800, 1600, 3000, 3000, 3000];

/** Gives values of tasks. */
export class Fetcher {
  readonly #core: ClientCore;
  readonly #decoding: Decoding;

  /** Of this client. */
  constructor(core: ClientCore, decoding: Decoding) {
    this.#core = core;
    this.#decoding = decoding;
  }

  /** The value of a task that is done here and now, or a promise of it. Throws why it has none. */
  value(task: ClientTask): unknown {
    if (task.state === "done") {
      if (task.inline !== undefined) return decodeBlob(inlineOf(task), this.#decoding);
      return this.#fetch(task);
    }
    if (task.state === "pending") {
      if (this.#core.machine.ended !== undefined) throw this.#core.endedError();
      return this.settled(task).then(() => this.value(task));
    }
    throw failureOf(task);
  }

  /** Ends when the task is no longer pending. */
  settled(task: ClientTask): Promise<void> {
    return new Promise((resolve) => this.#core.watch(task, () => resolve()));
  }

  /** As {@link Fetcher.value}, always as a promise, and counted as waiting for the cluster. */
  promise(task: ClientTask): Promise<unknown> {
    if (task.state === "done" && task.inline !== undefined) return Promise.resolve(task).then((t) => this.value(t));
    return whileWaiting(
      new Promise((resolve, reject) => {
        this.#core.watch(task, (t) => {
          try {
            resolve(this.value(t));
          } catch (e) {
            reject(e);
          }
        });
      }),
    );
  }

  async #fetch(task: ClientTask): Promise<unknown> {
    const idle = this.#core.awaited.busy();
    try {
      for (let round = 0;; round++) {
        this.#core.mustBeOpen();
        const tried = new Set<string>();
        let names = task.worker === undefined ? [] : [task.worker];
        for (;;) {
          const name = names.find((w) => !tried.has(w) && this.#core.worker(w) !== undefined);
          if (name === undefined) {
            if (tried.size > 0 || names.length === 0 || round > 0) names = await this.#holders(task.key);
            else names = [];
            if (!names.some((w) => !tried.has(w) && this.#core.worker(w) !== undefined)) break;
            continue;
          }
          tried.add(name);
          const m = await this.#get(this.#core.worker(name)!.address, task.key);
          if (m !== undefined) {
            return await decode({ head: m.frames[0], frames: m.frames.slice(1) }, this.#decoding);
          }
          if (task.state !== "done") return await this.value(task);
        }
        if (task.state !== "done") return await this.value(task);
        if (task.inline !== undefined) return await this.value(task);
        if (round === PAUSES.length) {
          throw new LostDataError(task.key, "the scheduler believes it to be on a worker, but none gives it");
        }
        await new Promise<void>((resolve) => this.#core.clock.after(PAUSES[round], resolve));
      }
    } finally {
      idle();
    }
  }

  /** Names of the workers that hold the value, as the scheduler knows. */
  async #holders(key: string): Promise<string[]> {
    return holdersOf(await this.#core.ask("whoHas", { keys: [key] }), key);
  }

  #get(address: string, key: string): Promise<Extract<FromWorker, { type: "data" }> | undefined> {
    return new Promise((resolve) => {
      this.#core.links.fetch(address, key, {
        answer(m) {
          resolve(m.type === "data" && m.status === "ok" ? m : undefined);
          return true;
        },
        gone: () => resolve(undefined),
      });
    });
  }
}

/** The blob of a small value that is here. Arrays in it are views, which want it to begin at a multiple of 8. */
function inlineOf(task: ClientTask): Uint8Array {
  return task.inline!.subarray(task.inlineStart, task.inlineEnd);
}

/** Reads one key of the answer to "whoHas": an object of lists of worker names. */
export function holdersOf(answer: Header, key: string): string[] {
  const list = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>)[key] : undefined;
  return Array.isArray(list) ? list.filter((w) => typeof w === "string") : [];
}
