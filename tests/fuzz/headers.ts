/**
 * Headers of every kind of message that a scheduler and a worker may hear, for the fuzzer to send as they are and to change.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import { schedulerHears, workerHears } from "../../actors/protocol/mod.ts";
import { taskOptions } from "../helpers/task_options.ts";

const NO_FRAMES: readonly Uint8Array[] = [];
const none = new Uint32Array(0);

const tasks = {
  keys: ["fuzz-1", "fuzz-2"],
  fns: ["global:Math.sqrt", "src:0123456789abcdef"],
  fn: Uint32Array.of(0, 1),
  options: [{ ...taskOptions, retries: 1, timeout: 50 }],
  option: Uint32Array.of(0, 0),
  argBytes: Uint32Array.of(0, 0),
  depCounts: Uint32Array.of(0, 1),
  deps: ["fuzz-1"],
  codes: [],
} as const;

const card = { id: "fuzz-data", nbytes: 8, about: { type: "Float64Array" }, workers: ["w-0", "nobody"], copies: 2 };

/** What a client may say to a scheduler. Without `restart`, which a client is free to order. */
export function clientHeaders(): Header[] {
  const { write } = schedulerHears.fromClient;
  return [
    write({ type: "resume", ...tasks, wants: ["fuzz-1", "x"], scattered: [card], workers: ["w-0"], frames: NO_FRAMES }),
    write({ type: "submit", ...tasks, frames: NO_FRAMES }),
    write({ type: "more", ...tasks, frames: NO_FRAMES }),
    write({ type: "begun", ...tasks, worker: "w-0", incarnation: "1", frames: NO_FRAMES }),
    write({ type: "unsure", keys: ["fuzz-1", "fuzz-2"], declined: true, frames: NO_FRAMES }),
    write({ type: "want", keys: ["fuzz-1", "fuzz-9"], frames: NO_FRAMES }),
    write({ type: "release", keys: ["fuzz-1"], frames: NO_FRAMES }),
    write({ type: "cancel", keys: ["fuzz-2"], force: true, frames: NO_FRAMES }),
    write({ type: "scattered", items: [card], frames: NO_FRAMES }),
    write({ type: "cannotSupply", ids: ["fuzz-data"], frames: NO_FRAMES }),
    write({ type: "replicate", n: 1, ids: ["fuzz-data"], copies: 0, workers: [], frames: NO_FRAMES }),
    write({ type: "ask", n: 2, what: "events", args: null, frames: NO_FRAMES }),
    write({ type: "bye", frames: NO_FRAMES }),
  ].map((m) => m.header);
}

/** What a worker may say to a scheduler. */
export function workerHeaders(): Header[] {
  const { write } = schedulerHears.fromWorker;
  const rows = { keys: ["fuzz-1"], attempts: Float64Array.of(1) };
  return [
    write({
      type: "join",
      address: "tcp://127.0.0.1:1",
      threads: 1,
      memoryLimit: 1e9,
      process: { limit: 2e9, target: 1e9 },
      resources: { GPU: 1 },
      host: "fuzz",
      pid: 1,
      before: "it hangs",
      held: ["fuzz-1"],
      heldBytes: Float64Array.of(8),
      pinned: [card],
      tasks: ["fuzz-2"],
      attempts: Float64Array.of(3),
      actors: ["fuzz-actor"],
      codes: [],
      frames: NO_FRAMES,
    }),
    write({
      type: "finished",
      ...rows,
      nbytes: Float64Array.of(8),
      spent: Float64Array.of(1),
      inline: Uint32Array.of(0),
      frames: NO_FRAMES,
    }),
    write({ type: "given", keys: ["fuzz-1", "fuzz-3"], attempts: Float64Array.of(0, 0), frames: NO_FRAMES }),
    write({ type: "missing", key: "fuzz-1", attempt: 1, deps: ["d"], tried: ["tcp://127.0.0.1:1"], frames: NO_FRAMES }),
    write({ type: "given", ...rows, frames: NO_FRAMES }),
    write({ type: "has", keys: ["fuzz-1"], nbytes: Float64Array.of(8), frames: NO_FRAMES }),
    write({ type: "fetchFailed", keys: ["fuzz-1"], reason: "no", frames: NO_FRAMES }),
    write({ type: "suspended", ...rows, resumed: false, frames: NO_FRAMES }),
    write({
      type: "beat",
      cpu: 0.5,
      rss: 1e8,
      managed: 0,
      spilled: 0,
      ready: 0,
      executing: 0,
      paused: true,
      frames: NO_FRAMES,
    }),
    write({ type: "actorUp", key: "fuzz-actor", attempt: 1, frames: NO_FRAMES }),
    write({ type: "actorDown", key: "fuzz-actor", attempt: 1, reason: "gone", frames: NO_FRAMES }),
    write({ type: "leaving", reason: "tired", frames: NO_FRAMES }),
  ].map((m) => m.header);
}

/** What anybody may say to a worker. */
export function dataHeaders(): Header[] {
  const { write } = workerHears.fromAnyone;
  return [
    write({ type: "get", n: 1, keys: ["fuzz-1"], frames: NO_FRAMES }),
    write({
      type: "offer",
      n: 2,
      id: "fuzz-data",
      sizes: Float64Array.of(10, 1e12),
      fingerprint: new Uint8Array(16),
      frames: NO_FRAMES,
    }),
    write({ type: "prove", n: 3, id: "fuzz-data", hash: new Uint8Array(16), frames: NO_FRAMES }),
    write({ type: "put", n: 4, card, frames: NO_FRAMES }),
    write({ type: "call", key: "fuzz-actor", n: 5, methods: ["m"], method: none, argBytes: none, frames: NO_FRAMES }),
    write({ type: "execute", n: 6, fn: "global:Math.sqrt", codes: [], frames: NO_FRAMES }),
    write({ type: "start", ...tasks, depCounts: Uint32Array.of(0, 0), deps: [], frames: NO_FRAMES }),
  ].map((m) => m.header);
}
