/**
 * The values a worker has, wants and fetches.
 *
 * @module
 */

import type { Card, HoldersOf, WorkerInstruction } from "./events.ts";
import { SmallValues } from "./small_values.ts";
import type { WorkerTask } from "./states.ts";

/** Bytes that may be under way to here, from all others and from one. One value is always fetched, however large. */
const UNDER_WAY = 256 << 20;
const UNDER_WAY_FROM_ONE = 64 << 20;
/** They are no more than these parts of the memory: who gives it is likely no larger, and it may find no room. But this much in any case. */
const ALL_PART = 1 / 4, FROM_ONE_PART = 1 / 8, LEAST_UNDER_WAY = 4 << 20;

/** What the machine knows of one value. */
export interface WorkerData {
  readonly key: string;
  nbytes: number;
  /**
   * "wanted": somebody here needs it; "fetching": asked for; "held": in memory. "spilled": on disk only; "loading": on its way from there; these
   * three are here, as others see it.
   */
  state: "wanted" | "fetching" | "held" | "spilled" | "loading";
  /** Whether a copy of it is on disk. */
  disk: boolean;
  /** Whether it is being written to disk. */
  moving: boolean;
  /** Whether it could not be written. */
  stuck: boolean;
  /** How many bytes had come into memory when it was last idle; −1 before that. */
  idleSince: number;
  /** Tasks that cannot begin without it, if there are any. */
  wants: Set<WorkerTask> | undefined;
  /** Tasks and actors that may be reading it. */
  users: number;
  /** Whether the scheduler counts on it being here. */
  keep: boolean;
  /** The scheduler's order to have a copy; `null` card for results. */
  order: { readonly card: Card | null } | undefined;
  /** Scattered data: what is said of it. */
  card: Card | undefined;
  holders: readonly string[];
  /** Holders that were asked in vain. */
  tried: readonly string[];
  /** The holder that was asked last. */
  from: string;
  /** All holders have been tried, and the scheduler was told. */
  reported: boolean;
  /** Stands in the queue of those to ask for. */
  queued: boolean;
}

/** Whether the value is here, in memory or on disk. */
export function isHere(d: WorkerData): boolean {
  return d.state === "held" || d.state === "spilled" || d.state === "loading";
}

/** Whether the value is on its way into memory. */
export function isComing(d: WorkerData): boolean {
  return d.state === "fetching" || d.state === "loading";
}

const NOBODY: readonly string[] = [];

function unknown(key: string, nbytes: number): WorkerData {
  return {
    key,
    nbytes,
    state: "wanted",
    disk: false,
    moving: false,
    stuck: false,
    idleSince: -1,
    wants: undefined,
    users: 0,
    keep: false,
    order: undefined,
    card: undefined,
    holders: NOBODY,
    tried: NOBODY,
    from: "",
    reported: false,
    queued: false,
  };
}

function atRest(key: string, known: number): WorkerData {
  const d = unknown(key, known < 0 ? ~known : known);
  d.state = known < 0 ? "spilled" : "held";
  d.disk = known < 0;
  d.keep = true;
  return d;
}

/** Values by key, and which of them to fetch from whom. */
export class DataBook {
  /** Those at rest in memory that may go to disk together. */
  readonly small: SmallValues;
  /** By key; of a value at rest, how many bytes it has; the complement of that, if it is on disk. */
  readonly #data = new Map<string, WorkerData | number>();
  /** Wanted, and with a holder to ask; in order of arrival. */
  #queue: WorkerData[] = [];
  readonly #from = new Map<string, number>();
  readonly #fromAll: number;
  readonly #fromOne: number;
  readonly #restsBelow: number;
  #underWay = 0;
  #fetching = 0;

  /** For a worker whose values may take so many bytes. Those below `restsBelow` bytes go to disk together, from `leastTogether` on. */
  constructor(memoryLimit: number, restsBelow: number, leastTogether: number) {
    this.#restsBelow = restsBelow;
    this.small = new SmallValues(leastTogether);
    this.#fromAll = Math.min(UNDER_WAY, Math.max(LEAST_UNDER_WAY, ALL_PART * memoryLimit));
    this.#fromOne = Math.min(UNDER_WAY_FROM_ONE, Math.max(LEAST_UNDER_WAY, FROM_ONE_PART * memoryLimit));
  }

  /** What is known of the key. */
  get(key: string): WorkerData | undefined {
    const d = this.#data.get(key);
    if (typeof d !== "number") return d;
    if (d >= 0) this.small.wake(key, d);
    const woken = atRest(key, d);
    this.#data.set(key, woken);
    return woken;
  }

