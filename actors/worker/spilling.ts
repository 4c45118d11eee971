/**
 * Which values a worker moves to disk when its memory fills, and which it brings back.
 *
 * A value that nobody reads is idle. Once on disk its copy stays there until the value is dropped, so that what is brought back and not changed
 * (nothing is) costs nothing to let go again: so of those that are idle the ones with a copy go first, the one idle for longest before the others.
 * What has no copy is written when there is nothing else, or when it has been idle for so long that nobody seems to want it. So when all of an
 * array that is larger than memory is gone through again and again, a part of it stays, and the rest is read, and nothing is written any more.
 *
 * Values that tasks wait for are brought back in the order in which they were asked for, for as many tasks as can begin soon: so that what is
 * read ahead does not fill the memory. It is read while others compute on what is here, and what has been read is the next that is computed on.
 *
 * @module
 */

import type { WorkerBooks } from "./books.ts";
import { SpillingTogether } from "./spilling_together.ts";
import type { WorkerTask } from "./states.ts";
import type { WorkerData } from "./worker_data.ts";
import { largeToYield, readersOf } from "./yielding.ts";

/** Bytes of the smallest value that goes by itself. Smaller ones go many at a time, when there is no larger one. */
export const LEAST_SPILLED = 65_536;
/** Values, or batches of small ones, being written at a time. */
const WRITES = 4;
/** A value without a copy is not wanted any more when it was idle while so many times the memory came. */
const STALE = 3;

/** Spilling, as a part of the machine. */
export class Spilling {
  readonly #b: WorkerBooks;
  /** Bytes of values from which on idle ones go; Infinity where there is no disk. */
  readonly #target: number;
  readonly #least: number;
  /** Small values, in batches. */
  readonly together: SpillingTogether;
  /** Values that could go and have a copy on disk, the one idle for longest first; and those that have none. */
  readonly #copied = new Set<WorkerData>();
  readonly #uncopied = new Set<WorkerData>();
  /** Bytes that came into memory so far. */
  #came = 0;
  /** Brought back, and not idle since: tasks wait for a thread with them. */
  readonly #ahead = new Set<WorkerData>();
  #aheadBytes = 0;
  /** On disk only, and asked for. */
  readonly #asked = new Set<WorkerData>();
  /** Those that the disk had no room for. */
  readonly #stuck = new Set<WorkerData>();
  #writing = 0;
  #writingBytes = 0;
  #loading = 0;
  #loadingBytes = 0;
  /** Bytes in the store, as far as is known. */
  #managed = 0;
  /** Bytes that must go below the target: what the process takes beyond its values. */
  #excess = 0;
  /** Bytes that somebody waits for, and how many executing tasks are among those. */
  #needed = 0;
  #needing = 0;
  /** Bytes that are to come back and find no room yet. */
  #wished = 0;
  /** Tasks that had not begun let something go, and what came of it is not known yet. */
  #yielded = false;
  /** Something found no room just now: not again before anything else has happened. */
  #waits = false;

  /** On these books. */
  constructor(books: WorkerBooks) {
    this.#b = books;
    this.#target = books.options.spillAt ?? Infinity;
    this.#least = books.options.leastSpilled ?? LEAST_SPILLED;
    this.together = new SpillingTogether({
      books,
      writing: (bytes) => {
        this.#writing += Math.sign(bytes);
        this.#writingBytes += bytes;
      },
      gone: (bytes) => this.#managed -= bytes,
      mayYield: (d, users) => d.nbytes < this.#least && d.nbytes >= books.data.small.least && this.#mayGo(d, users, 0),
      giveUp: (d, readers) => this.#giveUp(d, readers),
      stuck: (d) => {
        d.stuck = true;
        this.#stuck.add(d);
      },
    });
  }

  /** Whether there is a disk. */
  get on(): boolean {
    return this.#target < Infinity;
  }

  /** Whether memory is full, and room is about to be made. */
  get behind(): boolean {
    return this.#writing > 0 && this.#managed >= this.#b.options.memoryLimit;
  }

  /** Bytes in the store now, and how much more than it should the process takes. */
  memory(managed: number, excess: number | undefined): void {
    this.#yielded = false;
    this.#managed = managed;
    if (excess !== undefined) this.#excess = excess;
  }

  /** Somebody waits for `bytes` of room, `tasks` executing tasks among them; 0 for nobody any more. */
  need(bytes: number, tasks: number): void {
    this.#needed = bytes;
    this.#needing = tasks;
  }

