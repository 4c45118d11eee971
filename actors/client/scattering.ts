/**
 * Putting values on workers: from here straight into a worker's memory.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import { contentHash, fingerprint, hex, pack, type PackedValue, type PackOptions, toBlob } from "../values/mod.ts";
import { ClientTask, type DataCard } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import { ScatterError, WorkerGoneError } from "./errors.ts";
import type { WorkerCard } from "./events.ts";

/** What is remembered of a scattered value, to put it on a worker again. */
interface Supply {
  readonly task: ClientTask;
  /** The value, or a weak reference to it. */
  readonly value: () => unknown;
  readonly fingerprint: string;
}

/** Pauses before workers that could not be reached are tried again, in ms. */
const PAUSES = [50, 100, 200, 400, 800, 1600, 3000, 3000, 3000, 3000, 3000];

/** Puts values on workers. */
export class Scatterer {
  readonly #core: ClientCore;
  readonly #options: PackOptions;
  readonly #supplies = new Map<string, Supply>();
  /** Ids that are being supplied again. */
  readonly #resupplying = new Set<string>();
  /** Bytes under way, by worker. */
  readonly #underWay = new Map<string, number>();
  /** Large arguments that were scattered of themselves. */
  readonly #arguments = new WeakMap<object, { readonly hash: string; readonly task: ClientTask }>();

  /** `options` is how values are packed. */
  constructor(core: ClientCore, options: PackOptions) {
    this.#core = core;
    this.#options = options;
    core.onResupply = (ids) => {
      for (const id of ids) void this.#resupply(id);
    };
  }

