/**
 * The ways between processes, and what befalls them: cuts, and ways that let nothing through in one direction.
 *
 * @module
 */

import type { MemoryNetwork, VirtualClock } from "../../transport/mod.ts";

interface Way {
  readonly a: string;
  readonly b: string;
}

/** After so many ms without a sign of the other, heartbeats end a session. */
const HEARTBEATS = 8000;

/** Who reaches whom. A process has several endpoints, whose names are said when they are opened. */
export class Ways {
  readonly #cuts = new Set<Way>();
  readonly #holds = new Set<Way>();
  /** Names of endpoints, by process. */
  readonly #names = new Map<string, Set<string>>();

  constructor(readonly network: MemoryNetwork, readonly clock: VirtualClock) {}

  /** Cuts two processes from each other for `ms`; `healed` is called when that is over. */
  cut(a: string, b: string, ms: number, healed: () => void): void {
    const cut = { a, b };
    this.#cuts.add(cut);
    this.#each(a, b, (x, y) => this.network.cut(x, y));
    this.clock.after(ms, () => {
      if (!this.#cuts.delete(cut)) return;
      healed();
      if (!this.#isCut(a, b)) this.#each(a, b, (x, y) => this.network.heal(x, y));
    });
  }

  /** Lets nothing through from `a` to `b` for `ms`; `lost` is called when heartbeats end the session over that, `over` when it is over. */
  hold(a: string, b: string, ms: number, lost: () => void, over: () => void): void {
    const hold = { a, b };
    this.#holds.add(hold);
    this.#each(a, b, (x, y) => this.network.hold(x, y));
    this.clock.after(HEARTBEATS, () => {
      if (!this.#holds.has(hold)) return;
      lost();
      // It breaks, and cannot be made anew.
      this.#each(a, b, (x, y) => {
        this.network.cut(x, y);
        if (!this.#isCut(a, b)) this.network.heal(x, y);
      });
    });
    this.clock.after(ms, () => {
      if (!this.#holds.delete(hold)) return;
      over();
      for (const h of this.#holds) if (h.a === a && h.b === b) return;
      this.#each(a, b, (x, y) => this.network.flow(x, y));
    });
  }

  /** All is well, and stays so. */
  heal(): void {
    this.network.healAll();
    this.#cuts.clear();
    this.#holds.clear();
  }

  /** A process opens an endpoint: what befell its ways befalls this one too. */
  opens(process: string, name: string): void {
    const names = this.#names.get(process);
    if (names === undefined) this.#names.set(process, new Set([process, name]));
    else names.add(name);
    for (const { a, b } of this.#cuts) {
      const other = process === a ? b : process === b ? a : undefined;
      if (other !== undefined) { for (const y of this.#namesOf(other)) this.network.cut(name, y); }
    }
    for (const { a, b } of this.#holds) {
      if (process === a) { for (const y of this.#namesOf(b)) this.network.hold(name, y); }
      if (process === b) { for (const x of this.#namesOf(a)) this.network.hold(x, name); }
    }
  }

  #isCut(a: string, b: string): boolean {
    for (const c of this.#cuts) if ((c.a === a && c.b === b) || (c.a === b && c.b === a)) return true;
    return false;
  }

  #each(a: string, b: string, each: (x: string, y: string) => void): void {
    for (const x of this.#namesOf(a)) for (const y of this.#namesOf(b)) each(x, y);
  }

  #namesOf(process: string): ReadonlySet<string> {
    return this.#names.get(process) ?? new Set([process]);
  }
}