  /** The value may have become idle, or be idle no more. */
  look(d: WorkerData): void {
    if (!this.on) return;
    this.#copied.delete(d);
    this.#uncopied.delete(d);
    if (d.users > 0) return;
    this.#letAhead(d);
    if (!this.#mayGo(d)) return;
    if (d.idleSince < 0) this.#came += d.nbytes;
    d.idleSince = this.#came;
    (d.disk ? this.#copied : this.#uncopied).add(d);
  }

  #mayGo(d: WorkerData, users = 0, least = this.#least): boolean {
    return d.state === "held" && d.users === users && d.keep && d.card === undefined && !d.moving && !d.stuck &&
      d.nbytes >= least;
  }

  /** A task wants a value that is on disk. */
  ask(d: WorkerData): void {
    if (d.state === "spilled") this.#asked.add(d);
  }

  /** The value is no longer known. */
  gone(d: WorkerData): void {
    this.#copied.delete(d);
    this.#uncopied.delete(d);
    this.#letAhead(d);
    this.#asked.delete(d);
    if (d.state === "loading") this.#loaded(d);
    if (d.moving && d.nbytes >= this.#least) this.#written(d);
    if (d.state === "held") this.#managed -= d.nbytes;
    this.#stuck.delete(d);
    if (!d.disk) return;
    // There is room on the disk again.
    this.#b.data.small.again();
    for (const other of this.#stuck) {
      other.stuck = false;
      this.look(other);
      this.#b.data.rest(other);
    }
    this.#stuck.clear();
  }

  /** A copy of the value is on disk. */
  spilled(d: WorkerData): void {
    if (!d.moving) return;
    this.#written(d);
    d.disk = true;
    if (d.state === "held" && d.users === 0) this.#unload(d);
    else this.look(d);
  }

  /** The value could not be written. It stays where it is; what waits for its room is told. */
  spillFailed(d: WorkerData): void {
    if (!d.moving) return;
    this.#written(d);
    // Not again before the disk has more room.
    d.stuck = true;
    this.#stuck.add(d);
  }

  /** The value is back. The caller enters it as held. */
  loaded(d: WorkerData): void {
    this.#loaded(d);
    this.#managed += d.nbytes;
    this.#came += d.nbytes;
    // Of a small one no copy is kept: it is a part of one, which would stay for it.
    if (d.nbytes < this.#least) d.disk = false;
    if ((d.wants?.size ?? 0) === 0) return;
    this.#ahead.add(d);
    this.#aheadBytes += d.nbytes;
  }

  /** There was no room after all. Whether it may be had later; the tasks that wait for it are the caller's. */
  notLoaded(d: WorkerData): boolean {
    this.#loaded(d);
    d.state = "spilled";
    this.#asked.add(d);
    this.#waits = true;
    return this.#writing > 0 || this.#loading > 0 || this.#idle > 0 || this.#b.places.used > 0;
  }

  /** Moves what is to be moved now. */
  settle(): void {
    if (!this.on) return;
    this.#wished = 0;
    if (this.#waits) this.#waits = false;
    else if (this.#asked.size > 0) this.#bringBack();
    this.#relieve();
    if (this.#needed > 0 && !this.#yielded && this.#hopeless() && !this.#yield()) {
      this.#needed = this.#needing = 0;
      this.#b.out.push({ do: "noRoom" });
    }
  }

  #relieve(): void {
    const { memoryLimit } = this.#b.options;
    const coming = this.#needed + this.#wished + this.#loadingBytes;
    // What is being written counts as gone; what is waited for must fit below the limit, or the target.
    let over = Math.max(
      this.#managed - this.#writingBytes + this.#excess - this.#target,
      this.#managed - this.#writingBytes + coming - memoryLimit,
    );
    while (over > 0) {
      const d = this.#next();
      if (d === undefined) {
        const bytes = this.#writing < WRITES ? this.together.write() : 0;
        if (bytes === 0) return;
        over -= bytes;
        continue;
      }
      over -= d.nbytes;
      if (d.disk) {
        this.#copied.delete(d);
        this.#unload(d);
        continue;
      }
      this.#uncopied.delete(d);
      this.#write(d);
    }
  }

  /** The one to go next. */
  #next(): WorkerData | undefined {
    const [copied] = this.#copied;
    if (this.#writing >= WRITES) return copied;
    const [uncopied] = this.#uncopied;
    if (copied === undefined || uncopied === undefined) return copied ?? uncopied;
    const stale = this.#came - uncopied.idleSince > STALE * this.#b.options.memoryLimit;
    return stale && uncopied.idleSince < copied.idleSince ? uncopied : copied;
  }

  get #idle(): number {
    return this.#copied.size + this.#uncopied.size + this.#b.data.small.idle;
  }

  #bringBack(): void {
    const { memoryLimit, threads } = this.#b.options;
    for (const d of this.#asked) {
      if (d.state !== "spilled" || (d.wants?.size ?? 0) === 0) {
        this.#asked.delete(d);
        continue;
      }
      // Enough for the tasks that begin next, unless these wait for more.
      const ahead = this.#ahead.size + this.#loading, bytes = this.#aheadBytes + this.#loadingBytes;
      const goesOn = this.#b.ready.length > 0 || this.#b.places.used > 0 || this.#loading > 0;
      if (goesOn && ahead >= 2 * threads && bytes >= this.together.most) return;
      const after = this.#managed - this.#writingBytes + this.#loadingBytes + this.#needed + d.nbytes;
      if (after > memoryLimit) {
        const room = this.#loading > 0 || this.#writing > 0 || this.#b.places.used > 0 || this.#idle > 0;
        const [task] = d.wants!;
        if (room || this.#yielded || this.#yield(task)) {
          this.#wished = d.nbytes;
          return;
        }
        // Who waits for room learns first that there is none: brought back now, it would only have to go again.
        if (this.#needed > 0 && after - this.#needed <= memoryLimit) return;
      }
      this.#asked.delete(d);
      d.state = "loading";
      this.#loading++;
      this.#loadingBytes += d.nbytes;
      for (const task of d.wants!) this.#b.follow(task);
      this.#b.out.push({ do: "load", key: d.key });
    }
  }

  /** Nothing goes, nobody who runs will let anything go, and somebody waits for room. */
  #hopeless(): boolean {
    if (this.#writing > 0 || this.#loading > 0) return false;
    return this.#idle === 0 && this.#b.places.used <= this.#needing;
  }

  /**
   * Lets go of something that only tasks which have not begun are to read, so that others can go on; they wait for it again. Nothing of what
   * `first` is to read. Whether there is anything.
   */
  #yield(first?: WorkerTask): boolean {
    const readers = readersOf(this.#b);
    const best = largeToYield(readers, (d, users) => this.#mayGo(d, users), first);
    if (best === undefined) return this.together.yield(readers, first);
    if (!best.disk) this.#write(best);
    else {
      this.#unload(best);
      this.#giveUp(best, readers.get(best)!);
    }
    return true;
  }

  /** Those who are to read it wait for it again. */
  #giveUp(d: WorkerData, readers: readonly WorkerTask[]): void {
    d.users = 0;
    d.wants ??= new Set();
    this.#letAhead(d);
    this.#asked.add(d);
    for (const task of readers) {
      (task.lacks ??= new Set()).add(d.key);
      d.wants.add(task);
      if (task.state !== "ready") continue;
      this.#b.ready.remove(task);
      this.#b.move(task, "waiting", "the memory of what it is to read is needed first");
    }
    this.#yielded = true;
  }

  #letAhead(d: WorkerData): void {
    if (this.#ahead.delete(d)) this.#aheadBytes -= d.nbytes;
  }

  #write(d: WorkerData): void {
    d.moving = true;
    this.#writing++;
    this.#writingBytes += d.nbytes;
    this.#b.out.push({ do: "spill", key: d.key });
  }

  #unload(d: WorkerData): void {
    d.state = "spilled";
    this.#managed -= d.nbytes;
    this.#b.out.push({ do: "unload", key: d.key });
  }

  #written(d: WorkerData): void {
    d.moving = false;
    this.#writing--;
    this.#writingBytes -= d.nbytes;
  }

