/**
 * Scattered data: who has it, who can supply it again, and what happens when it is nowhere.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import type { dataCard, Of } from "../protocol/mod.ts";
import type { Books } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { type Few, fewAdd, fewDelete, fewHas, fewList } from "./few.ts";
import { appear, expect, giveUp, lose, tellDone } from "./lifecycle.ts";
import { spokenOf } from "./orphans.ts";
import { copiesChanged, upholdCopies } from "./replication.ts";
import { extrasOf, isActor, isData, SchedulerTask } from "./tasks.ts";
import { ABSENT, FAILED, MEMORY, RELEASED } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** A scattered value as it travels. */
export type DataCard = Of<typeof dataCard>;

/** What is known of scattered data beside what is known of every task. */
export interface DataAbout {
  /** Type, dtype, shape: for those who look. */
  about: Header;
  /** How many workers shall hold it; 0 for all. */
  copies: number;
  /** Clients that scattered it, and may still have it. */
  suppliers: Few<SchedulerClient>;
  /** The one that was asked to supply it. */
  asked: SchedulerClient | null;
  /** Workers that were asked whether they have it. */
  probed: Few<SchedulerWorker>;
}

/** The card of scattered data. */
export function dataCardOf(task: SchedulerTask): DataCard {
  const data = task.extras!.data!;
  return {
    id: task.key,
    nbytes: task.nbytes,
    about: data.about,
    workers: fewList(task.holders).map((w) => w.name),
    copies: data.copies,
  };
}

/** Enters what a card says of the data itself, not who holds it. Null if the key is a computed task's. */
export function describeData(b: Books, card: DataCard): SchedulerTask | null {
  let t = b.tasks.get(card.id);
  if (t === undefined) {
    t = new SchedulerTask(card.id);
    b.tasks.set(card.id, t);
  }
  if (t.fn !== null) return null;
  const x = extrasOf(t);
  if (x.data === null) x.data = { about: card.about, copies: card.copies, suppliers: null, asked: null, probed: null };
  else {
    x.data.about = card.about;
    x.data.copies = x.data.copies === 0 || card.copies === 0 ? 0 : Math.max(x.data.copies, card.copies);
  }
  if (x.data.copies !== 1) b.upheld.add(t);
  b.resize(t, card.nbytes);
  return t;
}

/** A client says that it has put a value on workers. */
export function dataScattered(b: Books, c: SchedulerClient, card: DataCard): void {
  const t = describeData(b, card);
  if (t === null) return;
  const data = t.extras!.data!;
  data.suppliers = fewAdd(data.suppliers, c);
  data.asked = null;
  spokenOf(b, t);
  b.addWish(t, c);
  for (const name of card.workers) {
    const w = b.workers.get(name);
    if (w === undefined) continue;
    b.addHolder(t, w);
    // Believed, but asked too: the client may mean an earlier life of the worker.
    probe(b, t, w);
  }
  if (t.state === MEMORY) tellDone(b, t, c);
  if (t.holders !== null) dataHeld(b, t);
  else if (t.state === RELEASED || t.state === ABSENT) missing(b, t);
}

/** Asks a worker whether it has a value. One that is away says all that it has when it comes back. */
function probe(b: Books, t: SchedulerTask, w: SchedulerWorker): void {
  const data = t.extras!.data!;
  if (fewHas(data.probed, w)) return;
  data.probed = fewAdd(data.probed, w);
  b.probing.add(t);
  if (w.peer !== null) b.tellWorker(w).fetch.push({ task: t, source: null });
}

/** A worker has come back, and has said what it has: of what it was asked for it has no more. */
export function probesAnswered(b: Books, w: SchedulerWorker): void {
  for (const t of b.probing) probeOver(b, t, w);
}

/** A worker says that it does not have a value that it was believed to have, or was asked for; whether it was. */
export function notHeld(b: Books, t: SchedulerTask, w: SchedulerWorker): boolean {
  const asked = probeOver(b, t, w);
  if (!fewHas(t.holders, w) || isActor(t)) return asked;
  b.removeHolder(t, w);
  if (t.holders === null) lose(b, t, `${w.name} does not have it`);
  else copiesChanged(b, t);
  return true;
}

/** A worker that was asked whether it has a value will not say so any more; whether it was asked. */
export function probeOver(b: Books, t: SchedulerTask, w: SchedulerWorker): boolean {
  const data = t.extras?.data ?? null;
  if (data === null || !fewHas(data.probed, w)) return false;
  data.probed = fewDelete(data.probed, w);
  if (data.probed === null) b.probing.delete(t);
  if (t.state === ABSENT && data.probed === null) askForSupply(b, t);
  return true;
}

