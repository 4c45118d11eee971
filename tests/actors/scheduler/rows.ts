/** Tasks and data as they are told to the scheduler, for tests. */

import type { TaskOptions } from "../../../actors/client/client_task.ts";
import { taskOptions } from "../../helpers/task_options.ts";

/** A task as tests write it. */
export interface Row extends Partial<TaskOptions> {
  key: string;
  deps?: string[];
  fn?: string;
  args?: Uint8Array;
}

const DEFAULTS: TaskOptions = { ...taskOptions, intensity: 3, period: 10_000 };

/** Tasks as columns. */
export function columns(rows: readonly Row[], codes: ReadonlyMap<string, Uint8Array> = new Map()) {
  const fns: string[] = [], options: TaskOptions[] = [], seen = new Map<string, number>();
  const fn: number[] = [], option: number[] = [], deps: string[] = [], bytes: number[] = [];
  for (const { key: _, deps: mine = [], fn: text = "lib:f", args = new Uint8Array(0), ...rest } of rows) {
    if (!fns.includes(text)) fns.push(text);
    fn.push(fns.indexOf(text));
    const o = { ...DEFAULTS, ...rest };
    const id = JSON.stringify(o);
    if (!seen.has(id)) {
      seen.set(id, options.length);
      options.push(o);
    }
    option.push(seen.get(id)!);
    deps.push(...mine);
    for (const byte of args) bytes.push(byte);
  }
  return {
    keys: rows.map((r) => r.key),
    fns,
    fn: Uint32Array.from(fn),
    options,
    option: Uint32Array.from(option),
    argBytes: Uint32Array.from(rows.map((r) => r.args?.byteLength ?? 0)),
    depCounts: Uint32Array.from(rows.map((r) => r.deps?.length ?? 0)),
    deps,
    codes: [...codes.keys()],
    frames: [Uint8Array.from(bytes), ...codes.values()],
  };
}

export type Card = { id: string; nbytes: number; about: null; workers: string[]; copies: number };

/** A card of scattered data. */
export function card(id: string, workers: string[], copies = 1, nbytes = 1000): Card {
  return { id, nbytes, about: null, workers, copies };
}
