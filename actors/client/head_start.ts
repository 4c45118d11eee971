/**
 * Head starts: where a program submits a task, awaits it and submits the next, the scheduler has nothing to choose, and its turn is most of what the
 * program waits for. Such a task is begun by the client at a worker that has nothing else to do. The scheduler is told of it
 * before it is told anything else, and a little later at most, of several at once: it counts them as given out there.
 *
 * @module
 */

import type { FromWorker } from "../protocol/mod.ts";
import { type ClientBooks, NO_FRAMES } from "./books.ts";
import type { ClientTask } from "./client_task.ts";
import { taskColumnsOf } from "./columns.ts";

/** Tasks that were submitted one by one before the next is begun directly. */
const LONE = 4;
/** Tasks for which a worker that had other work is not asked again. */
const PAUSE = 32;
/** Milliseconds after which the scheduler hears of what was begun. */
const LATER = 2;
/** Bytes of a small result. */
const SMALL = 16_384;
/** Milliseconds after which it hears of those that have come to a small result. */
const AT_MOST = 20;

/**
 * Begins a task at a worker if that is of use; whether it did. Its code is such that the scheduler was told of before: it knows that it is held
 * here, and has no worker forget it meanwhile.
 */
export function headStart(b: ClientBooks, rows: readonly ClientTask[]): boolean {
  const h = b.headStarts;
  const [t] = rows;
  if (rows.length !== 1 || h.last?.state === "pending") {
    h.lone = 0;
    h.last = undefined;
    return false;
  }
  h.last = t;
  h.lone++;
  if (h.pause > 0) h.pause--;
  if (h.lone < LONE || h.pause > 0 || t.renewedIn !== 0 || !isPlain(t)) return false;
  const card = b.workers.get(h.worker);
  if (card === undefined || card.status !== "running") return false;
  const { address } = card;
  const link = h.links.get(address);
  if (link === undefined) b.out.push({ type: "dial", address });
  if (link?.incarnation !== card.incarnation) return false;
  const codes = t.call!.codes.filter((hash) => !link.told.has(hash));
  for (const hash of codes) link.told.add(hash);
  b.out.push({
    type: "start",
    address,
    message: { type: "start", ...taskColumnsOf(rows, codes, (hash) => b.codes.get(hash)!) },
  });
  t.begunAt = address;
  if (h.at?.incarnation !== card.incarnation) b.tellBegun();
  h.at = card;
  if (h.rows.push(t) === 1) {
    h.since = b.now;
    b.out.push({ type: "wakeAt", at: b.now + LATER });
  }
  return true;
}

/** Time has passed: the scheduler hears of what is still under way, or came to more than a few bytes; of the rest a little later. */
export function tellBegunLater(b: ClientBooks): void {
  const { rows } = b.headStarts;
  if (rows.length === 0) return;
  const small = rows.every((t) => t.state !== "pending" && t.nbytes <= SMALL);
  if (small && b.now - b.headStarts.since < AT_MOST) b.out.push({ type: "wakeAt", at: b.now + LATER });
  else b.tellBegun();
}

/** Whether any worker may perform it, at once. */
function isPlain({ call, deps }: ClientTask): boolean {
  const { kind, workers, resources, forget } = call!.options;
  return deps.length === 0 && kind === "task" && workers.length === 0 && Object.keys(resources ?? {}).length === 0 &&
    !forget;
}

/** The worker says how it ended. */
export function fromWorker(
  b: ClientBooks,
  address: string,
  m: Extract<FromWorker, { type: "result" | "declined" | "threw" }>,
): void {
  if (m.type === "threw") return m.keys.forEach((key, i) => threw(b, address, key, m.frames[i]));
  if (m.type === "declined") {
    b.headStarts.pause = PAUSE;
    return doubt(b, m.keys.filter((key) => b.tasks.get(key)?.begunAt === address), true);
  }
  const { keys, nbytes, inline } = m;
  const worker = b.headStarts.links.get(address)?.name;
  if (worker === undefined) return;
  let end = 0;
  for (let i = 0; i < keys.length; i++) {
    const start = end, size = inline[i];
    if (size > 0) end += size - 1;
    const t = b.tasks.get(keys[i]);
    if (t === undefined || t.state !== "pending" || t.begunAt !== address) continue;
    t.nbytes = nbytes[i];
    t.worker = worker;
    if (size > 0) {
      t.inline = m.frames[0];
      t.inlineStart = start;
      t.inlineEnd = end;
    }
    b.to(t, "done", "its worker says so");
  }
}

function threw(b: ClientBooks, address: string, key: string, error: Uint8Array): void {
  const t = b.tasks.get(key);
  if (t === undefined || t.state !== "pending" || t.begunAt !== address) return;
  // Whether it is tried again, and how that ends, is for the scheduler to say: the sooner it knows of it the better.
  if (t.call!.options.retries > 0) return b.tellBegun();
  t.error = error;
  t.blamed = key;
  b.to(t, "failed", "its worker says that it threw");
}

/** The session with a worker begins. */
export function linkUp(b: ClientBooks, address: string, name: string, incarnation: string): void {
  b.headStarts.links.set(address, { name, incarnation, told: new Set() });
}

/** It is lost: whether what was to be begun there was begun is not known. */
export function linkDown(b: ClientBooks, address: string): void {
  if (!b.headStarts.links.delete(address)) return;
  const keys: string[] = [];
  for (const t of b.tasks.values()) if (t.begunAt === address && t.state === "pending") keys.push(t.key);
  doubt(b, keys, false);
}

/** A new session with the scheduler has begun: it may have heard of them, and this client not of the loss of a session with a worker. */
export function resumed(b: ClientBooks): void {
  const keys: string[] = [];
  for (const t of b.tasks.values()) if (t.begunAt !== "" && t.state === "pending") keys.push(t.key);
  doubt(b, keys, false);
}

function doubt(b: ClientBooks, keys: readonly string[], declined: boolean): void {
  if (keys.length > 0) b.send({ type: "unsure", keys, declined, frames: NO_FRAMES });
}

/** The scheduler tells of it: it can be let go like any other. */
export function heardOf(b: ClientBooks, t: ClientTask): void {
  if (t.begunAt === "") return;
  t.begunAt = "";
  if (t.handles === 0 && (t.state === "done" || t.state === "failed")) b.fired.push(t);
}