/** A client says, at the beginning of a session, what it has scattered. Who holds it the workers know better, so they are asked. */
export function dataRemembered(b: Books, c: SchedulerClient, card: DataCard): void {
  const t = describeData(b, card);
  if (t === null) return;
  const data = t.extras!.data!;
  data.suppliers = fewAdd(data.suppliers, c);
  spokenOf(b, t);
  b.addWish(t, c);
  for (const name of card.workers) {
    const w = b.workers.get(name);
    if (w !== undefined && !fewHas(t.holders, w)) probe(b, t, w);
  }
  if (t.state === MEMORY) tellDone(b, t, c);
  else missing(b, t);
}

function missing(b: Books, t: SchedulerTask): void {
  if (t.state === RELEASED) b.move(t, ABSENT, "no worker has it");
  if (t.state === ABSENT) expect(b, t);
}

/** A worker is found to hold scattered data; `holders` is set. */
export function dataHeld(b: Books, t: SchedulerTask): void {
  if (t.state === MEMORY) copiesChanged(b, t);
  else appear(b, t, "a worker has it");
}

/** Asks a client that scattered the value to supply it again, if one is there, and workers to put it on are. */
export function askForSupply(b: Books, t: SchedulerTask): void {
  const data = t.extras!.data!;
  b.missingData.add(t);
  // One that is short of memory may still have room for it; it is the one who supplies it that is told so, or not.
  if (b.recovering || b.idle.size + b.pausedCount === 0 || data.probed !== null) return;
  if (data.asked !== null && data.asked.peer !== null) return;
  for (const c of fewList(data.suppliers)) {
    if (c.peer === null) continue;
    data.asked = c;
    b.tellClient(c).resupply.push(t.key);
    return;
  }
}

/** Workers came, or recovery is over: asks for what is still missing. */
export function askAgain(b: Books): void {
  for (const t of b.missingData) {
    if (t.state !== ABSENT) b.missingData.delete(t);
    else if (t.wanters !== null || t.neededBy > 0) askForSupply(b, t);
  }
}

/** A client cannot supply a value (any more). */
export function notSupplier(b: Books, c: SchedulerClient, t: SchedulerTask, reason: string): void {
  if (!isData(t)) return;
  const data = t.extras!.data!;
  data.suppliers = fewDelete(data.suppliers, c);
  if (data.asked === c) data.asked = null;
  if (t.state !== ABSENT) return;
  if (data.suppliers !== null) askForSupply(b, t);
  else if (t.wanters !== null || t.neededBy > 0) giveUp(b, t, reason);
}

/** The time of an absent value has run out: given up, unless someone may still supply it. */
export function absentTooLong(b: Books, key: string): void {
  const t = b.tasks.get(key);
  if (t === undefined || t.state !== ABSENT || t.extras === null || b.now < t.extras.until) return;
  if (isData(t) && t.extras.data!.suppliers !== null) askForSupply(b, t);
  else if (t.wanters !== null || t.neededBy > 0) {
    giveUp(
      b,
      t,
      isData(t) ? "no worker has it, and nobody is left who could supply it" : "no task and no data has this key",
    );
  }
}

/** A worker has a value. */
export function valueHeld(b: Books, w: SchedulerWorker, t: SchedulerTask, nbytes: number): void {
  if ((t.state === FAILED && !isData(t)) || isActor(t)) {
    b.tellDrop(w, t.key);
    return;
  }
  if (isData(t)) {
    const data = t.extras!.data!;
    data.probed = fewDelete(data.probed, w);
    if (data.probed === null) b.probing.delete(t);
  }
  if (t.state !== MEMORY && t.wanters === null && t.neededBy === 0 && !t.keep) {
    // Nobody wants it. To drop it and to ask again whether it is there would go on for ever.
    b.tellDrop(w, t.key);
    return;
  }
  if (t.holders === null) b.resize(t, nbytes);
  b.addHolder(t, w);
  if (t.state === MEMORY) copiesChanged(b, t);
  else {
    // It may have said so before it heard that it shall drop it: asked again, it hears that first.
    b.tellWorker(w).fetch.push({ task: t, source: null });
    appear(b, t, "a worker has it");
  }
  if (t.wanters === null && t.neededBy === 0) b.letGo.push(t);
}

/** Workers came or went: looks after the values that shall have several copies. */
export function upholdAll(b: Books): void {
  for (const t of b.upheld) {
    if (b.tasks.get(t.key) !== t) b.upheld.delete(t);
    else upholdCopies(b, t);
  }
}
