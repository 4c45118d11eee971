/**
 * How tasks travel: as columns.
 *
 * @module
 */

import {
  bool,
  f64s,
  int,
  type Kind,
  list,
  MalformedField,
  maybe,
  num,
  oneOf,
  record,
  str,
  strings,
  u32s,
} from "./kinds.ts";

/** Amounts by name: `{ GPU: 1 }`. Each a finite number, 0 or more; `null` stands for none. */
export const amounts: Kind<Readonly<Record<string, number>> | null> = {
  name: "amounts by name",
  write: (v) => v,
  read(h) {
    if (h === null) return null;
    if (typeof h !== "object" || Array.isArray(h) || h instanceof Uint8Array) {
      throw new MalformedField("expected amounts by name");
    }
    for (const [name, amount] of Object.entries(h)) {
      if (typeof amount !== "number" || !(amount >= 0) || !Number.isFinite(amount)) {
        throw new MalformedField(`expected a finite amount of ${name}, 0 or more`);
      }
    }
    return h as Readonly<Record<string, number>>;
  },
};

/** What may be said of a task beside its function and arguments. Many tasks share one; it stands once in a table. */
export const taskOptions = record({
  /** "task" runs once; "actor" constructs an instance that stays. */
  kind: oneOf("task", "actor"),
  /** Higher goes first. Default 0. */
  priority: num,
  /** How many times a task that threw is tried again. */
  retries: int,
  /** Milliseconds of execution after which the task fails with a timeout; null for none. */
  timeout: maybe(num),
  /** Worker names the task may run on; empty for any. */
  workers: list(str),
  /** Whether others will do when none of `workers` is there. */
  allowOthers: bool,
  /** Abstract resources it holds while it runs: an object of name to amount. */
  resources: amounts,
  /** Fire and forget: it runs though nobody holds a future to it. */
  forget: bool,
  /** For actors: when it is constructed again. */
  restart: oneOf("never", "always"),
  /** For actors: at most `intensity` restarts in `period` ms. */
  intensity: int,
  /** See `intensity`. */
  period: num,
});

/**
 * Tasks as columns: row i is `keys[i]`, function `fns[fn[i]]`, options `options[option[i]]`, arguments the next `argBytes[i]` bytes of
 * `frames[0]` (a packed value, see values/), dependencies the next `depCounts[i]` of `deps`. `codes` are hashes of code that the
 * receiver may not know yet; the frames after the first are that code, in the same order.
 */
export const taskColumns = {
  /** Task keys. No line feeds. */
  keys: strings,
  /** Table of code references, as text. */
  fns: list(str),
  /** Index into `fns` of each task. */
  fn: u32s,
  /** Table of options. */
  options: list(taskOptions),
  /** Index into `options` of each task. */
  option: u32s,
  /** Length of each task's packed arguments. */
  argBytes: u32s,
  /** Number of dependencies of each task. */
  depCounts: u32s,
  /** Keys of all dependencies, task after task. */
  deps: strings,
  /** Hashes of the code in the frames after the first. */
  codes: list(str),
};

/** Who holds what: for each key in turn, the next `holderCounts[i]` of `holders`, which are indices into `workers` (addresses). */
export const holderColumns = {
  /** Table of worker addresses. */
  workers: list(str),
  /** Number of holders of each key. */
  holderCounts: u32s,
  /** Indices into `workers`. */
  holders: u32s,
  /** Bytes of each key's value. */
  nbytes: f64s,
};

/** Tasks as columns, as far as they are checked. */
export interface Columns {
  readonly keys: readonly string[];
  readonly fns: readonly string[];
  readonly fn: Uint32Array;
  readonly options: readonly unknown[];
  readonly option: Uint32Array;
  readonly argBytes: Uint32Array;
  readonly depCounts: Uint32Array;
  readonly deps: readonly string[];
  readonly codes: readonly string[];
}

/** The sum of a column. */
export function sum(column: Uint32Array): number {
  let s = 0;
  for (let i = 0; i < column.length; i++) s += column[i];
  return s;
}

function below(column: Uint32Array, n: number): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] >= n) return false;
  return true;
}

/** Checks that task columns fit each other and their frames. */
export function checkTasks(m: Columns, frames: readonly Uint8Array[]): string | undefined {
  const n = m.keys.length;
  for (const c of ["fn", "option", "argBytes", "depCounts"] as const) {
    if (m[c].length !== n) return `column ${c} has ${m[c].length} rows, expected ${n}`;
  }
  if (!below(m.fn, m.fns.length)) return "column fn points outside its table";
  if (!below(m.option, m.options.length)) return "column option points outside its table";
  if (sum(m.depCounts) !== m.deps.length) return `${m.deps.length} dependencies, expected ${sum(m.depCounts)}`;
  if (frames.length !== 1 + m.codes.length) return `${frames.length} frames, expected ${1 + m.codes.length}`;
  if (sum(m.argBytes) !== frames[0].byteLength) {
    return `${frames[0].byteLength} bytes of arguments, expected ${sum(m.argBytes)}`;
  }
}

/** Checks that holder columns fit each other; `keys` is the number of keys they speak of. */
export function checkHolders(
  m: {
    readonly workers: readonly string[];
    readonly holderCounts: Uint32Array;
    readonly holders: Uint32Array;
    readonly nbytes: Float64Array;
  },
  keys: number,
): string | undefined {
  if (m.holderCounts.length !== keys) return `column holderCounts has ${m.holderCounts.length} rows, expected ${keys}`;
  if (m.nbytes.length !== keys) return `column nbytes has ${m.nbytes.length} rows, expected ${keys}`;
  if (sum(m.holderCounts) !== m.holders.length) return `${m.holders.length} holders, expected ${sum(m.holderCounts)}`;
  if (!below(m.holders, m.workers.length)) return "column holders points outside its table";
}
