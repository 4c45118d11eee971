import { NDArray, Table } from "../array/mod.ts";
import { RandomState } from "../random/mod.ts";
import { NotDumpableError } from "./errors.ts";

/** A class or a function that files may name. */
// deno-lint-ignore no-explicit-any -- any class, any function
export type Nameable = (abstract new (...args: any[]) => any) | ((...args: any[]) => any);

/** Classes and functions of one's own that files may name. */
export type KnownNames = Readonly<Record<string, Nameable>>;

/** Everything that files may name, both ways. */
export interface Known {
  /** By name. */
  readonly byName: ReadonlyMap<string, Nameable>;
  /** The name of each. */
  readonly nameOf: ReadonlyMap<unknown, string>;
}

/** True for a class, not for a plain function. */
export function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

let library: Promise<Map<string, Nameable>> | undefined;

/** What the library exports: loaded when first asked for, for everything imports this in turn. */
function libraryNames(): Promise<Map<string, Nameable>> {
  library ??= namesOfLibrary();
  return library;
}

async function namesOfLibrary(): Promise<Map<string, Nameable>> {
  const exports = await import("../mod.ts");
  // What reaches files, threads or machines is no hyperparameter: a strange file shall not put it to use.
  const reaching = new Set<unknown>(
    (await Promise.all([import("../io/mod.ts"), import("../parallel/mod.ts"), import("./dump.ts")])).flatMap((m) =>
      Object.values(m)
    ),
  );
  const names = new Map<string, Nameable>([["NDArray", NDArray], ["Table", Table], ["RandomState", RandomState]]);
  for (const [name, value] of Object.entries(exports as Record<string, unknown>)) {
    if (typeof value !== "function" || reaching.has(value)) continue;
    if (value.prototype instanceof Error) continue;
    names.set(name, value as Nameable);
  }
  return names;
}

/**
 * What files may name: what the library exports, and what the user adds.
 *
 * @throws {NotDumpableError} when a name of the user's is one of the library's
 */
export async function knownNames(own: KnownNames = {}): Promise<Known> {
  const byName = new Map(await libraryNames());
  for (const [name, value] of Object.entries(own)) {
    if (typeof value !== "function") throw new NotDumpableError(`known: ${name} is no class and no function`);
    if (byName.has(name) && byName.get(name) !== value) {
      throw new NotDumpableError(`known: ${name} is a name of the library's own; give it another`);
    }
    byName.set(name, value);
  }
  return { byName, nameOf: new Map([...byName].map(([name, value]) => [value, name])) };
}
