/** A thread of a team: told of a table, it performs parts until the table is closed. */

import { type BuiltModule, instantiate } from "./module.ts";
import { TeamTable } from "./team_table.ts";

/** What a thread is told. */
export interface Joining {
  /** The module whose functions are called. */
  readonly built: BuiltModule;
  /** Where they compute. */
  readonly memory: WebAssembly.Memory;
  /** Where the parts stand. */
  readonly table: SharedArrayBuffer;
}

/** Each message brings a copy of the module: the first one is kept. */
const known = new Map<string, BuiltModule>();

(globalThis as unknown as { onmessage: (e: MessageEvent<Joining>) => void }).onmessage = ({ data }) => {
  const { built, memory, table } = data;
  const module = known.get(built.plain) ?? built;
  known.set(built.plain, module);
  new TeamTable(instantiate(module, memory), table).serve();
};
