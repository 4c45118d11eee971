/**
 * Which pages of an arena are free: runs of pages, coalesced when they are given back, found again by good fit.
 *
 * @module
 */

const BINS = 32;

function binOf(pages: number): number {
  return 31 - Math.clz32(pages);
}

/**
 * Runs of pages. Free runs stand in doubly linked lists by the power of two of their length (segregated fit), and each carries its
 * length at both of its ends (boundary tags), so that freeing finds its neighbours at once. Those whose memory the process has stand apart from
 * those whose memory it would have to be given first, which takes longer and makes the process larger.
 */
export class PageRuns {
  /** At a free run's first and last page: its length. 0 elsewhere. */
  #length: Int32Array;
  #next: Int32Array;
  #previous: Int32Array;
  /** At a used run's first page: its length. */
  #used: Int32Array;
  /** At a free run's first page: 0 if its memory was not touched since it was last discarded, else 1 and one more for each trim it outlived. */
  #dirty: Uint8Array;
  /** First those of clean runs, then those of dirty ones. */
  #heads = new Int32Array(2 * BINS).fill(-1);
  #end = 0;
  #free = 0;
  #dirtyFree = 0;

  /** Of at most `capacity` pages, none of which is there yet. */
  constructor(capacity: number) {
    this.#length = new Int32Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#used = new Int32Array(capacity);
    this.#dirty = new Uint8Array(capacity);
  }

  /** Pages that are there. */
  get end(): number {
    return this.#end;
  }

  /** Pages that are free. */
  get free(): number {
    return this.#free;
  }

  /** Pages whose memory the process has, or may have: those that are used, and free ones that are dirty. */
  get touched(): number {
    return this.#end - this.#free + this.#dirtyFree;
  }

  /** Adds fresh pages up to `end`. */
  extend(end: number): void {
    if (end <= this.#end) return;
    const start = this.#end;
    this.#end = end;
    this.#insert(start, end - start, 0);
  }

  /** Takes a run, a dirty or a clean one, or whichever there is; gives its first page, or -1. */
  take(pages: number, dirty?: boolean): number {
    if (dirty === undefined) {
      const page = this.take(pages, true);
      return page >= 0 ? page : this.take(pages, false);
    }
    const lists = dirty ? BINS : 0;
    for (let bin = binOf(pages); bin < BINS; bin++) {
      let best = -1;
      let looked = 0;
      for (let p = this.#heads[lists + bin]; p >= 0 && looked < 64; p = this.#next[p], looked++) {
        const n = this.#length[p];
        if (n >= pages && (best < 0 || n < this.#length[best])) best = p;
        if (n === pages) break;
      }
      // The first 64 of its own bin may all be too short; from the next bin on any run is long enough.
      if (best < 0) continue;
      const n = this.#length[best];
      const age = this.#dirty[best];
      this.#remove(best);
      if (n > pages) this.#link(best + pages, n - pages, age);
      this.#used[best] = pages;
      this.#free -= pages;
      return best;
    }
    return -1;
  }

  /** Gives a run back, by its first page. */
  give(page: number): void {
    const pages = this.#used[page];
    if (pages <= 0) throw new RangeError(`page ${page} does not begin a used run`);
    this.#used[page] = 0;
    this.#insert(page, pages, 1);
  }

  /**
   * Calls `discard(page, pages)` for each dirty free run of at least `pages` pages that has been free for `age` calls of this before; it is clean
   * from then on. Gives the pages that went.
   */
  trim(pages: number, age: number, discard: (page: number, pages: number) => void): number {
    let n = 0;
    for (let bin = BINS + binOf(pages); bin < 2 * BINS; bin++) {
      for (let p = this.#heads[bin], next: number; p >= 0; p = next) {
        next = this.#next[p];
        const length = this.#length[p];
        if (length < pages) continue;
        if (this.#dirty[p] <= age) {
          this.#dirty[p]++;
          continue;
        }
        discard(p, length);
        this.#remove(p);
        this.#free -= length;
        this.#insert(p, length, 0);
        n += length;
      }
    }
    return n;
  }

  /** A run is free: joined with its neighbours, if they are free and as clean or dirty as it is. */
  #insert(page: number, pages: number, dirty: number): void {
    this.#free += pages;
    const before = page > 0 ? this.#length[page - 1] : 0;
    if (before > 0 && this.#used[page - 1] === 0) {
      const age = this.#dirty[page - before];
      if ((age === 0) === (dirty === 0)) {
        page -= before;
        pages += before;
        dirty = Math.min(dirty, age);
        this.#remove(page);
      }
    }
    const after = page + pages;
    if (after < this.#end && this.#length[after] > 0) {
      const age = this.#dirty[after];
      if ((age === 0) === (dirty === 0)) {
        pages += this.#length[after];
        dirty = Math.min(dirty, age);
        this.#remove(after);
      }
    }
    this.#link(page, pages, dirty);
  }

  #link(page: number, pages: number, dirty: number): void {
    const bin = binOf(pages) + (dirty === 0 ? 0 : BINS);
    const head = this.#heads[bin];
    this.#length[page] = pages;
    this.#length[page + pages - 1] = pages;
    this.#dirty[page] = dirty;
    if (dirty !== 0) this.#dirtyFree += pages;
    this.#next[page] = head;
    this.#previous[page] = -1;
    if (head >= 0) this.#previous[head] = page;
    this.#heads[bin] = page;
  }

  #remove(page: number): void {
    const pages = this.#length[page];
    const before = this.#previous[page], after = this.#next[page];
    if (before >= 0) this.#next[before] = after;
    else this.#heads[binOf(pages) + (this.#dirty[page] === 0 ? 0 : BINS)] = after;
    if (after >= 0) this.#previous[after] = before;
    if (this.#dirty[page] !== 0) this.#dirtyFree -= pages;
    this.#length[page] = 0;
    this.#length[page + pages - 1] = 0;
    this.#dirty[page] = 0;
  }

  /** Checks that free and used runs tile the arena, that no two free runs touch that could be one, and that the lists are whole. */
  validate(): void {
    let page = 0, free = 0, dirty = 0, runs = 0;
    let was: boolean | undefined;
    while (page < this.#end) {
      if (this.#used[page] > 0) {
        page += this.#used[page];
        was = undefined;
        continue;
      }
      const n = this.#length[page];
      if (n <= 0 || this.#length[page + n - 1] !== n) throw new Error(`page ${page}: broken run of ${n}`);
      const clean = this.#dirty[page] === 0;
      if (was === clean) throw new Error(`page ${page}: two free runs touch that are alike`);
      was = clean;
      free += n;
      if (this.#dirty[page] !== 0) dirty += n;
      runs++;
      page += n;
    }
    if (page !== this.#end) throw new Error(`runs end at page ${page}, not ${this.#end}`);
    if (free !== this.#free) throw new Error(`${free} pages are free, counted ${this.#free}`);
    if (dirty !== this.#dirtyFree) throw new Error(`${dirty} free pages are dirty, counted ${this.#dirtyFree}`);
    for (let bin = 0; bin < 2 * BINS; bin++) {
      for (let p = this.#heads[bin], b = -1; p >= 0; b = p, p = this.#next[p]) {
        const own = binOf(this.#length[p]) + (this.#dirty[p] === 0 ? 0 : BINS);
        if (this.#previous[p] !== b || own !== bin) throw new Error(`bin ${bin} is broken at ${p}`);
        runs--;
      }
    }
    if (runs !== 0) throw new Error(`${runs} free runs are in no list`);
  }
}
