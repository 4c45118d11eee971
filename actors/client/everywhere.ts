/**
 * What concerns all workers at once.
 *
 * @module
 */

import { pack, toBlob } from "../values/mod.ts";
import type { ClientCore } from "./core.ts";
import { decode, type Decoding, remoteError } from "./decoding.ts";
import { WaitTimeoutError } from "./errors.ts";
import type { WorkerCard } from "./events.ts";
import type { Submitter } from "./submitting.ts";
import { whileWaiting } from "./task_context.ts";
import type { AnyFunction } from "./types.ts";

function isRunning(w: WorkerCard): boolean {
  return w.status === "running" || w.status === "paused";
}

/** Performs a call on every worker; gives what it returned, by name. */
export async function runEverywhere(
  { core, submitter, decoding }: {
    readonly core: ClientCore;
    readonly submitter: Submitter;
    readonly decoding: Decoding;
  },
  fn: AnyFunction,
  args: readonly unknown[],
): Promise<Record<string, unknown>> {
  core.mustBeOpen();
  const code = submitter.code(fn);
  const packed = pack(args, { ...submitter.packing, references: false });
  const codes = [...new Set([...code.hashes, ...packed.codes.keys()])];
  const frames = [toBlob(packed), ...codes.map((hash) => core.machine.codes.get(hash)!)];
  const workers = [...core.machine.workers.values()].filter(isRunning);
  const idle = core.awaited.busy();
  try {
    const answers = Promise.all(workers.map(async (w) => {
      const m = await core.links.request(w.address, (n) => ({ type: "execute", n, fn: code.ref, codes, frames }));
      if (m.type !== "executed") throw new TypeError(`worker ${w.name} answered with ${m.type}`);
      if (!m.ok) throw remoteError(m.frames[0], `${fn.name || "run"} on ${w.name}`);
      return [w.name, await decode({ head: m.frames[0], frames: m.frames.slice(1) }, decoding)] as const;
    }));
    return Object.fromEntries(await whileWaiting(answers));
  } finally {
    idle();
  }
}

/** Ends when `count` workers are there; rejects after `timeout` ms. */
export async function workersThere(
  core: ClientCore,
  count: number,
  timeout: number | undefined,
): Promise<WorkerCard[]> {
  const idle = core.awaited.busy();
  const running = (): WorkerCard[] => [...core.machine.workers.values()].filter(isRunning);
  try {
    return await whileWaiting(
      new Promise<WorkerCard[]>((resolve, reject) => {
        const timer = timeout === undefined ? undefined : core.clock.after(timeout, () => {
          core.onWorkers.delete(look);
          reject(new WaitTimeoutError(`${running().length} of ${count} workers are there after ${timeout} ms`));
        });
        const look = (): void => {
          const there = running();
          if (core.machine.ended !== undefined) reject(core.endedError());
          else if (there.length < count) return;
          core.onWorkers.delete(look);
          timer?.cancel();
          // As they are now: before the caller's next turn one may be gone again.
          resolve(there);
        };
        core.onWorkers.add(look);
        look();
      }),
    );
  } finally {
    idle();
  }
}