  /** All. Of those at rest, what is given is not what others see. */
  *values(): IterableIterator<WorkerData> {
    for (const [key, d] of this.#data) yield typeof d === "number" ? atRest(key, d) : d;
  }

  /** A value that somebody wants now; with holders if they are known. */
  want(key: string, told?: HoldersOf): WorkerData {
    let d = this.get(key);
    if (d === undefined) {
      d = unknown(key, told?.nbytes ?? 0);
      this.#data.set(key, d);
    }
    if (told !== undefined && !isHere(d)) this.tell(d, told);
    return d;
  }

  /**
   * Remembers no more of the value than its size, if there is no more to remember: it is here, and nothing is done with it. Whoever asks for it
   * has an object again. For small ones, of which there may be millions.
   */
  rest(d: WorkerData): void {
    const spilled = d.state === "spilled";
    if (
      (d.state !== "held" && !spilled) || !d.keep || d.users > 0 || d.nbytes >= this.#restsBelow ||
      d.card !== undefined || d.order !== undefined || d.disk !== spilled || d.moving || d.stuck ||
      (d.wants?.size ?? 0) > 0
    ) return;
    this.#data.set(d.key, spilled ? ~d.nbytes : d.nbytes);
    if (!spilled) this.small.rest(d.key, d.nbytes);
  }

  /** Whether this is what is known of its key. */
  knows(d: WorkerData): boolean {
    return this.#data.get(d.key) === d;
  }

  /** A value that was at rest in memory is at rest on disk. */
  moved(key: string): void {
    this.#data.set(key, ~(this.#data.get(key) as number));
  }

  /** A value that nobody knew of is in the store, for the scheduler. False for one that is to be entered in the other way. */
  restAtOnce(key: string, nbytes: number): boolean {
    if (nbytes >= this.#restsBelow || this.#data.has(key)) return false;
    this.#data.set(key, nbytes);
    this.small.rest(key, nbytes);
    return true;
  }

  /** A value that is in the store. */
  hold(key: string, nbytes: number): WorkerData {
    const d = this.want(key);
    if (d.state === "fetching") this.#arrived(d);
    d.nbytes = nbytes;
    d.state = "held";
    d.holders = NOBODY;
    d.tried = NOBODY;
    d.reported = false;
    return d;
  }

  /** New word of who holds it: all of them may be asked (again). */
  tell(d: WorkerData, told: HoldersOf): void {
    d.holders = told.holders;
    d.tried = NOBODY;
    d.reported = false;
    if (d.state === "wanted") {
      d.nbytes = told.nbytes;
      this.#enqueue(d);
    }
  }

  /** Its holder could not give it. */
  failed(d: WorkerData): void {
    this.#arrived(d);
    d.state = "wanted";
    d.tried = [...d.tried, d.from];
    this.#enqueue(d);
  }

  /** Nobody here needs to know of it any more. */
  delete(d: WorkerData): void {
    if (d.state === "fetching") this.#arrived(d);
    this.#data.delete(d.key);
  }

  /** Asks for what can be asked for now; gives the values whose holders have all been tried. */
  ask(out: WorkerInstruction[]): WorkerData[] {
    const exhausted: WorkerData[] = [];
    if (this.#queue.length === 0) return exhausted;
    const queue = this.#queue;
    this.#queue = [];
    for (const d of queue) {
      d.queued = false;
      if (d.state !== "wanted" || this.#data.get(d.key) !== d) continue;
      let best: string | undefined, least = Infinity, open = false;
      for (const h of d.holders) {
        if (d.tried.includes(h)) continue;
        open = true;
        const load = this.#from.get(h) ?? 0;
        if (load >= least || (load > 0 && load + d.nbytes > this.#fromOne)) continue;
        best = h;
        least = load;
      }
      if (!open) {
        exhausted.push(d);
        continue;
      }
      if (best === undefined || (this.#fetching > 0 && this.#underWay + d.nbytes > this.#fromAll)) {
        this.#enqueue(d);
        continue;
      }
      d.state = "fetching";
      d.from = best;
      this.#fetching++;
      this.#underWay += d.nbytes;
      this.#from.set(best, least + d.nbytes);
      out.push({ do: "get", key: d.key, from: best });
    }
    return exhausted;
  }

  #enqueue(d: WorkerData): void {
    if (d.queued) return;
    d.queued = true;
    this.#queue.push(d);
  }

  #arrived(d: WorkerData): void {
    this.#fetching--;
    this.#underWay -= d.nbytes;
    const left = (this.#from.get(d.from) ?? 0) - d.nbytes;
    if (left > 0) this.#from.set(d.from, left);
    else this.#from.delete(d.from);
  }

  /** Checks the counts, and that whatever is wanted is being fetched, queued or reported. */
  validate(): void {
    let fetching = 0, underWay = 0;
    const atRest = new Map<string, number>();
    for (const [key, d] of this.#data) {
      if (typeof d === "number") {
        if (d >= 0) atRest.set(key, d);
        continue;
      }
      if (d.key !== key) throw new Error(`${key} stands under a wrong key`);
      if (d.state === "fetching") {
        fetching++;
        underWay += d.nbytes;
      }
      const wants = d.wants?.size ?? 0;
      if (d.state === "held" ? wants > 0 : d.users > 0) throw new Error(`${key} is ${d.state}: broken counts`);
      if (d.state === "wanted" && !d.reported && !(d.queued && this.#queue.includes(d))) {
        throw new Error(`${key} is forgotten`);
      }
      if (!isHere(d) && wants === 0 && d.order === undefined) throw new Error(`nobody wants ${key}`);
    }
    if (fetching !== this.#fetching || underWay !== this.#underWay) {
      throw new Error(
        `${fetching} values of ${underWay} bytes under way, counted ${this.#fetching}, ${this.#underWay}`,
      );
    }
    this.small.validate(atRest);
  }
}