  #loaded(d: WorkerData): void {
    this.#loading--;
    this.#loadingBytes -= d.nbytes;
  }

  /** Checks the counts. */
  validate(): void {
    let writing = this.#b.data.small.writing, loading = 0;
    for (const d of this.#b.data.values()) {
      if (d.moving && d.nbytes >= this.#least) writing++;
      if (d.state === "loading") loading++;
      const idle = this.on && this.#mayGo(d);
      if (idle !== (d.disk ? this.#copied : this.#uncopied).has(d)) {
        throw new Error(`${d.key} is ${idle ? "" : "not "}idle, and counted otherwise`);
      }
      if (d.state === "spilled" && !d.disk) throw new Error(`${d.key} is spilled, and not on disk`);
      if (d.state === "spilled" && (d.wants?.size ?? 0) > 0 && !this.#asked.has(d)) {
        throw new Error(`${d.key} is spilled and wanted, and nobody knows`);
      }
    }
    let ahead = 0;
    for (const d of this.#ahead) {
      ahead += d.nbytes;
      if (d.users === 0) throw new Error(`${d.key} was read ahead, and nobody has it`);
    }
    if (ahead !== this.#aheadBytes) throw new Error(`${ahead} bytes were read ahead, counted ${this.#aheadBytes}`);
    if (writing !== this.#writing || loading !== this.#loading) {
      throw new Error(`${writing} writes and ${loading} loads, counted ${this.#writing} and ${this.#loading}`);
    }
  }
}