  /**
   * Scatters a value: gives its row at once, and a promise of its being there.
   *
   * @param keep Whether the value is kept alive here, so that it can always be supplied again.
   */
  scatter(value: unknown, keep: boolean, packed?: PackedValue): { task: ClientTask; stored: Promise<void> } {
    packed ??= pack(value, { ...this.#options, root: "value", references: false });
    const task = new ClientTask(this.#core.ids.next("data"), "data", undefined);
    this.#core.tell({ type: "scatter", tasks: [task] });
    const print = hex(fingerprint(packed));
    this.#supplies.set(task.key, { task, value: remembered(value, keep), fingerprint: print });
    if (this.#supplies.size > 1024) this.#forgetGone();
    const stored = this.#store(task, value, packed);
    // Whoever submits with it hears of it through the tasks that then fail.
    stored.catch(() => {});
    return { task, stored };
  }

  /** The row of a large argument: of the same object with the same content the same one. */
  argument(value: object, packed: PackedValue): ClientTask {
    const hash = hex(contentHash(packed));
    const before = this.#arguments.get(value);
    if (before !== undefined && before.hash === hash) {
      const { state } = before.task;
      if (state === "pending" || state === "done") return before.task;
    }
    const { task } = this.scatter(value, false, packed);
    task.auto = true;
    this.#arguments.set(value, { hash, task });
    return task;
  }

  #forgetGone(): void {
    for (const [id, s] of this.#supplies) if (s.task.state === "released") this.#supplies.delete(id);
  }

  /** `again`: it was there, and a failure to put it there now is not the end of it. */
  async #store(task: ClientTask, value: unknown, packed: PackedValue, again = false): Promise<void> {
    const idle = this.#core.awaited.busy();
    try {
      const card = await this.#put(task.key, value, packed);
      if (this.#core.machine.ended !== undefined) throw this.#core.endedError();
      this.#core.tell({ type: "stored", task, card });
      this.#core.flush();
    } catch (e) {
      if (this.#core.machine.ended === undefined && !again) {
        this.#core.tell({ type: "notStored", task, error: toBlob(pack(e, { root: "error" })) });
      }
      throw e;
    } finally {
      idle();
    }
  }

  async #put(id: string, value: unknown, packed: PackedValue): Promise<DataCard> {
    const sizes = Float64Array.of(packed.head.byteLength, ...packed.frames.map((f) => f.byteLength));
    const nbytes = sizes.reduce((a, b) => a + b, 0);
    const print = fingerprint(packed);
    const tried = new Set<string>(), unreached = new Set<string>();
    const reasons: string[] = [];
    for (let round = 0;;) {
      const worker = await this.#choose(nbytes, tried);
      if (worker === undefined && unreached.size > 0 && round < PAUSES.length) {
        // Who cannot be reached now may be soon, or another will have taken its place.
        await new Promise<void>((resolve) => this.#core.clock.after(PAUSES[round++], resolve));
        this.#core.mustBeOpen();
        for (const w of unreached) tried.delete(w);
        unreached.clear();
        continue;
      }
      if (worker === undefined) {
        throw new ScatterError(`no worker takes ${nbytes} bytes (${id}): ${reasons.join("; ")}`);
      }
      const who = `${worker.name} ${worker.incarnation}`;
      tried.add(who);
      const card: DataCard = { id, nbytes, about: aboutOf(value), workers: [worker.name], copies: 1 };
      this.#count(worker.name, nbytes);
      try {
        const refused = await this.#give(worker, card, packed, sizes, print);
        if (refused === undefined) return card;
        reasons.push(refused);
      } catch (e) {
        if (!(e instanceof WorkerGoneError)) throw e;
        reasons.push(e.message);
        unreached.add(who);
      } finally {
        this.#count(worker.name, -nbytes);
      }
      this.#core.mustBeOpen();
    }
  }

  /** Offers, proves, puts; gives why the worker does not take it. */
  async #give(
    worker: WorkerCard,
    card: DataCard,
    packed: PackedValue,
    sizes: Float64Array,
    print: Uint8Array,
  ): Promise<string | undefined> {
    const { links } = this.#core;
    const { id } = card;
    const { address } = worker;
    let m = await links.request(address, (n) => ({ type: "offer", n, id, sizes, fingerprint: print, frames: [] }));
    if (m.type === "offered" && m.answer === "prove") {
      const hash = contentHash(packed);
      m = await links.request(address, (n) => ({ type: "prove", n, id, hash, frames: [] }));
    }
    if (m.type !== "offered") return `${worker.name} answered with ${m.type}`;
    if (m.answer === "have") return undefined;
    if (m.answer !== "send") return m.reason;
    const frames = [packed.head, ...packed.frames];
    const s = await links.request(address, (n) => ({ type: "put", n, card, frames }));
    return s.type === "stored" && s.ok
      ? undefined
      : s.type === "stored"
      ? s.reason
      : `${worker.name} answered with ${s.type}`;
  }

  /** The worker with the most room for its size; waits while there is none at all. */
  async #choose(nbytes: number, tried: ReadonlySet<string>): Promise<WorkerCard | undefined> {
    for (;;) {
      let best: WorkerCard | undefined, least = Infinity, any = false;
      for (const w of this.#core.machine.workers.values()) {
        if (w.status !== "running" && w.status !== "paused") continue;
        any = true;
        if (tried.has(`${w.name} ${w.incarnation}`)) continue;
        const load = (w.memory + (this.#underWay.get(w.name) ?? 0) + nbytes) / w.memoryLimit +
          (w.status === "paused" ? 1 : 0);
        if (load < least) {
          best = w;
          least = load;
        }
      }
      if (best !== undefined || any) return best;
      await this.#change();
      this.#core.mustBeOpen();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const { onWorkers } = this.#core;
      const done = (): void => {
        onWorkers.delete(done);
        resolve();
      };
      onWorkers.add(done);
    });
  }

  #count(name: string, nbytes: number): void {
    this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + nbytes);
  }

  /** The scheduler asks for a value again. */
  async #resupply(id: string): Promise<void> {
    // It asks once more when anything changes: one answer is enough.
    if (this.#resupplying.has(id)) return;
    this.#resupplying.add(id);
    try {
      await this.#supplyAgain(id);
    } finally {
      this.#resupplying.delete(id);
    }
  }

  async #supplyAgain(id: string): Promise<void> {
    const supply = this.#supplies.get(id);
    const value = supply?.value();
    const packed = value === undefined ? undefined : this.#repack(value);
    // What has been changed since is another value.
    if (supply !== undefined && packed !== undefined && hex(fingerprint(packed)) === supply.fingerprint) {
      try {
        return await this.#store(supply.task, value, packed, true);
      } catch {
        // Then it cannot.
      }
    }
    // Asked while it was leaving, it says nothing any more.
    if (this.#core.machine.ended === undefined) this.#core.tell({ type: "cannotSupply", ids: [id] });
  }

  #repack(value: unknown): PackedValue | undefined {
    try {
      return pack(value, { ...this.#options, root: "value", references: false });
    } catch {
      return undefined;
    }
  }
}

function remembered(value: unknown, keep: boolean): () => unknown {
  if (keep || (typeof value !== "object" && typeof value !== "function") || value === null) return () => value;
  const ref = new WeakRef(value);
  return () => ref.deref();
}

/** What people and programs are told of a value: its type, and of arrays dtype and shape. */
function aboutOf(value: unknown): Header {
  if (typeof value !== "object" || value === null) return { type: value === null ? "null" : typeof value };
  const type = (value as { constructor?: { name?: string } }).constructor?.name ?? "Object";
  if (Array.isArray(value)) return { type, shape: [value.length] };
  if (ArrayBuffer.isView(value) && "length" in value) return { type, shape: [value.length as number] };
  const { shape, dtype } = value as { shape?: unknown; dtype?: unknown };
  if (!Array.isArray(shape) || !shape.every((n) => typeof n === "number")) return { type };
  return typeof dtype === "string" ? { type, dtype, shape } : { type, shape };
}
